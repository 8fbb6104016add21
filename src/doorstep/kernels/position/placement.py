"""Which sku in which site: every set of sites is priced for all skus at once, and each sku takes the cheapest."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.position.forecast import DemandForecast
from doorstep.kernels.position.problem import BoolArray, FloatArray, IntArray
from doorstep.kernels.position.stock import central_wait, critical_ratio, quantile

UNSERVED = 1e15  # a price: no service goes there
MOST_SETS = 512
Z_OF_SAFETY = 1.64  # of the reckoning of sets alone; stock itself is by quantile


@dataclass(frozen=True, slots=True, eq=False)
class PlacementProblem:
    """s skus, k sites, r regions, w classes of weight, v services. Money in minor units, as floats.

    Attributes
    ----------
    forecast
        Of s skus in r regions.
    weight_class
        [s] of each sku.
    price
        [k, r, w, v] of a parcel with a unit, duty included; `UNSERVED` where a service does not go.
    within
        [k, r, v] share of parcels that are at the door within the days asked for.
    pick
        [k] of a unit.
    bulk
        [s, k] of bringing a unit to a site in bulk, clearance of customs included.
    holding_week
        [s] of a unit for a week.
    short
        [s] of a unit that is missing where it is wanted.
    lead_weeks
        [k] until what a site asks for arrives: from the centre, or at the centre from the supplier.
    centre
        The site that suppliers deliver to.
    review_weeks
        Between two orders.
    """

    forecast: DemandForecast
    weight_class: IntArray
    price: FloatArray
    within: FloatArray
    pick: FloatArray
    bulk: FloatArray
    holding_week: FloatArray
    short: FloatArray
    lead_weeks: FloatArray
    centre: int
    review_weeks: float = 1.0

    def __post_init__(self) -> None:
        skus, regions = self.forecast.mean_week.shape
        sites = len(self.pick)
        expected = {
            "price": (sites, regions),
            "within": (sites, regions),
            "bulk": (skus, sites),
            "lead_weeks": (sites,),
        }
        expected |= {"weight_class": (skus,), "holding_week": (skus,), "short": (skus,)}
        for name, shape in expected.items():
            if getattr(self, name).shape[: len(shape)] != shape:
                raise InvalidProblem(f"{name} has shape {getattr(self, name).shape}, not {shape}")
        if not 0 <= self.centre < sites:
            raise InvalidProblem("the centre is none of the sites")


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where each sku lives.

    Attributes
    ----------
    held
        [s, k] whether a site holds a sku.
    serves
        [s, r] the site that a region is served from.
    flow
        [s, k] units a week.
    cost_week
        Of serving, bulk and holding, in minor units.
    within
        Share of units expected within the days asked for.
    """

    held: BoolArray
    serves: IntArray
    flow: FloatArray
    cost_week: float
    within: float


def site_sets(sites: int, most: int) -> list[tuple[int, ...]]:
    """Give the sets of sites that a sku may live in: all up to `most`, or the small ones where there are too many."""
    found: list[tuple[int, ...]] = []
    for size in range(1, min(most, sites) + 1):
        more = list(combinations(range(sites), size))
        if len(found) + len(more) > MOST_SETS and found:
            break
        found += more
    everywhere = tuple(range(sites))
    return found if everywhere in found or most < sites else [*found, everywhere]


def place(problem: PlacementProblem, worth: float, sets: list[tuple[int, ...]] | None = None) -> Placement:
    """Place every sku, where a unit in time is worth `worth` minor units more than a later one."""
    sets = sets or site_sets(len(problem.pick), len(problem.pick))
    served = problem.price + worth * (1 - problem.within[:, :, None, :])
    service = served.argmin(axis=3)  # [k, r, w]
    value = np.take_along_axis(served, service[..., None], 3)[..., 0] + problem.pick[:, None, None]
    skus = len(problem.weight_class)
    best = np.full(skus, np.inf)
    chosen = np.zeros(skus, np.int64)
    for at, members in enumerate(sets):
        cost = _cost_of(problem, value, members)
        better = cost < best - 1e-9
        best[better], chosen[better] = cost[better], at
    return _told(problem, value, service, sets, chosen)


def _cost_of(problem: PlacementProblem, value: FloatArray, members: tuple[int, ...]) -> FloatArray:
    """Price one set of sites for all skus [s]: serving, bulk, and the safety stock, which pooling makes small."""
    rows = list(members)
    nearest = value[rows].argmin(axis=0)  # [r, w]
    least = value[rows].min(axis=0)
    cost = np.empty(len(problem.weight_class))
    for kind in np.unique(problem.weight_class):
        some = problem.weight_class == kind
        mean = problem.forecast.mean_week[some]
        flow = mean @ (nearest[:, kind, None] == np.arange(len(rows)))
        cover = problem.lead_weeks[rows] + problem.review_weeks
        units = _kept(flow, problem.forecast.dispersion[some, None], cover, problem.review_weeks)
        kept = units.sum(axis=1) * problem.holding_week[some]
        cost[some] = mean @ least[:, kind] + (flow * problem.bulk[some][:, rows]).sum(axis=1) + kept
    return cost


def _kept(flow: FloatArray, dispersion: FloatArray, cover: FloatArray, review: float) -> FloatArray:
    """Units that lie on a shelf on average: safety stock and half of what a review brings, but one at least."""
    units = Z_OF_SAFETY * np.sqrt(flow * dispersion * cover) + flow * review / 2
    return np.asarray(np.where(flow > 0, np.maximum(units, 1.0), 0.0))


def _told(
    problem: PlacementProblem,
    value: FloatArray,
    service: IntArray,
    sets: list[tuple[int, ...]],
    chosen: IntArray,
) -> Placement:
    skus, regions = problem.forecast.mean_week.shape
    sites = len(problem.pick)
    held, serves = np.zeros((skus, sites), np.bool_), np.zeros((skus, regions), np.int64)
    in_time, paid = 0.0, 0.0
    for at in np.unique(chosen):
        rows = np.array(sets[at])
        nearest = rows[value[rows].argmin(axis=0)]
        for kind in np.unique(problem.weight_class[chosen == at]):
            some = np.flatnonzero((chosen == at) & (problem.weight_class == kind))
            site = nearest[:, kind]
            serves[some] = site
            held[np.ix_(some, rows)] = True
            mean = problem.forecast.mean_week[some].sum(axis=0)
            by = service[site, np.arange(regions), kind]
            in_time += float(mean @ problem.within[site, np.arange(regions), by])
            paid += float(mean @ (problem.price[site, np.arange(regions), kind, by] + problem.pick[site]))
    flow = np.zeros((skus, sites))
    for site in range(sites):
        flow[:, site] = (problem.forecast.mean_week * (serves == site)).sum(axis=1)
    held &= flow > 0
    cover = problem.lead_weeks + problem.review_weeks
    units = _kept(flow, problem.forecast.dispersion[:, None], cover, problem.review_weeks)
    kept = float((units.sum(axis=1) * problem.holding_week).sum())
    total = float(problem.forecast.mean_week.sum())
    cost = paid + float((flow * problem.bulk).sum()) + kept
    return Placement(held, serves, flow, cost, in_time / total if total else 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Order-up-to levels and reorder points [s, k], whole units; the ratio [s, k] that they cover demand with."""

    target: IntArray
    reorder_point: IntArray
    ratio: FloatArray


def targets(problem: PlacementProblem, placement: Placement) -> Targets:
    """Set base stock: at the ratio of what a missing unit costs to what one too many costs until the next order.

    The centre also covers what forward sites draw from it; these wait for it as long as it is expected to lack goods.
    """
    flow, dispersion = placement.flow, problem.forecast.dispersion
    over = problem.holding_week * problem.review_weeks
    ratio = np.broadcast_to(critical_ratio(problem.short, over)[:, None], flow.shape)
    ratio = np.clip(ratio, 0.0, 0.999)
    drawn = flow.sum(axis=1)
    lead = np.tile(problem.lead_weeks, (len(flow), 1))
    at_centre = quantile(drawn * problem.lead_weeks[problem.centre], dispersion, ratio[:, 0]).astype(np.float64)
    lead_centre = float(problem.lead_weeks[problem.centre])
    wait = central_wait(drawn, dispersion, lead_centre, at_centre)
    forward = np.arange(flow.shape[1]) != problem.centre
    lead[:, forward] += wait[:, None]
    level = np.where(placement.held, ratio, 0.0)
    spread = np.tile(dispersion[:, None], (1, flow.shape[1]))
    mean = flow.copy()
    reorder = quantile((mean * lead).ravel(), spread.ravel(), level.ravel()).reshape(flow.shape)
    cover = (mean * (lead + problem.review_weeks)).ravel()
    target = quantile(cover, spread.ravel(), level.ravel()).reshape(flow.shape)
    least = placement.held & (flow > 0)
    target = np.maximum(target, least)  # what a site is said to hold, it holds one of at least
    return Targets(target, np.minimum(reorder, np.maximum(target - 1, 0)), ratio)


def frontier(
    problem: PlacementProblem, worths: FloatArray, sets: list[tuple[int, ...]] | None = None
) -> list[Placement]:
    """Give placements that no other found beats in both cost and share in time, the cheapest first."""
    found = [place(problem, float(worth), sets) for worth in worths]
    found.sort(key=lambda one: (one.cost_week, -one.within))
    kept: list[Placement] = []
    for one in found:
        if not kept or one.within > kept[-1].within + 1e-9:
            kept.append(one)
    return kept
