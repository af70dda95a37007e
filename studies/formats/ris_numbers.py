"""The identifiers of a RIS entry: each dialect hides them elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from studies.formats import identifiers as ids
from studies.formats.tagged import Tags

_PUBMED = re.compile(r"pubmed|medline|\bNLM\b", re.IGNORECASE)
_EBSCO_NUMBER = re.compile(r"Accession Number: *([^.;\s]+)")
_NOTED_PMID = re.compile(r"\bPMID:? *(?:NLM)?(\d{1,8})\b")
_NOTED_PMCID = re.compile(r"\bPMCID:? *(PMC\d{3,9})\b")
_NOTED_DOI = re.compile(r"^\s*doi\s*[:-]\s*(\S.*)", re.IGNORECASE | re.MULTILINE)
_OWN_NUMBER = re.compile(r"([a-z_]{2,20}): (\S.*)$")
# Cochrane names the records that its own was made of: PUBMED 15121931,EMBASE 620123456,CTgov NCT01234567.
_COCHRANE = re.compile(r"\b(PUBMED|EMBASE) +(\d{1,12})\b", re.IGNORECASE)
_ERIC = re.compile(r"E[JD]\d{5,8}")
# Numbers of databases, unlike the running numbers that reference managers write: Ovid's Embase, PsycINFO, the BVS.
_LONG_NUMBER = re.compile(r"\d{8,}|\d{4}-\d{5}-\d{3}|(?:[a-z]{2,12}-)+\d{4,}")
_NUMBERED = ("AN", "UT", "U2", "C5", "C2", "U1", "C6", "ID", "UI")
_EBSCO_DATABASES = {
    "ccm": "CINAHL", "c8h": "CINAHL", "rzh": "CINAHL", "cin20": "CINAHL", "jlh": "CINAHL", "cul": "CINAHL",
    "cmedm": "MEDLINE", "mdc": "MEDLINE", "mnh": "MEDLINE", "psyh": "APA PsycInfo", "pdh": "APA PsycArticles",
    "s3h": "SPORTDiscus", "s4h": "SPORTDiscus", "sph": "SPORTDiscus", "eric": "ERIC", "bth": "Business Source",
    "a9h": "Academic Search", "aph": "Academic Search", "hch": "Health Source", "sih": "SocINDEX", "eoah": "E-Journals",
}  # fmt: skip
_EBSCO_CODE = re.compile(r"[?&]db=([a-z0-9]+)")
_OVID_CODE = re.compile(r"[?&]D=([a-z]+)")
_OVID_DATABASES = (
    ("emed", "Embase"), ("oeme", "Embase"), ("emcz", "Embase"), ("emcr", "Embase Classic"), ("med", "Ovid MEDLINE"),
    ("ppez", "Ovid MEDLINE"), ("prem", "Ovid MEDLINE"), ("psyc", "APA PsycInfo"), ("cctr", "CENTRAL"),
    ("coch", "Cochrane Reviews"), ("amed", "AMED"), ("caba", "CAB Abstracts"), ("cagh", "Global Health"),
    ("hmic", "HMIC"), ("sowa", "Social Work Abstracts"), ("agel", "AgeLine"),
)  # fmt: skip


def database_of(tags: Tags, dialect: str, named: str) -> str:
    """The database of an entry: as it is named, or by the code that the platform puts in its place or its links."""
    if dialect not in ("EBSCO", "Ovid"):
        return named
    links = [value for tag in ("UR", "L1", "L2", "LK") for value in tags.get(tag, ())]
    if dialect == "EBSCO" and (not named or named.islower() or named == "EBSCOhost"):
        codes = [named, *(match[1] for link in links if (match := _EBSCO_CODE.search(link)))]
        return next((_EBSCO_DATABASES[code] for code in codes if code in _EBSCO_DATABASES), named)
    if dialect == "Ovid" and not named:
        codes = [match[1] for link in links if "ovid" in link and (match := _OVID_CODE.search(link))]
        return next(
            (name for code in codes for prefix, name in _OVID_DATABASES if code.startswith(prefix)), ""
        )
    return named


def numbers(tags: Tags, dialect: str, database: str, notes: Sequence[str]) -> dict[str, str]:
    """Accession numbers, each under the name of its database; what was understood is taken out of the tags."""
    found: dict[str, str] = {}
    for value in tags.pop("PMID", []) + tags.pop("PM", []):
        found.setdefault("pmid", ids.pmid_of(value) or _of_cochrane(value).get("pmid", ""))
    for value in tags.pop("PMCID", []):
        found.setdefault("pmcid", ids.pmcid_of(value))
    for tag in _NUMBERED:
        if tag not in tags:
            continue
        kept = [value for value in tags[tag] if value and not _claim(found, tag, value, dialect, database)]
        if kept:
            tags[tag] = kept
        else:
            tags.pop(tag, None)
    for value in tags.get("C8", ()):
        if named := _OWN_NUMBER.match(value):
            found.setdefault(named[1], named[2])
    if tags.get("C8"):
        tags["C8"] = [value for value in tags["C8"] if not _OWN_NUMBER.match(value)]
    if "C3" in tags or "XR" in tags:
        for name, number in _of_cochrane(" ".join(tags.get("C3", []) + tags.get("XR", []))).items():
            found.setdefault(name, number)
    if notes or "U2" in tags:
        _from_notes(found, "\n".join([*notes, *tags.get("U2", ())]), database)
    return {name: number for name, number in found.items() if number}


def _from_notes(found: dict[str, str], text: str, database: str) -> None:
    """What EBSCO, Zotero and EndNote put into the notes; a number counts only if there is one of its kind."""
    if "Accession Number" in text and "accession" not in found and (match := _EBSCO_NUMBER.search(text)):
        found["accession"] = match[1]
    for name, pattern in (("pmid", _NOTED_PMID), ("pmcid", _NOTED_PMCID)):
        if name.upper() in text and not found.get(name):
            noted = set(pattern.findall(text))
            found[name] = noted.pop() if len(noted) == 1 else ""
    if "embase" in database.lower() and "embase" not in found:
        found["embase"] = ids.embase_of(text)


def _of_cochrane(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, number in _COCHRANE.findall(text):
        if kind.upper() == "PUBMED":
            found.setdefault("pmid", ids.pmid_of(number))
        else:
            found.setdefault("embase", f"L{number}")
    return found


def _claim(found: dict[str, str], tag: str, value: str, dialect: str, database: str) -> bool:
    """True when the value is an identifier, which is then noted."""
    value = value.strip()
    name, number = _named(tag, value, dialect, database)
    if not number or name in found:
        return bool(number) and found.get(name) == number
    found[name] = number
    return True


def _named(tag: str, value: str, dialect: str, database: str) -> tuple[str, str]:
    if tag in ("AN", "UT") and ":" in value[:9] and value.partition(":")[0].isupper():
        if value.startswith("MEDLINE:"):
            return "pmid", ids.pmid_of(value[8:])
        return ("wos" if value.startswith("WOS:") else value.partition(":")[0].lower()), value
    if value[:3].upper() == "PMC" and value[3:].isdigit():
        return "pmcid", value.upper()
    if tag == "U2" and value[:1] == "L" and value[1:].isdigit():
        return "embase", value
    if tag == "C5" or (tag == "C2" and dialect in ("Scopus", "")):
        return "pmid", ids.pmid_of(value) if len(value) > 4 else ""
    if tag == "U1":
        return "pmid", ids.pmid_of(value) if "[pmid]" in value.lower() else ""
    if tag == "ID":
        return _record_id(value, dialect, database)
    return _accession(value, dialect, database) if tag in ("AN", "UI") else ("", "")


def _accession(value: str, dialect: str, database: str) -> tuple[str, str]:
    if value[:3].upper() == "NCT" and value[3:].isdigit():
        return "nct", value.upper()
    if _PUBMED.search(database) and ids.pmid_of(value):
        return "pmid", ids.pmid_of(value)
    if value.startswith("rayyan-"):
        return "rayyan", value
    if _ERIC.fullmatch(value):
        return "eric", value
    if dialect == "Ovid" and "embase" in database.lower() and value.isdigit() and len(value) > 6:
        return "embase", f"L{value}"
    return "accession", value


def _record_id(value: str, dialect: str, database: str) -> tuple[str, str]:
    """ID is an accession number from Ovid, PsycINFO and the BVS, and a mere running number from EndNote."""
    if value.startswith("mdl-") and ids.pmid_of(value[4:]):
        return "pmid", ids.pmid_of(value[4:])
    if dialect in ("Ovid", "PsycINFO") or _LONG_NUMBER.fullmatch(value) or value[:3] in ("NCT", "CN-"):
        return _accession(value, dialect, database)
    return "", ""


def doi(tags: Tags, notes: Iterable[str]) -> str:
    """DO, which may hold an address and stand twice; else where the dialects hide it."""
    for tag in ("DO", "DOI", "DI", "L3", "M3"):
        for value in tags.get(tag, ()):
            found = ids.find_doi(value)
            if found:
                kept = [v for v in tags[tag] if ids.find_doi(v).casefold() != found.casefold()]
                if tag != "L3":
                    tags.pop(tag)
                    if kept:
                        tags[tag] = kept
                return found
    noted = (match[1] for note in notes if "10." in note for match in _NOTED_DOI.finditer(note))
    return next((found for text in noted if (found := ids.find_doi(text))), "")


def registrations(found: dict[str, str], tags: Tags, title: str, abstract: str) -> None:
    """Trial numbers from the fields meant for them, else from title and abstract."""
    fields = [value for tag in ("C1", "SI", "N1", "C3", "XR") if tag in tags for value in tags[tag]]
    named = ids.registrations_of(" ".join(fields)) if fields else {}
    for name, number in (named or ids.registrations_of(f"{title} {abstract}")).items():
        found.setdefault(name, number)
