"""What becomes of a shipment, step by step. Chosen by what it asks for, else by chance that a seed fixes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from doorstep.domain.travel import Milestone

DEPOTS = ("Depot North", "Hub Centre", "Depot South", "Depot East", "Depot West", "Hub Harbour")
LATE_DAYS = 4


@dataclass(frozen=True, slots=True)
class Step:
    status: Milestone
    place: str  # `origin`, `hub`, `destination`: a depot; anything else is itself
    reason: str = ""
    late_days: int = 0  # what the carrier expects beyond its usual time


_THERE = (
    Step("accepted", "origin"),
    Step("in_transit", "hub"),
    Step("in_transit", "destination"),
    Step("out_for_delivery", "destination"),
)
_FAILED = Step("failed", "door", "nobody was at home")
SCENARIOS: dict[str, tuple[Step, ...]] = {
    "delivered": (*_THERE, Step("delivered", "door")),
    "safe_place": (*_THERE, Step("left_at_safe_place", "safe place")),
    "pickup_point": (*_THERE[:3], Step("at_pickup_point", "pick-up point"), Step("delivered", "pick-up point")),
    "second_attempt": (*_THERE, _FAILED, _THERE[3], Step("delivered", "door")),
    "returned": (
        *_THERE,
        _FAILED,
        _THERE[3],
        Step("failed", "door", "the address was not found"),
        Step("returning", "destination", "two attempts have failed"),
        Step("returned", "origin"),
    ),
    "late": (
        *_THERE[:2],
        Step("in_transit", "hub", "the line haul was missed", LATE_DAYS),
        *_THERE[2:],
        Step("delivered", "door"),
    ),
}
_CHANCES = (("delivered", 80), ("second_attempt", 90), ("late", 96), ("returned", 100))


def choose(seed: int, reference: str, pickup_point: str, safe_place: str) -> str:
    if pickup_point:
        return "pickup_point"
    if safe_place:
        return "safe_place"
    drawn = _drawn(f"{seed}:{reference}") % 100
    return next(name for name, below in _CHANCES if drawn < below)


def place_of(step: Step, from_postcode: str, to_postcode: str) -> str:
    """Name the depot of a step; neighbours share one."""
    depots = {"origin": from_postcode[:2], "destination": to_postcode[:2], "hub": from_postcode[:1] + to_postcode[:1]}
    return DEPOTS[_drawn(depots[step.place]) % len(DEPOTS)] if step.place in depots else step.place


def _drawn(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
