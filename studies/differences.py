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
