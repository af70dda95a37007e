"""Names inside an instrument: each exists, is there once, and is read only where it already has a value."""

from collections.abc import Iterable, Iterator, Mapping

from appraisal.instruments.condition_references import (
    Document,
    Scope,
    circle_of,
    condition_problems,
    questions_read,
)
from appraisal.instruments.conditions import NOT_REACHED, TOTAL
from appraisal.instruments.model import OVERALL, TRIAGE
from appraisal.instruments.problems import Path, Problem
from appraisal.instruments.yaml_text import item_name

MANY = 40
MAX_MULTI = 10  # a question with several answers at once has 2 to the power of its options


def reference_problems(document: Document) -> list[Problem]:
    checker = _Checker(document)
    checker.check()
    return checker.problems


class _Checker:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.groups: Mapping[str, list[str]] = document.get("groups", {})
        self.scales = {
            name: frozenset(level["code"] for level in scale["levels"])
            for name, scale in document["scales"].items()
        }
        self.parameters = {p["id"]: p for p in document.get("params", [])}

    def say(self, path: Path, message: str) -> None:
        self.problems.append(Problem(path, message))

    def check(self) -> None:
        self._vocabulary()
        self._parameters()
        if "triage" in self.document:
            self._triage(self.document["triage"])
        self._unique(self.document["domains"], ("domains",))
        for domain, path in _items(self.document["domains"], ("domains",)):
            self._domain(domain, path)
        self._overall(self.document["overall"])

    # Words: answers, groups, scales

    def _vocabulary(self) -> None:
        answers = frozenset(self.document["answers"])
        for name, codes in self.document.get("answer_sets", {}).items():
            self._known(
                codes, answers - {NOT_REACHED}, ("answer_sets", name), "an answer that an assessor can give"
            )
        options = {o["code"] for q in self._all_questions() for o in q.get("options", [])}
        levels: frozenset[str] = frozenset().union(*self.scales.values())
        for name, codes in self.groups.items():
            self._known(
                codes, answers | {NOT_REACHED} | levels | options, ("groups", name), "a code of this file"
            )
        for name, scale in self.document["scales"].items():
            self._unique(scale["levels"], ("scales", name, "levels"), "code")

    def _all_questions(self) -> Iterator[Document]:
        yield from self.document.get("triage", {}).get("questions", [])
        for domain in self.document["domains"]:
            yield from domain["questions"]

    def _known(self, names: Iterable[str], known: Iterable[str], path: Path, what: str) -> None:
        for name in names:
            if name not in known:
                self.say(path, f"{name!r} is not {what}")

    def _unique(self, items: Iterable[Document], path: Path, key: str = "id") -> None:
        seen: set[str] = set()
        for item in items:
            if item[key] in seen:
                self.say((*path, item[key]), f"{item[key]!r} stands here twice")
            seen.add(item[key])

    def _scale(self, name: str, path: Path) -> frozenset[str]:
        if name not in self.scales:
            self.say((*path, "scale"), f"There is no scale {name!r}")
        return self.scales.get(name, frozenset())

    # Parameters and inputs

    def _parameters(self) -> None:
        self._unique(self.document.get("params", []), ("params",))
        self._unique(self.document.get("inputs", []), ("inputs",))
        earlier: dict[str, Document] = {}
        for parameter, path in _items(self.document.get("params", []), ("params",)):
            codes = [option["code"] for option in parameter.get("options", [])]
            self._unique(parameter.get("options", []), (*path, "options"), "code")
            if (parameter["type"] == "boolean") == bool(codes):
                self.say(path, "An enum or multi parameter has options, a boolean one has none")
            if parameter.get("min_selected", 0) > len(codes):
                self.say(path, "min_selected is more than there are options")
            if "default" in parameter and not _default_fits(parameter, codes):
                self.say((*path, "default"), "The default is not a value of this parameter")
            if "required_when" in parameter:
                self._condition(
                    parameter["required_when"], (*path, "required_when"), Scope(parameters=earlier)
                )
            earlier[parameter["id"]] = parameter

    # Questions

    def _triage(self, triage: Document) -> None:
        scope = self._questions(triage["questions"], (TRIAGE, "questions"), {})
        levels = self.scales.get(self.document["overall"].get("scale", ""), frozenset())
        self._rules(triage["rules"], (TRIAGE, "rules"), scope, levels)

    def _questions(self, questions: list[Document], path: Path, parameters: Mapping[str, Document]) -> Scope:
        self._unique(questions, path)
        every = frozenset(q["id"] for q in questions)
        scope = Scope(
            parameters=parameters,
            unread=frozenset(
                q["id"] for q in questions if q.get("kind") == "text" or q.get("always_optional")
            ),
            several=frozenset(q["id"] for q in questions if q.get("kind") == "multi"),
        )
        reads = {q["id"]: questions_read(q.get("reached_when")) for q in questions}
        asked: dict[str, frozenset[str]] = {}
        for question, here in _items(questions, path):
            codes = self._codes_of(question, here)
            if "reached_when" in question:
                scope.questions, scope.later = asked, every - asked.keys()
                self._reached(question, (*here, "reached_when"), scope, reads)
                codes |= {NOT_REACHED}
            asked[question["id"]] = codes
        scope.questions, scope.later = asked, frozenset()
        return scope

    def _reached(self, question: Document, path: Path, scope: Scope, reads: Mapping[str, list[str]]) -> None:
        name = question["id"]
        ahead = scope.later.intersection(reads[name]) and len(self.problems) < MANY
        circle = circle_of(name, reads) if ahead else []
        if circle:
            self.say(path, f"{' waits for '.join(circle)}: none of them can ever be reached")
        else:
            self._condition(question["reached_when"], path, scope)

    def _codes_of(self, question: Document, path: Path) -> frozenset[str]:
        kind = question.get("kind", "single")
        options = question.get("options", [])
        sets = self.document.get("answer_sets", {})
        if kind == "text":
            if options or "answers" in question:
                self.say(path, "A text question has neither answers nor options")
            return frozenset()
        if bool(options) == ("answers" in question):
            self.say(path, "A question has either answers (the name of a set) or options of its own")
            return frozenset()
        if options:
            self._unique(options, (*path, "options"), "code")
            if any(option["code"] == NOT_REACHED for option in options):
                self.say(
                    (*path, "options"), f"{NOT_REACHED} stands for a question not reached; use another code"
                )
            if kind == "multi" and len(options) > MAX_MULTI:
                self.say(
                    (*path, "options"), f"A question with several answers has at most {MAX_MULTI} options"
                )
            return frozenset(option["code"] for option in options)
        if kind == "multi":
            self.say(path, "A question with several answers has options of its own")
        if question["answers"] not in sets:
            self.say((*path, "answers"), f"There is no answer set {question['answers']!r}")
        return frozenset(sets.get(question["answers"], ()))

    # Domains

    def _domain(self, domain: Document, path: Path) -> None:
        if domain["id"] in (TRIAGE, OVERALL):
            self.say(path, f"{domain['id']!r} is a reserved name; give the domain another one")
        if "applies_when" in domain:
            self._condition(
                domain["applies_when"], (*path, "applies_when"), Scope(parameters=self.parameters)
            )
        scope = self._questions(domain["questions"], (*path, "questions"), self.parameters)
        self._unique(domain.get("parts", []), (*path, "parts"))
        parts: dict[str, frozenset[str]] = {}
        for part, here in _items(domain.get("parts", []), (*path, "parts")):
            scope.parts = dict(parts)
            if "applies_when" in part:
                self._condition(part["applies_when"], (*here, "applies_when"), scope)
            self._rules(part["rules"], (*here, "rules"), scope, self._scale(part["scale"], here))
            parts[part["id"]] = self.scales.get(part["scale"], frozenset()) | {NOT_REACHED}
        scope.parts = parts
        self._judgement(domain, (*path, "judgement"), scope)
        self._unique(domain.get("extra_judgements", []), (*path, "extra_judgements"))
        for extra, here in _items(domain.get("extra_judgements", []), (*path, "extra_judgements")):
            self._scale(extra["scale"], here)

    def _judgement(self, domain: Document, path: Path, scope: Scope) -> None:
        judgement = domain["judgement"]
        levels = self._scale(judgement["scale"], path)
        self._rules(judgement.get("rules", []), (*path, "rules"), scope, levels)
        relabel = judgement.get("relabel", {})
        self._known(
            [*relabel, *relabel.values()], levels, (*path, "relabel"), f"a level of {judgement['scale']!r}"
        )
        self._known(
            domain.get("criteria", {}), levels, (*path[:-1], "criteria"), f"a level of {judgement['scale']!r}"
        )
        if judgement["method"] == "worst_of_parts":
            if not domain.get("parts"):
                self.say(path, "The worst of the parts needs parts")
            if any(part["scale"] != judgement["scale"] for part in domain.get("parts", [])):
                self.say(path, f"The worst of the parts needs every part on the scale {judgement['scale']!r}")
        if judgement["method"] == "direct":
            self._direct(judgement, path, scope, levels)

    def _direct(self, judgement: Document, path: Path, scope: Scope, levels: frozenset[str]) -> None:
        name = judgement["question"]
        here = (*path, "question")
        if name not in scope.questions or name in scope.unread | scope.several:
            self.say(here, f"{name!r} is not a question of this domain with one answer")
            return
        what = f"a level of {judgement['scale']!r}, which the answer to {name!r} has to be"
        self._known(sorted(scope.questions[name] - {NOT_REACHED}), levels, here, what)

    def _rules(self, rules: list[Document], path: Path, scope: Scope, levels: frozenset[str]) -> None:
        self._unique(rules, path)
        for rule, here in _items(rules, path):
            self._condition(rule["when"], (*here, "when"), scope)
            self._known([rule["then"]], levels, (*here, "then"), "a level of the scale in force")
            self._known(
                rule.get("may_override_to", []), levels, (*here, "may_override_to"), "a level of this scale"
            )

    # Overall

    def _overall(self, overall: Document) -> None:
        path = (OVERALL,)
        levels = self._scale(overall["scale"], path) if "scale" in overall else frozenset()
        if overall["method"] != "none" and "scale" not in overall:
            self.say(path, "An overall judgement needs a scale")
        domains, scores = {}, set()
        for domain in self.document["domains"]:
            scale = self.scales.get(domain["judgement"]["scale"], frozenset())
            if domain["judgement"]["method"] == "score":
                scores.add(domain["id"])
            else:
                domains[domain["id"]] = scale
                written = self.document["scales"].get(domain["judgement"]["scale"], {"levels": []})
                if any("points" in level for level in written["levels"]):
                    scores.add(domain["id"])
        scope = Scope(parameters=self.parameters, domains=domains, scores=frozenset(scores | {TOTAL}))
        for item, here in _items(self.document.get("inputs", []), ("inputs",)):
            if "enabled_when" in item:
                self._condition(item["enabled_when"], (*here, "enabled_when"), scope)
        scope.inputs = frozenset(item["id"] for item in self.document.get("inputs", []))
        if overall["method"] == "table" and not overall.get("rules"):
            self.say((*path, "rules"), "The table has no rules")
        self._rules(overall.get("rules", []), (*path, "rules"), scope, levels)
        self._unique(overall.get("flags", []), (*path, "flags"))
        for flag, here in _items(overall.get("flags", []), (*path, "flags")):
            self._condition(flag["when"], (*here, "when"), scope)
        if "score_map" in overall:
            self._score_map(overall["score_map"], (*path, "score_map"), scope, levels)

    def _score_map(self, score_map: Document, path: Path, scope: Scope, levels: frozenset[str]) -> None:
        for index, entry in enumerate(score_map["base"]):
            self._condition(entry["when"], (*path, "base", str(index), "when"), scope)
        self._known(score_map["map"].values(), levels, (*path, "map"), "a level of the overall scale")
        low, high = score_map["clamp"]
        if low != int(low) or high != int(high) or not low <= high <= low + 100:
            self.say((*path, "clamp"), "The clamp is a lowest and a highest whole number, at most 100 apart")
            return
        missing = [str(n) for n in range(int(low), int(high) + 1) if str(n) not in score_map["map"]]
        if missing:
            self.say((*path, "map"), f"No level for {', '.join(missing)}")

    # Conditions

    def _condition(self, c: Document, path: Path, scope: Scope) -> None:
        self.problems.extend(condition_problems(c, path, scope, self.groups))


def _items(items: Iterable[Document], path: Path) -> Iterator[tuple[Document, Path]]:
    for index, item in enumerate(items):
        yield item, (*path, item_name(item, index))


def _default_fits(parameter: Document, codes: list[str]) -> bool:
    default = parameter["default"]
    if parameter["type"] == "boolean":
        return isinstance(default, bool)
    if parameter["type"] == "enum":
        return isinstance(default, str) and default in codes
    chosen = default if isinstance(default, list) else []
    return isinstance(default, list) and all(isinstance(code, str) and code in codes for code in chosen)
