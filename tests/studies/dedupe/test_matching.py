"""A new batch beside what is there."""

import pytest

from studies.dedupe import Index, Verdict, blocking_keys, match_new
from tests.studies.dedupe.records import ARTICLE, record

TITLE = ARTICLE["title"]
NOWHERE = {"volume": "", "issue": "", "pages": ""}


def test_a_new_record_joins_the_known_one() -> None:
    known = Index([record(key=1), record(key=2, title="Hearing aids of pupils", pages="9")])
    found = match_new([record(key=10, title=TITLE.upper())], known)
    assert found.groups == [(1, 10)]
    assert [pair.verdict for pair in found.pairs] == [Verdict.CERTAIN]


def test_new_records_join_one_another() -> None:
    assert match_new([record(key=10), record(key=11)], Index()).groups == [(10, 11)]


def test_what_is_there_is_not_compared_again() -> None:
    known = Index([record(key=1), record(key=2)])
    new = [record(key=10, title="Hearing aids of pupils in lowland schools", pages="9")]
    found = match_new(new, known)
    assert found.groups == []
    assert found.pairs == []


def test_what_is_linked_already_comes_with_the_group() -> None:
    known = Index([record(key=1), record(key=2, title="Erratum: " + TITLE, pages="512")])
    assert match_new([record(key=10)], known, together=[(1, 2)]).groups == [(1, 2, 10)]


def test_a_person_is_not_overturned() -> None:
    known = Index([record(key=1), record(key=2)])
    found = match_new([record(key=10)], known, apart=[(1, 2)])
    assert all(not {1, 2} <= set(keys) for keys in found.groups)
    found = match_new([record(key=10)], known, apart=[(1, 10), (2, 10)])
    assert found.groups == []
    assert found.pairs == []


def test_a_new_record_does_not_join_known_ones_that_contradict() -> None:
    known = Index([record(key=1), record(key=2, volume="30", issue="2", pages="77-81")])
    found = match_new([record(key=10, **NOWHERE)], known)
    assert found.groups == []
    assert {(pair.left, pair.right) for pair in found.likely} == {(1, 10), (2, 10)}


def test_a_key_that_is_known_is_an_error() -> None:
    with pytest.raises(ValueError, match="Key 1 is in the index already"):
        match_new([record(key=1)], Index([record(key=1)]))
    index = Index([record(key=1)])
    with pytest.raises(ValueError, match="Key 1 is in the index already"):
        index.add(record(key=1))


def test_an_index_grows() -> None:
    index = Index()
    assert len(index) == 0
    index.add(record(key=1))
    assert len(index) == 1
    assert 1 in index
    assert match_new([record(key=2)], index).groups == [(1, 2)]
    assert len(index) == 1


def test_keys_of_duplicates_meet_and_can_be_stored() -> None:
    one = blocking_keys(record(doi="10.1000/a"))
    assert one & blocking_keys(record(doi="", title=TITLE.replace("residents", "residants")))
    assert one & blocking_keys(
        record(title="Wholly another", doi="https://doi.org/10.1000/A", authors=(), pages="")
    )
    assert all(0 < len(key) <= 80 for key in one)
    assert blocking_keys(record(title="x" * 5000, doi="10.1000/" + "y" * 500)).isdisjoint({""})


def test_a_stored_key_is_the_same_in_every_run() -> None:
    keys = blocking_keys(record(doi="10.1000/a", pmid="12345678"))
    assert {"d:10.1000/a", "p:12345678", "v:31:221:2016", "a:arbogast:221"} <= keys


def test_a_large_index_is_searched_by_the_nearest_titles() -> None:
    crowd = [
        record(key=key, title=f"{TITLE} {key}", authors=(f"Nobody{key}, A",), pages="") for key in range(500)
    ]
    index = Index(crowd)
    assert len(index.lookup(record(key=1000, title=f"{TITLE} 77"))) < 200
