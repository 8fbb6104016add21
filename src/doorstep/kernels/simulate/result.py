"""What the simulation answers with: parcels as sent, days as they went, figures, and differences with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.plan import Plan
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.simulate.days import Slot
from doorstep.kernels.simulate.problem import Policy
from doorstep.kernels.simulate.supply import PurchaseOrders

FloatArray = NDArray[np.float64]
PARTS = ("pick", "carton", "freight", "surcharges", "duty_tax", "lateness")


@dataclass(frozen=True, slots=True)
class Shipments:
    """Parcels of one policy, struct of arrays [P], in the order of planning; days since 1970-01-01.

    Attributes
    ----------
    order, number
        Place of the order in the problem, and of the parcel in its order, from 1.
    site, service
        Places in the problem.
    slot, ready_at
        The batch in which it was planned, and that batch's instant in epoch seconds.
    ship_day, promised_day, on_time_ppm
        As promised.
    parts_minor
        [P, 6] charge lines, as PARTS names them.
    distance_m, co2e_g
        Great circle to the door and carbon, both -1 where the door is not located; carbon also where it is not known.
    content_start, content_sku, content_units
        [P + 1] ranges of goods: places in the problem's products, and units.
    """

    order: IntArray
    number: IntArray
    site: IntArray
    service: IntArray
    slot: IntArray
    ready_at: IntArray
    ship_day: IntArray
    promised_day: IntArray
    on_time_ppm: IntArray
    parts_minor: IntArray
    distance_m: IntArray
    co2e_g: IntArray
    content_start: IntArray
    content_sku: IntArray
    content_units: IntArray

    @property
    def cost_minor(self) -> IntArray:
        """Total of each parcel."""
        found: IntArray = self.parts_minor.sum(axis=1)
        return found


@dataclass(frozen=True, slots=True)
class Replay:
    """What one policy did with the orders of a world.

    Attributes
    ----------
    shipments
        What it sent.
    stockout
        [N] lost, though it would have been served with full shelves and nobody else there.
    stock_units, waiting
        [D] on hand, and orders that wait, at the end of each day.
    plans
        Of each batch its slot, its orders and its plan, where they are kept.
    ordered
        What was ordered anew.
    received, holding_micros
        [D] units that came in, announced or ordered, and what it costs that goods lie until the next day.
    """

    shipments: Shipments
    stockout: BoolArray
    stock_units: IntArray
    waiting: IntArray
    plans: tuple[tuple[int, tuple[int, ...], Plan], ...]
    ordered: PurchaseOrders
    received: IntArray
    holding_micros: IntArray


@dataclass(frozen=True, slots=True)
class Days:
    """Sums by day [D]; those of orders stand on the day of placing, whenever they were planned.

    `on_time` is expected, `kept` is realised: orders whose every parcel came by its date. `stock_units` and `waiting`
    stand on the day itself.
    """

    orders: FloatArray
    planned: FloatArray
    later: FloatArray  # planned on a later day than that of placing
    parcels: FloatArray
    splits: FloatArray
    stockouts: FloatArray
    cost_minor: FloatArray
    objective_minor: FloatArray
    parts_minor: FloatArray  # [D, 6]
    promised_days: FloatArray
    on_time: FloatArray
    kept: FloatArray
    distance_m: FloatArray
    located: FloatArray  # parcels whose distance is known
    co2e_g: FloatArray
    weighed: FloatArray  # parcels whose carbon is known
    stock_units: FloatArray
    waiting: FloatArray
    received: FloatArray  # units; this and the next two on the day itself
    ordered: FloatArray  # units
    supply_minor: FloatArray  # what ordering and holding cost, where goods are ordered anew


@dataclass(frozen=True, slots=True)
class Interval:
    """Ends of an interval, of a difference."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of a policy less that of the first one.

    Attributes
    ----------
    over_days
        Blocks of neighbouring days drawn anew, averaged over the seeds; None: too few days. It covers that the days
        might have been others like these.
    over_seeds
        Student's, of the differences of each seed; None: one seed. It covers chance in what is drawn: fates of parcels,
        the search, and orders drawn anew by a scenario; not that the days might have been others.
    """

    value: float | None  # None: one of the two has nothing to tell it by
    over_days: Interval | None
    over_seeds: Interval | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A policy over all seeds: mean figures by name, sums by day as means over the seeds, and differences."""

    policy: Policy
    figures: dict[str, float | None]
    differences: dict[str, Difference] | None  # None: it is the first
    days: Days
    first: Replay  # of the first seed
    arrived_day: IntArray  # of its parcels; -1: never
    of_seeds: tuple[Days, ...] = ()  # the sums of each seed


@dataclass(frozen=True, slots=True)
class World:
    """What the orders and shelves of the first seed were, for whoever verifies it."""

    problem: PlanProblem  # the scenario in it
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class FastError:
    """The fast mode less the full one, on sampled days of the first seed.

    Both begin each day with the shelves and prices that the fast mode had on it; of a day with very many orders some
    stand for all, goods in proportion. So it is the error of a day's decisions, and not what such errors add up to.

    Attributes
    ----------
    days
        The sampled ones, since 1970-01-01.
    orders
        Of the sample.
    full
        Figures of the full mode.
    differences
        Of figures; intervals are Student's over the days, and stand as `over_days`.
    classes, by_table_ppm
        Classes of orders, and the share of parcels that the tables sent, of the whole simulation.
    """

    days: tuple[int, ...]
    orders: int
    full: dict[str, float | None]
    differences: dict[str, Difference]
    classes: int
    by_table_ppm: int


@dataclass(frozen=True, slots=True)
class SimulateResult:
    """All policies, on the same orders, shelves and fates; days since 1970-01-01."""

    first_day: int
    until_day: int  # of placing; what waits is tried after it
    outcomes: tuple[Outcome, ...]
    world: World
    inbound_before: int  # announced for before the first day, and taken to be on the shelves already
    fast: FastError | None = None  # where the fast mode was among the policies
