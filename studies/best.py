"""The best of each field among the records that are one report. Pure.

Place (volume, issue, pages) and year come from one record, the one that gives most of it: mixing the online and the
printed version would make a place where nothing stands.
"""

from collections.abc import Mapping, Sequence
from typing import Any

PLACE = ("volume", "issue", "pages")
_FIRST = ("doi", "pmid", "kind", "language")


def best_of(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Field -> value, from entries in the order in which they were delivered; of equals the first is taken."""
    if not entries:
        return {}
    fullest = max(entries, key=lambda one: (sum(bool(one[name]) for name in PLACE), bool(one["year"])))
    found: dict[str, Any] = {name: fullest[name] or _first(entries, name) for name in PLACE}
    found["year"] = fullest["year"] or _first(entries, "year") or None
    found["title"] = max((one["title"] for one in entries), key=_title)
    found["abstract"] = max((one["abstract"] for one in entries), key=len)
    found["authors"] = max((one["authors"] for one in entries), key=_authors)
    found["journal"] = max((one["journal"] for one in entries), key=_journal)
    return found | {name: _first(entries, name) for name in _FIRST}


def _first(entries: Sequence[Mapping[str, Any]], name: str) -> Any:
    return next((one[name] for one in entries if one[name]), entries[0][name])


def _title(text: str) -> tuple[bool, bool, bool, bool]:
    """In letters of both cases, in its own language, and whole."""
    plain = text.strip()
    return (
        bool(plain),
        not plain.isupper(),
        not plain.startswith("["),
        not plain.endswith(("...", "\u2026")),
    )


def _authors(names: Sequence[str]) -> tuple[int, int]:
    """The most names, then the fullest."""
    return len(names), sum(len(name) for name in names)


def _journal(text: str) -> tuple[bool, bool, bool, int]:
    """A full name rather than an abbreviation or capitals."""
    plain = text.strip()
    return bool(plain), not plain.isupper() or " " not in plain, "." not in plain, len(plain)
