"""The flow diagram as boxes in their phases: what is drawn, and where each box leads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from config.numbers import Grouped
from reporting.drawing import Cell, Drawing, Entry, Row, draw
from reporting.prisma import Counts
from reporting.wording import PHASES, label, label_in_arm
from reviews.models import Review


@dataclass(frozen=True, slots=True)
class Part:
    label: str
    n: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One drawn box. out: what leaves the flow here, drawn to the right."""

    id: str
    label: str
    n: int
    url: str
    parts: list[Part] = field(default_factory=list)
    out: bool = False
    final: bool = False


@dataclass(frozen=True, slots=True)
class Phase:
    label: str
    boxes: list[Shown]


def phases(review: Review, counts: Counts) -> list[Phase]:
    """Column A, then column B where other methods were used."""
    drawn = {
        "identification": list(identification(review, counts)),
        "screening": list(screening(review, counts)),
        "included": [included(review, counts)],
    }
    return [Phase(str(PHASES[name]), found) for name, found in drawn.items()]


def shown(
    review: Review,
    box: str,
    n: int,
    parts: Mapping[str, int] | None = None,
    *,
    out: bool = False,
    final: bool = False,
) -> Shown:
    url = reverse("reporting:box", args=[review.pk, box])
    listed = [Part(name, number) for name, number in (parts or {}).items()]
    return Shown(box, label(box), n, url, listed, out, final)


def identification(review: Review, c: Counts) -> Iterator[Shown]:
    yield shown(review, "database_results", c.database_results, c.databases)
    if c.register_results:
        yield shown(review, "register_results", c.register_results, c.registers)
    yield shown(review, "duplicates", c.duplicates, out=True)
    yield shown(review, "excluded_automatic", c.excluded_automatic, out=True)
    yield shown(review, "excluded_other", c.excluded_other, out=True)
    for box in ("website_results", "organisation_results", "citations_results", "other_results"):
        if getattr(c, box):
            yield shown(review, box, getattr(c, box))


def included(review: Review, c: Counts) -> Shown:
    reports = {label("new_reports"): c.new_reports}
    return shown(review, "new_studies", c.new_studies, reports, final=True)


def of_records(review: Review, c: Counts) -> Iterator[Shown]:
    yield shown(review, "records_screened", c.records_screened, undecided(c.undecided_records))
    yield shown(review, "records_excluded", c.records_excluded, c.excluded_by_human, out=True)


def screening(review: Review, c: Counts) -> Iterator[Shown]:
    yield from of_records(review, c)
    yield from of_column(review, c, "dbr")
    if c.other_methods:
        yield from of_column(review, c, "other")


def of_column(review: Review, c: Counts, prefix: str) -> Iterator[Shown]:
    yield shown(review, f"{prefix}_sought_reports", getattr(c, f"{prefix}_sought_reports"))
    yield shown(
        review, f"{prefix}_notretrieved_reports", getattr(c, f"{prefix}_notretrieved_reports"), out=True
    )
    waiting = undecided(getattr(c, f"{prefix}_undecided_reports"))
    yield shown(review, f"{prefix}_assessed", getattr(c, f"{prefix}_assessed"), waiting)
    reasons = getattr(c, f"{prefix}_excluded_reports")
    yield shown(review, f"{prefix}_excluded", sum(reasons.values()), reasons, out=True)


def undecided(number: int) -> dict[str, int]:
    return {_("of which undecided"): number} if number else {}


def drawing(review: Review, c: Counts) -> Drawing:
    """The picture: databases and registers on the left, other methods beside them where they were used."""
    arms = ("dbr", "other") if c.other_methods else ("dbr",)
    first: list[Cell | None] = [identified(review, c), removed(review, c)]
    if c.other_methods:
        first += [by_other(review, c), None]
    columns = [[whole(one) for one in of_column(review, c, arm)] for arm in arms]
    rows = [
        Row(str(PHASES["identification"]), first),
        Row(str(PHASES["screening"]), [whole(one) for one in of_records(review, c)]),
        Row(str(PHASES["screening"]), [cell for column in columns for cell in column[:2]]),
        Row(str(PHASES["screening"]), [cell for column in columns for cell in column[2:]]),
        Row(str(PHASES["included"]), [whole(included(review, c))]),
    ]
    return draw(rows, (_("By databases and registers"), _("By other methods")) if c.other_methods else ())


def whole(one: Shown) -> Cell:
    """A box that leads to one list."""
    parts = [Entry(part.label, part.n) for part in one.parts]
    return Cell([Entry(label_in_arm(one.id), one.n, head=True), *parts], one.url, one.final)


def identified(review: Review, c: Counts) -> Cell:
    databases = shown(review, "database_results", c.database_results, c.databases)
    if not c.register_results:
        return whole(databases)
    return several(
        _("Records identified"),
        [databases, shown(review, "register_results", c.register_results, c.registers)],
    )


def removed(review: Review, c: Counts) -> Cell:
    names = ("duplicates", "excluded_automatic", "excluded_other")
    return several(_("Removed before screening"), [shown(review, name, getattr(c, name)) for name in names])


def by_other(review: Review, c: Counts) -> Cell:
    names = ("website_results", "organisation_results", "citations_results", "other_results")
    found = [shown(review, name, n) for name in names if (n := getattr(c, name))]
    return several(_("Records identified"), found)


def several(title: str, found: Sequence[Shown]) -> Cell:
    """A box of several lists, with their sum: each line leads to its own."""
    entries = [Entry(title, sum(one.n for one in found), head=True)]
    for one in found:
        entries.append(Entry(one.label, one.n, one.url))
        entries += [Entry(part.label, part.n) for part in one.parts]
    return Cell(entries)


def described(c: Counts) -> str:
    """The diagram in a sentence or two, for whoever cannot see it."""
    told = _(
        "%(found)s records from databases and registers, %(screened)s screened, %(excluded)s excluded; %(assessed)s"
        " reports assessed in full text; %(studies)s studies included in %(reports)s reports."
    ) % {
        "found": Grouped(c.identified_a),
        "screened": Grouped(c.records_screened),
        "excluded": Grouped(c.records_excluded),
        "assessed": Grouped(c.dbr_assessed + c.other_assessed),
        "studies": Grouped(c.new_studies),
        "reports": Grouped(c.new_reports),
    }
    other = (
        _(" %(n)s records came by other methods.") % {"n": Grouped(c.identified_b)} if c.other_methods else ""
    )
    return told + other
