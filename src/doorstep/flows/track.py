"""Scans come in by webhook, by asking, or by hand; in any order, and more than once. Parcels stand as they all say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from doorstep.core.events.actions import NewFact, record_all
from doorstep.core.parcels import carriers as accounts
from doorstep.core.parcels import scans as kept_scans
from doorstep.core.parcels.actions import settle
from doorstep.core.parcels.carriers import AccountRow
from doorstep.core.parcels.scans import Kept, Stood
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.travel import Scan
from doorstep.flows.carriers import Carriers, connected
from doorstep.flows.keep_plan import order_reference
from doorstep.plugins.carriers.base import CarrierRefused, CarrierUnreachable
from doorstep.plugins.carriers.offline.messages import read_scans

AT_ONCE = 200  # scans of a transaction


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of scans that were told; all others had been told before."""

    new: int
    unmatched: int  # kept, and of no parcel that we know


def take_scans(account: AccountRow, scans: Sequence[Scan], *, now: datetime, actor: str = "") -> Taken:
    """Take scans in; told again they change nothing."""
    new = unmatched = 0
    for start in range(0, len(scans), AT_ONCE):
        with transaction.atomic():
            kept = kept_scans.keep(account.pk, scans[start : start + AT_ONCE], at=now)
            let_stand(kept, actor or account.actor, now)
        new += len(kept)
        unmatched += sum(one.parcel is None for one in kept)
    return Taken(new, unmatched)


def read_hook(account_pk: int, headers: dict[str, str], body: bytes, *, now: datetime, carriers: Carriers) -> Taken:
    """Take what a carrier's message says. Raises NotFound, HookRefused, ValueError."""
    account = accounts.account(account_pk)
    if account is None:
        raise NotFound("no such account with a carrier")
    return take_scans(account, carriers(account).read_hook(headers, body, now), now=now)


def enter_scans(scope: Scope, account_code: str, text: str, *, now: datetime) -> Taken:
    """Take scans from a CSV file, of a carrier that has no other way to tell them. Raises NotFound, Conflict."""
    found = [one for one in accounts.accounts(scope.operator) if one.code == account_code]
    if not found:
        raise NotFound("no such account with a carrier")
    try:
        scans = read_scans(text)
    except ValueError as why:
        raise Conflict(str(why)) from None
    return take_scans(found[0], scans, now=now, actor=scope.actor)


def poll(now: datetime, carriers: Carriers = connected) -> Taken:
    """Ask the carriers that send no messages, and answer questions, for what is under way."""
    new = unmatched = 0
    for account in accounts.all_accounts():
        carrier = carriers(account)
        if carrier.capabilities.pushes_scans or not carrier.capabilities.answers_scans:
            continue
        try:
            scans = carrier.scans(kept_scans.under_way(account.pk))
        except (CarrierUnreachable, CarrierRefused):
            continue  # the next time asks again
        taken = take_scans(account, scans, now=now)
        new, unmatched = new + taken.new, unmatched + taken.unmatched
    return Taken(new, unmatched)


def let_stand(kept: Iterable[Kept], actor: str, now: datetime) -> None:
    """Let the parcels of new scans stand as they say, and record it. Call within a transaction, before any posting."""
    fresh: dict[int, list[Scan]] = {}
    for one in kept:
        if one.parcel is not None:
            fresh.setdefault(one.parcel, []).append(one.scan)
    stood = kept_scans.weigh(fresh)
    settle({one.order_id for one in stood})
    for one in stood:
        for scan in sorted(fresh[one.pk], key=lambda scan: (scan.at, scan.event)):
            data = {"parcel": one.code, "milestone": scan.milestone, "place": scan.place}
            told = NewFact("ParcelScanned", order_reference(one.order_id), data)
            record_all(one.operator, one.brand_id, [told], at=min(scan.at, now), actor=actor)
        tell(one, {scan.event for scan in fresh[one.pk]}, actor, now)


def tell(one: Stood, new: set[str], actor: str, now: datetime) -> None:
    """Record what the parcel has come to, if that is news: of scans that came late there is none."""
    facts = [*_came_to(one, new), *_at_risk(one)]
    at = min(one.deciding.at, now) if one.deciding else now
    record_all(one.operator, one.brand_id, facts, at=at, actor=actor)


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
            yield NewFact("LeftAtSafePlace", subject, {"parcel": one.code, "place": scan.place})
        case "at_pickup_point":
            yield NewFact("AtPickupPoint", subject, {"parcel": one.code, "place": scan.place})
        case "failed":
            said = {"parcel": one.code, "reason": scan.reason, "attempt": one.now.attempts}
            yield NewFact("DeliveryFailed", subject, said)
        case "returning":
            yield NewFact("ReturningToSender", subject, {"parcel": one.code, "reason": scan.reason})
        case "returned":
            yield NewFact("ReturnedToSender", subject, {"parcel": one.code})


def _at_risk(one: Stood) -> Iterable[NewFact]:
    """The carrier expects it later than we promised, and has not said so before."""
    expected = one.now.expected_by
    if one.now.ended_at is None and expected and expected > one.promised_by and expected != one.expected_before:
        said = {"parcel": one.code, "expected_by": expected.isoformat()}
        yield NewFact("LateRisk", order_reference(one.order_id), said)
