"""LaTeX in BibTeX values as plain text."""

from __future__ import annotations

import re
from functools import cache

from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]

from studies.formats.text import clean

_PERCENT = re.compile(r"(?<!\\)%")
_URL = re.compile(r"\\(?:url|path|href)\s*\{([^{}]*)\}")
_PLAIN = re.compile(r"[\\$]|``|''|---?|~")
_DIGITS_ONLY = re.compile(r"\$([^$\\^_{}]*)\$")
# The converter gives the accents for these; private characters carry the signs through it.
_SIGNS = {
    r"\textasciicircum{}": "\ue000",
    r"\textasciitilde{}": "\ue001",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    r"{\textless}": "<",
    r"{\textgreater}": ">",
}
_MEANT = str.maketrans({"\ue000": "^", "\ue001": "~"})
LIMIT = 10_000


@cache
def _converter() -> LatexNodes2Text:
    return LatexNodes2Text(math_mode="text", strict_latex_spaces=False)


def plain(value: str) -> str:
    """The text of a value, without braces and macros.

    What is no LaTeX is left alone: a bare percent sign is a percent sign here, and not a comment.
    """
    return clean(_converted(value).translate(_MEANT) if _PLAIN.search(value) else _unbraced(value))


def _unbraced(value: str) -> str:
    return value.replace("{", "").replace("}", "")


def _converted(value: str) -> str:
    for macro, sign in _SIGNS.items():
        value = value.replace(macro, sign)
    value = _URL.sub(r"\1", value)
    value = _DIGITS_ONLY.sub(r"\1", value)
    if "\\" not in value and "$" not in value:
        value = value.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”")
        return _unbraced(value.replace("~", " "))
    if len(value) > LIMIT:
        return _unbraced(value)
    if value.count("$") % 2:
        value = re.sub(r"(?<!\\)\$", r"\\$", value)
    try:
        return str(_converter().latex_to_text(_PERCENT.sub(r"\\%", value)))
    except (ValueError, IndexError, KeyError, AttributeError, TypeError, RecursionError):
        # The converter gives up on some unbalanced input; the value is kept as it stands.
        return _unbraced(value)


def split_names(value: str) -> list[str]:
    """The names of an author field: separated by "and" outside braces."""
    names: list[str] = []
    depth, begin = 0, 0
    for match in re.finditer(r"\\.|[{}]|(?<!\s)\s+and\s+", value, re.DOTALL):
        sign = match[0]
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth = max(depth - 1, 0)
        elif sign[0] != "\\" and depth == 0:
            names.append(value[begin : match.start()])
            begin = match.end()
    names.append(value[begin:])
    return [name.strip() for name in names if name.strip()]


def is_braced(name: str) -> bool:
    """True for {World Health Organization}: one body, not a person."""
    if not (name.startswith("{") and name.endswith("}")):
        return False
    depth = 0
    for index, character in enumerate(name):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0 and index < len(name) - 1:
            return False
    return depth == 0
