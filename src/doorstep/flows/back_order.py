"""An order that waits for goods which have been announced: it is told an honest day, and counts on units of its own.

The day is that of a plan made as if the announced goods had come, no parcel leaving before they are due. What earlier
back-orders count on is theirs. Claims are made under a lock of the announcements, so that no unit is promised twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.orders import actions as orders
from doorstep.core.orders.back_orders import let_wait
from doorstep.core.stock import claims
from doorstep.core.stock.claims import Coming
from doorstep.domain.demand import Order
from doorstep.domain.parcel import Parcel
from doorstep.domain.rights import Scope
from doorstep.domain.supply import Units, levels_of, units_of
from doorstep.flows.customs import clearable
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.kits import needs_of
from doorstep.flows.record_problem import Ground, with_orders
from doorstep.kernels.plan.plan import plan
from doorstep.kernels.plan.rules import spare

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Expected:
    """When an order should arrive, and the announced units that it counts on, by row id."""

    expected_by: date
    due: datetime
    claims: Mapping[int, int]
    units: Mapping[str, int]  # the same by sku

    @property
    def detail(self) -> str:
        named = ", ".join(f"{units} of {sku}" for sku, units in sorted(self.units.items()))
        return f"waits for {named}, due on {self.due.date()}; expected by {self.expected_by}"


def wait_for_goods(
    scope: Scope, brand_id: int, ground: Ground, pk: int, order: Order, *, now: datetime
) -> Expected | None:
    """Let an open order wait for announced goods; None: they do not suffice, and nothing has changed."""
    for _ in range(ATTEMPTS):
        found = expect(brand_id, ground, pk, order, now)
        if found is None:
            return None
        with transaction.atomic():
            if not orders.lock_open([pk]):
                return None
            if not claims.claim(brand_id, order_reference(pk), found.claims):
                continue
            let_wait(pk, found.expected_by, found.detail, "receive the goods: it is planned then by itself")
            record(
                scope.operator,
                brand_id,
                kind="OrderBackOrdered",
                subject=order_reference(pk),
                data={"expected_by": found.expected_by.isoformat(), "units": dict(found.units)},
                at=now,
                actor=scope.actor,
            )
            return found
    return None


def expect(brand_id: int, ground: Ground, pk: int, order: Order, now: datetime) -> Expected | None:
    """Find the earliest announcements with which the order could be sent, and what it would take of all of them.

    Of what is short it counts on announced units alone if they suffice, for those that are here may be sold to anybody
    meanwhile; else on both.
    """
    coming = claims.coming(brand_id, needs_of(order), order_reference(pk))
    for all_announced in (True, False):
        found = _earliest(brand_id, ground, order, coming, now, all_announced)
        if found is None:
            continue
        due, parcels, free = found
        taken = _claims(parcels, free, [one for one in coming if one.expected_at <= due])
        if not taken:
            return None  # it needs none of them: the goods are here by now
        skus = {one.inbound: one.sku for one in coming}
        units: Counter[str] = Counter()
        for inbound, claimed in taken.items():
            units[skus[inbound]] += claimed
        return Expected(max(one.promised_by for one in parcels), due, taken, units)
    return None


def _earliest(
    brand_id: int, ground: Ground, order: Order, coming: Sequence[Coming], now: datetime, all_announced: bool
) -> tuple[datetime, tuple[Parcel, ...], Units] | None:
    """When the order could be sent first, how, and what is free without the announcements. Halves what is left."""
    dues = sorted({max(one.expected_at, now) for one in coming})
    best: tuple[datetime, tuple[Parcel, ...], Units] | None = None
    first, last = 0, len(dues) - 1
    middle = last  # if all of it does not suffice, no part does
    while first <= last:
        due = dues[middle]
        there = [one for one in coming if one.expected_at <= due]
        found = _planned(brand_id, ground, order, there, due, all_announced)
        if found is None:
            first = middle + 1
        else:
            best, last = (due, *found), middle - 1
        middle = (first + last) // 2
    return best


def _planned(
    brand_id: int, ground: Ground, order: Order, coming: Sequence[Coming], due: datetime, all_announced: bool
) -> tuple[tuple[Parcel, ...], Units] | None:
    """Plan it as if what is coming were there; also gives what is free without it, and no rule keeps back."""
    problem = with_orders(ground, brand_id, [order], due)
    free, there = units_of(spare(problem)), units_of(problem.stock)
    if all_announced:
        short = _short(order, free)
        free, there = (
            Counter({spot: units for spot, units in levels.items() if spot[1] not in short}) for levels in (free, there)
        )
    lying = units_of(problem.lying)
    for one in coming:
        there[one.site, one.sku] += one.units
        if problem.lying:  # a share is kept back of what will lie there then
            lying[one.site, one.sku] += one.units
    result = plan(clearable(replace(problem, stock=levels_of(there), lying=levels_of(lying)), order))
    return None if result.plan.unplanned else (result.plan.parcels, free)


def _short(order: Order, free: Units) -> set[str]:
    """Skus of which fewer are here than the order needs."""
    here: Counter[str] = Counter()
    for (_, sku), units in free.items():
        here[sku] += units
    return set(needs_of(order) - here)


def _claims(parcels: Sequence[Parcel], free: Units, coming: Sequence[Coming]) -> dict[int, int]:
    """What the plan takes beyond what is free, from the soonest announcements on."""
    short: Units = Counter()
    for parcel in parcels:
        for part in parcel.contents:
            short[parcel.site, part.sku] += part.quantity
    short -= free
    taken: dict[int, int] = {}
    for one in coming:
        units = min(one.units, short[one.site, one.sku])
        if units > 0:
            taken[one.inbound] = units
            short[one.site, one.sku] -= units
    return taken
