"""No row of a review can be tied to a row of another one, nor an answer to what is not its own: tried by raw SQL."""

from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from consensus.services import start_review
from reviews.models import Review
from tests.database.bare import insert, relax, rows, run, taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_stays")]


class Tie(NamedTuple):
    name: str
    child: str
    columns: tuple[str, ...]
    parent: str
    targets: tuple[str, ...]


def ties() -> list[Tie]:
    """Every foreign key of two columns, as the database has it."""
    found = rows(
        """SELECT c.conname, c.conrelid::regclass::text,
                  (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(num, n)
                     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num),
                  c.confrelid::regclass::text,
                  (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k(num, n)
                     JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num)
           FROM pg_constraint c WHERE c.contype = 'f' AND cardinality(c.conkey) = 2 ORDER BY 1"""
    )
    return [Tie(*(tuple(part) if isinstance(part, list) else part for part in row)) for row in found]


@pytest.fixture
def other(cast: Any) -> Review:
    other = start_review(by=cast.stranger, title="Another review", question="")
    assert isinstance(other, Review)
    return other


def refused(name: str, table: str, **values: Any) -> bool:
    """Whether the database refuses this row, and for this reason."""
    try:
        with transaction.atomic():
            insert(table, **values)
    except IntegrityError as error:
        return bool(error.__cause__.diag.constraint_name == name)  # type: ignore[union-attr]
    return False


def test_every_tie_between_rows_of_reviews_is_held_by_the_database() -> None:
    held = {(tie.child, tie.columns[1]) for tie in ties() if tie.columns[0] == "review_id"}
    of_review = {
        model for model in apps.get_models() if any(field.name == "review" for field in model._meta.fields)
    }
    needed = {
        (model._meta.db_table, field.column)
        for model in of_review
        for field in model._meta.fields
        if field.is_relation and field.related_model in of_review
    }
    assert len(needed) > 60
    assert needed - held == set()


def test_no_row_of_one_review_can_point_at_a_row_of_another(review: Review, other: Review) -> None:
    tried = [tie for tie in ties() if tie.columns[0] == "review_id"]
    relax(*{tie.child for tie in tried}, *{tie.parent for tie in tried})
    for tie in set(ties()) - set(tried):
        run("SET CONSTRAINTS {name} DEFERRED", name=tie.name)
    let_through = []
    for tie in tried:
        with taken_back():
            theirs = insert(tie.parent, review_id=other.pk)
            column = tie.columns[1]
            if not refused(tie.name, tie.child, review_id=review.pk, **{column: theirs}):
                let_through.append(tie.name)
            # Of its own review it may: so it was nothing else that refused.
            insert(tie.child, review_id=other.pk, **{column: theirs})
    assert let_through == []


def test_no_row_can_move_to_another_review_alone(review: Review, other: Review) -> None:
    """Read from what is there: a stage cannot be moved while its versions stay."""
    with pytest.raises(IntegrityError, match="same_review"), transaction.atomic():
        rows(
            "UPDATE consensus_stage SET review_id = %s, kind = kind || '2' WHERE review_id = %s",
            other.pk,
            review.pk,
        )


def test_what_belongs_to_one_judgement_item_or_table_cannot_be_used_by_another() -> None:
    own = [tie for tie in ties() if tie.columns[0] != "review_id"]
    assert {
        "item_final_is_own",
        "item_reopened_final_is_own",
        "value_arm_is_own",
        "value_result_is_own",
    } <= {tie.name for tie in own}
    relax(*{tie.child for tie in own}, *{tie.parent for tie in own})
    let_through = []
    for number, tie in enumerate(own):
        mine, anothers = 10_000_000 + number, 20_000_000 + number
        part = next(name for name in tie.targets if name != "id")
        target = insert(tie.parent, **{part: mine})
        place, pointer = (tie.columns[tie.targets.index(name)] for name in (part, "id"))
        if not refused(tie.name, tie.child, **{place: anothers, pointer: target}):
            let_through.append(tie.name)
        insert(tie.child, **{place: mine, pointer: target})
    assert let_through == []
