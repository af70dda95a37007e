"""The cast: one person per role, a second reviewer, a stranger, an administrator; and a small review of theirs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts.models import User
from consensus.models import Stage, WorkItem
from consensus.services import bring_in, start_review
from reviews.models import Membership, Review
from reviews.services import add_member
from studies.models import ImportBatch
from studies.services import add_search, start_import
from tests.foundation import FOUNDATION, Layer, kept

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Cast:
    owner: User
    lead: User
    ana: User
    ben: User
    cleo: User
    observer: User
    stranger: User
    staff: User


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hashing that is slow on purpose would be most of every test's time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    FOUNDATION.ready = True
    yield
    with django_db_blocker.unblock():
        # Once a browser was closed this may be another context, with a connection of its own: what stood ends with its own.
        if connection.in_atomic_block:
            FOUNDATION.stand([])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    FOUNDATION.prepare(item)


# Begun last, one of these would keep one processor busy while the others have nothing left.
LONG = (
    "tests/walks/",
    "tests/pages/",
    "tests/deployment/",
    "tests/consensus/test_mechanism.py",
    "tests/consensus/test_simultaneous.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def make_cast() -> Cast:
    """One person per role."""

    def person(name: str, **extra: bool) -> User:
        return User.objects.create_user(f"{name}@example.org", PASSWORD, name=name.title(), **extra)

    names = ("owner", "lead", "ana", "ben", "cleo", "observer", "stranger")
    return Cast(*(person(name) for name in names), staff=person("staff", is_staff=True))


def make_review(cast: Cast) -> Review:
    """A review with four members who judge and one observer, three stages, two reasons, and nothing imported."""
    review = start_review(
        by=cast.owner,
        title="Sleep and memory",
        question="Does sleep help?",
        reasons=["Wrong design", "Wrong topic"],
    )
    roles = {cast.lead: "lead", cast.ana: "reviewer", cast.ben: "reviewer", cast.cleo: "reviewer"}
    for user, role in (roles | {cast.observer: "observer"}).items():
        add_member(by=cast.owner, review=review, email=user.email, role=role)
    return review


def ris(*titles: str) -> bytes:
    """An export of records that nothing but their titles, authors and pages tells apart."""
    entries = (
        f"TY  - JOUR\nAU  - Author{n}, A.\nTI  - {title}\nJO  - Journal {n}\nPY  - {1990 + n}\nVL  - {n}\n"
        f"SP  - {n * 100 + 1}\nER  - \n\n"
        for n, title in enumerate(titles, 1)
    )
    return "".join(entries).encode()


TITLES = (
    "Dozing and recall in adults",
    "A trial of naps before examinations",
    "Night shifts, attention and error",
    "Dreams reported by twins",
    "Slow waves after learning words",
    "Caffeine withdrawal in students",
)


def bring_export(
    cast: Cast, review: Review, content: bytes, name: str = "export.ris", source: str = "PubMed"
) -> ImportBatch:
    search = add_search(by=cast.owner, review=review, source=source)
    batch, _job = start_import(by=cast.owner, search=search, upload=SimpleUploadedFile(name, content))
    bring_in(batch_id=batch.pk, progress=lambda done, total: None)
    batch.refresh_from_db()
    return batch


def make_items(cast: Cast, review: Review) -> list[WorkItem]:
    """Six reports waiting at title and abstract."""
    bring_export(cast, review, ris(*TITLES))
    return list(WorkItem.objects.filter(review=review, stage__kind="title_abstract").order_by("id"))


CAST = Layer("cast", None, make_cast)
REVIEW = Layer("review", CAST, make_review)
ITEMS = Layer("items", REVIEW, make_items)
cast, review, items = kept(CAST), kept(REVIEW), kept(ITEMS)


@pytest.fixture
def bring(review: Review, cast: Cast) -> Callable[..., ImportBatch]:
    """Import an export the way the worker does."""
    return lambda *args, **more: bring_export(cast, review, *args, **more)


@pytest.fixture
def stage(review: Review) -> Stage:
    return Stage.objects.get(review=review, kind="title_abstract")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return client_of


@pytest.fixture
def look_and_apply() -> Callable[..., Any]:
    """Change a setting as its page does: look at what it changes, then apply exactly that."""

    def look_and_apply(client: Client, address: str, asked: dict[str, Any]) -> Any:
        looked = client.post(address, asked)
        shown = (looked.context or {}).get("shown")
        return client.post(address, asked | {"step": "apply", "shown": shown}) if shown else looked

    return look_and_apply


@pytest.fixture
def membership(review: Review) -> Callable[[User], Membership]:
    return lambda user: Membership.objects.get(review=review, user=user)
