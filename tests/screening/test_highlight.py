import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.highlight import Terms, mark, parts

TERMS = Terms(include=("sleep", "adipose-derived", "random*"), exclude=("rat", "sleep apnoea"))


def test_terms_are_marked_as_whole_words_whatever_their_case():
    assert mark("Sleep, asleep and sleeping", TERMS) == "<mark>Sleep</mark>, asleep and sleeping"


def test_a_star_stands_for_the_rest_of_a_word():
    assert mark("randomised to a rate", TERMS) == "<mark>randomised</mark> to a rate"


def test_a_term_against_is_marked_as_such_and_the_longest_term_wins():
    assert mark("sleep  apnoea in a rat", TERMS) == (
        "<mark data-against>sleep  apnoea</mark> in a <mark data-against>rat</mark>"
    )


def test_what_came_from_outside_is_escaped_inside_marks_and_outside():
    evil = Terms(include=("<script>",))
    assert (
        mark("<b>sleep</b> & <script>", TERMS) == "&lt;b&gt;<mark>sleep</mark>&lt;/b&gt; &amp; &lt;script&gt;"
    )
    assert mark("a <script>x", evil) == "a &lt;script&gt;x"
    assert mark("a <script> x", evil) == "a <mark>&lt;script&gt;</mark> x"


def test_no_terms_and_empty_terms_mark_nothing():
    assert mark("a*b", Terms()) == "a*b"
    assert mark("a*b", Terms(include=("", "*"))) == "a*b"


@given(st.text(max_size=60), st.lists(st.text(max_size=8), max_size=4))
def test_no_text_and_no_term_brings_markup_in(text, terms):
    html = mark(text, Terms(include=tuple(terms), exclude=tuple(terms[:1])))
    plain = html.replace("<mark data-against>", "").replace("<mark>", "").replace("</mark>", "")
    assert "<" not in plain
    assert ">" not in plain


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("", []),
        ("One line.", [("", "One line.")]),
        ("OBJECTIVE: To see.  METHODS:\tWe saw.", [("Objective", "To see."), ("Methods", "We saw.")]),
        ("Before. RESULTS: After.\nMore.", [("", "Before."), ("Results", "After."), ("", "More.")]),
        ("Background: Old.  Study design: A trial.", [("Background", "Old."), ("Study design", "A trial.")]),
        ("Two ways. Others: none.", [("", "Two ways. Others: none.")]),
        ("The ratio A:B was 3: 4.", [("", "The ratio A:B was 3: 4.")]),
    ],
)
def test_a_structured_abstract_falls_into_its_parts(abstract, expected):
    assert [(part.heading, part.text) for part in parts(abstract)] == expected
