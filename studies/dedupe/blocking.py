"""Which records are worth comparing: those that share a key.

Keys depend on one record alone, never on what else is there, so that a database can store them with the record and
look up a new one's. Two records of one document share at least one unless nearly everything about them differs.
"""

from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz
from rapidfuzz.process import extract

from studies.dedupe.candidates import Candidate
from studies.dedupe.features import Features, features_of
from studies.dedupe.vocabulary import SMALL

END = 20
# A block of more records than this is searched by title; a hundred with the nearest titles are compared.
CROWD = 200
NEAREST = 100
BEGINNING = 10
LONGEST = 3
# Kinds of keys that say what a record is; the others are shared by chance as well.
TELLING = "dpcxrva"


def blocking_keys(candidate: Candidate) -> set[str]:
    """The keys to store and to look up; each begins with the letter of its kind, and is at most 80 characters long."""
    return keys_of(features_of(candidate))


def keys_of(record: Features) -> set[str]:
    keys = set(_identifier_keys(record))
    keys.update(_title_keys(record))
    keys.update(_place_keys(record))
    keys.update(_author_keys(record))
    return {key[:80] for key in keys}


def _identifier_keys(record: Features) -> Iterator[str]:
    if record.doi:
        yield f"d:{record.doi}"
    if record.pmid:
        yield f"p:{record.pmid}"
    if record.pmcid:
        yield f"c:{record.pmcid}"
    for number in record.accessions:
        yield f"x:{number}"
    if record.kind == "registry":
        for number in record.registrations:
            yield f"r:{number}"


def _title_keys(record: Features) -> Iterator[str]:
    """Beginning, end, and pairs of the longest words: a slip of the pen spoils some of them, not all."""
    words = [word for word in record.title.split() if word not in SMALL]
    letters = "".join(words)
    if not letters:
        return
    yield f"b:{letters[:END]}"
    if len(letters) > END:
        yield f"e:{letters[-END:]}"
    longest = sorted(set(words), key=lambda word: (-len(word), word))[:LONGEST]
    if len(longest) == LONGEST and len(longest[-1]) > 4:
        one, two, three = sorted(longest)
        yield f"w:{one}:{two}:{three}"


def _place_keys(record: Features) -> Iterator[str]:
    """Volume and page, author and page."""
    page = record.first
    if page and record.volume:
        yield f"v:{record.volume}:{page}:{record.year}"
    if page and record.names.count:
        yield f"a:{record.names.families[0]}:{page}"


def _author_keys(record: Features) -> Iterator[str]:
    """The first author with the beginning of the title, with its longest words, and with the second author."""
    families = record.names.families
    if not families:
        return
    first = families[0]
    if record.compact:
        yield f"h:{first}:{record.compact[:BEGINNING]}"
        longest = sorted(set(record.title.split()), key=lambda word: (-len(word), word))[:2]
        for word in longest:
            yield f"n:{first}:{word}"
    if len(families) > 1 and record.year:
        yield f"y:{first}:{families[1]}:{record.year}"


class Index:
    """Candidates by their keys, to match new ones against; it grows as records come in."""

    def __init__(self, candidates: Iterable[Candidate] = ()) -> None:
        self.records: dict[int, Features] = {}
        self._blocks: dict[str, list[int]] = {}
        for candidate in candidates:
            self.add(candidate)

    def __len__(self) -> int:
        return len(self.records)

    def __contains__(self, key: object) -> bool:
        return key in self.records

    def add(self, candidate: Candidate) -> None:
        """Raises ValueError when the key is taken."""
        if candidate.key in self.records:
            raise ValueError(f"Key {candidate.key} is in the index already.")
        record = features_of(candidate)
        self.records[record.key] = record
        for key in keys_of(record):
            self._blocks.setdefault(key, []).append(record.key)

    def lookup(self, candidate: Candidate) -> set[int]:
        """Keys of the records worth comparing with this one, itself left out."""
        return self.near(features_of(candidate))

    def near(self, record: Features) -> set[int]:
        """As `lookup`; where a key brings in a crowd, only the records with the nearest titles are kept."""
        found: set[int] = set()
        crowd: set[int] = set()
        for key in keys_of(record):
            members = self._blocks.get(key, ())
            (found if len(members) <= CROWD else crowd).update(members)
        found.update(self._nearest(record, sorted(crowd - found)))
        found.discard(record.key)
        return found

    def _nearest(self, record: Features, crowd: list[int]) -> Iterator[int]:
        titles = [self.records[key].compact for key in crowd]
        for _, _, at in extract(record.compact, titles, scorer=fuzz.ratio, processor=None, limit=NEAREST):
            yield crowd[at]
