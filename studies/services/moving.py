"""Decisions that come along with records from another tool: kept as they were said, and matched with members."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid, Refused
from reviews.permissions import can, refuse_if_closed
from reviews.writing import write
from studies.formats import Entry
from studies.models import ImportBatch, PriorDecision, PriorReviewer, Record

TOOLS = {"RAYYAN-": "Rayyan", "ASReview": "ASReview", "asreview": "ASReview"}
KNOWN = ("Covidence", "Rayyan", "ASReview")
Status = PriorReviewer.Status


def tool_of(entry: Entry, dialect: str) -> str:
    """Whose decisions these are, by the file's dialect or by what the entry's notes say."""
    if dialect in KNOWN:
        return dialect
    return next(
        (name for mark, name in TOOLS.items() if mark in entry.raw), dialect or str(_("Another tool"))
    )[:40]


def keep_decisions(batch: ImportBatch, entries: Sequence[Entry], dialect: str) -> None:
    """Write down what the entries say was decided, beside their records, which must be stored already."""
    decided = [entry for entry in entries if entry.fields.decisions]
    if not decided:
        return
    positions = [entry.position for entry in decided]
    ids = dict(Record.objects.filter(batch=batch, position__in=positions).values_list("position", "id"))
    people: dict[tuple[str, str], PriorReviewer] = {}
    found = []
    for entry in decided:
        tool = tool_of(entry, dialect)
        for one in entry.fields.decisions:
            name = one.reviewer[:200]
            person = people.get((tool, name)) or person_of(batch, tool, name)
            people[tool, name] = person
            found.append(
                PriorDecision(
                    review_id=batch.review_id,
                    record_id=ids[entry.position],
                    person=person,
                    verdict=one.verdict or "",
                    stage=one.stage,
                    reason=one.reason,
                    labels=list(one.labels),
                    note=one.note,
                )
            )
    PriorDecision.objects.bulk_create(found, batch_size=1000)


def person_of(batch: ImportBatch, tool: str, name: str) -> PriorReviewer:
    person, _made = PriorReviewer.objects.get_or_create(review_id=batch.review_id, tool=tool, name=name)
    return person


@write
def match_person(*, by: User, person: PriorReviewer, member: User | None) -> None:
    """Say which member a name is, or that it is nobody here. Only that member can make the decisions count."""
    refuse_if_closed(person.review)
    person = PriorReviewer.objects.select_for_update(of=("self",)).get(id=person.pk)
    if person.status in {Status.TAKING, Status.TAKEN}:
        raise Refused(_("These decisions were taken over already. Their author can revise them one by one."))
    if member and not can(member, person.review).judge:
        raise Invalid(_("Choose a member who judges in this review."))
    person.member, person.matched_by = member, by if member else None
    person.status = Status.MATCHED if member else Status.NAMED
    person.save(update_fields=["member", "matched_by", "status"])
