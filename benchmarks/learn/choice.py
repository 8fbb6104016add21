"""Choice models: known wants recovered, and real slot choices foretold out of sample.

    python -m benchmarks.learn.choice recovery --draws 200
    python -m benchmarks.learn.choice parl

Recovery: choices are made by a known model again and again; how often the 95 % intervals hold the truth.

PARL: courier parcels of Changshu, 2024 (customer_choice_parl of the public data): the slot in which each was handed
over, and how many slots it had waited. The choice sets are NOT in the data; they are assumed: the 14 slots (two days of
seven) from the one in which the parcel could first be had. Who chose, shopper or courier, the data do not say either.
Parcels of one shopper in one slot are one choice. Models are fitted on choices before 2024-08-01 and judged on those
from that day on.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np

from doorstep.kernels.learn.choice import fit_choice, log_likelihoods
from doorstep.kernels.learn.choice_problem import ChoiceProblem, FloatArray
from doorstep.kernels.learn.mixed import MixedParams, fit_mixed
from doorstep.kernels.learn.mixed_predict import mixed_log_likelihoods
from doorstep.kernels.learn.money import money_value
from doorstep.kernels.learn.pooling import fit_groups
from doorstep.kernels.run import Run

SLOTS, WINDOW = 7, 14
SPLIT, FIRST = "2024-08-01", "2024-05-01"
NAMES = ("at_once", "log_waited", "other_day", *(f"slot_{slot}" for slot in range(1, SLOTS)))
MIXED = ("at_once", "log_waited", "other_day", "slot_1", "slot_2", "slot_3", "slot_4", "slot_5", "slot_6")
TRUE = np.array([-0.5, -0.3, -0.8])
SPREAD = np.array([0.0, 0.4, 1.0])
DATA = Path(os.environ.get("DOORSTEP_DATA", "../shared/data"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("recovery", "parl"))
    parser.add_argument("--draws", type=int, default=200, help="samples of truth")
    parser.add_argument("--shoppers", type=int, default=800, help="of PARL")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    began = perf_counter()
    found = recovery(asked.draws, asked.seed) if asked.what == "recovery" else parl(asked.shoppers, asked.seed)
    found |= {"seconds": round(perf_counter() - began, 1), "seed": asked.seed, "load": os.getloadavg()[0]}
    found |= {"numpy": version("numpy"), "scipy": version("scipy"), "python": platform.python_version()}
    print(json.dumps(found, indent=1))


def recovery(samples: int, seed: int) -> dict[str, object]:
    """Shares of samples whose 95 % intervals hold the truth: coefficients, the value of a day both ways, spreads."""
    held = {"price": 0, "days": 0, "pickup": 0, "value_of_a_day": 0, "value_of_a_day_delta": 0}
    for number in range(samples):
        fit = fit_choice(choosers(400, seed + number, None, 1))
        errors = np.sqrt(np.diag(fit.covariance))
        for place, name in enumerate(fit.names):
            held[name] += bool(abs(fit.coefficient[place] - TRUE[place]) < 1.96 * errors[place])
        value = money_value(fit.coefficient, fit.covariance, 1, 0, draws=1_000)
        truth = -TRUE[1] / TRUE[0]
        held["value_of_a_day"] += value.low <= truth <= value.high
        held["value_of_a_day_delta"] += abs(value.value - truth) < 1.96 * value.error
    mixed = {"mean_price": 0, "mean_days": 0, "mean_pickup": 0, "spread_days": 0, "spread_pickup": 0}
    settled, truths = 0, np.concatenate([TRUE, SPREAD[1:]])
    for number in range(samples // 4):
        problem = choosers(1_200, 10_000 + seed + number, SPREAD, 6)
        found = fit_mixed(problem, MixedParams(("days", "pickup")), Run(seed=number))
        settled += found.converged
        estimate = np.concatenate([found.mean, found.spread])
        errors = np.sqrt(np.diag(found.covariance))
        for place, name in enumerate(mixed):
            mixed[name] += bool(abs(estimate[place] - truths[place]) < 1.96 * errors[place])
    return {
        "samples": samples,
        "conditional_logit_coverage": {name: round(count / samples, 3) for name, count in held.items()},
        "mixed_samples": samples // 4,
        "mixed_settled": settled,
        "mixed_logit_coverage": {name: round(count / (samples // 4), 3) for name, count in mixed.items()},
    }


def choosers(sets: int, seed: int, spread: FloatArray | None, each: int) -> ChoiceProblem:
    """Sets of four options; `each` of one shopper, whose wants vary around the truth by `spread`."""
    rng = np.random.default_rng(seed)
    rows = sets * 4
    features = np.column_stack([rng.uniform(0, 12, rows), rng.integers(1, 9, rows), rng.integers(0, 2, rows)])
    start = np.arange(0, rows + 1, 4, dtype=np.int64)
    shopper = (np.arange(sets) // each).astype(np.int64)
    taste = np.repeat(TRUE[None, :], sets, axis=0)
    if spread is not None:
        taste = taste + (rng.standard_normal((int(shopper[-1]) + 1, 3)) * spread)[shopper]
    utility = (features * np.repeat(taste, 4, axis=0)).sum(axis=1) + rng.gumbel(size=rows)
    taken = start[:-1] + utility.reshape(sets, 4).argmax(axis=1)
    return ChoiceProblem(("price", "days", "pickup"), features, start, taken, np.ones(sets), np.zeros(rows), shopper)


def parl(shoppers: int, seed: int) -> dict[str, object]:
    """Log-likelihood of a choice out of sample: plain, by place, by shopper drawn together, mixed."""
    before, after = _choices("history.csv.gz"), _choices("orders.csv.gz")
    people = np.array(sorted({one[0] for one in after}))
    drawn = set(np.random.default_rng(seed).permutation(people)[:shoppers].tolist())
    past = _problem([one for one in before if one[0] in drawn and FIRST <= one[1] < SPLIT], drawn)
    ahead = _problem([one for one in after if one[0] in drawn and one[1] >= SPLIT], drawn)
    cells = {who: cell for who, _, _, _, cell in before + after}
    names = sorted(drawn)
    plain = fit_choice(past)
    scores = {"chance": -np.log(np.full(len(ahead), float(WINDOW))), "plain": log_likelihoods(ahead, plain.coefficient)}
    for kind, group in (("by_cell", [cells[one] for one in names]), ("by_shopper", names)):
        scores[kind] = _pooled(past, ahead, group)
    mixed = fit_mixed(past, MixedParams(MIXED, draws=100, iterations=80), Run(seed=seed))
    scores["mixed_new_shopper"] = mixed_log_likelihoods(mixed, ahead)
    scores["mixed"] = mixed_log_likelihoods(mixed, ahead, past)
    return {
        "shoppers": len(drawn),
        "fitted_on": len(past),
        "judged_on": len(ahead),
        "mixed_converged": mixed.converged,
        "plain_coefficients": dict(zip(NAMES, plain.coefficient.round(3).tolist(), strict=True)),
        "mixed_means": dict(zip(NAMES, mixed.mean.round(3).tolist(), strict=True)),
        "mixed_spreads": dict(zip(MIXED, mixed.spread.round(3).tolist(), strict=True)),
        "log_likelihood_a_choice": {name: round(float(one.mean()), 4) for name, one in scores.items()},
        "better_than_plain": {
            name: _paired(one - scores["plain"], ahead, seed) for name, one in scores.items() if name != "plain"
        },
    }


def _pooled(past: ChoiceProblem, ahead: ChoiceProblem, group: list[str]) -> FloatArray:
    """Each group's coefficients, drawn together; a group without a past has those of all."""
    found = fit_groups(past, [group[one] for one in past.shopper], least_shoppers=1)
    known = {one.group: one.fit.coefficient for one in found.groups if one.fit is not None}
    logs = np.zeros(len(ahead))
    names = np.array([group[one] for one in ahead.shopper])
    for name in np.unique(names):
        inside = names == name
        logs[inside] = log_likelihoods(ahead.part(inside), known.get(str(name), found.overall.coefficient))
    return logs


def _paired(gap: FloatArray, ahead: ChoiceProblem, seed: int) -> list[float]:
    """Mean difference a choice, and its 95 % interval over shoppers drawn anew."""
    _, place = np.unique(ahead.shopper, return_inverse=True)
    sums, counts = np.bincount(place, weights=gap), np.bincount(place)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(sums), (2_000, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    return [round(float(one), 4) for one in (gap.mean(), *np.quantile(means, [0.025, 0.975]))]


def _choices(file: str) -> list[tuple[str, str, int, int, str]]:
    """Shopper, date, slot of the day, slots waited, cell; once for all parcels of a shopper in a slot."""
    with gzip.open(DATA / "customer_choice_parl" / file, "rt", encoding="utf-8") as text:
        found = {
            (row["user_id"], row["date"], int(row["slot_code"][1]), int(row["slots_waited"]),
             f"{row['grid_x']} {row['grid_y']}")
            for row in csv.DictReader(text)
            if int(row["slots_waited"]) < WINDOW
        }  # fmt: skip
    first: dict[tuple[str, str, int], tuple[str, str, int, int, str]] = {}
    for one in sorted(found):
        first.setdefault(one[:3], one)
    return list(first.values())


def _problem(choices: list[tuple[str, str, int, int, str]], people: set[str]) -> ChoiceProblem:
    """Each choice among the fourteen slots from the first in which the parcel could be had."""
    number = {who: place for place, who in enumerate(sorted(people))}
    rows = np.zeros((len(choices), WINDOW, len(NAMES)))
    for place, (_, day, slot, waited, _) in enumerate(choices):
        free = date.fromisoformat(day).toordinal() * SLOTS + slot - waited
        for wait in range(WINDOW):
            at = free + wait
            rows[place, wait, :3] = (float(wait == 0), np.log1p(wait), at // SLOTS - free // SLOTS)
            if at % SLOTS:
                rows[place, wait, 2 + at % SLOTS] = 1.0
    start = np.arange(0, len(choices) * WINDOW + 1, WINDOW, dtype=np.int64)
    taken = start[:-1] + np.array([one[3] for one in choices], dtype=np.int64)
    return ChoiceProblem(
        NAMES,
        rows.reshape(-1, len(NAMES)),
        start,
        taken,
        np.ones(len(choices)),
        np.zeros(len(choices) * WINDOW),
        np.array([number[one[0]] for one in choices], dtype=np.int64),
    )


if __name__ == "__main__":
    main()
