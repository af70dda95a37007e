from collections.abc import Iterator
from typing import Any

import pytest

from reviews.models import Review
from tests.database.bare import taken_back
from tests.walks.world import World, build


@pytest.fixture
def nothing_stays(db: None) -> Iterator[None]:
    with taken_back():
        yield


@pytest.fixture
def world(cast: Any, review: Review, settings: Any, tmp_path: Any) -> World:
    """A review with one of everything: drafts, agreed, in conflict, published."""
    settings.MEDIA_ROOT = tmp_path
    return build(cast, review)
