"""BibTeX as it is really written."""

from collections.abc import Callable

import pytest

from studies.formats import Entry, ParsedRecord, Refusal
from tests.studies.formats import samples

Records = Callable[..., list[ParsedRecord]]
Items = Callable[..., list[Entry | Refusal]]


def test_macros_accents_percent_signs_and_an_at_sign_inside_a_value(records: Records) -> None:
    first, same_key, no_key, braces = records(samples.BIBTEX)
    assert first.title == "The DNA of things: 50% of α"
    assert first.authors == ("Gómez, Ana", "World Health Organization", "de la Cruz, Juan", "Cruise, Tom")
    assert (first.journal, first.year, first.volume, first.issue, first.pages) == (
        "Quarterly Letters II",
        2020,
        "4",
        "1",
        "12-19",
    )
    assert first.abstract == "Uses P < 0.05 @type:x and 50% more"
    assert first.doi == "10.1000/bt_1"
    assert (same_key.title, same_key.pmid) == ("Same key", "33355555")
    assert no_key.title == "No key"
    assert (braces.title, braces.identifiers["wos"], braces.journal) == (
        "Double braces",
        "WOS:000223334444221",
        "A BOOK",
    )


@pytest.mark.parametrize(
    ("fields", "field", "value"),
    [
        (
            r'author = "Panier, Ren{\"e} and M{\o}ller-Hansen, \v{S}. and others"',
            "authors",
            ("Panier, Renë", "Møller-Hansen, Š."),
        ),
        ("author = {Brown, Jr., John}", "authors", ("Brown, John Jr.",)),
        ("author = {Rens van de Schoot}", "authors", ("van de Schoot, Rens",)),
        (r"title = {Costs of \$5 and 10\,\% \& {RNA}}", "title", "Costs of $5 and 10 % & RNA"),
        ("title = {A $5 pill}", "title", "A $5 pill"),
        ("title = {CO$_2$ uptake}", "title", "CO_2 uptake"),
        ("pages = {1 - 10}", "pages", "1-10"),
        ("pages = {123–456}", "pages", "123-456"),
        ("eid = {e0815}", "pages", "e0815"),
        ("date = {2011-12}", "year", 2011),
        ("year = {888}", "year", None),
        ("issn = {1111-2222, 1234-444X}", "issn", ("1111-2222", "1234-444X")),
        ("url = {\n   https://doi.org/10.1000/tf.1\n}", "doi", "10.1000/tf.1"),
        ("keywords = {a, b; c}", "keywords", ("a, b", "c")),
        ("month = jan # {~5}, title = {x}", "title", "x"),
    ],
)
def test_one_field(fields: str, field: str, value: object, records: Records) -> None:
    assert getattr(records(f"@article{{key,\n  note = {{kept}},\n  {fields}\n}}\n")[0], field) == value


def test_two_entries_on_one_line_and_in_parentheses(records: Records) -> None:
    found = records('@article{a, title={One}} @article{b, title={Two}}\n@book(c, title = "Three")\n')
    assert [record.title for record in found] == ["One", "Two", "Three"]


def test_an_unbalanced_brace_does_not_swallow_the_entries_behind_it(records: Records) -> None:
    text = "@article{a,\n title = {One {two},\n year = {2020}\n}\n\n@article{b,\n title = {Next}\n}\n"
    first, second = records(text)
    assert (first.title, first.year, second.title) == ("One two", 2020, "Next")


def test_an_entry_that_breaks_off_is_refused(items: Items) -> None:
    made, cut = items("@article{a, title = {One}}\n@article{b,\n title = {Two and")
    assert isinstance(made, Entry)
    assert isinstance(cut, Refusal)
    assert "breaks off inside the field “title”" in cut.reason


def test_strings_comments_and_preambles_are_no_entries(records: Records) -> None:
    text = '@preamble{ {x} }\n@comment{@article{no, title={No}}}\n@STRING{j = "Journal"}\n@article{a, title={T}, journal=j}\n'
    assert [(record.title, record.journal) for record in records(text)] == [("T", "Journal")]


def test_an_entry_without_fields_is_refused(items: Items) -> None:
    assert [type(item) for item in items("@article{a,\n}\n@misc{b, title={B}}\n")] == [Refusal, Entry]


def test_a_brace_too_many_ends_no_entry_early_and_stray_text_is_kept(records: Records) -> None:
    record = records("@article{a,\n title = {One}},\n year = {2020}\n}\n")[0]
    assert (record.title, record.year) == ("One", 2020)
    assert records("@article{a, title = {One}, stray words}\n")[0].extra[""] == ("stray words",)
