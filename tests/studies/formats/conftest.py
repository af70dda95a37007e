import io
from collections.abc import Callable

import pytest

from studies.formats import Entry, ParsedRecord, Refusal, read

Records = Callable[..., list[ParsedRecord]]


def items_of(data: bytes | str, filename: str = "", **options: object) -> list[Entry | Refusal]:
    stream = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return list(read(stream, filename=filename, **options))  # type: ignore[arg-type]


@pytest.fixture
def items() -> Callable[..., list[Entry | Refusal]]:
    return items_of


@pytest.fixture
def records() -> Records:
    """Read a file that must hold no refused entry."""

    def records(data: bytes | str, filename: str = "", **options: object) -> list[ParsedRecord]:
        found = items_of(data, filename, **options)
        assert not [item for item in found if isinstance(item, Refusal)]
        return [item.fields for item in found if isinstance(item, Entry)]

    return records
