"""Facts in words. A kind that is not in the table is told by its own name, so that nothing is ever left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doorstep.core.events.queries import FactRow
from doorstep.documents.report.wording import amount, counted, day, percent_ppm, weight
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
    return Happened(fact.at, what, more, who(fact.actor))


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


def _changed(data: Data, _: Currency) -> str:
    return ", ".join(name.replace("_", " ") for name in data["changed"])


def _settled(data: Data, _: Currency) -> str:
    return f"{', '.join(data['settled'])} settled" if data["settled"] else "released"


def _overridden(data: Data, currency: Currency) -> str:
    cost, before = amount(currency, int(data["cost_minor"])), amount(currency, int(data["before_minor"]))
    return f"for {cost} instead of {before}"


def _short(data: Data, _: Currency) -> str:
    place = f" in {data['bin']}" if data["bin"] else ""
    return f"{counted(int(data['quantity']), 'unit')} of {data['sku']} missing{place}"


def _taken_back(data: Data, _: Currency) -> str:
    units = int(data["units"])
    return f"{counted(units, 'unit')} to be put back" if units else "nothing had been picked"


def _packed(data: Data, _: Currency) -> str:
    return f"{data['parcel']} in {data['carton'].replace('-', ' ')}, {weight(int(data['weight_g']))}"


def _scanned(data: Data, _: Currency) -> str:
    place = f" at {data['place']}" if data["place"] else ""
    return f"parcel {data['parcel']}: {data['milestone'].replace('_', ' ')}{place}"


def _failed(data: Data, _: Currency) -> str:
    return f"parcel {data['parcel']}, attempt {data['attempt']}: {reason_words(data['reason'])}"


def _expected(data: Data, _: Currency) -> str:
    return f"expected by {day(date.fromisoformat(data['expected_by']))}"


def _late(data: Data, _: Currency) -> str:
    return f"parcel {data['parcel']} is expected by {day(date.fromisoformat(data['expected_by']))}"


def _refund(data: Data, currency: Currency) -> str:
    return f"{amount(currency, int(data['amount_minor']))} for {data['rma']}"


def _wish(data: Data, _: Currency) -> str:
    wish = str(data["wish"]).replace("_", " ")
    satisfied = {1: "; satisfied", -1: "; not satisfied"}.get(int(data["score"]), "")
    return f"{wish} next time{satisfied}"


def _nothing(data: Data, _: Currency) -> str:
    return _plain(data)


def _plain(data: Data) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in data.items() if value not in (None, "", []))


def _spaced(kind: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", kind).capitalize()


def who(actor: str) -> str:
    kind, _, number = actor.partition(":")
    named = {"user": f"person {number}", "key": f"API key {number}", "system": "Doorstep"}
    return {**named, "carrier": f"the carrier ({number})"}.get(kind, actor)


_KINDS: dict[str, tuple[str, Callable[[Data, Currency], str]]] = {
    "OrderPlaced": ("Placed", _nothing),
    "OrderPromised": ("Promised", _promised),
    "Repromised": ("Promised anew", _promised),
    "QuoteAccepted": ("Ordered as quoted", _quoted),
    "OrderHeld": ("Held", _reason),
    "OrderWaits": ("Waits", _reason),
    "OrderBackOrdered": ("Waits for announced goods", _expected),
    "OrderUnplanned": ("Not planned", _reason),
    "OrderReleased": ("Released to the floor", _nothing),
    "OrderCancelled": ("Cancelled", _reason),
    "OrderEdited": ("Changed", _changed),
    "FaultsSettled": ("Looked at", _settled),
    "PlanOverridden": ("Sent otherwise", _overridden),
    "ReviewRuleSet": ("Orders to be looked at", _nothing),
    "OrderTakenBack": ("Taken back from the floor", _taken_back),
    "PickStarted": ("Picking began", _nothing),
    "PickShort": ("Short at the bin", _short),
    "ParcelPacked": ("Packed", _packed),
    "ParcelLabelled": ("Label bought", _nothing),
    "LabelVoided": ("Label given back", _nothing),
    "ParcelStaged": ("Staged for its carrier", _nothing),
    "ParcelHandedOver": ("Handed to the carrier", _nothing),
    "ParcelScanned": ("Scanned by the carrier", _scanned),
    "OutForDelivery": ("Out for delivery", _nothing),
    "InboundAnnounced": ("Goods announced", _nothing),
    "KitDefined": ("Kit defined", _nothing),
    "StockReceived": ("Goods received", _nothing),
    "StockAdjusted": ("Stock adjusted", _nothing),
    "TransferSent": ("Transfer sent", _nothing),
    "TransferReceived": ("Transfer received", _nothing),
    "Delivered": ("Delivered", _nothing),
    "LeftAtSafePlace": ("Left at the safe place", _nothing),
    "AtPickupPoint": ("At the pick-up point", _nothing),
    "DeliveryFailed": ("Delivery failed", _failed),
    "ReturningToSender": ("On its way back", _nothing),
    "ReturnedToSender": ("Back with the sender", _nothing),
    "LateRisk": ("Likely late", _late),
    "ReturnAsked": ("Return asked for", _nothing),
    "ReturnLabelled": ("Label for the return bought", _nothing),
    "ReturnReceived": ("Return received", _nothing),
    "ReturnGraded": ("Return graded", _nothing),
    "RefundDue": ("Refund due", _refund),
    "SurveyAnswered": ("Shopper answered", _wish),
    "LinkRevoked": ("Tracking link replaced", _nothing),
    "ShopperTold": ("Shopper told", _nothing),
}
_REASONS = {
    "": "no reason given",
    "stock_out": "out of stock at every site",
    "back_order": "waits for goods on their way",
    "stock_taken": "its stock went to other orders",
    "short_at_pick": "its goods were not in their bin",
    "unknown_sku": "unknown sku",
    "no_lines": "no lines",
    "no_zone": "no service goes there",
    "no_service": "no service takes it",
    "no_collection": "no carrier calls where the goods are",
    "promise_unreachable": "no date can be kept as often as asked",
    "address_incomplete": "address incomplete",
    "address_postcode": "postcode not of that country",
    "address_region": "region and postcode do not fit",
    "payment_pending": "payment has not arrived",
    "payment_failed": "payment failed",
    "customs_data_missing": "customs data missing",
    "brand_review": "to be looked at",
    "capacity": "sites and services are full",
    "costs_more_than_unplanned": "costs more than leaving it",
}
