"""Summary tables as people make and change them. Building is the machine's business: synthesis/building.py."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid
from reviews.jobs import send
from reviews.models import Review
from reviews.permissions import refuse_if_closed
from reviews.writing import write
from synthesis.building import rebuild, refresh, sweep
from synthesis.definition import Table, Unreadable, compile_table
from synthesis.models import SummaryTable
from synthesis.reading import known_fields

__all__ = [
    "archive_table",
    "change_definition",
    "compiled",
    "create_table",
    "rebuild",
    "refresh",
    "restore_table",
    "sweep",
]

REFRESH = "synthesis.tasks.refresh"


def compiled(review: Review, definition: object) -> Table:
    """The table that a definition describes, by the form in use. Raises Invalid with everything that is wrong."""
    try:
        return compile_table(definition, known_fields(review))
    except Unreadable as error:
        raise Invalid("\n".join(error.problems)) from error


def named(name: str) -> str:
    name = name.strip()
    if not name:
        raise Invalid(_("The table has no name. Enter what it shows."))
    if len(name) > 200:
        raise Invalid(_("The name is longer than 200 characters. Enter a shorter one."))
    return name


def build_soon(review_id: int) -> None:
    transaction.on_commit(lambda: send(REFRESH, review_id))


@write
def create_table(*, by: User, review: Review, name: str, definition: Any, note: str = "") -> SummaryTable:
    refuse_if_closed(review)
    table = compiled(review, definition)
    # Held, so that two tables made at once get two numbers.
    Review.objects.select_for_update(no_key=True).get(id=review.pk)
    number = (SummaryTable.objects.filter(review=review).aggregate(last=Max("number"))["last"] or 0) + 1
    made = SummaryTable.objects.create(
        review=review,
        number=number,
        position=number,
        name=named(name),
        note=note.strip(),
        definition=definition,
        depends=table.depends,
        created_by=by,
    )
    build_soon(review.pk)
    return made


@write
def change_definition(
    *, by: User, table: SummaryTable, name: str, definition: Any, note: str = ""
) -> SummaryTable:
    refuse_if_closed(table.review)
    new = compiled(table.review, definition)
    table = SummaryTable.objects.select_for_update().get(id=table.pk)
    table.name, table.note = named(name), note.strip()
    if table.definition != definition or table.depends != new.depends:
        table.definition, table.depends = definition, new.depends
        table.revision += 1
    table.save(update_fields=["name", "note", "definition", "depends", "revision"])
    build_soon(table.review_id)
    return table


@write
def archive_table(*, by: User, table: SummaryTable) -> None:
    refuse_if_closed(table.review)
    SummaryTable.objects.filter(id=table.pk).update(status=SummaryTable.Status.ARCHIVED)


@write
def restore_table(*, by: User, table: SummaryTable) -> None:
    refuse_if_closed(table.review)
    SummaryTable.objects.filter(id=table.pk).update(status=SummaryTable.Status.ACTIVE)
    build_soon(table.review_id)
