"""One row of a table to a record, by the matching of its columns."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from urllib.parse import unquote

from studies.formats import identifiers as ids
from studies.formats.decisions import decisions_in_notes, verdict_of
from studies.formats.entry import Decision, ParsedRecord
from studies.formats.names import authors, medline, split_list
from studies.formats.tagged import remaining, unique
from studies.formats.text import clean, one_line, paragraphs, value
from studies.formats.wos import record as wos_record

_GLUED = re.compile(r"(?<=[a-zß-öø-ÿ]{2})(?<!Mc)(?<!Mac)(?=[A-ZÀ-ÖØ-Þ])")
_EMBASE_SOURCE = re.compile(
    r"(?P<journal>.+?) \((?P<year>\d{4})\)(?: (?P<volume>[\w-]+)(?::(?P<issue>[^\s(]+))?)?"
    r"(?: \((?P<pages>[\w.-]+)\))?(?:[.,]|$)"
)
_ADDRESS = re.compile(r"(?:https?|ftp)://\S+")
_COMMA = re.compile(r",(?![^(]*\))")  # Embase: duplication cyst (diagnosis, surgery)
_TICKED = frozenset({"1", "1.0", "True", "true"})
_FORMULA = frozenset("=+-@")
_NUMBERS = ("embase", "wos", "scopus", "accession", "covidence")
_STAGES = (
    # Covidence names its files review_<number>_<stage>_csv_<time>.
    (re.compile(r"review_\d+_irrelevant"), "title_abstract", "exclude"),
    (re.compile(r"review_\d+_excluded"), "full_text", "exclude"),
    (re.compile(r"review_\d+_(?:included|extract)"), "full_text", "include"),
    (re.compile(r"review_\d+_select"), "title_abstract", "include"),
)
_SOURCES = {
    **{
        name: name for name in ("Scopus", "Embase", "PubMed", "ClinicalTrials.gov", "ICTRP", "Web of Science")
    },
    **{name: name for name in ("IEEE", "Springer", "Lens", "Dimensions", "OpenAlex")},
    "Cochrane": "CENTRAL",
    "Publish or Perish": "Google Scholar",
}
_LIST = re.compile(r"\[\s*['\"].*['\"]\s*\]$", re.DOTALL)
_TAG = re.compile(r"asreview_tag_(.+)$")
_CITATION = re.compile(
    r";\s*(?P<volume>[^(:;.\s]+)?(?:\s?\((?P<issue>[^)]{1,30})\))?(?::(?P<pages>[\w-]+))?\."
)

Row = dict[str, list[str]]


class RowReader:
    """Makes records of rows under one header."""

    def __init__(
        self, header: Sequence[str], mapping: Mapping[str, str], dialect: str, filename: str = ""
    ) -> None:
        self.header = list(header)
        self._names = [value(heading) for heading in header]
        self._fields = [mapping.get(heading, "") for heading in header]
        self._dialect = dialect
        self._tagged = dialect == "Web of Science" and "PT" in self.header and "TI" in self.header
        name = PurePath(filename).name.lower()
        self._stage = next(((s, v) for pattern, s, v in _STAGES if pattern.search(name)), ("", ""))

    def record(self, cells: Sequence[str]) -> ParsedRecord:
        """The fields of one row."""
        if self._tagged:
            return wos_record(self._tags(cells))
        row: Row = {}
        extra: dict[str, list[str]] = {}
        for index, cell in enumerate(cells):
            text = clean(cell.replace("\r\n", "\n").replace("\r", "\n")).strip()
            if text[:1] == "'" and text[1:2] in _FORMULA:
                text = text[1:]  # an apostrophe that keeps spreadsheets from running the cell
            if not text:
                continue
            field = self._fields[index] if index < len(self._fields) else ""
            if field:
                row.setdefault(field, []).append(text)
            else:
                extra.setdefault(self._names[index] if index < len(self._names) else "", []).append(text)
        return self._record(row, extra)

    def _tags(self, cells: Sequence[str]) -> dict[str, list[str]]:
        named = zip(self._names, cells, strict=False)
        tags = {tag: [text] for tag, cell in named if (text := one_line(clean(cell)))}
        return {
            tag: (values[0].split("; ") if tag in ("AU", "AF") else values) for tag, values in tags.items()
        }

    def _record(self, row: Row, extra: dict[str, list[str]]) -> ParsedRecord:
        if self._dialect == "Embase":
            _embase(row, extra)
        elif self._dialect == "PubMed":
            _pubmed(row, extra)
        elif self._dialect == "Publish or Perish":
            _without_zeros(row)
        title, abstract = _first(row, "title"), paragraphs(row["abstract"][0]) if row.get("abstract") else ""
        numbers = {name: text for name in _NUMBERS if (text := _first(row, name))}
        if numbers.get("embase", "").isdigit():
            numbers["embase"] = f"L{numbers['embase']}"  # as Embase writes it elsewhere
        isbn = ids.isbn_of(row.get("isbn", ()))
        if isbn:
            numbers["isbn"] = isbn
        trials = ids.registrations_of(" ".join(row.get("nct", ())))
        if row.get("nct") and not trials:
            numbers.setdefault("accession", _first(row, "nct"))
        numbers.update(trials or ids.registrations_of(f"{title} {abstract}"))
        urls = unique(url.rstrip(";,") for text in row.get("url", ()) for url in _ADDRESS.findall(text))
        pmid, pmcid = ids.numbers_in_links([*urls, *row.get("pmid", ()), *row.get("pmcid", ())])
        if row.get("url") and not urls:
            extra["url"] = row["url"]
        doi_text = _first(row, "doi")
        doi = ids.find_doi(doi_text) or next((d for url in urls if (d := ids.doi_from_url(url))), "")
        if doi_text and not ids.find_doi(doi_text):
            extra["doi"] = [doi_text]
        year = ids.find_year(row.get("year", ()))
        if row.get("year") and row["year"][0] != str(year):
            extra["date"] = row["year"]
        return ParsedRecord(
            title=title,
            abstract=abstract,
            authors=self._authors(row, extra),
            year=year,
            journal=_first(row, "journal"),
            journal_abbreviation=_first(row, "journal_abbreviation"),
            volume=_first(row, "volume"),
            issue=_first(row, "issue"),
            pages=_pages(row),
            doi=doi,
            pmid=ids.pmid_of(_first(row, "pmid")) or pmid,
            pmcid=ids.pmcid_of(_first(row, "pmcid")) or pmcid,
            identifiers=numbers,
            kind=_first(row, "kind"),
            language=_first(row, "language"),
            keywords=_keywords(row),
            urls=urls,
            issn=ids.issn_of(row.get("issn", ())),
            source=_first(row, "source") or _SOURCES.get(self._dialect, ""),
            decisions=self._decisions(row, extra),
            extra=remaining(extra),
        )

    def _authors(self, row: Row, extra: dict[str, list[str]]) -> tuple[str, ...]:
        found: list[str] = []
        for text in row.get("authors", ()):
            if self._dialect == "Springer":
                found.extend(part for piece in _GLUED.split(text) if (part := piece.strip()))
            elif self._dialect == "PubMed":
                found.extend(medline(name.strip(" .")) for name in text.split(","))
            else:
                found.extend(_listed(text) or split_list(_without_ids(text)))
        if not found and self._dialect in ("ClinicalTrials.gov", "ICTRP"):
            return tuple(_sponsors(extra))
        return authors(name for name in found if name.strip(" .…"))

    def _decisions(self, row: Row, extra: dict[str, list[str]]) -> tuple[Decision, ...]:
        """From the tool's own columns, else from what the notes say; notes are kept besides."""
        notes = row.get("note", [])
        if notes:
            extra["notes"] = notes
        written = decisions_in_notes(notes)
        stage, default = self._stage
        if self._dialect == "Covidence":
            return self._covidence(row, written, stage, default)
        word = _first(row, "verdict")
        verdict = verdict_of(word) if word else None
        if word and verdict is None and word not in ("-1", "-1.0"):
            extra["decision"] = [word]
        labels = tuple(part for text in row.get("labels", ()) for p in text.split(",") if (part := p.strip()))
        if self._dialect == "ASReview":
            labels += tuple(
                tag[1] for name, values in extra.items() if (tag := _TAG.match(name)) and values[0] in _TICKED
            )
        reason = _first(row, "reason")
        if written:
            return written
        if verdict is None and not labels and not reason:
            return ()
        note = one_line(notes[0]) if notes and self._dialect == "ASReview" else ""
        return (Decision(_first(row, "reviewer"), verdict, reason, labels, note),)

    @staticmethod
    def _covidence(row: Row, written: tuple[Decision, ...], stage: str, default: str) -> tuple[Decision, ...]:
        labels = tuple(p for text in row.get("labels", ()) for part in text.split(";") if (p := part.strip()))
        reason = written[0].reason if written else _first(row, "reason")
        verdict = verdict_of(default) if default else ("exclude" if reason else None)
        if verdict is None and not labels:
            return ()
        stage = stage or ("full_text" if reason else "")
        return (Decision("", verdict, reason, labels, "", stage),)


def _embase(row: Row, extra: dict[str, list[str]]) -> None:
    """Embase writes journal, year, volume and pages into one cell, and its number into a link."""
    place = _EMBASE_SOURCE.match(_first(row, "journal")[:1000])
    if place:
        extra["Source"] = row["journal"]
        for field in ("journal", "year", "volume", "issue", "pages"):
            if place[field]:
                row[field] = [place[field]]
    links = " ".join(row.get("url", ()))
    number = ids.embase_of(links)
    if number:
        if row.get("embase", [number]) != [number]:
            extra["Embase accession"] = row["embase"]
        row["embase"] = [number]  # the one that its RIS gives
    doi = re.search(r"id=doi:([^&\s]+)", links)
    if doi:
        row.setdefault("doi", [unquote(doi[1])])


def _pubmed(row: Row, extra: dict[str, list[str]]) -> None:
    """PubMed writes volume, issue and pages into its citation: Nature. 2021 Dec 21;1(2):10-11. doi: ..."""
    place = _CITATION.search("".join(extra.get("Citation", ()))[:1000])
    for field in ("volume", "issue", "pages"):
        if place and place[field]:
            row.setdefault(field, [place[field]])


def _without_zeros(row: Row) -> None:
    """Publish or Perish writes 0 for what it does not know."""
    for field in ("volume", "issue", "start_page", "end_page"):
        if row.get(field) == ["0"]:
            del row[field]


def _listed(text: str) -> list[str]:
    """The names of a list as Python and JSON write one: ['Smith, J.', "O'Neil, K."]."""
    if not _LIST.match(text):
        return []
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return []
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _first(row: Row, field: str) -> str:
    values = row.get(field)
    return one_line(values[0]) if values else ""


def _without_ids(text: str) -> str:
    """Scopus writes "Smith, John (57190000000)"."""
    return re.sub(r"\s*\(\d{6,}\)", "", text)


def _pages(row: Row) -> str:
    pages = ids.join_pages(_first(row, "pages"))
    start, end = _first(row, "start_page"), _first(row, "end_page")
    return pages or ids.join_pages(start, end) or _first(row, "article_number")


def _keywords(row: Row) -> tuple[str, ...]:
    found: list[str] = []
    for text in row.get("keywords", ()):
        if listed := _listed(text):
            found.extend(listed)
            continue
        mark = next((mark for mark in (";", "|", "\n") if mark in text), ",")
        pieces = _COMMA.split(text) if mark == "," else text.split(mark)
        found.extend(part for piece in pieces if (part := one_line(piece)))
    return unique(found)


def _sponsors(extra: dict[str, list[str]]) -> list[str]:
    """Who runs a registered trial stands for its authors."""
    named = (extra.get(name, [""])[0] for name in ("Sponsor", "Primary sponsor", "Sponsor/Collaborators"))
    return [name for text in named if (name := one_line(text.split("|")[0]))][:1]
