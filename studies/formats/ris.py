"""RIS in the dialects that databases and reference managers really write.

An entry begins at `TY  -`, whether or not the one before was ended by `ER  -`. What stands
between an `ER` and the next `TY` is an entry of its own if it has a title, and otherwise
belongs to the entry before it (Ovid puts links and its search history there). In a file that
has neither mark (Ovid's Medlars text), entries begin where its first tag comes again.
"""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Iterator

from studies.formats.entry import Item, Refusal, entry_or_refusal
from studies.formats.ris_fields import record
from studies.formats.source import Source
from studies.formats.tagged import NO_ENTRY, Tags, join_on, too_long, unix
from studies.formats.text import clean, storable

START = re.compile(rb"[\r\n](?:\xef\xbb\xbf)?[ \t]*TY {1,2}-(?![^ \t\r\nA-Z])")
_TAGS = frozenset(a + b for a in string.ascii_uppercase for b in string.ascii_uppercase + string.digits)
_TAG = re.compile(r"([A-Z][A-Z0-9]{1,4}) {1,2}-(?!\S{0,3}-)[ \t]?(.*)", re.DOTALL)
_MARKED = re.compile(r"^[ \t]*(?:TY {1,2}-|TY -|ER {2}-)", re.MULTILINE)
_FIRST_TAG = re.compile(r"^([A-Z][A-Z0-9]) {2}-", re.MULTILINE)
_REPEATED = frozenset({"AU", "A1", "KW", "AD", "UR", "N1"})
_GLUED = re.compile(r"(?:^|(?<=[\r\n]))ER {2}- *(TY {2}-)")
_END_LINE = re.compile(r"(?:^|(?<=[\r\n]))ER {2}-(?! *TY {2}-)[^\r\n]*[\r\n]*")
_TITLE = re.compile(r"(?:^|(?<=[\r\n]))(?:TI|T1) {2}-")
_LOOSE_START = re.compile(r"\s*TY -")
_NOISE = re.compile(r"\d{1,6}\.$|<\d+>$|Record #|(?:Provider|Database|Content):|-{3,}$")
_LISTS = frozenset({"KW", "UR", "L1", "L2", "L4", "LK", "DE", "K1"})
_NUMBERS = frozenset({"DOI", "PMID", "PMCID"})
_DIALECTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.MULTILINE))
    for name, pattern in (
        ("ASReview", r"^N1 {2}- .*ASReview_(?:relevant|irrelevant|not_seen)"),
        ("Rayyan", r"RAYYAN-(?:INCLUSION|LABELS|EXCLUSION)|^(?:AN|ID) {2}- rayyan-\d"),
        ("Covidence", r"^(?:N1|DB|C\d) {2}- .*Covidence"),
        ("Embase", r"^U2 {2}- L\d{6,}|^UR {2}- .*embase\.com/"),
        ("EBSCO", r"^DP {2}- EBSCOhost|ebscohost\.com/"),
        ("Zotero", r"^N1 {2}- <(?:p|div)|^N1 {2}- <h\d|^L4 {2}- internal-pdf"),
        ("Ovid", r"^\d{1,6}\.\s*\n+TY {2}-|ovidsp|[Oo]vid(?:web|\.com)| Ovid MEDLINE"),
        ("Scopus", r"^DB {2}- Scopus|eid=2-s2\.0-"),
        ("Web of Science", r"^(?:AN|UT) {2}- (?:WOS|MEDLINE|BCI|CCC|KJD|SCIELO):"),
        ("ProQuest", r"proquest\.com/|^DB {2}- ProQuest"),
        ("PsycINFO", r"^(?:DB {2}- |Database: ).*(?:APA )?PsycI(?:NFO|nfo)"),
        ("Cochrane", r"cochranelibrary\.com|^DB {2}- Cochrane"),
        ("IEEE", r"ieeexplore"),
        ("ClinicalTrials.gov", r"clinicaltrials\.gov|^(?:AN|ID|C1) {2}- NCT\d{8}"),
        ("ERIC", r"eric\.ed\.gov/|^DB {2}- ERIC"),
        ("BVS", r"^DP {2}- BVS|^ID {2}- (?:lil|biblio|mdl)-\d"),
        ("Citavi", r"^M4 {2}- Citavi"),
        ("EndNote", r"^ID {2}- \d+\n(?:\n*ER|ER) {2}-|^DP {2}- NLM"),
        ("Mendeley", r"^JF {2}- .*\nVL {2}- .*\n(?:IS|SP) {2}-[\s\S]{0,4000}^UR {2}- .*mendeley"),
    )
)


def dialect_of(head: str) -> str:
    """Who wrote the file, or "" where nothing tells."""
    head = unix(head)
    return next((name for name, pattern in _DIALECTS if pattern.search(head)), "")


def _default_source(head: str) -> str:
    match = re.search(r"^Database: *(.+)$", unix(head[:2000]), re.MULTILINE)
    return clean(match[1]).strip() if match else ""


def read_ris(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file."""
    position = 0
    default = _default_source(head)
    for offset, block, complete in source.blocks(_start(head)):
        text = source.text(block)
        if not complete:
            position += 1
            yield from too_long(position, offset, text)
            continue
        counted, where = 0, offset
        for at, raw, tags in _entries(text):
            position += 1
            where += source.span(text[counted:at], text, block) if at else 0
            counted = at
            if "TY" not in tags and not _is_record(tags):
                yield Refusal(position, where, storable(raw), NO_ENTRY)
                continue
            yield entry_or_refusal(position, where, storable(raw), record(tags, dialect, default))


def _start(head: str) -> re.Pattern[bytes]:
    """What an entry begins with: TY, or without it and without ER the tag that the first entry begins with."""
    text = unix(head)
    first = _FIRST_TAG.search(text)
    if first is None or _MARKED.search(text):
        return START
    number = rb"(?:[ \t]*\d{1,6}\.[ \t]*[\r\n]+)"
    empty = rb"(?:(?<=\n\n)|(?<=\r\r)|(?<=\n\r\n)|(?<=\n\r\r\n))"
    before = (rb"(?:%s|%s)" % (number, empty)) if first[1] in _REPEATED else number + rb"?"
    return re.compile(START.pattern + rb"|[\r\n]" + before + first[1].encode() + rb"  -")


def _is_record(tags: Tags) -> bool:
    return any(tag in tags for tag in ("TI", "T1", "AU", "A1", "DO", "AB", "N2", "ID", "AN", "UI"))


def _entries(text: str) -> list[tuple[int, str, Tags]]:
    """The entries in one block: (character offset, raw, tags); mostly one."""
    cuts = [0]
    ending = text.find("ER  -")
    if ending >= 0 and (text.find("T1  -", ending) > 0 or text.find("TI  -", ending) > 0):
        cuts += _further_starts(text)
        if len(cuts) > 1:
            cuts.sort()
    found: list[tuple[int, str, Tags]] = []
    for begin, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        raw = text[begin:end]
        tags = parse_tags(raw)
        if any(tag != "ER" for tag in tags) and ("TY" in tags or len(tags) > ("" in tags)):
            found.append((begin, raw, tags))
        elif found:
            at, before, kept = found[-1]
            found[-1] = (at, before + raw, kept)
    return found


def _further_starts(text: str) -> list[int]:
    """Where an entry begins on the line of an ER, or a titled one without TY behind it."""
    starts = [match.start(1) for match in _GLUED.finditer(text)]
    ends = {match.end() for match in _END_LINE.finditer(text)}
    bounds = sorted({*starts, *ends, len(text)})
    for begin, end in itertools.pairwise(bounds):
        if begin in ends and _TITLE.search(text, begin, end):
            starts.append(begin)
    return starts


def parse_tags(raw: str) -> Tags:
    """One entry's lines as tag -> values; untagged lines continue the value before them."""
    text = unix(raw)
    loose = _LOOSE_START.match(text) is not None
    indented = text[:1] in " \t" and text.lstrip()[:2] == "TY"
    tags: Tags = {}
    values: list[str] = []
    more: list[str] = []
    tag = ""
    ended = False
    lines = clean(text).split("\n")
    for line in [line.lstrip() for line in lines] if indented else lines:
        if line[2:5] == "  -" and line[:2] in _TAGS:
            tag, value = line[:2], line[5:].strip()
        elif (match := _TAG.match(line)) and (
            loose or ended or match[1] in _NUMBERS or line[len(match[1]) + 1] == " "
        ):
            tag, value = match[1], match[2].strip()
        else:
            if stripped := line.strip():
                if ended or not tag:
                    _aside(tags, stripped, ended)
                elif tag in _LISTS and line[0] not in " \t":
                    values.append(stripped)
                else:
                    more.append(stripped)
            continue
        if more:
            join_on(values, more, "\n")
        if tag == "ER":
            ended = True
        elif tag in tags:
            values = tags[tag]
            values.append(value)
        else:
            values = tags[tag] = [value]
    join_on(values, more, "\n")
    return tags


def _aside(tags: Tags, line: str, ended: bool) -> None:
    """A line before the first tag or behind the last: kept, unless it only counts the entries."""
    if not _NOISE.match(line):
        tags.setdefault("ER" if ended else "", []).append(line)
