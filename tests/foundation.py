"""What many tests begin with is made once, and kept in savepoints below the transactions of the tests themselves.

A test that asks for `items` finds the cast, the review and the items as they were made, and whatever it does to them is
rolled back to there. The next test that wants less, or commits, finds the rest taken away.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.plugin import blocking_manager_key

COMMITTING = {"transactional_db", "live_server", "django_db_serialized_rollback", "django_db_reset_sequences"}


@dataclass(frozen=True)
class Layer:
    name: str
    below: "Layer | None"
    make: Callable[..., Any]

    @property
    def all(self) -> list["Layer"]:
        """This one on those that it stands on, the lowest first."""
        return [*(self.below.all if self.below else []), self]


@dataclass
class Standing:
    layer: Layer
    made: Any
    block: transaction.Atomic


class Foundation:
    def __init__(self) -> None:
        self.ready = False
        self.standing: list[Standing] = []
        self._copies: dict[str, Any] = {}

    def prepare(self, item: pytest.Item) -> None:
        """Before a test: what it wants stands, and nothing else."""
        names = set(getattr(item, "fixturenames", ()))
        mark = item.get_closest_marker("django_db")
        self._copies = {}
        if not (self.ready and (mark or {"db", *COMMITTING} & names)):
            return
        commits = bool(COMMITTING & names or (mark and mark.kwargs.get("transaction")))
        wanted = [] if commits else max((layer.all for layer in wanted_by(item)), key=len, default=[])
        with item.config.stash[blocking_manager_key].unblock():
            self.stand(wanted)
        # One copy of all of them, so that a person is the same object wherever they appear.
        self._copies = deepcopy({one.layer.name: one.made for one in self.standing})

    def stand(self, wanted: list[Layer]) -> None:
        kept = 0
        while (
            kept < min(len(wanted), len(self.standing))
            and self.standing[kept].layer.name == wanted[kept].name
        ):
            kept += 1
        while len(self.standing) > kept:
            self.take_down()
        for layer in wanted[kept:]:
            self.put_up(layer)

    def put_up(self, layer: Layer) -> None:
        block = transaction.atomic()
        block._from_testcase = True  # type: ignore[attr-defined]  # as Django's own: what is durable may begin in it
        block.__enter__()
        # Copies: what this layer changes of an object below must not outlive it there.
        below = deepcopy([one.made for one in self.standing])
        self.standing.append(Standing(layer, None, block))
        self.standing[-1].made = layer.make(*below)
        # The check leaves all constraints deferred, also those that are not; rolled back, each is as it was.
        with transaction.atomic():
            connection.check_constraints()
            transaction.set_rollback(True)

    def take_down(self) -> None:
        last = self.standing.pop()
        transaction.set_rollback(True)
        last.block.__exit__(None, None, None)

    def take(self, layer: Layer, request: pytest.FixtureRequest) -> Any:
        """What was made, for one test; made for it alone where it commits, or nothing stands yet."""
        if layer.name in self._copies:
            return self._copies[layer.name]
        return layer.make(*(request.getfixturevalue(one.name) for one in layer.all[:-1]))


FOUNDATION = Foundation()


def wanted_by(item: pytest.Item) -> list[Layer]:
    """The layers that a test asks for, unless a nearer fixture took the place of one that they stand on."""
    defined = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    last = {name: defs[-1].func for name, defs in defined.items()}
    ours = {name: func.layer for name, func in last.items() if hasattr(func, "layer")}
    return [
        layer for layer in ours.values() if all(one.name in ours or one.name not in last for one in layer.all)
    ]


def kept(layer: Layer) -> Any:
    """The fixture that hands out a layer."""

    def hand_out(request: pytest.FixtureRequest, db: None) -> Any:
        return FOUNDATION.take(layer, request)

    hand_out.layer = layer  # type: ignore[attr-defined]
    hand_out.__doc__ = layer.make.__doc__
    return pytest.fixture(name=layer.name)(hand_out)
