"""Reading an instrument: limits, YAML traps, schema and references, each refused with a place; the content hash."""

import contextlib
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appraisal.instruments.load import (
    DATA,
    canonical_form,
    content_hash,
    instrument_from_document,
    read_instrument,
    shipped,
    shipped_instrument,
)
from appraisal.instruments.problems import InstrumentRefused, Problem
from appraisal.instruments.yaml_text import MAX_BYTES, MAX_DEPTH, read_yaml, write_yaml
from tests.appraisal.instruments.made import Document, document, is_, yes_no_question

SCALE = "scales:\n  two:\n    levels:\n"


def refusal(source: bytes | str) -> list[Problem]:
    with pytest.raises(InstrumentRefused) as refused:
        read_instrument(source.encode() if isinstance(source, str) else source)
    return list(refused.value.problems)


def refused_document(changed: Document) -> list[str]:
    with pytest.raises(InstrumentRefused) as refused:
        instrument_from_document(changed)
    return [str(problem) for problem in refused.value.problems]


# Limits


def test_a_file_of_ten_megabytes_is_refused_before_it_is_parsed():
    start = time.perf_counter()
    (problem,) = refusal(b"a: [" + b"1, " * 3_400_000 + b"1]")
    assert time.perf_counter() - start < 0.5
    assert "10,200,006 bytes" in problem.message
    assert f"{MAX_BYTES:,}" in problem.message


def test_an_alias_bomb_is_refused_at_its_first_anchor():
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 9))
    (problem,) = refusal(f"l0: &l0 [x, x, x]\n{levels}\n")
    assert problem.line == 1
    assert "Anchors are not read here: remove &l0" in problem.message


def test_an_alias_without_an_anchor_is_refused_where_it_stands():
    (problem,) = refusal("a: 1\nb: *x\n")
    assert problem.line == 2
    assert "*x" in problem.message


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("a: 1\nb: !!python/object:os.system {}\n", 2, "Tags are not read here"),
        ("a: 1\nb: !mine 3\n", 2, "Tags are not read here"),
        ("a: 1\n<<: {b: 2}\n", 2, "Merge keys are not read here"),
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands here twice"),
        ("a: 1\n? [1, 2]\n: 3\n", 2, "A key has to be text"),
        ("a: 1\n---\nb: 2\n", 2, "more than one document"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
        ("a: 1\nb: \x07\n", 2, "not valid YAML"),
        ("a: 1\n" + "b: " + "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), 2, "nested more than"),
        ("a: " + "x" * 20_001, 1, "20,001 characters"),
        ("[" + "1," * 45_000 + "1]", 1, "more than 40,000 values"),
    ],
)
def test_yaml_that_is_more_than_plain_data_is_refused_with_its_line(source, line, said):
    (problem,) = refusal(source)
    assert problem.line == line
    assert said in problem.message


def test_an_empty_file_is_refused():
    assert refusal("# nothing but a comment\n")[0].message == "The file is empty"


def test_bytes_that_are_no_utf_8_are_refused_with_their_line():
    (problem,) = refusal(b"a: 1\nb: \xff\n")
    assert problem.line == 2
    assert "UTF-8" in problem.message


def test_a_byte_order_mark_is_no_obstacle():
    text = write_yaml(document())
    assert (
        read_instrument(b"\xef\xbb\xbf" + text.encode()).content_hash
        == read_instrument(text.encode()).content_hash
    )


@pytest.mark.slow
def test_a_file_near_the_limits_is_answered_within_seconds():
    changed = document()
    changed["domains"][0]["questions"] = [
        yes_no_question(f"q{number}", reached_when=is_(f"q{number + 1}", "Y")) for number in range(2400)
    ]
    text = write_yaml(changed).encode()
    assert len(text) > MAX_BYTES / 2
    start = time.perf_counter()
    problems = refusal(text)
    assert time.perf_counter() - start < 20
    assert "is asked later" in problems[0].message


def test_a_character_that_no_database_keeps_is_refused():
    assert "cannot be kept" in refusal('title: "a\\0"')[0].message
    assert "cannot be kept" in refused_document({"title": "a\ud800"})[0]
    assert "cannot be kept" in refused_document({"a\0": "title"})[0]


def test_documents_of_a_builder_have_the_same_limits():
    deep: Document = {}
    for _ in range(500):
        deep = {"all": [deep]}
    assert "nested more than" in refused_document(deep)[0]
    assert "more than 40,000 values" in refused_document({"a": [1] * 50_000})[0]
    assert "infinite" in refused_document({"a": float("nan")})[0]


# Values that programs read differently


@pytest.mark.parametrize("code", ["Y", "N", "y", "n", "yes", "No", "ON", "off"])
def test_an_unquoted_yes_or_no_is_refused_with_its_line_and_its_path(code):
    text = f'answer_sets:\n  std: ["PY", {code}]\n'
    (problem,) = refusal(text)
    assert problem.line == 2
    assert problem.path == ("answer_sets", "std", "1")
    assert f'write "{code}"' in problem.message


def test_quoted_codes_and_keys_are_text():
    value = read_yaml(b'{"Y": "N", no: "yes", 1: "4.10", Y2: true, off: false}').value
    assert value == {"Y": "N", "no": "yes", "1": "4.10", "Y2": True, "off": False}


def test_a_question_number_without_quotes_is_refused_with_a_hint():
    text = write_yaml(document()).replace('id: "1.1"', "id: 1.10", 1).replace("id: '1.1'", "id: 1.10", 1)
    problem = refusal(text)[0]
    assert problem.line == text.splitlines().index("  - id: 1.10") + 1
    assert "is read as a number; write it in quotes" in problem.message


def test_numbers_dates_and_long_digits_stay_what_they_look_like():
    value = read_yaml(
        b"[1, -2, 1.5, 0x1F, 1_000, 12:30, 2019-08-22, 007, .inf, 12345678901234567890, ~]"
    ).value
    assert value == [
        1,
        -2,
        1.5,
        "0x1F",
        "1_000",
        "12:30",
        "2019-08-22",
        "007",
        ".inf",
        "12345678901234567890",
        None,
    ]


# Schema


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        (lambda d: d.pop("title"), "", "'title' is missing"),
        (lambda d: d.update(titel="x"), "", "'titel' is not known here; is 'title' meant?"),
        (lambda d: d.update(status="finished"), "status", "'complete', 'partial', 'outline', 'user'"),
        (lambda d: d["domains"][0].update(label=7), "domains/D1/label", "is read as a number"),
        (lambda d: d["domains"][0].update(label=True), "domains/D1/label", "is read as true or false"),
        (lambda d: d["domains"].clear(), "domains", "empty or too short"),
        (lambda d: d["scales"].update(two=[]), "scales/two", "has to be a mapping, not a list"),
        (
            lambda d: d["domains"][0]["judgement"]["rules"][0].update(when="1.1 = Y"),
            "domains/D1/judgement/rules/R1/when",
            "A condition is a mapping",
        ),
        (
            lambda d: d["domains"][0]["judgement"]["rules"][0].update(when={"question": "1.1"}),
            "domains/D1/judgement/rules/R1/when",
            "This is not a condition",
        ),
        (
            lambda d: d["domains"][0]["judgement"]["rules"][0].update(when={**is_("1.1", "Y"), "part": "A"}),
            "domains/D1/judgement/rules/R1/when",
            "mixes 'q', 'part'",
        ),
        (
            lambda d: d["domains"][0]["judgement"]["rules"][0].update(when={"all": [{"q": "1.1"}]}),
            "domains/D1/judgement/rules/R1/when/all/0",
            "'in' is missing",
        ),
        (
            lambda d: d["domains"][0]["judgement"]["rules"][0].update(when={"param": "p"}),
            "domains/D1/judgement/rules/R1/when",
            "exactly one of 'in', 'has', 'is'",
        ),
        (
            lambda d: d["overall"]["rules"][0].update(
                when={"count": {"in": ["high"]}, "op": ">", "value": 1}
            ),
            "overall/rules/O1/when/count",
            "exactly one of 'questions', 'parts', 'domains'",
        ),
    ],
)
def test_what_the_schema_does_not_allow_is_refused_with_its_path(change, path, said):
    changed = document()
    change(changed)
    assert any(
        line.startswith(f"{path}: " if path else "'") and said in line for line in refused_document(changed)
    )


def test_a_document_that_is_no_mapping_is_refused():
    assert "has to be a mapping, not a list" in refused_document([])[0]  # type: ignore[arg-type]
    assert "has to be a mapping, not text" in refusal("just words")[0].message


# References


def rules_of(changed: Document) -> list[Document]:
    rules: list[Document] = changed["domains"][0]["judgement"]["rules"]
    return rules


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["domains"].append(d["domains"][0]), "domains/D1: 'D1' stands here twice"),
        (lambda d: d["domains"][0]["questions"].append(yes_no_question("1.1")), "'1.1' stands here twice"),
        (lambda d: rules_of(d).append(rules_of(d)[0]), "'R1' stands here twice"),
        (lambda d: d["domains"][0].update(id="triage"), "'triage' is a reserved name"),
        (lambda d: d["answer_sets"].update(yn=["Y", "X"]), "'X' is not an answer that an assessor can give"),
        (
            lambda d: d["answer_sets"].update(yn=["Y", "NA"]),
            "'NA' is not an answer that an assessor can give",
        ),
        (lambda d: d["groups"].update(unsure=["U", "X"]), "'X' is not a code of this file"),
        (lambda d: d["domains"][0]["questions"][0].update(answers="std"), "There is no answer set 'std'"),
        (lambda d: d["domains"][0]["questions"][0].pop("answers"), "A question has either answers"),
        (lambda d: d["domains"][0]["judgement"].update(scale="three"), "There is no scale 'three'"),
        (lambda d: rules_of(d)[0].update(then="lowest"), "'lowest' is not a level of the scale in force"),
        (lambda d: rules_of(d)[0].update(may_override_to=["x"]), "'x' is not a level of this scale"),
        (lambda d: rules_of(d)[0].update(when=is_("9.9", "Y")), "There is no question '9.9'"),
        (
            lambda d: rules_of(d)[0].update(when=is_("1.1", "U")),
            "'U' is not an answer to '1.1'; possible are N, Y",
        ),
        (lambda d: rules_of(d)[0].update(when=is_("1.1", "NA")), "'NA' is not an answer to '1.1'"),
        (lambda d: rules_of(d)[0].update(when=is_("1.1", "@no")), "There is no group '@no'"),
        (lambda d: rules_of(d)[0].update(when={"part": "A", "in": ["low"]}), "'A' is not an earlier part"),
        (
            lambda d: rules_of(d)[0].update(when={"domain": "D1", "in": ["low"]}),
            "'D1' is not a domain with a level",
        ),
        (lambda d: rules_of(d)[0].update(when={"param": "p", "is": True}), "There is no parameter 'p'"),
        (lambda d: rules_of(d)[0].update(when={"input": "i", "is": True}), "'i' is not an input"),
        (lambda d: d["overall"]["rules"][0].update(when=is_("1.1", "Y")), "There is no question '1.1'"),
        (
            lambda d: d["overall"]["rules"][0].update(when={"score": "D1", "op": ">", "value": 1}),
            "'D1' is not a domain with points",
        ),
        (lambda d: d["overall"].pop("scale"), "'scale' is missing"),
        (
            lambda d: d["overall"]["rules"][0].update(
                when={"count": {"domains": ["D1", "D1"], "in": ["high"]}, "op": ">", "value": 1}
            ),
            "The same name is counted twice",
        ),
        (lambda d: d["domains"][0]["questions"][0].update(always_optional=True), "nothing may depend on it"),
        (
            lambda d: d["domains"][0]["judgement"].update(method="worst_of_parts"),
            "The worst of the parts needs parts",
        ),
        (
            lambda d: d["domains"][0].update(
                judgement={"scale": "two", "method": "direct", "question": "1.1"}
            ),
            "'Y' is not a level of 'two', which the answer to '1.1' has to be",
        ),
        (
            lambda d: d.update(params=[{"id": "p", "label": "P", "type": "enum"}]),
            "An enum or multi parameter has options",
        ),
        (
            lambda d: d.update(params=[{"id": "p", "label": "P", "type": "boolean", "default": "yes"}]),
            "The default is not a value",
        ),
        (
            lambda d: (
                d["domains"][0]["questions"][0].update(
                    kind="multi", options=[{"code": f"c{n}", "label": "x"} for n in range(11)]
                )
                or d["domains"][0]["questions"][0].pop("answers")
            ),
            "at most 10 options",
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_refused(change, said):
    changed = document()
    change(changed)
    found = refused_document(changed)
    assert any(said in line for line in found), found


def test_a_circle_of_questions_is_named_all_round():
    changed = document()
    questions = changed["domains"][0]["questions"]
    questions[0]["reached_when"] = is_("1.3", "Y")
    questions.append(yes_no_question("1.3", reached_when=is_("1.2", "Y")))
    found = refused_document(changed)
    assert found[0] == (
        "domains/D1/questions/1.1/reached_when: 1.1 waits for 1.3 waits for 1.2 waits for 1.1: "
        "none of them can ever be reached"
    )


def test_a_question_that_waits_for_itself_is_a_circle():
    changed = document()
    changed["domains"][0]["questions"][0]["reached_when"] = is_("1.1", "Y")
    assert "1.1 waits for 1.1" in refused_document(changed)[0]


def test_a_question_that_waits_for_a_later_one_is_refused():
    changed = document()
    changed["domains"][0]["questions"].insert(0, yes_no_question("1.0", reached_when=is_("1.1", "Y")))
    assert "Question '1.1' is asked later" in refused_document(changed)[0]


def test_every_problem_of_a_file_is_told_at_once_with_its_line():
    changed = document()
    rules_of(changed)[0]["then"] = "lowest"
    rules_of(changed)[1]["when"] = is_("9.9", "Y")
    text = write_yaml(changed)
    problems = refusal(text)
    assert len(problems) == 2
    for problem, word in zip(problems, ("then: lowest", 'q: "9.9"'), strict=True):
        assert problem.line is not None
        assert word in text.splitlines()[problem.line - 1]


# Content hash


def test_the_hash_is_that_of_the_canonical_form_and_ignores_how_it_is_written():
    one = document()
    other = json.loads(json.dumps(dict(reversed(one.items()))))
    assert content_hash(one) == content_hash(other)
    assert canonical_form({"b": [1.0, True], "a": "é"}) == '{"a":"é","b":[1,true]}'
    as_yaml = write_yaml(one)
    assert read_instrument(as_yaml.encode()).content_hash == content_hash(one)
    assert read_instrument(f"# a comment\n{as_yaml}".encode()).content_hash == content_hash(one)


def test_the_hash_changes_with_any_rule_label_or_order():
    changed = document()
    rules_of(changed)[0]["then"] = "middle"
    relabelled = document()
    relabelled["title"] += "."
    reordered = document()
    rules_of(reordered).reverse()
    hashes = {content_hash(d) for d in (document(), changed, relabelled, reordered)}
    assert len(hashes) == 4


# What is shipped


@pytest.mark.parametrize("path", sorted(DATA.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_file_is_its_own_words_and_links_to_the_official_tool(path: Path):
    instrument = read_instrument(path.read_bytes()).instrument
    assert instrument.licence.text_reproduced is False
    assert instrument.official_link.startswith("https://")
    longest = max(len(q.label) for domain in instrument.domains for q in domain.questions)
    assert longest < 80


@pytest.mark.parametrize("path", sorted(DATA.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_instrument_survives_being_written_again(path: Path):
    loaded = read_instrument(path.read_bytes())
    assert read_instrument(write_yaml(loaded.document).encode()).content_hash == loaded.content_hash
    assert (
        instrument_from_document(json.loads(json.dumps(loaded.document))).content_hash == loaded.content_hash
    )


def test_an_instrument_that_is_not_shipped_is_refused_by_name():
    with pytest.raises(InstrumentRefused, match="rob9"):
        shipped_instrument("rob9")


def test_the_shipped_ones_are_read_once():
    assert shipped() is shipped()


# Anything at all

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(plain)
def test_what_is_written_is_read_back_as_it_was(value):
    assert read_yaml(write_yaml(value).encode()).value == value


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_no_bytes_do_more_than_be_refused(source):
    with pytest.raises(InstrumentRefused):
        read_instrument(source)


@settings(deadline=None)
@given(st.data())
def test_a_damaged_document_is_refused_or_read_but_never_breaks(data):
    changed = document()
    here: object = changed
    for _ in range(data.draw(st.integers(1, 8))):
        if isinstance(here, dict) and here:
            key = data.draw(st.sampled_from(sorted(here)))
        elif isinstance(here, list) and here:
            key = data.draw(st.integers(0, len(here) - 1))
        else:
            break
        if data.draw(st.integers(0, 3)) == 0:
            here[key] = data.draw(plain)
            break
        here = here[key]
    with contextlib.suppress(InstrumentRefused):
        assert instrument_from_document(changed).instrument.domains
