"""The records of a stage as a list: found by words and by what is known of them. Every question has an index, and no
count goes further than it is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count as Number
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property

from accounts.models import User
from consensus.models import Assignment, Judgement, Stage, WorkItem
from screening.masking import hidden_from
from screening.models import Labelled, Verdict
from screening.searching import FIELDS, read
from studies.models import RecordLink

MOST = 10_000
# In one review, and before the join: the index of words is asked first, or row by row, as the planner sees fit.
FOUND = "SELECT id FROM studies_report WHERE review_id = %s AND words @@ to_tsquery('simple', %s)"
MASKED = {"authors": "author", "journal": "journal"}
STATES = ("undecided", "conflict", "decided", "include", "exclude")
MINE = ("none", "any", "include", "exclude", "unsure", "awaiting", "ongoing")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed down by, as the address says it."""

    q: str = ""
    state: str = ""
    mine: str = ""
    source: str = ""
    label: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        return cls(**{one.name: query.get(one.name, "").strip()[:500] for one in fields(cls)})

    @property
    def address(self) -> str:
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def narrowed(self) -> bool:
        return bool(self.address)

    @property
    def walked(self) -> bool:
        """Whether the list is the stage without what the reader has judged. In the order of its items it is walked
        once beside their judgements; in that of the records each of these would be looked up before the first row."""
        others = (self.q, self.source, self.label, self.since, self.until)
        return self.mine == "none" and self.state in ("", "undecided") and not any(others)


@dataclass(frozen=True, slots=True)
class Count:
    """A number up to 10,000, or that it is more."""

    number: int

    @property
    def more(self) -> bool:
        return self.number > MOST

    @property
    def shown(self) -> int:
        return min(self.number, MOST)


class Counted(Paginator):  # type: ignore[type-arg]
    """Pages of what was counted already."""

    def __init__(self, found: Any, on_page: int, counted: int) -> None:
        self.counted = counted
        super().__init__(found, on_page)

    @cached_property
    def count(self) -> int:
        return self.counted


def count(found: QuerySet[Any]) -> Count:
    return Count(found.order_by()[: MOST + 1].count())


def known(found: QuerySet[WorkItem], by: Filters) -> tuple[Count, list[int] | None]:
    """How many there are, and where that is no more than is shown, which, in order. Then nothing is asked for by its
    order again: a search for the first few of what is rarer than the planner thinks would read everything."""
    if by.walked:
        first = list(found.values_list("id", flat=True)[: MOST + 1])
        return Count(len(first)), first[:MOST]
    pairs = list(found.order_by().values_list("report_id", "id")[: MOST + 1])
    counted = Count(len(pairs))
    return counted, None if counted.more else [item for _report, item in sorted(pairs)]


def in_order(ids: Iterable[int]) -> list[WorkItem]:
    wanted = list(ids)
    rows = WorkItem.objects.select_related("report").in_bulk(wanted)
    return [rows[pk] for pk in wanted if pk in rows]


def listed(user: User, stage: Stage, by: Filters) -> QuerySet[WorkItem]:
    """The stage's live items that the filters let through, in the order in which their records came."""
    found: QuerySet[WorkItem] = WorkItem.objects.live().filter(stage=stage, report__isnull=False)
    hidden = hidden_from(user, stage.review)
    if by.q:
        found = with_words(found, stage, by.q, hidden)
    found = in_years(found, by, hidden)
    found = of_state(found, by.state)
    found = of_mine(found, user, by.mine)
    if by.source:
        links = RecordLink.objects.current().filter(report=OuterRef("report"))
        found = found.filter(Exists(links.filter(record__batch__search__source=by.source)))
    if number(by.label):
        labelled = Labelled.objects.visible_to(user).filter(item=OuterRef("pk"), label=number(by.label))
        found = found.filter(Exists(labelled))
    # By the column, not by the report: its model's own order would sort all of them first.
    return found.order_by("id" if by.walked else "report_id")


def number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def with_words(found: QuerySet[WorkItem], stage: Stage, q: str, hidden: frozenset[str]) -> QuerySet[WorkItem]:
    """Words are looked for only where the reader may read."""
    without = frozenset(FIELDS[MASKED[name]] for name in hidden if name in MASKED)
    asked = read(q, without=without).tsquery
    if not asked:
        return found.none()
    return found.filter(report__in=RawSQL(FOUND, [stage.review_id, asked]))  # noqa: S611 - a constant and parameters


def in_years(found: QuerySet[WorkItem], by: Filters, hidden: frozenset[str]) -> QuerySet[WorkItem]:
    if "year" in hidden:
        return found
    if 0 < number(by.since) < 10_000:
        found = found.filter(report__year__gte=number(by.since))
    if 0 < number(by.until) < 10_000:
        found = found.filter(report__year__lte=number(by.until))
    return found


def of_state(found: QuerySet[WorkItem], state: str) -> QuerySet[WorkItem]:
    """Open and partly judged are one: that somebody has begun is no business of the other judges."""
    if state == "undecided":
        return found.filter(status__in=(WorkItem.Status.OPEN, WorkItem.Status.PARTIAL))
    if state == "conflict":
        return found.filter(status=WorkItem.Status.CONFLICT)
    if state == "decided":
        return found.filter(status__in=WorkItem.DECIDED)
    if state in ("include", "exclude"):
        wanted = ("include", "unsure") if state == "include" else ("exclude",)
        return found.filter(status__in=WorkItem.DECIDED, final__verdict__verdict__in=wanted)
    return found


def own(user: User) -> QuerySet[Judgement]:
    """What this person has said of the item of the outer query."""
    mine = Judgement.objects.current().of(user).exclude(role=Judgement.Role.CONSENSUS)
    return mine.filter(item=OuterRef("pk"))


def of_mine(found: QuerySet[WorkItem], user: User, said: str) -> QuerySet[WorkItem]:
    if said == "none":
        return found.filter(~Exists(own(user)))
    if said == "any":
        return found.filter(Exists(own(user)))
    if said in Verdict.Choice.values:
        return found.filter(Exists(own(user).filter(verdict__verdict=said)))
    return found


def to_decide(user: User, stage: Stage, by: Filters) -> QuerySet[WorkItem]:
    """Of a list, what waits for this person's decision: undecided, not judged by them, and with a place for them."""
    found = of_state(listed(user, stage, by), "undecided").filter(~Exists(own(user)))
    places = Assignment.objects.filter(item=OuterRef("pk"))
    taken = places.exclude(reviewer=user).order_by().values("item").annotate(n=Number("pk")).values("n")
    place = Exists(places.filter(reviewer=user)) | Q(
        judges_needed__gt=F("judged") + Coalesce(Subquery(taken), 0)
    )
    return found.filter(place)
