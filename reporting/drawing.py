"""Places the boxes of a flow diagram on the page: rows of what stays and what leaves beside it, in one arm or two. Pure.

The layout is that of the PRISMA 2020 flow diagram (Page MJ et al., BMJ 2021; 372: n71). Units are those of the drawing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from textwrap import wrap

LEFT, BAND, HEAD = 46, 30, 30
LINE, PAD, GAP, TOP = 19, 19, 28, 8
# Width of a box, and the x of each column: what stays and what leaves, of one arm or of two.
ONE = (330, (46, 444))
TWO = (250, (46, 322, 606, 882))
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a box. url: where this line alone leads."""

    label: str
    n: int | None
    url: str = ""
    head: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A box before it is placed. url: where the whole box leads; without it its lines lead somewhere."""

    entries: Sequence[Entry]
    url: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One height of the diagram: what stays and what leaves, by databases and registers, and by other methods."""

    phase: str
    cells: Sequence[Cell | None]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with its place: `words` by their y, the number beside the first of them."""

    entry: Entry
    words: list[tuple[str, int]]
    top: int
    height: int

    @property
    def y(self) -> int:
        return self.words[0][1]


@dataclass(frozen=True, slots=True)
class Placed:
    cell: Cell
    x: int
    y: int
    width: int
    height: int
    lines: list[Line]

    @property
    def middle(self) -> int:
        return self.y + PAD

    @property
    def below(self) -> int:
        return self.y + self.height

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def text_x(self) -> int:
        return self.x + 14

    @property
    def number_x(self) -> int:
        return self.right - 14


@dataclass(frozen=True, slots=True)
class Band:
    label: str
    y: int
    height: int

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Top:
    """What an arm is called, above its columns."""

    label: str
    x: int
    width: int

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    boxes: list[Placed] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    tops: list[Top] = field(default_factory=list)
    arrows: list[str] = field(default_factory=list)

    @property
    def two(self) -> bool:
        return bool(self.tops)


def draw(rows: Sequence[Row], arms: Sequence[str] = ()) -> Drawing:
    """Place rows of two cells, or with two `arms` named of four, from the top down. The last row's first cell is where
    both arms end."""
    width, columns = TWO if arms else ONE
    y = start = TOP + HEAD if arms else TOP
    boxes: list[Placed] = []
    arrows: list[str] = []
    bands: list[Band] = []
    last: dict[int, Placed] = {}
    for at, row in enumerate(rows):
        placed = {
            column: place(cell, columns[column], y, width) for column, cell in enumerate(row.cells) if cell
        }
        arrows += joined(placed, last)
        last |= {column: box for column, box in placed.items() if column % 2 == 0}
        boxes += placed.values()
        end = max(box.below for box in placed.values())
        if at + 1 == len(rows) or rows[at + 1].phase != row.phase:
            bands.append(Band(row.phase, start, end - start))
            start = end + GAP
        y = end + GAP
    if arms and boxes:
        arrows.append(f"M{last[2].x + width // 2} {last[2].below}V{boxes[-1].middle}H{boxes[-1].right + 6}")
    tops = [Top(name, columns[2 * at], 2 * width + GAP - 2) for at, name in enumerate(arms)]
    return Drawing(columns[-1] + width + 2, y - GAP + TOP, boxes, bands, tops, arrows)


def joined(placed: dict[int, Placed], last: dict[int, Placed]) -> Iterator[str]:
    """An arrow to what leaves, and one from what stayed above."""
    for column, box in placed.items():
        if column % 2 and column - 1 in placed:
            yield f"M{placed[column - 1].right} {box.middle}H{box.x - 6}"
        elif column in last:
            yield f"M{box.x + box.width // 2} {last[column].below}V{box.y - 6}"


def place(cell: Cell, x: int, y: int, width: int) -> Placed:
    lines: list[Line] = []
    top = y
    for entry in cell.entries:
        # Inter at 13.5 units is about 6.9 wide; 44 are kept for the number.
        words = wrap(CONTROL.sub(" ", entry.label), (width - 28 - 44) // 7, break_long_words=True) or [""]
        first = y + 4 + PAD + sum(LINE * len(line.words) for line in lines)
        height = LINE * len(words)
        lines.append(Line(entry, [(word, first + LINE * n) for n, word in enumerate(words)], top, height))
        top = first + height - PAD + 5
    height = 2 * PAD + LINE * (sum(len(line.words) for line in lines) - 1)
    return Placed(cell, x, y, width, height, lines)
