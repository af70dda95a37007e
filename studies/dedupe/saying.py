"""The evidence of a pair in words, sorted into what speaks for and what against its being one."""

import re
from collections.abc import Iterable

_NUMBERED = re.compile(r"[^\s,]*\d[^\s,]*")
_FOR = ("same ", "titles equal", "authors agree", "journals alike", "volume ", "page ")
_PAGES = re.compile(r"pages \S+-\S+$")
_ALIKE = ("titles close", "titles equal but for a slip")
_WORDS = {
    "titles equal": "The titles are the same.",
    "titles equal but for a slip": "The titles are the same but for a slip.",
    "one title contains the other": "One title contains the other.",
    "titles close": "The titles are close.",
    "one title is missing": "One title is missing.",
    "titles differ": "The titles differ.",
    "authors agree": "The authors agree.",
    "some authors in common": "Some authors are in common.",
    "authors missing": "The authors are missing on one side.",
    "same journal": "The journal is the same.",
    "journals alike": "The journals are alike.",
    "other journal": "The journals are different.",
    "same year": "The year is the same.",
    "same abstract": "The abstract is the same.",
    "other DOI": "The DOIs differ.",
    "other authors": "The authors are others.",
    "a third record contradicts": "A third record, which is the same as one of them, contradicts the other.",
}


def pattern_of(evidence: str) -> str:
    """The evidence without its numbers: what pairs that are alike have in common."""
    return _NUMBERED.sub("#", evidence)


def speaks_for(said: str) -> bool:
    """Whether one piece of evidence speaks for the two being one."""
    return said.startswith(_FOR) or _PAGES.match(said) is not None


def in_words(said: str) -> str:
    """One piece of evidence as a sentence."""
    if said in _WORDS:
        return _WORDS[said]
    for start, words in (("volumes ", "The volumes differ: "), ("years ", "The years differ: ")):
        if said.startswith(start):
            return f"{words}{said.removeprefix(start)}."
    if said.startswith("pages ") and not _PAGES.match(said):
        return f"The pages differ: {said.removeprefix('pages ')}."
    if said.startswith(("volume ", "pages ", "page ")):
        name, _, number = said.partition(" ")
        verb = "are" if name == "pages" else "is"
        return f"The {name} {verb} the same: {number}."
    if said.startswith("same "):
        return f"The {said.removeprefix('same ')} is the same."
    return f"{said[:1].upper()}{said[1:]}."


def sorted_evidence(evidence: str, *, misprints: str = "") -> tuple[list[str], list[str]]:
    """(for, against), each in sentences, of evidence as it is stored: pieces with commas between them.

    `misprints` are the words by which titles that are not the same differ. They are no part of the evidence, by which
    pairs are alike that a person decides at once.
    """
    pieces = [piece.strip() for piece in evidence.split(", ") if piece.strip()]
    return _said((p for p in pieces if speaks_for(p)), misprints), _said(
        (p for p in pieces if not speaks_for(p)), misprints
    )


def _said(pieces: Iterable[str], misprints: str) -> list[str]:
    return [
        f"{in_words(piece)[:-1]}: {misprints}." if misprints and piece in _ALIKE else in_words(piece)
        for piece in pieces
    ]
