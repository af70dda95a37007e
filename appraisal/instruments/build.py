"""Document (as the schema allows it) to `Instrument`. Names that lead nowhere are `references`' business."""

from collections.abc import Iterable, Mapping
from typing import Any

from appraisal.instruments.conditions import (
    All,
    Always,
    AnyOf,
    Condition,
    Count,
    DomainIn,
    InputIs,
    Not,
    ParameterHas,
    ParameterIn,
    ParameterIs,
    PartIn,
    QuestionIn,
    Score,
)
from appraisal.instruments.model import (
    Disagreement,
    Domain,
    DomainJudgement,
    ExtraJudgement,
    Flag,
    Input,
    Instrument,
    Level,
    Licence,
    Option,
    Overall,
    Parameter,
    Part,
    Question,
    Rule,
    Scale,
    ScoreMap,
    Source,
    Triage,
    Verification,
)

Document = Mapping[str, Any]


def build_instrument(document: Document) -> Instrument:
    return _Build(document).instrument()


class _Build:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.groups: Mapping[str, list[str]] = document.get("groups", {})
        self.labels = {code: answer["label"] for code, answer in document["answers"].items()}

    def instrument(self) -> Instrument:
        d = self.document
        verification = d["verification"]
        return Instrument(
            id=d["id"],
            title=d["title"],
            short_title=d.get("short_title", d["title"]),
            version=d["version"],
            status=d["status"],
            unit=d["unit"],
            licence=Licence(**d["licence"]),
            verification=Verification(
                level=verification["level"],
                notes=verification.get("notes", ""),
                disagreements=tuple(Disagreement(**x) for x in verification.get("disagreements", [])),
            ),
            answer_labels=self.labels,
            scales={name: _scale(name, scale) for name, scale in d["scales"].items()},
            domains=tuple(self.domain(x) for x in d["domains"]),
            overall=self.overall(d["overall"]),
            sources=tuple(Source(**x) for x in d.get("sources", [])),
            parameters=tuple(self.parameter(x) for x in d.get("params", [])),
            inputs=tuple(
                Input(x["id"], x["label"], self.maybe(x.get("enabled_when"))) for x in d.get("inputs", [])
            ),
            triage=self.triage(d["triage"]) if "triage" in d else None,
            direction_options=tuple(d.get("direction_options", [])),
            notes=tuple(d.get("notes", [])),
        )

    def codes(self, written: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        for code in written:
            found.update(self.groups.get(code[1:], ()) if code.startswith("@") else (code,))
        return frozenset(found)

    def maybe(self, written: Document | None) -> Condition | None:
        return None if written is None else self.condition(written)

    def condition(self, c: Document) -> Condition:
        if "all" in c:
            return All(tuple(self.condition(x) for x in c["all"]))
        if "any" in c:
            return AnyOf(tuple(self.condition(x) for x in c["any"]))
        if "not" in c:
            return Not(self.condition(c["not"]))
        if "q" in c:
            return QuestionIn(c["q"], self.codes(c["in"]))
        if "part" in c:
            return PartIn(c["part"], self.codes(c["in"]))
        if "domain" in c:
            return DomainIn(c["domain"], self.codes(c["in"]))
        if "param" in c:
            return _parameter_condition(c)
        if "input" in c:
            return InputIs(c["input"], c["is"])
        if "count" in c:
            return self.count(c)
        if "score" in c:
            return Score(c["score"], c["op"], c["value"])
        return Always()

    def count(self, c: Document) -> Count:
        counted = c["count"]
        codes = self.codes(counted["in"])
        if "questions" in counted:
            return Count("questions", tuple(counted["questions"]), codes, c["op"], c["value"])
        if "parts" in counted:
            return Count("parts", tuple(counted["parts"]), codes, c["op"], c["value"])
        ids = None if counted["domains"] == "all" else tuple(counted["domains"])
        return Count("domains", ids, codes, c["op"], c["value"])

    def question(self, q: Document) -> Question:
        if "options" in q:
            options = _options(q["options"])
        else:
            codes = self.document.get("answer_sets", {}).get(q.get("answers"), ())
            options = tuple(Option(code, self.labels.get(code, code)) for code in codes)
        return Question(
            id=q["id"],
            label=q["label"],
            kind=q.get("kind", "single"),
            options=options,
            max_points=q.get("max_points"),
            reached_when=self.maybe(q.get("reached_when")),
            optional=q.get("always_optional", False),
            unfavourable=q.get("unfavourable", ""),
            help=q.get("help", ""),
        )

    def rules(self, rules: Iterable[Document]) -> tuple[Rule, ...]:
        return tuple(
            Rule(
                id=rule["id"],
                when=self.condition(rule["when"]),
                then=rule["then"],
                may_override_to=tuple(rule.get("may_override_to", [])),
                disputed=rule.get("disputed", False),
                note=rule.get("note", ""),
            )
            for rule in rules
        )

    def part(self, p: Document) -> Part:
        return Part(
            id=p["id"],
            label=p["label"],
            scale=p["scale"],
            rules=self.rules(p["rules"]),
            hit_policy=p.get("hit_policy", "unique"),
            applies_when=self.maybe(p.get("applies_when")),
        )

    def domain(self, d: Document) -> Domain:
        j = d["judgement"]
        return Domain(
            id=d["id"],
            label=d["label"],
            slot=d.get("slot", d["id"]),
            questions=tuple(self.question(x) for x in d["questions"]),
            judgement=DomainJudgement(
                scale=j["scale"],
                method=j["method"],
                basis=j.get("basis", ""),
                rules=self.rules(j.get("rules", [])),
                hit_policy=j.get("hit_policy", "unique"),
                question=j.get("question", ""),
                relabel=j.get("relabel", {}),
            ),
            parts=tuple(self.part(x) for x in d.get("parts", [])),
            applies_when=self.maybe(d.get("applies_when")),
            extra_judgements=tuple(ExtraJudgement(**x) for x in d.get("extra_judgements", [])),
            criteria=d.get("criteria", {}),
            direction_options=tuple(d.get("direction_options", [])),
            verification=d.get("verification", ""),
            notes=tuple(d.get("notes", [])),
        )

    def parameter(self, p: Document) -> Parameter:
        default = p.get("default")
        return Parameter(
            id=p["id"],
            label=p["label"],
            type=p["type"],
            scope=p.get("scope", "assessment"),
            options=_options(p.get("options", [])),
            min_selected=p.get("min_selected", 0),
            required_when=self.maybe(p.get("required_when")),
            default=frozenset(default) if isinstance(default, list) else default,
        )

    def triage(self, t: Document) -> Triage:
        questions = tuple(self.question(x) for x in t["questions"])
        return Triage(questions, self.rules(t["rules"]), t.get("label", ""))

    def overall(self, o: Document) -> Overall:
        written = o.get("score_map")
        score_map = None
        if written is not None:
            base = tuple((self.condition(x["when"]), x["value"]) for x in written["base"])
            score_map = ScoreMap(base, written["clamp"][0], written["clamp"][1], written["map"])
        return Overall(
            method=o["method"],
            scale=o.get("scale", ""),
            basis=o.get("basis", ""),
            rules=self.rules(o.get("rules", [])),
            hit_policy=o.get("hit_policy", "unique"),
            score_map=score_map,
            flags=tuple(Flag(x["id"], self.condition(x["when"]), x["message"]) for x in o.get("flags", [])),
            notes=tuple(o.get("notes", [])),
        )


def _scale(name: str, written: Document) -> Scale:
    return Scale(name, tuple(Level(**level) for level in written["levels"]))


def _options(written: Iterable[Document]) -> tuple[Option, ...]:
    return tuple(Option(x["code"], x["label"], x.get("points")) for x in written)


def _parameter_condition(c: Document) -> Condition:
    if "in" in c:
        return ParameterIn(c["param"], frozenset(c["in"]))
    if "has" in c:
        return ParameterHas(c["param"], c["has"])
    return ParameterIs(c["param"], c["is"])
