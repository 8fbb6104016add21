"""Let parcels stand as all their scans say, and record what they have come to.

A carrier's own words may name a neighbour: they stay in the scan, and facts hold the milestone, the depot and a code.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from doorstep.core.events.actions import NewFact, record_each
from doorstep.core.parcels import scans as kept_scans
from doorstep.core.parcels.actions import settle
from doorstep.core.parcels.scans import Kept, Stood
from doorstep.core.statements import together
from doorstep.domain.travel import Scan, depot_of, reason_code
from doorstep.flows.keep_plan import order_reference


def let_stand(kept: Iterable[Kept], actor: str, now: datetime) -> None:
    """Let the parcels of new scans stand as they say, and record it. Call within a transaction, before any posting."""
    fresh: dict[int, list[Scan]] = {}
    for one in kept:
        if one.parcel is not None:
            fresh.setdefault(one.parcel, []).append(one.scan)
    stood = kept_scans.weigh(fresh)
    settle({one.order_id for one in stood if one.moved})
    facts: list[tuple[int, int | None, datetime, NewFact]] = []
    for parcel in stood:
        new = sorted(fresh[parcel.pk], key=lambda scan: (scan.at, scan.event))
        facts += [(parcel.operator, parcel.brand_id, min(scan.at, now), _scanned(parcel, scan)) for scan in new]
        facts += _news(parcel, {scan.event for scan in new}, now)
    with together():
        record_each(facts, actor=actor)


def tell(one: Stood, new: set[str], actor: str, now: datetime) -> None:
    """Record what the parcel has come to, if that is news: of scans that came late there is none."""
    record_each(_news(one, new, now), actor=actor)


def _scanned(parcel: Stood, scan: Scan) -> NewFact:
    return NewFact(
        "ParcelScanned",
        order_reference(parcel.order_id),
        {"parcel": parcel.code, "milestone": scan.milestone, "place": depot_of(scan)},
    )


def _news(one: Stood, new: set[str], now: datetime) -> list[tuple[int, int | None, datetime, NewFact]]:
    at = min(one.deciding.at, now) if one.deciding else now
    return [(one.operator, one.brand_id, at, fact) for fact in (*_came_to(one, new), *_at_risk(one))]


def _came_to(one: Stood, new: set[str]) -> Iterable[NewFact]:
    scan, subject = one.deciding, order_reference(one.order_id)
    tried_again = one.now.state == "failed" and one.now.deciding in new
    if scan is None or not (one.moved or tried_again) or one.before in kept_scans.HELD_BACK:
        return
    match one.now.state:
        case "out_for_delivery":
            yield NewFact("OutForDelivery", subject, {"parcel": one.code})
        case "delivered":
            yield NewFact("Delivered", subject, {"parcel": one.code})
        case "left_at_safe_place":
            yield NewFact("LeftAtSafePlace", subject, {"parcel": one.code})
        case "at_pickup_point":
            yield NewFact("AtPickupPoint", subject, {"parcel": one.code})
        case "failed":
            yield NewFact(
                "DeliveryFailed",
                subject,
                {"parcel": one.code, "reason": reason_code(scan.reason), "attempt": one.now.attempts},
            )
        case "returning":
            yield NewFact("ReturningToSender", subject, {"parcel": one.code, "reason": reason_code(scan.reason)})
        case "returned":
            yield NewFact("ReturnedToSender", subject, {"parcel": one.code})


def _at_risk(one: Stood) -> Iterable[NewFact]:
    """The carrier expects it later than we promised, and has not said so before."""
    expected = one.now.expected_by
    if one.now.ended_at is None and expected and expected > one.promised_by and expected != one.expected_before:
        yield NewFact(
            "LateRisk", order_reference(one.order_id), {"parcel": one.code, "expected_by": expected.isoformat()}
        )
