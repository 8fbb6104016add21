"""Days on which own vans drive: orders around Berlin, a post to everywhere, and vans that leave from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from tests.kernels.plan.scenes import BERLIN, cents, order, rate, scene, service

from doorstep.domain.demand import Order
from doorstep.domain.fleet import Van
from doorstep.domain.place import Place
from doorstep.kernels.plan.problem import PlanProblem

HOUR = 3600


def van(name: str = "van", **given: object) -> Van:
    """From Berlin for `own`: 0.50 a kilometre, 12.00 an hour, from the collection at 17:00 to 23:00."""
    plain = Van(
        vehicle=name,
        service="own",
        site="berlin",
        depot_latitude=52.52,
        depot_longitude=13.40,
        capacity_g=50_000,
        shift_from_s=8 * HOUR,
        shift_to_s=23 * HOUR,
        cost_per_km_micros=cents(50),
        cost_per_hour_micros=cents(1_200),
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def near(km_east: float, km_north: float = 0.0) -> Place:
    """So many kilometres from the depot."""
    return Place("DE", "BE", "Berlin", "10115", 52.52 + km_north / 111.2, 13.40 + km_east / 67.7)


def vans_day(orders: Sequence[Order], *vans: Van, post: float = 500, own: float = 0, units: int = 1_000) -> PlanProblem:
    """All goods lie in Berlin; parcels by `post` cost so many cents, those by vans their round and so many."""
    problem = scene(
        orders,
        {"berlin": {"a": units}},
        services=[service("post"), service("own")],
        rates=[rate("post", post), rate("own", own)],
    )
    return replace(problem, vans=vans)


def random_day(rng: Random) -> PlanProblem:
    """Up to 14 orders in and around a town, scarce stock at times, one to three vans of all sorts."""
    count = rng.randint(1, 14)
    orders = [
        order(f"o{n:02}", ("a", rng.randint(1, 3)), place=near(rng.uniform(-15, 15), rng.uniform(-15, 15)))
        for n in range(count)
    ]
    if rng.random() < 0.5:  # shoppers who may share, one without a place on the map, one abroad
        orders[0] = replace(orders[0], place=replace(BERLIN, latitude=None, longitude=None))
        orders[-1] = replace(orders[-1], customer=orders[count // 2].customer, place=orders[count // 2].place)
    vans = [
        van(
            f"van-{n}",
            capacity_g=rng.choice((1_500, 4_000, 50_000)),
            capacity_cm3=rng.choice((None, 30_000)),
            fixed_cost_micros=cents(rng.choice((0, 300, 5_000))),
            cost_per_km_micros=cents(rng.choice((1, 20, 80))),
            cost_per_hour_micros=cents(rng.choice((0, 600, 2_000))),
            trips=rng.choice((1, 2)),
            count=rng.choice((1, 2)),
            shift_to_s=rng.choice((18, 20, 26)) * HOUR,
            break_s=rng.choice((0, 1_800)),
        )
        for n in range(rng.randint(1, 3))
    ]
    post, own, units = rng.choice((100, 500, 900)), rng.choice((0, 50)), rng.choice((8, 1_000))
    return vans_day(orders, *vans, post=post, own=own, units=units)
