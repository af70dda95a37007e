"""What holds for any records: symmetry, independence of order, no contradiction in a group, decisions respected."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from studies.dedupe import (
    Candidate,
    Index,
    Verdict,
    blocking_keys,
    compare,
    group,
    match_new,
    normalise_doi,
    normalise_pages,
    normalise_title,
)

# A busy machine must not fail a test.
UNHURRIED = settings(deadline=None, max_examples=60)

TITLES = (
    "Walking aids and falls among residents of mountain villages: a cohort study",
    "WALKING AIDS AND FALLS AMONG RESIDENTS OF MOUNTAIN VILLAGES: A COHORT STUDY.",
    "Walking aids and falls among residants of mountain villages: a cohort study",
    "Walking aids and falls among residents of mountain villages",
    "Walking aids and falls among residents of mountain villages: part II",
    "Erratum: Walking aids and falls among residents of mountain villages",
    "Reply",
    "",
)
PEOPLE = ((), ("Arbogast, Ida", "Brunner, Max"), ("Arbogast I", "Brunner M"), ("Zgraggen, Otto",))


def candidates(key: int) -> st.SearchStrategy[Candidate]:
    fields: dict[str, Any] = {
        "title": st.sampled_from(TITLES),
        "authors": st.sampled_from(PEOPLE),
        "year": st.sampled_from((None, 2016, 2017, 2021)),
        "journal": st.sampled_from(
            ("", "Journal of Imaginary Rehabilitation", "J Imag Rehabil", "Alpine Letters")
        ),
        "volume": st.sampled_from(("", "31", "32")),
        "issue": st.sampled_from(("", "4", "Suppl 1")),
        "pages": st.sampled_from(("", "221-228", "221-8", "e221", "301-309")),
        "doi": st.sampled_from(("", "", "10.1000/a", "10.1000/b")),
        "pmid": st.sampled_from(("", "", "12345678", "22222222")),
        "kind": st.sampled_from(("", "Journal Article", "Letter", "Conference Abstract")),
    }
    return st.builds(Candidate, key=st.just(key), **fields)


SETS = st.integers(2, 7).flatmap(lambda size: st.tuples(*(candidates(key) for key in range(size)))).map(list)
DECISIONS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda pair: pair[0] != pair[1]), max_size=3
)


@UNHURRIED
@given(candidates(1), candidates(2))
def test_comparing_is_symmetric(one: Candidate, other: Candidate) -> None:
    assert compare(one, other) == compare(other, one)


@UNHURRIED
@given(SETS, st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order(records: list[Candidate], shuffler: Any) -> None:
    shuffled = list(records)
    shuffler.shuffle(shuffled)
    assert group(shuffled) == group(records)


@UNHURRIED
@given(SETS)
def test_a_record_is_in_one_group_at_most(records: list[Candidate]) -> None:
    keys = [key for members in group(records).groups for key in members]
    assert len(keys) == len(set(keys))


@UNHURRIED
@given(SETS)
def test_no_group_holds_a_pair_that_names_a_contradiction(records: list[Candidate]) -> None:
    by_key = {record.key: record for record in records}
    for members in group(records).groups:
        for left in members:
            for right in members:
                if left < right:
                    one, other = by_key[left], by_key[right]
                    assert not (one.pmid and other.pmid and one.pmid != other.pmid)
                    assert ("part II" in one.title) == ("part II" in other.title)
                    assert ("Erratum" in one.title) == ("Erratum" in other.title)


@UNHURRIED
@given(SETS, DECISIONS)
def test_what_was_decided_apart_is_in_no_group(
    records: list[Candidate], apart: list[tuple[int, int]]
) -> None:
    found = group(records, apart=apart)
    for left, right in apart:
        assert not any({left, right} <= set(members) for members in found.groups)
        assert not any({left, right} == {pair.left, pair.right} for pair in found.pairs)


@UNHURRIED
@given(SETS, DECISIONS)
def test_what_was_decided_to_be_one_is_in_one_group(
    records: list[Candidate], together: list[tuple[int, int]]
) -> None:
    found = group(records, together=together)
    keys = {record.key for record in records}
    for left, right in together:
        if left in keys and right in keys:
            assert any({left, right} <= set(members) for members in found.groups)


@UNHURRIED
@given(SETS)
def test_deciding_as_proposed_leaves_no_question_about_the_pair(records: list[Candidate]) -> None:
    for pair in group(records).likely:
        again = group(records, together=[(pair.left, pair.right)])
        assert (pair.left, pair.right) not in {(other.left, other.right) for other in again.likely}


@UNHURRIED
@given(SETS)
def test_likely_pairs_lie_between_groups(records: list[Candidate]) -> None:
    found = group(records)
    home = {key: members for members in found.groups for key in members}
    for pair in found.likely:
        assert pair.right not in home.get(pair.left, ())


@UNHURRIED
@given(SETS)
def test_certain_pairs_meet_in_a_block(records: list[Candidate]) -> None:
    for at, one in enumerate(records):
        for other in records[at + 1 :]:
            if compare(one, other).verdict is Verdict.CERTAIN:
                assert blocking_keys(one) & blocking_keys(other)


@UNHURRIED
@given(SETS)
def test_matching_anew_respects_what_is_linked(records: list[Candidate]) -> None:
    known, new = records[:1], records[1:]
    found = match_new(new, Index(known))
    whole = group(records)
    assert found.groups == whole.groups
    assert found.likely == whole.likely


@UNHURRIED
@given(st.text(max_size=200))
def test_no_text_breaks_the_normalisers(text: str) -> None:
    plain = normalise_title(text)
    assert plain == " ".join(plain.split())
    assert normalise_doi(normalise_doi(text)) == normalise_doi(text)
    first, last = normalise_pages(text)
    assert first or not last


@UNHURRIED
@given(
    st.text(max_size=60),
    st.text(max_size=30),
    st.text(max_size=10),
    st.text(max_size=10),
    st.text(max_size=20),
)
def test_no_text_breaks_comparing(title: str, author: str, volume: str, pages: str, doi: str) -> None:
    one = Candidate(1, title, (author,), 2016, title, volume, volume, pages, doi, pages)
    other = Candidate(2, title[::-1], (author, title), None, author, pages, volume, volume, doi, doi)
    assert compare(one, other) == compare(other, one)
    group([one, other])
