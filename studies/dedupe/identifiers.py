"""Identifiers in one spelling each; an empty string where the text holds none."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
_PLAIN_DOI = re.compile(r"10\.\d{4,9}/[a-z0-9./_-]*[a-z0-9]")
_PMCID = re.compile(r"(?:pmc)?\s*(\d{3,9})(?:\.\d+)?", re.IGNORECASE)
_PMID = re.compile(r"(?<![\d./])0*([1-9]\d{0,8})(?![\d.]*\d)")
_NCT = re.compile(r"NCT\s*[-:]?\s*0*(\d{1,8})(?!\d)", re.IGNORECASE)
_WOS = re.compile(r"([A-Z]?\d[A-Z0-9]{8,15})\s*$", re.IGNORECASE)
_EMBASE = re.compile(r"L?\s*0*([1-9]\d{5,11})(?!\d)", re.IGNORECASE)
_SCOPUS = re.compile(r"2-s2\.0-(\d{6,12})", re.IGNORECASE)

# A DOI's tail that belongs to the sentence or to the link around it, not to the name.
_TAIL = re.compile(
    r"(?:[.,;:'\"\]}>]|&(?:amp|gt|lt);?|<.*|\[(?:doi|pii)\]?|/(?:abstract|full|pdf|epdf|meta))+$"
)

# Numbers of a trial: reports of one trial share them, so they tie reports to a study, not records to a report.
REGISTRATIONS = frozenset({"nct", "isrctn", "eudract", "chictr", "actrn", "drks", "ctri", "jprn"})

# Numbers of a container: everything printed in it shares them.
_SHARED = frozenset({"isbn", "issn", "eissn", "url", "urls"})


def normalise_doi(text: str) -> str:
    """`https://doi.org/10.1000/ABC.` -> `10.1000/abc`."""
    if not text:
        return ""
    value = text.strip().lower()
    if _PLAIN_DOI.fullmatch(value) and not value.endswith(("/abstract", "/full", "/pdf", "/epdf", "/meta")):
        return value
    if "%" in value:
        value = unquote(value)
    found = _DOI.search(value)
    if not found:
        return ""
    return _balanced(_TAIL.sub("", found.group().split("?", 1)[0] if "doi.org/" in value else found.group()))


def _balanced(doi: str) -> str:
    """Parentheses occur inside DOIs (`s0140-6736(05)1234`), a lone closing one came with the text around it."""
    while doi.endswith(")") and doi.count(")") > doi.count("("):
        doi = _TAIL.sub("", doi[:-1])
    return doi


def normalise_pmid(text: str) -> str:
    """`PMID: 012345678 [pubmed]` -> `12345678`."""
    value = text.strip() if text else ""
    if not value or "pmc" in value.lower():
        return ""
    found = _PMID.search(value)
    return found.group(1) if found else ""


def normalise_pmcid(text: str) -> str:
    """`pmc 1234567.1` -> `PMC1234567`."""
    found = _PMCID.search(text) if text else None
    return f"PMC{found.group(1).lstrip('0')}" if found else ""


def normalise_nct(text: str) -> str:
    """`nct 1234567` -> `NCT01234567`."""
    found = _NCT.search(text) if text else None
    return f"NCT{int(found.group(1)):08d}" if found else ""


def normalise_accession(source: str, text: str) -> str:
    """The accession number of one database: Web of Science, Embase and Scopus in their own form, others as they are."""
    value = " ".join(text.split()) if text else ""
    pattern, form = _FORMS.get(source, (None, ""))
    if pattern is None:
        return value.casefold()
    found = pattern.search(value)
    return form.format(found.group(1).upper()) if found else ""


_FORMS = {"wos": (_WOS, "WOS:{}"), "embase": (_EMBASE, "L{}"), "scopus": (_SCOPUS, "2-s2.0-{}")}


def accessions_of(identifiers: Mapping[str, str]) -> frozenset[str]:
    """Accession numbers, `source:number`; what a whole book, journal or trial shares is left out."""
    found: set[str] = set()
    for name, text in identifiers.items():
        source = name.strip().lower()
        if source in REGISTRATIONS or source in _SHARED:
            continue
        value = normalise_accession(source, text)
        if value:
            found.add(f"{source}:{value}")
    return frozenset(found)


def registrations_of(identifiers: Mapping[str, str]) -> frozenset[str]:
    """Trial registration numbers; one field may hold several, separated by semicolons."""
    found: set[str] = set()
    for name, text in identifiers.items():
        source = name.strip().lower()
        if source in REGISTRATIONS:
            parts = (part.strip() for part in text.split(";"))
            found.update(
                filter(None, map(normalise_nct, parts) if source == "nct" else (p.upper() for p in parts))
            )
    return frozenset(found)
