"""Which cartons hold which loads."""

from __future__ import annotations

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.pack.compiled import UNSEEN, judge
from doorstep.kernels.pack.problem import FitProblem, FitResult, IntArray, PackParams, VerdictArray
from doorstep.kernels.pack.tables import Tables, some_loads, tables
from doorstep.kernels.run import Run

CHUNK = 1_000  # loads of a task: a second of work at most, as a rule
USUAL = PackParams()
PLAIN = Run()


def fit(problem: FitProblem, params: PackParams = USUAL, run: Run = PLAIN) -> FitResult:
    """Judge every load in every carton.

    Loads are handed to `run.map` in chunks; the verdicts do not depend on how they are cut, nor on the order of the
    loads or of a load's lines.

    Parameters
    ----------
    problem
        Items, loads and cartons.
    params
        Effort and support rule.
    run
        `map` and `progress` (stage "packing", counted in loads) are used; nothing here is random.

    Returns
    -------
    FitResult
        Verdicts, [m, c].

    Notes
    -----
    The methods and what they prove are told in docs/algorithms/pack.md.
    """
    whole = tables(problem, params)
    verdict = np.empty((problem.loads, problem.cartons), np.uint8)
    firsts = range(0, problem.loads, CHUNK)
    tasks = (some_loads(whole, np.arange(first, min(first + CHUNK, problem.loads)))[0] for first in firsts)
    run.progress("packing", 0, problem.loads)
    for first, part in zip(firsts, run.map(fit_chunk, tasks), strict=True):
        verdict[first : first + len(part)] = part
        run.progress("packing", first + len(part), problem.loads)
    return FitResult(verdict)


def fit_chunk(chunk: Tables) -> VerdictArray:
    """Judge the loads of one task, [loads, c]."""
    verdict = np.full((len(chunk.start) - 1, len(chunk.cartons)), UNSEEN, np.int64)
    judge(*chunk, np.full(len(chunk.line_item), -1, np.int64), verdict)
    return verdict.astype(np.uint8)


def fit_nested(problem: FitProblem, part: IntArray, told: VerdictArray, params: PackParams = USUAL) -> FitResult:
    """Judge loads of which some are parts of others, as the parcels are that one order may be parted into.

    A carton that is proven not to hold a part does not hold the whole: what is left of a layout of the whole, when all
    is taken away that is not of the part, would be one of the part. So nobody has to look, and what would be left open
    is proven now and then. What fits is what `fit` says fits.

    Parameters
    ----------
    problem
        Items, loads and cartons.
    part
        [k] of each line of a load: the load of all its other lines, which stands before it; -1: it is not there.
    told
        [m, c] verdicts that are known already; a row of UNSEEN is to be found.
    params
        Effort and support rule.

    Raises
    ------
    InvalidProblem
        A part does not stand before its whole, or the shapes disagree.
    """
    whole = tables(problem, params)
    load = np.repeat(np.arange(problem.loads), np.diff(whole.start))
    if part.shape != load.shape or (part >= load).any() or (part < -1).any():
        raise InvalidProblem("part must name for each line a load that stands before the line's own, or -1")
    if told.shape != (problem.loads, problem.cartons):
        raise InvalidProblem(f"told must have shape {(problem.loads, problem.cartons)}, not {told.shape}")
    verdict = told.astype(np.int64)
    judge(*whole, part, verdict)
    return FitResult(verdict.astype(np.uint8))
