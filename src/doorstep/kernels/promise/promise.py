"""The day a parcel leaves, the day it is promised for, and the probability that it keeps it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.units import PPM
from doorstep.kernels.promise.compiled import (
    BEYOND_CALENDAR,
    NO_COLLECTION,
    OK,
    TARGET_NOT_REACHED,
    Answers,
    LegRows,
    promise_legs,
)
from doorstep.kernels.promise.compiled_handling import handle_legs
from doorstep.kernels.promise.compiled_relay import relay_legs
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.run import Run

__all__ = [
    "BEYOND_CALENDAR",
    "NO_COLLECTION",
    "OK",
    "TARGET_NOT_REACHED",
    "PromiseParams",
    "PromiseResult",
    "promise",
    "rows_of",
]


@dataclass(frozen=True, slots=True)
class PromiseParams:
    """How legs are promised, each with its default here and nowhere else.

    Attributes
    ----------
    early_ppm
        A nominated day: the parcel leaves on the first collection day on which less than this share of parcels would
        arrive too early.
    block_legs
        Legs between two reports of progress.
    """

    early_ppm: int = 50_000
    block_legs: int = 1 << 17

    def __post_init__(self) -> None:
        if not 0 < self.early_ppm < PPM:
            raise InvalidProblem("early_ppm lies between 0 and a million")
        if self.block_legs < 1:
            raise InvalidProblem("block_legs < 1 not understood")


@dataclass(frozen=True, slots=True)
class PromiseResult:
    """Answers, one per leg.

    Attributes
    ----------
    ship_at
        [n] int64 epoch seconds of the collection; -1: no promise.
    ship_day
        [n] int64 local date of it at the site; -1: no promise.
    promised_day
        [n] int64 the day promised already, if there is one; else the earliest day whose probability reaches the target,
        and of a nominated day (`not_before` and `promised_by` alike) itself or, if it is missed, the earliest after it;
        -1: no promise.
    on_time_ppm
        [n] int64 probability of having arrived by the end of `promised_day`.
    as_wished_ppm
        [n] int64 the same by the end of the nominated day, by which lateness is charged; without one `on_time_ppm`.
    reason
        [n] uint8: OK, NO_COLLECTION, BEYOND_CALENDAR (both: no promise), TARGET_NOT_REACHED (promised).
    """

    ship_at: npt.NDArray[np.int64]
    ship_day: npt.NDArray[np.int64]
    promised_day: npt.NDArray[np.int64]
    on_time_ppm: npt.NDArray[np.int64]
    as_wished_ppm: npt.NDArray[np.int64]
    reason: npt.NDArray[np.uint8]


def promise(problem: PromiseProblem, params: PromiseParams | None = None, run: Run | None = None) -> PromiseResult:
    """Answer all legs of a problem.

    Parameters
    ----------
    problem
        Tables and n legs.
    params
        Defaults when None.
    run
        Progress is reported per block. Nothing is random.

    Returns
    -------
    PromiseResult
        n answers, in the order of the legs.
    """
    params, run = params or PromiseParams(), run or Run()
    size, legs, network = len(problem.legs), rows_of(problem.legs), problem.tables.network()
    handling, relay = bool((problem.tables.handling_of >= 0).any()), problem.tables.relay
    plain = None if relay is None else plain_rows(legs)
    answers = Answers(
        ship_at=np.empty(size, np.int64),
        ship_day=np.empty(size, np.int64),
        promised_day=np.empty(size, np.int64),
        on_time_ppm=np.empty(size, np.int64),
        as_wished_ppm=np.empty(size, np.int64),
        reason=np.empty(size, np.uint8),
    )
    for start in range(0, size, params.block_legs):
        stop = min(size, start + params.block_legs)
        promise_legs(start, stop, legs, network, params.early_ppm, answers)
        if handling:
            handle_legs(start, stop, legs, network, answers)
        if relay is not None and plain is not None:
            relay_legs(start, stop, legs, plain, network, relay, params.early_ppm, answers)
        run.progress("promising", stop, size)
    return PromiseResult(*answers)


def rows_of(legs: Legs) -> LegRows:
    """Lay legs out as the compiled loops take them."""
    return LegRows(*(np.ascontiguousarray(getattr(legs, name), np.int64) for name in LegRows._fields))


def plain_rows(legs: LegRows) -> LegRows:
    """Give the legs without the day before which the parcel is not wanted, and without their shift."""
    return legs._replace(not_before=np.full_like(legs.not_before, -1), shift=np.zeros_like(legs.shift))
