"""How an order stood at any instant, told by its facts alone: they are folded one by one, and nothing else is asked.

Facts tell of parcels by their codes from the bench on; until then only how many there are. A carrier's milestones are
weighed as when they came in, so that late and repeated ones do no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from doorstep.domain.journey import OrderState, ParcelState, order_state
from doorstep.domain.travel import MILESTONES, Scan, standing


@dataclass(frozen=True, slots=True)
class PastFact:
    """What happened to an order, as it is folded."""

    id: int
    at: datetime
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PastParcelState:
    """A parcel that was packed: how it stood, and which milestones had been told of it."""

    state: ParcelState
    milestones: tuple[Scan, ...] = ()


@dataclass(frozen=True, slots=True)
class AsItStood:
    """An order at an instant. `known` False: there was no such order yet."""

    known: bool = False
    state: OrderState = "open"
    reason: str = ""
    promised_by: date | None = None  # of the last parcel
    planned: int = 0  # parcels of the plan
    on_floor: bool = False  # some of them were released
    parcels: Mapping[str, PastParcelState] = field(default_factory=dict)
    returns: Mapping[str, str] = field(default_factory=dict)  # by their numbers, as return states name it
    late: frozenset[str] = frozenset()  # parcels that were expected later than promised
    erased: bool = False


Step = Callable[[AsItStood, PastFact], AsItStood]


def fold(facts: Iterable[PastFact], as_of: datetime | None = None) -> AsItStood:
    """Say how an order stood after its facts, oldest first; only those that happened until `as_of` count."""
    stood = AsItStood()
    for fact in facts:
        if as_of is not None and fact.at > as_of:
            continue
        step = STEPS.get(fact.kind)
        stood = step(replace(stood, known=True), fact) if step else replace(stood, known=True)
    return stood


def _to(state: OrderState) -> Step:
    """Into a state without a plan; what was packed is so no more."""

    def step(stood: AsItStood, fact: PastFact) -> AsItStood:
        reason = str(fact.data.get("reason", ""))
        return replace(
            stood, state=state, reason=reason, promised_by=None, planned=0, on_floor=False, parcels=_left(stood)
        )

    return step


def _promised(stood: AsItStood, fact: PastFact) -> AsItStood:
    by, number = date.fromisoformat(fact.data["promised_by"]), int(fact.data["parcels"])
    return replace(
        stood, state="planned", reason="", promised_by=by, planned=number, on_floor=False, parcels=_left(stood)
    )


def _cancelled(stood: AsItStood, fact: PastFact) -> AsItStood:
    return replace(stood, state="cancelled", reason=str(fact.data.get("reason", "")), parcels={})


def _released(stood: AsItStood, _: PastFact) -> AsItStood:
    return _settled(replace(stood, on_floor=True, reason=""))


def _taken_back(stood: AsItStood, _: PastFact) -> AsItStood:
    return _settled(replace(stood, on_floor=False, parcels=_left(stood)))


def _parcel(state: ParcelState) -> Step:
    def step(stood: AsItStood, fact: PastFact) -> AsItStood:
        code = str(fact.data["parcel"])
        before = stood.parcels.get(code, PastParcelState(state))
        return _settled(replace(stood, parcels={**stood.parcels, code: replace(before, state=state)}))

    return step


def _scanned(stood: AsItStood, fact: PastFact) -> AsItStood:
    """A milestone counts by its own time, and of a parcel that is with us still it moves nothing."""
    code = str(fact.data["parcel"])
    before = stood.parcels.get(code)
    milestone = next((one for one in MILESTONES if one == fact.data["milestone"]), None)
    if before is None or milestone is None:
        return stood
    told = (*before.milestones, Scan(str(fact.id), "", milestone, fact.at, str(fact.data.get("place", ""))))
    state = standing(told).state if before.state not in WITH_US else None
    after = PastParcelState(state or before.state, told)
    return _settled(replace(stood, parcels={**stood.parcels, code: after}))


def _at_risk(stood: AsItStood, fact: PastFact) -> AsItStood:
    return replace(stood, late=stood.late | {str(fact.data["parcel"])})


def _return(state: str) -> Step:
    def step(stood: AsItStood, fact: PastFact) -> AsItStood:
        return replace(stood, returns={**stood.returns, str(fact.data["rma"]): state})

    return step


def _erased(stood: AsItStood, _: PastFact) -> AsItStood:
    return replace(stood, erased=True)


def _left(stood: AsItStood) -> dict[str, PastParcelState]:
    """Parcels that have left stay whatever is planned anew."""
    return {code: one for code, one in stood.parcels.items() if one.state not in WITH_US}


def _settled(stood: AsItStood) -> AsItStood:
    """The order stands as its parcels do; those that were not packed yet are on the floor or wait for it."""
    if stood.state in ("open", "held", "cancelled"):
        return stood
    here: ParcelState = "released" if stood.on_floor else "planned"
    unpacked: list[ParcelState] = [here] * (stood.planned - len(stood.parcels))
    states = [*unpacked, *(one.state for one in stood.parcels.values())]
    return replace(stood, state=order_state(states), reason="") if states else stood


WITH_US: frozenset[ParcelState] = frozenset({"planned", "released", "packed", "labelled", "staged"})
STEPS: Mapping[str, Step] = {
    "OrderHeld": _to("held"),
    "OrderWaits": _to("open"),
    "OrderBackOrdered": _to("open"),
    "FaultsSettled": _to("open"),
    "OrderPromised": _promised,
    "Repromised": _promised,
    "OrderCancelled": _cancelled,
    "OrderReleased": _released,
    "OrderTakenBack": _taken_back,
    "ParcelPacked": _parcel("packed"),
    "ParcelLabelled": _parcel("labelled"),
    "LabelVoided": _parcel("packed"),
    "ParcelStaged": _parcel("staged"),
    "ParcelHandedOver": _parcel("handed_over"),
    "ParcelScanned": _scanned,
    "LateRisk": _at_risk,
    "ReturnAsked": _return("asked"),
    "ReturnLabelled": _return("labelled"),
    "ReturnOnItsWay": _return("on_its_way"),
    "ReturnArrived": _return("arrived"),
    "ReturnGivenBack": _return("labelled"),
    "ReturnReceived": _return("received"),
    "RefundDue": _return("graded"),
    "PersonErased": _erased,
}
