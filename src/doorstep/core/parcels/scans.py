"""Scans of carriers are kept as they come, in any order; how a parcel stands is reckoned anew from all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from doorstep.core.parcels.carriers import same_carrier
from doorstep.core.parcels.labels import with_tracking
from doorstep.core.parcels.models import Parcel
from doorstep.core.parcels.models import Scan as Row
from doorstep.core.statements import at_once, insert_new
from doorstep.core.statements import fresh as new_row
from doorstep.domain import travel
from doorstep.domain.journey import BEFORE_LEAVING, PARCEL_STATES, ParcelState
from doorstep.domain.travel import MILESTONES, Milestone, Standing, standing

_MILESTONES: dict[str, Milestone] = {one: one for one in MILESTONES}
_STATES: dict[str, ParcelState] = {one: one for one in PARCEL_STATES}
STANDS = ("state", "state_reason", "ended_at", "expected_by", "expected_at_earliest", "attempts")
STAND = f"UPDATE {Parcel._meta.db_table} SET {', '.join(f'{one} = %s' for one in STANDS)} WHERE id = %s"
HELD_BACK = frozenset((*BEFORE_LEAVING, "cancelled"))  # states that no carrier's word changes: it is with us, or was


@dataclass(frozen=True, slots=True)
class Kept:
    """A scan that is new, and the parcel it is of (row id); None: of none that we know."""

    parcel: int | None
    scan: travel.Scan


@dataclass(frozen=True, slots=True)
class Stood:
    """A parcel before and after its scans were weighed."""

    pk: int
    brand_id: int
    operator: int
    order_id: int
    code: str
    promised_by: date
    before: ParcelState
    expected_before: date | None
    attempts_before: int
    now: Standing
    deciding: travel.Scan | None

    @property
    def moved(self) -> bool:
        """Whether it stands otherwise than before: in another state, or after one more attempt."""
        return self.now.state is not None and self.before not in HELD_BACK and self.now.state != self.before


def keep(account_pk: int, scans: Iterable[travel.Scan], *, at: datetime) -> list[Kept]:
    """Keep what is new of these; a scan that was told before changes nothing. Call within a transaction."""
    told = {scan.event[:100]: scan for scan in scans}
    known = set(Row.objects.filter(account_id=account_pk, event__in=list(told)).values_list("event", flat=True))
    fresh = [scan for event, scan in sorted(told.items()) if event not in known]
    parcels = with_tracking(account_pk, {scan.tracking for scan in fresh})
    rows = [
        new_row(
            Row,
            account_id=account_pk,
            event=scan.event[:100],
            parcel_id=parcels.get(scan.tracking),
            tracking=scan.tracking[:80],
            milestone=scan.milestone,
            at=scan.at,
            place=scan.place[:200],
            reason=scan.reason[:200],
            expected_by=scan.expected_by,
            received_at=at,
        )
        for scan in fresh
    ]
    made = {row.event for row in insert_new(rows, ("account_id", "event"), "event")}
    return [Kept(parcels.get(scan.tracking), scan) for scan in fresh if scan.event[:100] in made]


def adopt(account_pk: int, numbers: Mapping[str, int]) -> list[Kept]:
    """Give parcels (row ids by tracking number) the scans that came before we knew their numbers.

    Call within a transaction. Scans that another adopts in this moment are left to it.
    """
    waiting = Row.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        account_id__in=same_carrier(account_pk), tracking__in=list(numbers), parcel=None
    )
    adopted = []
    for row in waiting.order_by("at", "pk"):
        row.parcel_id = numbers[row.tracking]
        adopted.append(row)
    Row.objects.bulk_update(adopted, ["parcel"], batch_size=500)
    return [Kept(row.parcel_id, travel_scan(row)) for row in adopted]


def weigh(parcel_pks: Iterable[int]) -> list[Stood]:
    """Let parcels stand as all their scans say; those still in the house stay as they are.

    Locks the parcels by id. Call within a transaction, and `settle` their orders after it. A carrier may correct
    itself: `delivered` may turn out to be `returned`, which the table of states lets nobody else do.
    """
    pks = sorted(set(parcel_pks))
    told: dict[int, list[travel.Scan]] = defaultdict(list)
    locked = Parcel.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    parcels = list(locked.select_related("brand"))
    for row in Row.objects.filter(parcel_id__in=pks).order_by("at", "pk"):
        if row.parcel_id is not None:
            told[row.parcel_id].append(travel_scan(row))
    answers = []
    for parcel in parcels:
        scans = told[parcel.pk]
        now = standing(scans)
        stood = Stood(
            pk=parcel.pk,
            brand_id=parcel.brand_id,
            operator=parcel.brand.operator_id,
            order_id=parcel.order_id,
            code=parcel.code,
            promised_by=parcel.promised_by,
            before=_STATES[parcel.state],
            expected_before=parcel.expected_by,
            attempts_before=parcel.attempts,
            now=now,
            deciding=next((scan for scan in scans if scan.event == now.deciding), None),
        )
        answers.append(stood)
    changes = [change for parcel, stood in zip(parcels, answers, strict=True) if (change := _stand(parcel, stood))]
    if changes:
        at_once([(STAND, change) for change in changes])
    return answers


def _stand(parcel: Parcel, stood: Stood) -> tuple[object, ...]:
    """What its row is to say, as `STAND` takes it; empty: it does."""
    now = stood.now
    said: dict[str, object] = {name: getattr(parcel, name) for name in STANDS}
    said |= {"expected_by": now.expected_by or parcel.expected_by, "attempts": now.attempts}
    if now.expected_by is not None:
        said["expected_at_earliest"] = False  # the carrier's word
    if now.state is not None and stood.before not in HELD_BACK:
        said |= {"state": now.state, "state_reason": now.reason[:60], "ended_at": now.ended_at}
    if all(getattr(parcel, name) == value for name, value in said.items()):
        return ()
    columns = {field.name: field for field in Parcel._meta.concrete_fields}
    return (*(columns[name].get_db_prep_save(said[name], connection) for name in STANDS), parcel.pk)


def scans_of(parcel_pk: int) -> tuple[travel.Scan, ...]:
    return tuple(travel_scan(row) for row in Row.objects.filter(parcel_id=parcel_pk).order_by("at", "pk"))


def under_way(account_pk: int, limit: int = 1_000) -> Sequence[str]:
    """Tracking numbers of what has left with a carrier and not arrived: what to ask it for."""
    states = ("handed_over", "in_transit", "out_for_delivery", "at_pickup_point", "failed", "returning")
    found = Parcel.objects.filter(state__in=states, labels__account_id=account_pk, labels__state="bought")
    return list(found.order_by("left_at", "pk").values_list("labels__tracking", flat=True)[:limit])


def travel_scan(row: Row) -> travel.Scan:
    """Say a kept scan as the domain does."""
    return travel.Scan(
        row.event, row.tracking, _MILESTONES[row.milestone], row.at, row.place, row.reason, row.expected_by
    )
