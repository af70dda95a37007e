"""What goes into de-duplication and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Candidate:
    """One record, as its database delivered it; `key` is the caller's, unique within a run."""

    key: int
    title: str
    authors: tuple[str, ...]
    year: int | None
    journal: str
    volume: str
    issue: str
    pages: str
    doi: str
    pmid: str
    pmcid: str = ""
    identifiers: Mapping[str, str] = field(default_factory=lambda: _NONE)
    abstract: str = ""
    kind: str = ""
    language: str = ""


class Verdict(StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records and what speaks for and against their being one; `left` is the smaller key."""

    left: int
    right: int
    verdict: Verdict
    evidence: tuple[str, ...]
    score: float


@dataclass
class Grouping:
    """`groups`: sorted keys of the records that are one, two or more each. `pairs`: the certain and the likely."""

    groups: list[tuple[int, ...]] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)

    @property
    def likely(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.verdict is Verdict.LIKELY]
