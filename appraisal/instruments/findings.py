"""What an assessment comes to, at any stage of its completion."""

from collections.abc import Mapping
from dataclasses import dataclass

from appraisal.instruments.answering import Missing, Refused
from appraisal.instruments.conditions import Number, ParameterValue
from appraisal.instruments.tables import Fired


@dataclass(frozen=True)
class DomainFinding:
    domain: str
    slot: str
    label: str
    reached: tuple[str, ...]
    missing: tuple[str, ...]  # reached questions without an answer
    waiting: tuple[str, ...]
    proposed: str | None
    score: Number | None
    level: str | None  # the level that counts: the assessor's, else the proposed one
    overridden: bool
    fired: tuple[Fired, ...]
    reason: str
    may_override_to: tuple[str, ...]  # levels that the published guidance leaves to the assessor here
    extra: Mapping[str, str]


@dataclass(frozen=True)
class TriageFinding:
    reached: tuple[str, ...]
    missing: tuple[str, ...]
    passed: bool | None  # None while it cannot be told
    level: str | None
    reason: str


@dataclass(frozen=True)
class OverallFinding:
    proposed: str | None
    level: str | None
    score: Number | None
    overridden: bool
    fired: tuple[Fired, ...]
    reason: str
    may_override_to: tuple[str, ...]
    inputs_open: tuple[str, ...]  # inputs that the assessor may set now
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Assessment:
    parameters: Mapping[str, ParameterValue]
    triage: TriageFinding | None
    domains: tuple[DomainFinding, ...]  # those that apply, in order
    overall: OverallFinding
    missing: tuple[Missing, ...]
    errors: tuple[Refused, ...]

    @property
    def complete(self) -> bool:
        return not self.missing and not self.errors

    def domain(self, name: str) -> DomainFinding:
        return next(finding for finding in self.domains if finding.domain == name)
