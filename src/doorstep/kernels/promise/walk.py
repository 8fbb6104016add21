"""Walk forward through a history: promise each parcel by what was known on the day of its placing, and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.units import PPM
from doorstep.kernels.promise.calendars import IntArray
from doorstep.kernels.promise.history import Coded, FloatArray, History
from doorstep.kernels.promise.journeys import NOT_YET
from doorstep.kernels.promise.methods import Fitted, Learner, Method, Span, earliest
from doorstep.kernels.promise.walked import NOT_DELIVERED, Walked
from doorstep.kernels.run import Run

NO_DATE = -1  # of a shop that promised none


def walk(
    history: History,
    method: Method,
    span: Span,
    targets_ppm: Sequence[int],
    run: Run | None = None,
    *,
    given_arrival: bool = False,
    carriers: Mapping[str, str] | None = None,
) -> Walked:
    """Promise the parcels placed in [test_from, test_until), day by day.

    The method is fitted on the first day of the test and every `refit_days` after it; what it says of a day's parcels
    rests on what happened before that day. Parcels that were called off are left out: no promise was to be kept.

    Parameters
    ----------
    history
        Parcels before, in and after the test.
    method, span
        What learns, and on which days.
    targets_ppm
        [Q] probabilities asked for, ascending, between 0 and 1,000,000 (both excluded).
    run
        Progress is reported by day.
    given_arrival
        The targets are meant among the parcels that arrive at all: curves are divided by where they end.
    carriers
        Carrier of each service; empty where it is not told.

    Returns
    -------
    Walked
        In the order of placing.

    Raises
    ------
    InvalidProblem
        For targets that are none, and for a test without a parcel.
    """
    run = run or Run()
    targets = _targets(targets_ppm)
    inside = (history.placed_day >= span.test_from) & (history.placed_day < span.test_until)
    rows = np.flatnonzero(inside & ~history.called_off)
    if not len(rows):
        raise InvalidProblem(
            "the history has no parcel of the days of the test"
            + (", but such as were called off" if inside.any() else "")
        )
    promised = np.zeros((len(rows), len(targets)), dtype=np.int16)
    stated = np.zeros((len(rows), len(targets)), dtype=np.int32)
    learner = method.on(history, span)
    fitted: Fitted | None = None
    fitted_on = span.test_from
    for day in range(span.test_from, span.test_until):
        run.progress("promising", day - span.test_from, span.test_until - span.test_from)
        if fitted is None or (learner.refit_days and day - fitted_on >= learner.refit_days):
            fitted, fitted_on = _fit(learner, day, run, fitted), day
        first, end = np.searchsorted(history.placed_day[rows], [day, day + 1])
        if first < end:
            curves = fitted.curves(rows[first:end], day)
            promised[first:end], stated[first:end] = _promises(curves, targets, given_arrival)
    run.progress("promising", span.test_until - span.test_from, span.test_until - span.test_from)
    return _walked(history, rows, targets, promised, stated, carriers or {})


def _fit(learner: Learner, day: int, run: Run, before: Fitted | None) -> Fitted:
    """Fit anew; where too little is known by now, as after a long pause, the fit before holds."""
    try:
        return learner.fit(day, run)
    except InvalidProblem:
        if before is None:
            raise
        return before


def _targets(targets_ppm: Sequence[int]) -> IntArray:
    targets = np.array(targets_ppm, dtype=np.int64)
    if not len(targets) or targets.min() <= 0 or targets.max() >= PPM or np.any(np.diff(targets) <= 0):
        raise InvalidProblem("targets ascend between 0 and 1, both excluded")
    return targets


def _promises(curves: FloatArray, targets: IntArray, given_arrival: bool) -> tuple[IntArray, IntArray]:
    """Return days and stated probabilities, [m, Q] each."""
    if given_arrival:
        curves = curves / np.maximum(curves[:, -1:], 1e-9)
    days = np.stack([earliest(curves, target / PPM) for target in targets], axis=1)
    reached = np.take_along_axis(curves, days, axis=1)
    return days, np.floor(np.clip(reached, 0.0, 1.0) * PPM + 1e-2).astype(np.int64)  # what `earliest` lets pass passes


def _walked(
    history: History,
    rows: IntArray,
    targets: IntArray,
    promised: IntArray,
    stated: IntArray,
    carriers: Mapping[str, str],
) -> Walked:
    placed, delivered, shop = (days[rows] for days in (history.placed_day, history.delivered_day, history.shop_day))
    service = _words(history.service, rows)
    return Walked(
        parcel=tuple(map(str, history.parcel[rows])),
        service=service,
        carrier=tuple(carriers.get(one, "") for one in service),
        origin_region=_words(history.origin_region, rows),
        destination_region=_words(history.region, rows),
        placed_day=placed.astype(np.int64),
        targets_ppm=targets.astype(np.int64),
        promised_days=promised.astype(np.int16),
        stated_ppm=stated.astype(np.int32),
        arrived_days=np.where(delivered == NOT_YET, NOT_DELIVERED, delivered - placed).astype(np.int64),
        shop_days=np.where(shop == NOT_YET, NO_DATE, np.maximum(shop - placed, 0)).astype(np.int64),
        known_days=(last_day(history) - placed).astype(np.int64),
        weight=history.weight[rows],
    )


def last_day(history: History) -> int:
    """Return the last day that anything is told of; the history is taken to be whole up to it."""
    return int(max(days.max() for days in (history.placed_day, history.handed_over_day, history.delivered_day)))


def _words(column: Coded, rows: IntArray) -> tuple[str, ...]:
    return tuple(column.names[code] for code in column.code[rows].tolist())
