"""What of reports and records is hidden from whom. This app does not know who judges: a higher one says so.

A report that is masked for its reader says so itself, wherever it is shown (`Bibliographic.masked`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models import User
from reviews.models import Review
from studies.models import ImportBatch, Record, RecordLink, Report
from studies.models.searches import Bibliographic

NOTHING: frozenset[str] = frozenset()
EMPTY: Mapping[str, object] = {"authors": [], "journal": "", "year": None}
# What leads to a masked field, or repeats it.
TEXTS = ("doi", "pmid", "pmcid", "volume", "issue", "pages", "raw", "source", "journal_abbreviation")
LEADING: Mapping[str, object] = dict.fromkeys(TEXTS, "") | {
    "identifiers": {},
    "issn": [],
    "urls": [],
    "extra": {},
}


class Rule(Protocol):
    """Who does not see what. `judging`: on pages where one judges, which are masked from those who manage as well."""

    def of(self, user: User, report_ids: Iterable[int], *, judging: bool) -> Mapping[int, frozenset[str]]:
        """By report, the names of the fields that this person does not see."""
        ...

    def delivered(self, user: User, review: Review) -> frozenset[str]:
        """Of a review's files and entries as delivered, what this person does not see."""
        ...


class Open:
    """Nothing is hidden."""

    def of(self, user: User, report_ids: Iterable[int], *, judging: bool) -> Mapping[int, frozenset[str]]:
        return {}

    def delivered(self, user: User, review: Review) -> frozenset[str]:
        return NOTHING


_asked: list[Rule] = [Open()]


def ask(rule: Rule) -> None:
    """Let `rule` say from now on what is hidden from whom."""
    _asked[0] = rule


def hidden_of(
    user: User, report_ids: Iterable[int], *, judging: bool = False
) -> Mapping[int, frozenset[str]]:
    return _asked[0].of(user, report_ids, judging=judging)


def hidden_in(user: User, review: Review) -> frozenset[str]:
    """What of the review's entries as delivered this person does not see, while any report of it is masked."""
    return _asked[0].delivered(user, review)


def hidden_in_file(user: User, batch: ImportBatch) -> frozenset[str]:
    """As of all that is delivered; whoever uploaded the file has it anyway."""
    return NOTHING if batch.created_by_id == user.pk else hidden_in(user, batch.review)


def refuse_masked(hidden: frozenset[str]) -> None:
    if hidden:
        raise PermissionDenied(
            _("Authors, journal or year are masked from you until everything is decided. Ask a lead.")
        )


def gone(hidden: frozenset[str]) -> dict[str, object]:
    return {name: EMPTY[name] for name in hidden} | dict(LEADING)


def mask(row: Bibliographic, hidden: frozenset[str]) -> None:
    """Empty what is hidden and what leads there. For showing only: such a row is never saved."""
    if not hidden:
        return
    row.masked = hidden
    for name, value in gone(hidden).items():
        # By the class: to ask the row itself would load what was deferred.
        if hasattr(type(row), name):
            setattr(row, name, value)


def mask_reports(user: User, reports: Iterable[Report], *, judging: bool = False) -> None:
    rows = list(reports)
    hidden = hidden_of(user, {row.root_id for row in rows}, judging=judging) if rows else {}
    for row in rows:
        mask(row, hidden.get(row.root_id, NOTHING))


def mask_records(user: User, review: Review, records: Iterable[Record]) -> None:
    """As the reports that they are; an entry that is no report yet, as all that is delivered."""
    rows = list(records)
    delivered = hidden_in(user, review) if rows else NOTHING
    if not delivered:
        return
    roots: dict[int, set[int]] = defaultdict(set)
    for link in RecordLink.objects.current().filter(record__in=rows).select_related("report"):
        roots[link.record_id].add(link.report.root_id)
    hidden = hidden_of(user, set().union(*roots.values()))
    for row in rows:
        own = [hidden.get(root, NOTHING) for root in roots[row.pk]]
        mask(row, NOTHING.union(*own) if own else delivered)
