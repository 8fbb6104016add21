"""Bid prices in the record: learned after the day's planning, and heeded by orders that are decided one at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.record.brand import NOW
from tests.record.scarce import DAY, scarce, scarce_folder, stocked, teapot

from doorstep.core.accounts.models import Brand
from doorstep.core.decisions.models import Decision
from doorstep.core.learned import bids
from doorstep.core.learned.models import Bids
from doorstep.core.orders.models import Order
from doorstep.core.stock.models import Level
from doorstep.domain.bids import BidPrice
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import learn_bids as flow
from doorstep.flows.accept import Accepted, accept_order
from doorstep.flows.bids import USED_FOR, Heeded, bids_in_force, with_bids
from doorstep.flows.learn_bids import AGAIN_AFTER, APART, KEPT_FOR, learn_bids, learn_next_bids
from doorstep.flows.order_quoted import accept_quoted
from doorstep.flows.plan_day import plan_day
from doorstep.flows.plan_now import plan_now
from doorstep.flows.quote import Quoted, accept_quote, quote_cart
from doorstep.flows.standing import cart_problem, forget, standing
from doorstep.kernels.plan.plan import PlanProblem, PlanResult
from doorstep.kernels.plan.plan import plan as real
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db
Shop = tuple[Scope, int]
TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return scarce(tmp_path / "brand")


def site(accepted: Accepted) -> str:
    (parcel,) = accepted.parcels
    return parcel.site


def kept(brand: int) -> list[tuple[Any, ...]]:
    return list(Bids.objects.filter(brand_id=brand).order_by("learned_at").values_list("learned_at", "rows"))


def price(brand: int) -> int:
    """The price of a teapot in Berlin, as it was learned last."""
    rows = {(at, sku): micros for at, sku, _, micros in kept(brand)[-1][1]}
    return int(rows.get(("berlin", "teapot"), 0))


class TestScarceStock:
    def test_is_taken_by_who_comes_first_where_nothing_was_learned(self, shop: Shop) -> None:
        assert site(accept_order(*shop, teapot("S"), now=NOW)) == "berlin"
        assert accept_order(*shop, teapot("E", "express"), now=NOW).state == "open"

    def test_is_kept_for_the_order_that_needs_it(self, shop: Shop) -> None:
        learned = learn_bids(*shop, now=NOW)
        assert [(one.site, one.sku) for one in learned.rows] == [("berlin", "teapot")]
        assert site(accept_order(*shop, teapot("S"), now=NOW)) == "munich"
        assert site(accept_order(*shop, teapot("E", "express"), now=NOW)) == "berlin"

    def test_is_kept_by_who_is_planned_by_himself(self, shop: Shop) -> None:
        learn_bids(*shop, now=NOW)
        waiting = Order.objects.get(code="P-1-4")  # by standard
        done = plan_now(*shop, waiting.pk, now=NOW)
        assert [one.site for one in done.parcels] == ["munich"]
        assert Decision.objects.get(order=waiting).record["bid_prices"] == {"learned_at": NOW.isoformat()}

    def test_is_kept_by_carts_and_the_cost_told_is_money(self, shop: Shop) -> None:
        cart = teapot("")
        near = quote_cart(*shop, cart, now=NOW).options[0]
        learn_bids(*shop, now=NOW)
        far = quote_cart(*shop, cart, now=NOW).options[0]
        assert [one.parcels[0].site for one in (near, far)] == ["berlin", "munich"]
        for one in (near, far):
            assert one.cost_minor == sum(parcel.cost.total_minor for parcel in one.parcels) < 800

    def test_that_a_shopper_was_quoted_is_given_as_quoted(self, shop: Shop) -> None:
        scope, brand = shop
        quoted: Quoted = quote_cart(*shop, teapot(""), now=NOW)
        accept_quote(scope, quoted.pk, 0, now=NOW)
        learn_bids(*shop, now=NOW)  # between the quote and its order
        ordered = accept_quoted(scope, brand, teapot("Q"), quoted.pk, now=NOW)
        assert site(ordered) == "berlin"
        assert Decision.objects.get().cost_minor == quoted.options[0].cost_minor

    def test_is_quoted_and_ordered_alike_under_prices(self, shop: Shop) -> None:
        scope, brand = shop
        learn_bids(*shop, now=NOW)
        quoted = quote_cart(*shop, teapot(""), now=NOW)
        accept_quote(scope, quoted.pk, 0, now=NOW)
        assert site(accept_quoted(scope, brand, teapot("Q"), quoted.pk, now=NOW)) == "munich"

    def test_is_not_kept_once_there_is_enough(self, shop: Shop) -> None:
        _, brand = shop
        stocked(brand, 400, 400)
        assert learn_bids(*shop, now=NOW).rows == ()
        assert kept(brand) == [(NOW, [])]
        assert site(accept_order(*shop, teapot("S"), now=NOW)) == "berlin"
        assert "bid_prices" not in Decision.objects.get().record

    def test_of_an_order_that_only_it_can_serve_is_given_at_any_price(self, shop: Shop) -> None:
        learn_bids(*shop, now=NOW)
        Bids.objects.update(rows=[["berlin", "teapot", "", 10**12]])
        Level.objects.filter(site__code="munich", product__sku="teapot").update(quantity=0)
        forget()
        assert site(accept_order(*shop, teapot("S"), now=NOW)) == "berlin"

    def test_a_batch_is_decided_together_without_them(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        from doorstep.flows import plan_day as day

        learn_bids(*shop, now=NOW)
        seen: list[PlanProblem] = []

        def watched(problem: PlanProblem, *how: Any) -> PlanResult:
            seen.append(problem)
            return real(problem, *how)

        monkeypatch.setattr(day, "plan", watched)
        plan_day(*shop, now=NOW, run=Run())
        assert [one.bid_prices for one in seen] == [None]


class TestUse:
    def test_ends_after_some_days(self, shop: Shop) -> None:
        _, brand = shop
        learn_bids(*shop, now=NOW - USED_FOR)
        assert bids_in_force(brand, NOW) is not None
        assert bids_in_force(brand, NOW + timedelta(seconds=1)) is None
        assert bids_in_force(brand, NOW - USED_FOR - timedelta(seconds=1)) is None  # by a clock that is behind
        Bids.objects.update(learned_at=NOW - USED_FOR - timedelta(seconds=1))
        assert site(accept_order(*shop, teapot("S"), now=NOW)) == "berlin"

    def test_goes_on_where_a_clock_that_was_ahead_wrote_others(self, shop: Shop) -> None:
        scope, brand = shop
        learn_bids(*shop, now=NOW)
        Bids.objects.create(brand_id=brand, learned_at=NOW + timedelta(days=30), learned_by="x", orders=1, rows=[])
        in_force = bids_in_force(brand, NOW)
        assert in_force is not None
        assert in_force.learned_at == NOW
        assert site(accept_order(*shop, teapot("S"), now=NOW)) == "munich"
        later = NOW + AGAIN_AFTER + TEN_MINUTES
        assert bids.due(later - AGAIN_AFTER, later) == ((scope.operator, brand),)

    def test_of_what_is_held_in_memory_ends_as_well(self, shop: Shop) -> None:
        held = Heeded(NOW, (), {"teapot": (BidPrice("berlin", "teapot", "", 1),)})
        scope, brand = shop
        bare = cart_problem(standing(scope.operator, brand, NOW, {"teapot"}), teapot("S"), NOW)
        for at in (NOW - timedelta(seconds=1), NOW + USED_FOR + timedelta(seconds=1)):
            assert with_bids(bare, held, at) is bare
        assert with_bids(bare, held, NOW + USED_FOR).bid_prices is not None

    def test_is_switched_off_and_on_for_a_brand(self, shop: Shop) -> None:
        scope, brand = shop
        learn_bids(*shop, now=NOW)
        assert bids.heeded(scope, brand)
        assert bids.set_heeded(brand, False)
        assert not bids.set_heeded(brand, False)
        assert bids_in_force(brand, NOW) is None
        assert site(accept_order(*shop, teapot("S"), now=NOW)) == "berlin"
        assert bids.set_heeded(brand, True)
        assert bids_in_force(brand, NOW) is not None

    def test_passes_over_what_is_not_there_any_more(self, shop: Shop) -> None:
        learn_bids(*shop, now=NOW)
        (row,) = Bids.objects.all()
        gone = [["venice", "teapot", "", 9], ["berlin", "samovar", "", 9], ["berlin", "", "pigeon", 9]]
        Bids.objects.update(rows=[*gone, *row.rows])
        assert site(accept_order(*shop, teapot("S"), now=NOW)) == "munich"


class TestAnotherOperator:
    """Another operator serves the same brand, with plenty of everything."""

    @pytest.fixture
    def other(self, shop: Shop, tmp_path: Path) -> Shop:  # noqa: ARG002
        return scarce(tmp_path / "brand", 400, 400, "south")

    def test_heeds_nobody_elses_prices(self, shop: Shop, other: Shop) -> None:
        learn_bids(*shop, now=NOW)
        assert bids_in_force(other[1], NOW) is None
        assert site(accept_order(*other, teapot("S"), now=NOW)) == "berlin"
        assert learn_bids(*other, now=NOW).rows == ()
        assert site(accept_order(*shop, teapot("S"), now=NOW)) == "munich"

    def test_sees_and_learns_none(self, shop: Shop, other: Shop) -> None:
        learn_bids(*shop, now=NOW)
        (shown,) = bids.shown(shop[0], NOW - USED_FOR, NOW)
        assert (shown.brand, shown.currency, shown.heeded, len(shown.learned.rows)) == ("tea", "EUR", True, 1)
        assert bids.shown(other[0], NOW - USED_FOR, NOW) == ()
        assert not bids.heeded(other[0], shop[1])
        stolen = replace(
            other[0], brands=frozenset({shop[1]})
        )  # a scope that names a brand which is not its operator's
        assert bids.shown(stolen, NOW - USED_FOR, NOW) == ()
        with pytest.raises(NotFound):
            learn_bids(other[0], shop[1], now=NOW)


class TestLearning:
    def test_a_second_time_at_an_instant_does_nothing(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        first = learn_bids(*shop, now=NOW)
        monkeypatch.setattr(flow, "next_bids", None)  # it is not asked again
        assert learn_bids(*shop, now=NOW) == first
        assert len(kept(shop[1])) == 1

    def test_often_does_not_move_prices(self, shop: Shop) -> None:
        _, brand = shop
        learn_bids(*shop, now=NOW)
        stocked(brand, 400, 400)
        learn_bids(*shop, now=NOW + APART)
        half = price(brand)
        for n in range(1, 4):
            learn_bids(*shop, now=NOW + APART + n * TEN_MINUTES)
        (_, first), *_, (_, last) = kept(brand)
        assert [row[3] for row in first] == [2 * half]
        assert last == [["berlin", "teapot", "", half]]

    def test_prices_fade_when_nothing_is_short_any_more(self, shop: Shop) -> None:
        _, brand = shop
        learn_bids(*shop, now=NOW)
        stocked(brand, 400, 400)
        prices = [price(brand)]
        for n in range(1, 5):
            learn_bids(*shop, now=NOW + n * APART)
            prices.append(price(brand))
        assert prices == sorted(prices, reverse=True)
        assert 0 < prices[-1] <= prices[0] / 14

    def test_goes_on_when_nothing_is_open_any_more(self, shop: Shop) -> None:
        scope, brand = shop
        stocked(brand, 25, 40)
        done = plan_day(scope, brand, now=NOW, run=Run())
        assert (done.planned, done.unplanned) == (24, 0)
        assert not Order.objects.filter(state="open").exists()
        assert learn_bids(*shop, now=NOW).orders == 24
        assert price(brand) > 0  # one teapot is left there for those to come

    def test_counts_no_order_that_was_cancelled_nor_one_yet_to_come(self, shop: Shop) -> None:
        Order.objects.filter(code__startswith="P-1").update(state="cancelled", reason="other")
        Order.objects.filter(code__startswith="P-2").update(placed_at=NOW)
        Order.objects.filter(code="P-3-0").update(placed_at=NOW - 8 * DAY)
        assert learn_bids(*shop, now=NOW).orders == 11

    def test_of_a_brand_without_orders_finds_nothing(self, shop: Shop) -> None:
        found = learn_bids(*shop, now=NOW + 30 * DAY)
        assert (found.orders, found.rows) == (0, ())

    def test_reads_the_newest_of_many_orders_and_their_pace(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = learn_bids(*shop, now=NOW)
        monkeypatch.setattr(flow, "MOST_READ", 12)
        part = learn_bids(*shop, now=NOW + timedelta(seconds=1))
        assert (whole.orders, part.orders) == (24, 12)
        assert price(shop[1]) == pytest.approx(whole.rows[0].price_micros, rel=0.25)

    def test_forgets_prices_after_a_while(self, shop: Shop) -> None:
        for at in (NOW - KEPT_FOR - DAY, NOW - DAY, NOW):
            learn_bids(*shop, now=at)
        assert [at for at, _ in kept(shop[1])] == [NOW - DAY, NOW]

    def test_costs_the_database_the_same_for_many(self, tmp_path: Path) -> None:
        counts = []
        for operator, days in (("few", 1), ("many", 6)):
            folder = scarce_folder(tmp_path / operator, express=10, days=days)
            scope, brand = scarce(folder, operator=operator)
            learn_bids(scope, brand, now=NOW - TEN_MINUTES)
            with CaptureQueriesContext(connection) as asked:
                learn_bids(scope, brand, now=NOW)
            counts.append(len(asked))
        assert counts[0] == counts[1] <= 40

    def test_costs_an_order_nothing(self, shop: Shop) -> None:
        costs = []
        stocked(shop[1], 10, 40)
        for n in range(3):
            if n == 2:
                learn_bids(*shop, now=NOW)
                assert site(accept_order(*shop, teapot("warm"), now=NOW)) == "munich"
            with CaptureQueriesContext(connection) as asked:
                accept_order(*shop, teapot(f"S-{n}"), now=NOW)
            costs.append(len(asked))
        assert costs[1] == costs[2]


class TestChore:
    def test_learns_of_one_brand_a_turn_the_oldest_first(self, shop: Shop, tmp_path: Path) -> None:
        other = scarce(tmp_path / "brand", operator="south")
        assert [learn_next_bids(NOW + n * TEN_MINUTES) for n in range(3)] == [1, 1, 0]
        assert [at for at, _ in (*kept(shop[1]), *kept(other[1]))] == [NOW, NOW + TEN_MINUTES]

    def test_learns_again_when_prices_are_old(self, shop: Shop) -> None:
        _, brand = shop
        assert learn_next_bids(NOW) == 1
        assert learn_next_bids(NOW + AGAIN_AFTER) == 0
        assert learn_next_bids(NOW + AGAIN_AFTER + TEN_MINUTES) == 1
        assert [at for at, _ in kept(brand)] == [NOW, NOW + AGAIN_AFTER + TEN_MINUTES]
        assert set(Bids.objects.values_list("learned_by", flat=True)) == {"system"}

    def test_passes_over_who_heeds_none_or_sells_nothing(self, shop: Shop) -> None:
        _, brand = shop
        assert learn_next_bids(NOW + 30 * DAY) == 0
        bids.set_heeded(brand, False)
        assert learn_next_bids(NOW) == 0
        assert kept(brand) == []

    def test_goes_on_after_one_that_fails(
        self, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        other = scarce(tmp_path / "brand", operator="south")
        learn = learn_bids

        def fails(scope: Scope, brand: int, **how: Any) -> object:
            if brand == shop[1]:
                raise OverflowError("a price beyond all numbers")
            return learn(scope, brand, **how)

        monkeypatch.setattr(flow, "learn_bids", fails)
        assert learn_next_bids(NOW) == 1
        assert (len(kept(shop[1])), len(kept(other[1]))) == (0, 1)
        assert f"no bid prices are learned of brand {shop[1]}" in caplog.text


def test_a_brand_heeds_prices_unless_it_says_otherwise(shop: Shop) -> None:
    assert Brand.objects.get(pk=shop[1]).heeds_bids
