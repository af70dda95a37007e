"""Two texts, word by word: what one says and the other does not. Pure."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

# A word with what surrounds it, or a run of other signs.
_TOKEN = re.compile(r"\w+|[^\w\s]+|\s+")
MOST_TOKENS = 6000

Marked = list[tuple[str, bool]]
"""A text in pieces, in order; True for those that the other text lacks."""


def differing(left: str, right: str) -> tuple[Marked, Marked]:
    """Both texts in pieces. Words are compared without regard to case; blanks alone are never a difference."""
    ours, theirs = _TOKEN.findall(left), _TOKEN.findall(right)
    if left == right or not left or not right:
        return _whole(left, right), _whole(right, left)
    if max(len(ours), len(theirs)) > MOST_TOKENS:
        return [(left, True)], [(right, True)]
    matcher = SequenceMatcher(
        None, [one.casefold() for one in ours], [one.casefold() for one in theirs], autojunk=False
    )
    mine: list[tuple[str, bool]] = []
    other: list[tuple[str, bool]] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        mine.append(("".join(ours[a:b]), kind != "equal"))
        other.append(("".join(theirs[c:d]), kind != "equal"))
    return _joined(mine), _joined(other)


def in_which(left: str, right: str, most: int = 3) -> str:
    """The words by which two texts differ, beside each other: what a misprint is, is seen at once.

    Nothing where they do not differ, or in more than twice as many places as are named: then they are simply others.
    """
    ours, theirs = _TOKEN.findall(left)[:MOST_TOKENS], _TOKEN.findall(right)[:MOST_TOKENS]
    low, other_low = ([one.casefold() for one in tokens] for tokens in (ours, theirs))
    pairs = [
        ("".join(ours[a:b]).strip(), "".join(theirs[c:d]).strip())
        for kind, a, b, c, d in SequenceMatcher(None, low, other_low, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
    said = [_beside(one, other) for one, other in pairs if one or other]
    if not said or len(said) > 2 * most:
        return ""
    return "; ".join(said[:most]) + ("; …" if len(said) > most else "")


def _beside(one: str, other: str) -> str:
    ours, theirs = (f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”" for text in (one, other))
    if one and other:
        return f"{ours} – {theirs}"
    return f"{ours if one else theirs} in one only"


def _whole(text: str, other: str) -> Marked:
    return [(text, text != other)] if text else []


def _joined(pieces: Iterable[tuple[str, bool]]) -> Marked:
    """Neighbours of one kind as one piece; a difference of nothing but blanks is none."""
    found: Marked = []
    for text, differs in pieces:
        if not text:
            continue
        marked = differs and bool(text.strip())
        if found and found[-1][1] == marked:
            found[-1] = (found[-1][0] + text, marked)
        else:
            found.append((text, marked))
    return found
