"""A labelled set of altered copies, made from real records, to measure de-duplication on.

    bin/bench altered DIR OUT [--copies 1000] [--seed 1] [--mix brief|full] [--times 1]

DIR is a folder as `benchmarks/dedupe.py` reads it; of each of its groups the first record is kept. OUT gets the same
two files: those records and copies of some, each altered in one to five ways. `--times` repeats the whole with other
words in the titles and other names, to see how time and memory grow.
"""

import argparse
import csv
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.dedupe import read_groups, read_records
from studies.dedupe import Candidate

Alter = Callable[[random.Random, Candidate], Candidate]
COLUMNS = (
    "ID",
    "ENTRYTYPE",
    "author",
    "title",
    "year",
    "journal",
    "volume",
    "number",
    "pages",
    "doi",
    "abstract",
)
_NOWHERE = {"volume": "", "issue": "", "pages": ""}


def _slip(draw: random.Random, one: Candidate) -> Candidate:
    """A letter lost, doubled, wrong or swapped with the next."""
    title = one.title
    if len(title) <= 20:
        return one
    at = draw.randrange(5, len(title) - 5)
    slips = (
        title[at + 1 :],
        title[at] + title[at:],
        draw.choice("aeiounrst") + title[at + 1 :],
        title[at + 1] + title[at] + title[at + 2 :],
    )
    return replace(one, title=title[:at] + draw.choice(slips))


def _authors(change: Callable[[str, str], str]) -> Alter:
    def alter(draw: random.Random, one: Candidate) -> Candidate:
        parts = (author.partition(",") for author in one.authors)
        return replace(one, authors=tuple(change(f, g.strip()) if comma else f for f, comma, g in parts))

    return alter


def _initials(given: str, mark: str) -> str:
    return "".join(word[0] + mark for word in given.split())


def _abbreviate(draw: random.Random, one: Candidate) -> Candidate:
    words = [
        word
        for word in one.journal.split()
        if word.lower() not in ("the", "of", "and", "in", "for", "on", "&")
    ]
    short = " ".join(word[: draw.choice((3, 4, 5))] if len(word) > 6 else word for word in words)
    return replace(one, journal=short if len(words) > 1 else one.journal)


def _title(change: Callable[[str], str]) -> Alter:
    return lambda draw, one: replace(one, title=change(one.title))


def _drop(**fields: str) -> Alter:
    return lambda draw, one: replace(one, **fields)  # type: ignore[arg-type]


def _year(draw: random.Random, one: Candidate) -> Candidate:
    return replace(one, year=one.year and one.year + draw.choice((-1, 1)))


BRIEF: tuple[Alter, ...] = (
    _slip,
    _title(str.upper),
    _drop(doi=""),
    _drop(abstract=""),
    _drop(pages=""),
    _year,
    _authors(lambda family, given: f"{family} {_initials(given, '')}"),
    _authors(lambda family, given: f"{family}, {_initials(given, '. ')}"),
    _abbreviate,
)
FULL: tuple[Alter, ...] = (
    *BRIEF,
    _title(str.title),
    _title(lambda title: title.split(": ")[0]),
    _title(lambda title: f"[{title.rstrip('.')}]."),
    _title(lambda title: title.replace("-", "&#x2013;").replace("&", "&amp;", 1)),
    _authors(lambda family, given: f"{given} {family}"),
    lambda draw, one: replace(one, authors=one.authors[:1]),
    lambda draw, one: replace(
        one, authors=(*one.authors[:1], "et al.") if len(one.authors) > 1 else one.authors
    ),
    lambda draw, one: replace(one, abstract=one.abstract and one.abstract[:250] + " (ABSTRACT TRUNCATED)"),
    lambda draw, one: replace(one, doi=one.doi and f"https://doi.org/{one.doi.upper()}"),
    lambda draw, one: replace(one, pages=re.split("[-\u2013]", one.pages)[0]),
    _drop(issue=""),
    _drop(**_NOWHERE),
)
MIXES = {"brief": BRIEF, "full": FULL}


def altered(draw: random.Random, one: Candidate, mix: tuple[Alter, ...]) -> Candidate:
    for alter in draw.sample(mix, draw.randint(1, 5)):
        one = alter(draw, one)
    return one


def renamed(one: Candidate, turn: int) -> Candidate:
    """Another document: the words of title and abstract and all family names begin with syllables of the turn."""
    if not turn:
        return one
    draw = random.Random(turn)
    mark = "".join(draw.choice("bdfgklmnprstvz") + draw.choice("aeiou") for _ in range(3))
    title, abstract = (
        re.sub(r"[^\W\d_]{3,}", lambda word: mark + word.group(), text) for text in (one.title, one.abstract)
    )
    authors = tuple(mark.title() + author for author in one.authors)
    doi = one.doi and f"{one.doi}.{turn}"
    return replace(
        one, title=f"{mark} {title}", abstract=abstract, authors=authors, doi=doi, pmid="", pmcid=""
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Altered copies of the records of a labelled folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--copies", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mix", choices=MIXES, default="brief")
    parser.add_argument("--times", type=int, default=1)
    chosen = parser.parse_args()
    draw = random.Random(chosen.seed)
    records = read_records(chosen.folder)
    spare = {key for keys in read_groups(chosen.folder, records) for key in keys[1:]}
    originals = [one for key, one in records.items() if key not in spare and one.title]
    made: list[tuple[str, Candidate]] = []
    for turn in range(chosen.times):
        documents = [(f"{turn}.{at}", renamed(one, turn)) for at, one in enumerate(originals)]
        picked = (draw.choice(documents) for _ in range(chosen.copies))
        made.extend([*documents, *((name, altered(draw, one, MIXES[chosen.mix])) for name, one in picked)])
    draw.shuffle(made)
    write(chosen.out, made)


def write(out: Path, made: list[tuple[str, Candidate]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    groups: dict[str, list[str]] = {}
    with (out / "records_pre_merged.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for at, (document, one) in enumerate(made):
            key = f"a{at:07}"
            groups.setdefault(document, []).append(key)
            place = (one.journal, one.volume, one.issue, one.pages, one.doi, one.abstract)
            writer.writerow([key, one.kind, " and ".join(one.authors), one.title, one.year or "", *place])
    with (out / "merged_record_ids.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["merged_ids"])
        writer.writerows([";".join(keys)] for keys in groups.values() if len(keys) > 1)


if __name__ == "__main__":
    main()
