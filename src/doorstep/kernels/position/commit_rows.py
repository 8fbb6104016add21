"""A mixed-integer programme put together piece by piece, and handed to HiGHS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from doorstep.kernels.position.commit_problem import FloatArray

INF = float("inf")


@dataclass(slots=True)
class Programme:
    """Columns and rows; both are named by their numbers."""

    cost: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)
    _rows: list[NDArray[np.int64]] = field(default_factory=list)
    _columns: list[NDArray[np.int64]] = field(default_factory=list)
    _values: list[FloatArray] = field(default_factory=list)

    def column(self, cost: float = 0.0, high: float = INF, whole: bool = False) -> int:
        """Add a column from nothing up to `high`."""
        self.cost.append(cost)
        self.low.append(0.0)
        self.high.append(1.0 if whole else high)
        self.whole.append(int(whole))
        return len(self.cost) - 1

    def row(self, terms: Mapping[int, float], low: float, high: float) -> int:
        """Add a row of a few terms."""
        return self.long_row(np.array(list(terms), np.int64), np.array(list(terms.values())), low, high)

    def long_row(self, columns: NDArray[np.int64], values: FloatArray, low: float, high: float) -> int:
        """Add a row of many terms."""
        number = len(self.row_low)
        self._rows.append(np.full(len(columns), number))
        self._columns.append(columns)
        self._values.append(values)
        self.row_low.append(low)
        self.row_high.append(high)
        return number

    def _matrix(self) -> csr_array:
        shape = len(self.row_low), len(self.cost)
        if not self._rows:
            return csr_array(shape)
        parts = np.concatenate(self._values), (np.concatenate(self._rows), np.concatenate(self._columns))
        return csr_array(parts, shape=shape)

    def solve(self, gap: float, nodes: int) -> Solved:
        """Solve it to a gap, or until so many nodes are searched."""
        found = milp(
            np.array(self.cost),
            integrality=np.array(self.whole),
            bounds=Bounds(np.array(self.low), np.array(self.high)),
            constraints=LinearConstraint(self._matrix(), np.array(self.row_low), np.array(self.row_high)),
            options={"mip_rel_gap": gap, "node_limit": nodes},
        )
        bound = found.get("mip_dual_bound")
        if bound is None and found.status == 0:
            bound = found.fun
        values = None if found.x is None else np.asarray(found.x, np.float64)
        return Solved(values, -INF if bound is None else float(bound))

    def relaxed_at(self, values: FloatArray, moved: Mapping[int, float] | None = None) -> Relaxed | None:
        """Solve the linear programme that is left when whole columns stay as they are; None: there is no answer.

        `moved` is added to the right-hand side of rows that are equations.
        """
        whole = np.array(self.whole, bool)
        low, high = np.array(self.low), np.array(self.high)
        low[whole] = high[whole] = np.round(values[whole])
        row_low, row_high = np.array(self.row_low), np.array(self.row_high)
        for row, by in (moved or {}).items():
            row_low[row] += by
            row_high[row] += by
        matrix, equal = self._matrix(), row_low == row_high
        upper, lower = ~equal & (row_high < INF), ~equal & (row_low > -INF)
        stacked = _stacked(matrix, upper, lower)
        found = linprog(
            np.array(self.cost),
            A_ub=stacked,
            b_ub=np.concatenate([row_high[upper], -row_low[lower]]),
            A_eq=matrix[np.flatnonzero(equal)],
            b_eq=row_low[equal],
            bounds=np.column_stack([low, high]),
            method="highs",
        )
        if found.status != 0:
            return None
        dual = np.zeros(len(row_low))
        dual[equal] = found.eqlin.marginals
        return Relaxed(float(found.fun), np.asarray(found.x, np.float64), dual)


def _stacked(matrix: csr_array, upper: NDArray[np.bool_], lower: NDArray[np.bool_]) -> csr_array:
    signs = np.concatenate([np.ones(int(upper.sum())), -np.ones(int(lower.sum()))])
    order = np.concatenate([np.flatnonzero(upper), np.flatnonzero(lower)])
    return csr_array(matrix[order].multiply(signs[:, None]))


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """Values of the columns (None: none were found) and what no answer falls below."""

    values: FloatArray | None
    bound: float


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """The least cost, the columns that reach it, and by how much it changes with each equation's right-hand side."""

    cost: float
    values: FloatArray
    dual: FloatArray


def as_columns(numbers: Sequence[int]) -> NDArray[np.int64]:
    """Give column numbers as an array."""
    return np.array(numbers, np.int64)
