"""BibTeX and BibLaTeX as databases and reference managers really write it.

Written here, since the well-kept parsers set aside entries with a repeated or empty key, or with
an "@" inside a value, which databases deliver.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.formats import identifiers as ids
from studies.formats.decisions import decisions_in_notes
from studies.formats.entry import Item, ParsedRecord, Refusal, entry_or_refusal
from studies.formats.latex import is_braced, plain, split_names
from studies.formats.names import inverted
from studies.formats.source import Source
from studies.formats.tagged import Tags, drop_equal, remaining, take, take_all, take_year, too_long, unique
from studies.formats.text import clean, one_line, paragraphs, storable

START = re.compile(rb"[\r\n][ \t]*@[A-Za-z]+\s{0,8}[{(]")
_HEAD = re.compile(r"@([A-Za-z]+)\s*([{(])")
_NEXT = re.compile(r"[\s,]*@[A-Za-z]+\s*[{(]")
_KEY = re.compile(r"([^,={}\"]*),")
_NAME = re.compile(r"[\s,]*([A-Za-z_][\w:.+/-]*)\s*=\s*", re.DOTALL)
_MORE = re.compile(r"\s*,[\s,]*(?=[A-Za-z_][\w:.+/-]*\s*=)")
_BARE = re.compile(r"[^\s,#{}\"()]+")
_STRUCTURE = re.compile(r"\\.|[{}\"]", re.DOTALL)
_LINE_END = re.compile(r"[}\"][ \t]{0,9},?[ \t]{0,9}[\r\n]")
_FOLLOWS = re.compile(r"\s*(?:[A-Za-z][\w-]*\s*=|[})]\s*\Z)")
_JOIN = re.compile(r"\s*#\s*")
_ASIDE = frozenset({"comment", "preamble"})
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

MOST_MACRO, MOST_EXPANDED = 10_000, 1_000_000

UNCLOSED = "In the field “{name}” a brace or quotation mark opens and never closes. Close it here and retry."
BROKEN_OFF = (
    "The entry breaks off inside the field “{name}”. The download was probably cut short: "
    "export again, or complete the entry here."
)
NO_FIELDS = "The entry has a type but no fields such as title = {{…}}. Complete it here, or leave it out."


def read_bibtex(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file; @string, @comment and @preamble are no entries."""
    macros = {month: month for month in _MONTHS}
    position = 0
    for offset, block, complete in source.blocks(START):
        text = source.text(block)
        if not complete:
            position += 1
            yield from too_long(position, offset, text)
            continue
        at: int | None = 0
        counted, where = 0, offset
        while at is not None:
            begin, outcome, at = _next_entry(text, at, macros)
            if outcome is None:
                continue
            position += 1
            where += source.span(text[counted:begin], text, block)
            counted = begin
            raw = storable(text[begin:at].strip())
            if isinstance(outcome, str):
                yield Refusal(position, where, raw, outcome)
            else:
                yield entry_or_refusal(position, where, raw, _record(outcome))


def _next_entry(text: str, at: int, macros: dict[str, str]) -> tuple[int, Tags | str | None, int | None]:
    """(begin, fields or reason or None where it is no entry, where the next one begins)."""
    head = _HEAD.search(text, at)
    if head is None:
        return at, None, None
    kind = head[1].lower()
    if kind in _ASIDE:
        closed = _closing(text, head.end() - 1)
        behind = _NEXT.match(text, closed + 1) if closed is not None else None
        return head.start(), None, closed + 1 if closed is not None and behind else None
    closing = ")" if head[2] == "(" else "}"
    end, found = _fields(text, head.end(), closing, macros, kind)
    if end > len(text):
        # No brace was left to close the entry: one too many opens inside. Take values by their lines instead.
        end, again = _fields(text, head.end(), closing, macros, kind, by_lines=True)
        found = again if isinstance(again, dict) or isinstance(found, str) else found
    follows = _NEXT.match(text, end) if isinstance(found, dict) else None
    if kind == "string":
        if isinstance(found, dict):
            named = {name: values[0] for name, values in found.items() if name != "@key"}
            macros.update({name: value for name, value in named.items() if len(value) <= MOST_MACRO})
        return head.start(), None, end if follows else None
    if isinstance(found, dict):
        if set(found) <= {"@key"}:
            return head.start(), NO_FIELDS, end if follows else None
        found["@type"] = [head[1].lower()]
    return head.start(), found, end if follows else None


def _fields(
    text: str, at: int, closing: str, macros: dict[str, str], kind: str, *, by_lines: bool = False
) -> tuple[int, Tags | str]:
    """The fields from behind the opening brace: (end, name -> values) or (end, reason).

    The end lies behind the text where the brace that closes the entry is missing.
    """
    fields: Tags = {}
    key = _KEY.match(text, at)
    if key and kind != "string":
        fields["@key"] = [(key[1] or "").strip()]
        at = key.end()
    while True:
        name = _NAME.match(text, at)
        if name is None:
            end = text.find(closing, at)
            further = _MORE.match(text, end + 1) if end >= 0 else None
            if further:
                at = further.end()
                continue
            rest = text[at : end if end >= 0 else len(text)].strip(" \t\r\n,")
            if rest:
                fields.setdefault("", []).append(rest)
            return (end + 1 if end >= 0 else len(text) + 1), fields
        value, at = _value(text, name.end(), macros, by_lines=by_lines)
        if value is None and not by_lines:
            # Reading by lines from the beginning may still find where the values end.
            return len(text) + 1, BROKEN_OFF
        if value is None:
            reason = BROKEN_OFF if text.rstrip()[-1:] not in ("}", ")", '"') else UNCLOSED
            return len(text), reason.format(name=name[1])
        fields.setdefault(name[1].lower(), []).append(value)


def _value(text: str, at: int, macros: dict[str, str], *, by_lines: bool) -> tuple[str | None, int]:
    """One value, with # joining its parts: (value or None where it never ends, position behind it)."""
    parts: list[str] = []
    expanded = 0
    while True:
        mark = text[at : at + 1]
        if mark in ("{", '"'):
            limit = _recovered(text, at) if by_lines else None
            end = _closing(text, at, limit)
            end = limit if end is None else end
            if end is None:
                return None, len(text)
            parts.append(text[at + 1 : end])
            at = end + 1
        elif bare := _BARE.match(text, at):
            # A macro may stand for many: what they add up to has an end.
            known = macros.get(bare[0].lower(), bare[0]) if expanded < MOST_EXPANDED else bare[0]
            expanded += len(known)
            parts.append(known)
            at = bare.end()
        else:
            return ("".join(parts) if parts or mark in (",", "}", ")") else None), at
        rest = _JOIN.match(text, at)
        if rest is None:
            return "".join(parts), at
        at = rest.end()


def _closing(text: str, at: int, limit: int | None = None) -> int | None:
    """Where the brace or quotation mark at this place is closed, before the limit if there is one."""
    quoted = text[at] == '"'
    depth = 0
    for match in _STRUCTURE.finditer(text, at + 1, len(text) if limit is None else limit):
        sign = match[0]
        if sign == "{":
            depth += 1
        elif sign == "}":
            if depth == 0:
                return None if quoted else match.start()
            depth -= 1
        elif sign == '"' and quoted and depth == 0:
            return match.start()
    return None


def _recovered(text: str, at: int) -> int | None:
    """For a value with an unbalanced brace: the end of a line that looks like the end of the value."""
    return next((m.start() for m in _LINE_END.finditer(text, at + 1) if _FOLLOWS.match(text, m.end())), None)


def _record(tags: Tags) -> ParsedRecord:
    entry_type = tags.pop("@type")[0]
    key = one_line(clean(tags.pop("@key", [""])[0]))
    names = [name for value in tags.pop("author", []) for name in split_names(value)]
    tags = {tag: [plain(value) for value in values] for tag, values in tags.items()}
    if key:
        tags["key"] = [key]
    title = take(tags, "title") or take(tags, "booktitle", "chapter-title")
    journal = take(tags, "journal", "journaltitle", "booktitle", "fjournal")
    short = take(
        tags, "shortjournal", "journal-iso", "journal_abbrev", "abbrev_source_title", "journal-abbrev"
    )
    drop_equal(tags, title, "booktitle")
    urls = unique(part for value in take_all(tags, "url", "link") for part in value.split() if "://" in part)
    abstract = paragraphs(tags["abstract"].pop(0)) if tags.get("abstract") else ""
    numbers = _numbers(tags, key)
    for name, number in ids.registrations_of(f"{title} {abstract}").items():
        numbers.setdefault(name, number)
    if "2-s2.0-" in "".join(urls):
        numbers.setdefault("scopus", next((eid for url in urls if (eid := ids.scopus_of(url))), ""))
    doi_text = take(tags, "doi")
    doi = (
        ids.find_doi(doi_text)
        or next((found for url in urls if (found := ids.doi_from_url(url))), "")
        or ids.find_doi(" ".join(tags.get("crossref", ())))  # SciELO
    )
    if doi_text and not ids.find_doi(doi_text):
        tags["doi"] = [doi_text]
    serial = take_all(tags, "issn", "eissn")
    notes = [*tags.get("note", ()), *tags.get("annote", ()), *tags.get("notes", ())]
    detail = take(tags, "document_type", "type")
    pmid, pmcid = (
        numbers.pop(name, "") or linked
        for name, linked in zip(("pmid", "pmcid"), ids.numbers_in_links(urls), strict=True)
    )
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=tuple(
            one_line(plain(n)) if is_braced(n) else inverted(_person(n)) for n in names if _person(n)
        ),
        year=take_year(tags, "year", "date", "issue_date"),
        journal=journal,
        journal_abbreviation=short,
        volume=take(tags, "volume"),
        issue=take(tags, "number", "issue"),
        pages=ids.join_pages(take(tags, "pages").replace("—", "-")).replace(" - ", "-")
        or take(tags, "article-number", "articleno", "art_number", "eid"),
        doi=doi,
        pmid=pmid,
        pmcid=pmcid,
        identifiers=numbers,
        kind=f"{entry_type}; {detail}" if detail and detail.lower() != entry_type else entry_type,
        language=take(tags, "language", "langid"),
        keywords=_keywords(tags),
        urls=urls,
        issn=ids.issn_of(serial),
        source=take(tags, "source", "database", "bdsk-source"),
        decisions=decisions_in_notes(notes),
        extra=remaining(tags),
    )


def _person(name: str) -> str:
    name = one_line(plain(name)).strip(" ,")
    if name.count(",") == 2:
        family, suffix, given = (part.strip() for part in name.split(","))
        return f"{family}, {given} {suffix}".strip()
    return "" if name.lower() == "others" else name


def _numbers(tags: Tags, key: str) -> dict[str, str]:
    found: dict[str, str] = {}
    pmid = next(
        (p for value in take_all(tags, "pmid", "pubmed_id", "pubmedid") if (p := ids.pmid_of(value))), ""
    )
    if not pmid:
        match = re.search(r"\bPMID:? ?(\d{1,8})\b", " ".join([*tags.get("note", ()), key]))
        pmid = match[1] if match else ""
    unique_id = take(tags, "unique-id", "unique_id", "ut")
    if unique_id:
        found["wos" if unique_id[:4] in ("WOS:", "ISI:") else "accession"] = unique_id
    isbn = ids.isbn_of(tags.get("isbn", ()))
    if isbn:
        tags.pop("isbn")
    pmcid = ids.pmcid_of(" ".join(take_all(tags, "pmcid", "pmc")))
    found.update(pmid=pmid, pmcid=pmcid, isbn=isbn)
    return {name: number for name, number in found.items() if number}


def _keywords(tags: Tags) -> tuple[str, ...]:
    values = take_all(tags, "keywords", "keyword", "author_keywords", "keywords-plus", "mesh-terms")
    found: list[str] = []
    for value in values:
        found.extend(part for piece in value.split(";" if ";" in value else ",") if (part := one_line(piece)))
    return unique(found)
