"""Entries that give only a DOI or a PubMed number, completed from Crossref and PubMed where the network allows.

An entry stays one entry, with its text as delivered; what was answered is kept beside it. Where nobody answers, it stays
as it is.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from io import BytesIO
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from studies.formats import Entry, ParsedRecord, Refusal, UnreadableFile, read

AT_ONCE = 20
SECONDS = 15
LARGEST = 20 * 2**20
KEPT = 100_000


class Unreachable(Exception):
    """The network does not allow it, or the service does not answer now."""


@dataclass(slots=True)
class LookUp:
    """Where to ask, and what came of it so far. Once a service did not answer it is not asked again."""

    works: str
    pubmed: str
    asked: int = 0
    completed: int = 0
    silent: set[str] = field(default_factory=set)

    def complete(self, items: Sequence[Entry | Refusal]) -> list[Entry | Refusal]:
        """The same entries, those completed that give no more than a number."""
        bare = [item for item in items if isinstance(item, Entry) and is_bare(item.fields)]
        answers = dict(self._answers(bare))
        self.asked += len(bare)
        self.completed += len(answers)
        return [
            replace(item, fields=answers[item.position])
            if isinstance(item, Entry) and item.position in answers
            else item
            for item in items
        ]

    def _answers(self, entries: list[Entry]) -> Iterator[tuple[int, ParsedRecord]]:
        """Position -> fields, of the entries of which something was found: at PubMed first, then at Crossref."""
        left = {entry.position: entry for entry in entries}
        for name, ask, number in (
            ("PubMed", self._from_pubmed, "pmid"),
            ("Crossref", self._from_crossref, "doi"),
        ):
            with_number = [entry for entry in left.values() if getattr(entry.fields, number)]
            for some in (with_number[at : at + AT_ONCE] for at in range(0, len(with_number), AT_ONCE)):
                if name in self.silent:
                    break
                try:
                    found = ask({getattr(entry.fields, number) for entry in some})
                except Unreachable:
                    self.silent.add(name)
                    break
                for entry in some:
                    answer = found.get(getattr(entry.fields, number).casefold())
                    if answer:
                        del left[entry.position]
                        yield entry.position, joined(entry.fields, *answer, name)

    def _from_pubmed(self, numbers: set[str]) -> dict[str, tuple[ParsedRecord, str]]:
        wanted = {"db": "pubmed", "rettype": "medline", "retmode": "text", "id": ",".join(sorted(numbers))}
        body = fetched(f"{self.pubmed}?{urlencode(wanted)}")
        try:
            items = (
                list(read(BytesIO(body), filename="efetch.nbib", format="medline")) if body.strip() else []
            )
        except UnreadableFile:
            items = []
        entries = [item for item in items if isinstance(item, Entry) and item.fields.title]
        return {entry.fields.pmid: (entry.fields, entry.raw) for entry in entries}

    def _from_crossref(self, numbers: set[str]) -> dict[str, tuple[ParsedRecord, str]]:
        """Many DOIs in one question; a comma separates them, so that one with a comma is asked for alone."""
        plain = sorted(number for number in numbers if "," not in number)
        addresses = [f"{self.works}/{quote(number, safe='')}" for number in sorted(numbers - set(plain))]
        if plain:
            wanted = {"filter": ",".join(f"doi:{number}" for number in plain), "rows": str(AT_ONCE)}
            addresses.append(f"{self.works}?{urlencode(wanted)}")
        works = [work for address in addresses for work in works_in(fetched(address))]
        found = {}
        for work in works:
            raw = json.dumps(work, ensure_ascii=False)
            for item in read(BytesIO(f"[{raw}]".encode()), format="json"):
                if isinstance(item, Entry) and item.fields.title and item.fields.doi:
                    found[item.fields.doi.casefold()] = (item.fields, raw)
        return found


def is_bare(fields: ParsedRecord) -> bool:
    return bool(fields.doi or fields.pmid) and not (fields.title or fields.abstract or fields.authors)


def joined(own: ParsedRecord, found: ParsedRecord, raw: str, service: str) -> ParsedRecord:
    """What was answered; what the entry itself said goes before it, and the answer is kept."""
    extra: Mapping[str, tuple[str, ...]] = {f"answered by {service}": (raw[:KEPT],)}
    return replace(
        found,
        doi=own.doi or found.doi,
        pmid=own.pmid or found.pmid,
        pmcid=own.pmcid or found.pmcid,
        identifiers={**found.identifiers, **own.identifiers},
        urls=own.urls or found.urls,
        source=own.source,
        decisions=own.decisions,
        extra={**own.extra, **extra},
    )


def works_in(body: bytes) -> Iterable[dict[str, Any]]:
    """The works of an answer of Crossref: of one, or of several."""
    try:
        message = json.loads(body or b"{}").get("message", {})
    except (ValueError, AttributeError, RecursionError):
        return []
    listed = message.get("items", [message]) if isinstance(message, dict) else []
    return [work for work in listed if isinstance(work, dict) and work]


def fetched(address: str) -> bytes:
    """The answer; nothing where the service knows nothing of it."""
    if not address.startswith(("http://", "https://")):
        raise Unreachable(address)
    asked = Request(address, headers={"User-Agent": "Concord (systematic-review workbench)"})  # noqa: S310
    try:
        with urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 - http only, to where the operator says
            body: bytes = answer.read(LARGEST + 1)
    except HTTPError as error:
        if error.code in (400, 404):
            return b""
        raise Unreachable(str(error)) from error
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(str(error)) from error
    return body if len(body) <= LARGEST else b""
