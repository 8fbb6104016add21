"""Which sites to use: capacitated facility location, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.errors import InvalidProblem

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

LARGEST_COST_MINOR = 10**14  # sums of ten thousands of them are exact as floating-point numbers no longer
LARGEST_UNITS = 10**12


@dataclass(frozen=True, slots=True, eq=False)
class FacilityProblem:
    """m sites that may be used, n customers whose whole demand must be served.

    Attributes
    ----------
    capacity_units
        [m] what a site can serve, >= 0.
    fixed_cost_minor
        [m] what using it costs, >= 0.
    demand_units
        [n] of each customer, >= 1.
    cost_minor
        [m, n] cost of serving all of a customer's demand from a site, >= 0; a part of it costs that part.
    single_source
        Whether a customer is served by one site alone.

    Raises
    ------
    InvalidProblem
        Shapes disagree, a value is out of range, or all sites together cannot serve the demand.
    """

    capacity_units: IntArray
    fixed_cost_minor: IntArray
    demand_units: IntArray
    cost_minor: IntArray
    single_source: bool = False

    def __post_init__(self) -> None:
        for name in ("capacity_units", "fixed_cost_minor", "demand_units", "cost_minor"):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), np.int64))
        sites, customers = len(self.capacity_units), len(self.demand_units)
        shapes = (self.fixed_cost_minor.shape, self.cost_minor.shape)
        if shapes != ((sites,), (sites, customers)):
            raise InvalidProblem(f"{sites} sites and {customers} customers have costs of shapes {shapes}")
        for name, low, high in (
            ("capacity_units", 0, LARGEST_UNITS),
            ("fixed_cost_minor", 0, LARGEST_COST_MINOR),
            ("demand_units", 1, LARGEST_UNITS),
            ("cost_minor", 0, LARGEST_COST_MINOR),
        ):
            _within(name, getattr(self, name), low, high)
        if self.capacity_units.sum() < self.demand_units.sum():
            raise InvalidProblem("all sites together cannot serve the demand")

    @property
    def sites(self) -> int:
        """How many sites may be used."""
        return len(self.capacity_units)

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return len(self.demand_units)


@dataclass(frozen=True, slots=True)
class FacilityParams:
    """How hard to look.

    `ascent_steps` at most at the start, `node_steps` at a branch, `nodes` branches at most; `gap_ppm`: what is so near
    to the bound is good enough. Of single sourcing: whole customers are assigned to a set of sites by an exact solver
    where at most `core_columns` pairs are open, with at most `core_nodes` nodes and `core_seconds` each time, and
    100 and 3 times as many where a branch ends in that set.
    """

    ascent_steps: int = 800
    node_steps: int = 40
    nodes: int = 20_000
    gap_ppm: int = 0
    core_columns: int = 40_000
    core_nodes: int = 300
    core_seconds: float = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class FacilityResult:
    """An answer and how far it can be from the best.

    Attributes
    ----------
    open_sites
        [m] which are used.
    share
        [m, n] of each customer's demand that a site serves; columns sum to 1.
    cost_minor
        Fixed costs and serving, rounded half up.
    lower_bound_minor
        No answer costs less; rounded down, of single sourcing up.
    nodes, steps
        Branches looked at, and steps of the multipliers in all.
    """

    open_sites: BoolArray
    share: FloatArray
    cost_minor: int
    lower_bound_minor: int
    nodes: int
    steps: int

    @property
    def gap_ppm(self) -> float:
        """How far the cost lies above the bound, in millionths of the cost."""
        if not self.cost_minor:
            return 0.0
        return max(0.0, (self.cost_minor - self.lower_bound_minor) / self.cost_minor * 1e6)


def _within(name: str, values: IntArray, low: int, high: int) -> None:
    if values.size and (values.min() < low or values.max() > high):
        raise InvalidProblem(f"{name} holds {int(values.min())} to {int(values.max())}, not {low} to {high}")
