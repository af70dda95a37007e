"""What a condition reads: every name exists, has a value at that place, and every code is one it can have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from appraisal.instruments.problems import Path, Problem

Document = Mapping[str, Any]


@dataclass
class Scope:
    """What a condition may read at its place: names with the codes they can have."""

    questions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    domains: Mapping[str, frozenset[str]] = field(default_factory=dict)
    scores: frozenset[str] = frozenset()
    inputs: frozenset[str] = frozenset()
    parameters: Mapping[str, Document] = field(default_factory=dict)
    later: frozenset[str] = frozenset()  # questions that exist but are asked later
    unread: frozenset[str] = frozenset()  # questions that no rule may read: text and optional ones
    several: frozenset[str] = frozenset()  # questions with several answers at once


def condition_problems(
    condition: Document, path: Path, scope: Scope, groups: Mapping[str, list[str]]
) -> list[Problem]:
    reader = _Reader(scope, groups)
    reader.read(condition, path)
    return reader.problems


class _Reader:
    def __init__(self, scope: Scope, groups: Mapping[str, list[str]]) -> None:
        self.scope = scope
        self.groups = groups
        self.problems: list[Problem] = []

    def say(self, path: Path, message: str) -> None:
        self.problems.append(Problem(path, message))

    def read(self, c: Document, path: Path) -> None:
        for key in ("all", "any"):
            for index, inner in enumerate(c.get(key, [])):
                self.read(inner, (*path, key, str(index)))
        if "not" in c:
            self.read(c["not"], (*path, "not"))
        if "q" in c and self.question(c["q"], path):
            self.codes(c["in"], self.scope.questions[c["q"]], path, f"an answer to {c['q']!r}")
        if "part" in c:
            self.named(c["part"], self.scope.parts, path, "an earlier part of this domain", c["in"])
        if "domain" in c:
            self.named(
                c["domain"], self.scope.domains, path, "a domain with a level that can be read here", c["in"]
            )
        if "param" in c:
            self.parameter(c, path)
        if "input" in c and c["input"] not in self.scope.inputs:
            self.say(path, f"{c['input']!r} is not an input that can be read here")
        if "score" in c and c["score"] not in self.scope.scores:
            self.say(path, f"{c['score']!r} is not a domain with points that can be read here")
        if "count" in c:
            self.count(c["count"], (*path, "count"))

    def question(self, name: str, path: Path) -> bool:
        if name in self.scope.later:
            self.say(path, f"Question {name!r} is asked later; a question can wait only for earlier ones")
        elif name not in self.scope.questions:
            self.say(path, f"There is no question {name!r} that can be read here")
        elif name in self.scope.unread:
            self.say(path, f"Question {name!r} is text or optional, so nothing may depend on it")
        else:
            return True
        return False

    def named(
        self, name: str, known: Mapping[str, frozenset[str]], path: Path, what: str, codes: list[str]
    ) -> None:
        if name in known:
            self.codes(codes, known[name], path, f"a level of {name!r}")
        else:
            self.say(path, f"{name!r} is not {what}")

    def codes(self, written: list[str], possible: Iterable[str], path: Path, what: str) -> None:
        """A single code has to be possible here; a group may be wider, but must share something with it."""
        possible = frozenset(possible)
        for code in written:
            if not code.startswith("@"):
                if code not in possible:
                    self.say(
                        (*path, "in"), f"{code!r} is not {what}; possible are {', '.join(sorted(possible))}"
                    )
            elif code[1:] not in self.groups:
                self.say((*path, "in"), f"There is no group {code!r}")
            elif possible.isdisjoint(self.groups[code[1:]]):
                self.say((*path, "in"), f"Nothing in the group {code!r} is {what}")

    def parameter(self, c: Document, path: Path) -> None:
        parameter = self.scope.parameters.get(c["param"])
        if parameter is None:
            self.say(path, f"There is no parameter {c['param']!r} that can be read here")
            return
        key = {"enum": "in", "multi": "has", "boolean": "is"}[parameter["type"]]
        if key not in c:
            self.say(
                path,
                f"The parameter {c['param']!r} is {parameter['type']}; its condition is written with {key!r}",
            )
            return
        options = [option["code"] for option in parameter.get("options", [])]
        for code in c["in"] if key == "in" else [c["has"]] if key == "has" else []:
            if code not in options:
                self.say(path, f"{code!r} is not an option of the parameter {c['param']!r}")

    def count(self, counted: Document, path: Path) -> None:
        possible: frozenset[str] = frozenset()
        for name in counted.get("questions", []):
            if name in self.scope.several:
                self.say(path, f"Question {name!r} takes several answers, so it cannot be counted")
            elif self.question(name, path):
                possible |= self.scope.questions[name]
        known, what = (self.scope.parts, "part") if "parts" in counted else (self.scope.domains, "domain")
        names = [*counted.get("parts", [])] if "parts" in counted else counted.get("domains", [])
        for name in [*known] if names == "all" else names:
            if name in known:
                possible |= known[name]
            else:
                self.say(path, f"{name!r} is not a {what} that can be read here")
        if possible:
            self.codes(counted["in"], possible, path, "a code of what is counted")
        ids = counted.get("questions", names)
        if ids != "all" and len(set(ids)) != len(ids):
            self.say(path, "The same name is counted twice")


def questions_read(condition: Document | None) -> list[str]:
    """The questions that a condition reads, in order."""
    found: list[str] = []
    waiting: list[Any] = [condition]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, dict):
            if isinstance(part.get("q"), str):
                found.append(part["q"])
            if isinstance(part.get("count"), dict):
                found.extend(part["count"].get("questions", []))
            waiting.extend(part.get(key) for key in ("all", "any", "not"))
        elif isinstance(part, list):
            waiting.extend(part)
    return found


def circle_of(start: str, reads: Mapping[str, list[str]]) -> list[str]:
    """The way from a question back to itself, or nothing."""
    came_from: dict[str, str] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for name in reads.get(here, []):
            if name == start:
                way = [here]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return [*reversed(way), start]
            if name not in came_from:
                came_from[name] = here
                waiting.append(name)
    return []
