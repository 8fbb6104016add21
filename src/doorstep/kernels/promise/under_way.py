"""Which past parcels were under way at an instant, by what was known then, and the question that they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from doorstep.domain.carriage import Service
from doorstep.domain.clock import WorkingDays
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import PastParcel, TransitModel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site
from doorstep.kernels.promise.calendars import DAY_S, EPOCH_ORDINAL
from doorstep.kernels.promise.handling import HandlingParams
from doorstep.kernels.promise.journeys import CALLED_OFF
from doorstep.kernels.promise.remaining import RemainingProblem, UnderWay, compile_remaining
from doorstep.kernels.promise.transit import TransitParams

LOST_AFTER_DAYS = 120  # after its hand-over, or its placing: nobody waits for it any more
NO_SITE = "no_site"  # it waits, and history does not say at which of the sites
NO_SERVICE = "no_service"
LOST = "lost"
CONTRADICTORY = "contradictory"  # handed over before it was placed


@dataclass(frozen=True, slots=True)
class Open:
    """A parcel under way, and since when it stands where it does."""

    parcel: PastParcel
    ready_at: datetime
    left_at: datetime | None  # None: it waits at its site


@dataclass(frozen=True, slots=True)
class OpenParcels:
    """Parcels under way at an instant, in the order of the history, and how many were set aside by reason."""

    rows: tuple[Open, ...]
    aside: Mapping[str, int]


def open_parcels(
    history: Iterable[PastParcel], at: datetime, sites: Sequence[Site], services: Sequence[Service]
) -> OpenParcels:
    """Find the parcels that were under way at an instant.

    Parameters
    ----------
    history
        Parcels with all that became of them; what is later than `at` is not looked at.
    at
        The instant. A parcel that was placed by then and not delivered before it is under way, unless it is known to
        have been called off, as learning takes it.
    sites, services
        Of the network. What has left may have come from elsewhere; what waits needs its site. A parcel whose service
        is not recorded went by the first of standard speed.

    Returns
    -------
    OpenParcels
        Those that can be answered, and a count of the others.

    Raises
    ------
    InvalidProblem
        For an instant without offset.
    """
    if at.tzinfo is None:
        raise InvalidProblem("at needs a UTC offset")
    known_sites, known_services = {one.site for one in sites}, {one.service for one in services}
    unrecorded = any(one.speed == "standard" for one in services)
    aside: Counter[str] = Counter()
    rows: list[Open] = []
    for one in history:
        if one.placed_at > at or _known(one.delivered_at, at) is not None:
            continue
        left_at = _known(one.handed_over_at, at)
        if _called_off(one, left_at, at):
            continue
        why = ""
        if (left_at or one.placed_at) < at - timedelta(days=LOST_AFTER_DAYS):
            why = LOST
        elif left_at is not None and left_at < one.placed_at:
            why = CONTRADICTORY
        elif one.service not in known_services and not (one.service == "" and unrecorded):
            why = NO_SERVICE
        elif left_at is None and one.site not in known_sites:
            why = NO_SITE
        if why:
            aside[why] += 1
            continue
        approved = _known(one.approved_at, at)
        ready = approved if approved is not None and one.placed_at <= approved else one.placed_at
        rows.append(Open(one, ready, left_at))
    return OpenParcels(tuple(rows), dict(sorted(aside.items())))


def _known(instant: datetime | None, at: datetime) -> datetime | None:
    return instant if instant is not None and instant < at else None


def _called_off(one: PastParcel, left_at: datetime | None, at: datetime) -> bool:
    """Whether it is known to be; a status has no date, so that it is known some days later."""
    if left_at is None:
        known_after = timedelta(days=HandlingParams().status_known_days)
        return one.status in CALLED_OFF and one.placed_at < at - known_after
    return one.status in CALLED_OFF and left_at < at - timedelta(days=TransitParams().status_known_days)


def destination_of(one: PastParcel) -> Place:
    """Where a parcel went, as far as transit knows places."""
    return Place(one.destination_country, one.destination_region, "", one.destination_postcode)


def remaining_problem(
    rows: Sequence[Open],
    at: datetime,
    sites: Sequence[Site],
    collections: Sequence[Collection],
    services: Sequence[Service],
    transit: TransitModel,
    target_ppm: int,
) -> RemainingProblem:
    """Ask about parcels under way.

    Parameters
    ----------
    rows
        As `open_parcels` gives them.
    at
        The instant asked about.
    sites, collections, services, transit, target_ppm
        As of `compile_remaining`. What has left from none of the sites counts its days in the time zone of the first
        site in the country that it left from, else of the first site.

    Returns
    -------
    RemainingProblem
        One parcel per row, in their order.
    """
    origins = {one.site: index for index, one in enumerate(sites)}
    everywhere = list(sites)
    ends: dict[Place, int] = {}
    by = {one.service: index for index, one in enumerate(services)}
    standard = next((index for index, one in enumerate(services) if one.speed == "standard"), 0)
    from_: list[int] = []
    for row in rows:
        one = row.parcel
        name = one.site if one.site in origins else f"{one.origin_country} {one.origin_postcode}"
        if name not in origins:
            origins[name] = len(everywhere)
            everywhere.append(_elsewhere(name, one, sites))
        from_.append(origins[name])
        ends.setdefault(destination_of(one), len(ends))
    now = int(at.timestamp())
    began = min((int((row.left_at or row.ready_at).timestamp()) for row in rows), default=now)
    tables = compile_remaining(
        everywhere, collections, services, tuple(ends), transit, target_ppm, began // DAY_S - 1, now // DAY_S + 1
    )
    parcels = UnderWay(
        site=np.array(from_, np.int64),
        service=np.array([by.get(row.parcel.service, standard) for row in rows], np.int64),
        destination=np.array([ends[destination_of(row.parcel)] for row in rows], np.int64),
        ready_at=np.array([int(row.ready_at.timestamp()) for row in rows], np.int64),
        ship_day=np.full(len(rows), -1, np.int64),
        left_at=np.array([-1 if row.left_at is None else int(row.left_at.timestamp()) for row in rows], np.int64),
        promised_by=np.array([_day(row) for row in rows], np.int64),
    )
    return RemainingProblem(tables, parcels, now)


def _day(row: Open) -> int:
    promised = row.parcel.promised_by
    return -1 if promised is None else promised.toordinal() - EPOCH_ORDINAL


def _elsewhere(name: str, one: PastParcel, sites: Sequence[Site]) -> Site:
    """Where a parcel came from that left from none of the sites."""
    near = [site for site in sites if site.place.country == one.origin_country] or list(sites)
    return replace(
        _ANYWHERE,
        site=name,
        place=Place(one.origin_country, "", "", one.origin_postcode),
        time_zone=near[0].time_zone if near else "UTC",
    )


_ANYWHERE = Site(
    site="",
    kind="fulfilment_centre",
    name="",
    place=Place("", "", "", ""),
    time_zone="UTC",
    working_days=WorkingDays.parse("Mon-Sun"),
    holiday_calendar="",
    order_cutoff_s=0,
    pick_cost_per_order_micros=0,
    pick_cost_per_unit_micros=0,
)
