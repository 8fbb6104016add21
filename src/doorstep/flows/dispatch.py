"""Stage parcels by scan, close the manifest when the carrier calls, and tell the carrier.

A manifest may hold parcels of several brands, and a transaction posts to the stock of one. So closing goes in steps,
each a transaction: the manifest claims its parcels; they are handed over brand by brand, with their facts and their
stock; the manifest ends; the carrier is told. Whatever stops it, closing again or the sweep goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from doorstep.core.events.actions import NewFact, record, record_all
from doorstep.core.network.snapshot import site_ids
from doorstep.core.parcels import departures, manifests
from doorstep.core.parcels.actions import settle
from doorstep.core.parcels.carriers import same_carrier
from doorstep.core.parcels.departures import Found
from doorstep.core.parcels.manifests import Claimed, ManifestRow
from doorstep.core.parcels.scans import adopt, scans_of, weigh
from doorstep.core.stock.leaving import complete, leave
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.sscc import read_scanned
from doorstep.flows.carriers import Carriers, connected
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.stand import let_stand, tell
from doorstep.plugins.carriers.base import CarrierRefused, CarrierUnreachable, Handover

Kind = Literal["collection", "drop_off"]
Wrong = Literal[
    "unknown", "already_staged", "gone", "cancelled", "held", "not_labelled", "wrong_site", "wrong_carrier", "too_early"
]


class WrongScan(Conflict):
    """What was scanned does not go onto this pile; `wrong` says why, for the page to say it large."""

    def __init__(self, wrong: Wrong, detail: str) -> None:
        super().__init__(detail)
        self.wrong = wrong
        self.code = "not_found" if wrong == "unknown" else f"scan_{wrong}"


@dataclass(frozen=True, slots=True)
class Staged:
    parcel: str
    brand: str
    order: str


@dataclass(frozen=True, slots=True)
class Closed:
    """`left_behind`: parcels of this departure or an earlier one that are still here, with their states."""

    manifest: int
    code: str
    parcels: int
    told: bool  # the carrier has heard of it; else the sweep tells it, unless it was refused
    left_behind: tuple[departures.Waiting, ...]


def stage(scope: Scope, number: str, site: str, carrier: str, departs_at: datetime, *, now: datetime) -> Staged:
    """Put a scanned parcel onto the pile of a departure. Raises WrongScan."""
    found = departures.scanned(scope, read_scanned(number))
    if found is None:
        raise WrongScan("unknown", f"{number.strip()[:60] or 'nothing'} is no parcel of ours")
    _fits(found, site, carrier, departs_at)
    with transaction.atomic():
        if not manifests.stage(found.pk):
            raise WrongScan("already_staged", f"{found.parcel} was staged by somebody else in this moment")
        settle([found.order_id])
        record(
            scope.operator,
            found.brand_id,
            kind="ParcelStaged",
            subject=order_reference(found.order_id),
            data={"parcel": found.parcel},
            at=now,
            actor=scope.actor,
        )
    return Staged(found.parcel, found.brand, found.order)


def unstage(scope: Scope, number: str) -> Staged:
    """Take a parcel off the pile again. Raises WrongScan."""
    found = departures.scanned(scope, read_scanned(number))
    if found is None:
        raise WrongScan("unknown", f"{number.strip()[:60]} is no parcel of ours")
    with transaction.atomic():
        if not manifests.unstage(found.pk):
            raise WrongScan("gone", f"{found.parcel} is not on a pile, or its manifest is being closed")
        settle([found.order_id])
    return Staged(found.parcel, found.brand, found.order)


def close_manifest(
    scope: Scope,
    site: str,
    carrier: str,
    departs_at: datetime,
    *,
    now: datetime,
    kind: Kind = "collection",
    carriers: Carriers = connected,
) -> Closed:
    """Hand over what is staged for a departure. Raises NotFound for a site or carrier out of scope, Conflict."""
    account = departures.account_of(scope, carrier)
    site_id = site_ids(scope.operator).get(site)
    if account is None or site_id is None:
        raise NotFound("no such site, or no account with this carrier")
    row = _begin(scope.operator, site_id, account.pk, departs_at, kind, now)
    if row.departs_at != departs_at:  # another departure was stopped half way: it is finished first
        _go_on(row, scope.actor, now, carriers)
        row = _begin(scope.operator, site_id, account.pk, departs_at, kind, now)
        if row.departs_at != departs_at:
            raise Conflict("another manifest is being closed in this moment; try again")
    handed, heard = _go_on(row, scope.actor, now, carriers)
    if not handed:
        raise Conflict("none of the parcels can leave: their goods are not picked in the record")
    behind = departures.waiting(scope, site, carrier, departs_at)
    return Closed(row.pk, row.code, handed, heard, behind)


def _begin(operator: int, site: int, account: int, departs_at: datetime, kind: Kind, now: datetime) -> ManifestRow:
    """Begin a manifest and let it claim its parcels, or give the one that is closing still. Raises Conflict."""
    with transaction.atomic():
        row, begun = manifests.begin(operator, site, account, departs_at, kind, at=now)
        if begun and not manifests.claim(row):
            raise Conflict("nothing is staged for this departure")
    return row


def sweep_manifests(now: datetime, carriers: Carriers = connected) -> int:
    """Go on where closing was stopped, and tell carriers what they have not heard; returns how many are settled."""
    return sum(_go_on(row, "system", now, carriers)[1] for row in manifests.left_open())


def _go_on(row: ManifestRow, actor: str, now: datetime, carriers: Carriers) -> tuple[int, bool]:
    """Take the steps that are left; gives how many parcels left with the manifest, and whether the carrier knows."""
    while _hand_over_a_brand(row, actor, now):
        pass
    names = manifests.label_names(row.pk)
    if not names:
        manifests.drop(row)
        return 0, True
    # Told again it says the same: one key stands for one message.
    closed_at = manifests.end(row.pk, at=now)
    told = Handover(f"manifest-{row.operator}-{row.pk}", row.code, closed_at, names, row.kind == "drop_off")
    try:
        carrier = carriers(row.account)
        reference = carrier.close(told) if carrier.capabilities.takes_manifests else row.code
    except CarrierRefused as no:
        manifests.refused(row.pk, str(no))
        return len(names), False
    except (CarrierUnreachable, NotFound):
        return len(names), False
    manifests.told(row.pk, reference, at=now)
    return len(names), True


def _hand_over_a_brand(row: ManifestRow, actor: str, now: datetime) -> bool:
    """Hand over what the manifest has claimed of its first brand; False: there is nothing left."""
    with transaction.atomic():
        claimed = manifests.claimed(row.pk)
        if not claimed:
            return False
        brand, parcels = next(iter(claimed.items()))
        there = complete(brand, [one.leaving for one in parcels])
        manifests.release(one.pk for one, whole in zip(parcels, there, strict=True) if not whole)
        going = [one for one, whole in zip(parcels, there, strict=True) if whole]
        if going:
            _leave(row, brand, going, actor, now)
    return True


def _leave(row: ManifestRow, brand: int, going: list[Claimed], actor: str, now: datetime) -> None:
    # Some may have come while a label was being recorded, and belong to nobody yet.
    strays = adopt(same_carrier(row.account.pk), {one.tracking: one.pk for one in going if one.tracking})
    let_stand(strays, row.account.actor, now)
    manifests.hand_over([one.pk for one in going], at=now)
    settle({one.order_id for one in going})
    record_all(
        row.operator,
        brand,
        [
            NewFact("ParcelHandedOver", order_reference(one.order_id), {"parcel": one.code, "manifest": row.code})
            for one in going
        ],
        at=now,
        actor=actor,
    )
    # A carrier may have scanned a parcel before we said that it left: now its scans count.
    early = [one for one in weigh([one.pk for one in going]) if one.deciding]
    settle({one.order_id for one in early})
    for one in early:
        tell(one, {scan.event for scan in scans_of(one.pk)}, row.account.actor, now)
    # Last, because a posting holds the brand's stock clock until the transaction ends.
    leave(brand, [one.leaving for one in going], at=now, actor=actor)


def _fits(found: Found, site: str, carrier: str, departs_at: datetime) -> None:
    """Raise WrongScan, naming the first thing that is wrong."""
    name = found.parcel
    if found.order_state == "cancelled" or found.state == "cancelled":
        raise WrongScan("cancelled", f"the order of {name} was cancelled: put it aside")
    if found.order_state == "held":
        raise WrongScan("held", f"the order of {name} is held: put it aside")
    if found.state == "staged":
        raise WrongScan("already_staged", f"{name} is on a pile already")
    if found.state in ("planned", "released", "packed"):
        raise WrongScan("not_labelled", f"{name} is {found.state} and has no label")
    if found.state != "labelled":
        raise WrongScan("gone", f"{name} has left already: it is {found.state.replace('_', ' ')}")
    if found.site != site:
        raise WrongScan("wrong_site", f"{name} leaves from {found.site}")
    if found.carrier != carrier:
        raise WrongScan("wrong_carrier", f"{name} goes with {found.carrier}")
    if found.ship_at > departs_at:
        raise WrongScan("too_early", f"{name} goes with a later departure")
