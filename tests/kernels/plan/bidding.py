"""Two sites of which only one can serve some orders, so that what lies there is worth keeping for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.kernels.plan.scenes import MONDAY, PARIS, brand, call, order, rate, scene, service, site, zone

from doorstep.domain.demand import Order
from doorstep.domain.supply import Inbound
from doorstep.kernels.plan.problem import PlanProblem

DAY = timedelta(days=1)


def world(orders: Sequence[Order], berlin: int, hamburg: int, coming: Sequence[Inbound] = ()) -> PlanProblem:
    """Germans are served for 500 from Berlin and for 520 from Hamburg, the French for 900 from Berlin alone."""
    return scene(
        orders,
        {"berlin": {"mug": berlin}, "hamburg": {"mug": hamburg}},
        sites=[site("berlin"), site("hamburg")],
        services=[service("post"), service("round")],
        zones=[zone("post", "DE", "DE", "home"), zone("post", "DE", "FR", "abroad"), zone("round", "DE", "DE", "all")],
        rates=[rate("post", 500, name="home"), rate("post", 900, name="abroad"), rate("round", 520, name="all")],
        collections=[call("berlin", "post"), call("hamburg", "round")],
        inbound=coming,
        brand=brand(),
        now=MONDAY + DAY,
    )


def day_of(germans: int, french: int, at: datetime = MONDAY) -> list[Order]:
    """Orders of one day."""
    return [
        *(order(f"g{n} {at.date()}", "mug", at=at + n * timedelta(minutes=1)) for n in range(germans)),
        *(order(f"f{n} {at.date()}", "mug", place=PARIS, at=at + n * timedelta(minutes=1)) for n in range(french)),
    ]
