"""A process that dies at any moment of buying a label: in the end one label is known, and one is paid for.

The buying is run up to every single thing it does (a statement, a commit, a call of the carrier and its answer), ended
there as a death would end it, and left to whoever comes after.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.record.brand import NOW
from tests.record.packed import House, house
from tests.sandbox.running import HOOK, KEY, settings

from doorstep.core.events.models import Fact
from doorstep.core.parcels.carriers import AccountRow
from doorstep.core.parcels.models import Label, Parcel
from doorstep.flows.ship import GIVEN_UP_AFTER, Bought, buy_label, sweep_labels
from doorstep.flows.stock import Receipt, receive
from doorstep.plugins.carriers.base import Carrier, CarrierUnreachable
from doorstep.plugins.carriers.sandbox.carrier import SandboxCarrier, WithoutKeys
from doorstep.sandbox.carrier import Sandbox

STORM = os.environ.get("DOORSTEP_STORM") == "1"
LABELS = 1_000 if STORM else 60  # at least each point once
pytestmark = pytest.mark.django_db(transaction=True)


class Death(BaseException):
    """Nobody catches it: transactions are rolled back, and nothing is said."""


class Fate:
    """Counts what is done, and ends it at one point."""

    def __init__(self, at: int) -> None:
        self.at, self.done = at, 0

    def point(self) -> None:
        self.done += 1
        if self.done == self.at:
            raise Death

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.point()
        return execute(sql, params, many, context)


class Mortal:
    """A carrier whose caller may die before it is asked, and before its answer is heard."""

    def __init__(self, carrier: SandboxCarrier, fate: Fate) -> None:
        self._carrier, self._fate = carrier, fate
        self.capabilities = carrier.capabilities

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._carrier, name)

        def call(*args: Any) -> Any:
            self._fate.point()
            told = method(*args)
            self._fate.point()
            return told

        return call


@contextmanager
def shop(folder: Path, keys: bool) -> Iterator[tuple[House, Callable[[Fate | None], Callable[[AccountRow], Carrier]]]]:
    with house(folder) as at:
        receive(at.scope, at.brand, Receipt("munich", "mug", LABELS), now=NOW)
        if not keys:
            kept = at.server.sandbox
            at.server.sandbox = Sandbox(folder / "keyless", key=KEY, secret=HOOK, now=kept._now, keys=False)
            kept.store.close()
        plugin = SandboxCarrier if keys else WithoutKeys

        def carriers(fate: Fate | None) -> Callable[[AccountRow], Carrier]:
            made = plugin(settings(at.server))
            return lambda account: made if fate is None else Mortal(made, fate)  # noqa: ARG005

        yield at, carriers


@pytest.mark.parametrize("keys", [True, False])
def test_one_label_is_paid_for_wherever_its_buyer_dies(tmp_path: Path, keys: bool) -> None:
    with shop(tmp_path, keys) as (at, carriers):
        deaths, point = 0, 0
        for number in range(LABELS):
            parcel = at.packed(f"N-{number}")
            point += 1
            fate = Fate(point)
            try:
                with connection.execute_wrapper(fate):
                    buy_label(at.scope, parcel.pk, now=NOW, carriers=carriers(fate))
                assert number > 0
                point = 0  # it came through: every point before was met; begin anew
            except Death:
                deaths += 1
            settle(at, parcel, carriers(None), by_sweep=bool(number % 2))
        assert deaths > 12
        assert deaths < LABELS  # some came through: no point lies beyond
        sold = at.server.sandbox.store.count_labels()
        assert sold == Label.objects.filter(state="bought").count() == LABELS
        assert Parcel.objects.filter(state="labelled").count() == LABELS
        assert Fact.objects.filter(kind="ParcelLabelled").count() == LABELS
        assert sweep_labels(NOW + timedelta(days=1), carriers(None)).open == 0


def settle(at: House, parcel: Parcel, carriers: Callable[[AccountRow], Carrier], *, by_sweep: bool) -> None:
    """What comes after: the sweep a minute later, or somebody who asks at once and again."""
    later = NOW + timedelta(minutes=2)
    if by_sweep:
        sweep_labels(later, carriers)
    else:
        try:
            buy_label(at.scope, parcel.pk, now=NOW + timedelta(seconds=5), carriers=carriers)
        except CarrierUnreachable:  # nobody knows yet; a carrier without keys is not asked meanwhile
            assert not carriers(None).capabilities.keeps_keys  # type: ignore[arg-type]
    assert isinstance(buy_label(at.scope, parcel.pk, now=later + GIVEN_UP_AFTER, carriers=carriers), Bought)
