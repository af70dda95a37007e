"""Which format a file is in, by its content."""

from __future__ import annotations

import re

from studies.formats.embase import is_by_row
from studies.formats.entry import UnreadableFile
from studies.formats.reference_list import is_list
from studies.formats.source import decoded_head, wide_encoding
from studies.formats.table import header_of, is_table

_LINE_FORMATS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.MULTILINE))
    for name, pattern in (
        ("ris", r"^[ \t\ufeff]*TY {1,2}-(?= |$|[A-Z])|^ER {2}-"),
        ("medline", r"^(?:PMID ?-|PMCR? ?-|OWN ?-|STAT ?-|FAU ?-|DCOM ?-)"),
        ("wos", r"^(?:FN [A-Z]|VR 1|PT [A-Z]|EF$|ER$|UT [A-Z]+:)"),
        ("enw", r"^%[0-9A-Z@&!?*~$(<>+\[=](?: |$)"),
        ("bibtex", r"^[ \t\ufeff]*@[A-Za-z]+\s*[{(]"),
        ("ovid", r"^<\d{1,7}>[ \t]*$|^(?:Accession Number|Link to the Ovid Full Text.*)[ \t]*$"),
        ("cochrane", r"^Record #\d{1,7} of \d{1,7}[ \t]*$"),
        ("embase_text", r"^RECORD \d{1,7}[ \t]*$"),
        ("refworks", r"^RT [A-Z][A-Za-z/ ,-]{2,60}$"),
        ("pubmed_text", r"^PMID: \d{1,8}(?: \[[A-Za-z -]+\])?[ \t]*$"),
        # Weaker marks, for an entry that lost its first and last line.
        ("ris", r"^(?:T[I12]|A[UB1]|PY|Y1|JF) {2}- "),
        ("medline", r"^(?:TI|AB|AU|PT|DP) {0,2}-"),
    )
)
"""Marks of each line format; the one found most often wins, the earlier in a tie."""

_STRONG = dict(reversed(_LINE_FORMATS))

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (
        b"%PDF",
        (
            "This is a PDF, not an export of references. In the database or reference manager choose an export "
            "such as RIS, .nbib or CSV; PDFs are added to a report as full texts."
        ),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        "This is an old Office file (.xls or .doc). Save the table as .xlsx or CSV and upload that.",
    ),
    (b"\x1f\x8b", "This is a gzip archive. Unpack it and upload the file inside."),
    (b"7z\xbc\xaf", "This is a 7-Zip archive. Unpack it and upload the files inside."),
    (b"Rar!", "This is a RAR archive. Unpack it and upload the files inside."),
    (b"{\\rtf", "This is a rich text document. Export the references as RIS, .nbib or CSV instead."),
    (b"\x89PNG", "This is an image, not an export of references."),
    (b"\xff\xd8\xff", "This is an image, not an export of references."),
    (b"GIF8", "This is an image, not an export of references."),
    (
        b"SQLite format 3",
        "This is a database file. Export the references as RIS or CSV from the program it belongs to.",
    ),
)


_EXPORT_NAME = re.compile(rb"\.(?:csv|ris|nbib|bib|enw|ciw|xml|txt|tsv|json|xlsx)", re.IGNORECASE)
_PUBMED_ENTRY = re.compile(r"1\. \S.{5,2000}(?:\.|\d)\n(?:.{1,2000}\n)*\n")
_OVID_NUMBER = re.compile(r"<\d{1,7}>\s")
_JSON = re.compile(r'"(?:protocolSection|studies|title|DOI|type|author|abstract)"\s*:')


def refuse_foreign(head: bytes) -> None:
    """Raise for what is recognisably no export, saying what to do instead."""
    if not head:
        raise UnreadableFile(
            "The file is empty. Export the search results again and check that the download finished."
        )
    start = head.lstrip()
    for signature, message in _SIGNATURES:
        if start.startswith(signature):
            raise UnreadableFile(message)
    if start[:4] == b"PK\x03\x04" or wide_encoding(head):
        return
    odd = len(head) - len(head.translate(None, bytes([*range(9), *range(14, 27), *range(28, 32)])))
    if odd > max(16, len(head) // 50):
        raise UnreadableFile(
            "The file is binary, not text. Export the references as RIS, .nbib, BibTeX, XML or CSV and upload that file."
        )


def line_format(text: str) -> str | None:
    """The line format of which the text shows the most marks."""
    best, most = None, 0
    for name, pattern in _LINE_FORMATS:
        if best and pattern is not _STRONG[name]:
            break
        count = len(pattern.findall(text))
        if count > most:
            best, most = name, count
    return best


def by_content(head: bytes, filename: str = "") -> str | None:
    """The name of the format, or None where nothing tells. The file's name decides only a doubt."""
    if head[:4] == b"PK\x03\x04":
        return _zip_format(head)
    text = decoded_head(head).replace("\x00", "").lstrip("\ufeff \t\r\n")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.startswith("<") and not _OVID_NUMBER.match(text):
        return _xml_format(text)
    if text[:1] in "{[" and re.match(r"[\[{]\s*(?:[\[{\"]|\]|\})", text) and _JSON.search(text):
        return "json"
    if is_by_row(text):
        return "embase_rows"
    name = line_format(text)
    if name == "embase_text" and not re.search(r"^TITLE[ \t]*$", text, re.MULTILINE):
        name = None
    if name == "pubmed_text" and not _PUBMED_ENTRY.match(text):
        name = None
    if name in ("ris", "medline") and is_table(text.split("\n", 1)[0]):
        return "csv"
    if name is None or (name in ("wos", "enw", "ovid") and is_table(text)):
        if is_table(text):
            return "csv"
        if name is None and filename.lower().endswith((".csv", ".tsv", ".tab")) and len(header_of(text)) > 1:
            return "csv"
    if name is None and is_list(text):
        return "references"
    return name


def _zip_format(head: bytes) -> str | None:
    """By the names of the first members: a workbook, an archive with an export, or neither."""
    names = re.findall(rb"PK\x03\x04.{26}([\x20-\x7e]{1,120})", head, re.DOTALL)
    if any(name.startswith(b"xl/") for name in names):
        return "xlsx"
    if any(name.startswith((b"word/", b"ppt/")) for name in names):
        return None
    if any(name.startswith(b"[Content_Types].xml") for name in names):
        return "xlsx"
    return "zip" if _EXPORT_NAME.search(b" ".join(names)) else None


def _xml_format(text: str) -> str | None:
    if re.search(r"<Pubmed(?:Book)?Article", text):
        return "pubmed_xml"
    if re.search(
        r"<Trials_downloaded_from_ICTRP[\s>]|<Trial>\s*<(?:Export_date|Internal_Number|TrialID)>", text
    ):
        return "ictrp"
    if re.search(r"<rec[\s>]", text) and re.search(r"<header\s[^<>]*shortDbName=|<controlInfo>", text):
        return "ebsco_xml"
    if re.search(r"<records?[\s>]", text) and re.search(
        r"<ref-type|<xml[\s>]|<titles>|<contributors>|<rec-number", text
    ):
        return "endnote_xml"
    while text.startswith(("<!--", "<?")):
        text = text.partition(">" if text.startswith("<?") else "-->")[2].lstrip()
    if re.match(r"<(?:!doctype\s+html|html)\b(?!\d)", text, re.IGNORECASE):
        raise UnreadableFile(
            "This is a web page, not an export. Databases send one when the session has ended: "
            "sign in there again and repeat the export."
        )
    return None
