"""Finding identifiers in what databases deliver."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

_DOI = re.compile(r"10\.\d{4,9}/[^\s\"“”]{1,400}", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?=\D|$|\d{4}(?!\d))")
_ISSN = re.compile(r"(?<![\dXx])(?<!\d-)(\d{4})-?(\d{3}[\dXx])(?![\dXx-])")
_ISBN = re.compile(r"(?<![\d-])(?:97[89][- ]?)?(?:\d[- ]?){9}[\dXx](?![\d-])")
_NCT = re.compile(r"\bNCT[ -]?0*(\d{8})\b", re.IGNORECASE)
_ISRCTN = re.compile(r"\bISRCTN[ -]?(\d{8})\b", re.IGNORECASE)
_EUDRACT = re.compile(r"\b(20\d\d-\d{6}-\d\d)\b")
_REGISTRIES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("chictr", "ChiCTR", re.compile(r"\bChiCTR[A-Z-]*\d{8,10}\b")),
    ("actrn", "ACTRN", re.compile(r"\bACTRN ?\d{14}p?\b")),
    ("drks", "DRKS", re.compile(r"\bDRKS ?\d{8}\b")),
    ("ctri", "CTRI/", re.compile(r"\bCTRI/20\d\d/\d{2,3}/\d{4,6}\b")),
    ("jprn", "JPRN", re.compile(r"\bJPRN-[A-Za-z]{3,8}\d{6,12}\b")),
)
_PUBMED_PAGE = re.compile(
    r"(?:ncbi\.nlm\.nih\.gov/(?:m/)?pubmed/|europepmc\.org/(?:article|abstract)/MED/)(\d{1,8})(?![\d.])",
    re.IGNORECASE,
)
_PUBMED_SITE = re.compile(r"pubmed\.ncbi\.nlm\.nih\.gov/(\d{1,8})(?![\d.])", re.IGNORECASE)
_PMC_PAGE = re.compile(
    r"(?:ncbi\.nlm\.nih\.gov|europepmc\.org)/(?:pmc/)?articles/(PMC\d{3,9})\b", re.IGNORECASE
)
_PMCID = re.compile(r"\bPMC(\d{3,9})\b", re.IGNORECASE)
_EID = re.compile(r"(?:eid=)?\b(2-s2\.0-\d{6,12})\b", re.IGNORECASE)
_EMBASE = re.compile(r"(?:(?<![\w%])|(?<=id=))(L\d{6,10})\b")
_PAGE_PREFIX = re.compile(r"^(?:pp?|pages?|s)\.?\s*(?=[\de])", re.IGNORECASE)


def find_doi(text: str) -> str:
    """The first DOI in the text, without resolver, prefix or trailing punctuation; or ""."""
    if "10." not in text and "10%2" not in text:
        return ""
    if "%2" in text:
        text = unquote(text)
    match = _DOI.search(text)
    return _trimmed(match[0]) if match else ""


def _trimmed(doi: str) -> str:
    for tail in ("[doi]", "[pii]", "</"):
        doi = doi.split(tail, maxsplit=1)[0]
    while doi and doi[-1] in ".,;:'*":
        doi = doi[:-1]
    while doi and doi[-1] in ")]}>" and doi.count(doi[-1]) > doi.count("([{<"[")]}>".index(doi[-1])]):
        doi = doi[:-1].rstrip(".,;")
    return doi


def doi_from_url(url: str) -> str:
    """A DOI from a resolver's address only: other addresses add paths and parameters to it."""
    low = url.lower()
    if "doi.org/" not in low:
        return ""
    return find_doi(url.split("?", maxsplit=1)[0] if "doi.org/10." in low else url)


def find_year(texts: Iterable[str]) -> int | None:
    """The first four-digit year (1500 to 2099) in the given texts, in order."""
    for text in texts:
        match = _YEAR.search(text)
        if match:
            return int(match[1])
    return None


def issn_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Every ISSN, hyphenated, once each."""
    found: dict[str, None] = {}
    for text in texts:
        for match in _ISSN.finditer(text):
            found[f"{match[1]}-{match[2].upper()}"] = None
    return tuple(found)


def isbn_of(texts: Iterable[str]) -> str:
    """The ISBNs in the texts, separated by a semicolon."""
    found: dict[str, None] = {}
    for text in texts:
        for match in _ISBN.finditer(text):
            digits = match[0].replace("-", "").replace(" ", "")
            if len(digits) in (10, 13):
                found[digits.upper()] = None
    return "; ".join(found)


def pmid_of(text: str) -> str:
    """The text as a PubMed number, or "" where it is none."""
    digits = text.strip()
    if digits[:4].lower() == "pmid":
        digits = digits[4:].lstrip(": -")
    digits = digits.partition("[")[0].partition(" ")[0].rstrip(".,;")
    return (
        digits.lstrip("0")
        if digits.isascii() and digits.isdigit() and 0 < len(digits.lstrip("0")) <= 8
        else ""
    )


def pmcid_of(text: str) -> str:
    """The first PubMed Central number, as PMC…, or ""."""
    match = _PMCID.search(text)
    return f"PMC{match[1]}" if match else ""


def scopus_of(text: str) -> str:
    """A Scopus EID in the text, or ""."""
    match = _EID.search(text)
    return match[1] if match else ""


def embase_of(text: str) -> str:
    """An Embase accession number (L and digits) in an address or a note, or ""."""
    match = _EMBASE.search(text)
    return match[1] if match else ""


def registrations_of(text: str) -> dict[str, str]:
    """Trial registrations named in the text: registry -> numbers separated by a semicolon."""
    found: dict[str, str] = {}
    if "NCT" in text or "nct" in text:
        numbers = dict.fromkeys(f"NCT{m[1]}" for m in _NCT.finditer(text))
        if numbers:
            found["nct"] = "; ".join(numbers)
    if "ISRCTN" in text:
        numbers = dict.fromkeys(f"ISRCTN{m[1]}" for m in _ISRCTN.finditer(text))
        if numbers:
            found["isrctn"] = "; ".join(numbers)
    if "EudraCT" in text or "EUDRACT" in text:
        numbers = dict.fromkeys(m[1] for m in _EUDRACT.finditer(text))
        if numbers:
            found["eudract"] = "; ".join(numbers)
    for name, mark, pattern in _REGISTRIES:
        if mark in text and (numbers := dict.fromkeys(m[0].replace(" ", "") for m in pattern.finditer(text))):
            found[name] = "; ".join(numbers)
    return found


def numbers_in_links(urls: Iterable[str]) -> tuple[str, str]:
    """(PMID, PMCID) of the PubMed and PMC pages among the addresses; "" where there are none or several."""
    pmids: dict[str, None] = {}
    pmcids: dict[str, None] = {}
    for url in urls:
        if "ncbi.nlm.nih.gov" not in url and "europepmc.org" not in url:
            continue
        if match := _PUBMED_SITE.search(url) or _PUBMED_PAGE.search(url):
            pmids[match[1].lstrip("0")] = None
        if match := _PMC_PAGE.search(url):
            pmcids[match[1].upper()] = None
    return (next(iter(pmids), "") if len(pmids) == 1 else ""), (
        next(iter(pmcids), "") if len(pmcids) == 1 else ""
    )


def join_pages(start: str, end: str = "") -> str:
    """Pages as "start-end"; what databases write for "none" becomes ""."""
    start, end = start.strip(), end.strip()
    if start.lower() in ("no", "no pagination specified", "no pagination", "n.pag", "n.pag.", "-"):
        return ""
    start = _PAGE_PREFIX.sub("", start).replace("–", "-").replace("--", "-")
    end = _PAGE_PREFIX.sub("", end)
    if not end or end == start or "-" in start:
        return start
    return f"{start}-{end}" if start else end
