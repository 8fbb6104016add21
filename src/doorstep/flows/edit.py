"""An order is changed until its goods are picked, and planned anew where that makes a difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime

from doorstep.core.events.actions import NewFact
from doorstep.domain.demand import Contact, OnShortage, Order
from doorstep.domain.errors import Conflict
from doorstep.domain.place import Place
from doorstep.domain.rights import Scope
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.replan import Before, Change, Replanned, replan
from doorstep.flows.untouched import CHANGEABLE

_PLACE = ("country", "region", "city", "postcode")
_STREET = ("address_1", "address_2")


def edit_order(
    scope: Scope,
    brand_id: int,
    pk: int,
    edited: Callable[[Order], Order],
    *,
    now: datetime,
    on_shortage: OnShortage | None = None,
    expected: int | None = None,
) -> Replanned:
    """Have the order be what `edited` makes of it; its code, channel, customer and placing stay.

    `expected` is the revision that the editor has seen; without `on_shortage` the order's own stays. Raises NotFound;
    Conflict when the order was changed since, or its goods are picked; OutOfStock if `on_shortage` is `refuse` and the
    goods are not there.
    """

    def ask(before: Before) -> Change:
        kept = before.kept
        if expected is not None and kept.revision != expected:
            raise Conflict("the order was changed meanwhile; look at it again")
        if kept.state not in CHANGEABLE:
            raise Conflict(f"the order is {kept.state.replace('_', ' ')}: it can be changed until its goods are picked")
        order = _moved(kept.order, edited(kept.order))
        changed = changes(kept.order, order)
        settled = set(kept.settled)
        if set(changed) & {*_PLACE, *_STREET}:
            settled.discard("address")
        if "lines" in changed:
            settled.discard("review")
        facts = (NewFact("OrderEdited", order_reference(pk), {"changed": list(changed)}),) if changed else ()
        return Change(order, frozenset(settled), facts)

    return replan(scope, brand_id, pk, ask, now=now, on_shortage=on_shortage)


def changes(before: Order, after: Order) -> tuple[str, ...]:
    """Names of the fields that differ, those of the address and the addressee by themselves."""
    found = [one.name for one in fields(Order) if getattr(before, one.name) != getattr(after, one.name)]
    named = set(found) - {"place", "contact", "address_changes", "address_precision", "on_shortage"}
    named |= {one.name for one in fields(Place) if getattr(before.place, one.name) != getattr(after.place, one.name)}
    named |= {
        one.name for one in fields(Contact) if getattr(before.contact, one.name) != getattr(after.contact, one.name)
    }
    return tuple(sorted(named))


def _moved(before: Order, after: Order) -> Order:
    """Whoever changes where an order goes without saying its coordinates has it located anew."""
    old, new = before.place, after.place
    if (old.latitude, old.longitude) != (new.latitude, new.longitude):
        return replace(after, address_precision="")
    if any(getattr(old, name) != getattr(new, name) for name in _PLACE):
        return replace(after, place=replace(new, latitude=None, longitude=None), address_precision="")
    return after
