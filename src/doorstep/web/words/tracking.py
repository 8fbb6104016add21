"""A shopper's order in words: when it comes, how sure that is, and how far each parcel is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from doorstep.core.events.queries import FactRow
from doorstep.core.messages.tracking import Travelling
from doorstep.domain.journey import ARRIVED, OrderState, ParcelState
from doorstep.domain.units import PPM

STEPS = ("Ordered", "Packed", "With the carrier", "On its way", "Out for delivery", "Delivered")
_REACHED: dict[ParcelState, int] = {
    "planned": 0, "released": 0, "packed": 1, "labelled": 1, "staged": 1, "handed_over": 2, "in_transit": 3,
    "out_for_delivery": 4, "at_pickup_point": 4, "failed": 4, "returning": 4, "returned": 4,
    "delivered": 5, "left_at_safe_place": 5, "cancelled": 0,
}  # fmt: skip
_STEP_OF = {
    "OrderPlaced": 0, "ParcelPacked": 1, "ParcelHandedOver": 2, "ParcelScanned": 3, "OutForDelivery": 4,
    "AtPickupPoint": 4, "DeliveryFailed": 4, "Delivered": 5, "LeftAtSafePlace": 5,
}  # fmt: skip
_LAST_NAMES: dict[ParcelState, tuple[int, str]] = {
    "at_pickup_point": (4, "At the pick-up point"),
    "failed": (4, "Delivery tried"),
    "returning": (4, "On its way back"),
    "returned": (4, "Back with the sender"),
    "left_at_safe_place": (5, "Left at the place you chose"),
}
_LIKELY = ((980_000, "almost certainly"), (900_000, "very likely"), (750_000, "likely"), (500_000, "rather likely"))
_NOTES: dict[ParcelState, str] = {
    "at_pickup_point": "It waits for you at the pick-up point.",
    "failed": "The carrier could not hand it over and will try again, or keep it for you.",
    "returning": "It could not be delivered and is on its way back to the shop.",
    "returned": "It could not be delivered and is back with the shop.",
    "left_at_safe_place": "It was left at the place you chose.",
}


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    reached: bool
    current: bool
    on: date | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A depot that told of a parcel."""

    place: str
    at: datetime  # local at the site

    @property
    def day(self) -> date:
        return self.at.date()

    @property
    def clock(self) -> str:
        return f"{self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class ParcelStory:
    number: int
    tracking: str
    steps: tuple[Step, ...]
    note: str
    seen: tuple[Seen, ...]  # the depots that told of it, the latest first
    arrives: str  # in words; empty: it has arrived, or nobody knows
    before: str  # the promised day, where a later one is expected
    ended: bool  # it has arrived, or is not coming any more


@dataclass(frozen=True, slots=True)
class Headline:
    what: str
    more: str
    likely: str  # in words, with the number
    kind: str  # good, late, bad, calm: how the page is toned


def stories(parcels: Sequence[Travelling], facts: Iterable[FactRow]) -> tuple[ParcelStory, ...]:
    facts = list(facts)
    return tuple(_story(number, one, facts) for number, one in enumerate(parcels, start=1))


def headline(
    state: OrderState, parcels: Sequence[Travelling], today: date, expected_by: date | None = None
) -> Headline:
    """Say the most important of an order; `expected_by` is of a back-order."""
    if state == "cancelled":
        return Headline(
            "This order was cancelled", "Nothing is on its way. Ask the shop if that surprises you.", "", "bad"
        )
    if state == "open" and expected_by is not None:
        if expected_by < today:
            return Headline("Your order is late", "It waits for goods that have not come yet.", "", "late")
        more = "It waits for goods that are on their way to the shop. The day is firm once they are there."
        return Headline(f"Expected by {weekday(expected_by)}", more, "", "calm")
    if state in ("open", "held") or not parcels:
        return Headline(
            "We are getting your order ready", "The day of delivery stands here once it is planned.", "", "calm"
        )
    if all(one.state in ARRIVED for one in parcels):
        return _arrived(parcels)
    if all(one.state in ("returned", "returning") for one in parcels):
        more = "It could not be delivered. The shop will tell you how it goes on."
        back = all(one.state == "returned" for one in parcels)
        what = "Your parcel is back with the shop" if back else "Your parcel is going back to the shop"
        return Headline(what, more, "", "bad")
    if failed := [one for one in parcels if one.state == "failed"]:
        return _failed(failed, today)
    if any(one.state == "at_pickup_point" for one in parcels):
        return Headline("Ready for you at the pick-up point", "Take something with your name on it along.", "", "good")
    return _under_way([one for one in parcels if one.state not in (*ARRIVED, "returned", "returning")], today)


def as_expected(one: Travelling, today: date) -> Travelling:
    """Let a parcel be expected on the day that was foreseen, unless its carrier names one that is still to come.

    What it has tried to deliver comes when its carrier says; that is not foreseen.
    """
    said = one.expected_by is not None and one.expected_by >= today and not one.expected_at_earliest
    if said or one.foreseen_by is None or one.foreseen_by < today or one.state in ("out_for_delivery", "failed"):
        return one
    return replace(one, expected_by=one.foreseen_by)


def likelihood(ppm: int) -> str:
    """Say a probability in a word and as a number that promises no more than it is."""
    word = next((word for least, word in _LIKELY if ppm >= least), "not certain")
    return f"{word}: {min(99, ppm * 100 // PPM)} of 100 such parcels arrive by then"


def weekday(when: date) -> str:
    return f"{when:%A}, {when.day} {when:%B}"


def _failed(parcels: Sequence[Travelling], today: date) -> Headline:
    """Say when it is tried again, if the carrier has said so; a day that has passed is no news."""
    said = [one.expected_by for one in parcels if one.expected_by and not one.expected_at_earliest]
    again = [day for day in said if day >= today]
    more = (
        f"The carrier tries again: we expect it on {weekday(max(again))}."
        if again
        else ("The carrier tries again, or keeps it for you.")
    )
    return Headline("The delivery was tried and did not work", more, "", "late")


def _arrived(parcels: Sequence[Travelling]) -> Headline:
    ended = [_local(one.ended_at, one) for one in parcels if one.ended_at]
    left = any(one.state == "left_at_safe_place" for one in parcels)
    what = "Left at the place you chose" if left else "Delivered"
    return Headline(what, f"On {weekday(max(ended))}." if ended else "", "", "good")


def _under_way(parcels: Sequence[Travelling], today: date) -> Headline:
    last = max(parcels, key=lambda one: one.expected_by or one.promised_by)
    promised = max(one.promised_by for one in parcels)
    expected = last.expected_by or last.promised_by
    if expected < today <= promised:
        expected = promised  # the carrier was too hopeful; what was promised stands
    out = "It is out for delivery. " if any(one.state == "out_for_delivery" for one in parcels) else ""
    if expected < today:
        more = f"{out}We promised {weekday(promised)}. It is late, and we do not know the new day yet."
        return Headline("Later than promised", more, "", "late")
    if expected > promised:
        more = f"{out}We promised {weekday(promised)} and are sorry: this is the day we now expect."
        return Headline(weekday(expected), more, "", "late")
    likely = likelihood(min(one.on_time_ppm for one in parcels))
    at_the_door = all(one.state == "out_for_delivery" for one in parcels)
    if expected < promised or at_the_door:
        what = "Out for delivery" if at_the_door else weekday(expected)
        more = f"We expect it on {weekday(expected)}. It was promised by {weekday(promised)}."
        return Headline(what, more if expected < promised else f"Promised by {weekday(promised)}.", "", "calm")
    more = f"{out}Your {'parcel is' if len(parcels) == 1 else 'parcels are'} promised by this day."
    return Headline(weekday(promised), more, likely, "calm")


def _story(number: int, one: Travelling, facts: Sequence[FactRow]) -> ParcelStory:
    reached = _REACHED[one.state]
    named = _LAST_NAMES.get(one.state)
    days: dict[int, date] = {}
    for fact in facts:  # the first of each step
        at = _STEP_OF.get(fact.kind)
        if at is not None and fact.data.get("parcel", one.parcel) == one.parcel:
            days.setdefault(at, _local(fact.at, one))
    if one.ended_at and one.state in ARRIVED:
        days[len(STEPS) - 1] = _local(one.ended_at, one)  # when it was there, not when we heard of it
    steps = tuple(
        Step(named[1] if named and named[0] == at else name, at <= reached, at == reached, days.get(at))
        for at, name in enumerate(STEPS)
        if at <= reached or one.state not in ("returning", "returned")
    )
    gone = one.state in (*ARRIVED, "returning", "returned")
    expected = one.expected_by or one.promised_by
    return ParcelStory(
        number,
        one.tracking,
        steps,
        _note(one),
        _seen(one, facts),
        "" if gone else weekday(expected),
        weekday(one.promised_by) if not gone and expected > one.promised_by else "",
        gone,
    )


def _seen(one: Travelling, facts: Sequence[FactRow]) -> tuple[Seen, ...]:
    """Each depot once in a row, when it was first heard of from there."""
    told: list[Seen] = []
    for fact in facts:
        place = str(fact.data.get("place") or "")
        if fact.kind != "ParcelScanned" or not place or fact.data.get("parcel") != one.parcel:
            continue
        if not told or told[-1].place != place:
            told.append(Seen(place, fact.at.astimezone(ZoneInfo(one.time_zone))))
    return tuple(reversed(told))


def _note(one: Travelling) -> str:
    note = _NOTES.get(one.state, "")
    said = one.state_reason if one.state in ("failed", "returning", "returned") else ""
    return f"{note} The carrier says: {said}." if said else note


def _local(at: datetime, one: Travelling) -> date:
    return at.astimezone(ZoneInfo(one.time_zone)).date()
