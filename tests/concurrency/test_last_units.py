"""Many at once, with real threads on a real PostgreSQL. SQLite has one writer at a time and cannot show any of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from tests.core.stock.ledger import assert_moves_add_up, quantities
from tests.core_fixtures import NOW, make_product

from doorstep.core.stock import actions
from doorstep.core.stock.actions import NotEnough, Wanted
from doorstep.core.stock.models import Move
from doorstep.core.stock.queries import changes
from doorstep.domain.ledger import Shelf, Shift
from doorstep.domain.rights import Scope

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

STORM = os.environ.get("DOORSTEP_STORM") == "1"
ROUNDS = 50 if STORM else 5
CROSSINGS = 500 if STORM else 100
PATIENCE_S = 60.0
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def postgresql(transactional_db: None) -> Iterator[None]:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    yield
    assert_moves_add_up()


def crowd(tasks: Sequence[Callable[[], object]]) -> list[object]:
    """Run each task in a thread of its own, all from the same moment; gives what each returned or raised."""
    start = Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE_S)
            return task()
        except Exception as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def test_the_last_ten_units_go_to_ten_of_sixty_four(brand: Brand, site: Site) -> None:
    for number in range(ROUNDS):
        product = make_product(brand, f"sku-{number}").pk
        for bin, quantity in (("a", 4), ("b", 3), ("c", 3)):
            actions.receive(brand.pk, site.pk, product, quantity, bin, at=NOW, actor="user:1")

        def take(order: int, product: int = product) -> int:
            wanted = [Wanted(site.pk, product, 1)]
            return actions.reserve(brand.pk, wanted, f"order:{order}", at=NOW, actor="user:1")

        answers = crowd([lambda order=order: take(order) for order in range(64)])  # type: ignore[misc]
        versions = [answer for answer in answers if isinstance(answer, int)]
        refused = [answer for answer in answers if isinstance(answer, NotEnough)]
        assert (len(versions), len(refused)) == (10, 54), [one for one in answers if one not in versions + refused]
        assert len(set(versions)) == 10
        held = {shelf: units for shelf, units in quantities().items() if shelf.product == product}
        assert {shelf.bin: units for shelf, units in held.items()} == {"a": 4, "b": 3, "c": 3}
        assert {shelf.state for shelf in held} == {"reserved"}


def test_a_reservation_released_by_many_is_given_back_once(brand: Brand, site: Site, product: Product) -> None:
    actions.receive(brand.pk, site.pk, product.pk, 10 * ROUNDS, at=NOW, actor="user:1")
    for number in range(ROUNDS):
        for order in (f"order:{number}a", f"order:{number}b"):
            wanted = [Wanted(site.pk, product.pk, 5)]
            actions.reserve(brand.pk, wanted, order, at=NOW, actor="user:1")
        reference = f"order:{number}a"
        answers = crowd([lambda r=reference: actions.release(brand.pk, r, at=NOW, actor="user:1")] * 8)  # type: ignore[misc]
        assert all(isinstance(answer, int) for answer in answers), answers
        held = sum(units for shelf, units in quantities().items() if shelf.state == "reserved")
        assert held == 5 * (number + 1)


def test_moving_crosswise_over_the_same_levels_never_deadlocks(brand: Brand, site: Site, product: Product) -> None:
    def shelf(bin: str) -> Shelf:
        return Shelf(site.pk, product.pk, bin, "", "available")

    bins = "abcde"
    for bin in bins:
        actions.receive(brand.pk, site.pk, product.pk, 10 * CROSSINGS, bin, at=NOW, actor="user:1")
    together = Barrier(4)  # two each way: those who wait for a third are let go together, and meet

    def cross(bins: str) -> int:
        for number in range(CROSSINGS):
            together.wait(PATIENCE_S)
            ways = list(zip(bins, bins[1:] + bins[:1], strict=True))
            shifts = [Shift(shelf(source), shelf(target), 1, "count") for source, target in ways]
            if number % 4 == 0:  # now and then levels that are not there yet, for which one waits for the other
                shifts += [Shift(shelf(bin), shelf(f"{bin}{number}"), 1, "count") for bin in bins]
            actions.post(brand.pk, shifts, at=NOW, actor="user:1")
        return CROSSINGS

    assert crowd([lambda: cross(bins), lambda: cross(bins[::-1])] * 2) == [CROSSINGS] * 4
    assert sum(quantities().values()) == 10 * len(bins) * CROSSINGS


def test_readers_of_changes_miss_nothing_and_see_versions_in_order(
    brand: Brand, site: Site, product: Product, scope: Scope
) -> None:
    writers, postings = 8, 200 if STORM else 25
    over = Event()

    def write(writer: int) -> None:
        for number in range(postings):
            shelves = [Shelf(site.pk, product.pk, f"{writer}.{part}", "", "available") for part in "ab"]
            shifts = [Shift(None, shelf, 1, "receipt", reference=f"{writer}:{number}") for shelf in shelves]
            actions.post(brand.pk, shifts, at=NOW, actor=f"user:{writer}")

    def read() -> list[tuple[int, str]]:
        seen: list[tuple[int, str]] = []
        since = 0
        while True:
            last = over.is_set()  # asked before reading: what was committed by then is read now
            answer = changes(scope, brand.pk, since, limit=7)
            seen += [(move.version, move.reference) for move in answer.moves]
            since = answer.version
            if last and not answer.more:
                return seen

    def write_all() -> None:
        try:
            problems = [one for one in crowd([lambda w=w: write(w) for w in range(writers)]) if one]  # type: ignore[misc]
            assert problems == []
        finally:
            over.set()

    none, *readings = crowd([write_all, read, read, read])
    assert none is None
    truth = list(Move.objects.order_by("version", "id").values_list("version", "reference"))
    assert len(truth) == 2 * writers * postings
    assert [version for version, _ in truth] == [1 + number // 2 for number in range(len(truth))]
    assert all(seen == truth for seen in readings)
