"""Groups of a whole set: transitive, never through a contradiction, and never against a person."""

import random

import pytest

from studies.dedupe import Candidate, Verdict, group
from tests.studies.dedupe.records import ARTICLE, record

TITLE = ARTICLE["title"]
NOWHERE = {"volume": "", "issue": "", "pages": ""}


def test_groups_are_transitive() -> None:
    one = record(key=1, doi="10.1000/a", **NOWHERE, journal="")
    other = record(key=2, doi="10.1000/a", pmid="12345678")
    third = record(key=3, pmid="12345678", journal="", **NOWHERE)
    assert group([one, other, third]).groups == [(1, 2, 3)]


def test_a_third_record_does_not_tie_what_contradicts() -> None:
    """The one without a place may be the paper or the abstract: it is certain of neither."""
    paper = record(key=1)
    elsewhere = record(key=2, volume="30", issue="2", pages="77-81")
    vague = record(key=3, **NOWHERE)
    found = group([paper, elsewhere, vague])
    assert found.groups == []
    asked = {(pair.left, pair.right) for pair in found.likely}
    assert {(1, 3), (2, 3)} <= asked
    assert any("a third record contradicts" in pair.evidence for pair in found.likely)


def test_a_strict_pair_comes_before_a_loose_one() -> None:
    paper, twin = record(key=1), record(key=2, title=TITLE.upper())
    part = record(key=3, title=TITLE + ". Part II", doi="10.1000/b")
    assert group([part, twin, paper]).groups == [(1, 2)]


def test_the_order_of_the_records_does_not_matter() -> None:
    records = [
        record(key=1),
        record(key=2, title=TITLE.upper()),
        record(key=3, **NOWHERE),
        record(key=4, volume="30", pages="77-81"),
        record(key=5, title=TITLE + ": reply"),
        record(key=6, doi="10.1000/a"),
    ]
    expected = group(records)
    for seed in range(10):
        shuffled = random.Random(seed).sample(records, len(records))
        assert group(shuffled) == expected


def test_what_a_person_kept_apart_stays_apart() -> None:
    records = [record(key=key) for key in (1, 2, 3)]
    found = group(records, apart=[(2, 1)])
    assert all(not {1, 2} <= set(keys) for keys in found.groups)
    assert (1, 2) not in {(pair.left, pair.right) for pair in found.pairs}


def test_what_a_person_kept_apart_is_not_joined_through_a_third() -> None:
    records = [
        record(key=1, doi="10.1000/a"),
        record(key=2, pmid="12345678"),
        record(key=3, doi="10.1000/a", pmid="12345678"),
    ]
    assert group(records).groups == [(1, 2, 3)]
    found = group(records, apart=[(1, 2)])
    assert len(found.groups) == 1
    assert not {1, 2} <= set(found.groups[0])


def test_what_a_person_joined_is_one_whatever_the_records_say() -> None:
    records = [record(key=1), record(key=2, title="Erratum: " + TITLE, pages="512"), record(key=3)]
    assert group(records, together=[(1, 2)]).groups == [(1, 2, 3)]


def test_nobody_is_asked_again() -> None:
    records = [
        record(key=1),
        record(key=2, journal="Alpine Congress on Falls", volume="", issue="", pages=""),
    ]
    assert len(group(records).likely) == 1
    assert group(records, apart=[(1, 2)]).pairs == []
    assert group(records, together=[(1, 2)]).pairs == []


def test_a_person_is_asked_once_about_two_groups() -> None:
    here = [record(key=key) for key in (1, 2, 3)]
    there = [record(key=key, journal="Alpine Congress on Falls", volume="2", pages="7") for key in (4, 5)]
    found = group([*here, *there])
    assert found.groups == [(1, 2, 3), (4, 5)]
    assert len(found.likely) == 1


def test_a_decision_both_ways_is_an_error() -> None:
    with pytest.raises(ValueError, match="decided to be one and to be apart"):
        group([record(key=1), record(key=2)], apart=[(1, 2)], together=[(2, 1)])


def test_decisions_that_follow_from_one_another_keep_apart() -> None:
    records = [
        record(key=key, title=f"Title number {key} of very many words", pages=str(key)) for key in (1, 2, 3)
    ]
    found = group(records, together=[(1, 2), (2, 3)], apart=[(1, 3)])
    assert found.groups == [(1, 2)]


def test_decisions_about_records_that_are_not_there_are_ignored_but_for_what_they_tie() -> None:
    found = group(
        [record(key=1, title="One thing"), record(key=3, title="Another")], together=[(1, 2), (2, 3)]
    )
    assert found.groups == [(1, 3)]


def test_a_key_that_occurs_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="Key 7 occurs twice"):
        group([record(key=7), record(key=7)])


def test_nothing_makes_no_groups() -> None:
    assert group([]).groups == []
    assert group([record()]).groups == []
    blank = [Candidate(key, "", (), None, "", "", "", "", "", "") for key in (1, 2, 3)]
    assert group(blank).groups == []


def test_one_file_many_times_is_one_group_each() -> None:
    articles = [
        (f"Falls and walking aids in the village of {name}", 10 * at)
        for at, name in enumerate(("Auen", "Bergli", "Chlus"))
    ]
    records = [
        record(key=100 * at + copy, title=title, pages=str(page + 1))
        for at, (title, page) in enumerate(articles)
        for copy in range(60)
    ]
    assert [len(keys) for keys in group(records).groups] == [60, 60, 60]


def test_a_column_of_one_title_does_not_become_one_report() -> None:
    records = [
        record(key=key, title="Editorial", authors=(f"Author{key}, A",), pages="", volume="")
        for key in range(300)
    ]
    found = group(records)
    assert found.groups == []


def test_enormous_fields_are_no_trouble() -> None:
    giant = record(
        key=1, title="Falls " * 200_000, authors=("A" * 10**6, *(f"Person{n}, A" for n in range(50_000)))
    )
    odd = record(key=2, title="(" * 100_000, journal="." * 10**6, pages="1-" * 10**5, doi="10.1000/" * 10**5)
    assert group([giant, odd]).groups == []


def test_every_certain_pair_is_within_a_group_and_every_likely_one_between_two() -> None:
    records = [record(key=key, pages=f"{221 + key % 3}-228") for key in range(9)]
    found = group(records)
    home = {key: keys for keys in found.groups for key in keys}
    for pair in found.pairs:
        together = pair.right in home.get(pair.left, ())
        assert together is (pair.verdict is Verdict.CERTAIN)
