from typing import Any

import pytest

from reviews.models import Review
from tests.walks.world import World, build


@pytest.fixture
def world(cast: Any, review: Review, settings: Any, tmp_path: Any) -> World:
    """A review with one of everything, in which nobody has said anything that is hidden."""
    settings.MEDIA_ROOT = tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return build(cast, review)
