"""Two people at the very same moment, with real threads and real transactions."""

import threading

import pytest
from django.db import DatabaseError, connection

from accounts.models import User
from config.refusals import Refused
from consensus import services
from consensus.checks import drift
from consensus.models import Stage, WorkItem
from reviews.services import add_member
from studies.models import Report

PAIRS = 200


@pytest.fixture
def two_hundred(transactional_db):
    lead, ana, ben = (User.objects.create_user(f"{name}@example.org") for name in ("lead", "ana", "ben"))
    review = services.start_review(by=lead, title="At once", reasons=["Design"])
    for user in (ana, ben):
        add_member(by=lead, review=review, email=user.email, role="reviewer")
    made = Report.objects.bulk_create(Report(review=review, title=f"Report {n}") for n in range(PAIRS))
    services.open_items(
        stage=Stage.objects.get(review=review, kind="title_abstract"), target_ids=[r.pk for r in made]
    )
    return ana, ben, list(WorkItem.objects.order_by("id").values_list("id", flat=True))


def test_two_reviewers_who_submit_at_the_same_instant_never_leave_a_wrong_state(two_hundred):
    ana, ben, items = two_hundred
    gate = threading.Barrier(2, timeout=60)
    errors: list[Exception] = []

    def work(user: User, agrees: bool) -> None:
        try:
            for n, item in enumerate(items):
                verdict = "include" if n % 2 and not agrees else "exclude"
                gate.wait()
                services.submit(by=user, item_id=item, answer={"verdict": verdict})
        except (Refused, DatabaseError, threading.BrokenBarrierError) as error:
            errors.append(error)
            gate.abort()
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=(ana, True)),
        threading.Thread(target=work, args=(ben, False)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    expected = ["conflict" if n % 2 else "agreed" for n in range(PAIRS)]
    assert (
        list(WorkItem.objects.filter(id__in=items).order_by("id").values_list("status", flat=True))
        == expected
    )
    assert list(drift()) == []
