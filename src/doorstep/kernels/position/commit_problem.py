"""Volumes promised to carriers, and the lanes whose parcels count towards them, as validated arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.errors import InvalidProblem

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
ContractKind = Literal["all_units", "incremental", "minimum", "cap"]
REBATES = ("all_units", "incremental")
MICROS = 1_000_000
MOST_VOLUME = 10**13  # parcels, or minor units
MOST_RATE = 10**15  # millionths of a minor unit


@dataclass(frozen=True, slots=True)
class Step:
    """From this volume on (inclusive), this rate.

    Attributes
    ----------
    volume
        Parcels, or minor units of spend.
    rate_micros
        Millionths of a minor unit for each unit of what the rate is of.
    """

    volume: int
    rate_micros: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Contract:
    """One commitment with a carrier over its period.

    Attributes
    ----------
    name
        Its id.
    kind
        `all_units`: the rate of the highest step reached is rebated on all; `incremental`: on what lies beyond each
        step; `minimum`: what is short of the one step pays its rate; `cap`: what is over it pays its rate.
    counts
        [n, s] options of the problem whose parcels count.
    steps
        Rising volumes; one of a minimum and of a cap. Rebates never fall.
    in_spend
        The volume is spend in minor units; else parcels.
    rate_of_spend
        The rate is of spend in minor units; else of parcels. As `in_spend` but where all units are rebated.
    booked_parcels, booked_spend
        What counted in the period before.
    fixed_minor
        Paid once if a minimum is missed or a cap passed.
    account
        Whose contract it is; contracts of one account are moved together where a parcel more is valued.
    """

    name: str
    kind: ContractKind
    counts: BoolArray
    steps: tuple[Step, ...]
    in_spend: bool = False
    rate_of_spend: bool = False
    booked_parcels: int = 0
    booked_spend: int = 0
    fixed_minor: int = 0
    account: str = ""

    def __post_init__(self) -> None:
        self._sound_steps()
        if not 0 <= self.booked_parcels <= MOST_VOLUME or not 0 <= self.booked_spend <= MOST_VOLUME:
            raise InvalidProblem(f"what {self.name} has booked is not understood")
        if not 0 <= self.fixed_minor <= MOST_VOLUME or (self.fixed_minor and self.kind in REBATES):
            raise InvalidProblem(f"fixed_minor of {self.name} is not understood")
        if self.kind != "all_units" and self.in_spend != self.rate_of_spend:
            raise InvalidProblem(f"{self.name} counts one thing and pays by another; only all_units may")

    def _sound_steps(self) -> None:
        volumes, rates = [one.volume for one in self.steps], [one.rate_micros for one in self.steps]
        if not self.steps or (self.kind not in REBATES and len(self.steps) > 1):
            raise InvalidProblem(f"{self.name} has {len(self.steps)} steps")
        if any(not 0 <= one <= MOST_VOLUME for one in volumes) or sorted(set(volumes)) != volumes:
            raise InvalidProblem(f"volumes of {self.name} do not rise")
        if any(not 0 <= one <= MOST_RATE for one in rates) or (self.kind in REBATES and sorted(rates) != rates):
            raise InvalidProblem(f"rates of {self.name} are not understood, or fall")

    def unit(self, price: FloatArray) -> FloatArray:
        """Give what a parcel of each option adds to the volume, [n, s]."""
        return np.where(self.counts, price if self.in_spend else 1.0, 0.0)

    def basis_unit(self, price: FloatArray) -> FloatArray:
        """Give what a parcel of each option adds to what the rate is of, [n, s]."""
        return np.where(self.counts, price if self.rate_of_spend else 1.0, 0.0)

    @property
    def booked(self) -> int:
        """The volume before."""
        return self.booked_spend if self.in_spend else self.booked_parcels

    @property
    def booked_basis(self) -> int:
        """What the rate is of, before."""
        return self.booked_spend if self.rate_of_spend else self.booked_parcels


@dataclass(frozen=True, slots=True, eq=False)
class CommitProblem:
    """Lanes, what each service asks for a parcel there, and contracts.

    Attributes
    ----------
    lanes, services
        Names, n and s of them.
    price_minor
        [n, s] mean price of a parcel in minor units, not below nothing; anything where not eligible.
    eligible
        [n, s] the service takes the parcels of the lane. Each lane has one that does.
    demand
        [w, n] parcels of each lane in each of w scenarios, all as likely.
    contracts
        Their names differ.

    Raises
    ------
    InvalidProblem
        Shapes disagree, a lane nobody serves, or a value out of range.
    """

    lanes: tuple[str, ...]
    services: tuple[str, ...]
    price_minor: FloatArray
    eligible: BoolArray
    demand: FloatArray
    contracts: tuple[Contract, ...]

    def __post_init__(self) -> None:
        shape = len(self.lanes), len(self.services)
        if self.price_minor.shape != shape or self.eligible.shape != shape:
            raise InvalidProblem(f"prices have shape {self.price_minor.shape}, not {shape}")
        if self.demand.ndim != 2 or self.demand.shape[1] != shape[0] or not len(self.demand):
            raise InvalidProblem(f"demand has shape {self.demand.shape}, not (scenarios, {shape[0]})")
        if not self.eligible.any(axis=1).all():
            lane = self.lanes[int(np.flatnonzero(~self.eligible.any(axis=1))[0])]
            raise InvalidProblem(f"no service takes the parcels of {lane}")
        priced = self.price_minor[self.eligible]
        if not (np.isfinite(priced).all() and np.isfinite(self.demand).all()):
            raise InvalidProblem("a price or a demand is no number")
        if (priced < 0).any() or (self.demand < 0).any() or (priced > MOST_VOLUME).any():
            raise InvalidProblem("a price or a demand is below nothing, or too large")
        names = [one.name for one in self.contracts]
        if len(set(names)) < len(names):
            raise InvalidProblem("two contracts have one name")
        for one in self.contracts:
            if one.counts.shape != shape:
                raise InvalidProblem(f"counts of {one.name} have shape {one.counts.shape}, not {shape}")

    @property
    def prices(self) -> FloatArray:
        """Prices, nothing where not eligible: fit for sums over shares."""
        return np.where(self.eligible, self.price_minor, 0.0)


@dataclass(frozen=True, slots=True)
class CommitParams:
    """How hard to search.

    Attributes
    ----------
    gap
        Relative gap at which the search ends.
    nodes
        Nodes of branch and bound at most: the same on every machine, unlike seconds.
    margins
        Value a parcel more and less of each account: two linear programmes each.
    """

    gap: float = 1e-4
    nodes: int = 2_000
    margins: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.gap < 1 or self.nodes < 1:
            raise InvalidProblem("gap or nodes not understood")
