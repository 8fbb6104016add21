"""What a shopper can be told of each option: dates with their probabilities, the best one, and how long it holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.units import PPM
from doorstep.kernels.promise.compiled_options import Asked, Told, tell_legs
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.promise import PromiseParams, PromiseResult, promise, rows_of
from doorstep.kernels.run import Run

MOST_SPAN_DAYS = 400
MOST_LATE_COST_MICROS = 4 * 10**12  # with the next two, every value stays within 64 bits
MOST_VALUE_PER_DAY_MICROS = 10**10
BLOCK = 1 << 14  # legs between two reports of progress


@dataclass(frozen=True, slots=True)
class OptionParams:
    """What is told, each with its default here and nowhere else.

    Attributes
    ----------
    quantiles_ppm
        Probabilities whose dates are told.
    span_days
        Dates considered, from the day on which the parcel leaves.
    late_cost_micros
        What a parcel costs that comes after its date, in millionths of the major unit.
    value_per_day_micros
        What a date is worth that is a day earlier.
    """

    quantiles_ppm: tuple[int, ...] = (500_000, 800_000, 900_000, 950_000, 990_000)
    span_days: int = 90
    late_cost_micros: int = 0
    value_per_day_micros: int = 0

    def __post_init__(self) -> None:
        if not all(0 < share < PPM for share in self.quantiles_ppm):
            raise InvalidProblem("quantiles_ppm lie between 0 and a million")
        if not 1 <= self.span_days <= MOST_SPAN_DAYS:
            raise InvalidProblem(f"span_days lies between 1 and {MOST_SPAN_DAYS}")
        if not 0 <= self.late_cost_micros <= MOST_LATE_COST_MICROS:
            raise InvalidProblem(f"late_cost_micros lies between 0 and {MOST_LATE_COST_MICROS}")
        if not 0 <= self.value_per_day_micros <= MOST_VALUE_PER_DAY_MICROS:
            raise InvalidProblem(f"value_per_day_micros lies between 0 and {MOST_VALUE_PER_DAY_MICROS}")


@dataclass(frozen=True, slots=True)
class OptionsResult:
    """Answers, one per leg. Days are local at the destination, -1: none.

    Attributes
    ----------
    promised
        The promises by the target of the tables.
    quantile_day
        [n, Q] int64 earliest day, not before `not_before`, by whose end the probability is reached; -1: not within the
        span.
    arrived_ppm
        [n, S] int32 probability of having arrived by the end of the i-th day from `promised.ship_day` on; -1: beyond
        the calendar, or no promise.
    value_day
        [n] int64 the day d, not before `not_before` and not without hope, that maximises
        -value_per_day x days(d) - late_cost x (1 - P(arrived by d)); the earliest of several.
    value_ppm
        [n] int64 probability of having arrived by it.
    countdown_s
        [n] int64 seconds after `ready_at` in which an order would still leave on the same day; -1: no promise, or the
        parcel is held back (`shift`, `not_before`).
    """

    promised: PromiseResult
    quantile_day: npt.NDArray[np.int64]
    arrived_ppm: npt.NDArray[np.int32]
    value_day: npt.NDArray[np.int64]
    value_ppm: npt.NDArray[np.int64]
    countdown_s: npt.NDArray[np.int64]


def tell_options(
    problem: PromiseProblem,
    params: OptionParams | None = None,
    promise_params: PromiseParams | None = None,
    run: Run | None = None,
) -> OptionsResult:
    """Answer all legs of a problem with dates and probabilities.

    Parameters
    ----------
    problem
        Tables and n legs.
    params, promise_params
        Defaults when None.
    run
        Progress is reported per block. Nothing is random.

    Returns
    -------
    OptionsResult
        n answers, in the order of the legs.
    """
    params, promise_params, run = params or OptionParams(), promise_params or PromiseParams(), run or Run()
    legs: Legs = problem.legs
    size = len(legs)
    promised = promise(problem, promise_params, run)
    asked = Asked(
        np.array(params.quantiles_ppm, np.int64),
        params.late_cost_micros,
        params.value_per_day_micros,
    )
    told = Told(
        quantile_day=np.full((size, len(params.quantiles_ppm)), -1, np.int64),
        arrived_ppm=np.full((size, params.span_days), -1, np.int32),
        value_day=np.full(size, -1, np.int64),
        value_ppm=np.zeros(size, np.int64),
        countdown_s=np.full(size, -1, np.int64),
    )
    rows, network = rows_of(legs), problem.tables.network()
    for start in range(0, size, BLOCK):
        stop = min(size, start + BLOCK)
        tell_legs(start, stop, rows, network, promised.ship_day, asked, told)
        run.progress("telling options", stop, size)
    return OptionsResult(promised, *told)
