"""Levels of several instruments on one scale of the review: an editable table per instrument."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appraisal.instruments.levels import Role, role_of
from appraisal.instruments.model import Instrument, Level, Scale


@dataclass(frozen=True)
class HarmonisedScale:
    """The review's own levels, from the best to the worst."""

    levels: tuple[Level, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(level.code for level in self.levels)

    def label(self, code: str) -> str:
        return next(level.label for level in self.levels if level.code == code)

    def rank(self, code: str) -> int:
        return self.codes.index(code)


LOW_MODERATE_HIGH = HarmonisedScale(
    (
        Level("low", "Low", 0, symbol="+"),
        Level("moderate", "Moderate", 1, symbol="-"),
        Level("high", "High", 2, symbol="x"),
    )
)
_BY_ROLE: Mapping[Role, str] = {"low": "low", "some": "moderate", "high": "high", "critical": "high"}

LevelMap = Mapping[str, str | None]  # level of the instrument -> harmonised level, None for none


def overall_scale(instrument: Instrument) -> Scale:
    """The scale of the overall level; one without levels where the instrument has no overall judgement."""
    return instrument.scales.get(instrument.overall.scale, Scale("", ()))


def default_map(instrument: Instrument) -> dict[str, str | None]:
    """A first proposal onto low, moderate, high; a level outside the order (no information) has none."""
    return {level.code: _BY_ROLE.get(role_of(level)) for level in overall_scale(instrument).levels}


def map_problems(instrument: Instrument, level_map: LevelMap, scale: HarmonisedScale) -> tuple[str, ...]:
    """What is wrong with an edited table, in sentences; empty for a usable one."""
    levels = overall_scale(instrument)
    problems = [
        f"{level.label} of {instrument.short_title} has no line; choose a level, or none."
        for level in levels.levels
        if level.code not in level_map
    ]
    for code, target in level_map.items():
        if code not in levels.by_code:
            problems.append(f"{code!r} is not an overall level of {instrument.short_title}.")
        elif target is not None and target not in scale.codes:
            problems.append(f"{target!r} is not a level of the review's scale.")
    return (*problems, *_reversals(levels.levels, level_map, scale))


def _reversals(levels: Sequence[Level], level_map: LevelMap, scale: HarmonisedScale) -> list[str]:
    """Pairs in which the worse level of the instrument stands for the better level of the review."""
    ranked = [
        (level, level.rank, scale.rank(target))
        for level in levels
        if level.rank is not None
        and (target := level_map.get(level.code)) in scale.codes
        and target is not None
    ]
    return [
        f"{worse.label} is worse than {better.label}, but stands for a better level."
        for better, rank, target in ranked
        for worse, worse_rank, worse_target in ranked
        if worse_rank > rank and worse_target < target
    ]


def harmonise(level: str | None, level_map: LevelMap) -> str | None:
    """The review's level for a level of the instrument; None where there is none yet or the table gives none."""
    return None if level is None else level_map.get(level)
