"""Whether every entry of a folder of real exports is accounted for.

    python benchmarks/formats.py DIR [--fields]

Reads every file below DIR and prints, for each, the entries expected, found (made records and refused) and
refused. Expected is what SOURCE.tsv in DIR lists; where an independent count of entry marks disagrees with
the list, that count is taken and the listed number is shown beside it. Files that come with a .bib of the same
name are compared with it field by field, by another parser; `--fields` lists what differs. The last line holds
the totals as one JSON object.
"""

import argparse
import csv
import io
import json
import re
import sys
import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import openpyxl
from bibtexparser.entrypoint import parse_string

from studies.formats import Entry, ParsedRecord, Refusal, UnreadableFile, read

COMPARED = (
    "title",
    "authors",
    "year",
    "journal",
    "volume",
    "issue",
    "pages",
    "doi",
    "pmid",
    "issn",
    "abstract",
)


@dataclass
class Outcome:
    """What one file gave."""

    name: str
    expected: int
    listed: int | None
    made: list[ParsedRecord] = field(default_factory=list)
    refused: int = 0
    format: str = ""
    message: str = ""

    @property
    def found(self) -> int:
        return len(self.made) + self.refused

    @property
    def unaccounted(self) -> int:
        return abs(self.expected - self.found)


# --- counting entries without the readers ---------------------------------------------------------------------


def text_of(data: bytes) -> str:
    """The whole file as text with LF line ends, by rules of its own."""
    zeros = (data[0:200:2].count(0), data[1:200:2].count(0))
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16")
    elif max(zeros) > 40:
        text = data.decode("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    return re.sub(r"\r\n?", "\n", text)


def count_marks(text: str) -> int | None:
    """How many entries the marks of the formats say there are; None where no mark is known."""
    head = text.lstrip()[:400]
    if head.startswith("<") and not re.match(r"<\d+>", head):
        return len(re.findall(r"<(?:PubmedArticle|PubmedBookArticle|record)[\s>]", text))
    if head[:1] in "{[":
        found = json.loads(text)
        return len(found.get("studies", [found]) if isinstance(found, dict) else found)
    paragraphs = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", text)]
    for mark, many in (
        (r"^[ \t\ufeff]*TY {1,2}-", None),
        (r"^ER {2}-", None),
        (r"^%[0-9A-Z](?: |$)", r"^%[0-9A-Z](?: |$)"),
        (r"^[ \t]*@(?!comment|string|preamble)[A-Za-z]+\s*[{(]", None),
        (r"^PT [A-Z]$", None),
        (r"^<\d+>", None),
        (r"^Record #\d+ of \d+$", None),
        (r"^RT [A-Z][a-z]", None),
        (r"^RECORD \d+$", None),
        (r"^PMID: \d+", None),
        (r"^UI  - ", None),
        (r"^Accession Number$", None),
        (r"^(?:PMID|PMCR?|OWN|STAT) ?-", r"^[A-Z]{2,4} {0,2}-"),
    ):
        count = len(re.findall(mark, text, re.MULTILINE | re.IGNORECASE if "@" in mark else re.MULTILINE))
        if count and many:
            # A paragraph is an entry, or several where its %0 comes more than once.
            return sum(
                max(
                    len(re.findall(r"^%0(?: |$)", part, re.MULTILINE)),
                    bool(re.search(many, part, re.MULTILINE)),
                )
                for part in paragraphs
            )
        if count:
            return count
    rows = count_rows(text)
    # Embase's table with a row for each field, and numbered references, are none that count_rows knows.
    for mark in (r'^"TITLE",', r"^(?:\d{1,4}[.:)]|\[\d{1,4}\]) \S{4}"):
        if rows is None and (count := len(re.findall(mark, text, re.MULTILINE))):
            return count
    return rows


def count_archive(data: bytes) -> int | None:
    """Entries of a workbook (filled rows below the first that has a title), or of the one export in an archive."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        return None
    names = archive.namelist()
    if any(name.startswith("xl/") for name in names):
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = [
            [str(cell or "") for cell in row] for sheet in book for row in sheet.iter_rows(values_only=True)
        ]
        starts = [n for n, row in enumerate(rows) if any("title" in cell.lower() for cell in row)]
        return sum(any(row) for row in rows[starts[0] + 1 :]) if starts else None
    exports = [name for name in names if re.search(r"\.(csv|ris|bib|enw|nbib|ciw|txt|xml|json)$", name)]
    exports = [name for name in exports if "customizations_log" not in name]
    return count_marks(text_of(archive.read(exports[0]))) if len(exports) == 1 else None


def count_rows(text: str) -> int | None:
    """Filled rows below the heading of a table; None where the text is no table."""
    csv.field_size_limit(sys.maxsize)
    lines = text.lstrip("\ufeff").split("\n")
    for above, first in enumerate(lines[:3]):
        mark = max(",;\t", key=first.count)
        titled = re.search(r"titl|titel|display_name", first, re.IGNORECASE) or "\tTI\t" in first
        if first.count(mark) >= 3 and titled:
            rows = csv.reader(io.StringIO("\n".join(lines[above:]), newline=""), delimiter=mark)
            return sum(any(row) for row in rows) - 1
    return None


def listed_counts(folder: Path) -> dict[tuple[str, str], int]:
    """(subfolder, file name without the origin) -> number of records that SOURCE.tsv lists."""
    path = folder / "SOURCE.tsv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {(row["dialect"], Path(row["path"]).name): int(row["records"]) for row in rows}


# --- reading ------------------------------------------------------------------------------------------------------


def read_file(path: Path, folder: Path, listed: Mapping[tuple[str, str], int]) -> Outcome:
    name = str(path.relative_to(folder))
    from_list = listed.get((path.parent.name, path.name.split("__", 1)[-1]))
    data = path.read_bytes()
    counted = count_archive(data) if data[:4] == b"PK\x03\x04" else count_marks(text_of(data))
    outcome = Outcome(name, counted if counted is not None else from_list or 0, from_list)
    try:
        with path.open("rb") as file:
            reading = read(file, filename=path.name)
            outcome.format = f"{reading.format} {reading.dialect}".strip()
            for item in reading:
                if isinstance(item, Entry):
                    outcome.made.append(item.fields)
                elif isinstance(item, Refusal):
                    outcome.refused += 1
    except UnreadableFile as error:
        outcome.message = str(error)
    return outcome


# --- comparing with the .bib beside a file ---------------------------------------------------------------------


def pair_of(path: Path) -> Path | None:
    """The .bib that carries the expected result of a file."""
    for stem in (path.stem, re.sub(r"Test(\d)", r"TestBib\1", path.stem)):
        candidate = path.with_name(f"{stem}.bib")
        if candidate.exists() and candidate != path:
            return candidate
    return None


def expected_records(path: Path) -> list[dict[str, str]]:
    library = parse_string(text_of(path.read_bytes()))
    blocks = [getattr(block, "ignore_error_block", block) for block in library.blocks]
    return [
        {item.key.lower(): str(item.value) for item in block.fields}
        for block in blocks
        if hasattr(block, "fields")
    ]


def plain(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.replace("--", "-").replace("\\", ""))
    return "".join(character for character in text.casefold() if character.isalnum())


def wanted(record: Mapping[str, str], name: str) -> str:
    names = {
        "issue": ("number", "issue"),
        "authors": ("author",),
        "year": ("year", "date"),
        "issn": ("issn",),
    }
    return next((record[key] for key in names.get(name, (name,)) if record.get(key)), "")


def same(name: str, got: ParsedRecord, expected: str) -> bool:
    value = getattr(got, name)
    if name == "authors":
        families = [plain(author.split(",")[0]) for author in value]
        return all(any(family in plain(part) for family in families) for part in expected.split(" and "))
    if name == "journal":
        return plain(expected) in (plain(got.journal), plain(got.journal_abbreviation))
    if name == "issn":
        return any(plain(number) in plain(expected) for number in value) or plain(expected) == ""
    if name == "year":
        return str(value) in expected
    if name == "doi":
        return plain(str(value)) == plain(re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)", "", expected))
    return plain(str(value)) == plain(expected)


def compare(outcome: Outcome, records: list[dict[str, str]], *, show: bool) -> tuple[int, int]:
    """(fields compared, fields equal) over the entries of a pair, in order."""
    compared = equal = 0
    for number, (got, record) in enumerate(zip(outcome.made, records, strict=False), 1):
        for name in COMPARED:
            expected = wanted(record, name)
            if not plain(expected):
                continue
            compared += 1
            if same(name, got, expected):
                equal += 1
            elif show:
                print(
                    f"  differs {outcome.name} entry {number} {name}: {getattr(got, name)!r} for {expected!r}"[
                        :400
                    ]
                )
    return compared, equal


def main() -> None:
    parser = argparse.ArgumentParser(description="Account for every entry of a folder of exports.")
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--fields", action="store_true", help="list the fields that differ from the .bib beside a file"
    )
    options = parser.parse_args()
    folder: Path = options.folder
    listed = listed_counts(folder)
    paths = sorted(
        path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(("SOURCE", "."))
    )
    outcomes, compared, equal = [], 0, 0
    print(f"{'file':84} {'format':24} expected found refused")
    for path in paths:
        outcome = read_file(path, folder, listed)
        outcomes.append(outcome)
        note = "" if outcome.listed in (None, outcome.expected) else f"  (listed {outcome.listed})"
        note += f"  UNACCOUNTED {outcome.unaccounted}" if outcome.unaccounted else ""
        note += f"  {outcome.message}" if outcome.message else ""
        print(
            f"{outcome.name:84} {outcome.format:24} {outcome.expected:8} {outcome.found:5} {outcome.refused:7}{note}"
        )
        pair = pair_of(path)
        if pair is not None and path.suffix != ".bib":
            more, agreed = compare(outcome, expected_records(pair), show=options.fields)
            compared, equal = compared + more, equal + agreed
    totals = {
        "files": len(outcomes),
        "expected": sum(outcome.expected for outcome in outcomes),
        "found": sum(outcome.found for outcome in outcomes),
        "refused": sum(outcome.refused for outcome in outcomes),
        "unaccounted": sum(outcome.unaccounted for outcome in outcomes),
        "made": sum(len(outcome.made) for outcome in outcomes),
        "listed_otherwise": sum(outcome.listed not in (None, outcome.expected) for outcome in outcomes),
        "fields_compared": compared,
        "fields_equal": equal,
    }
    for key, value in totals.items():
        print(key, value)
    print(json.dumps(totals))


if __name__ == "__main__":
    main()
