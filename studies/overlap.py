"""What the sources have in common: reports by the sources that delivered them, and records before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from reviews.models import Review

HOME = """
    WITH home AS (
        SELECT coalesce(p.survivor_id, p.id) AS report, s.source AS source, min(r.id) AS record
          FROM studies_recordlink l
          JOIN studies_record r ON r.id = l.record_id
          JOIN studies_importbatch b ON b.id = r.batch_id AND b.status = 'done'
          JOIN studies_search s ON s.id = b.search_id
          JOIN studies_report p ON p.id = l.report_id
         WHERE l.review_id = %(review)s AND l.ended_at IS NULL
         GROUP BY 1, 2
    ), sets AS (
        SELECT report, array_agg(source ORDER BY source) AS sources,
               (array_agg(source ORDER BY record))[1] AS earliest
          FROM home GROUP BY report
    )
    SELECT sources, earliest, count(*) FROM sets GROUP BY 1, 2
"""
RECORDS = """
    SELECT s.source, count(r.id) FROM studies_search s
      JOIN studies_importbatch b ON b.search_id = s.id AND b.status = 'done'
      JOIN studies_record r ON r.batch_id = b.id
     WHERE s.review_id = %(review)s GROUP BY 1
"""
COMBINATIONS_DRAWN = 18
SOURCES_DRAWN = 12


@dataclass(slots=True)
class Source:
    """before: its records. after: the reports of which it delivered the first record; they add up to all reports.
    delivered: its reports. only: those that no other source has."""

    name: str
    before: int = 0
    after: int = 0
    delivered: int = 0
    only: int = 0

    @property
    def found_elsewhere(self) -> int:
        return self.delivered - self.only


@dataclass(slots=True)
class Overlap:
    sources: list[Source] = field(default_factory=list)
    # Sources that delivered the same reports -> how many, the most first.
    sets: list[tuple[frozenset[str], int]] = field(default_factory=list)

    @property
    def records(self) -> int:
        return sum(source.before for source in self.sources)

    @property
    def reports(self) -> int:
        return sum(source.after for source in self.sources)

    def shared(self, one: str, other: str) -> int:
        """Reports that both sources delivered."""
        return sum(number for names, number in self.sets if one in names and other in names)

    def matrix(self) -> list[tuple[Source, list[int]]]:
        """Each of the largest sources with what it shares with each of them."""
        largest = self.sources[:SOURCES_DRAWN]
        return [(one, [self.shared(one.name, other.name) for other in largest]) for one in largest]


def overlap_of(review: Review) -> Overlap:
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, {"review": review.pk})
        found = {name: Source(name, before=number) for name, number in cursor.fetchall()}
        cursor.execute(HOME, {"review": review.pk})
        rows = cursor.fetchall()
    sets: dict[frozenset[str], int] = {}
    for names, earliest, number in rows:
        key = frozenset(names)
        sets[key] = sets.get(key, 0) + number
        found[earliest].after += number
        for name in key:
            found[name].delivered += number
            found[name].only += number if len(key) == 1 else 0
    sources = sorted(found.values(), key=lambda one: (-one.delivered, one.name))
    return Overlap(sources, sorted(sets.items(), key=lambda one: (-one[1], len(one[0]), sorted(one[0]))))


# The drawing: a column for each combination, a row for each source.
STEP, ROW, LEFT, TOP, TALL = 34, 26, 250, 24, 150
WIDEST = 90


@dataclass(frozen=True, slots=True)
class Column:
    x: int
    number: int
    y: float
    height: float
    dots: tuple[tuple[int, bool], ...]
    line: tuple[int, int] | None
    label: str

    @property
    def left(self) -> int:
        return self.x - 9

    @property
    def above(self) -> float:
        return self.y - 6


@dataclass(frozen=True, slots=True)
class Band:
    y: int
    name: str
    number: int
    width: float
    shaded: bool

    @property
    def start(self) -> float:
        """Where the bar begins: all of them end at one line."""
        return WIDEST - self.width


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    columns: tuple[Column, ...]
    bands: tuple[Band, ...]
    left_out: int


def drawing_of(overlap: Overlap) -> Drawing | None:
    """An upset plot of the largest sources and combinations; None where there is nothing to compare."""
    sources = overlap.sources[:SOURCES_DRAWN]
    names = [source.name for source in sources]
    drawn = [one for one in overlap.sets if one[0] <= set(names)][:COMBINATIONS_DRAWN]
    if len(sources) < 2 or not drawn:
        return None
    most = max(number for _names, number in drawn)
    base = TOP + TALL
    return Drawing(
        width=LEFT + STEP * len(drawn) + 16,
        height=base + ROW * len(sources) + 14,
        columns=tuple(
            column_of(place, combination, number, names, most)
            for place, (combination, number) in enumerate(drawn)
        ),
        bands=bands_of(sources, base),
        left_out=len(overlap.sets) - len(drawn),
    )


def column_of(
    place: int, combination: frozenset[str], number: int, names: Sequence[str], most: int
) -> Column:
    rows = [index for index, name in enumerate(names) if name in combination]
    height = max(round(TALL * number / most, 1), 1.5)
    centre = TOP + TALL + ROW // 2 + 6
    return Column(
        x=LEFT + STEP * place + STEP // 2,
        number=number,
        y=TOP + TALL - height,
        height=height,
        dots=tuple((centre + ROW * index, index in rows) for index in range(len(names))),
        line=(centre + ROW * rows[0], centre + ROW * rows[-1]) if len(rows) > 1 else None,
        label=", ".join(sorted(combination)),
    )


def bands_of(sources: Sequence[Source], base: int) -> tuple[Band, ...]:
    most = max(source.delivered for source in sources) or 1
    return tuple(
        Band(
            base + 6 + ROW * index,
            one.name,
            one.delivered,
            round(WIDEST * one.delivered / most, 1),
            index % 2 == 0,
        )
        for index, one in enumerate(sources)
    )
