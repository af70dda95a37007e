"""A record that somebody typed in, as an entry that is read like any other."""

from collections.abc import Mapping
from typing import Any

from studies.formats import ParsedRecord
from studies.formats.write_ris import ris_entry


def as_ris(said: Mapping[str, Any]) -> str:
    """The entry in RIS; `said` has the fields of a record, authors as a list."""
    return ris_entry(
        ParsedRecord(
            title=said["title"],
            abstract=said["abstract"],
            authors=tuple(said["authors"]),
            year=said["year"],
            journal=said["journal"],
            volume=said["volume"],
            issue=said["issue"],
            pages=said["pages"],
            doi=said["doi"],
            pmid=said["pmid"],
            kind=said["kind"],
            language=said["language"],
        )
    )
