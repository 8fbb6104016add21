"""Planners that learn bid prices at once, and orders that come meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.concurrency.test_last_units import crowd
from tests.core.stock.ledger import assert_moves_add_up
from tests.record.brand import NOW
from tests.record.scarce import scarce, stocked, teapot

from doorstep.core.learned.bids import Learned
from doorstep.core.learned.models import Bids
from doorstep.core.stock.models import Level
from doorstep.flows.accept import Accepted, accept_order
from doorstep.flows.learn_bids import APART, learn_bids
from doorstep.flows.standing import forget

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def postgresql(transactional_db: None) -> Iterator[None]:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    yield
    assert_moves_add_up()
    forget()


def test_two_that_learn_at_one_instant_keep_one_answer(tmp_path: Path) -> None:
    scope, brand = scarce(tmp_path / "brand")
    answers = crowd([lambda: learn_bids(scope, brand, now=NOW)] * 4)
    assert all(isinstance(one, Learned) for one in answers), answers
    assert len(set(map(repr, answers))) == 1
    assert Bids.objects.count() == 1


def test_those_that_learn_soon_after_one_another_smooth_with_the_same_prices(tmp_path: Path) -> None:
    scope, brand = scarce(tmp_path / "brand")
    first = learn_bids(scope, brand, now=NOW)
    stocked(brand, 400, 400)  # so that what is found is nothing, and half of the old prices stays
    again = [NOW + APART + n * timedelta(seconds=1) for n in range(4)]
    crowd([lambda at=at: learn_bids(scope, brand, now=at) for at in again])  # type: ignore[misc]
    (whole,) = first.rows
    found = Bids.objects.filter(learned_at__gt=NOW).order_by("learned_at").values_list("learned_at", "rows")
    half = [["berlin", "teapot", "", (whole.price_micros + 1) // 2]]
    assert list(found) == [(at, half) for at in again]


def test_orders_come_while_prices_are_learned(tmp_path: Path) -> None:
    scope, brand = scarce(tmp_path / "brand", berlin=3)
    learn_bids(scope, brand, now=NOW - timedelta(minutes=1))
    come = [lambda n=n: accept_order(scope, brand, teapot(f"S-{n}"), now=NOW) for n in range(6)]
    learn = [lambda n=n: learn_bids(scope, brand, now=NOW + timedelta(seconds=n)) for n in range(2)]
    answers = crowd([*come, *learn])
    accepted = [one for one in answers if isinstance(one, Accepted)]
    assert [one.state for one in accepted] == ["planned"] * 6, answers
    left = Level.objects.get(brand_id=brand, site__code="berlin", product__sku="teapot", state="available")
    assert left.quantity == 3  # all of them went by Munich
