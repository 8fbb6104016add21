"""A plan gives way to another, or to nothing: its parcels stay as history, and their codes stay theirs.

Locks are taken as elsewhere: parcels first, by id, then the order. An order that got other parcels between the two
statements is told as Moved, and whoever asked begins anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from doorstep.core.orders import actions as orders
from doorstep.core.parcels.models import Parcel
from doorstep.domain import parcel
from doorstep.domain.journey import PARCEL_STATES, OrderState, ParcelState

_STATES: dict[str, ParcelState] = {state: state for state in PARCEL_STATES}


class Moved(Exception):
    """The order is no longer what was decided upon; look again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A parcel that was not cancelled."""

    pk: int
    code: str
    state: ParcelState
    promised_by: date
    cost_minor: int


@dataclass(frozen=True, slots=True)
class Told:
    """How a parcel stands, those of earlier plans included."""

    parcel: str
    state: ParcelState
    reason: str
    expected_by: date | None  # the honest date now, where it is another than the promised one


def standing(order_id: int) -> tuple[Standing, ...]:
    """Those parcels of an order that are not cancelled, by id."""
    rows = Parcel.objects.filter(order_id=order_id).exclude(state="cancelled").order_by("pk")
    return tuple(
        Standing(
            one.pk,
            one.code,
            _STATES[one.state],
            one.promised_by,
            one.pick_minor
            + one.carton_minor
            + one.freight_minor
            + one.surcharges_minor
            + one.duty_tax_minor
            + one.lateness_minor,
        )
        for one in rows
    )


def states(order_id: int) -> tuple[Told, ...]:
    """Tell how every parcel stands that an order has or had, in the order of their plans."""
    rows = Parcel.objects.filter(order_id=order_id).order_by("pk")
    return tuple(
        Told(code, _STATES[state], why, expected)
        for code, state, why, expected in rows.values_list("code", "state", "state_reason", "expected_by")
    )


def lock(order_id: int) -> tuple[OrderState, dict[int, ParcelState]]:
    """Lock an order and its parcels until the transaction ends. Raises Moved."""
    rows = Parcel.objects.filter(order_id=order_id).order_by("pk")
    locked = set(rows.select_for_update().values_list("pk", flat=True))
    state = orders.lock([order_id])[order_id]
    now = {pk: _STATES[one] for pk, one in rows.values_list("pk", "state")}
    if locked != set(now):
        raise Moved
    return state, {pk: one for pk, one in now.items() if one != "cancelled"}


def cancel(ids: Iterable[int], reason: str, at: datetime) -> int:
    """Cancel parcels that are locked and that nobody has touched."""
    return Parcel.objects.filter(pk__in=list(ids), state__in=("planned", "released")).update(
        state="cancelled", state_reason=reason, ended_at=at
    )


def renumbered(order_id: int, planned: Sequence[parcel.Parcel]) -> tuple[parcel.Parcel, ...]:
    """Number the parcels of a new plan on from those that the order has had: a code is given once."""
    had = Parcel.objects.filter(order_id=order_id).values_list("code", flat=True)
    last = max((int(number[1]) for code in had if (number := re.search(r"-(\d+)$", code))), default=0)
    if not last:
        return tuple(planned)
    return tuple(replace(one, parcel=f"{one.orders[0]}-{number}") for number, one in enumerate(planned, last + 1))
