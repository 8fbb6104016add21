"""Each change that a decision tells flips it, and where it is the least, a step less does not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from tests.kernels.plan.builders import Shape, problems, seeded
from tests.kernels.plan.scenes import (
    HAMBURG,
    MONDAY,
    call,
    carton,
    order,
    product,
    rate,
    scene,
    service,
    site,
    surcharge,
)

from doorstep.domain.decision import Choice, Decision, Flip
from doorstep.files.demo import demo_brand
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.plan.alone_again import decided_again
from doorstep.kernels.plan.changed import applied
from doorstep.kernels.plan.plan import PlanProblem, PlanResult, plan
from doorstep.kernels.run import Run


def flips_hold(problem: PlanProblem, result: PlanResult, most: int = 1000) -> Counter[str]:
    """Make each change told, and a step less of it; returns how many of each kind there were."""
    seen: Counter[str] = Counter()
    for decision in list(result.decisions(most_flips=most)):
        for flip in decision.flips:
            flipped(problem, result, decision, flip)
            seen[flip.kind] += 1
    return seen


def flipped(problem: PlanProblem, result: PlanResult, decision: Decision, flip: Flip) -> None:
    held, name = result.plan.parcels, decision.order
    after = decided_again(applied(problem, flip), name, held)
    if flip.unit == "minutes":
        assert leaving(after.sent) != leaving(decision.chosen), flip
    else:
        assert after.cost_minor < decision.cost_minor, flip
    if not flip.least:
        return
    less = decided_again(applied(problem, replace(flip, by=flip.by - 1)), name, held)
    assert less.cost_minor == decision.cost_minor, flip  # so that what was chosen is still the best


def leaving(sent: object) -> list[tuple[str, str, str]]:
    """Site, service and day of leaving of each parcel."""
    assert isinstance(sent, tuple)
    return sorted(
        (one.site, one.service, one.ship_date) if isinstance(one, Choice) else (one[0], one[2], one[3]) for one in sent
    )


@settings(max_examples=20, deadline=None)
@given(problems(Shape(stock=3, orders=5, capacity=0.5)))
def test_every_flip_told_flips(problem: PlanProblem) -> None:
    flips_hold(problem, plan(problem, None, Run(iterations=20)))


def test_some_problems_hold_flips_of_every_kind() -> None:
    seen: Counter[str] = Counter()
    for seed in (1, 2, 3, 4, 5, 6, 7, 8):
        problem = seeded(seed, Shape(stock=2, orders=8, capacity=0.3, faults=0))
        seen += flips_hold(problem, plan(problem, None, Run(iterations=20)))
    assert {"rate", "weight"} <= set(seen)


def test_flips_of_the_demonstration_brand_hold(demo: PlanProblem) -> None:
    result = plan(demo, None, Run(iterations=200))
    seen: Counter[str] = Counter()
    for decision in list(result.decisions())[::6]:
        for flip in decision.flips:
            flipped(demo, result, decision, flip)
            seen[flip.kind] += 1
    assert {"stock", "rate", "cut_off", "weight"} <= set(seen)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> PlanProblem:
    folder = tmp_path_factory.mktemp("flips") / "brand"
    demo_brand(folder, 150, 6)
    read = read_folder(folder)
    return problem_of(read, read.orders)


def only_flips(problem: PlanProblem, order: str) -> list[tuple[str, str, str]]:
    """What flips an order, in words; each is tried."""
    result = plan(problem)
    assert flips_hold(problem, result)
    decision = next(one for one in result.decisions() if one.order == order)
    return [(flip.change, flip.amount, flip.to) for flip in decision.flips]


def test_the_unit_that_went_to_another_order() -> None:
    """Near for 5.00, far for 8.00; the near unit saves the first order as much, and goes by its name."""
    problem = scene(
        [order("a", "mug"), order("b", "mug")],
        {"near": {"mug": 1}, "recife": {"mug": 9}},
        sites=[site("near"), site("recife", HAMBURG, order_fee=300)],
    )
    (left,) = [name for name in "ab" if only_flips(problem, name)]
    assert only_flips(problem, left) == [("more mug at near", "1 unit", "near by post in box")]


@pytest.mark.parametrize(
    ("orders", "parcels", "told"),
    [
        (0, None, ("room for orders at near", "1 more a day", "sent from near")),
        (None, 0, ("room for parcels of post at near", "1 more a day", "near by post")),
    ],
)
def test_room_that_was_lacking(orders: int | None, parcels: int | None, told: tuple[str, str, str]) -> None:
    problem = scene(
        [order("o", "mug")],
        {"near": {"mug": 9}, "far": {"mug": 9}},
        sites=[site("near", capacity=orders), site("far", HAMBURG, order_fee=300)],
        collections=[call("near", "post", capacity=parcels), call("far", "post")],
    )
    assert only_flips(problem, "o") == [told]


@pytest.mark.parametrize(
    ("minute", "cutoff", "hour", "told"),
    [
        (17, 14, 17, ("a later order cut-off at berlin", "18 minutes")),
        (0, 14, 17, ("a later order cut-off at berlin", "1 minute")),
        (17, 18, 14, ("a later collection of post at berlin", "18 minutes")),
    ],
)
def test_an_order_that_came_just_too_late(minute: int, cutoff: int, hour: int, told: tuple[str, str]) -> None:
    """Placed at 14:17 and 0 seconds, in the site's time."""
    late = order("o", "mug", at=MONDAY.replace(hour=12, minute=minute))
    problem = scene(
        [late],
        {"berlin": {"mug": 1}},
        sites=[site("berlin", cutoff_s=cutoff * 3600)],
        collections=[call("berlin", "post", hour=hour)],
    )
    assert only_flips(problem, "o") == [(*told, "berlin by post, leaving on 2024-06-03")]


def test_an_order_that_missed_both_is_flipped_by_neither() -> None:
    late = order("o", "mug", at=MONDAY.replace(hour=16))
    problem = scene([late], {"berlin": {"mug": 1}}, sites=[site("berlin", cutoff_s=14 * 3600)])
    assert next(plan(problem).decisions()).flips == ()


def test_a_cheaper_rate_with_the_surcharge_that_follows_it() -> None:
    """5.00 against 5.00 + 10% fuel: 9.2% off are 4.54 and 0.45, a cent less than 5.00; 9.1% off are 4.55 and 0.46."""
    problem = scene(
        [order("o", "mug")],
        {"berlin": {"mug": 1}},
        services=[service("post"), service("swift")],
        rates=[rate("post", 500), rate("swift", 500)],
        surcharges=[surcharge("swift", "always", 10, percent=True)],
    )
    assert only_flips(problem, "o") == [("a lower freight rate of swift", "9.2%", "berlin by swift in box")]


def test_a_parcel_just_too_heavy_for_a_cheaper_step() -> None:
    """Two pots of 1,100 g in a box of 40 g: 240 g over the step of 2 kg."""
    problem = scene(
        [order("o", ("pot", 2))],
        {"berlin": {"pot": 2}},
        [product("pot", weight=1_100)],
        cartons=[carton("box", tare=40)],
        rates=[rate("post", 400, up_to=2_000), rate("post", 700, up_to=5_000)],
    )
    assert only_flips(problem, "o") == [("lighter pot", "at most 120 g each of 2", "berlin by post for 3.00 less")]


def test_a_flip_in_words_alone_cannot_be_made() -> None:
    problem = scene([order("o", "mug")], {"berlin": {"mug": 1}})
    with pytest.raises(ValueError, match="not a change"):
        applied(problem, Flip("a lower cost of that option", "more than 0.10", "x"))
