"""One door to all that is learned: what comes out follows from the problem that goes in."""

from __future__ import annotations

from doorstep.kernels.learn.carrier_record import CarrierParams, CarrierRecord
from doorstep.kernels.learn.carriers import carriers
from doorstep.kernels.learn.problem import LearnProblem
from doorstep.kernels.run import Run


def learn(problem: LearnProblem, run: Run | None = None) -> CarrierRecord:
    """Learn what a problem asks for, with usual parameters.

    Parameters
    ----------
    problem
        Of carriers: see `carriers.carriers`.
    run
        Seed; progress is reported.

    Returns
    -------
    CarrierRecord
        Equal for equal input and seed.
    """
    return carriers(problem, CarrierParams(), run or Run())
