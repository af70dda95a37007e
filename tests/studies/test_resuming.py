"""A worker that is killed in the middle of a file: what it stored stays, what is missing is read, nothing twice."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from consensus.services import bring_in
from studies.models import ImportBatch, ImportRefusal, Record, Report
from studies.services import add_search, start_import
from tests.conftest import ris

pytestmark = pytest.mark.django_db
EMPTY = b"TY  - JOUR\nER  - \n\n"


class Killed(BaseException):
    """As little expected as a signal."""


@pytest.fixture
def batch(review, cast, monkeypatch):
    monkeypatch.setattr("studies.services.importing.CHUNK", 4)
    content = ris(*(f"Title number {n} of many" for n in range(9))) + EMPTY + ris("The last one of all")
    search = add_search(by=cast.owner, review=review, source="PubMed")
    return start_import(by=cast.owner, search=search, upload=SimpleUploadedFile("x.ris", content))[0]


def killing_after(chunks):
    calls = []

    def progress(done, total):
        assert 0 < done <= total
        calls.append(done)
        if len(calls) == chunks:
            raise Killed

    return progress


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_reading_goes_on_where_it_was_and_makes_nothing_twice(chunks, batch, review):
    with pytest.raises(Killed):
        bring_in(batch_id=batch.pk, progress=killing_after(chunks))
    kept = Record.objects.filter(batch=batch).count() + ImportRefusal.objects.filter(batch=batch).count()
    assert kept == min(chunks * 4, 11)
    assert not Report.objects.filter(review=review).exists()
    assert not Record.objects.counted().filter(review=review).exists()
    bring_in(batch_id=batch.pk, progress=lambda done, total: None)
    batch.refresh_from_db()
    assert (batch.status, batch.found, batch.made, batch.refused) == ("done", 11, 10, 1)
    positions = [*Record.objects.filter(batch=batch).values_list("position", flat=True)]
    positions += ImportRefusal.objects.filter(batch=batch).values_list("position", flat=True)
    assert sorted(positions) == list(range(1, 12))
    assert Report.objects.filter(review=review).count() == 10


def test_progress_grows_to_the_size_of_the_file(batch):
    seen = []
    bring_in(batch_id=batch.pk, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (batch.size, batch.size)
    assert ImportBatch.objects.get(id=batch.pk).digest
