"""The record of carriers: adjusted for what they were given to carry, and how sure each figure is."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.learn.adjusted import (
    OTHERS,
    Adjusted,
    Coding,
    adjusted,
    coding_of,
    credible,
    fit_outcome,
    mix_of,
    rates,
)
from doorstep.kernels.learn.carrier_problem import UNKNOWN, BoolArray, CarrierProblem, FloatArray, IntArray
from doorstep.kernels.learn.carrier_record import (
    CarrierParams,
    CarrierRecord,
    Credible,
    LaneStanding,
    Standing,
)
from doorstep.kernels.learn.compare import comparisons, groups_of
from doorstep.kernels.learn.control_chart import charts, investigations
from doorstep.kernels.learn.pooled import FAMILIES, LANE
from doorstep.kernels.run import Run

LANE_CELLS = 24  # of the mix of a lane
Column = tuple[Credible | None, ...]


def carriers(problem: CarrierProblem, params: CarrierParams, run: Run) -> CarrierRecord:
    """Learn how carriers keep their promises.

    Parameters
    ----------
    problem
        Decided parcels.
    params
        How.
    run
        Its seed draws the posterior; its progress is told of steps.

    Returns
    -------
    CarrierRecord
        Equal for equal input and seed.
    """
    if not len(problem):
        return CarrierRecord(problem.as_of_day, 0, problem.left_out, (), (), (), (), (), {}, 1.0)
    run.progress("carriers", 0, 4)
    coding = coding_of(problem, params)
    in_time = ~problem.shipper_late
    fitted = fit_outcome(coding, in_time, problem.kept.astype(np.int64), problem, params)
    drawn = adjusted(fitted, params, run.seed)
    counts = np.bincount(coding.codes[in_time, 0], minlength=len(coding.names))
    ranked = [
        at for at in range(len(coding.names)) if counts[at] >= params.least_parcels and coding.names[at] != OTHERS
    ]
    group = groups_of(coding.codes[in_time], len(coding.names))
    common = {
        number: mix_of(coding.codes[group[coding.codes[:, 0]] == number], params.reference)
        for number in sorted({int(group[at]) for at in ranked})
    }
    on_time = {at: rates(drawn, at, *common[int(group[at])]) for at in ranked}
    run.progress("carriers", 1, 4)
    others = tuple(
        _outcome(coding, column, problem, params, run.seed) for column in (problem.undamaged, problem.first_attempt)
    )
    run.progress("carriers", 2, 4)
    standings = _standings(problem, coding, group, on_time, others, params)
    compared = sorted(sorted(ranked, key=lambda at: (-counts[at], at))[: params.compared])
    pairs = comparisons(drawn, coding, in_time, compared, params)
    lanes = _lanes(drawn, coding, in_time, problem, params)
    run.progress("carriers", 3, 4)
    drawn_charts = charts(problem, coding, params, run.seed)
    run.progress("carriers", 4, 4)
    return CarrierRecord(
        problem.as_of_day,
        len(problem),
        problem.left_out,
        standings,
        lanes,
        pairs,
        tuple(one for one, _ in drawn_charts),
        investigations(problem, coding, drawn_charts),
        dict(zip((*FAMILIES, "service on a lane"), fitted.sd, strict=True)),
        fitted.dispersion,
    )


def _outcome(coding: Coding, good: IntArray, problem: CarrierProblem, params: CarrierParams, seed: int) -> Column:
    """Give another outcome of each service, of the mix for which it is told; None: too few parcels."""
    told = good != UNKNOWN
    counts = np.bincount(coding.codes[told, 0], minlength=len(coding.names))
    if not (counts >= params.least_parcels).any():
        return (None,) * len(coding.names)
    drawn = adjusted(fit_outcome(coding, told, good, problem, params), params, seed)
    mix = mix_of(coding.codes[told], params.reference)
    return tuple(
        credible(rates(drawn, at, *mix), params.level) if counts[at] >= params.least_parcels else None
        for at in range(len(coding.names))
    )


def _standings(
    problem: CarrierProblem,
    coding: Coding,
    group: IntArray,
    on_time: dict[int, FloatArray],
    others: tuple[Column, ...],
    params: CarrierParams,
) -> tuple[Standing, ...]:
    ranks = _ranks(on_time, group, params.level)
    met = np.zeros(coding.levels[:2], np.bool_)
    met[coding.codes[:, 0], coding.codes[:, LANE]] = True
    of_group = group[coding.codes[:, 0]]
    found = []
    for at, name in enumerate(coding.names):
        own = coding.codes[:, 0] == at
        common = coding.codes[of_group == group[at], LANE]
        rank = ranks.get(at, (None, None, None, None))
        counted = _counted(problem, own, params)
        found.append(
            Standing(
                name,
                *counted[:6],
                on_time=credible(on_time[at], params.level) if at in on_time else None,
                undamaged=others[0][at],
                first_attempt=others[1][at],
                told_undamaged=int((own & (problem.undamaged != UNKNOWN)).sum()),
                told_first_attempt=int((own & (problem.first_attempt != UNKNOWN)).sum()),
                group=int(group[at]),
                rank=rank[0],
                rank_low=rank[1],
                rank_high=rank[2],
                best=rank[3],
                served=float(met[at][common].mean()),
                freight_micros=counted[6],
                freight_parcels=counted[7],
                per_kept_micros=counted[8],
                per_kept_with_late_micros=counted[9],
            )
        )
    return tuple(found)


Counted = tuple[int, int, int, int, int, float | None, int, int, int | None, int | None]


def _counted(problem: CarrierProblem, own: BoolArray, params: CarrierParams) -> Counted:
    """Count parcels, late, never, handed over late, late of those; raw share; freight; its cost per kept promise."""
    kept, behind = problem.kept[own], problem.shipper_late[own]
    weight, freight = problem.weight[own], problem.freight_micros[own]
    in_time, paid = weight[~behind].sum(), freight != UNKNOWN
    raw = float(weight[~behind & kept].sum() / in_time) if in_time > 0 else None
    never = problem.delivered_day[own] == UNKNOWN
    total, promises = int(freight[paid].sum()), int(kept[paid].sum())
    lateness = params.late_cost_micros * int((~kept[paid]).sum())
    each = (_each(total, promises), _each(total + lateness, promises)) if promises else (None, None)
    counts = len(kept), int((~kept).sum()), int(never.sum()), int(behind.sum()), int((behind & ~kept).sum())
    return (*counts, raw, total, int(paid.sum()), *each)


def _each(total: int, number: int) -> int:
    return (2 * total + number) // (2 * number)


def _ranks(
    on_time: dict[int, FloatArray], group: IntArray, level: float
) -> dict[int, tuple[int | None, int | None, int | None, float | None]]:
    """Rank the services of each group: by mean, with the interval of the ranks that draws give, and who is best."""
    found: dict[int, tuple[int | None, int | None, int | None, float | None]] = {}
    for number in sorted({int(group[at]) for at in on_time}):
        who = sorted((at for at in on_time if group[at] == number), key=lambda at: (-on_time[at].mean(), at))
        table = np.stack([on_time[at] for at in who], axis=1)
        places = (-table).argsort(axis=1, kind="stable").argsort(axis=1) + 1
        low, high = np.quantile(places, [(1 - level) / 2, (1 + level) / 2], axis=0, method="closest_observation")
        best = (places == 1).mean(axis=0)
        for place, at in enumerate(who):
            found[at] = (place + 1, int(low[place]), int(high[place]), float(best[place]))
    return found


def _lanes(
    drawn: Adjusted, coding: Coding, rows: BoolArray, problem: CarrierProblem, params: CarrierParams
) -> tuple[LaneStanding, ...]:
    """Tell of services on lanes with parcels enough, each of its own mix there; the busiest ones."""
    codes, kept = coding.codes[rows], problem.kept[rows]
    key = codes[:, 0] * coding.levels[LANE] + codes[:, LANE]
    names, count = np.unique(key, return_counts=True)
    busy = sorted(np.flatnonzero(count >= params.least_parcels).tolist(), key=lambda at: (-count[at], names[at]))
    found = []
    for at in busy[: params.reference]:
        service, lane = divmod(int(names[at]), coding.levels[LANE])
        own = key == names[at]
        rate = rates(drawn, service, *mix_of(codes[own], LANE_CELLS))
        late = int((~kept[own]).sum())
        told = credible(rate, params.level)
        found.append(LaneStanding(coding.names[service], problem.lane.names[lane], int(count[at]), late, told))
    return tuple(found)
