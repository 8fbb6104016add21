"""What hangs on the clock and the scales: an order that came just too late, a parcel just too heavy for a cheaper step.

Both follow from tables, for many orders at once: an order that came before the cut-off is promised in its place, and a
parcel that much lighter is rated in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from doorstep.domain.decision import Flip
from doorstep.kernels.plan.alternatives import Alternatives
from doorstep.kernels.plan.assemble import EPOCH, Picks, parcels_of
from doorstep.kernels.plan.atoms import Atoms
from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import IntArray, Market
from doorstep.kernels.plan.ruled import promise_open
from doorstep.kernels.promise.calendars import DAY_S
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.rate.problem import RateProblem
from doorstep.kernels.rate.rate import rate
from doorstep.kernels.rate.tables import TariffTables

GRAMS_PER_KG = 1000


@dataclass(frozen=True, slots=True)
class Turns:
    """Flips of the first picks, by pick."""

    by_time: dict[int, Flip]
    by_weight: dict[int, Flip]

    def earlier(self, seen: Alternatives) -> list[Flip]:
        """A later cut-off or collection, of each site once."""
        found = {(flip.site, flip.service): flip for row in seen.rows if (flip := self.by_time.get(row))}
        return list(found.values())

    def lighter(self, seen: Alternatives) -> list[Flip]:
        """Lighter goods."""
        return [flip for row in seen.rows if (flip := self.by_weight.get(row))]


def find_turns(market: Market, table: Table, book: LoadBook, picks: Picks, atoms: Atoms, orders: IntArray) -> Turns:
    """Find them for some planned orders, by their numbers."""
    rows = np.flatnonzero(np.isin(picks.order, orders))
    return Turns(_by_time(market, table, picks, rows), _by_weight(market, table, book, picks, atoms, rows))


@dataclass(frozen=True, slots=True)
class _Missed:
    """What a parcel came too late for, on the day on which it was ready."""

    row: int
    ready_at: int  # the last second at which it would have been in time
    minutes: int
    service: str  # whose collection; empty: the site's cut-off
    day: str


def _by_time(market: Market, table: Table, picks: Picks, rows: IntArray) -> dict[int, Flip]:
    """Where the parcel leaves on an earlier day if the cut-off or the collection that it missed is later."""
    sites, services = market.problem.sites, market.problem.tariff.services
    pairs = zip(picks.site[rows].tolist(), picks.service[rows].tolist(), strict=True)
    calls: dict[tuple[str, str], list[tuple[int, int]]]
    calls = {(sites[k].site, services[v].service): [] for k, v in pairs}
    for call in market.problem.collections:
        if (call.site, call.service) in calls:
            calls[call.site, call.service].append((call.collection_time_s, call.working_days.mask))
    zones = [ZoneInfo(site.time_zone) for site in sites]
    missed = [
        one
        for row in rows.tolist()
        if not _limited(market, picks, row) and (one := _missed(market, table, picks, zones, calls, row))
    ]
    if not missed:
        return {}
    at = np.array([one.row for one in missed])
    order, ruled, asked = picks.order[at], market.ruled, table.asked
    legs, _ = promise_open(
        PromiseProblem(
            table.terms.network,
            Legs(
                site=picks.site[at],
                service=picks.service[at],
                destination=asked.destination[order],
                ready_at=np.array([one.ready_at for one in missed]),
                shift=np.zeros(len(at), np.int64),
                not_before=asked.not_before[order],
                promised_by=asked.promised_by[order],
            ),
        ),
        None if ruled is None else ruled.shut,
        order if ruled is None else ruled.order_sort[order],
    )
    sooner = (legs.ship_day >= 0) & (legs.ship_day < picks.ship_day[at])
    return {one.row: _later(market, picks, one, int(legs.ship_day[n])) for n, one in enumerate(missed) if sooner[n]}


def _limited(market: Market, picks: Picks, row: int) -> bool:
    """Where days have limits, the parcel could leave as it does now all the same."""
    k, v = picks.site[row], picks.service[row]
    return bool(market.site_capacity[k] >= 0 or market.service_capacity[k, v] >= 0)


def _missed(
    market: Market,
    table: Table,
    picks: Picks,
    zones: list[ZoneInfo],
    calls: dict[tuple[str, str], list[tuple[int, int]]],
    row: int,
) -> _Missed | None:
    """What the parcel of a pick was too late for; None: nothing, or both its cut-off and its collection."""
    k, v = int(picks.site[row]), int(picks.service[row])
    ready = int(table.asked.ready_at[picks.order[row]])
    local = datetime.fromtimestamp(ready, UTC).astimezone(zones[k])
    day, at = local.date(), local.hour * 3600 + local.minute * 60 + local.second
    if (day - EPOCH).days >= int(picks.ship_day[row]):
        return None
    site, offer = market.problem.sites[k], market.problem.tariff.services[v]
    times = [time for time, mask in calls[site.site, offer.service] if mask >> day.weekday() & 1]
    cutoff = site.order_cutoff_s
    last = max(times, default=-1)
    if last < 0 or (at >= cutoff and at >= last):
        return None
    limit, service = (cutoff, "") if at >= cutoff else (last, offer.service)
    minutes = (at - limit) // 60 + 1
    if at < limit or limit + 60 * minutes >= DAY_S:
        return None
    return _Missed(row, ready - (at - limit) - 1, minutes, service, day.isoformat())


def _later(market: Market, picks: Picks, missed: _Missed, ship_day: int) -> Flip:
    site = market.problem.sites[int(picks.site[missed.row])].site
    service = market.problem.tariff.services[int(picks.service[missed.row])].service
    what = f"collection of {service}" if missed.service else "order cut-off"
    return Flip(
        f"a later {what} at {site}",
        f"{missed.minutes} minute{'s' * (missed.minutes > 1)}",
        f"{site} by {service}, leaving on {(EPOCH + timedelta(days=ship_day)).isoformat()}",
        "collection" if missed.service else "cut_off",
        missed.minutes,
        "minutes",
        site,
        service=missed.service,
        day=missed.day,
    )


@dataclass(frozen=True, slots=True)
class _Lighter:
    """Grams off each of some units that bring a parcel down a step of its rates."""

    row: int
    sku: int
    grams: int
    units: int


def _by_weight(
    market: Market, table: Table, book: LoadBook, picks: Picks, atoms: Atoms, rows: IntArray
) -> dict[int, Flip]:
    """Where the parcel costs less when its goods weigh so much less that they come into a cheaper step."""
    steps = _steps_below(table.terms.tariff, picks, table.asked.destination[picks.order], rows)
    found = [one for row, over in steps if (one := _lighten(market, table, book, picks, atoms, row, over))]
    if not found:
        return {}
    at = np.array([one.row for one in found])
    load = table.blocks.block_load[picks.block[at]]
    parcels = parcels_of(
        market, table, book, picks.order[at], picks.site[at], picks.carton[at], load, picks.ship_day[at]
    )
    off = np.array([one.grams * one.units for one in found])
    rates = rate(RateProblem(table.terms.tariff, replace(parcels, weight_g=parcels.weight_g - off)))
    lines, service = np.arange(len(at)), picks.service[at]
    saved = picks.freight[at] + picks.surcharges[at] - rates.price_minor[lines, service]
    carried = rates.reason[lines, service] == 0
    return {
        one.row: _told(market, picks, one, int(saved[n])) for n, one in enumerate(found) if carried[n] and saved[n] > 0
    }


def _steps_below(tariff: TariffTables, picks: Picks, destination: IntArray, rows: IntArray) -> list[tuple[int, int]]:
    """Picks billed by their weight on the scales, with the grams by which they are over the step below."""
    heavy = rows[picks.billed_g[rows] == picks.weight_g[rows]]
    lanes, ladders = tariff.lanes, tariff.ladders
    service = picks.service[heavy]
    code = lanes.code[lanes.origin_class[picks.site[heavy]], lanes.destination_class[destination[heavy]], service]
    ladder = ladders.of[code >> 1, tariff.epochs(picks.ship_day[heavy])]
    found = []
    for row, one in zip(heavy.tolist(), ladder.tolist(), strict=True):
        first, end = int(ladders.start[one]), int(ladders.start[one + 1])
        billed, steps = int(picks.billed_g[row]), ladders.up_to_g[first:end]
        low = int(np.searchsorted(steps, billed))
        if low > 0:
            top = int(steps[low - 1])
            extra = (billed - top - 1) // GRAMS_PER_KG * GRAMS_PER_KG if low == len(steps) else 0
            found.append((row, billed - top - extra))
    return found


def _lighten(
    market: Market, table: Table, book: LoadBook, picks: Picks, atoms: Atoms, row: int, over: int
) -> _Lighter | None:
    """Take the weight off the goods that weigh most together; None: it is more than they weigh."""
    key = book.keys[int(table.blocks.block_load[picks.block[row]])]
    cut = [sku for sku, _ in atoms.of[int(picks.order[row])]]
    whole = [(int(market.weight_g[j]) * units, -j, units) for j, units in key if cut.count(j) == 1]
    if not whole:
        return None  # goods that are cut into several parcels might be cut otherwise
    weight, minus, units = max(whole)
    grams = -(-over // units)
    return _Lighter(row, -minus, grams, units) if weight > grams * units else None


def _told(market: Market, picks: Picks, lighter: _Lighter, saved: int) -> Flip:
    sku = market.problem.products[lighter.sku].sku
    site = market.problem.sites[int(picks.site[lighter.row])].site
    service = market.problem.tariff.services[int(picks.service[lighter.row])].service
    each = f"at most {lighter.grams} g" + (f" each of {lighter.units}" if lighter.units > 1 else "")
    to = f"{site} by {service} for {market.problem.brand.currency.text(saved)} less"
    return Flip(f"lighter {sku}", each, to, "weight", lighter.grams, "g", sku=sku, least=False)
