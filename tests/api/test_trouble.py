"""A record that is full, or can only be read: a clear answer, nothing half-written, and the same request does later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client
from tests.api.shop import Place, opened, order

from doorstep.core.accounts import actions as accounts
from doorstep.core.accounts.models import User
from doorstep.core.events.models import Fact, Pending
from doorstep.core.orders.models import Order
from doorstep.core.stock.models import Move

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(db: None) -> Place:  # noqa: ARG001
    """Loaded for each: they have transactions of their own."""
    return opened()


@contextmanager
def read_only() -> Iterator[None]:
    if connection.vendor == "postgresql":
        _say("SET default_transaction_read_only = on")
        try:
            yield
        finally:
            _say("SET default_transaction_read_only = off")
        return
    _say("PRAGMA query_only = ON")
    try:
        yield
    finally:
        _say("PRAGMA query_only = OFF")


def _say(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text)


@contextmanager
def full() -> Iterator[None]:
    """No page more than there are. PostgreSQL knows no such limit, and a real full disk would be that of the tests."""
    if connection.vendor == "postgresql":
        pytest.skip("only SQLite can be told to be full")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute("PRAGMA max_page_count")
        (most,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA max_page_count = {most}")


def rows() -> tuple[int, ...]:
    return tuple(model._default_manager.count() for model in (Order, Fact, Pending, Move))


def test_a_record_that_can_only_be_read_says_so(place: Place) -> None:
    shop = place.with_key()
    before = rows()
    with read_only():
        told = shop.post("/v1/orders", order("N-1"), idempotency_key="n1")
    assert (told.status_code, told.json()["code"]) == (503, "record_unavailable")
    assert "can only be read" in told.json()["detail"]
    assert told.headers["Retry-After"] == "5"
    assert rows() == before
    again = shop.post("/v1/orders", order("N-1"), idempotency_key="n1")
    assert again.status_code == 201
    assert again.json()["state"] == "planned"


def test_a_full_disk_says_so_and_leaves_nothing_half_written(place: Place) -> None:
    shop = place.with_key()
    before, number, told = rows(), 0, None
    with full():
        while number < 200:  # until the pages that are there are full
            number += 1
            told = shop.post("/v1/orders", order(f"F-{number}"), idempotency_key=f"f{number}")
            if told.status_code != 201:
                break
            before = rows()
    assert told is not None
    assert (told.status_code, told.json()["code"]) == (503, "record_unavailable")
    assert "disk of the record is full" in told.json()["detail"]
    assert rows() == before
    again = shop.post("/v1/orders", order(f"F-{number}"), idempotency_key=f"f{number}")
    assert again.status_code == 201


def test_a_page_says_so_too(place: Place) -> None:
    accounts.add_user("ann@example.com", "Ann", "a long enough password", "operator_admin", place.operator)
    client = Client()
    client.force_login(User.objects.get(email="ann@example.com"), backend="django.contrib.auth.backends.ModelBackend")
    accepted = place.with_key().post("/v1/orders", order("N-1", review=True), idempotency_key="n1")
    assert accepted.status_code == 201
    with read_only():
        told = client.post("/orders/tea/N-1/release-hold", {"settled": "review"})
    page = told.content.decode()
    assert told.status_code == 503
    assert "can only be read" in page
    assert "look whether what you asked for was done" in page
    assert Order.objects.get(code="N-1").state == "held"
