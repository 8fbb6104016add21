"""Commit one order's plan: its stock reserved, its parcels and decision kept, the fact recorded; all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doorstep.core.decisions import actions as decisions
from doorstep.core.events.actions import NewFact, record_all
from doorstep.core.orders import actions as orders
from doorstep.core.parcels import actions as parcels
from doorstep.core.parcels import booked
from doorstep.core.statements import together
from doorstep.core.stock import actions as stock
from doorstep.core.stock.passing import hand_over
from doorstep.domain.decision import Decision
from doorstep.domain.money import Currency
from doorstep.domain.parcel import Parcel
from doorstep.files.plan_out import decision_record


@dataclass(frozen=True, slots=True)
class Ids:
    """Row ids by code."""

    operator: int
    brand: int
    sites: Mapping[str, int]
    products: Mapping[str, int]
    limited: frozenset[int]  # sites where a day has a limit


def order_reference(order_id: int) -> str:
    """How facts and stock moves name an order."""
    return f"order:{order_id}"


def hold_room(ids: Ids, planned: Sequence[Parcel], without: int = 0) -> None:
    """Call first in the transaction that keeps a plan. Raises DayFull when a day has filled meanwhile.

    `without`: an order in the place of whose parcels these will be.
    """
    wanted: Counter[tuple[int, str, date]] = Counter()
    for parcel in planned:
        site, day = ids.sites[parcel.site], parcel.ship_at.date()
        wanted[site, parcel.service, day] += 1
        wanted[site, "", day] = 1  # it is one order
    booked.hold_room(wanted, ids.limited, without)


def keep_plan(
    ids: Ids,
    order_id: int,
    order_code: str,
    planned: Sequence[Parcel],
    decision: Decision,
    currency: Currency,
    *,
    at: datetime,
    actor: str,
    held: str = "",
    new: bool = False,
    note: Mapping[str, Any] | None = None,
) -> None:
    """Call within a transaction that holds the order. Raises NotEnough when the stock has gone meanwhile.

    `new`: the order was put in just now, as planned, and nothing has been told of it yet.
    `note`: what the decision's record says besides.
    `held`: a reference whose reservation passes to the order; what the plan does not use of it is released.
    """
    wanted = [
        stock.Wanted(ids.sites[parcel.site], ids.products[part.sku], part.quantity)
        for parcel in planned
        for part in parcel.contents
    ]
    if not new:
        orders.move_on([order_id], "open", "planned")
    placed = [NewFact("OrderPlaced", order_reference(order_id))] if new else []
    promised = NewFact(
        "OrderPromised",
        order_reference(order_id),
        {
            "promised_by": max(parcel.promised_by for parcel in planned).isoformat(),
            "parcels": len(planned),
            "cost_minor": decision.cost_minor,
            "on_time_ppm": min(parcel.on_time_ppm for parcel in planned),
        },
    )
    with together():  # with the first statement of the reservation
        parcels.keep(ids.brand, planned, {order_code: order_id}, ids.sites)
        decisions.keep([(order_id, decision, {**decision_record(decision, currency), **(note or {})})], at)
        record_all(ids.operator, ids.brand, [*placed, promised], at=at, actor=actor)
        # Last, because a posting holds the brand's stock clock until the transaction ends.
        if held:
            hand_over(ids.brand, held, order_reference(order_id), wanted, at=at, actor=actor)
        else:
            stock.reserve(ids.brand, wanted, order_reference(order_id), at=at, actor=actor)
