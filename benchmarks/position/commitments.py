"""What planning volume commitments by prices is worth: against the cheapest way, and against hindsight.

Worlds are drawn: lanes with three carriers' prices, weeks that move together and a level that drifts, contracts whose
steps lie where volumes may come to lie. Each period of 13 weeks is walked week by week: plan by what was known, choose
each parcel by its price and its carrier's commitment price, settle. A row for each kind of contract; losses stay.

    python -m benchmarks.position.commitments --seeds 6
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np
import scipy

from doorstep.kernels.position.commit_lanes import ForecastParams, Parcels
from doorstep.kernels.position.commit_problem import Contract, Step
from doorstep.kernels.position.commit_replay import Replayed, ReplayParams, replay

SERVICES = ("north", "south", "express")
KNOWN_WEEKS, PERIOD_WEEKS, LANES, A_WEEK = 20, 13, 24, 300
KINDS = ("all_units", "incremental", "minimum", "cap", "mixed")
DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """One period of one world."""

    seed: int
    told: Replayed
    seconds: float


def world(seed: int) -> Parcels:
    """Draw parcels: lanes of unequal weight, a level that walks, shocks that all lanes share, three prices."""
    rng = np.random.default_rng(seed)
    base = rng.uniform(300, 900, LANES)
    price = np.column_stack([base, base * rng.uniform(0.92, 1.2, LANES), base * rng.uniform(1.0, 1.4, LANES)])
    popular, level = rng.dirichlet(np.full(LANES, 0.8)), 1.0
    days, lanes = [], []
    for week in range(KNOWN_WEEKS + PERIOD_WEEKS):
        level *= float(np.exp(rng.normal(0.0, 0.03)))
        many = rng.poisson(A_WEEK * level * float(np.exp(rng.normal(0.0, 0.1))) * popular)
        lane = np.repeat(np.arange(LANES), many)
        lanes.append(lane)
        days.append(np.sort(7 * week + rng.integers(0, 7, len(lane))))
    day, at = np.concatenate(days), np.concatenate(lanes)
    weight = rng.choice((0.8, 1.0, 1.3), len(day))[:, None]
    priced = np.round(price[at] * weight)
    return Parcels(day, at, priced, np.ones(priced.shape, bool), np.ones(len(day)))


def contracts(kind: str, parcels: Parcels, seed: int) -> tuple[Contract, ...]:
    """Draw contracts of a kind around what the past weeks would have brought the cheapest way."""
    rng = np.random.default_rng(seed + 10_000)
    known = parcels.day < 7 * KNOWN_WEEKS
    cheapest = parcels.price_minor[known].argmin(axis=1)
    scale = PERIOD_WEEKS / KNOWN_WEEKS
    total, north = float(known.sum()) * scale, float((cheapest == 0).sum()) * scale
    south = total * float(rng.uniform(0.3, 0.6))
    made = {
        "all_units": Contract(
            "rebate", "all_units", _of(1), (Step(round(south), 40_000), Step(round(south * 1.3), 80_000)),
            rate_of_spend=True, account="south",
        ),
        "incremental": Contract(
            "rising", "incremental", _of(1), (Step(round(south * 0.5), 20_000_000), Step(round(south), 60_000_000)),
            account="south",
        ),
        "minimum": Contract(
            "minimum", "minimum", _of(1), (Step(round(south), 150_000_000),), fixed_minor=20_000, account="south"
        ),
        "cap": Contract("cap", "cap", _of(0), (Step(round(north * 0.8), 250_000_000),), account="north"),
    }  # fmt: skip
    return tuple(made.values()) if kind == "mixed" else (made[kind],)


def _of(service: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    counts = np.zeros((1, len(SERVICES)), bool)
    counts[0, service] = True
    return counts


def run(kind: str, seed: int, scenarios: int) -> Outcome:
    """Replay one period."""
    parcels, start = world(seed), process_time()
    params = ReplayParams(forecast=ForecastParams(scenarios=scenarios))
    end = 7 * (KNOWN_WEEKS + PERIOD_WEEKS)
    told = replay(parcels, contracts(kind, parcels, seed), SERVICES, 7 * KNOWN_WEEKS, end, params, seed)
    return Outcome(seed, told, process_time() - start)


def interval(values: Sequence[float]) -> str:
    """Write a mean with its 95 % interval, seeds drawn anew."""
    rng = np.random.default_rng(0)
    found = np.array(values)
    means = rng.choice(found, (DRAWS, len(found))).mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return f"{found.mean():+.2f} ({low:+.2f} to {high:+.2f})"


def row(kind: str, outcomes: Sequence[Outcome]) -> str:
    """Write a row: percents of hindsight's bound."""
    told = [one.told for one in outcomes]
    planned = [100 * one.regret_minor / one.hindsight_minor for one in told]
    greedy = [100 * one.greedy_regret_minor / one.hindsight_minor for one in told]
    saved = [b - a for a, b in zip(planned, greedy, strict=True)]
    losses = sum(one < 0 for one in saved)
    seconds = sum(one.seconds for one in outcomes) / len(outcomes)
    return (
        f"| {kind} | {len(told)} | {interval(planned)} | {interval(greedy)} | {interval(saved)} | {min(saved):+.2f} |"
        f" {losses} | {seconds:.1f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--scenarios", type=int, default=8)
    parser.add_argument("--kinds", nargs="*", default=KINDS, choices=KINDS)
    asked = parser.parse_args()
    start = perf_counter()
    print(f"python {sys.version.split()[0]}, numpy {np.__version__}, scipy {scipy.__version__}")
    print("| contracts | periods | regret, % | cheapest way's regret, % | saved, % | worst | losses | CPU s a period |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for kind in asked.kinds:
        print(row(kind, [run(kind, seed, asked.scenarios) for seed in range(1, asked.seeds + 1)]), flush=True)
    print(f"{perf_counter() - start:.0f} s of wall time")


if __name__ == "__main__":
    main()
