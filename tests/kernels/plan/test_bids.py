"""What weighs on a choice beside its cost. Amounts of the scenes in cents."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from tests.kernels.plan.builders import Shape, problem
from tests.kernels.plan.scenes import (
    PARIS,
    brand,
    call,
    carton,
    cents,
    order,
    product,
    rate,
    scene,
    service,
    site,
    zone,
)

from doorstep.domain.bids import BidPrice, BidPrices, CommitmentPrice, SpeedValue
from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanParams, PlanResult, plan
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.run import Run

SHAPES = {
    "few": Shape(),
    "tight": Shape(orders=14, stock=2, capacity=0.9),
    "large orders": Shape(orders=5, lines=9, products=12, stock=9, many=0.3),
    "wishes": Shape(orders=10, wishes=0.6, faults=0.3),
}
CASES = [(name, seed) for name in SHAPES for seed in range(6)]


def random_bids(rng: Random, asked: PlanProblem, commitments: bool = True) -> BidPrices:
    """Some of everything that may weigh."""
    offers = asked.tariff.services
    rows = [BidPrice(s.site, p.sku, "", rng.randint(0, 9_000_000)) for s in asked.sites for p in asked.products]
    rows += [BidPrice(s.site, price_micros=rng.randint(0, 3_000_000)) for s in asked.sites]
    rows += [BidPrice(s.site, "", v.service, rng.randint(0, 3_000_000)) for s in asked.sites for v in offers]
    kept = tuple(one for one in rows if rng.random() < 0.6)
    speed = [SpeedValue("", rng.randint(0, 800_000)), SpeedValue(asked.orders[0].order, rng.randint(0, 4_000_000))]
    if not commitments:
        return BidPrices(kept, (), tuple(speed[: rng.randint(0, 2)]))
    prices = [CommitmentPrice(one, "", rng.randint(-2_000_000, 900_000)) for one in {one.carrier for one in offers}]
    prices += [CommitmentPrice(one.carrier, one.service, rng.randint(-900_000, 900_000)) for one in offers]
    return BidPrices(kept, tuple(prices), tuple(speed[: rng.randint(0, 2)]))


def weighed(name: str, seed: int) -> PlanProblem:
    asked = problem(Random(f"{name} {seed}"), SHAPES[name])
    return replace(asked, bid_prices=random_bids(Random(f"bids {name} {seed}"), asked))


def alone(asked: PlanProblem, at: int, bids: BidPrices | None = None) -> PlanResult:
    """Plan one order of a problem by itself."""
    return plan(replace(asked, orders=(asked.orders[at],), bid_prices=bids), run=Run(iterations=0))


@pytest.mark.parametrize("may_leave", [False, True])
@pytest.mark.parametrize(("name", "seed"), CASES)
def test_the_verifier_accepts_what_is_weighed_and_the_bound_holds(name: str, seed: int, may_leave: bool) -> None:
    asked = weighed(name, seed)
    assert asked.bid_prices is not None
    asked = replace(asked, bid_prices=replace(asked.bid_prices, may_leave=may_leave))
    result = plan(asked)
    assert check(asked, result.plan) == ()
    assert result.lower_bound_minor <= result.plan.figures.weighed_minor
    altered = replace(result.plan, figures=replace(result.plan.figures, bids_minor=1 + result.plan.figures.bids_minor))
    assert any("weigh" in fault for fault in check(asked, altered))


@pytest.mark.parametrize(("name", "seed"), CASES[::2])
def test_the_bound_is_below_what_the_plan_without_prices_weighs(name: str, seed: int) -> None:
    """Any plan is a plan of the weighed problem; the verifier says what it weighs there."""
    asked = weighed(name, seed)
    other = plan(replace(asked, bid_prices=None)).plan
    faults = check(asked, other)
    assert len(faults) <= 1
    weight = int(faults[0].split(" weigh ")[1].split(" ")[0]) if faults else 0
    assert plan(asked).lower_bound_minor <= other.figures.objective_minor + weight


@pytest.mark.parametrize("seed", range(4))
def test_prices_of_nothing_change_nothing(seed: int) -> None:
    asked = problem(Random(seed), SHAPES["tight"])
    bids = BidPrices(
        tuple(BidPrice(s.site, p.sku) for s in asked.sites for p in asked.products),
        tuple(CommitmentPrice(one) for one in {one.carrier for one in asked.tariff.services}),
        (SpeedValue(),),
    )
    without, beside = plan(asked), plan(replace(asked, bid_prices=bids))
    assert beside.plan == without.plan
    assert beside.lower_bound_minor == without.lower_bound_minor
    assert list(beside.decisions()) == list(without.decisions())


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_an_order_is_left_for_no_price_that_would_be_served_without(name: str, seed: int) -> None:
    asked = problem(Random(f"{name} {seed}"), SHAPES[name])
    bids = random_bids(Random(seed), asked, commitments=False)
    dear = replace(bids, rows=tuple(replace(one, price_micros=500 * one.price_micros) for one in bids.rows))
    for at in range(min(4, len(asked.orders))):
        own = replace(dear, speed=tuple(one for one in dear.speed if not one.order))
        assert alone(asked, at, own).plan.figures.planned == alone(asked, at).plan.figures.planned


@pytest.mark.parametrize(("name", "seed"), CASES[::2])
def test_a_dearer_row_is_never_used_more_by_an_order_alone(name: str, seed: int) -> None:
    asked, rng = problem(Random(f"{name} {seed}"), SHAPES[name]), Random(seed)
    row = rng.choice(asked.stock)
    used = []
    for price in (0, 200_000, 1_000_000, 4_000_000, 60_000_000):
        one = alone(asked, 0, BidPrices((BidPrice(row.site, row.sku, "", price),)))
        parcels = [parcel for parcel in one.plan.parcels if parcel.site == row.site]
        used.append(sum(goods.quantity for parcel in parcels for goods in parcel.contents if goods.sku == row.sku))
    assert used == sorted(used, reverse=True)


def near_and_far(*names: str, unplanned: float = 10_000) -> PlanProblem:
    """A mug in Berlin and one in Hamburg, for Germans at 500 and 520; only Berlin's goes to France, for 900."""
    sites = [site("berlin"), site("hamburg")]
    orders = [order("german", "mug"), order("french", "mug", place=PARIS)]
    return scene(
        [one for one in orders if one.order in names],
        {"berlin": {"mug": 1}, "hamburg": {"mug": 1}},
        sites=sites,
        services=[service("post"), service("round")],
        zones=[zone("post", "DE", "DE", "home"), zone("post", "DE", "FR", "abroad"), zone("round", "DE", "DE", "all")],
        rates=[rate("post", 500, name="home"), rate("post", 900, name="abroad"), rate("round", 520, name="all")],
        collections=[call("berlin", "post"), call("hamburg", "round")],
        brand=brand(unplanned=unplanned),
    )


def test_scarce_stock_is_kept_for_who_needs_it() -> None:
    bids = BidPrices((BidPrice("berlin", "mug", "", cents(30)),))
    asked = near_and_far("german")
    (near,), (kept,) = plan(asked).plan.parcels, plan(replace(asked, bid_prices=bids)).plan.parcels
    assert (near.site, near.cost.total_minor) == ("berlin", 500)
    assert (kept.site, kept.cost.total_minor) == ("hamburg", 520)  # 520 against 500 + 30
    figures = plan(replace(asked, bid_prices=bids)).plan.figures
    assert (figures.objective_minor, figures.bids_minor, figures.weighed_minor) == (520, 0, 520)


def test_a_price_below_the_difference_changes_nothing_but_is_told() -> None:
    asked = replace(near_and_far("german"), bid_prices=BidPrices((BidPrice("berlin", "mug", "", cents(19)),)))
    result = plan(asked)
    (parcel,), (decision,) = result.plan.parcels, result.decisions()
    assert (parcel.site, result.plan.figures.bids_minor, result.lower_bound_minor) == ("berlin", 19, 519)
    assert [(one.what, one.amount_minor) for one in decision.weights] == [("1 x mug at berlin", 19)]
    assert decision.cost_minor == 500
    assert decision.flip is not None
    assert decision.flip.amount.startswith("more than 0.01 ")  # 520 against 519


def test_what_lost_by_its_weight_says_so() -> None:
    asked = replace(near_and_far("german"), bid_prices=BidPrices((BidPrice("berlin", "mug", "", cents(30)),)))
    (decision,) = plan(asked).decisions()
    lost = {one.option: one for one in decision.rejected}["berlin by post in box"]
    assert lost.cost_minor == 500
    assert lost.constraint == "it would use 1 x mug at berlin, worth 0.30 to later orders"
    assert decision.weights == ()


def test_an_order_is_left_for_a_price_only_where_that_is_asked_for() -> None:
    dear = BidPrices((BidPrice("berlin", "mug", "", cents(2_000)),))
    asked = near_and_far("french", unplanned=1_000)
    assert plan(replace(asked, bid_prices=dear)).plan.figures.planned == 1
    left = plan(replace(asked, bid_prices=replace(dear, may_leave=True)))
    assert left.plan.figures.planned == 0
    assert left.lower_bound_minor == 1_000
    assert check(replace(asked, bid_prices=replace(dear, may_leave=True)), left.plan) == ()


def test_an_order_that_costs_more_than_leaving_it_is_left_at_any_price() -> None:
    dear = BidPrices((BidPrice("berlin", "mug", "", cents(2_000)),))
    result = plan(replace(near_and_far("french", unplanned=800), bid_prices=dear))
    assert result.plan.figures.planned == 0
    assert result.plan.unplanned[0].reason == "costs_more_than_unplanned"
    assert result.plan.figures.weighed_minor == result.lower_bound_minor


def two_services(days: tuple[int, int]) -> PlanProblem:
    return scene(
        [order("o", "mug")],
        {"berlin": {"mug": 1}},
        services=[service("slow", days=(days[0], days[0])), service("fast", days=(days[1], days[1]))],
        rates=[rate("slow", 500), rate("fast", 560)],
    )


def chosen(asked: PlanProblem, bids: BidPrices) -> tuple[str, int, int]:
    result = plan(replace(asked, bid_prices=bids))
    assert check(replace(asked, bid_prices=bids), result.plan) == ()
    return result.plan.parcels[0].service, result.plan.figures.objective_minor, result.plan.figures.bids_minor


def test_a_commitment_draws_parcels_to_its_carrier_as_far_as_it_is_worth() -> None:
    asked = two_services((2, 2))
    assert chosen(asked, BidPrices(commitments=(CommitmentPrice("fast", "", cents(-59)),))) == ("slow", 500, 0)
    assert chosen(asked, BidPrices(commitments=(CommitmentPrice("fast", "", cents(-61)),))) == ("fast", 560, -61)
    both = (CommitmentPrice("fast", "", cents(-40)), CommitmentPrice("fast", "fast", cents(-30)))
    assert chosen(asked, BidPrices(commitments=both)) == ("fast", 560, -70)


def test_days_earlier_are_bought_as_far_as_they_are_worth() -> None:
    asked = two_services((3, 1))  # Monday's order: promised on Thursday or Tuesday, so 3 days or 1 day
    assert chosen(asked, BidPrices(speed=(SpeedValue("", cents(29)),))) == ("slow", 500, 3 * 29)
    assert chosen(asked, BidPrices(speed=(SpeedValue("", cents(31)),))) == ("fast", 560, 31)
    own = (SpeedValue("", cents(31)), SpeedValue("o", cents(5)))
    assert chosen(asked, BidPrices(speed=own)) == ("slow", 500, 15)


def test_room_has_its_price_by_order_and_by_parcel() -> None:
    asked = near_and_far("german")
    assert chosen(asked, BidPrices((BidPrice("berlin", price_micros=cents(21)),)))[0] == "round"
    assert chosen(asked, BidPrices((BidPrice("berlin", "", "post", cents(21)),)))[0] == "round"
    assert chosen(asked, BidPrices((BidPrice("berlin", "", "post", cents(19)),))) == ("post", 500, 19)


@pytest.mark.parametrize(
    "bids",
    [
        BidPrices((BidPrice("nowhere", "mug"),)),
        BidPrices((BidPrice("berlin", "unheard-of"),)),
        BidPrices((BidPrice("berlin", "mug", "post"),)),
        BidPrices((BidPrice("berlin", "mug", "", -1),)),
        BidPrices((BidPrice("berlin", "mug"), BidPrice("berlin", "mug"))),
        BidPrices(commitments=(CommitmentPrice("unheard-of"),)),
        BidPrices(commitments=(CommitmentPrice("post", "round"),)),
        BidPrices(speed=(SpeedValue("unheard-of", 1),)),
        BidPrices(speed=(SpeedValue("", -1),)),
    ],
)
def test_names_unknown_and_prices_below_nothing_are_refused(bids: BidPrices) -> None:
    with pytest.raises(InvalidProblem):
        replace(near_and_far("german"), bid_prices=bids)


def test_the_bound_of_an_order_of_which_not_all_partitions_are_known_holds_for_those_it_has() -> None:
    """Three goods of which two may not travel together, in a carton for one or the other and the third."""
    goods = [
        product("a", (150, 150, 150)),
        product("b", (100, 100, 100), hazmat="3"),
        product("c", (99, 99, 99), hazmat="5"),
    ]
    cartons, stock = [carton("box", (260, 160, 160))], {"berlin": {"a": 5, "b": 5, "c": 5}}
    asked = scene([order("o", "a", "b", "c")], stock, goods, cartons=cartons)
    asked = replace(asked, bid_prices=BidPrices((BidPrice("berlin", price_micros=cents(5_000)),)))
    some, whole = (plan(asked, PlanParams(max_parcels=2, exact_atoms=n, exact_atoms_of_few=n)) for n in (1, 8))
    assert whole.plan.figures.planned == 1
    assert some.plan.figures.planned == 0
    assert some.lower_bound_minor <= whole.plan.figures.weighed_minor
