"""A disruption is declared while scans of the parcels that it touches come in."""

from __future__ import annotations

import time
from threading import Event

import pytest
from django.db import connection, transaction
from tests.concurrency.test_last_units import PATIENCE_S, crowd
from tests.record.brand import NOW
from tests.record.test_disruption import FRANCE, scope_of
from tests.web.filled import Filled, fill

from doorstep.core.events.models import Fact
from doorstep.core.parcels.actions import lock, settle
from doorstep.core.parcels.models import Parcel
from doorstep.flows.disruption import at_risk, declare

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled(transactional_db: None) -> Filled:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    return fill(NOW)


def test_parcels_are_locked_before_their_orders(filled: Filled) -> None:
    scope = scope_of(filled)
    touched = {one.parcel.pk: one.parcel.order_id for one in at_risk(scope, FRANCE)}

    locked = Event()

    def scans_come_in() -> None:
        with transaction.atomic():
            lock(touched)
            locked.set()
            wait_until_somebody_waits()
            settle(touched.values())

    def declared() -> None:
        assert locked.wait(PATIENCE_S)
        declare(scope, "strike", FRANCE, "The carrier is on strike.", now=NOW)

    assert touched
    assert crowd([scans_come_in, declared]) == [None, None]
    assert Fact.objects.filter(kind="LateRisk").count() == len(touched)
    assert not Parcel.objects.filter(pk__in=touched, expected_by=None).exists()


def wait_until_somebody_waits() -> None:
    """For a lock of ours: then the other has taken what it takes first."""
    until = time.monotonic() + PATIENCE_S
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted LIMIT 1")
            if cursor.fetchone():
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")
