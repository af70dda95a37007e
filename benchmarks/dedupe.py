"""How well and how fast de-duplication does on a labelled folder.

    python benchmarks/dedupe.py DIR [--peer] [--errors]

DIR holds `records_pre_merged.csv` (a record a row, its `ID` first; columns may be missing or called otherwise) and
`merged_record_ids.csv` (a group a row, the IDs joined by `;`; a record in no group is unique). Prints `key value` lines
and, last, the same as one JSON object; the seconds and the memory go to the error output.
`--peer` also runs bib-dedupe in an environment of its own, on the same machine; `--errors` lists what went wrong.
"""

import argparse
import csv
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from studies.dedupe import Candidate, Grouping, group

Groups = list[list[str]]


# What a column is called elsewhere; the first that holds something is taken. Names are compared without case.
ID = ("id", "record_id", "recordid", "key", "rec_id")
MISSING = frozenset(("", "nan", "na", "n/a", "none", "null"))


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows by their headings in lower case; blanks where an export wrote that there is nothing."""
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding=encoding(path), errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            cells = {
                (name or "").strip().lower(): cell.strip()
                for name, cell in row.items()
                if isinstance(cell, str)
            }
            yield {name: "" if cell.lower() in MISSING else cell for name, cell in cells.items()}


def encoding(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            for _ in file:
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def first(row: Mapping[str, str], *names: str) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def read_records(folder: Path) -> dict[str, Candidate]:
    """ID -> candidate, in the order of the file. Where no column is called so, the first one holds the ID."""
    found = {}
    for key, row in enumerate(rows(folder / "records_pre_merged.csv")):
        found[first(row, *ID) or next(iter(row.values()), "")] = candidate(key, row)
    return found


def candidate(key: int, row: Mapping[str, str]) -> Candidate:
    year = re.search(
        r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)", first(row, "year", "publication_year", "date", "published")
    )
    authors = first(row, "author", "authors", "author_names")
    pages = first(row, "pages", "page", "page_range", "pagination")
    start, end = first(row, "start_page", "startpage"), first(row, "end_page", "endpage")
    return Candidate(
        key=key,
        title=first(row, "title", "primary_title", "article_title"),
        authors=tuple(part.strip() for part in re.split(r"\s+and\s+|;|\|", authors) if part.strip()),
        year=int(year.group()) if year else None,
        journal=first(
            row, "journal", "journal_title", "secondary_title", "container_title", "booktitle", "source"
        ),
        volume=first(row, "volume"),
        issue=first(row, "number", "issue"),
        pages=pages or "-".join(filter(None, (start, end))),
        doi=first(row, "doi"),
        pmid=first(row, "pmid", "pubmed_id", "pubmedid"),
        pmcid=first(row, "pmcid", "pmc"),
        abstract=first(row, "abstract"),
        kind=first(row, "entrytype", "type", "publication_type"),
        language=first(row, "language"),
    )


def read_groups(folder: Path, known: Collection[str]) -> Groups:
    """The groups of `merged_record_ids.csv`, as far as their records are known; or, where there is no such file, the
    records that share a cluster in `truth.csv`, or a `duplicate_id` in the records."""
    merged, truth = folder / "merged_record_ids.csv", folder / "truth.csv"
    if merged.is_file():
        cells = (first(row, "merged_ids") or next(iter(row.values()), "") for row in rows(merged))
        groups = [[key.strip() for key in re.split(r"[;|]", cell) if key.strip() in known] for cell in cells]
    else:
        source = truth if truth.is_file() else folder / "records_pre_merged.csv"
        clusters: dict[str, list[str]] = {}
        for row in rows(source):
            key, cluster = first(row, *ID), first(row, "cluster_id", "duplicate_id", "cluster")
            if key in known and cluster:
                clusters.setdefault(cluster, []).append(key)
        groups = list(clusters.values())
    return [keys for keys in groups if len(keys) > 1]


def count(records: Iterable[str], true: Groups, found: Groups) -> dict[str, int]:
    """Records removed, one survivor a group: rightly (tp), wrongly (fp), left behind (fn), rightly kept (tn).

    A found group that mixes k true ones loses k - 1 documents; a true group that was found in k parts keeps k - 1
    doubles.
    """
    names = {key: number for number, keys in enumerate(true) for key in keys}
    tp = fp = 0
    for keys in found:
        parts = Counter(names.get(key, key) for key in keys)
        fp += len(parts) - 1
        tp += len(keys) - len(parts)
    duplicates = sum(len(keys) - 1 for keys in true)
    unique = len(set(records)) - duplicates
    return {"duplicates": duplicates, "tp": tp, "fp": fp, "fn": duplicates - tp, "tn": unique - fp}


def rates(counted: Mapping[str, int]) -> dict[str, float]:
    def share(part: str, rest: str, places: int) -> float:
        whole = counted[part] + counted[rest]
        return round(counted[part] / whole, places) if whole else 1.0

    # Three places for what is found, as such figures are published; more where a single record must show.
    return {
        "sensitivity": share("tp", "fn", 3),
        "specificity": share("tn", "fp", 6),
        "precision": share("tp", "fp", 6),
    }


def with_likely(grouping: Grouping, names: list[str], true: Groups) -> Groups:
    """The groups after a person has decided every likely pair as the labels do."""
    label = {key: number for number, keys in enumerate(true) for key in keys}
    parent = {name: name for name in names}

    def find(name: str) -> str:
        while parent[name] != name:
            parent[name] = name = parent[parent[name]]
        return name

    for keys in grouping.groups:
        for key in keys[1:]:
            parent[find(names[key])] = find(names[keys[0]])
    for pair in grouping.likely:
        left, right = names[pair.left], names[pair.right]
        ours, theirs = label.get(left), label.get(right)
        if ours is not None and ours == theirs:
            parent[find(left)] = find(right)
    merged: dict[str, list[str]] = {}
    for name in names:
        merged.setdefault(find(name), []).append(name)
    return [members for members in merged.values() if len(members) > 1]


def timed(candidates: list[Candidate], runs: int) -> tuple[Grouping, float]:
    """The outcome, and the seconds of the fastest run."""
    best, grouping = float("inf"), Grouping()
    for _ in range(runs):
        start = time.perf_counter()
        grouping = group(candidates)
        best = min(best, time.perf_counter() - start)
    return grouping, best


def measure(folder: Path, show_errors: bool) -> dict[str, float]:
    records = read_records(folder)
    true = read_groups(folder, records)
    candidates, names = list(records.values()), list(records)
    group(candidates[:200])
    grouping, best = timed(
        candidates, 15 if len(candidates) < 3_000 else 3 if len(candidates) < 20_000 else 1
    )
    found = [[names[key] for key in keys] for keys in grouping.groups]
    counted = count(names, true, found)
    helped = count(names, true, with_likely(grouping, names, true))
    if show_errors:
        list_errors(records, names, true, grouping)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{best:.3f} s, at most {memory} MB in memory", file=sys.stderr)
    return {
        "records": len(records),
        **{key: counted[key] for key in ("duplicates", "tp", "fp", "fn")},
        **rates(counted),
        "sensitivity_with_likely": rates(helped)["sensitivity"],
        "likely_pairs": len(grouping.likely),
        "records_per_s": round(len(records) / best, 1),
    }


PEER = "bib-dedupe==0.11.0"
PEER_SCRIPT = """
import json, sys, time
import pandas
from bib_dedupe.bib_dedupe import block, cluster, match, prep

def main():
    records = pandas.read_csv(sys.argv[1])
    for _ in range(2):
        start = time.perf_counter()
        groups = cluster(match(block(prep(records.copy()))))
        seconds = time.perf_counter() - start
    with open(sys.argv[2], "w") as file:
        json.dump({"groups": groups, "seconds": seconds}, file)

if __name__ == "__main__":
    main()
"""


def measure_peer(folder: Path) -> dict[str, float]:
    """The same figures for bib-dedupe, installed into an environment that is thrown away; its second run is timed."""
    names = list(read_records(folder))
    true = read_groups(folder, set(names))
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        subprocess.run([sys.executable, "-m", "venv", home / "env"], check=True)
        python = home / "env" / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", PEER], check=True, stdout=sys.stderr)
        (home / "peer.py").write_text(PEER_SCRIPT)
        command = [python, home / "peer.py", folder / "records_pre_merged.csv", home / "found.json"]
        subprocess.run(command, check=True, stdout=sys.stderr, cwd=home)
        found = json.loads((home / "found.json").read_text())
    counted = count(names, true, found["groups"])
    figures = {**{key: counted[key] for key in ("tp", "fp", "fn")}, **rates(counted)}
    figures["records_per_s"] = round(len(names) / found["seconds"], 1)
    return {f"peer_{key}": value for key, value in figures.items()}


def list_errors(records: Mapping[str, Candidate], names: list[str], true: Groups, grouping: Grouping) -> None:
    """False merges, and true groups that were not found whole, with what was said of their pairs."""
    label = {key: number for number, keys in enumerate(true) for key in keys}
    place = {key: number for number, keys in enumerate(grouping.groups) for key in keys}
    for keys in grouping.groups:
        if len({label.get(names[key], names[key]) for key in keys}) > 1:
            print("MERGED, LABELLED APART")
            for key in keys:
                print("   ", line(names[key], records))
    for members in true:
        if len({place.get(records[name].key, name) for name in members}) > 1:
            print("LABELLED ONE, NOT MERGED")
            for name in members:
                print("   ", line(name, records))
            inside = {records[name].key for name in members}
            for pair in grouping.pairs:
                if pair.left in inside and pair.right in inside:
                    print(
                        "       ", names[pair.left], names[pair.right], pair.verdict, "; ".join(pair.evidence)
                    )


def line(name: str, records: Mapping[str, Candidate]) -> str:
    one = records[name]
    place = f"{one.year} {one.journal[:60]} {one.volume}({one.issue}):{one.pages}"
    return f"{name} | {one.title[:140]} | {'; '.join(one.authors)[:60]} | {place} | {one.doi}"


def main() -> None:
    parser = argparse.ArgumentParser(description="De-duplication on a labelled folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--peer", action="store_true", help="also run bib-dedupe, in an environment of its own"
    )
    parser.add_argument("--errors", action="store_true", help="list false merges and missed duplicates")
    chosen = parser.parse_args()
    folder = chosen.folder.resolve()
    figures = measure(folder, chosen.errors)
    if chosen.peer:
        figures.update(measure_peer(folder))
    for key, value in figures.items():
        print(key, value)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
