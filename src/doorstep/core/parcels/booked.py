"""Room of the days that plans take at the sites: counted from the parcels, so that it is free again with them.

A site's orders of a day are those that have a parcel leaving it then; a service's parcels those that it takes there.
A day is the site's own. Parcels of all brands count, whatever has become of them, unless they were cancelled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection as Ids
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from doorstep.core.network.models import Collection, Site
from doorstep.core.parcels.models import Parcel
from doorstep.core.statements import Statement, at_once, instant, places, rows_of
from doorstep.domain.errors import DayFull

Spot = tuple[int, str, date]  # site, service or "" for orders, and day
Rows = Iterable[tuple[int, str, int, datetime | str, int]]
DAY = timedelta(days=1)
ALL = timedelta(days=20_000)

# Parcels by departure; and what is counted twice of orders with several parcels at a site, by order.
_LIVE = "{sites} AND ship_at >= %s AND ship_at < %s AND state <> 'cancelled' AND order_id <> %s"
_COUNT = (
    f"SELECT site_id, service, 0, ship_at, COUNT(*) FROM {Parcel._meta.db_table} WHERE {_LIVE} "
    "GROUP BY site_id, service, ship_at "
    f"UNION ALL SELECT site_id, '', order_id, ship_at, COUNT(*) FROM {Parcel._meta.db_table} one WHERE {_LIVE} "
    f"AND EXISTS (SELECT 1 FROM {Parcel._meta.db_table} two WHERE two.order_id = one.order_id "
    "AND two.site_id = one.site_id AND two.id <> one.id AND two.state <> 'cancelled') "
    "GROUP BY site_id, order_id, ship_at"
)
_SITES = f"SELECT id, time_zone, daily_order_capacity, code FROM {Site._meta.db_table} WHERE id IN {{}} ORDER BY id"
_CALLS = f"SELECT site_id, service, daily_parcel_capacity FROM {Collection._meta.db_table} WHERE site_id IN {{}}"


def booked(zones: Mapping[int, str], since: datetime, without: int = 0) -> Counter[Spot]:
    """Count what is booked at some sites, whose time zones are given by row id, from a day before `since` on.

    `without`: an order that does not count. One query.
    """
    return _counted(rows_of(*_counting(zones, since - 2 * DAY, since + ALL, without)), zones)


def hold_room(wanted: Mapping[Spot, int], limited: Ids[int], without: int = 0) -> None:
    """Keep others from booking at the sites until the transaction ends, and raise DayFull if there is no room.

    Call first in a transaction: sites are locked before all else, in the order of their ids. Of sites that are not
    `limited`, nobody asks. One message.

    Parameters
    ----------
    wanted
        Orders and parcels by site, service and day.
    limited
        Sites with a daily limit of some kind, by row id.
    without
        An order whose parcels will give way.
    """
    sites = sorted({site for site, _, _ in wanted} & set(limited))
    if not sites:
        return
    days = [day for site, _, day in wanted if site in sites]
    first, last = (datetime.fromisoformat(f"{day}T00:00:00+00:00") for day in (min(days), max(days)))
    lock = _SITES + (" FOR NO KEY UPDATE" if connection.vendor == "postgresql" else "")
    ids = places(len(sites))
    held, calls, live = at_once(
        [
            (lock.format(ids), sites),
            (_CALLS.format(ids), sites),
            _counting(sites, first - DAY, last + 2 * DAY, without),
        ]
    )
    there = _counted(live.rows, {pk: zone for pk, zone, _, _ in held.rows})
    limits = {(pk, ""): most for pk, _, most, _ in held.rows} | _limits(calls.rows)
    for (site, service, day), number in sorted(wanted.items()):
        most = limits.get((site, service))
        if most is not None and there[site, service, day] + number > most:
            what = f"parcels of {service}" if service else "orders"
            name = next(code for pk, _, _, code in held.rows if pk == site)
            raise DayFull(f"site {name} is full on {day}: {most} {what} a day")


def _limits(calls: Iterable[tuple[int, str, int | None]]) -> dict[tuple[int, str], int | None]:
    """Add up the limits of several calls a day; one without a limit lifts it."""
    found: dict[tuple[int, str], int | None] = {}
    for site, service, most in calls:
        before = found.get((site, service), 0)
        found[site, service] = None if most is None or before is None else before + most
    return found


def _counting(sites: Ids[int], since: datetime, until: datetime, without: int) -> Statement:
    adapt = connection.ops.adapt_datetimefield_value
    values: Sequence[object] = [*sites, adapt(since), adapt(until), without]
    return _COUNT.replace("{sites}", f"site_id IN {places(len(sites))}"), [*values, *values]


def _counted(rows: Rows, zones: Mapping[int, str]) -> Counter[Spot]:
    found: Counter[Spot] = Counter()
    several: Counter[tuple[int, int, date]] = Counter()
    for site, service, order, at, number in rows:
        told = instant(at)
        assert told is not None
        day = told.astimezone(ZoneInfo(zones[site])).date()
        if order:
            several[site, order, day] += number
        else:
            found[site, service, day] += number
            found[site, "", day] += number
    for (site, _, day), number in several.items():
        found[site, "", day] -= number - 1
    return found
