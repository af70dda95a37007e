from collections.abc import Iterator

import pytest

from tests.conftest import REVIEW
from tests.database.bare import taken_back
from tests.foundation import Layer, kept
from tests.walks.world import build


@pytest.fixture
def nothing_stays(db: None) -> Iterator[None]:
    with taken_back():
        yield


# A review with one of everything: drafts, agreed, in conflict, published.
world = kept(Layer("world", REVIEW, build))
