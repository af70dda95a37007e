"""Answers that lead an instrument to the levels that a test wants, found by trying."""

from collections.abc import Mapping
from typing import Any

from appraisal.instruments.engine import assess
from appraisal.instruments.load import shipped_instrument
from appraisal.instruments.model import Instrument


def lead_to(
    name: str, parameters: Mapping[str, Any], start: Mapping[str, str], wanted: Mapping[str, str], other: str
) -> dict[str, str]:
    """From `start` (the first questions, if there are any) to `wanted` by domain, and `other` everywhere else."""
    instrument = shipped_instrument(name)
    answers = dict(start)
    for finding in assess(instrument, parameters, answers).domains:
        level = wanted.get(finding.domain, other)
        found = search(instrument, parameters, answers, finding.domain, level)
        assert found is not None, f"nothing leads {finding.domain} to {level}"
        answers = found
    return answers


def search(
    instrument: Instrument, parameters: Mapping[str, Any], answers: dict[str, str], domain: str, level: str
) -> dict[str, str] | None:
    finding = assess(instrument, parameters, answers).domain(domain)
    if not finding.missing:
        return answers if finding.level == level else None
    name = finding.missing[0]
    for option in instrument.by_domain[domain].by_question[name].options:
        said = {**answers, f"{domain}/{name}": option.code}
        found = search(instrument, parameters, said, domain, level)
        if found is not None:
            return found
    return None
