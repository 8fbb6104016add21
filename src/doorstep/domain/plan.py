"""What a policy made of a batch of orders, in figures."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.domain.decision import Unplanned
from doorstep.domain.exploration import Tried
from doorstep.domain.fleet import VanRound
from doorstep.domain.parcel import Parcel


@dataclass(frozen=True, slots=True)
class Figures:
    """Totals of a plan. Amounts in minor units; rates say their denominator.

    `on_time_orders` is the expected number of orders whose every parcel arrives by its promised date, an unplanned
    order counting as zero: divided by `orders` it is the expected on-time rate. `promised_days` sums, over planned
    orders, the days from the local date of placing to the latest promised date.
    """

    policy: str
    orders: int
    planned: int
    parcels: int
    split_orders: int  # planned orders that travel in more than one parcel
    cost_minor: int  # of the planned orders
    unplanned_cost_minor: int  # of one order left unplanned
    promised_days: int
    on_time_orders: float
    precedence_minor: int = 0  # what unplanned orders cost more than that, since a rule puts them first
    bids_minor: int = 0  # what parcels, and orders left, weigh beside that by bid prices, commitments and speed

    @property
    def unplanned(self) -> int:
        return self.orders - self.planned

    @property
    def objective_minor(self) -> int:
        """Cost of the planned orders, and the price of leaving the others."""
        return self.cost_minor + self.unplanned * self.unplanned_cost_minor

    @property
    def weighed_minor(self) -> int:
        """What a plan is chosen by, and what its bound is of: the objective, and what is no money."""
        return self.objective_minor + self.precedence_minor + self.bids_minor

    @property
    def split_rate(self) -> float:
        """Of the planned orders."""
        return self.split_orders / self.planned if self.planned else 0.0

    @property
    def mean_promised_days(self) -> float:
        """Of the planned orders."""
        return self.promised_days / self.planned if self.planned else 0.0

    @property
    def expected_on_time(self) -> float:
        """Of all orders."""
        return self.on_time_orders / self.orders if self.orders else 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Parcels in the order of their ids, and the orders that are not among them with the reason."""

    parcels: tuple[Parcel, ...]
    unplanned: tuple[Unplanned, ...]
    figures: Figures
    rounds: tuple[VanRound, ...] = ()  # of own vans, by their numbers
    tried: tuple[Tried, ...] = ()  # orders that try a service, in order of the problem
