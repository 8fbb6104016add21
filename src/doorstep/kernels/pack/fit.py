"""Which cartons hold which loads."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.pack.compiled import judge
from doorstep.kernels.pack.problem import FitProblem, FitResult, PackParams, VerdictArray
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
    verdict = np.empty((len(chunk.start) - 1, len(chunk.cartons)), np.int64)
    judge(*chunk, verdict)
    return verdict.astype(np.uint8)
