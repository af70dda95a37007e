"""What of reports and records is hidden from whom. This app does not know who judges: a higher one says so."""

from collections.abc import Callable, Iterable, Mapping

from accounts.models import User

# Of these reports, by id, the names of the fields that this person does not see.
Hidden = Callable[[User, Iterable[int]], Mapping[int, frozenset[str]]]
EMPTY: Mapping[str, object] = {"authors": [], "journal": "", "year": None}
# What leads to a masked field, or repeats it.
TEXTS = ("doi", "pmid", "pmcid", "volume", "issue", "pages", "raw", "source", "journal_abbreviation")
LEADING: Mapping[str, object] = dict.fromkeys(TEXTS, "") | {"identifiers": {}, "issn": [], "urls": []}


def nothing(user: User, report_ids: Iterable[int]) -> Mapping[int, frozenset[str]]:
    return {}


_asked: list[Hidden] = [nothing]


def ask(hidden: Hidden) -> None:
    """Let `hidden` say from now on what is hidden from whom."""
    _asked[0] = hidden


def hidden_of(user: User, report_ids: Iterable[int]) -> Mapping[int, frozenset[str]]:
    return _asked[0](user, report_ids)


def blank(shown: dict[str, object], hidden: frozenset[str]) -> dict[str, object]:
    """A report or record as the API shows it, without what is hidden and what leads there."""
    if not hidden:
        return shown
    gone = {name: EMPTY[name] for name in hidden} | dict(LEADING)
    return shown | {name: value for name, value in gone.items() if name in shown}
