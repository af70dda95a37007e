"""A sketch of the builder as an instrument: its document, its proof with every fault at its place, and the way back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from appraisal.instruments.load import Loaded, instrument_from_document
from appraisal.instruments.model import OVERALL
from appraisal.instruments.problems import InstrumentRefused, Problem
from appraisal.instruments.prove import Proof, prove
from appraisal.instruments.sketch import CODE, LOOKS, Data, slug, tidy

SCALE = "levels"
HEAD = ""  # the place of a fault that belongs to no domain


@dataclass(frozen=True)
class Checked:
    """`faults` by place: a domain's key, `overall`, or the head."""

    loaded: Loaded | None
    proof: Proof | None
    faults: Mapping[str, tuple[str, ...]]

    @property
    def sound(self) -> bool:
        return not self.faults and self.loaded is not None


def checked(data: Data) -> Checked:
    """Proved as it stands. What is still empty is said first: an unfinished row makes every other fault misleading."""
    open_ = list(unfinished(data))
    if open_:
        return Checked(None, None, by_place(data, open_))
    try:
        loaded = instrument_from_document(document_of(data))
    except InstrumentRefused as error:
        return Checked(None, None, by_place(data, error.problems))
    proof = prove(loaded.instrument)
    return Checked(loaded, proof, by_place(data, proof.problems))


def by_place(data: Data, problems: Any) -> dict[str, tuple[str, ...]]:
    keys = {one["key"] for one in data["domains"]} | {OVERALL}
    found: dict[str, list[str]] = {}
    for one in problems:
        path = one.path[1:] if one.path[:1] == ("domains",) else one.path
        place = path[0] if path and path[0] in keys else HEAD
        named = next((part for part in reversed(path[1:]) if part[:1].isdigit() or "." in part), "")
        words = one.message if not named or named in one.message else f"{named}: {one.message}"
        found.setdefault(place, []).append(words)
    return {place: tuple(dict.fromkeys(said)) for place, said in found.items()}


def unfinished(data: Data) -> Any:
    """What no rule can be proved without."""
    if not data["title"]:
        yield Problem((), "Give the instrument a name")
    if data["link"] and not data["link"].startswith("https://"):
        yield Problem((), "The link begins with https://")
    yield from _vocabulary(data)
    for domain in data["domains"]:
        yield from _domain_open(domain)
    if data["overall"]["method"] == "table":
        yield from _rules_open(data["overall"]["rules"], (OVERALL,), "O")


def _vocabulary(data: Data) -> Any:
    codes = [one["code"] for one in data["answers"]]
    for one in data["answers"]:
        if not one["label"]:
            yield Problem((), f"Say in words what the answer {one['code'] or 'without a code'} means")
        if one["code"] == "NA":
            yield Problem((), "NA stands for a question that is not reached; use another code")
        elif not CODE.match(one["code"]):
            yield Problem((), f"“{one['code']}” is no code: a letter, then letters and digits")
    if len(set(codes)) < len(codes):
        yield Problem((), "Two answers have the same code")
    if not codes:
        yield Problem((), "Add the answers that questions may have")
    looks = [one["look"] for one in data["levels"]]
    if len(looks) < 2:
        yield Problem((), "Levels: there are at least two")
    if len(set(looks)) < len(looks):
        yield Problem((), "Two levels have the same sign; plots could not tell them apart")
    if any(not one["label"] for one in data["levels"]):
        yield Problem((), "Give every level its name")


def _domain_open(domain: Data) -> Any:
    place = ("domains", domain["key"])
    if not domain["label"]:
        yield Problem(place, "Give the domain a name")
    for one in domain["questions"]:
        if not one["label"]:
            yield Problem(place, f"{one['key']} has no words yet")
        if one["kind"] == "single" and not one["answers"]:
            yield Problem(place, f"{one['key']} has no answer to choose")
        if one["after"] and not one["codes"]:
            yield Problem(
                place, f"{one['key']}: choose the answers to {one['after']} after which it is asked"
            )
    if domain["method"] == "table":
        if not domain["rules"]:
            yield Problem(place, "Add the rules that lead to a level, or leave the level to the assessor")
        yield from _rules_open(domain["rules"], place, domain["key"])


def _rules_open(rules: list[Data], place: tuple[str, ...], start: str) -> Any:
    for number, rule in enumerate(rules, 1):
        if not rule["level"]:
            yield Problem(place, f"Rule {start}.{number} leads to no level yet")
        for fit in rule["fits"] if rule["join"] != "otherwise" else []:
            if not fit["of"]:
                yield Problem(place, f"Rule {start}.{number}: choose what it reads")
            elif not fit["codes"]:
                yield Problem(place, f"Rule {start}.{number}: tick at least one answer or level")


# To a document


def document_of(data: Data) -> Data:
    sets: dict[str, list[str]] = {}
    domains = [_domain(one, sets) for one in data["domains"]]
    document: Data = {
        "schema_version": "1.0",
        "id": f"own_{slug(data['title']) or 'instrument'}",
        "title": data["title"],
        "short_title": data["title"],
        "version": data["version"] or "1",
        "status": "user",
        "unit": data["unit"],
        "licence": {"published_tool": "none", "text_reproduced": False},
        "verification": {"level": "derived"},
    }
    if data["link"]:
        document["sources"] = [{"ref": data["title"], "where": data["link"], "role": "tool"}]
    document["answers"] = {one["code"]: {"label": one["label"]} for one in data["answers"]}
    document["answers"]["NA"] = {"label": "Not reached"}
    if sets:
        document["answer_sets"] = sets
    document["scales"] = {SCALE: {"levels": [_level(one) for one in data["levels"]]}}
    return document | {"domains": domains, "overall": _overall(data)}


def _level(one: Data) -> Data:
    return {"code": one["code"], "label": one["label"], "rank": LOOKS[one["look"]]}


def _domain(one: Data, sets: dict[str, list[str]]) -> Data:
    every = [question["key"] for question in one["questions"] if question["kind"] == "single"]
    judgement: Data = {"scale": SCALE, "method": one["method"]}
    if one["method"] == "table":
        judgement |= _table(one, one["key"], lambda fit: _reads(fit, every))
    questions = [_question(question, sets) for question in one["questions"]]
    return {"id": one["key"], "label": one["label"], "questions": questions, "judgement": judgement}


def _question(one: Data, sets: dict[str, list[str]]) -> Data:
    found: Data = {"id": one["key"], "label": one["label"]}
    if one["kind"] == "text":
        found |= {"kind": "text", "always_optional": True}
    else:
        name = next((name for name, codes in sets.items() if codes == one["answers"]), f"set{len(sets) + 1}")
        sets[name] = one["answers"]
        found["answers"] = name
    if one["after"]:
        found["reached_when"] = {"q": one["after"], "in": one["codes"]}
    return found | ({"help": one["help"]} if one["help"] else {})


def _reads(fit: Data, every: list[str]) -> Data:
    if fit["of"] == "count":
        counted = {"questions": every, "in": fit["codes"]}
        return {"count": counted, "op": fit["op"], "value": fit["number"]}
    return {"q": fit["of"], "in": fit["codes"]}


def _reads_levels(fit: Data) -> Data:
    if fit["of"] == "count":
        return {
            "count": {"domains": "all", "in": fit["codes"]},
            "op": fit["op"],
            "value": fit["number"],
        }
    return {"domain": fit["of"], "in": fit["codes"]}


def _table(part: Data, start: str, reads: Any) -> Data:
    rules = []
    for number, rule in enumerate(part["rules"], 1):
        of = [reads(fit) for fit in rule["fits"]]
        when = (
            {"always": True} if rule["join"] == "otherwise" else of[0] if len(of) == 1 else {rule["join"]: of}
        )
        rules.append({"id": f"{start}.{number}", "when": when, "then": rule["level"]})
    return {"hit_policy": part["policy"], "rules": rules}


def _overall(data: Data) -> Data:
    part = data["overall"]
    if part["method"] == "none":
        return {"method": "none"}
    if part["method"] == "manual":
        return {"method": "manual", "scale": SCALE}
    made = _table(part, "O", _reads_levels) if part["method"] == "table" else worst(data["levels"])
    return {"method": "table", "scale": SCALE} | made


def worst(levels: list[Data]) -> Data:
    """The worst level of any domain. What stands outside the order, no information, gives way to the worst one only."""
    ranked = sorted(
        (one for one in levels if LOOKS[one["look"]] is not None), key=lambda one: -(LOOKS[one["look"]] or 0)
    )
    others = [one for one in levels if LOOKS[one["look"]] is None]
    order = [one["code"] for one in (*ranked[:1], *others, *ranked[1:])]
    rules = []
    for at, code in enumerate(order):
        when: Data = {"count": {"domains": "all", "in": [code]}, "op": ">=", "value": 1}
        if at:
            none_worse = {"count": {"domains": "all", "in": order[:at]}, "op": "==", "value": 0}
            when = {"all": [when, none_worse]}
        rules.append({"id": f"O.{at + 1}", "when": when, "then": code})
    return {"hit_policy": "unique", "rules": rules}


# And back


def sketch_of(document: Mapping[str, Any]) -> Data | None:
    """The sketch that gives exactly this document; none for an instrument that says more than the builder can."""
    try:
        found = tidy(_read(document))
        again = document_of(found)
    except (KeyError, TypeError, IndexError, StopIteration):
        return None
    return found if {**again, "id": document["id"]} == dict(document) else None


def _read(document: Mapping[str, Any]) -> Data:
    sets = document.get("answer_sets", {})
    levels = document["scales"][SCALE]["levels"]
    overall = document["overall"]
    sketched = [
        {**one, "look": next(look for look, rank in LOOKS.items() if rank == one["rank"])} for one in levels
    ]
    part: Data = {"method": overall["method"]}
    if overall["method"] == "table":
        made = {key: overall[key] for key in ("hit_policy", "rules")}
        part = {"method": "worst"} if made == worst(sketched) else {"method": "table"} | _rules_of(overall)
    return {
        "title": document["title"],
        "version": document["version"],
        "unit": document["unit"],
        "link": next((one["where"] for one in document.get("sources", [])), ""),
        "answers": [
            {"code": code, "label": one["label"]} for code, one in document["answers"].items() if code != "NA"
        ],
        "levels": sketched,
        "domains": [_domain_of(one, sets) for one in document["domains"]],
        "overall": part,
    }


def _domain_of(one: Data, sets: Mapping[str, Any]) -> Data:
    questions = [
        {
            "key": question["id"],
            "label": question["label"],
            "help": question.get("help", ""),
            "kind": question.get("kind", "single"),
            "answers": sets.get(question.get("answers", ""), []),
            "after": question.get("reached_when", {}).get("q", ""),
            "codes": question.get("reached_when", {}).get("in", []),
        }
        for question in one["questions"]
    ]
    judgement = one["judgement"]
    rules = _rules_of(judgement) if judgement["method"] == "table" else {}
    return {
        "key": one["id"],
        "label": one["label"],
        "method": judgement["method"],
        "questions": questions,
    } | rules


def _rules_of(part: Data) -> Data:
    rules = []
    for rule in part["rules"]:
        when = rule["when"]
        join = next(
            (one for one in ("all", "any") if one in when), "otherwise" if "always" in when else "all"
        )
        of = when.get(join, [] if join == "otherwise" else [when])
        rules.append({"level": rule["then"], "join": join, "fits": [_fit_of(one) for one in of]})
    return {"policy": part["hit_policy"], "rules": rules}


def _fit_of(one: Data) -> Data:
    if "count" in one:
        return {"of": "count", "codes": one["count"]["in"], "op": one["op"], "number": one["value"]}
    return {"of": one.get("q") or one["domain"], "codes": one["in"]}
