"""Scans of carriers, and how a parcel stands after them: a function of all its scans, in whatever order they came."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from doorstep.domain.journey import ParcelState

Milestone = Literal[
    "announced", "accepted", "in_transit", "out_for_delivery", "at_pickup_point", "failed", "delivered",
    "left_at_safe_place", "returning", "returned",
]  # fmt: skip
STATE_OF: dict[Milestone, ParcelState | None] = {
    "announced": None,  # the carrier knows of it and has not seen it
    "accepted": "in_transit",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "at_pickup_point": "at_pickup_point",
    "failed": "failed",
    "delivered": "delivered",
    "left_at_safe_place": "left_at_safe_place",
    "returning": "returning",
    "returned": "returned",
}
MILESTONES: tuple[Milestone, ...] = tuple(STATE_OF)
AT_DEPOTS: frozenset[Milestone] = frozenset({"accepted", "in_transit"})  # elsewhere the place may name a person
_REASONS = {
    "nobody was at home": "nobody_home",
    "the address was not found": "address_not_found",
    "two attempts have failed": "attempts_failed",
    "it was refused": "refused",
    "it is damaged": "damaged",
}
TERMINAL: frozenset[Milestone] = frozenset({"delivered", "left_at_safe_place", "returned"})
_RANK = {milestone: rank for rank, milestone in enumerate(MILESTONES)}


@dataclass(frozen=True, slots=True)
class Party:
    """Who sends or receives, as a label says it. Personal data: in memory and on the label, never in a fact."""

    name: str
    company: str
    address_1: str
    address_2: str
    postcode: str
    city: str
    region: str
    country: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a carrier tells of a parcel. `event` is the carrier's own number of it, and never given twice."""

    event: str
    tracking: str
    milestone: Milestone
    at: datetime  # aware; when it happened, not when it was told
    place: str = ""
    reason: str = ""
    expected_by: date | None = None  # the carrier's word for when it will be there


@dataclass(frozen=True, slots=True)
class Standing:
    """How a parcel stands after its scans; `state` is None before the first that says anything."""

    state: ParcelState | None
    deciding: str  # the event that says so
    reason: str
    attempts: int
    expected_by: date | None
    ended_at: datetime | None


def standing(scans: Iterable[Scan]) -> Standing:
    """Say how a parcel stands. The latest scan by its own time decides; one that ends the journey, over all others.

    Order and repetition do not matter: scans are told apart by their event, and set in order by what they say.
    """
    told = sorted({scan.event: scan for scan in scans}.values(), key=_order)
    seen = [scan for scan in told if STATE_OF[scan.milestone] is not None]
    ended = [scan for scan in seen if scan.milestone in TERMINAL]
    expected = [scan.expected_by for scan in told if scan.expected_by is not None]
    attempts = sum(scan.milestone == "failed" for scan in seen)
    last_expected = expected[-1] if expected else None
    if not seen:
        return Standing(None, "", "", attempts, last_expected, None)
    deciding = (ended or seen)[-1]
    return Standing(
        state=STATE_OF[deciding.milestone],
        deciding=deciding.event,
        reason=deciding.reason,
        attempts=attempts,
        expected_by=last_expected,
        ended_at=deciding.at if ended else None,
    )


def depot_of(scan: Scan) -> str:
    """The place of a scan where it is a depot's; what is said at a door may name somebody, and stays in the scan."""
    return scan.place if scan.milestone in AT_DEPOTS else ""


def reason_code(told: str) -> str:
    """One of a few codes for a carrier's words, which may hold anything; no words: none."""
    plain = told.strip().lower()
    return _REASONS.get(plain, plain if plain in _REASONS.values() else "other") if plain else ""


def plain_reason(told: str) -> str:
    """A carrier's words where they are among those known, which name nobody; else nothing."""
    return "" if reason_code(told) == "other" else told


def without_words(scan: Scan) -> Scan:
    """A scan with no more of what was told than names nobody."""
    return replace(scan, place=depot_of(scan), reason=plain_reason(scan.reason))


def names_one_of(text: str, names: Collection[str]) -> bool:
    """Whether a text has one of these names as a whole: 4711 is not in A4711 and not in 47110.

    Texts are JSON as often as not, in which the letter of an escaped line feed belongs to no name.
    """
    one = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    return bool(one and re.search(rf"(?:(?<![^\W_])|(?<=\\[nrt]))(?:{one})(?![^\W_])", text))


def _order(scan: Scan) -> tuple[datetime, int, str]:
    """By time; scans of one instant as journeys go."""
    return scan.at, _RANK[scan.milestone], scan.event
