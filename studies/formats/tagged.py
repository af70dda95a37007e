"""What the line formats share: tag -> values, and reading the common tags out of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from studies.formats.entry import Item, Refusal
from studies.formats.identifiers import find_year
from studies.formats.source import ENTRY_LIMIT
from studies.formats.text import one_line, storable

Tags = dict[str, list[str]]

TOO_LONG = (
    f"The entry is longer than {ENTRY_LIMIT // 2**20} MB; its beginning is shown. "
    "Its end was probably lost: export it again, or add it by hand."
)
NO_ENTRY = "Text that belongs to no entry stands here. Check whether the entry's first line is missing."


def unix(text: str) -> str:
    """CR, LF and CRLF, mixed or doubled as mail programs do, all as LF."""
    if "\r" in text:
        text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    return text


def join_on(values: list[str], more: list[str], mark: str) -> None:
    """Join the lines that continue a value to the last value, all at once, and forget them."""
    if more:
        values[-1] = mark.join([values[-1], *more] if values[-1] else more)
        more.clear()


def take(tags: Tags, *names: str) -> str:
    """The first filled value among the tags, taken out; its further values stay for `extra`."""
    for name in names:
        values = tags.get(name)
        if not values:
            continue
        if len(values) == 1:
            del tags[name]
        while values:
            if text := one_line(values.pop(0)):
                return text
    return ""


def take_all(tags: Tags, *names: str) -> list[str]:
    """Every filled value of the tags, in order, taken out."""
    found: list[str] = []
    for name in names:
        values = tags.pop(name, None)
        if values:
            found.extend(text for value in values if (text := one_line(value)))
    return found


def drop_equal(tags: Tags, text: str, *names: str) -> None:
    """Take out repetitions of a value that was already understood."""
    folded = ""
    for name in names:
        values = tags.get(name)
        if values:
            folded = folded or text.casefold()
            kept = [value for value in values if one_line(value).casefold() != folded]
            if kept:
                tags[name] = kept
            else:
                del tags[name]


def take_year(tags: Tags, *names: str) -> int | None:
    """The first year among the tags. What says more than the year ("2019/06/11") stays for `extra`."""
    year = find_year(value for name in names for value in tags.get(name, ()))
    if year is not None:
        plain = str(year)
        for name in names:
            values = tags.get(name)
            if values:
                kept = [value for value in values if value.strip(" /") != plain]
                if kept:
                    tags[name] = kept
                else:
                    del tags[name]
    return year


def remaining(tags: Tags) -> dict[str, tuple[str, ...]]:
    """Every tag that nobody took, with its filled values."""
    extra: dict[str, tuple[str, ...]] = {}
    for tag, values in tags.items():
        kept = tuple([stripped for value in values if (stripped := value.strip())])
        if kept:
            extra[tag] = kept
    return extra


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """The values in order, the repeated left out."""
    return tuple(dict.fromkeys(values))


def too_long(position: int, offset: int, text: str) -> Iterator[Item]:
    """The refusal of an entry that never ends."""
    yield Refusal(position, offset, storable(text), TOO_LONG)
