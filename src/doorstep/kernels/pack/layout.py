"""How the units lie in a carton that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.pack.compiled import lay
from doorstep.kernels.pack.cut import starts
from doorstep.kernels.pack.fit import CHUNK, PLAIN, USUAL
from doorstep.kernels.pack.problem import FitProblem, IntArray, PackParams
from doorstep.kernels.pack.tables import Tables, some_loads, tables
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class Layouts(Sequence[IntArray]):
    """p layouts, one after the other: layout i is `rows[start[i]:start[i + 1]]`, also `layouts[i]`.

    Parameters
    ----------
    start
        [p + 1]
    rows
        [u, 7] item, x, y, z, dx, dy, dz in mm; a layout's rows in the order of their items.
    """

    start: IntArray
    rows: IntArray

    def __len__(self) -> int:
        return len(self.start) - 1

    @overload
    def __getitem__(self, index: int) -> IntArray: ...

    @overload
    def __getitem__(self, index: slice) -> list[IntArray]: ...

    def __getitem__(self, index: int | slice) -> IntArray | list[IntArray]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        at = index % len(self)
        return self.rows[self.start[at] : self.start[at + 1]]


def place(problem: FitProblem, load: int, carton: int, params: PackParams = USUAL) -> IntArray:
    """Lay out one load in a carton that `pack` found to hold it, with the same parameters.

    Returns
    -------
    IntArray
        [u, 7] item, x, y, z, dx, dy, dz in mm, one row per unit.

    Raises
    ------
    InvalidProblem
        If the verdict is not FITS, or there is no such load or carton.
    """
    return place_all(problem, np.array([[load, carton]], np.int64), params)[0]


def place_all(problem: FitProblem, pairs: IntArray, params: PackParams = USUAL, run: Run = PLAIN) -> Layouts:
    """Lay out pairs of a load and a carton whose verdict is FITS under the same parameters.

    Parameters
    ----------
    problem
        Items, loads and cartons.
    pairs
        [p, 2] load, carton; a load may come more than once.
    params
        As for `pack`.
    run
        `map` and `progress` (stage "placing", counted in pairs) are used.

    Returns
    -------
    Layouts
        In the order of the pairs.

    Raises
    ------
    InvalidProblem
        If a pair's verdict is not FITS, or names no load or carton.
    """
    wanted = np.array(pairs, np.int64)
    if wanted.ndim != 2 or wanted.shape[1] != 2:
        raise InvalidProblem("pairs must have two columns, load and carton")
    if (wanted < 0).any() or (wanted >= (problem.loads, problem.cartons)).any():
        raise InvalidProblem("a pair names a load or carton that does not exist")
    start = starts(problem.load_units()[wanted[:, 0]])
    whole = tables(problem, params)
    firsts = range(0, len(wanted), CHUNK)
    tasks = (_task(whole, wanted[first : first + CHUNK]) for first in firsts)
    parts = [np.empty((0, 7), np.int64)]
    run.progress("placing", 0, len(wanted))
    for first, (failed, rows) in zip(firsts, run.map(lay_chunk, tasks), strict=True):
        if failed >= 0:
            load, carton = wanted[first + failed]
            raise InvalidProblem(f"no layout is known of load {load} in carton {carton}")
        parts.append(rows)
        run.progress("placing", min(first + CHUNK, len(wanted)), len(wanted))
    return Layouts(start, np.concatenate(parts))


def lay_chunk(task: tuple[Tables, IntArray, IntArray]) -> tuple[int, IntArray]:
    """Lay out the pairs of one task; returns the first that has no layout, or -1, and the rows."""
    chunk, pairs, item = task
    units = np.array([chunk.line_quantity[chunk.start[load] : chunk.start[load + 1]].sum() for load in pairs[:, 0]])
    row_start = starts(units)
    rows = np.empty((row_start[-1], 7), np.int64)
    failed = lay(*chunk, pairs, row_start, rows)
    if failed < 0:
        rows[:, 0] = item[rows[:, 0]]
    return failed, rows


def _task(whole: Tables, pairs: IntArray) -> tuple[Tables, IntArray, IntArray]:
    """Cut out the loads of some pairs, and which item each item of the cut is."""
    loads, local = np.unique(pairs[:, 0], return_inverse=True)
    chunk, item = some_loads(whole, loads)
    return chunk, np.stack((local, pairs[:, 1]), axis=1).astype(np.int64), item
