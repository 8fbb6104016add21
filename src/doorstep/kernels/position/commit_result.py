"""What a plan of commitments says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.position.commit_problem import FloatArray


@dataclass(frozen=True, slots=True)
class Worth:
    """What one unit more of volume is worth to one contract, in minor units; below nothing: it saves.

    Attributes
    ----------
    contract
        Its name.
    volume_minor
        Of a unit of its volume (dual).
    basis_minor
        Of a unit of what its rate is of, where that is another thing than its volume (dual).
    """

    contract: str
    volume_minor: float
    basis_minor: float


@dataclass(frozen=True, slots=True)
class Margin:
    """What one parcel more and one less, at the account's mean price, change in expected cost.

    `more_minor` is negative where a parcel more saves; `less_minor` is the price of one less, positive where it costs.
    The two differ at a kink; None: no plan of the same steps is left.
    """

    account: str
    more_minor: float | None
    less_minor: float | None


@dataclass(frozen=True, slots=True, eq=False)
class CommitPlan:
    """Shares of lanes, and prices that bring them about.

    Attributes
    ----------
    share
        [n, s] share of each lane's parcels for each service; rows add up to 1.
    cost_minor
        Expected cost of freight and contracts.
    scenario_minor
        [w] that cost in each scenario.
    bound_minor
        No shares cost less than this.
    worths
        One for each contract, in its order.
    bent
        [n, s] what a parcel of each option weighs beside its price: the worths of all contracts that it counts for.
    margins
        One for each account, by its name.
    """

    share: FloatArray
    cost_minor: float
    scenario_minor: FloatArray
    bound_minor: float
    worths: tuple[Worth, ...]
    bent: FloatArray
    margins: tuple[Margin, ...]

    @property
    def gap(self) -> float:
        """How far the cost may be from the least, as a share of it."""
        return max(0.0, self.cost_minor - self.bound_minor) / max(1.0, abs(self.cost_minor))


def by_service(bent: FloatArray, weight: FloatArray) -> FloatArray:
    """Give each service's mean weight over the options, [s], in minor units, each option as heavy as its parcels."""
    total = weight.sum(axis=0)
    mean = (bent * weight).sum(axis=0) / np.where(total > 0, total, 1.0)
    return np.where(total > 0, mean, 0.0)
