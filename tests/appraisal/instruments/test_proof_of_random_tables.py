"""The prover against a plain enumeration, written here from the definition, on random small instruments."""

import itertools
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appraisal.instruments.load import instrument_from_document
from appraisal.instruments.prove import prove
from tests.appraisal.instruments.made import Document, document

NAMES = ("q1", "q2", "q3", "q4")
CODES = ("Y", "N", "U")
LEVELS = ("low", "middle", "high")
OPS = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
}


def true_of(condition: Document, answers: dict[str, str], switch: bool) -> bool:
    if "all" in condition:
        return all(true_of(inner, answers, switch) for inner in condition["all"])
    if "any" in condition:
        return any(true_of(inner, answers, switch) for inner in condition["any"])
    if "not" in condition:
        return not true_of(condition["not"], answers, switch)
    if "q" in condition:
        return answers[condition["q"]] in condition["in"]
    if "param" in condition:
        return switch is condition["is"]
    counted = condition["count"]
    number = sum(answers[name] in counted["in"] for name in counted["questions"])
    return bool(OPS[condition["op"]](number, condition["value"]))


def enumerated(domain: Document) -> list[tuple[dict[str, str], bool]]:
    """Every reachable combination with both settings of the parameter."""
    found = []
    for switch in (False, True):
        for codes in itertools.product((*CODES, "NA"), repeat=len(domain["questions"])):
            answers: dict[str, str] = {}
            for question, code in zip(domain["questions"], codes, strict=True):
                reached = "reached_when" not in question or true_of(question["reached_when"], answers, switch)
                if reached == (code == "NA"):
                    break
                answers[question["id"]] = code
            else:
                found.append((answers, switch))
    return found


def conditions(names: tuple[str, ...]) -> st.SearchStrategy[Document]:
    codes = st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True)
    questions = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
    one = st.builds(lambda q, c: {"q": q, "in": c}, st.sampled_from(names), codes)
    count = st.builds(
        lambda q, c, op, v: {"count": {"questions": q, "in": c}, "op": op, "value": v},
        questions,
        codes,
        st.sampled_from(sorted(OPS)),
        st.integers(0, 3),
    )
    switch = st.booleans().map(lambda value: {"param": "switch", "is": value})
    return st.recursive(
        one | count | switch,
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3).map(lambda several: {"all": several})
            | st.lists(inner, min_size=1, max_size=3).map(lambda several: {"any": several})
            | inner.map(lambda several: {"not": several})
        ),
        max_leaves=4,
    )


@st.composite
def instruments(draw: Any) -> Document:
    made = document()
    made["params"] = [{"id": "switch", "label": "Switch", "type": "boolean"}]
    names = NAMES[: draw(st.integers(1, 4))]
    questions = []
    for index, name in enumerate(names):
        question: Document = {"id": name, "label": name, "answers": "ynu"}
        if index and draw(st.booleans()):
            question["reached_when"] = draw(conditions(names[:index]))
        questions.append(question)
    made["domains"][0]["questions"] = questions
    # The setting matters in every one, so that both are counted.
    first = {
        "any": [
            draw(conditions(names)),
            {"all": [{"param": "switch", "is": True}, {"param": "switch", "is": False}]},
        ]
    }
    tests = [first, *draw(st.lists(conditions(names), max_size=3))]
    if draw(st.booleans()):
        tests.append({"not": {"any": tests[:]}})
    made["domains"][0]["judgement"]["rules"] = [
        {"id": f"R{index}", "when": when, "then": LEVELS[index % 3]} for index, when in enumerate(tests)
    ]
    return made


@settings(max_examples=25, deadline=None)
@given(instruments())
def test_counts_and_faults_are_those_of_a_plain_enumeration(made):
    check(made)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(instruments())
def test_counts_and_faults_of_very_many_are_those_of_a_plain_enumeration(made):
    check(made)


def check(made: Document) -> None:
    proof = prove(instrument_from_document(made).instrument)
    domain = made["domains"][0]
    rules = domain["judgement"]["rules"]
    reached: set[str] = set()
    fired: Counter[str] = Counter()
    levels: Counter[str] = Counter()
    doubled: set[str] = set()
    gaps = overlaps = 0
    combinations = enumerated(domain)
    for answers, switch in combinations:
        reached |= {name for name, code in answers.items() if code != "NA"}
        matching = [entry for entry in rules if true_of(entry["when"], answers, switch)]
        gaps += not matching
        overlaps += len(matching) > 1
        if len(matching) > 1:
            doubled |= {entry["id"] for entry in matching}
        if matching:
            fired[matching[0]["id"]] += 1
            levels[matching[0]["then"]] += 1
    found = proof.domains["D1"]
    assert found.reachable == len(combinations)
    assert found.judgements == levels
    said = [problem.message for problem in proof.problems if problem.path[0] == "domains"]
    assert any(message.startswith("No rule covers") for message in said) == bool(gaps)
    assert any(" cover " in message and message.startswith("Rules") for message in said) == bool(overlaps)
    unreached = {q["id"] for q in domain["questions"]} - reached
    assert {p.path[-1] for p in proof.problems if "never be reached" in p.message} == unreached
    # That two rules hold at once is said; that the second never decides need not be said again.
    dead = {entry["id"] for entry in rules} - set(fired) - doubled
    assert {p.path[-1] for p in proof.problems if "never fire" in p.message} == dead
