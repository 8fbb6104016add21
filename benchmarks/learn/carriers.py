"""Carriers on simulated truth: are rankings recovered, do intervals hold, when do charts speak up?

    python -m benchmarks.learn.carriers --seeds 40

Parcels are given out so that good carriers get hard lanes, and some are handed over late. Told over all seeds:
Kendall's tau between the ranking and the truth, adjusted and partially pooled, adjusted without pooling, and raw, with
the root mean square error and the coverage of the 90 % intervals of each; how often a pair of
which one is said to be better with 95 % is the right way round; false alarms of charts in 13 weeks in which nothing
changes, and after how many weeks they notice odds of lateness that double.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from benchmarks.learn.carrier_truth import FIRST, Drawn, Truth, drawn
from benchmarks.learn.carriers_alone import Z, alone

from doorstep.kernels.learn.adjusted import coding_of
from doorstep.kernels.learn.carrier_problem import CarrierProblem, problem_of
from doorstep.kernels.learn.carrier_record import CarrierParams, CarrierRecord
from doorstep.kernels.learn.carriers import carriers
from doorstep.kernels.run import Run

PARAMS = CarrierParams(draws=500)
WORSE_WEEK = 18  # of 26; the watch begins with the 14th week before the end
SETS = {
    "independent": Truth(),
    "weeks scatter": Truth(week_sd=0.4),
    "few parcels": Truth(parcels=1_500),
    "worse by 2": Truth(worse_from=7 * WORSE_WEEK),
    "worse by 2, weeks scatter": Truth(worse_from=7 * WORSE_WEEK, week_sd=0.4),
}


@dataclass
class Tally:
    taus: list[float] = field(default_factory=list)
    alone_taus: list[float] = field(default_factory=list)
    raw_taus: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)  # squared, in points
    alone_errors: list[float] = field(default_factory=list)
    raw_errors: list[float] = field(default_factory=list)
    covered: list[bool] = field(default_factory=list)
    alone_covered: list[bool] = field(default_factory=list)
    raw_covered: list[bool] = field(default_factory=list)
    sure_right: list[bool] = field(default_factory=list)
    alarms: list[bool] = field(default_factory=list)
    weeks: list[float] = field(default_factory=list)
    changed: int = 0


def kendall(one: Sequence[float], other: Sequence[float]) -> float:
    """Kendall's tau of two rankings without ties."""
    pairs = list(combinations(range(len(one)), 2))
    agree = sum(1 if (one[i] - one[j]) * (other[i] - other[j]) > 0 else -1 for i, j in pairs)
    return agree / len(pairs)


def told(truth: Truth, made: Drawn, problem: CarrierProblem, record: CarrierRecord, tally: Tally) -> None:
    """Add what a seed tells."""
    right = dict(zip(made.names, made.on_time, strict=True))
    ranked = [one for one in record.standings if one.on_time is not None]
    if truth.worse_from is None:
        shares = [float(right[one.service]) for one in ranked]
        tally.taus.append(kendall([one.on_time.mean for one in ranked if one.on_time], shares))
        raw = [1 - one.late / one.parcels for one in ranked]
        tally.raw_taus.append(kendall(raw, shares))
        coding = coding_of(problem, PARAMS)
        own, error = alone(coding, ~problem.shipper_late, problem.kept.astype(np.int64))
        at = [coding.names.index(one.service) for one in ranked]
        tally.alone_taus.append(kendall(own[at].tolist(), shares))
        for one, share, rate, mean, sd in zip(ranked, shares, raw, own[at], error[at], strict=True):
            assert one.on_time is not None
            tally.errors.append((100 * (one.on_time.mean - share)) ** 2)
            tally.alone_errors.append((100 * (mean - share)) ** 2)
            tally.raw_errors.append((100 * (rate - share)) ** 2)
            tally.alone_covered.append(bool(abs(mean - share) <= Z * sd))
            tally.covered.append(one.on_time.low <= share <= one.on_time.high)
            reach = Z * (rate * (1 - rate) / one.parcels) ** 0.5
            tally.raw_covered.append(abs(rate - share) <= reach)
        for pair in record.comparisons:
            if pair.better is not None and not 0.05 < pair.better < 0.95:
                tally.sure_right.append((pair.better > 0.5) == (right[pair.a] > right[pair.b]))
    for chart in record.charts:
        changed = truth.worse_from is not None and chart.service == made.names[-1]
        if not changed:
            tally.alarms.append(chart.alarm_day is not None)
            continue
        tally.changed += 1
        if chart.alarm_day is not None:
            began = FIRST.toordinal() - 719163 + (truth.worse_from or 0)
            tally.weeks.append((chart.alarm_day - began) / 7)


def main() -> None:
    """Run the sets and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    print(f"python {platform.python_version()}, numpy {np.__version__}, seeds 0 to {asked.seeds - 1}")
    head = (
        "tau, pooled | tau, no pooling | tau, raw | error, pooled | no pooling | raw | 90 % intervals hold, pooled | "
        "no pooling | raw | sure pairs right | false alarms | noticed | weeks"
    )
    print(f"set | {head} | seconds a seed")
    for name, truth in SETS.items():
        if asked.only and asked.only != name:
            continue
        tally, begun = Tally(), time.perf_counter()
        for seed in range(asked.seeds):
            made = drawn(truth, seed)
            problem = problem_of(made.parcels, made.as_of)
            told(truth, made, problem, carriers(problem, PARAMS, Run(seed=seed)), tally)
        print(f"{name} | {row(tally)} | {(time.perf_counter() - begun) / asked.seeds:.1f}", flush=True)


def row(tally: Tally) -> str:
    """Give the figures of a set, in the order of the head."""

    def mean(values: Sequence[float | bool]) -> str:
        return f"{np.mean(values):.3f} of {len(values)}" if values else "-"

    noticed = f"{len(tally.weeks)} of {tally.changed}" if tally.changed else "-"
    weeks = f"{np.median(tally.weeks):.0f}" if tally.weeks else "-"

    def root(squares: Sequence[float]) -> str:
        return f"{np.mean(squares) ** 0.5:.2f}" if squares else "-"

    taus = (mean(one) for one in (tally.taus, tally.alone_taus, tally.raw_taus))
    errors = (root(one) for one in (tally.errors, tally.alone_errors, tally.raw_errors))
    held = (mean(one) for one in (tally.covered, tally.alone_covered, tally.raw_covered))
    return " | ".join((*taus, *errors, *held, mean(tally.sure_right), mean(tally.alarms), noticed, weeks))


if __name__ == "__main__":
    main()
