"""Days small enough to be reckoned by hand; amounts in cents."""

from __future__ import annotations

from tests.kernels.plan.scenes import (
    BERLIN,
    HAMBURG,
    MUNICH,
    PARIS,
    brand,
    carton,
    day,
    order,
    product,
    rate,
    scene,
    service,
    site,
    surcharge,
    zone,
)

from doorstep.kernels.plan.plan import PlanResult, plan
from doorstep.kernels.plan.problem import PlanProblem


def solved(problem: PlanProblem, objective: int) -> PlanResult:
    """The plan, which must cost so much and be proven to be the least."""
    result = plan(problem)
    assert result.plan.figures.objective_minor == objective
    assert result.lower_bound_minor == objective
    return result


def sent(result: PlanResult) -> list[tuple[str, str, str, str]]:
    return [(one.orders[0], one.site, one.carton, one.service) for one in result.plan.parcels]


def test_the_cheapest_service_takes_a_parcel() -> None:
    # 20 an order + 3 x 5 a unit + 30 for the box + 400 by the cheap service = 465.
    problem = scene(
        [order("o", ("mug", 3))],
        {"berlin": {"mug": 3}},
        sites=[site("berlin", order_fee=20, unit_fee=5)],
        cartons=[carton("box", cost=30)],
        services=[service("cheap"), service("dear")],
        rates=[rate("cheap", 400), rate("dear", 450)],
    )
    assert sent(solved(problem, 465)) == [("o", "berlin", "box", "cheap")]


def test_a_late_parcel_costs_what_it_is_late() -> None:
    # Stated transit is kept with 95%: lateness 0.05 x 1,000 = 50 for both, so the price alone decides: 300 + 50.
    problem = scene(
        [order("o", "mug")],
        {"berlin": {"mug": 1}},
        services=[service("slow", days=(4, 4)), service("fast", days=(1, 1))],
        rates=[rate("slow", 300), rate("fast", 500)],
        brand=brand(late=1_000),
    )
    (parcel,) = solved(problem, 350).plan.parcels
    assert (parcel.service, parcel.promised_by) == ("slow", day("2024-06-07"))  # left on Monday the 3rd, four days on


def test_a_date_already_promised_is_kept_when_that_is_cheaper_than_breaking_it() -> None:
    # Promised for Tuesday. The slow service cannot be there: 300 + 1,000 late. The fast one: 500 + 0.05 x 1,000 = 550.
    problem = scene(
        [order("o", "mug", promised_by=day("2024-06-04"))],
        {"berlin": {"mug": 1}},
        services=[service("slow", days=(4, 4)), service("fast", days=(1, 1))],
        rates=[rate("slow", 300), rate("fast", 500)],
        brand=brand(late=1_000),
    )
    assert sent(solved(problem, 550)) == [("o", "berlin", "box", "fast")]


def test_the_smaller_carton_is_billed_for_less_air() -> None:
    # 300 x 200 x 200 mm at 5,000 cm3/kg bills 2.4 kg, 400 x 400 x 400 mm 12.8 kg: 400 + 90 against 900 + 10.
    problem = scene(
        [order("o", "mug")],
        {"berlin": {"mug": 1}},
        cartons=[carton("small", (300, 200, 200), cost=90), carton("large", (400, 400, 400), cost=10)],
        services=[service("post", divisor=5_000)],
        rates=[rate("post", 400, up_to=5_000), rate("post", 900, up_to=20_000)],
    )
    result = solved(problem, 490)
    assert sent(result) == [("o", "berlin", "small", "post")]
    assert result.plan.parcels[0].billed_weight_g == 2_400


def test_two_near_sites_are_cheaper_than_one_far() -> None:
    # From Munich both: 1,500. From Berlin the mug (500) and from Hamburg the pot (500): 1,000.
    near = [zone("post", "DE", "DE", "near")]
    problem = scene(
        [order("o", "mug", "pot")],
        {"berlin": {"mug": 1}, "hamburg": {"pot": 1}, "paris": {"mug": 1, "pot": 1}},
        sites=[site("berlin", BERLIN), site("hamburg", HAMBURG), site("paris", PARIS, zone="Europe/Paris")],
        zones=[*near, zone("post", "FR", "DE", "far")],
        rates=[rate("post", 500, name="near"), rate("post", 1_500, name="far")],
    )
    assert {one[1] for one in sent(solved(problem, 1_000))} == {"berlin", "hamburg"}


def test_one_site_picks_an_order_once_whatever_the_parcels() -> None:
    # A tall pot and a flat tray fit no carton together: two parcels of 500, one picking of 70.
    problem = scene(
        [order("o", "tall", "wide")],
        {"berlin": {"tall": 1, "wide": 1}},
        [product("tall", (900, 50, 50)), product("wide", (400, 400, 60))],
        sites=[site("berlin", order_fee=70)],
        cartons=[carton("tube", (900, 50, 50)), carton("flat", (400, 400, 60))],
    )
    assert len(solved(problem, 1_070).plan.parcels) == 2


def test_the_last_unit_goes_where_it_saves_most() -> None:
    # One mug near, one far. First come, first served: 500 for the German order, 4,000 for the French one from Berlin.
    # The French order has the near mug in Paris too: French from Paris 500; German from Berlin 500.
    problem = scene(
        [order("german", "mug", place=BERLIN), order("french", "mug", place=PARIS)],
        {"berlin": {"mug": 1}, "paris": {"mug": 1}},
        sites=[site("berlin"), site("paris", PARIS, zone="Europe/Paris")],
        zones=[
            zone("post", "DE", "DE", "home"),
            zone("post", "FR", "FR", "home"),
            zone("post", "DE", "FR", "abroad"),
            zone("post", "FR", "DE", "bargain"),
        ],
        rates=[rate("post", 500, name="home"), rate("post", 4_000, name="abroad"), rate("post", 450, name="bargain")],
    )
    # German from Paris would save 50, and cost the French order 3,500.
    assert sent(solved(problem, 1_000)) == [("german", "berlin", "box", "post"), ("french", "paris", "box", "post")]


def test_a_unit_too_few_leaves_the_order_that_costs_most() -> None:
    # One mug, two orders: 500 at home and 800 abroad; the other is left for 10,000.
    problem = scene(
        [order("abroad", "mug", place=PARIS), order("home", "mug", place=MUNICH)],
        {"berlin": {"mug": 1}},
        zones=[zone("post", "DE", "DE", "home"), zone("post", "DE", "FR", "abroad")],
        rates=[rate("post", 500, name="home"), rate("post", 800, name="abroad")],
    )
    result = solved(problem, 10_500)
    assert [one.order for one in result.plan.unplanned] == ["abroad"]
    assert result.plan.unplanned[0].reason == "stock_taken"


def test_a_percentage_comes_on_freight_and_on_the_surcharges_before_it() -> None:
    # 500 freight + 100 residential + 10% of 600 = 660.
    problem = scene(
        [order("o", "mug", residential=True)],
        {"berlin": {"mug": 1}},
        surcharges=[surcharge("post", "residential", 100), surcharge("post", "always", 10, percent=True)],
    )
    charged = plan(problem).plan.parcels[0].cost
    assert charged.freight_minor == 500
    assert charged.surcharges_minor in {150, 160}  # of equal sequence: see docs/formats.md, percent of what came before
