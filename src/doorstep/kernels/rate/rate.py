"""What each service costs, which are eligible and why not: every parcel on every service in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.rate.compiled import ParcelRows, Quotes, rate_parcels
from doorstep.kernels.rate.problem import RateProblem
from doorstep.kernels.rate.result import RateResult, Reason, reason_text
from doorstep.kernels.run import Run

__all__ = ["RateParams", "RateResult", "Reason", "rate", "reason_text"]


@dataclass(frozen=True, slots=True)
class RateParams:
    """Parameters; none changes an answer.

    Attributes
    ----------
    chunk_parcels
        Parcels between two reports of progress.
    """

    chunk_parcels: int = 262_144

    def __post_init__(self) -> None:
        if self.chunk_parcels < 1:
            raise InvalidProblem("chunk_parcels < 1 not understood")


_PARAMS = RateParams()
_RUN = Run()


def rate(problem: RateProblem, params: RateParams = _PARAMS, run: Run = _RUN) -> RateResult:
    """Rate every parcel on every service.

    Parameters
    ----------
    problem
        n parcels and the tables of s services.
    params
        Size of the chunks.
    run
        Told of the progress; nothing here is random.

    Returns
    -------
    RateResult
        Arrays [n, s]. Memory: 29 bytes a pair, and 12 bytes a ship day while it runs.
    """
    tables, parcels = problem.tables, problem.parcels
    count = len(parcels)
    shape = (count, len(tables.services))
    quotes = Quotes(
        reason=np.zeros(shape, np.uint8),
        freight_minor=np.zeros(shape, np.int64),
        surcharges_minor=np.zeros(shape, np.int64),
        billed_weight_g=np.zeros(shape, np.int64),
        zone=np.zeros(shape, np.int32),
    )
    rows = _rows(problem)
    for first in range(0, count, params.chunk_parcels):
        last = min(first + params.chunk_parcels, count)
        rate_parcels(
            first,
            last,
            rows,
            tables.offers,
            tables.lanes,
            tables.ladders,
            tables.charges,
            quotes,
        )
        run.progress("rating", last, count)
    return RateResult(*quotes)


def _rows(problem: RateProblem) -> ParcelRows:
    parcels = problem.parcels
    return ParcelRows(
        origin=parcels.origin,
        destination=parcels.destination,
        epoch=_epochs(problem),
        weight_g=parcels.weight_g,
        size_mm=parcels.size_mm,
        residential=parcels.residential,
        signature=parcels.signature,
        saturday=parcels.saturday,
        accepts=parcels.accepts,
        slowest=parcels.slowest,
        value_minor=parcels.value_minor,
    )


def _epochs(problem: RateProblem) -> NDArray[np.int32]:
    """Epoch of each ship day, [n, s]; [n, 1] where services do not differ."""
    days, tables = problem.parcels.ship_day, problem.tables
    if days.size == 0:
        return np.zeros((len(days), 1), np.int32)
    first, last = tables.epochs((days.min(), days.max())).tolist()
    if first == last:
        return np.full((len(days), 1), first, np.int32)
    return tables.epochs(days).astype(np.int32).reshape(len(days), -1)
