"""Faults of a table, told once each with an example and the number of combinations that show it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from appraisal.instruments.conditions import NOT_REACHED, Answer, Facts, ParameterValue
from appraisal.instruments.model import Domain, Instrument, Rule, Triage
from appraisal.instruments.problems import Path, Problem
from appraisal.instruments.words import answer_words, parameter_words

Example = Callable[[], str]  # the words of a case, made only when a fault needs them


@dataclass
class Gap:
    """A fault of one table: the first combination that shows it and how many do."""

    message: str
    example: str
    number: int


class Faults:
    """Faults while a table is read case by case, told once each with an example and the number of combinations."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.problems: list[Problem] = []
        self.place: Path = ()
        self._gaps: dict[tuple[Path, str], Gap] = {}
        # Rules that hold beside another one: what is wrong with them is said already.
        self._doubled: set[Path] = set()

    def note(self, path: Path, message: str, example: Example, number: int) -> None:
        gap = self._gaps.get((path, message))
        if gap is None:
            gap = self._gaps[path, message] = Gap(message, example(), 0)
        gap.number += number

    def close(self) -> None:
        """Turns what was noted into problems; called when a table has been read."""
        for (path, _), gap in self._gaps.items():
            more = gap.number - 1
            also = f" (and {more:,} more combination{'s' if more > 1 else ''})" if more else ""
            self.problems.append(Problem(path, f"{gap.message} {gap.example}{also}"))
        self._gaps = {}

    def fire(
        self,
        rules: Sequence[Rule],
        hit_policy: Literal["unique", "first"],
        facts: Facts,
        path: Path,
        example: Example,
        number: int,
    ) -> Rule | None:
        """The rule that decides a case; a gap, an overlap or a rule that cannot be read is noted."""
        held = [(rule, rule.when.holds(facts)) for rule in rules]
        for rule, value in held:
            if value is None:
                self.note(
                    (*path, rule.id), "This rule reads something that has no value for", example, number
                )
        matching = [rule for rule, value in held if value]
        if not matching:
            self.note(path, "No rule covers", example, number)
            return None
        if hit_policy == "unique" and len(matching) > 1:
            names = " and ".join(rule.id for rule in matching)
            message = f"Rules {names} {'both' if len(matching) == 2 else 'all'} cover"
            self._doubled.update((*path, rule.id) for rule in matching)
            self.note((*path, matching[1].id), message, example, number)
        return matching[0]

    def dead(self, rules: Iterable[Rule], fired: Mapping[str, int], path: Path) -> None:
        for rule in rules:
            if not fired.get(rule.id) and (*path, rule.id) not in self._doubled:
                self.problems.append(Problem((*path, rule.id), "This rule can never fire"))


def combination_words(
    instrument: Instrument,
    asked: Domain | Triage,
    answers: Mapping[str, Answer],
    parameters: Mapping[str, ParameterValue],
) -> str:
    """A combination as an assessor would say it, without the questions that are not reached."""
    said = []
    for question in asked.questions:
        answer = answers.get(question.id, NOT_REACHED)
        if answer != NOT_REACHED and question.kind != "text":
            said.append(f"{question.id} = {answer_words(question, answer)}")
    for name, value in parameters.items():
        parameter = instrument.by_parameter[name]
        if value is not None:
            said.append(f"{name} = {parameter_words(parameter, value)}")
    return ", ".join(said) or "the case without any answer"
