"""Facts in words. A kind that is not in the table is told by its own name, so that nothing is ever left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doorstep.core.accounts.actors import Actors
from doorstep.core.events.queries import FactRow
from doorstep.documents.report.wording import amount, counted, day, percent_ppm, weight
from doorstep.domain.investigation import OUTCOMES
from doorstep.domain.money import Currency
from doorstep.web.words.returned import returned_words

Data = Mapping[str, Any]
Tell = Callable[[Data, Currency], str]
_CODES = frozenset(  # what these keys hold is shown as it stands
    [
        "parcel",
        "sku",
        "wave",
        "tracking",
        "rma",
        "bin",
        "site",
        "lot",
        "manifest",
        "origin",
        "destination",
        "channel",
        "service",
    ]
)


@dataclass(frozen=True, slots=True)
class Happened:
    at: datetime
    what: str
    more: str
    who: str


def happened(fact: FactRow, currency: Currency, actors: Actors) -> Happened:
    known = _KINDS.get(fact.kind)
    more = ""
    if known:
        what, tell = known
        try:
            more = tell(fact.data, currency)
        except (KeyError, TypeError, ValueError):  # an older version of the fact: what it is, without what it said
            more = ""
    else:
        what = _spaced(fact.kind)
    return Happened(fact.at, what, more, who(fact.actor, actors))


def reason_words(code: str) -> str:
    """Say a reason in words; one that is not in the table says itself."""
    return _REASONS.get(code, code.replace("_", " "))


def _say(*parts: str) -> Tell:
    """Tell by parts that each name one key, `parcel {parcel}`; those whose key is empty are left out."""

    def tell(data: Data, _: Currency) -> str:
        told = []
        for part in parts:
            key = part[part.index("{") + 1 : part.index("}")]
            value = data.get(key)
            if value not in (None, "", [], {}):
                told.append(part.replace(f"{{{key}}}", _worded(key, value)))
        return ", ".join(told)

    return tell


def _worded(key: str, value: object) -> str:
    """A value as people read it: codes in words, several joined, units by what they are of."""
    if isinstance(value, Mapping):
        return ", ".join(f"{units} × {sku}" for sku, units in value.items())
    if isinstance(value, list):
        return ", ".join(_worded(key, one) for one in value)
    if key == "reason":
        return reason_words(str(value))
    if key in ("grade", "disposition"):
        return returned_words(key, str(value))
    if key.endswith("_at"):
        return day(datetime.fromisoformat(str(value)).date())
    return str(value) if key in _CODES else str(value).replace("_", " ")


def _counted(key: str, noun: str) -> Tell:
    def tell(data: Data, _: Currency) -> str:
        return counted(int(data[key]), noun)

    return tell


def _review(data: Data, currency: Currency) -> str:
    over = data["over_minor"]
    return "none" if over is None else f"those over {amount(currency, int(over))}"


def _heeded(data: Data, _: Currency) -> str:
    return "left for later orders that need them more" if data["heeded"] else "left for nobody"


def _by_lot(data: Data, _: Currency) -> str:
    return f"order of the options drawn by lot for {percent_ppm(int(data['share_ppm']))} of the quotes"


STEERED = {
    "values": "values of a delivery",
    "commitments": "commitment prices",
    "showing": "options shown by what they are worth",
    "trials": "services that are tried",
}


def _steered(data: Data, _: Currency) -> str:
    rows, what = int(data["rows"]), STEERED[str(data["kind"])]
    return f"{what}: version {data['version']}" if rows else f"{what}: none any more"


def _terms(data: Data, _: Currency) -> str:
    whose = " ".join(filter(None, (str(data.get("commitment", "")), str(data["carrier"]), str(data["account"]))))
    return f"{whose}: version {data['version']}" if data["rows"] else f"{whose}: none any more"


def _demanded(data: Data, _: Currency) -> str:
    return "of everybody" if data["required"] else "no longer"


def _looked_for(data: Data, _: Currency) -> str:
    lost, found = int(data["lost"]), int(data["found"])
    told = [f"{found} found" if found else "", f"{lost} written off" if lost else ""]
    return f"{data['sku']}: {', '.join(one for one in told if one)}; {reason_words(str(data['reason']))}"


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
    if data["expected_by"] is None:
        return f"parcel {data['parcel']} is likely late, by how much nobody knows yet"
    return f"parcel {data['parcel']} is expected by {day(date.fromisoformat(data['expected_by']))}"


def _refund(data: Data, currency: Currency) -> str:
    return f"{amount(currency, int(data['amount_minor']))} for {data['rma']}"


def _wish(data: Data, _: Currency) -> str:
    wish = str(data["wish"]).replace("_", " ")
    satisfied = {1: "; satisfied", -1: "; not satisfied"}.get(int(data["score"]), "")
    return f"{wish} next time{satisfied}"


def _alarmed(data: Data, _: Currency) -> str:
    return f"{data['late']} of {counted(int(data['due']), 'parcel')} late"


def _ended(data: Data, _: Currency) -> str:
    return OUTCOMES.get(data["outcome"], "")


def _nothing(data: Data, _: Currency) -> str:  # noqa: ARG001
    return ""


def _spaced(kind: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", kind).capitalize()


def who(actor: str, known: Actors) -> str:
    """Say who did something; of whom the reader may know nothing, no more than what they are."""
    actor, _, worker = actor.partition("/")
    if actor in known.staff:
        return "the warehouse"
    kind, _, number = actor.partition(":")
    name = known.names.get(actor, "")
    if kind == "user":
        return name or "a person"
    if kind == "key":
        return (f"API key {name}" if name else "an API key") + (f", {worker}" if worker else "")
    return {"system": "Doorstep", "shopper": "the shopper", "carrier": f"the carrier ({number})"}.get(kind, actor)


_PARCEL = _say("parcel {parcel}")
_KINDS: dict[str, tuple[str, Tell]] = {
    "OrderPlaced": ("Placed", _nothing),
    "OrderPromised": ("Promised", _promised),
    "Repromised": ("Promised anew", _promised),
    "QuoteAccepted": ("Ordered as quoted", _quoted),
    "OrderHeld": ("Held", _reason),
    "BarcodesSet": ("Bar codes set", _say("{sku}")),
    "OrderWaits": ("Waits", _reason),
    "OrderBackOrdered": ("Waits for announced goods", _expected),
    "OrderUnplanned": ("Not planned", _reason),
    "OrderReleased": ("Released to the floor", _say("wave {wave}")),
    "OrderCancelled": ("Cancelled", _reason),
    "OrderEdited": ("Changed", _changed),
    "FaultsSettled": ("Looked at", _settled),
    "PlanOverridden": ("Sent otherwise", _overridden),
    "OrderTakenBack": ("Taken back from the floor", _taken_back),
    "PickStarted": ("Picking began", _say("wave {wave}")),
    "MissingSettled": ("Missing units looked for", _looked_for),
    "PickShort": ("Short at the bin", _short),
    "ParcelPacked": ("Packed", _packed),
    "ParcelLabelled": ("Label bought", _say("parcel {parcel}", "{service}", "number {tracking}")),
    "LabelVoided": ("Label given back", _say("parcel {parcel}", "{reason}")),
    "ParcelStaged": ("Staged for its carrier", _PARCEL),
    "ParcelHandedOver": ("Handed to the carrier", _PARCEL),
    "ParcelScanned": ("Scanned by the carrier", _scanned),
    "OutForDelivery": ("Out for delivery", _PARCEL),
    "Delivered": ("Delivered", _PARCEL),
    "LeftAtSafePlace": ("Left at the safe place", _PARCEL),
    "AtPickupPoint": ("At the pick-up point", _PARCEL),
    "DeliveryFailed": ("Delivery failed", _failed),
    "ReturningToSender": ("On its way back", _say("parcel {parcel}", "{reason}")),
    "ReturnedToSender": ("Back with the sender", _PARCEL),
    "LateRisk": ("Likely late", _late),
    "ReturnAsked": ("Return asked for", _say("return {rma}")),
    "ReturnLabelled": ("Label for the return bought", _say("{rma}", "number {tracking}")),
    "ReturnScanned": ("Return scanned by the carrier", _say("{rma}", "{milestone}", "{place}")),
    "ReturnOnItsWay": ("Return on its way", _say("return {rma}")),
    "ReturnArrived": ("Return brought by the carrier", _say("return {rma}")),
    "ReturnGivenBack": ("Return given back to the shopper", _say("return {rma}")),
    "ReturnReceived": ("Return received", _say("return {rma}")),
    "ReturnGraded": ("Return graded", _say("return {rma}", "{sku}", "{grade}", "{disposition}")),
    "RefundDue": ("Refund due", _refund),
    "SurveyAnswered": ("Shopper answered", _wish),
    "LinkRevoked": ("Tracking link replaced", _nothing),
    "ShopperTold": ("Shopper told", _say("of {template}")),
    "ErasureAsked": ("Shopper to be erased", _nothing),
    "PersonErased": ("Shopper erased", _nothing),
    "CarrierSet": ("Carrier set", _say("{carrier}")),
    "CaseOpened": ("Case opened", _alarmed),
    "CaseSent": ("Letter sent", _nothing),
    "CaseAnswered": ("The carrier answered", _nothing),
    "CaseClosed": ("Case closed", _ended),
    "JobRetried": ("Work tried anew", _nothing),
    "JobDropped": ("Work forgotten", _nothing),
    "DisruptionDeclared": ("Disruption declared", _nothing),
    "DisruptionChanged": ("Disruption changed", _nothing),
    "DisruptionEnded": ("Disruption over", _nothing),
    "InboundAnnounced": ("Goods announced", _say("{sku}", "at {site}", "{quantity} units", "for {expected_at}")),
    "KitDefined": ("Kit defined", _say("{sku}", "of {parts}")),
    "StockReceived": ("Goods received", _say("{sku}", "at {site}", "{quantity} units", "lot {lot}")),
    "StockAdjusted": ("Stock adjusted", _say("{sku}", "at {site}", "{quantity} units", "{reason}", "lot {lot}")),
    "TransferSent": ("Transfer sent", _say("from {origin}", "to {destination}", "{goods}")),
    "TransferReceived": ("Transfer received", _say("at {destination}", "{goods}")),
    "BrandLoaded": ("Brand folder loaded", _counted("orders", "order")),
    "BrandChanged": ("Brand changed", _changed),
    "ReviewRuleSet": ("Orders to be looked at", _review),
    "BidPricesHeeded": ("Scarce goods", _heeded),
    "DisplayTestSet": ("Display test", _by_lot),
    "SteeringSet": ("What choices go by", _steered),
    "AccountPricesSet": ("Commitment prices", _terms),
    "ContractSet": ("Contract with a carrier", _terms),
    "ChannelAdded": ("Channel added", _say("{channel}")),
    "ChannelRenamed": ("Channel renamed", _say("{channel}")),
    "UserAdded": ("Person added", _say("{role}")),
    "UserDeactivated": ("Person shut out", _nothing),
    "UserReactivated": ("Person let in again", _nothing),
    "FirstPasswordGiven": ("First password given", _nothing),
    "PasswordChanged": ("Password changed", _nothing),
    "SecondFactorSet": ("Second factor set", _nothing),
    "SecondFactorRemoved": ("Second factor removed", _nothing),
    "SecondFactorReset": ("Second factor reset", _nothing),
    "SecondFactorDemanded": ("Second factor demanded", _demanded),
    "KeyAdded": ("Key made", _say("{role}")),
    "KeyRotated": ("Key replaced", _nothing),
    "KeyRevoked": ("Key revoked", _nothing),
    "KeyRateSet": ("Rate of a key set", _say("{per_s} a second", "{burst} at once")),
    "WebhookAdded": ("Webhook added", _nothing),
    "WebhookChanged": ("Webhook changed", _nothing),
    "WebhookEnabled": ("Webhook switched on", _nothing),
    "WebhookDisabled": ("Webhook switched off", _say("{why}")),
    "WebhookSecretRotated": ("Secret of a webhook replaced", _nothing),
    "WebhookReplayed": ("Webhooks sent again", _say("{deliveries} of them")),
    "WebhookRemoved": ("Webhook removed", _nothing),
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
    "rule": "a rule leaves it no way",
    "costs_more_than_unplanned": "costs more than leaving it",
}
