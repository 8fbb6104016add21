"""Where the stock of a brand folder should live: read it, decide by what was known on a day, write the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from doorstep.compute import peak_memory_mb
from doorstep.documents.report.position_report import PositionReport, write_position_report
from doorstep.documents.report.sites_map import Spot
from doorstep.domain.days import day_of, number_of
from doorstep.domain.placement import BulkMove, Point, Purchase, Shelf
from doorstep.files.demand_in import ForeseenDemand, read_foreseen
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.files.output import output_folder
from doorstep.files.plan_out import write_summary
from doorstep.files.position_out import write_position
from doorstep.flows.position_demand import ground_by
from doorstep.flows.position_ground import Ground
from doorstep.flows.position_problem import USUAL, Assumptions, Grounded, problem_of
from doorstep.kernels.position.facility import at_most
from doorstep.kernels.position.placement import Placement, PlacementProblem, Targets
from doorstep.kernels.position.position import position as decide
from doorstep.kernels.position.problem import FacilityProblem, FloatArray, IntArray
from doorstep.kernels.position.transfers import Transfer, transfers
from doorstep.kernels.run import Run

WEEKS_OF_MONTH = 365.25 / 12 / 7
SCALE = 1_000  # units a week become thousandths, so that they are whole


@dataclass(frozen=True, slots=True)
class PositionWish:
    """What is asked for: known on `as_of`, paid over `months`, within `days`.

    At most `open_sites` sites in all, and `sites_per_sku` of a sku (0: any number); `demand`: a folder of foreseen
    demand, None: by past sales.
    """

    as_of: date
    months: int
    days: int = 3
    open_sites: int = 0
    sites_per_sku: int = 0
    demand: Path | None = None
    assumed: Assumptions = USUAL
    announced: bool = False  # goods on their way count whenever they come, as somebody knows who knows of them today


@dataclass(frozen=True, slots=True, eq=False)
class Positioned:
    """The answer before it is written."""

    ground: Ground
    grounded: Grounded
    used: tuple[int, ...]
    placement: Placement
    targets: Targets
    transfers: list[Transfer]
    next_minor: FloatArray  # [s, k] what one more unit is worth there
    points: list[Point]
    on_hand: IntArray
    coming: IntArray


def position_folder(
    folder: Path, out: Path, wish: PositionWish, *, run: Run, stopwatch: Callable[[], float], force: bool = False
) -> dict[str, object]:
    """Write placement.csv, transfers.csv, purchases.csv, frontier.csv, report.html and summary.json into `out`.

    Raises InputRefused with every fault, InvalidProblem where there is nothing to go by, or OutputRefused; in each case
    `out` is as it was before.
    """
    start = stopwatch()
    reading = (folder, *([wish.demand] if wish.demand else []))
    with output_folder(out, force, reading=reading) as aside:
        read = read_folder(folder, run.progress)
        found = position(read, wish, read_foreseen(wish.demand, wish.as_of) if wish.demand else None)
        told = answer_of(read, found, wish)
        write_position(aside, told.shelves, told.moves, told.purchases, told.points, read.brand.currency)
        summary = dict(told.summary) | {
            "seconds": round(stopwatch() - start, 3),
            "peak_memory_mb": peak_memory_mb(),
            "seed": run.seed,
        }
        write_position_report(aside / "report.html", replace(told, summary=summary))
        write_summary(aside, summary)
    return summary


def position(read: BrandFolder, wish: PositionWish, demand: ForeseenDemand | None = None) -> Positioned:
    """Decide by what was known on the day: sites, placement, targets, transfers and the frontier."""
    ground = ground_by(read, wish.as_of, demand)
    grounded = problem_of(read, ground, wish.assumed, wish.as_of, wish.days)
    problem = grounded.problem
    used = _sites(ground, problem, wish.open_sites)
    if problem.centre not in used:  # suppliers deliver to a site that is used
        grounded = problem_of(read, ground, wish.assumed, wish.as_of, wish.days, used)
        problem = grounded.problem
    late = read.brand.currency.minor(read.brand.late_cost_micros) / ground.units_per_order
    made = decide(problem, late, used, wish.sites_per_sku)
    placement, levels, weeks = made.placement, made.targets, wish.months * WEEKS_OF_MONTH
    points = [Point(one.within, round(one.cost_week * weeks)) for one in made.points]
    at_site = {site.site: n for n, site in enumerate(ground.sites)}
    at_sku = {product.sku: n for n, product in enumerate(ground.products)}
    on_hand, coming = np.zeros(placement.held.shape, np.int64), np.zeros(placement.held.shape, np.int64)
    for level in read.stock:
        if level.site in at_site and level.sku in at_sku:
            on_hand[at_sku[level.sku], at_site[level.site]] += level.on_hand
    for inbound in read.inbound:
        if inbound.site not in at_site or inbound.sku not in at_sku:
            continue
        if wish.announced or inbound.expected_at.date() < wish.as_of:
            coming[at_sku[inbound.sku], at_site[inbound.site]] += inbound.quantity
    value = _values(problem, placement, on_hand + coming)
    wanted = np.maximum(0, levels.target - coming)  # what is on its way need not be moved there a second time
    moved = transfers(on_hand, wanted, levels.target, value, grounded.volume_mm3, grounded.bulk)
    return Positioned(ground, grounded, used, placement, levels, moved, value, points, on_hand, coming)


def answer_of(read: BrandFolder, found: Positioned, wish: PositionWish) -> PositionReport:
    """Give the answer as files and pages tell it."""
    shelves, moves, bought = _shelves(found), _moves(found), _purchases(found)
    sites, regions = _spots(found)
    summary = _summary(read, found, wish, shelves, bought)
    return PositionReport(read.brand, sites, regions, shelves, moves, found.points, summary, bought)


def _sites(ground: Ground, problem: PlacementProblem, most: int) -> tuple[int, ...]:
    """Choose the sites to use, by the cheapest service and the capacity that they have in a week."""
    sites = len(ground.sites)
    if not most or most >= sites:
        return tuple(range(sites))
    demand = problem.forecast.mean_week.sum(axis=0)
    kinds = np.bincount(ground.weight_class, problem.forecast.mean_week.sum(axis=1), len(ground.class_g))
    price = problem.price.min(axis=3) @ (kinds / kinds.sum()) + problem.pick[:, None]
    units = np.maximum(1, np.rint(demand * SCALE)).astype(np.int64)
    week = [site.working_days.mask.bit_count() for site in ground.sites]
    room = [
        int(units.sum())
        if site.daily_order_capacity is None
        else int(site.daily_order_capacity * worked * ground.units_per_order * SCALE)
        for site, worked in zip(ground.sites, week, strict=True)
    ]
    cost = np.rint(np.minimum(price, 10**7) * np.maximum(demand, 1 / SCALE)).astype(np.int64)
    found = at_most(FacilityProblem(np.array(room), np.zeros(sites, np.int64), units, cost), most)
    return tuple(np.flatnonzero(found.open_sites).tolist())


def _values(problem: PlacementProblem, placement: Placement, stock: IntArray) -> FloatArray:
    """What one more unit at a site is worth until the next order: the chance that it is wanted, times what lacks.

    At a forward site a unit that is missing comes from the next best site, at the dearer price; the last one anywhere
    costs what an order left unplanned does.
    """
    cover = placement.flow * (problem.lead_weeks + problem.review_weeks)
    spread = np.sqrt(np.maximum(cover * problem.forecast.dispersion[:, None], 1e-9))
    z = (stock + 0.5 - cover) / spread
    wanted = np.where(cover > 0, 1 / (1 + np.exp(np.clip(1.702 * z, -60, 60))), 0.0)  # the normal tail, nearly
    return np.asarray(wanted * problem.short[:, None])


def _spots(found: Positioned) -> tuple[list[Spot], list[Spot]]:
    """Sites in use and regions, each region with the site that sends most of its units."""
    ground = found.ground
    sites = [Spot(ground.sites[k].name or ground.sites[k].site, ground.sites[k].place, 0.0, k) for k in found.used]
    mean, serves = ground.forecast.mean_week, found.placement.serves
    sent = np.array([(mean * (serves == k)).sum(axis=0) for k in found.used])
    most = sent.argmax(axis=0).tolist()
    rows = zip(ground.region_names, ground.regions, ground.region_orders.tolist(), most, strict=True)
    return sites, [Spot(name, place, float(orders), site) for name, place, orders, site in rows]


def _shelves(found: Positioned) -> list[Shelf]:
    """The rows of placement.csv, by site and sku."""
    rows = []
    for n, k in np.argwhere(found.placement.held).tolist():
        regions = int((found.placement.serves[n] == k).sum())
        flow, ratio = float(found.placement.flow[n, k]), float(found.targets.ratio[n, k])
        target, point = int(found.targets.target[n, k]), int(found.targets.reorder_point[n, k])
        others = int(found.placement.held[n].sum()) - 1
        where = f"with {others} other site{'s' if others > 1 else ''}" if others else "here alone"
        why = f"{where}: {regions} region{'' if regions == 1 else 's'}, {flow:.3g} units a week, covered {ratio:.1%}"
        site, sku, worth = (
            found.ground.sites[k].site,
            found.ground.products[n].sku,
            round(float(found.next_minor[n, k])),
        )
        rows.append(Shelf(site, sku, target, point, why, worth))
    return sorted(rows, key=lambda one: (one.site, one.sku))


def _moves(found: Positioned) -> list[BulkMove]:
    """The rows of transfers.csv, with the day on which each is taken in."""
    ways, sites, products = found.grounded.ways, found.ground.sites, found.ground.products
    first = number_of(ways.as_of)
    return [
        BulkMove(
            sites[one.origin].site,
            sites[one.destination].site,
            products[one.sku].sku,
            one.quantity,
            one.worth_minor,
            day_of(ways.moved(one.origin, one.destination, first)),
        )
        for one in found.transfers
    ]


def _purchases(found: Positioned) -> list[Purchase]:
    """What to order for the centre: up to all targets, where what is there and comes is at or below the point."""
    have = (found.on_hand + found.coming).sum(axis=1)
    target, point = found.targets.target.sum(axis=1), found.targets.reorder_point.sum(axis=1)
    at, ways = found.grounded.problem.centre, found.grounded.ways
    centre, arrives = found.ground.sites[at].site, day_of(ways.bought(at, number_of(ways.as_of)))
    wanted = np.flatnonzero((have <= point) & (target > have))
    return [Purchase(centre, found.ground.products[n].sku, int(target[n] - have[n]), arrives) for n in wanted.tolist()]


def _summary(
    read: BrandFolder, found: Positioned, wish: PositionWish, shelves: list[Shelf], bought: list[Purchase]
) -> dict[str, object]:
    digits, weeks = 10**read.brand.currency.digits, wish.months * WEEKS_OF_MONTH
    total = float(found.ground.forecast.mean_week.sum())
    return {
        "as_of": wish.as_of.isoformat(),
        "until": (wish.as_of + timedelta(days=round(weeks * 7))).isoformat(),
        "months": wish.months,
        "days": wish.days,
        "sites": [found.ground.sites[k].site for k in found.used],
        "centre": found.ground.sites[found.grounded.problem.centre].site,
        "skus": len(found.ground.products),
        "sites_per_sku": wish.sites_per_sku,
        "demand": "foreseen" if wish.demand else "past_sales",
        "lead_days": {
            found.ground.sites[k].site: round(float(found.grounded.problem.lead_weeks[k]) * 7) for k in found.used
        },
        "placements": len(shelves),
        "units_target": sum(one.target for one in shelves),
        "units_week": round(total, 3),
        "transfers": len(found.transfers),
        "units_moved": sum(one.quantity for one in found.transfers),
        "units_bought": sum(one.quantity for one in bought),
        "share_within": round(found.placement.within, 6),
        "cost_total": round(found.placement.cost_week * weeks / digits, 2),
        "currency": read.brand.currency.code,
        "orders_known": len(found.ground.orders),
        "weeks_known": found.ground.weeks,
        "assumed": asdict(wish.assumed),
        "data_version": read.data_version,
    }
