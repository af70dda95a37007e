"""What differs between two texts, and the evidence of a pair, in words. Without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.best import best_of
from studies.dedupe.saying import in_words, pattern_of, sorted_evidence
from studies.differences import differing, in_which

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


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        (
            "Naps in hypertensoin",
            "Naps in hypertension",
            "The titles are close: “hypertensoin” – “hypertension”.",
        ),
        ("Naps in old rats", "NAPS in rats", "The titles are close: “old” in one only."),
        ("Naps and recall", "Naps  and recall", "The titles are close."),
        ("a b c d e f g h", "1 b 2 d 3 f 4 h", "The titles are close: “a” – “1”; “c” – “2”; “e” – “3”; …."),
        ("a b c d e f g h i j k l m n", "1 b 2 d 3 f 4 h 5 j 6 l 7 n", "The titles are close."),
    ],
)
def test_titles_that_are_close_are_said_with_the_words_by_which_they_differ(left, right, said):
    speaks_for, against = sorted_evidence("same DOI, titles close", misprints=in_which(left, right))
    assert (speaks_for, against) == (["The DOI is the same."], [said])


def test_a_title_that_is_the_same_is_said_without_any_words():
    misprints = in_which("Naps", "Naps")
    assert sorted_evidence("titles equal", misprints=misprints) == (["The titles are the same."], [])
    assert sorted_evidence("titles equal", misprints="“x” – “y”") == (["The titles are the same."], [])


@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_differs_is_said_in_few_words(left, right):
    assert len(in_which(left, right)) < 500


def test_the_place_comes_from_one_record_and_capitals_lose():
    online = EMPTY | {"title": "NAPS AND RECALL", "year": 2018, "doi": "10.1/x", "journal": "J. Sleep"}
    printed = EMPTY | {"title": "Naps and recall", "year": 2019, "volume": "3", "pages": "1-9"}
    printed |= {"journal": "Journal of Sleep"}
    best = best_of([online, printed])
    assert (best["year"], best["volume"], best["pages"], best["doi"]) == (2019, "3", "1-9", "10.1/x")
    assert (best["title"], best["journal"]) == ("Naps and recall", "Journal of Sleep")
    assert best_of([]) == {}
