"""What is done with stock, one thing at a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from tests.core.stock.ledger import assert_moves_add_up, quantities
from tests.core_fixtures import NOW, House, make_product, make_site

from doorstep.core.stock import actions
from doorstep.core.stock.actions import AdjustReason, Wanted
from doorstep.core.stock.models import Inbound, Level, Move
from doorstep.core.stock.posting import Overtaken, version_of
from doorstep.domain.errors import Conflict, NotEnough, NotFound
from doorstep.domain.ledger import Shelf, Shift, State

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from doorstep.core.accounts.models import Brand
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

DAY = timedelta(days=1)


class Shop:
    """The brand's stock, with what is the same every time left out."""

    def __init__(self, brand: Brand, site: Site, product: Product) -> None:
        self.brand, self.site, self.product = brand.pk, site.pk, product.pk

    def receive(self, quantity: int, bin: str = "", lot: str = "", expires_on: date | None = None, day: int = 0) -> int:
        at = NOW + day * DAY
        return actions.receive(
            self.brand, self.site, self.product, quantity, bin, lot, expires_on, at=at, actor="user:1"
        )

    def reserve(self, quantity: int, reference: str = "order:1") -> int:
        wanted = [Wanted(self.site, self.product, quantity)]
        return actions.reserve(self.brand, wanted, reference, at=NOW, actor="user:1")

    def release(self, reference: str = "order:1") -> int:
        return actions.release(self.brand, reference, at=NOW, actor="user:1")

    def adjust(self, quantity: int, reason: AdjustReason) -> int:
        return actions.adjust(
            self.brand, self.site, self.product, quantity, reason=reason, note="seen", at=NOW, actor="user:1"
        )

    def post(self, *shifts: Shift) -> int:
        return actions.post(self.brand, shifts, at=NOW, actor="user:1")

    def shelf(self, state: State = "available", bin: str = "", lot: str = "") -> Shelf:
        return Shelf(self.site, self.product, bin, lot, state)

    def held(self, state: State) -> dict[str, int]:
        """Units by bin."""
        return {shelf.bin: units for shelf, units in quantities().items() if shelf.state == state}


@pytest.fixture
def shop(brand: Brand, site: Site, product: Product) -> Shop:
    return Shop(brand, site, product)


def test_each_posting_makes_a_version(shop: Shop) -> None:
    assert version_of(shop.brand) == 0
    assert [shop.receive(5), shop.reserve(2), shop.release()] == [1, 2, 3]
    assert list(Move.objects.order_by("id").values_list("version", "reason", "actor")) == [
        (1, "receipt", "user:1"),
        (2, "reservation", "user:1"),
        (3, "release", "user:1"),
    ]
    assert shop.post() == 3


def test_what_expires_first_goes_first_then_what_came_first_then_by_bin(shop: Shop) -> None:
    shop.receive(1, "undated", day=-9)
    shop.receive(1, "late", "l1", date(2027, 1, 1), day=-8)
    shop.receive(1, "soon-b", "l2", date(2026, 6, 1), day=-2)
    shop.receive(1, "soon-a", "l3", date(2026, 6, 1), day=-2)
    shop.receive(1, "soon-old", "l4", date(2026, 6, 1), day=-3)
    order = []
    for number in range(5):
        shop.reserve(1, f"order:{number}")
        (taken,) = Move.objects.filter(reference=f"order:{number}").values_list("source__bin", "target__bin")
        assert taken[0] == taken[1]
        order.append(taken[0])
    assert order == ["soon-old", "soon-a", "soon-b", "late", "undated"]


def test_a_reservation_may_take_from_several_bins_and_keeps_lot_and_date(shop: Shop) -> None:
    shop.receive(3, "a", "l1", date(2026, 5, 1), day=-4)
    shop.receive(3, "b", "l2", day=-2)
    shop.reserve(5)
    rows = Level.objects.filter(state="reserved").order_by("bin")
    assert [(row.bin, row.lot, row.quantity, row.expires_on, row.received_at) for row in rows] == [
        ("a", "l1", 3, date(2026, 5, 1), NOW - 4 * DAY),
        ("b", "l2", 2, None, NOW - 2 * DAY),
    ]


def test_several_references_do_not_share_the_last_units(shop: Shop) -> None:
    shop.receive(3)
    two = [Wanted(shop.site, shop.product, 2)]
    with pytest.raises(NotEnough) as refused:
        actions.reserve_all(shop.brand, {"order:1": two, "order:2": two}, at=NOW, actor="user:1")
    assert (refused.value.code, refused.value.shelf, refused.value.asked) == ("stock_moved", shop.shelf(), 2)
    assert version_of(shop.brand) == 1
    one = [Wanted(shop.site, shop.product, 1)]
    assert actions.reserve_all(shop.brand, {"order:1": two, "order:2": one}, at=NOW, actor="user:1") == 2
    shop.release("order:2")
    assert shop.held("reserved") == {"": 2}


def test_a_release_gives_back_what_is_left_once(shop: Shop) -> None:
    shop.receive(9)
    shop.reserve(4, "order:1")
    shop.reserve(3, "order:2")
    shop.post(Shift(shop.shelf("reserved"), shop.shelf("picked"), 1, "pick", reference="order:1"))
    version = shop.release("order:1")
    assert shop.release("order:1") == version
    assert (shop.held("available"), shop.held("reserved"), shop.held("picked")) == ({"": 5}, {"": 3}, {"": 1})


def test_a_refused_posting_does_nothing_at_all(shop: Shop) -> None:
    shop.receive(2)
    before = quantities()
    fine = Shift(shop.shelf(), shop.shelf("damaged", "new"), 1, "damage")
    with pytest.raises(NotEnough):
        shop.post(fine, Shift(shop.shelf("picked"), None, 1, "dispatch"))
    with pytest.raises(NotEnough):
        shop.post(fine, fine, fine)
    assert (quantities(), Level.objects.count(), Move.objects.count()) == (before, 1, 1)


def test_what_arrives_in_a_posting_cannot_leave_in_it(shop: Shop) -> None:
    with pytest.raises(NotEnough):
        shop.post(Shift(None, shop.shelf(), 1, "found"), Shift(shop.shelf(), shop.shelf("reserved"), 1, "reservation"))


def test_a_posting_reckoned_from_what_is_no_longer_so_does_nothing(shop: Shop) -> None:
    shift = Shift(None, shop.shelf(), 1, "found")
    with pytest.raises(Overtaken):
        actions.post(shop.brand, [shift], at=NOW, actor="user:1", still=lambda: False)
    assert Level.objects.count() == 0


def test_levels_keep_the_age_of_their_oldest_units_until_they_are_empty(shop: Shop) -> None:
    shop.receive(1, day=-5)
    shop.receive(1, day=-1)
    assert Level.objects.get().received_at == NOW - 5 * DAY
    shop.adjust(2, "loss")
    shop.receive(1, day=-2)
    assert Level.objects.get().received_at == NOW - 2 * DAY


@pytest.mark.parametrize(
    ("reason", "quantity", "available", "damaged", "quarantined"),
    [
        ("count", 3, 13, 0, 4),
        ("count", -3, 7, 0, 4),
        ("found", 3, 13, 0, 4),
        ("loss", 3, 7, 0, 4),
        ("damage", 3, 7, 3, 4),
        ("quarantine", 3, 7, 0, 7),
        ("clearance", 3, 13, 0, 1),
    ],
)
def test_adjustments(
    shop: Shop, reason: AdjustReason, quantity: int, available: int, damaged: int, quarantined: int
) -> None:
    shop.receive(14)
    shop.adjust(4, "quarantine")
    shop.adjust(quantity, reason)
    wanted = {"available": available, "damaged": damaged, "quarantined": quarantined}
    assert {shelf.state: units for shelf, units in quantities().items()} == {k: v for k, v in wanted.items() if v}
    assert Move.objects.order_by("id").values_list("reason", "note").last() == (reason, "seen")
    assert_moves_add_up()


def test_an_adjustment_has_a_reason_and_a_quantity(shop: Shop) -> None:
    with pytest.raises(ValueError, match="no reason"):
        shop.adjust(1, "whim")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least one"):
        shop.adjust(0, "count")
    with pytest.raises(ValueError, match="at least one"):
        shop.adjust(-1, "loss")
    with pytest.raises(ValueError, match="at least one"):
        shop.reserve(0)


def test_expected_goods_are_received_once(shop: Shop) -> None:
    inbound = actions.expect(shop.brand, shop.site, shop.product, 10, NOW + DAY)

    def arrive(quantity: int) -> int:
        return actions.receive(shop.brand, shop.site, shop.product, quantity, inbound=inbound, at=NOW, actor="user:1")

    assert arrive(4) == 2  # the announcement was a version, too
    assert (Inbound.objects.get().quantity, Inbound.objects.get().received_at) == (6, None)
    arrive(6)
    assert Inbound.objects.get().received_at == NOW
    with pytest.raises(Conflict):
        arrive(6)
    assert shop.held("available") == {"": 10}
    assert set(Move.objects.values_list("reference", flat=True)) == {f"inbound:{inbound}"}


def test_a_transfer_is_on_its_way_until_it_is_received(shop: Shop, operator: object) -> None:
    south = make_site(operator, "south").pk  # type: ignore[arg-type]
    shop.receive(3, "a", "l1", date(2026, 5, 1), day=-4)
    shop.receive(3, "b", day=-2)
    goods = {shop.product: 5}
    actions.send_transfer(shop.brand, shop.site, south, goods, "7", at=NOW, actor="user:1")
    assert quantities() == {
        Shelf(south, shop.product, "transfer:7", "l1", "in_transit"): 3,
        Shelf(south, shop.product, "transfer:7", "", "in_transit"): 2,
        shop.shelf(bin="b"): 1,
    }

    def arrive(reference: str) -> int:
        return actions.receive_transfer(shop.brand, south, reference, bin="s1", at=NOW + DAY, actor="user:2")

    assert [arrive("7"), arrive("7")] == [4, 4]
    rows = Level.objects.filter(site=south, state="available").order_by("-quantity")
    assert [(row.bin, row.lot, row.quantity, row.expires_on, row.received_at) for row in rows] == [
        ("s1", "l1", 3, date(2026, 5, 1), NOW - 4 * DAY),
        ("s1", "", 2, None, NOW - 2 * DAY),
    ]
    with pytest.raises(NotFound):
        arrive("8")
    with pytest.raises(NotEnough):
        actions.send_transfer(shop.brand, shop.site, south, goods, "9", at=NOW, actor="user:1")
    with pytest.raises(Conflict):
        actions.send_transfer(shop.brand, south, south, goods, "9", at=NOW, actor="user:1")


def test_goods_of_another_brand_cannot_be_touched(shop: Shop, foreigner: House) -> None:
    theirs = Shop(foreigner.brand, foreigner.site, foreigner.product)
    theirs.receive(5)
    for site, product in ((theirs.site, theirs.product), (theirs.site, shop.product), (shop.site, theirs.product)):
        with pytest.raises(NotFound):
            actions.receive(shop.brand, site, product, 1, at=NOW, actor="user:1")
        with pytest.raises(NotFound):
            actions.expect(shop.brand, site, product, 1, NOW)
    with pytest.raises(NotEnough):
        actions.reserve(shop.brand, [Wanted(theirs.site, theirs.product, 1)], "order:1", at=NOW, actor="user:1")
    with pytest.raises(NotEnough):
        shop.post(Shift(theirs.shelf(), None, 1, "loss"))
    theirs.reserve(2)
    assert shop.release("order:1") == 0
    inbound = actions.expect(theirs.brand, theirs.site, theirs.product, 1, NOW)
    with pytest.raises(NotFound):
        actions.receive(shop.brand, shop.site, shop.product, 1, inbound=inbound, at=NOW, actor="user:1")


def test_more_shelves_than_one_statement_names(shop: Shop) -> None:
    shifts = [Shift(None, shop.shelf(bin=f"{number:04}"), 1, "receipt") for number in range(450)]
    others = [make_product_id(shop, number) for number in range(300)]
    shifts += [Shift(None, Shelf(shop.site, other, "", "", "available"), 1, "receipt") for other in others]
    shop.post(*shifts)
    assert len(quantities()) == 750


def make_product_id(shop: Shop, number: int) -> int:
    from doorstep.core.accounts.models import Brand

    return make_product(Brand.objects.get(pk=shop.brand), f"sku-{number}").pk


@pytest.mark.parametrize("bins", [1, 3, 9])
def test_a_posting_takes_as_many_statements_whatever_it_moves(
    shop: Shop, bins: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for bin in range(bins):
        shop.receive(5, str(bin))
    shop.reserve(5 * bins)
    shop.release()
    # A savepoint is 2; choice, locks, levels, clock and moves are 1 each. PostgreSQL takes the savepoint with the
    # locks, and lets it go with levels, clock and moves: the clock is locked for no longer than one message.
    with django_assert_num_queries(3 if connection.vendor == "postgresql" else 7):
        shop.reserve(5 * bins)
