"""The form of an order's page: what a person typed becomes a change of the order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from django.http import QueryDict

from doorstep.core.orders.queries import OrderDetail
from doorstep.domain.carriage import SPEEDS
from doorstep.domain.demand import Order, OrderLine
from doorstep.domain.errors import Conflict
from doorstep.domain.holds import Family, family_of
from doorstep.domain.rights import Scope
from doorstep.files import kinds
from doorstep.flows.cancel import CANCEL_REASONS
from doorstep.flows.untouched import CANCELLABLE, CHANGEABLE

MOST_UNITS = 1_000_000
MOST_PRIORITY = 9
CONTACT = {"name": 200, "company": 200, "address_1": 200, "address_2": 200, "phone": 50, "email": 254}
PLACE = {"postcode": 20, "city": 200, "region": 100}
WISHES = {"pickup_point": 100, "safe_place": 200, "gift_note": 500}
SETTLED: dict[Family, str] = {
    "payment": "its payment has arrived",
    "address": "its address is right as it is",
    "review": "it was looked at and approved",
}
TICKS = ("signed_for", "saturday", "residential")
Told = TypeVar("Told")
_text, _country, _day = kinds.text().parse, kinds.country().parse, kinds.day().parse


@dataclass(frozen=True, slots=True)
class Box:
    """A line to type into."""

    name: str
    label: str
    value: str
    most: int


def boxes(order: OrderDetail, said: QueryDict | None) -> dict[str, list[Box]]:
    """The lines of the form, with what the order says or, after a refusal, with what was typed."""
    person, row = order.addressee, order.row
    values = {
        **{name: getattr(person, name) if person else "" for name in CONTACT},
        **{name: getattr(row, name) for name in (*PLACE, "country")},
        **{name: getattr(order, name) for name in WISHES},
    }
    labels = {"address_1": "Street", "address_2": "Second line", "email": "E-mail", "pickup_point": "Pick-up point"}

    def made(names: Iterable[tuple[str, int]]) -> list[Box]:
        return [
            Box(name, labels.get(name, name.replace("_", " ").capitalize()), _said(said, name, values[name]), most)
            for name, most in names
        ]

    return {
        "to": made([*list(CONTACT.items())[:4], *PLACE.items(), ("country", 2), *list(CONTACT.items())[4:]]),
        "wishes": made(WISHES.items()),
    }


def changing(order: OrderDetail, scope: Scope, said: QueryDict | None) -> dict[str, Any]:
    """What the page needs to have an order changed: who may, and the fields of the form."""
    row = order.row
    now = {
        "speed": row.speed,
        "not_before": row.not_before.isoformat() if row.not_before else "",
        "priority": str(row.priority),
    }
    ticked = {name: getattr(order, name) if said is None else said.get(name) == "yes" for name in TICKS}
    words = {"signed_for": "Signed for", "saturday": "On a Saturday", "residential": "To a private home"}
    families = dict.fromkeys(family for one in order.faults if (family := family_of(one.reason)))
    return {
        "may_order": scope.may("order"),
        "may_plan": scope.may("plan"),
        "may_plan_now": scope.may("plan") or scope.may("order"),
        "changeable": row.state in CHANGEABLE,
        "cancellable": row.state in CANCELLABLE,
        "to_settle": [(one, SETTLED[one]) for one in families],
        "said": said is not None,
        "boxes": boxes(order, said),
        "typed": {name: _said(said, name, value) for name, value in now.items()},
        "ticks": [(name, words[name], ticked[name]) for name in TICKS],
        "quantities": [
            (line, _said(said, f"quantity-{number}", str(line.quantity))) for number, line in enumerate(order.lines, 1)
        ],
        "speeds": SPEEDS,
        "most_priority": MOST_PRIORITY,
        "cancel_reasons": CANCEL_REASONS,
    }


def edited_from(form: QueryDict) -> Callable[[Order], Order]:
    """Read the form; all of its fields are there. Raises Conflict with the field's name for what cannot be."""
    contact = {name: _read(form, name, most) for name, most in CONTACT.items()}
    place: dict[str, Any] = {name: _read(form, name, most) for name, most in PLACE.items()}
    place["country"] = _tried("country", lambda: _country(form.get("country", "").strip().upper()))
    wishes: dict[str, Any] = {name: _read(form, name, most) for name, most in WISHES.items()}
    wishes |= {name: form.get(name) == "yes" for name in TICKS}
    speed = next((one for one in SPEEDS if one == form.get("speed")), None)
    not_before = _read_day(form.get("not_before", "").strip())
    priority = _whole(form, "priority", MOST_PRIORITY)

    def edited(order: Order) -> Order:
        if not_before and order.promised_by and not_before > order.promised_by:
            raise Conflict(f"not before: is after {order.promised_by}, by when the shop has promised it")
        return replace(
            order,
            lines=_lines(form, order.lines),
            contact=replace(order.contact, **contact),
            place=replace(order.place, **place),
            speed=speed,
            not_before=not_before,
            priority=priority,
            **wishes,
        )

    return edited


def _lines(form: QueryDict, lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    """Quantities are named after their line; none leaves the line out."""
    kept = []
    for number, line in enumerate(lines, 1):
        name = f"quantity-{number}"
        units = _whole(form, name, MOST_UNITS) if name in form else line.quantity
        if units:
            kept.append(replace(line, quantity=units))
    if lines and not kept:
        raise Conflict("quantity: an order asks for something; cancel it instead")
    return tuple(kept)


def _read(form: QueryDict, name: str, most: int) -> str:
    value = form.get(name, "").strip()
    if len(value) > most:
        raise Conflict(f"{name.replace('_', ' ')}: is longer than {most} characters")
    return str(_tried(name, lambda: _text(value)))


def _read_day(value: str) -> date | None:
    if not value:
        return None
    found = _tried("not before", lambda: _day(value))
    return found if isinstance(found, date) else None


def _whole(form: QueryDict, name: str, most: int) -> int:
    value = form.get(name, "").strip() or "0"
    if not (value.isascii() and value.isdigit() and len(value) <= 7 and int(value) <= most):
        raise Conflict(f"{name.split('-')[0]}: is not a number from 0 to {most}")
    return int(value)


def _tried(name: str, parse: Callable[[], Told]) -> Told:
    try:
        return parse()
    except ValueError as why:
        raise Conflict(f"{name.replace('_', ' ')}: {why}") from None


def _said(said: QueryDict | None, name: str, value: str) -> str:
    return value if said is None else said.get(name, value)
