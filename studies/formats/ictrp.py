"""The WHO's registry platform (ICTRP): "Export results to XML", one flat <Trial> a registration."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from studies.formats import identifiers as ids
from studies.formats.entry import Item, ParsedRecord
from studies.formats.source import Source
from studies.formats.tagged import unique
from studies.formats.xml_entries import Taken, read_xml

NAMES = ("Trial",)
ROOT = "Trials_downloaded_from_ICTRP"
# Of the registration first: the other dates tell when it was changed, or when its first patient came.
DATES = ("Date_registration3", "Date_registration", "Date_enrollement")
LINKS = ("web_address", "results_url_link", "results_url_protocol")


def read_ictrp(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file."""
    return read_xml(source, NAMES, _record)


def _record(root: Element) -> ParsedRecord:
    taken = Taken(root)
    title = taken.text("Scientific_title", "Public_title")
    number = taken.text("TrialID")
    urls = unique(
        part
        for text in taken.texts(*LINKS)
        for piece in text.split()
        if (part := piece.rstrip(";,")).startswith(("http://", "https://"))
    )
    return ParsedRecord(
        title=title,
        # The whole of a trial's sponsor, as its registration names no other author.
        authors=tuple(taken.texts("Primary_sponsor")),
        year=ids.find_year(taken.seen(DATES[0]) + taken.seen(DATES[1]) + taken.seen(DATES[2])),
        identifiers=_numbers(number),
        kind=taken.text("Study_type"),
        keywords=unique(
            word for text in taken.texts("Condition") for part in text.split(";") if (word := part.strip())
        ),
        urls=urls,
        source="ICTRP",
        extra=taken.remaining(),
    )


def _numbers(number: str) -> dict[str, str]:
    """What other registries call the trial (`other_records`) is kept beside it: it may be another trial's number."""
    if not number:
        return {}
    # A number of the European registry stands without its name: EUCTR2020-001234-56-DE.
    european = number.removeprefix("EUCTR")
    if european != number:
        return ids.registrations_of(f"EudraCT {european[:14]}") or {"accession": number}
    return ids.registrations_of(number) or {"accession": number}
