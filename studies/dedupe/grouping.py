"""From records to groups: certain pairs join, contradictions and people's decisions keep apart."""

from collections.abc import Collection, Iterable

from studies.dedupe.candidates import Candidate, Grouping, Verdict
from studies.dedupe.features import Features, features_of
from studies.dedupe.pairing import verdicts
from studies.dedupe.settling import Decisions, settle
from studies.dedupe.verdicts import weigh


def group(candidates: Iterable[Candidate], *, apart: Decisions = (), together: Decisions = ()) -> Grouping:
    """The groups of records that are certainly one, and the pairs behind them and beside them.

    `apart` and `together` are pairs of keys that a person decided; they hold whatever the records say. The order of
    the candidates does not matter. Raises ValueError where a key occurs twice or one pair was decided both ways.
    """
    records = by_key(candidates)
    twins = find_twins(records.values(), {key for pair in apart for key in pair})
    found = [pair for first, *rest in twins for pair in (weigh(first, other) for other in rest)]
    found.extend(verdicts(_without(records, twins)))
    alike = {other.key: first.key for first, *rest in twins for other in rest}
    return settle(records, found, apart=apart, together=together, alike=alike)


def by_key(candidates: Iterable[Candidate]) -> dict[int, Features]:
    """The candidates' features, sorted by key. Raises ValueError where a key occurs twice."""
    records: dict[int, Features] = {}
    for candidate in candidates:
        if candidate.key in records:
            raise ValueError(f"Key {candidate.key} occurs twice.")
        records[candidate.key] = features_of(candidate)
    return dict(sorted(records.items()))


def find_twins(records: Iterable[Features], decided: Collection[int]) -> list[list[Features]]:
    """Records that are the same in every field and certainly one: the first stands for all, so that a file imported
    twenty times costs no more than twice. Those that a person decided on are left out."""
    alike: dict[tuple[object, ...], list[Features]] = {}
    for record in records:
        if record.key not in decided:
            alike.setdefault(record.fields(), []).append(record)
    return [
        members
        for members in alike.values()
        if len(members) > 1 and weigh(members[0], members[1]).verdict is Verdict.CERTAIN
    ]


def _without(records: dict[int, Features], twins: list[list[Features]]) -> list[Features]:
    spare = {other.key for _, *rest in twins for other in rest}
    return [record for key, record in records.items() if key not in spare]
