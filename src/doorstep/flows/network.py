"""Where the next site should be: what freight, picking, bulk and late orders would cost with each candidate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from doorstep.compute import peak_memory_mb
from doorstep.documents.report.position_report import NetworkReport, write_network_report
from doorstep.documents.report.sites_map import Spot
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.place import Place
from doorstep.domain.placement import Candidate, NextSite
from doorstep.files.candidates_in import read_candidates
from doorstep.files.demand_in import read_foreseen
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.files.output import output_folder
from doorstep.files.plan_out import write_summary
from doorstep.files.position_out import write_next_sites
from doorstep.flows.position_demand import ground_by
from doorstep.flows.position_ground import Ground, distances
from doorstep.flows.position_problem import USUAL, Assumptions, problem_of
from doorstep.kernels.position.facility import served_by
from doorstep.kernels.position.problem import BoolArray, FacilityProblem, FloatArray, IntArray
from doorstep.kernels.run import Run

MOST_CANDIDATES = 20  # regions that are looked at where no file names places
WEEKS_OF_MONTH = 365.25 / 12 / 7
SCALE = 1_000  # units a week become thousandths, so that they are whole
DEAREST = 10**7  # minor units of a unit
CANDIDATES_FILE = "candidates.csv"


@dataclass(frozen=True, slots=True)
class NetworkWish:
    """What is asked for: known on `as_of`, within `days`.

    `candidates`: a file, None: that of the folder, if any; `demand`: a folder of foreseen demand, None: by past sales.
    """

    as_of: date
    days: int = 3
    candidates: Path | None = None
    demand: Path | None = None
    assumed: Assumptions = USUAL


def network_folder(
    folder: Path, out: Path, wish: NetworkWish, *, run: Run, stopwatch: Callable[[], float], force: bool = False
) -> dict[str, object]:
    """Write next_sites.csv, report.html and summary.json into `out`; returns the summary as written.

    Raises InputRefused with every fault, InvalidProblem where there is nothing to go by, or OutputRefused; in each case
    `out` is as it was before.
    """
    start = stopwatch()
    reading = (folder, *(one for one in (wish.candidates, wish.demand) if one))
    with output_folder(out, force, reading=reading) as aside:
        read = read_folder(folder, run.progress)
        own = folder / CANDIDATES_FILE
        named = wish.candidates or (own if own.exists() or own.with_name(f"{own.name}.gz").exists() else None)
        ground = ground_by(read, wish.as_of, read_foreseen(wish.demand, wish.as_of) if wish.demand else None)
        candidates = read_candidates(named) if named else _centroids(ground)
        priced = _priced(read, ground, candidates, wish)
        found, today = _ranked(read, ground, candidates, priced)
        summary: dict[str, object] = {
            "as_of": wish.as_of.isoformat(),
            "days": wish.days,
            "demand": "foreseen" if wish.demand else "past_sales",
            "sites_today": len(ground.sites),
            "month_minor": today[0],
            "share_within": round(today[1], 6),
            "candidates": len(candidates),
            "best": found[0].candidate.name if found else None,
            "best_saving_minor": found[0].saving_minor if found else None,
            "currency": read.brand.currency.code,
            "orders_known": len(ground.orders),
            "data_version": read.data_version,
            "seconds": round(stopwatch() - start, 3),
            "peak_memory_mb": peak_memory_mb(),
            "seed": run.seed,
        }
        write_next_sites(aside / "next_sites.csv", found, read.brand.currency)
        write_network_report(aside / "report.html", _report(read, ground, found, summary))
        write_summary(aside, summary)
    return summary


def _centroids(ground: Ground) -> tuple[Candidate, ...]:
    """The regions with most orders, each at the middle of its orders."""
    ranked = np.argsort(-ground.region_orders, kind="stable")
    located = [int(n) for n in ranked if ground.regions[n].located][:MOST_CANDIDATES]
    if not located:
        raise InvalidProblem("no order has coordinates, and candidates.csv is not there: there is no place to look at")
    return tuple(Candidate(ground.region_names[n], ground.regions[n]) for n in located)


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """All sites, today's first: cost of a unit, late ones counted, and share in time [k, r]; room in a week [k]."""

    cost: FloatArray
    within: FloatArray
    room: IntArray
    units: IntArray


def _priced(read: BrandFolder, ground: Ground, candidates: tuple[Candidate, ...], wish: NetworkWish) -> Priced:
    template = ground.sites[0]
    picks = [(one.pick_cost_per_order_micros, one.pick_cost_per_unit_micros) for one in ground.sites]
    per_order, per_unit = (int(np.mean([pick[n] for pick in picks])) for n in range(2))
    new = [
        replace(
            template,
            site=one.name,
            name=one.name,
            place=_with_postcode(one.place, ground),
            pick_cost_per_order_micros=per_order,
            pick_cost_per_unit_micros=per_unit,
            daily_order_capacity=one.daily_order_capacity,
        )
        for one in candidates
    ]
    wider = replace(ground, sites=(*ground.sites, *new))
    problem = problem_of(read, wider, wish.assumed, wish.as_of, wish.days).problem
    sold = problem.forecast.mean_week.sum(axis=1)
    kinds = np.bincount(ground.weight_class, sold, len(ground.class_g))
    share = kinds / kinds.sum()
    # The service is chosen as `doorstep position` does: what a late order costs counts, so both tell the same speed.
    late = read.brand.currency.minor(read.brand.late_cost_micros) / ground.units_per_order
    served = problem.price.transpose(0, 1, 3, 2) @ share + late * (1 - problem.within)
    parcel, chosen = served.min(axis=2), served.argmin(axis=2)
    within = np.take_along_axis(problem.within, chosen[..., None], 2)[..., 0]
    bulk = (problem.bulk * sold[:, None]).sum(axis=0) / sold.sum()
    cost = np.minimum(parcel, DEAREST) + problem.pick[:, None] + bulk[:, None]
    demand = problem.forecast.mean_week.sum(axis=0)
    units = np.maximum(1, np.rint(demand * SCALE)).astype(np.int64)
    return Priced(cost, within, _room(wider, int(units.sum())), units)


def _with_postcode(place: Place, ground: Ground) -> Place:
    """The postcode of the nearest region of the country, where none is given."""
    if place.postcode:
        return place
    inside = [region for region in ground.regions if region.country == place.country] or list(ground.regions)
    metres = distances([place], inside)[0]
    return replace(place, postcode=inside[int(np.argmin(np.where(metres < 0, metres.max() + 1, metres)))].postcode)


def _room(ground: Ground, total: int) -> IntArray:
    per_order = ground.units_per_order * SCALE
    return np.array(
        [
            total
            if site.daily_order_capacity is None
            else int(site.daily_order_capacity * site.working_days.mask.bit_count() * per_order)
            for site in ground.sites
        ],
        np.int64,
    )


def _ranked(
    read: BrandFolder, ground: Ground, candidates: tuple[Candidate, ...], priced: Priced
) -> tuple[list[NextSite], tuple[int, float]]:
    """Each candidate beside today's sites, what saves most first; and a month of today."""
    sites = len(ground.sites)
    now = np.arange(len(priced.room)) < sites
    base, within, _ = _month(priced, now)
    found = []
    for n, candidate in enumerate(candidates):
        used = now.copy()
        used[sites + n] = True
        cost, fast, sent = _month(priced, used)
        saving = base - cost
        fixed = candidate.fixed_month_micros
        net = None if fixed is None else saving - read.brand.currency.minor(fixed)
        found.append(NextSite(candidate, saving, net, fast, float(sent[sites + n])))
    found.sort(key=lambda one: (-(one.saving_minor if one.net_minor is None else one.net_minor), one.candidate.name))
    return found, (base, within)


def _month(priced: Priced, used: BoolArray) -> tuple[int, float, FloatArray]:
    """Cost of a month with these sites, the share in time, and what each site sends of it."""
    rows = np.flatnonzero(used)
    cost = np.rint(priced.cost[rows] * (priced.units / SCALE) * SCALE).astype(np.int64)
    total = int(priced.units.sum())
    room = priced.room[rows].copy()
    if room.sum() < total:  # today's sites are too small for what is expected: the excess is put where there is most
        room[np.argmax(room)] += total - room.sum()
    nothing = np.zeros(len(rows), np.int64)
    share = served_by(FacilityProblem(room, nothing, priced.units, cost))
    paid = float((share * cost).sum()) / SCALE * WEEKS_OF_MONTH
    flow = share * priced.units
    sent = np.zeros(len(used))
    sent[rows] = flow.sum(axis=1) / total
    return round(paid), float((flow * priced.within[rows]).sum() / total), sent


def _report(read: BrandFolder, ground: Ground, found: list[NextSite], summary: dict[str, object]) -> NetworkReport:
    named = [Spot(site.name or site.site, site.place, 0.0, n) for n, site in enumerate(ground.sites)]
    best = [Spot(one.candidate.name, one.candidate.place, 0.0, len(named)) for one in found[:1]]
    places = [*(site.place for site in ground.sites), *(one.candidate.place for one in found[:1])]
    nearest = distances(places, ground.regions).argmin(axis=0)
    regions = [
        Spot(name, place, float(orders), int(site))
        for name, place, orders, site in zip(
            ground.region_names, ground.regions, ground.region_orders, nearest, strict=True
        )
    ]
    return NetworkReport(read.brand, [*named, *best], regions, found, summary)
