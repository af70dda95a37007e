from typing import Any

import pytest

from consensus.services import bring_in
from studies.models import ImportBatch


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Any) -> None:
    """Files of a test go away with it."""
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def work():
    """Do what the worker would: read every batch that waits."""

    def work(review):
        for batch in ImportBatch.objects.filter(review=review, status="waiting"):
            try:
                bring_in(batch_id=batch.pk, progress=lambda done, total: None)
            except Exception as error:
                batch.refresh_from_db()
                if batch.status != "failed":
                    raise AssertionError(f"{batch} broke without saying so") from error

    return work
