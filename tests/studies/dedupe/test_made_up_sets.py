"""Whole sets of made-up records: nothing that is two documents ends in one group."""

from dataclasses import replace

from studies.dedupe import Candidate, group
from tests.studies.dedupe.made_up import pairs


def merged(one: Candidate, other: Candidate) -> bool:
    return bool(group([replace(one, key=1), replace(other, key=2)]).groups)


def test_two_documents_are_never_merged_whatever_an_export_leaves_out() -> None:
    wrong = {kind: both for kind, made in pairs(4, seed=20).items() for both in made if merged(*both)}
    assert not wrong
