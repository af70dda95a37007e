"""Traffic-light plot and weighted summary bars. Symbol, shape and words say what colour says."""

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from appraisal.instruments.levels import SIGNS, Sign, sign_of
from appraisal.instruments.model import OVERALL, Instrument, Level
from appraisal.instruments.robvis import slots
from appraisal.instruments.scene import INK_2, Disc, Group, Line, Rect, Scene, Shape, Text, text_width

MARGIN = 16.0
CELL = 40.0
LABEL_CHARACTERS = 38
BAR, BAR_HEIGHT = 420.0, 22.0
NOT_JUDGED = "Not judged"


@dataclass(frozen=True)
class Column:
    slot: str
    heading: str
    label: str
    levels: tuple[Level, ...]  # what the column can hold, for the legend


@dataclass(frozen=True)
class PlotRow:
    """One assessed result or study; a slot without a level is not judged, `scores` are shown as numbers."""

    label: str
    levels: Mapping[str, Level | None]  # by slot, and `overall`
    weight: float = 1.0
    scores: Mapping[str, float] = field(default_factory=dict)


def columns_of(instrument: Instrument) -> tuple[Column, ...]:
    """The columns of an instrument: one for each slot, then the overall level where it has one."""
    scales = {domain.slot: instrument.scale_of(domain).levels for domain in instrument.domains}
    points = {domain.slot for domain in instrument.domains if domain.judgement.method == "score"}
    columns = [
        Column(slot, slot if len(slot) <= 4 else label, label, () if slot in points else scales[slot])
        for slot, label in slots(instrument).items()
    ]
    if instrument.overall.method != "none":
        levels = instrument.scales[instrument.overall.scale].levels
        columns.append(Column(OVERALL, "Overall", "Overall", levels))
    return tuple(columns)


def plot_row(
    instrument: Instrument,
    label: str,
    levels: Mapping[str, str | None],
    overall: str | None,
    *,
    weight: float = 1.0,
    scores: Mapping[str, float] | None = None,
) -> PlotRow:
    """A row from level codes by slot."""
    scales = {domain.slot: instrument.scale_of(domain) for domain in instrument.domains}
    found = {slot: scales[slot].by_code.get(code or "") for slot, code in levels.items() if slot in scales}
    if instrument.overall.method != "none":
        found[OVERALL] = instrument.scales[instrument.overall.scale].by_code.get(overall or "")
    return PlotRow(label, found, weight, scores or {})


def sort_rows(rows: Iterable[PlotRow], by: str = "label", *, reverse: bool = False) -> list[PlotRow]:
    """By `label`, by `weight` (heaviest first), or by a slot or `overall` (worst first, not judged last)."""
    ordered = sorted(rows, key=lambda row: row.label.casefold())
    if by == "weight":
        ordered.sort(key=lambda row: -row.weight)
    elif by != "label":
        ordered.sort(key=lambda row: _severity(row.levels.get(by)))
    return ordered[::-1] if reverse else ordered


def _severity(level: Level | None) -> tuple[int, int]:
    if level is None:
        return (2, 0)
    return (1, 0) if level.rank is None else (0, -level.rank)


def traffic_light(
    rows: Sequence[PlotRow], columns: Sequence[Column], title: str = "Risk of bias by study"
) -> Scene:
    """A row for each assessment, a mark for each judgement, a key of columns and levels below."""
    labels = [textwrap.wrap(row.label, LABEL_CHARACTERS) or [""] for row in rows]
    label_width = max([text_width(line, 13) for lines in labels for line in lines] + [120])
    widths = [max(CELL, text_width(column.heading, 12) + 12) for column in columns]
    left, top = MARGIN + label_width + 8, MARGIN + 52
    right = left + sum(widths)
    centres = [left + sum(widths[:i]) + width / 2 for i, width in enumerate(widths)]
    shapes: list[Shape] = [Text(MARGIN, MARGIN + 14, title, 16, bold=True)]
    headings = zip(centres, columns, strict=True)
    shapes += [Text(x, top - 10, column.heading, 12, "middle", bold=True) for x, column in headings]
    y = top
    for row, lines in zip(rows, labels, strict=True):
        height = max(30.0, 17.0 * len(lines) + 10)
        shapes.append(Line(MARGIN, y, right, y))
        start = y + height / 2 + 4.5 - 8.5 * (len(lines) - 1)
        texts = [Text(MARGIN, start + 17 * i, line) for i, line in enumerate(lines)]
        said = ", ".join(f"{column.heading} {_said(row, column)}" for column in columns)
        shapes.append(Group(f"{row.label}: {said}", tuple(texts)))
        for x, column in zip(centres, columns, strict=True):
            shapes.append(_cell(row, column, x, y + height / 2))
        y += height
    shapes.append(Line(MARGIN, y, right, y))
    key, width, bottom = _key(columns, rows, y + 24, max(right - MARGIN, 420))
    described = f"{len(rows)} rows. {_overall_words(rows, columns)}"
    return Scene(max(right, width) + MARGIN, bottom + MARGIN, title, described, (*shapes, *key))


def _said(row: PlotRow, column: Column) -> str:
    if column.slot in row.scores:
        return f"{row.scores[column.slot]:g}"
    level = row.levels.get(column.slot)
    return NOT_JUDGED if level is None else level.label


def _cell(row: PlotRow, column: Column, x: float, y: float) -> Group:
    said = f"{row.label}, {column.label}: {_said(row, column)}"
    if column.slot in row.scores:
        return Group(said, (Text(x, y + 4.5, f"{row.scores[column.slot]:g}", 13, "middle"),))
    return Group(said, _mark(sign_of(row.levels.get(column.slot)), x, y))


def _mark(sign: Sign, x: float, y: float) -> tuple[Rect | Disc | Text, ...]:
    symbol = Text(x, y + 4.5, sign.symbol, 13, "middle", bold=True, fill=sign.on, role=sign.role)
    match sign.shape:
        case "disc":
            return Disc(x, y, 9, sign.fill, role=sign.role), symbol
        case "ring":
            return Disc(x, y, 8.25, "", sign.fill, sign.role), symbol
        case shape:
            return Rect(x - 9, y - 9, 18, 18, sign.fill, 5 if shape == "rounded" else 1, sign.role), symbol


def _overall_words(rows: Sequence[PlotRow], columns: Sequence[Column]) -> str:
    column = columns[-1]
    counts: dict[str, int] = {}
    for row in rows:
        said = _said(row, column)
        counts[said] = counts.get(said, 0) + 1
    return f"{column.label}: " + ", ".join(f"{said} {number}" for said, number in counts.items()) + "."


def _legend(columns: Sequence[Column], rows: Sequence[PlotRow]) -> list[tuple[Sign, str]]:
    """Every level that the columns can hold, once, and 'not judged' where it occurs."""
    entries: dict[str, Sign] = {}
    for column in columns:
        for level in column.levels:
            entries.setdefault(level.label, sign_of(level))
    judged = [column.slot for column in columns if column.levels]
    if any(row.levels.get(slot) is None for row in rows for slot in judged):
        entries.setdefault(NOT_JUDGED, SIGNS["none"])
    return [(sign, label) for label, sign in entries.items()]


def _key(
    columns: Sequence[Column], rows: Sequence[PlotRow], y: float, wide: float
) -> tuple[list[Shape], float, float]:
    """What the headings and the marks mean; with the width and the bottom that it needs."""
    shapes: list[Shape] = []
    needed = 0.0
    x = MARGIN
    for sign, label in _legend(columns, rows):
        width = 28 + text_width(label, 12) + 14
        if x > MARGIN and x + width > MARGIN + wide:
            x, y = MARGIN, y + 24
        shapes.append(Group(label, (*_mark(sign, x + 9, y), Text(x + 26, y + 4.5, label, 12))))
        x += width
        needed = max(needed, x)
    y += 28
    for column in columns:
        if column.heading != column.label:
            line = f"{column.heading} {column.label}"
            shapes.append(Text(MARGIN, y, line, 12, fill=INK_2))
            needed = max(needed, MARGIN + text_width(line, 12))
            y += 18
    return shapes, needed, y


@dataclass(frozen=True)
class Share:
    """The part of all weight that one level holds."""

    label: str
    sign: Sign
    part: float


def shares(rows: Sequence[PlotRow], column: Column) -> list[Share]:
    """Shares of the weight by level, from the best to the worst, then no information, then not judged.

    Weights are finite and not negative, else ValueError; they need not add up to anything.
    """
    if any(not math.isfinite(row.weight) or row.weight < 0 for row in rows):
        raise ValueError("A weight is a number that is not negative")
    total = sum(row.weight for row in rows)
    sums: dict[str, float] = {}
    levels: dict[str, Level | None] = {level.label: level for level in column.levels}
    for row in rows:
        level = row.levels.get(column.slot)
        label = NOT_JUDGED if level is None else level.label
        levels.setdefault(label, level)
        sums[label] = sums.get(label, 0.0) + row.weight
    order = sorted(sums, key=lambda label: _from_best(levels[label]))
    return [
        Share(label, sign_of(levels[label]), sums[label] / total) for label in order if total and sums[label]
    ]


def _from_best(level: Level | None) -> tuple[int, int]:
    if level is None:
        return (2, 0)
    return (1, 0) if level.rank is None else (0, level.rank)


def summary_bars(
    rows: Sequence[PlotRow], columns: Sequence[Column], title: str = "Risk of bias by domain", note: str = ""
) -> Scene:
    """A bar for each column that holds levels, split by the weight of each level, with every share in figures."""
    drawn = [column for column in columns if column.levels]
    label_width = max([text_width(column.label, 13) for column in drawn] + [120])
    left, y = MARGIN + label_width + 12, MARGIN + 40
    shapes: list[Shape] = [Text(MARGIN, MARGIN + 14, title, 16, bold=True)]
    described, widest = [], 0.0
    for column in drawn:
        found = shares(rows, column)
        figures = (
            ", ".join(f"{share.sign.symbol} {_percent(share.part)}" for share in found)
            or "nothing weighs here"
        )
        said = ", ".join(f"{share.label} {_percent(share.part)}" for share in found) or "nothing weighs here"
        described.append(f"{column.label}: {said}.")
        baseline = y + BAR_HEIGHT / 2 + 4.5
        shapes.append(Text(MARGIN, baseline, column.label, 13, bold=column.slot == OVERALL))
        shapes += _bar(column, found, left, y)
        shapes.append(Text(left + BAR + 12, baseline, figures, 12, fill=INK_2))
        widest = max(widest, left + BAR + 12 + text_width(figures, 12))
        y += BAR_HEIGHT + 12
    for tick in range(0, 101, 25):
        x = left + BAR * tick / 100
        shapes += [Line(x, y - 4, x, y + 2), Text(x, y + 16, f"{tick}%", 12, "middle", fill=INK_2)]
    key, width, bottom = _key(
        [Column(c.slot, c.label, c.label, c.levels) for c in drawn], rows, y + 40, left + BAR
    )
    if note:
        key.append(Text(MARGIN, bottom, note, 12, fill=INK_2))
        width = max(width, MARGIN + text_width(note, 12))
        bottom += 18
    return Scene(max(widest, width) + MARGIN, bottom, title, " ".join(described), (*shapes, *key))


def _bar(column: Column, found: Sequence[Share], left: float, y: float) -> list[Shape]:
    shapes: list[Shape] = []
    x = left
    for share in found:
        width = BAR * share.part
        # A gap of one pixel keeps neighbours apart where their colours look alike.
        inner: list[Rect | Text] = [
            Rect(x, y, max(width - 1, 0.5), BAR_HEIGHT, share.sign.fill, role=share.sign.role)
        ]
        if width >= 18:
            on = "#ffffff" if share.sign.shape == "ring" else share.sign.on
            middle = x + width / 2
            inner.append(
                Text(
                    middle,
                    y + 15.5,
                    share.sign.symbol,
                    13,
                    "middle",
                    bold=True,
                    fill=on,
                    role=share.sign.role,
                )
            )
        shapes.append(Group(f"{column.label}: {share.label} {_percent(share.part)}", tuple(inner)))
        x += width
    return shapes


def _percent(part: float) -> str:
    """Whole percents; what is there but rounds to none says so."""
    if 0 < part < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= part < 1 else f"{part * 100:.0f}%"
