"""Goods come and go once, whoever says so at the same moment. Needs PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from tests.concurrency.test_last_units import crowd
from tests.core.stock.ledger import assert_moves_add_up, quantities
from tests.core_fixtures import NOW, make_site

from doorstep.core.events.models import Fact
from doorstep.core.stock.models import Inbound
from doorstep.domain.errors import Conflict
from doorstep.domain.ledger import Shelf
from doorstep.domain.rights import Scope
from doorstep.flows import stock

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand, Operator
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

ROUNDS, CROWD = 5, 8
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def postgresql(transactional_db: None) -> Iterator[None]:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    yield
    assert_moves_add_up()


def once(answers: list[object]) -> None:
    assert sum(isinstance(one, int) for one in answers) == 1, answers
    assert sum(isinstance(one, Conflict) for one in answers) == len(answers) - 1, answers


def test_announced_goods_are_received_once(scope: Scope, brand: Brand, site: Site, product: Product) -> None:
    for number in range(1, ROUNDS + 1):
        pk = stock.announce(scope, brand.pk, "north", "assam", 5, NOW, now=NOW)
        goods = stock.Receipt("north", "assam", 5, inbound=pk)
        once(crowd([lambda goods=goods: stock.receive(scope, brand.pk, goods, now=NOW)] * CROWD))  # type: ignore[misc]
        assert quantities() == {Shelf(site.pk, product.pk, "", "", "available"): 5 * number}
    assert not Inbound.objects.filter(received_at=None).exists()
    assert Fact.objects.filter(kind="StockReceived").count() == ROUNDS


def test_a_transfer_is_sent_once_and_received_once(
    operator: Operator, scope: Scope, brand: Brand, site: Site, product: Product
) -> None:
    south = make_site(operator, "south")
    stock.receive(scope, brand.pk, stock.Receipt("north", "assam", 100), now=NOW)
    for number in range(1, ROUNDS + 1):
        sending = stock.Sending(f"T-{number}", "north", "south", {"assam": 3})
        once(crowd([lambda one=sending: stock.send_transfer(scope, brand.pk, one, now=NOW)] * CROWD))  # type: ignore[misc]
        took = [lambda one=sending: stock.receive_transfer(scope, brand.pk, one.reference, now=NOW)] * CROWD
        once(crowd(took))
        assert quantities() == {
            Shelf(site.pk, product.pk, "", "", "available"): 100 - 3 * number,
            Shelf(south.pk, product.pk, "", "", "available"): 3 * number,
        }
    assert Fact.objects.filter(kind="TransferSent").count() == ROUNDS
    assert Fact.objects.filter(kind="TransferReceived").count() == ROUNDS
