"""Author names in one form: "Family, Given or initials"."""

from __future__ import annotations

import re
from collections.abc import Iterable

_INITIALS = re.compile(r"^(?:[^\W\d_a-zß-öø-ÿ]\.?-?){1,5}$")
_DOTTED = re.compile(r"^(?:[^\W\d_]{1,2}\.-?)+$")
_CORPORATE = re.compile(
    r"\b(groups?|study|studies|stud(?:y|ies)|consorti(?:um|a)|organi[sz]ations?|committee|investigators?|collaborat(?:ion|ive|ors)"
    r"|network|universit\w+|institut\w*|cent(?:er|re)|association|society|trial(?:ists)?|department|ministry|council"
    r"|foundation|team|panel|programme?|agency|commission|registry|force|college|hospital|federation|inc|ltd|gmbh"
    r"|corporation|company|office|service|anonymous|clinic|alliance|project|initiative|board|working|and|of|for|the)\b",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "da",
        "di",
        "del",
        "della",
        "dell",
        "dos",
        "das",
        "do",
        "du",
        "la",
        "le",
        "les",
        "el",
        "al",
        "bin",
        "ibn",
        "ter",
        "ten",
        "te",
        "zu",
        "zum",
        "zur",
        "af",
        "av",
        "st",
        "y",
        "e",
    ]
)
_NOBODY = frozenset({"No authorship, indicated", "[No authors listed]", "[No author name available]"})
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "2nd", "3rd"})


def is_initials(token: str) -> bool:
    """True for AB, A.B., J.-P."""
    return bool(_INITIALS.match(token) or _DOTTED.match(token))


def inverted(name: str) -> str:
    """Put one name as "Family, Given"; leave bodies, single words and unclear ones as delivered."""
    if ", " in name:
        return name
    if "," in name:
        family, _, given = name.partition(",")
        given = given.strip(" ,")
        return f"{family.strip()}, {given}" if given else family.strip()
    words = name.split()
    if len(words) < 2 or len(words) > 7 or any(character.isdigit() for character in name):
        return name
    if is_initials(words[-1]) and not is_initials(words[0]):
        return _initials_last(words)
    if _CORPORATE.search(name):
        return name
    if words[-1].lower() in _SUFFIXES and len(words) > 2:
        return f"{inverted(' '.join(words[:-1]))} {words[-1]}"
    if not words[0][:1].isupper() and words[0].lower() not in _PARTICLES:
        return name
    return _given_first(words)


def _initials_last(words: list[str]) -> str:
    """Smith AB, van der Berg J.-P., Labanski A. J."""
    first = len(words) - 1
    while first > 1 and is_initials(words[first - 1]) and len(words[first - 1].strip(".")) <= 2:
        first -= 1
    return f"{' '.join(words[:first])}, {' '.join(words[first:])}"


def _given_first(words: list[str]) -> str:
    """Rens van de Schoot, A. B. Smith: the family name begins at the last word or its particles."""
    first = len(words) - 1
    while first > 1 and words[first - 1].lower() in _PARTICLES:
        first -= 1
    return f"{' '.join(words[first:])}, {' '.join(words[:first])}"


def medline(name: str) -> str:
    """MEDLINE's short form: Smith AB, van der Berg JP Jr."""
    if "," in name:
        return inverted(name)
    words = name.split()
    if len(words) > 2 and words[-1].lower() in _SUFFIXES:
        return f"{medline(' '.join(words[:-1]))} {words[-1]}"
    if len(words) > 1 and is_initials(words[-1]):
        return f"{' '.join(words[:-1])}, {words[-1]}"
    return name


def authors(names: Iterable[str]) -> tuple[str, ...]:
    """The names in order, each in one form. Repeats stay: two authors may share a name."""
    stripped = (name.strip(" ;,\t") for name in names)
    return tuple([inverted(name) for name in stripped if name and name not in _NOBODY])


def split_list(text: str) -> list[str]:
    """One cell with several authors: separated by semicolons, bars, " and ", or commas."""
    text = text.strip().strip("[]")
    for mark in ("|", ";", "\n"):
        if mark in text:
            return [part.strip(" ,") for part in text.split(mark) if part.strip(" ,")]
    if " and " in text and not _CORPORATE.search(text.replace(" and ", " ")):
        return [part.strip(" ,") for part in re.split(r"(?<!\s),?\s+and\s+", text) if part.strip()]
    if text.count(",") == 1 and not _looks_listed(text):
        return [text]
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > 1 and len(parts) % 2 == 0 and all(is_initials(p.split()[0]) for p in parts[1::2]):
        return [f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True)]
    return parts


def _looks_listed(text: str) -> bool:
    """True for two whole names (Smith A, Walter B), false for a family name and a given one."""
    first, second = (part.split() for part in text.split(","))
    if len(first) < 2 or len(second) < 2 or first[0].lower() in _PARTICLES:
        return False
    return not is_initials(second[0]) or is_initials(first[0]) or is_initials(first[-1])
