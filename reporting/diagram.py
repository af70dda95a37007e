"""The flow diagram as boxes in their phases: what is drawn, and where each box leads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.urls import reverse

from reporting.prisma import BOXES, Counts
from reviews.models import Review

PHASES = {"identification": "Identification", "screening": "Screening", "included": "Included"}


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
        "included": [
            shown(
                review,
                "new_studies",
                counts.new_studies,
                {BOXES["new_reports"].label: counts.new_reports},
                final=True,
            )
        ],
    }
    return [Phase(PHASES[name], found) for name, found in drawn.items()]


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
    listed = [Part(label, number) for label, number in (parts or {}).items()]
    return Shown(box, BOXES[box].label, n, url, listed, out, final)


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


def screening(review: Review, c: Counts) -> Iterator[Shown]:
    yield shown(review, "records_screened", c.records_screened, undecided(c.undecided_records))
    yield shown(review, "records_excluded", c.records_excluded, c.excluded_by_human, out=True)
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
    return {"of which undecided": number} if number else {}


WIDTH, LEFT, RIGHT, ACROSS = 330, 46, 444, 776
LINE, PAD, GAP, TOP = 19, 19, 28, 8


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    n: int
    y: int
    head: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with its place in the drawing, in the drawing's own units."""

    box: Shown
    x: int
    y: int
    height: int
    lines: list[Line]

    @property
    def middle(self) -> int:
        return self.y + self.height // 2

    @property
    def below(self) -> int:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Band:
    label: str
    y: int
    height: int

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Drawing:
    """The flow as it is drawn on a wide page: what stays on the left, what leaves beside it on the right."""

    boxes: list[Placed]
    bands: list[Band]
    arrows: list[str]
    height: int


def draw(found: Sequence[Phase]) -> Drawing:
    """Place the boxes row by row: one that stays, and what leaves the flow beside it."""
    placed: list[Placed] = []
    bands: list[Band] = []
    arrows: list[str] = []
    y, last = TOP, None
    for phase in found:
        start = y
        for main, out in paired(phase.boxes):
            row = [place(main, LEFT, y), *stacked(out, y)]
            placed += row
            if out:
                arrows.append(f"M{LEFT + WIDTH} {row[0].middle}H{RIGHT - 6}")
            if last is not None:
                arrows.append(f"M{LEFT + WIDTH // 2} {last.below}V{y - 6}")
            last = row[0]
            y = max(one.below for one in row) + GAP
        bands.append(Band(phase.label, start, y - GAP - start))
    return Drawing(placed, bands, arrows, y - GAP + TOP)


def paired(found: Sequence[Shown]) -> Iterator[tuple[Shown, list[Shown]]]:
    """Each box that stays, with those that follow it and leave."""
    stays = [place for place, box in enumerate(found) if not box.out]
    for place, end in zip(stays, [*stays[1:], len(found)], strict=True):
        yield found[place], list(found[place + 1 : end])


def stacked(found: Sequence[Shown], y: int) -> list[Placed]:
    placed = []
    for box in found:
        placed.append(place(box, RIGHT, y))
        y = placed[-1].below + TOP
    return placed


def place(box: Shown, x: int, y: int) -> Placed:
    told = [(box.label, box.n, True), *((part.label, part.n, False) for part in box.parts)]
    lines = [Line(label, n, y + 4 + PAD + LINE * at, head) for at, (label, n, head) in enumerate(told)]
    return Placed(box, x, y, 2 * PAD + LINE * (len(told) - 1), lines)
