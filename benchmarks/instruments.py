"""Every reachable RoB 2 combination through the engine: what each domain comes to, and how fast.

Prints per domain the numbers of combinations judged [low, some concerns, high], then domain judgements and complete
assessments (five domains and overall, with their reasons) per second. The last line is JSON.
"""

import itertools
import json
import time
from collections import Counter
from collections.abc import Iterator

from appraisal.instruments.answering import GivenAnswer, GivenParameters
from appraisal.instruments.conditions import NOT_REACHED, Facts, ParameterValue
from appraisal.instruments.engine import assess
from appraisal.instruments.load import shipped_instrument
from appraisal.instruments.model import Domain, Instrument, answer_key
from appraisal.instruments.prove import prove
from appraisal.instruments.states import (
    domain_conditions,
    every_combination,
    parameter_settings,
    parameters_read,
)

LEVELS = ("low", "some_concerns", "high")
COMPLETE = 5_000
Answers = dict[str, GivenAnswer]


def given_combinations(domain: Domain, parameters: dict[str, ParameterValue]) -> Iterator[Answers]:
    for answers in every_combination(domain.questions, parameters):
        yield {answer_key(domain.id, name): value for name, value in answers.items() if value != NOT_REACHED}


def settings_of(instrument: Instrument, domain: Domain) -> list[dict[str, ParameterValue]]:
    """The settings of the parameters that matter to the domain and under which it is asked."""
    names = parameters_read([*domain_conditions(domain), domain.applies_when])
    settings = parameter_settings(instrument, names)
    return [s for s in settings if domain.applies_when is None or domain.applies_when.holds(Facts(s))]


def count_domain(instrument: Instrument, domain: Domain) -> tuple[list[int], float]:
    found: Counter[str | None] = Counter()
    seconds = 0.0
    for parameters in settings_of(instrument, domain):
        combinations = list(given_combinations(domain, parameters))
        given: GivenParameters = parameters
        start = time.perf_counter()
        for answers in combinations:
            found[assess(instrument, given, answers).domain(domain.id).proposed] += 1
        seconds += time.perf_counter() - start
    if set(found) - set(LEVELS):
        raise SystemExit(f"{domain.id}: a combination has no level")
    return [found[level] for level in LEVELS], seconds


def complete_assessments(instrument: Instrument) -> float:
    """Complete assessments per second, over combinations taken in step from the five domains."""
    parameters: GivenParameters = {"effect": "assignment"}
    asked = [domain for domain in instrument.domains if domain.id != "D2_adhering"]
    rings = [itertools.cycle(list(given_combinations(domain, {"effect": "assignment"}))) for domain in asked]
    batches = [
        {k: v for part in parts for k, v in part.items()}
        for parts in itertools.islice(zip(*rings, strict=False), COMPLETE)
    ]
    start = time.perf_counter()
    complete = sum(assess(instrument, parameters, answers).complete for answers in batches)
    seconds = time.perf_counter() - start
    if complete != len(batches):
        raise SystemExit("A complete assessment was reported as incomplete")
    return len(batches) / seconds


def main() -> None:
    instrument = shipped_instrument("rob2_parallel")
    start = time.perf_counter()
    proof = prove(instrument)
    proved = time.perf_counter() - start
    result: dict[str, list[int]] = {}
    total = seconds = 0.0
    for domain in instrument.domains:
        counts, taken = count_domain(instrument, domain)
        print(domain.id, *counts)
        result[domain.id] = counts
        total += sum(counts)
        seconds += taken
        if [proof.domains[domain.id].judgements.get(level, 0) for level in LEVELS] != counts:
            raise SystemExit(f"{domain.id}: the prover and the engine count differently")
    per_second = complete_assessments(instrument)
    print(
        f"{total:.0f} combinations, {total / seconds:.0f} domain judgements and {per_second:.0f} assessments per second"
    )
    print(
        json.dumps(
            {
                **result,
                "combinations": int(total),
                "domain_judgements_per_second": round(total / seconds),
                "assessments_per_second": round(per_second),
                "proof_seconds": round(proved, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
