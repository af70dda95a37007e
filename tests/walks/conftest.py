from typing import Any

import pytest

from tests.conftest import REVIEW
from tests.foundation import Layer, kept
from tests.walks.world import World, build

built_world = kept(Layer("built_world", REVIEW, build))


@pytest.fixture
def world(built_world: World, settings: Any) -> World:
    """A review with one of everything, in which nobody has said anything that is hidden."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return built_world
