"""New records against what is there, without comparing again what is there."""

from collections.abc import Iterable

from studies.dedupe.blocking import Index
from studies.dedupe.candidates import Candidate, Grouping
from studies.dedupe.grouping import by_key
from studies.dedupe.pairing import verdicts
from studies.dedupe.settling import Decisions, settle
from studies.dedupe.verdicts import weigh_if_near


def match_new(
    new: Iterable[Candidate], known: Index, *, apart: Decisions = (), together: Decisions = ()
) -> Grouping:
    """Groups with at least one new record, which may join known ones, and the pairs with at least one new record.

    `together` holds what is already linked (by the machine or by a person) and `apart` what a person kept apart. A
    new record that matches two known groups joins them only where nothing between these two contradicts. `known` is
    left as it is. Raises ValueError where a new key is known already.
    """
    records = by_key(new)
    for key in records:
        if key in known:
            raise ValueError(f"Key {key} is in the index already.")
    found = list(verdicts(list(records.values())))
    for record in records.values():
        pairs = (weigh_if_near(record, known.records[key]) for key in sorted(known.near(record)))
        found.extend(pair for pair in pairs if pair is not None)
    grouping = settle({**known.records, **records}, found, apart=apart, together=together)
    grouping.groups = [keys for keys in grouping.groups if any(key in records for key in keys)]
    return grouping
