"""From what a person types to a question that PostgreSQL's full text search understands. Pure.

    sleep                the word
    sleep*               every word that begins so
    "deep sleep"         the words next to each other
    title:naps           in the title; abstract:, author: and journal: likewise
    nap or doze, -rat    either; not
Words stand for themselves, without stemming. Everything is escaped: what was typed never becomes an operator.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

FIELDS = {"title": "A", "abstract": "B", "author": "C", "journal": "D"}
LONGEST = 500
MOST_WORDS = 40
TOKEN = re.compile(
    r"""(?P<minus>-)?(?:(?P<field>title|abstract|author|journal):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))""",
    re.IGNORECASE,
)
WORD = re.compile(r"\w+\*?")


@dataclass(frozen=True, slots=True)
class Asked:
    """tsquery: what to hand to to_tsquery('simple', ...); empty if there is nothing to look for."""

    tsquery: str
    ignored: tuple[str, ...] = ()


def read(typed: str, *, without: frozenset[str] = frozenset()) -> Asked:
    """The question in `typed`. without: the weights of fields in which nothing may be looked for."""
    parts: list[str] = []
    ignored: list[str] = []
    either = False
    for token in tokens(typed.replace("\x00", " ")[:LONGEST]):
        if token["word"] and token["word"].lower() == "or" and not token["field"] and parts:
            either = True
            continue
        term = term_of(token, without)
        if not term:
            ignored.append(token[0])
            continue
        if either and parts:
            parts[-1] = f"({parts[-1]} | {term})"
        else:
            parts.append(term)
        either = False
    return Asked(" & ".join(parts), tuple(ignored))


def tokens(typed: str) -> Iterator[re.Match[str]]:
    for count, token in enumerate(TOKEN.finditer(typed)):
        if count == MOST_WORDS:
            return
        yield token


def term_of(token: re.Match[str], without: frozenset[str] = frozenset()) -> str:
    """One word or phrase: words in a row for "non-small" too, which the index holds as several."""
    text = token["phrase"] if token["phrase"] is not None else token["word"]
    everywhere = "".join(weight for weight in "ABCD" if weight not in without) if without else ""
    weight = FIELDS[token["field"].lower()] if token["field"] else everywhere
    if weight in without:
        return ""
    words = [one_word(found, weight) for found in WORD.findall(text)]
    if not words:
        return ""
    term = " <-> ".join(words)
    if len(words) > 1:
        term = f"({term})"
    return f"!{term}" if token["minus"] else term


def one_word(found: str, weight: str) -> str:
    prefix = "*" if found.endswith("*") else ""
    marks = f":{prefix}{weight}" if prefix or weight else ""
    return f"'{found.rstrip('*')}'{marks}"
