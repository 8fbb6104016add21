"""The record of promises: what was stated against what became of it, at the target in force and at every other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np

from doorstep.domain.disruption import DeclaredDisruption
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.units import PPM
from doorstep.kernels.promise.drift import DriftParams, drift
from doorstep.kernels.promise.excuses import Meeting, Whereabouts, excused, meeting, uses
from doorstep.kernels.promise.figures import FloatArray, IntArray, figures, outcomes, outcomes_at, take
from doorstep.kernels.promise.groups import Counting, all_groups, groups_by, worst_groups
from doorstep.kernels.promise.intervals import WeekBlocks
from doorstep.kernels.promise.recorded import Figures, Group, Record
from doorstep.kernels.promise.reliability import reliability
from doorstep.kernels.promise.walked import Walked
from doorstep.kernels.promise.what_if import what_if
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class RecordParams:
    """What a record is asked for.

    Attributes
    ----------
    target_ppm
        The target in force; one of those that were walked.
    late_cost_micros, day_value_micros
        What a late parcel costs, and what a day less between placing and the promised date is worth.
    level
        Of every interval.
    samples
        Draws of weeks.
    least_weeks
        With fewer weeks that have parcels an interval is Wilson's.
    least_parcels
        Groups with fewer decided parcels are not ranked among the worst.
    worst_shown
        At most.
    drift
        How the charts are set.
    """

    target_ppm: int
    late_cost_micros: int = 0
    day_value_micros: int = 0
    level: float = 0.95
    samples: int = 1_000
    least_weeks: int = 12
    least_parcels: int = 50
    worst_shown: int = 12
    drift: DriftParams = field(default_factory=DriftParams)

    def __post_init__(self) -> None:
        if not 0 < self.level < 1 or self.samples < 1 or self.least_weeks < 2:
            raise ValueError("level, samples or least_weeks not understood")
        if self.late_cost_micros < 0 or self.day_value_micros < 0:
            raise ValueError("costs < 0 not understood")


def placed_between(walked: Walked, first_day: int | None, until_day: int | None) -> Walked:
    """Keep what was placed on `first_day` or later and before `until_day`, days since 1970-01-01; None: no bound."""
    keep = np.ones(len(walked), dtype=np.bool_)
    if first_day is not None:
        keep &= walked.placed_day >= first_day
    if until_day is not None:
        keep &= walked.placed_day < until_day
    return _rows(walked, np.flatnonzero(keep))


def record(
    walked: Walked,
    params: RecordParams,
    run: Run | None = None,
    *,
    declared: Sequence[DeclaredDisruption] = (),
    whereabouts: Whereabouts | None = None,
) -> Record:
    """Hold promises against their outcomes.

    Parameters
    ----------
    walked
        n promises at Q targets and their outcomes; the order of the parcels does not matter to any figure.
    params
        The target in force, costs, how intervals and charts are made.
    run
        Its seed draws the weeks; progress is reported per part.
    declared
        Disruptions; the late parcels that met one that excuses are told apart.
    whereabouts
        Countries, postcodes and sites of the parcels, for disruptions that name them.

    Returns
    -------
    Record
        Equal for equal input and seed.

    Raises
    ------
    InvalidProblem
        For a target that was not walked, targets that do not rise, a weight that is negative or no number, or an excuse
        without a reason.
    """
    run = run or Run()
    at = _place_of(walked, params.target_ppm)
    meets = meeting(walked, declared, whereabouts)
    blocks = WeekBlocks(walked.placed_day, params.samples, run.seed, params.level)

    def counting(place: int) -> Counting:
        result = outcomes_at(walked, place)
        spared = excused(walked, meets, result.promised)
        return Counting(result, spared, int(walked.targets_ppm[place]), blocks, params.least_weeks)

    def settled(place: int) -> Group:
        return _whole(walked, counting(place))

    parts = 4
    own = counting(at)
    run.progress("record", 0, parts)
    groups = all_groups(walked, own)
    run.progress("record", 1, parts)
    bins, error = reliability(walked, blocks, params.least_weeks)
    run.progress("record", 2, parts)
    charts, false_alarms = drift(walked, at, params.drift)
    run.progress("record", 3, parts)
    targets = [int(target) for target in walked.targets_ppm] if len(walked) else []
    choices, cheapest = what_if(targets, settled, params.late_cost_micros, params.day_value_micros)
    run.progress("record", parts, parts)
    return Record(
        target_ppm=params.target_ppm,
        first_day=int(walked.placed_day.min()) if len(walked) else None,
        last_day=int(walked.placed_day.max()) if len(walked) else None,
        known_day=int((walked.placed_day + walked.known_days).max()) if len(walked) else None,
        overall=_whole(walked, own),
        shop=_shop(walked, meets, params.target_ppm),
        groups=groups,
        reliability=bins,
        calibration_error=error,
        drift=charts,
        false_alarms_expected=false_alarms,
        worst=worst_groups(groups, len(walked), params.least_parcels, params.worst_shown, params.level),
        what_if=choices,
        cheapest_ppm=cheapest,
        excuses=uses(walked, meets, own.result),
    )


def _place_of(walked: Walked, target_ppm: int) -> int:
    targets = walked.targets_ppm
    if len(targets) > 1 and not bool((np.diff(targets) > 0).all()):
        raise InvalidProblem("targets do not rise")
    if not bool((np.isfinite(walked.weight) & (walked.weight >= 0)).all()):
        raise InvalidProblem("a weight is negative or no number")
    found = np.flatnonzero(targets == target_ppm)
    if not len(found):
        raise InvalidProblem(f"no promise was made at a target of {target_ppm / PPM:g}")
    return int(found[0])


def _whole(walked: Walked, counting: Counting) -> Group:
    if not len(walked):
        return Group("all", "", figures(counting.result, counting.excused, counting.target_ppm), None, None, None)
    return groups_by(walked, "all", counting)[0]


def _shop(walked: Walked, meets: Meeting, target_ppm: int) -> Figures:
    """Reckon the shop's own dates, of the parcels that have one; it stated no probability."""
    stated: FloatArray = np.full(len(walked), np.nan)
    result = outcomes(walked, walked.shop_days, stated)
    spared = excused(walked, meets, result.promised)
    rows = np.flatnonzero(walked.shop_days >= 0)
    return figures(take(result, rows), spared[rows], target_ppm)


def _rows(walked: Walked, rows: IntArray) -> Walked:
    kept = {}
    for column in fields(walked):
        values = getattr(walked, column.name)
        if column.name == "targets_ppm":
            kept[column.name] = values
        elif isinstance(values, tuple):
            kept[column.name] = tuple(values[at] for at in rows)
        else:
            kept[column.name] = values[rows]
    return Walked(**kept)
