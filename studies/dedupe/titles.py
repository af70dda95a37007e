"""How two titles relate, and what in their difference forbids taking them for one."""

from collections.abc import Iterable
from enum import IntEnum

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein


class Titles(IntEnum):
    EQUAL = 5  # letter for letter, blanks and punctuation aside
    TYPO = 4  # a slip of the pen in a longer word, or a small word left out
    CONTAINED = 3  # one is the other with a subtitle or a heading
    CLOSE = 2
    MISSING = 1
    DIFFERENT = 0


_ROMAN = {
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10",
    "xi": "11", "xii": "12", "xiii": "13", "xiv": "14", "xv": "15", "ia": "1a", "ib": "1b", "iia": "2a", "iib": "2b",
}  # fmt: skip
_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "first": "1", "second": "2", "third": "3",
    "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8", "ninth": "9", "tenth": "10",
    "once": "1", "twice": "2", "1st": "1", "2nd": "2", "3rd": "3", "4th": "4",
}  # fmt: skip
_COUNTED = frozenset(
    [
        "part",
        "parts",
        "pt",
        "phase",
        "type",
        "class",
        "grade",
        "stage",
        "study",
        "trial",
        "experiment",
        "volume",
        "vol",
        "chapter",
        "section",
        "series",
        "version",
        "group",
        "report",
        "paper",
        "lecture",
        "update",
        "module",
        "level",
        "category",
        "schedule",
        "cohort",
        "arm",
        "case",
        "and",
    ]
)

# Words that make another document of the same title.
MARKERS = frozenset(
    [
        "erratum",
        "errata",
        "corrigendum",
        "corrigenda",
        "correction",
        "corrections",
        "corrected",
        "retraction",
        "retracted",
        "withdrawn",
        "withdrawal",
        "withdraw",
        "concern",
        "addendum",
        "comment",
        "comments",
        "commentary",
        "reply",
        "replies",
        "response",
        "responses",
        "respond",
        "respons",
        "rebuttal",
        "letter",
        "letters",
        "editorial",
        "editorials",
        "discussion",
        "discussions",
        "re",
        "part",
        "parts",
        "update",
        "updated",
        "updates",
        "updating",
        "protocol",
        "abstract",
        "abstracts",
        "abridged",
        "summary",
        "supplement",
        "supplementary",
        "supplemental",
        "republished",
        "reprint",
        "reprinted",
        "translation",
        "translated",
        "followup",
        "follow",
        "preliminary",
        "interim",
        "final",
        "revisited",
        "revised",
        "revision",
        "edition",
        "author",
        "authors",
        "invited",
        "article",
        "extended",
        "overview",
        "introduction",
        "continued",
        "conclusion",
        "with",
        "without",
        "not",
        "no",
        "non",
        "nor",
        "neither",
        "never",
        "versus",
        "vs",
        "only",
        "except",
        "excluding",
        "including",
        "pooled",
        "secondary",
        "subgroup",
        "subanalysis",
        "substudy",
        "post",
        "hoc",
        "extension",
        "open",
        "label",
        "design",
        "rationale",
        "baseline",
        "results",
        "version",
        "appendix",
        "annex",
        "poster",
        "presentation",
        "meeting",
        "congress",
        "conference",
        "proceedings",
        "before",
        "after",
        "during",
        "above",
        "below",
        "under",
        "over",
        "men",
        "women",
        "male",
        "female",
        "males",
        "females",
        "boys",
        "girls",
        "children",
        "adults",
        "pediatric",
        "paediatric",
        "adult",
        "elderly",
        "mother",
        "father",
        "maternal",
        "paternal",
        "rats",
        "mice",
        "animal",
        "human",
        "in",
        "vitro",
        "vivo",
    ]
) - frozenset({"in"})

SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "for",
        "to",
        "and",
        "or",
        "by",
        "at",
        "as",
        "its",
        "s",
        "is",
        "are",
        "from",
        "der",
        "die",
        "das",
        "la",
        "le",
        "les",
        "el",
    ]
)

CLOSE_AT = 85.0


def numbers_of(words: Iterable[str]) -> str:
    """All digits of a title in order, Roman and spelt-out ones too; titles that differ here are different titles."""
    found = []
    before = ""
    for word in words:
        if not word.isalpha():
            found.append("".join(letter for letter in word if letter.isdigit()))
        elif word in _WORDS:
            found.append(_WORDS[word])
        elif word in _ROMAN and (len(word) > 1 or before in _COUNTED):
            found.append(_ROMAN[word])
        elif len(word) == 1 and before in _COUNTED:
            found.append(word)
        before = word
    return "".join(found)


def compare_titles(one: str, other: str) -> Titles:
    """Two titles from `normalise_title`."""
    if not one or not other:
        return Titles.MISSING
    left, right = one.replace(" ", ""), other.replace(" ", "")
    if left == right:
        return Titles.EQUAL
    mine, theirs = difference(one, other)
    if _only_small(mine) and _only_small(theirs):
        return Titles.TYPO if len(left) >= 12 and _content(one) == _content(other) else Titles.CLOSE
    if _slip(mine, theirs):
        return Titles.TYPO
    short, long = (left, right) if len(left) < len(right) else (right, left)
    if len(short) >= 20 and (long.startswith(short) or long.endswith(short)):
        return Titles.CONTAINED
    if fuzz.ratio(left, right) >= CLOSE_AT or fuzz.token_sort_ratio(one, other) >= CLOSE_AT:
        return Titles.CLOSE
    return Titles.DIFFERENT


def difference(one: str, other: str) -> tuple[list[str], list[str]]:
    """The words of each title that the other one lacks, in their order."""
    mine, theirs = one.split(), other.split()
    here, there = set(mine), set(theirs)
    return [word for word in mine if word not in there], [word for word in theirs if word not in here]


def _content(title: str) -> str:
    return "".join(word for word in title.split() if word not in SMALL)


def _only_small(words: list[str]) -> bool:
    return all(word in SMALL for word in words)


def _slip(mine: list[str], theirs: list[str]) -> bool:
    """Two or fewer letters off in one stretch of long words: not the beginning, where `a-`, `hyper-` and `un-` stand."""
    left, right = "".join(mine), "".join(theirs)
    if left == right:
        return True
    if min(len(left), len(right)) < 6 or len(mine) > 3 or len(theirs) > 3:
        return False
    if any(word in MARKERS for word in (*mine, *theirs)):
        return False
    limit = 1 if min(len(left), len(right)) < 10 else 2
    return Levenshtein.distance(left, right, score_cutoff=limit) <= limit and not _opposite(left, right)


_OPPOSITE_ENDS = tuple(
    tuple(pair.split("/"))
    for pair in [
        "ate/ite",
        "ase/ose",
        "ine/ene",
        "ane/ene",
        "ol/al",
        "e/ic",
        "ic/ous",
        "yl/ol",
        "in/an",
        "in/on",
    ]
)


def _opposite(left: str, right: str) -> bool:
    """The two differ in what begins or ends a word and turns its sense (`symptomatic`, `asymptomatic`)."""
    same_end = 0
    while same_end < min(len(left), len(right)) and left[-1 - same_end] == right[-1 - same_end]:
        same_end += 1
    same_start = 0
    while same_start < min(len(left), len(right)) - same_end and left[same_start] == right[same_start]:
        same_start += 1
    if same_start == 0 or max(len(left), len(right)) - same_end <= 5:
        return True
    return any(
        (left.endswith(this) and right.endswith(that)) or (left.endswith(that) and right.endswith(this))
        for this, that in _OPPOSITE_ENDS
    )


def marked(one: str, other: str) -> str:
    """The word in which two titles differ and which makes one of them another kind of document, or nothing."""
    for words in difference(one, other):
        for word in words:
            if word in MARKERS:
                return word
    return ""
