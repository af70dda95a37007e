"""What is wrong with an instrument, and where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

# Items of a list are named by their id where they have one, so that a path still means something after an edit:
# ("domains", "D1", "judgement", "rules", "D1.3").
Path = tuple[str, ...]

SHOWN = 20


@dataclass(frozen=True)
class Problem:
    path: Path
    message: str
    line: int | None = None

    def __str__(self) -> str:
        place = [f"line {self.line}"] if self.line is not None else []
        if self.path:
            place.append("/".join(self.path))
        return f"{', '.join(place)}: {self.message}" if place else self.message


class InstrumentRefused(ValueError):
    """An instrument that cannot be used; `problems` says what is wrong and where."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        shown = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            shown.append(f"and {len(self.problems) - SHOWN} more")
        super().__init__("\n".join(shown))


def placed(problems: Iterable[Problem], lines: Mapping[Path, int]) -> tuple[Problem, ...]:
    """The same problems with the line of the closest place that the text has."""
    return tuple(_placed(problem, lines) for problem in problems)


def _placed(problem: Problem, lines: Mapping[Path, int]) -> Problem:
    if problem.line is not None:
        return problem
    for end in range(len(problem.path), -1, -1):
        line = lines.get(problem.path[:end])
        if line is not None:
            return replace(problem, line=line)
    return problem
