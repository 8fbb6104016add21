"""Activity-based cost to serve: every charge traced to the goods that caused it, to the minor unit.

References
----------
R. Cooper and R. S. Kaplan, "Measure costs right: make the right decisions", Harvard Business Review 66 (1988).
M. L. Balinski and H. P. Young, "Fair Representation" (1982): largest remainders (Hamilton).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from doorstep.kernels.learn.costs_problem import (
    CM3_PER_G,
    KEYS,
    PARTS,
    Charge,
    CostProblem,
    CostResult,
    CostRow,
    Key,
)

WEIGH: dict[Key, Callable[[CostRow], int]] = {
    "units": lambda row: row.units,
    "volume": lambda row: row.volume_cm3,
    "billed": lambda row: max(row.weight_g, row.volume_cm3 // CM3_PER_G),
    "value": lambda row: row.value_minor,
}


def trace(problem: CostProblem) -> CostResult:
    """Divide each charge among the rows that it concerns.

    Parameters
    ----------
    problem
        Rows and charges; picks and returns are divided by units, storage, packing and cartons by volume, carriage by
        the greater of weight and volume, duty and lateness by value.

    Returns
    -------
    CostResult
        Its sums over orders, skus, customers or countries add up to the charges exactly.
    """
    of_parcel: defaultdict[str, list[int]] = defaultdict(list)
    of_order: defaultdict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(problem.rows):
        of_parcel[row.parcel].append(at)
        of_order[row.order].append(at)
    amounts = np.zeros((len(problem.rows), len(PARTS)), dtype=np.int64)
    for charge in problem.charges:
        column = PARTS.index(charge.part)
        rows = (
            [charge.row] if charge.row >= 0 else of_parcel[charge.parcel] if charge.parcel else of_order[charge.order]
        )
        for at, share in zip(rows, _shares(charge, [problem.rows[at] for at in rows]), strict=True):
            amounts[at, column] += share
    return CostResult(problem.rows, amounts)


def _shares(charge: Charge, rows: Sequence[CostRow]) -> list[int]:
    weigh = WEIGH[KEYS[charge.part]]
    return divide(charge.amount_minor, [weigh(row) for row in rows])


def divide(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide a whole amount by weights, exactly: what rounding down leaves goes to the largest remainders, first first.

    Without any weight all are alike. Whole numbers of any size; nothing is rounded on the way.
    """
    if not sum(weights):
        weights = [1] * len(weights)
    total = sum(weights)
    shares = [amount * weight // total for weight in weights]
    left = amount - sum(shares)
    order = sorted(range(len(weights)), key=lambda at: (-(amount * weights[at] % total), at))
    for at in order[:left]:
        shares[at] += 1
    return shares
