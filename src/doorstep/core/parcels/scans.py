"""Scans of carriers are kept as they come, in any order; how a parcel stands is reckoned anew from all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doorstep.core.bulk import among, change, insert_new, locked
from doorstep.core.parcels.models import Parcel
from doorstep.core.parcels.models import Scan as Row
from doorstep.core.statements import at_once, day, instant, rows_of
from doorstep.core.statements import fresh as new_row
from doorstep.domain import travel
from doorstep.domain.journey import BEFORE_LEAVING, PARCEL_STATES, ParcelState
from doorstep.domain.travel import MILESTONES, Milestone, Standing, standing

_MILESTONES: dict[str, Milestone] = {one: one for one in MILESTONES}
_STATES: dict[str, ParcelState] = {one: one for one in PARCEL_STATES}
STANDS = ("state", "state_reason", "ended_at", "expected_by", "expected_at_earliest", "attempts")
_SAID = "event, tracking, milestone, at, place, reason, expected_by"
_PARCELS = (
    "SELECT parcel.id, parcel.brand_id, brand.operator_id, parcel.order_id, parcel.code, parcel.promised_by, "
    f"{', '.join(f'parcel.{one}' for one in STANDS)} "
    "FROM parcels_parcel AS parcel JOIN accounts_brand AS brand ON brand.id = parcel.brand_id"
)
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


def keep(account_pk: int, scans: Iterable[travel.Scan], parcels: Mapping[str, int], *, at: datetime) -> list[Kept]:
    """Keep what is new of these; a scan that was told before changes nothing. Call within a transaction.

    `parcels`: row ids by the tracking numbers that are known.
    """
    told = {scan.event[:100]: scan for scan in scans}
    rows = [
        new_row(
            Row,
            account_id=account_pk,
            event=event,
            parcel_id=parcels.get(scan.tracking),
            tracking=scan.tracking[:80],
            milestone=scan.milestone,
            at=scan.at,
            place=scan.place[:200],
            reason=scan.reason[:200],
            expected_by=scan.expected_by,
            received_at=at,
        )
        for event, scan in sorted(told.items())
    ]
    made = insert_new(rows, ("account_id", "event"), "event")
    return [Kept(row.parcel_id, told[row.event]) for row in made]


def adopt(accounts: Collection[int], numbers: Mapping[str, int]) -> list[Kept]:
    """Give parcels (row ids by tracking number) the scans that came before we knew their numbers.

    `accounts` are those of the carrier. Call within a transaction. Scans that another adopts in this moment are left
    to it.
    """
    of_carrier, ours = among("account_id", accounts)
    told, wanted = among("tracking", numbers)
    found = rows_of(
        f"SELECT id, {_SAID} FROM parcels_scan WHERE {of_carrier} AND {told} AND parcel_id IS NULL ORDER BY at, id"
        + locked("parcels_scan", skip=True),
        [ours, wanted],
    )
    adopted = [(pk, _said(said)) for pk, *said in found]
    change(Row, ("parcel_id",), [(pk, numbers[scan.tracking]) for pk, scan in adopted])
    return [Kept(numbers[scan.tracking], scan) for _, scan in adopted]


def weigh(parcel_pks: Iterable[int]) -> list[Stood]:
    """Let parcels stand as all their scans say; those still in the house stay as they are.

    Locks the parcels by id. Call within a transaction, and `settle` the orders of those that moved after it. A carrier
    may correct itself: `delivered` may turn out to be `returned`, which the table of states lets nobody else do.
    """
    these, pks = among("parcel.id", sorted(set(parcel_pks)))
    own, _ = among("parcel_id", ())
    # Locked by the first and read by the second statement: what was committed before the lock was ours is seen.
    parcels, scans = at_once(
        [
            (f"{_PARCELS} WHERE {these} ORDER BY parcel.id{locked('parcel')}", [pks]),
            (f"SELECT parcel_id, {_SAID} FROM parcels_scan WHERE {own} ORDER BY at, id", [pks]),
        ]
    )
    told: dict[int, list[travel.Scan]] = defaultdict(list)
    for parcel, *said in scans.rows:
        told[parcel].append(_said(said))
    weighed = [_weighed(row, told[row[0]]) for row in parcels.rows]
    change(
        Parcel, STANDS, [(stood.pk, *after) for before, stood in weighed if (after := _stand(before, stood)) != before]
    )
    return [stood for _, stood in weighed]


def _weighed(row: Sequence[Any], scans: Sequence[travel.Scan]) -> tuple[tuple[Any, ...], Stood]:
    """How the row of a parcel stands, as `STANDS` has it, and how it is to stand."""
    pk, brand, operator, order, code, promised_by, state, reason, ended_at, expected_by, earliest, attempts = row
    before = state, reason, instant(ended_at), day(expected_by), bool(earliest), attempts
    promised, now = day(promised_by), standing(scans)
    assert promised is not None
    return before, Stood(
        pk=pk,
        brand_id=brand,
        operator=operator,
        order_id=order,
        code=code,
        promised_by=promised,
        before=_STATES[state],
        expected_before=before[3],
        attempts_before=attempts,
        now=now,
        deciding=next((scan for scan in scans if scan.event == now.deciding), None),
    )


def _stand(before: tuple[Any, ...], stood: Stood) -> tuple[Any, ...]:
    """What its row is to say, as `STANDS` has it."""
    state, reason, ended_at, expected_by, earliest, _ = before
    now = stood.now
    if now.expected_by is not None:  # the carrier's word
        expected_by, earliest = now.expected_by, False
    if now.state is not None and stood.before not in HELD_BACK:
        state, reason, ended_at = now.state, now.reason[:60], now.ended_at
    return state, reason, ended_at, expected_by, earliest, now.attempts


def _said(row: Sequence[Any]) -> travel.Scan:
    """What a scan says, of the columns of `_SAID`."""
    event, tracking, milestone, at, place, reason, expected_by = row
    told = instant(at)
    assert told is not None
    return travel.Scan(event, tracking, _MILESTONES[milestone], told, place, reason, day(expected_by))


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
