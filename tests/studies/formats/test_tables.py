"""CSV, tab-delimited tables and workbooks: columns guessed, rows accounted for, decisions read."""

import io
from collections.abc import Callable

import pytest

from studies.formats import Decision, Entry, ParsedRecord, Refusal, UnmappedTable, guess_mapping, read
from studies.formats.columns import FIELDS
from tests.studies.formats import samples

Records = Callable[..., list[ParsedRecord]]
Items = Callable[..., list[Entry | Refusal]]


def test_columns_are_guessed_from_their_headings() -> None:
    guessed = guess_mapping(
        [
            "Article Title",
            "AUTHOR NAMES",
            "Publication Year",
            "Source title",
            "Source",
            "Cited by",
            "DOI link",
        ]
    )
    assert guessed == {
        "Article Title": "title",
        "AUTHOR NAMES": "authors",
        "Publication Year": "year",
        "Source title": "journal",
        "Source": "source",
        "DOI link": "doi",
    }
    assert set(guessed.values()) <= set(FIELDS)


def test_no_field_but_a_list_is_guessed_twice() -> None:
    guessed = guess_mapping(["Title", "Original Title", "title", "Author Keywords", "Index Keywords"])
    assert list(guessed.values()) == ["title", "keywords", "keywords"]


def test_scopus_cells_over_lines_and_article_numbers(records: Records) -> None:
    first, second = records(samples.SCOPUS_CSV)
    assert first.title == 'Scalable "dynamics" with NAMD'
    assert first.authors == ("Phil, J.C.", "Braun, R.")
    assert first.abstract == "Two\nlines, quoted"
    assert (first.pages, first.pmid, first.identifiers["scopus"]) == (
        "1781-1802",
        "16222654",
        "2-s2.0-27344436659",
    )
    assert first.issn == ("0192-8651",)
    assert first.extra["Cited by"] == ("13",)
    assert (second.pages, second.authors) == ("112", ("Murata, Tadao",))


def test_the_raw_row_is_verbatim_and_its_place_is_the_row(items: Items) -> None:
    first, second = items(samples.SCOPUS_CSV)
    assert isinstance(first, Entry)
    assert first.raw.startswith('"Phil J.C., Braun R.","1;2","Scalable ""dynamics"" with\r\nNAMD"')
    assert (first.offset, second.offset) == (2, 3)


def test_covidence_reasons_tags_and_the_stage_in_the_name_of_the_file(records: Records) -> None:
    first, second = records(samples.COVIDENCE_CSV, "review_77_excluded_csv_20240101.csv")
    assert first.decisions == (Decision("", "exclude", "Wrong outcomes", ("adults", "RCT"), "", "full_text"),)
    assert first.identifiers["covidence"] == "#123"
    assert second.decisions == (Decision("", "exclude", "", (), "", "full_text"),)


@pytest.mark.parametrize(
    ("stage", "decision"),
    [
        ("irrelevant", Decision(verdict="exclude", stage="title_abstract")),
        ("select", Decision(verdict="include", stage="title_abstract")),
        ("included", Decision(verdict="include", stage="full_text")),
        ("screen", None),
    ],
)
def test_the_stages_of_covidence(stage: str, decision: Decision | None, records: Records) -> None:
    found = records(samples.COVIDENCE_CSV, f"review_77_{stage}_csv_20240101.csv")[1]
    assert found.decisions == ((decision,) if decision else ())


def test_rayyan_gives_each_reviewer_their_own_decision(records: Records) -> None:
    first, second = records(samples.RAYYAN_CSV)
    assert first.decisions == (
        Decision("Ana", "exclude", "wrong population", ("x", "y")),
        Decision("Ben", "unsure", "", ("x", "y")),
    )
    assert second.decisions == ()
    assert first.authors == ("Smith, John", "Doe, Ann")


def test_asreview_labels_are_decisions_and_no_label_is_none(records: Records) -> None:
    first, second, third = records(samples.ASREVIEW_CSV)
    assert first.decisions == (Decision("Ana", "include", "", (), "good"),)
    assert second.decisions[0].verdict == "exclude"
    assert third.decisions == ()


def test_registered_trials_and_pubmed_summaries(records: Records) -> None:
    trial = records(samples.TRIALS_CSV)[0]
    assert (trial.identifiers["nct"], trial.year, trial.source) == ("NCT01234567", 2012, "ClinicalTrials.gov")
    paper = records(samples.PUBMED_CSV)[0]
    assert (paper.authors, paper.pmid, paper.pmcid) == (
        ("Smith, A", "van Walter, B"),
        "11223344",
        "PMC1122334",
    )


def test_the_tab_form_of_web_of_science(records: Records) -> None:
    record = records(samples.WOS_TAB)[0]
    assert record.authors == ("Alves, Fabiana", "Luke, Tim")
    assert (record.identifiers["wos"], record.pages, record.keywords) == (
        "WOS:000444108200009",
        "1-9",
        ("a", "b"),
    )


def test_embase_takes_journal_year_and_pages_from_one_cell(records: Records) -> None:
    text = (
        "Title,Author Names,Source,Abstract,Emtree Drug Index Terms,Open URL Link\n"
        '"Cysts","Liu R., Adler D.G.","Gastric Letters (2014) 3:3 (152-160). Date of Publication: 2014","Words","a, b",'
        '"http://sfx.example.org?id=doi:10.4103%2F2303-9027&x=1"\n'
    )
    record = records(text)[0]
    assert (record.journal, record.year, record.volume, record.issue, record.pages) == (
        "Gastric Letters",
        2014,
        "3",
        "3",
        "152-160",
    )
    assert (record.doi, record.source) == ("10.4103/2303-9027", "Embase")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_every_delimiter_is_found(mark: str, records: Records) -> None:
    assert (
        records(mark.join(["Title", "Year", "DOI"]) + "\n" + mark.join(["A", "2020", "10.1000/x"]) + "\n")[
            0
        ].year
        == 2020
    )


def test_a_line_that_names_the_delimiter_and_lines_above_the_header_are_passed_over(records: Records) -> None:
    assert records("sep=;\nTitle;Year\nA;2020\n")[0].title == "A"
    assert records("Search of 2024\n\nTitle,Year,DOI\nA,2020,\n")[0].title == "A"


def test_a_quotation_mark_that_is_never_closed_costs_its_row_alone(items: Items) -> None:
    text = (
        'Title,Year,DOI\nOne,2020,10.1000/a\n"Two,2021,10.1000/b\nThree,2022,10.1000/c\nFour,2023,10.1000/d\n'
    )
    found = items(text)
    assert [type(item) for item in found] == [Entry, Refusal, Entry, Entry]
    refused = found[1]
    assert isinstance(refused, Refusal)
    assert "quotation mark" in refused.reason
    assert refused.text.strip() == '"Two,2021,10.1000/b'


def test_a_stray_mark_that_closes_in_a_later_row_merges_no_rows(items: Items) -> None:
    text = 'Title,Year,DOI\n"One,2020,10.1000/a\n"Two",2021,10.1000/b\n"Three",2022,10.1000/c\n'
    found = items(text)
    assert [item.fields.title for item in found if isinstance(item, Entry)] == ["Two", "Three"]
    assert sum(isinstance(item, Refusal) for item in found) == 1


def test_an_inch_sign_inside_a_cell_is_text(records: Records) -> None:
    assert [r.title for r in records('Title,Year,DOI\nA 5" screen,2020,\nNext,2021,\n')] == [
        'A 5" screen',
        "Next",
    ]


def test_short_and_long_rows_lose_nothing(records: Records) -> None:
    short, long = records("Title,Year,DOI\nShort\nLong,2020,10.1000/x,surplus\n")
    assert short.title == "Short"
    assert long.extra[""] == ("surplus",)


def test_a_cell_that_a_spreadsheet_would_run_comes_back_as_it_was(records: Records) -> None:
    assert records("Title,Year\n'=1+1,2020\n")[0].title == "=1+1"


def test_a_table_of_unknown_columns_hands_its_headings_to_the_page(items: Items) -> None:
    with pytest.raises(UnmappedTable) as caught:
        items("Alpha,Beta\n1,2\n", "export.csv")
    assert caught.value.header == ("Alpha", "Beta")


def test_a_workbook_with_lines_above_its_header(records: Records) -> None:
    first, second = records(samples.XLSX)
    assert (first.title, first.year, first.authors) == ("A trial", 2019, ("Smith, J.", "Doe, A."))
    assert first.extra["My own column"] == ("kept",)
    assert second.title == "B trial"


def test_the_sheet_with_the_known_header_is_read(records: Records) -> None:
    from openpyxl import load_workbook

    from tests.studies.formats.samples import workbook

    book = load_workbook(io.BytesIO(workbook([["About"], ["nothing"]])))
    sheet = book.create_sheet("Data")
    sheet.append(["Title", "DOI"])
    sheet.append(["A", "10.1000/x"])
    stream = io.BytesIO()
    book.save(stream)
    assert [record.title for record in records(stream.getvalue())] == ["A"]


def test_a_heading_over_two_lines_and_headings_repeated_below_lose_no_row(records: Records) -> None:
    text = 'Title,"Year of\n\npublication",DOI\nOne,2020,\nTitle,"Year of\n\npublication",DOI\nTwo,2021,\n'
    assert [(record.title, record.year) for record in records(text)] == [("One", 2020), ("Two", 2021)]


def test_a_refused_row_that_was_mended_is_read_below_its_headings(records: Records) -> None:
    reading = read(io.BytesIO(b'Title;Year;DOI\n"One;2020;\nTwo;2021;\n'))
    refused = next(item for item in reading if isinstance(item, Refusal))
    mended = reading.preface + refused.text.replace('"', "")
    assert records(mended, format="csv")[0].title == "One"
