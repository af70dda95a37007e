"""What differs between two texts, and the evidence of a pair, in words. Without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.best import best_of
from studies.dedupe.saying import in_words, pattern_of, sorted_evidence
from studies.differences import differing

EMPTY: dict[str, object] = dict.fromkeys(
    ("title", "abstract", "journal", "volume", "issue", "pages", "doi", "pmid", "kind"), ""
)
EMPTY |= {"authors": [], "year": None, "language": ""}


def marked(pieces):
    return [text for text, differs in pieces if differs]


def test_only_the_words_that_differ_are_marked():
    left, right = differing("Naps in 12 young adults", "Naps in 14 young adults")
    assert (marked(left), marked(right)) == (["12"], ["14"])


def test_case_and_blanks_are_no_difference():
    left, right = differing("NAPS in adults", "Naps  in adults")
    assert marked(left) == marked(right) == []


def test_a_missing_text_leaves_the_other_marked_whole():
    assert differing("", "Sleep Letters") == ([], [("Sleep Letters", True)])
    assert differing("same", "same") == ([("same", False)], [("same", False)])


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_letter_is_lost(left, right):
    one, other = differing(left, right)
    assert "".join(text for text, _ in one) == left
    assert "".join(text for text, _ in other) == right


def test_texts_that_are_too_long_to_compare_are_marked_whole():
    left, right = differing("a " * 9000, "b " * 9000)
    assert marked(left) == ["a " * 9000]
    assert marked(right) == ["b " * 9000]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("volumes 3 and 13", "The volumes differ: 3 and 13."),
        ("pages 10 and 310", "The pages differ: 10 and 310."),
        ("pages 10-18", "The pages are the same: 10-18."),
        ("same DOI", "The DOI is the same."),
        ("one is a notice (erratum)", "One is a notice (erratum)."),
    ],
)
def test_evidence_is_said_in_words(said, words):
    assert in_words(said) == words


def test_evidence_is_sorted_and_its_pattern_has_no_numbers():
    evidence = "same DOI, titles equal, years 2018 and 2019, pages 10-18, other PMID"
    speaks_for, against = sorted_evidence(evidence)
    assert len(speaks_for) == 3
    assert against == ["The years differ: 2018 and 2019.", "Other PMID."]
    assert pattern_of(evidence) == "same DOI, titles equal, years # and #, pages #, other PMID"


def test_the_place_comes_from_one_record_and_capitals_lose():
    online = EMPTY | {"title": "NAPS AND RECALL", "year": 2018, "doi": "10.1/x", "journal": "J. Sleep"}
    printed = EMPTY | {"title": "Naps and recall", "year": 2019, "volume": "3", "pages": "1-9"}
    printed |= {"journal": "Journal of Sleep"}
    best = best_of([online, printed])
    assert (best["year"], best["volume"], best["pages"], best["doi"]) == (2019, "3", "1-9", "10.1/x")
    assert (best["title"], best["journal"]) == ("Naps and recall", "Journal of Sleep")
    assert best_of([]) == {}
