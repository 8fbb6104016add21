"""Facts in words. A kind that is not in the table is told by its own name, so that nothing is ever left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doorstep.core.events.queries import FactRow
from doorstep.documents.report.wording import amount, counted, day, percent_ppm
from doorstep.domain.money import Currency

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happened:
    at: datetime
    what: str
    more: str
    who: str


def happened(fact: FactRow, currency: Currency) -> Happened:
    known = _KINDS.get(fact.kind)
    more = ""
    if known:
        what, tell = known
        try:
            more = tell(fact.data, currency)
        except (KeyError, TypeError, ValueError):  # an older version of the fact
            more = _plain(fact.data)
    else:
        what, more = _spaced(fact.kind), _plain(fact.data)
    return Happened(fact.at, what, more, _who(fact.actor))


def reason_words(code: str) -> str:
    """Say a reason in words; one that is not in the table says itself."""
    return _REASONS.get(code, code.replace("_", " "))


def _promised(data: Data, currency: Currency) -> str:
    parcels, cost = counted(int(data["parcels"]), "parcel"), amount(currency, int(data["cost_minor"]))
    promised, chance = day(date.fromisoformat(data["promised_by"])), percent_ppm(int(data["on_time_ppm"]))
    return f"by {promised}, {chance} on time, {parcels} for {cost}"


def _quoted(data: Data, currency: Currency) -> str:
    drift = int(data["drift_minor"])
    more = f", {amount(currency, abs(drift))} {'dearer' if drift > 0 else 'cheaper'} than quoted" if drift else ""
    return f"quote {data['quote']}, {'its plan kept' if data['kept'] else 'planned anew'}{more}"


def _reason(data: Data, _: Currency) -> str:
    return reason_words(data["reason"])


def _nothing(data: Data, _: Currency) -> str:
    return _plain(data)


def _plain(data: Data) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in data.items() if value not in (None, "", []))


def _spaced(kind: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", kind).capitalize()


def _who(actor: str) -> str:
    kind, _, number = actor.partition(":")
    return {"user": f"person {number}", "key": f"API key {number}", "system": "Doorstep"}.get(kind, actor)


_KINDS: dict[str, tuple[str, Callable[[Data, Currency], str]]] = {
    "OrderPlaced": ("Placed", _nothing),
    "OrderPromised": ("Promised", _promised),
    "Repromised": ("Promised anew", _promised),
    "QuoteAccepted": ("Ordered as quoted", _quoted),
    "OrderHeld": ("Held", _reason),
    "OrderWaits": ("Waits", _reason),
    "OrderUnplanned": ("Not planned", _reason),
    "OrderReleased": ("Released to the floor", _nothing),
    "OrderCancelled": ("Cancelled", _nothing),
    "ParcelPacked": ("Packed", _nothing),
    "ParcelLabelled": ("Label bought", _nothing),
    "ParcelHandedOver": ("Handed to the carrier", _nothing),
    "Delivered": ("Delivered", _nothing),
    "DeliveryFailed": ("Delivery failed", _nothing),
}
_REASONS = {
    "": "no reason given",
    "stock_out": "out of stock at every site",
    "stock_taken": "its stock went to other orders",
    "unknown_sku": "unknown sku",
    "no_lines": "no lines",
    "no_zone": "no service goes there",
    "no_service": "no service takes it",
    "no_collection": "no carrier calls where the goods are",
    "promise_unreachable": "no date can be kept as often as asked",
    "capacity": "sites and services are full",
    "costs_more_than_unplanned": "costs more than leaving it",
}
