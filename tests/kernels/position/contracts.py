"""Small problems of commitments, drawn or made by hand."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np

from doorstep.kernels.position.commit_problem import BoolArray, CommitProblem, Contract, ContractKind, FloatArray, Step
from doorstep.kernels.position.commit_settle import costs

KINDS: tuple[ContractKind, ...] = ("all_units", "incremental", "minimum", "cap")


def contract(rng: Random, name: str, counts: BoolArray, parcels: int, price: int) -> Contract:
    """Draw a contract whose steps lie where volumes may come to lie."""
    kind = rng.choice(KINDS)
    in_spend, of_spend = rng.random() < 0.5, rng.random() < 0.5
    if kind != "all_units":
        of_spend = in_spend
    most = parcels * (price if in_spend else 1)
    many = rng.randint(1, 3) if kind in ("all_units", "incremental") else 1
    volumes = sorted(rng.sample(range(max(4, most)), many))
    rates = sorted(rng.randint(0, 300_000) if of_spend else rng.randint(0, price * 500_000) for _ in volumes)
    return Contract(
        name,
        kind,
        counts,
        tuple(Step(*pair) for pair in zip(volumes, rates, strict=True)),
        in_spend,
        of_spend,
        rng.choice((0, rng.randint(0, parcels))),
        rng.choice((0, rng.randint(0, parcels * price))),
        rng.choice((0, rng.randint(0, price * 20))) if kind in ("minimum", "cap") else 0,
        account=name[:1],
    )


def drawn(seed: int, lanes: int = 2, services: int = 2, scenarios: int = 2) -> CommitProblem:
    """Draw a problem."""
    rng = Random(seed)
    shape = lanes, services
    price = np.array([[rng.randint(200, 900) for _ in range(services)] for _ in range(lanes)], np.float64)
    eligible = np.array([[rng.random() < 0.85 for _ in range(services)] for _ in range(lanes)])
    eligible[:, 0] |= ~eligible.any(axis=1)
    demand = np.array([[rng.randint(0, 60) for _ in range(lanes)] for _ in range(scenarios)], np.float64)
    made = []
    for number in range(rng.randint(0, 3)):
        counts = np.zeros(shape, bool)
        counts[:, rng.randrange(services)] = True
        made.append(contract(rng, f"{'ab'[number % 2]}{number}", counts, 60 * lanes, 500))
    names = tuple(f"lane {n}" for n in range(lanes)), tuple(f"s{s}" for s in range(services))
    return CommitProblem(*names, price, eligible, demand, tuple(made))


def least_of_grid(problem: CommitProblem, parts: int) -> float:
    """Try every combination of shares in so many parts of each lane between two services."""
    best = float("inf")
    for picks in product(range(parts + 1), repeat=len(problem.lanes)):
        share: FloatArray = np.zeros(problem.eligible.shape)
        for n, pick in enumerate(picks):
            first = pick / parts
            if (first > 0 and not problem.eligible[n, 0]) or (first < 1 and not problem.eligible[n, 1]):
                break
            share[n] = first, 1 - first
        else:
            best = min(best, float(costs(problem, share).mean()))
    return best
