"""What the orders of a problem ask for, and the terms on which all of them are quoted, as arrays."""

from __future__ import annotations

from datetime import date

import numpy as np

from doorstep.domain.demand import Order, nominated_day
from doorstep.domain.place import Place
from doorstep.domain.units import MICROS
from doorstep.kernels.plan.assemble import EPOCH
from doorstep.kernels.plan.customs import book_of, goods_minor, open_customs
from doorstep.kernels.plan.fleets import NO_RIDE
from doorstep.kernels.plan.lanes import lay_lanes
from doorstep.kernels.plan.market import IntArray, Market, accepts, slowest
from doorstep.kernels.plan.outdone import find_outdone
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.quote import Asked, Terms
from doorstep.kernels.plan.ready import Ready, network_to
from doorstep.kernels.plan.relays import tariff_to


def _places(orders: tuple[Order, ...]) -> tuple[list[Place], IntArray]:
    """Distinct destinations, as far as tariffs and calendars tell them apart, and each order's index."""
    found: dict[tuple[str, str, str], int] = {}
    places: list[Place] = []
    index = np.zeros(len(orders), np.int64)
    for i, order in enumerate(orders):
        key = (order.place.country, order.place.region, order.place.postcode)
        index[i] = found.setdefault(key, len(places))
        if index[i] == len(places):
            places.append(order.place)
    return places, index


def ask(market: Market) -> Asked:
    """What the orders of the problem ask for, as arrays. No ride is to be had, until somebody names a price."""
    orders = market.problem.orders
    now = market.problem.now
    floor = -(2**62) if now is None else int(np.ceil(now.timestamp()))
    return Asked(
        destination=_places(orders)[1],
        ready_at=np.array([max(int(o.placed_at.timestamp()), floor) for o in orders], np.int64),
        accepts=np.array([accepts(o) for o in orders], np.int64),
        slowest=np.array([slowest(o) for o in orders], np.int64),
        residential=np.array([o.residential for o in orders], bool),
        signed_for=np.array([o.signed_for for o in orders], bool),
        saturday=np.array([o.saturday for o in orders], bool),
        not_before=_days([o.not_before for o in orders]),
        promised_by=_days([o.promised_by for o in orders]),
        insists=np.array([nominated_day(o.not_before, o.promised_by) is not None for o in orders], bool),
        goods_minor=goods_minor(market) if market.problem.tariff.duties else np.zeros(len(orders), np.int64),
        rides=np.full((len(orders), 0 if market.fleets is None else len(market.fleets.site)), NO_RIDE),
        waits=np.zeros((len(orders), 0), bool),
    )


def _days(dates: list[date | None]) -> IntArray:
    return np.array([-1 if day is None else (day - EPOCH).days for day in dates], np.int64)


def days_of(problem: PlanProblem) -> tuple[int, int]:
    """First and last day on which an order of the problem may be ready, with one to spare on either side."""
    instants = [order.placed_at for order in problem.orders] + ([problem.now] if problem.now else [])
    days = [int(at.timestamp() // 86_400) for at in instants] or [0]
    wished = [(o.not_before - EPOCH).days for o in problem.orders if o.not_before]
    return min(days) - 1, max(days + wished) + 1


def terms_of(
    market: Market, params: PlanParams, ready: Ready | None = None, days: tuple[int, int] | None = None
) -> Terms:
    """What all quotes of the problem share; of it, `ready` holds what was compiled before.

    `days`: for which calendars are laid out, where they are not those of the market's problem, see `days_of`.
    """
    problem, brand = market.problem, market.problem.brand
    places = _places(problem.orders)[0]
    first_day, last_day = days or days_of(problem)
    tariff = ready.tariff.to(places) if ready else tariff_to(problem, market.relays, places)
    return Terms(
        tariff=tariff,
        network=ready.network_to(places, first_day, last_day)
        if ready
        else network_to(problem, places, first_day, last_day),
        lanes=ready.lanes_of(market, params.days_ahead) if ready else lay_lanes(market, params.days_ahead),
        outer_mm=market.outer_mm,
        tare_g=market.tare_g,
        carton_minor=market.carton_minor,
        room_mm3=market.room_mm3,
        fill_micros_per_l=brand.void_fill_micros_per_l * MICROS // brand.currency.micros_per_minor,
        carton_rank=market.carton_rank,
        outdone=ready.outdone if ready else find_outdone(market, tariff),
        pick_unit_micros=market.pick_unit_micros,
        late_cost_micros=brand.late_cost_micros,
        micros_per_minor=brand.currency.micros_per_minor,
        customs=open_customs(market, places, ready.duties if ready else book_of(problem)),
        relays=market.relays,
        fleets=market.fleets,
    )
