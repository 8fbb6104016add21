"""Reads of stock: right, scoped, and at the same number of statements however much there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.core_fixtures import NOW, House, make_product, make_site, scope_of

from doorstep.core.paging import InvalidCursor
from doorstep.core.stock import actions
from doorstep.core.stock.actions import Wanted
from doorstep.core.stock.queries import MoveRow, Place, StockRow, changes, stock, version
from doorstep.domain.errors import NotFound
from doorstep.domain.ledger import Shelf, Shift
from doorstep.domain.rights import Scope

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand, Operator
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site


def receive(brand: Brand, site: Site, product: Product, quantity: int) -> int:
    return actions.receive(brand.pk, site.pk, product.pk, quantity, at=NOW, actor="user:1")


def statements(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked)


def test_stock_tells_every_state(scope: Scope, brand: Brand, site: Site, product: Product) -> None:
    receive(brand, site, product, 30)
    actions.reserve(brand.pk, [Wanted(site.pk, product.pk, 7)], "order:1", at=NOW, actor="user:1")
    pick = Shift(
        Shelf(site.pk, product.pk, "", "", "reserved"), Shelf(site.pk, product.pk, "", "", "picked"), 3, "pick"
    )
    actions.post(brand.pk, [pick], at=NOW, actor="user:1")
    actions.adjust(brand.pk, site.pk, product.pk, 2, reason="damage", at=NOW, actor="user:1")
    actions.adjust(brand.pk, site.pk, product.pk, 1, reason="quarantine", at=NOW, actor="user:1")
    actions.expect(brand.pk, site.pk, product.pk, 50, NOW + timedelta(days=2))
    assert stock(scope).rows == (StockRow("tea", "north", "assam", 20, 4, 3, 1, 2, 0, 50),)


def test_stock_shows_what_is_only_expected_and_what_is_sold_out(
    scope: Scope, brand: Brand, site: Site, product: Product
) -> None:
    receive(brand, site, product, 1)
    actions.adjust(brand.pk, site.pk, product.pk, 1, reason="loss", at=NOW, actor="user:1")
    actions.expect(brand.pk, site.pk, make_product(brand, "rooibos").pk, 5, NOW)
    assert [(row.sku, row.available, row.expected) for row in stock(scope).rows] == [("assam", 0, 0), ("rooibos", 0, 5)]


def test_stock_comes_in_pages_by_site_and_sku(operator: Operator, scope: Scope, brand: Brand) -> None:
    sites = [make_site(operator, code) for code in ("north", "south")]
    for sku in ("d", "a", "c", "b", "e"):
        product = make_product(brand, sku)
        for site in sites:
            receive(brand, site, product, 1)
    seen, after = [], None
    while True:
        page = stock(scope, after=after, limit=3)
        seen += [(row.site, row.sku) for row in page.rows]
        after = page.after
        if after is None:
            break
        assert len(page.rows) == 3
    assert seen == [(site, sku) for site in ("north", "south") for sku in "abcde"]
    assert {row.site for row in stock(scope, site="south").rows} == {"south"}
    assert [row.sku for row in stock(scope, sku="c").rows] == ["c", "c"]
    assert stock(scope, site="nowhere").rows == ()
    with pytest.raises(InvalidCursor):
        stock(scope, after="nonsense")


def test_nobody_sees_the_stock_of_others(scope: Scope, brand: Brand, foreigner: House) -> None:
    receive(foreigner.brand, foreigner.site, foreigner.product, 5)
    actions.expect(foreigner.brand.pk, foreigner.site.pk, foreigner.product.pk, 5, NOW)
    empty = version(scope)
    assert stock(scope).rows == ()
    with pytest.raises(NotFound):
        changes(scope, foreigner.brand.pk, 0)
    # A scope that names the brand of another operator, however it came about, sees nothing of it either.
    mixed = Scope(scope.operator, scope.brands | {foreigner.brand.pk}, scope.role, scope.actor)
    assert (stock(mixed).rows, stock(mixed, brand=foreigner.brand.pk).rows) == ((), ())
    assert (changes(mixed, foreigner.brand.pk, 0).moves, version(mixed)) == ((), empty)
    assert len(stock(foreigner.scope).rows) == 1
    assert changes(scope, brand.pk, 0).moves == ()


def test_the_version_changes_with_everything_that_stock_shows(
    scope: Scope, brand: Brand, site: Site, product: Product
) -> None:
    names = [version(scope)]
    receive(brand, site, product, 5)
    names.append(version(scope))
    actions.expect(brand.pk, site.pk, product.pk, 5, NOW)
    names.append(version(scope))
    assert len(set(names)) == 3
    assert version(scope) == names[-1]


def test_changes_come_in_order_and_a_posting_is_never_cut(
    scope: Scope, brand: Brand, site: Site, product: Product
) -> None:
    shelves = [Shelf(site.pk, product.pk, bin, "", "available") for bin in "abc"]
    for quantity in (1, 2):
        shifts = [Shift(None, shelf, quantity, "receipt") for shelf in shelves]
        actions.post(brand.pk, shifts, at=NOW, actor="user:1")
    actions.post(brand.pk, [Shift(shelves[0], None, 1, "loss")], at=NOW, actor="user:1")
    answers = []
    since, more = 0, True
    while more:
        answer = changes(scope, brand.pk, since, limit=4)
        answers.append([(move.version, move.quantity) for move in answer.moves])
        since, more = answer.version, answer.more
    assert answers == [[(1, 1)] * 3, [(2, 2)] * 3 + [(3, 1)]]
    one = changes(scope, brand.pk, 0, limit=1)
    assert (len(one.moves), one.version, one.more) == (3, 1, True)
    assert changes(scope, brand.pk, 3).version == 3
    last = changes(scope, brand.pk, 2).moves[0]
    wanted = MoveRow(last.id, 3, NOW, "user:1", "loss", "", "", "assam", 1, Place("north", "a", "", "available"), None)
    assert last == wanted


def test_reads_take_the_same_number_of_statements_however_much_there_is(operator: Operator, brand: Brand) -> None:
    from doorstep.core.stock.health import health

    scope = scope_of(operator, brand)
    asks: list[Callable[[], object]] = [
        lambda: stock(scope),
        lambda: version(scope),
        lambda: changes(scope, brand.pk, 0),
        lambda: health(scope, NOW),
    ]
    counts = []
    for code in ("north", "south"):
        site = make_site(operator, code)
        for number in range(1 if code == "north" else 30):
            product = make_product(brand, f"{code}-{number}")
            receive(brand, site, product, 5)
            actions.expect(brand.pk, site.pk, product.pk, 5, NOW)
        counts.append([statements(ask) for ask in asks])
    assert counts[0] == counts[1] == [3, 1, 1, 4]
