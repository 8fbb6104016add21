"""Speed of dispatch and length of its rounds: `python -m benchmarks.dispatch.run`.

A warehouse of 40 aisles of 30 bays; parcels of one to six picks, popular aisles more often; three collections. The
length of a round is how many aisles it enters. Beside it the same parcels put on carts in the order in which they came,
their bins walked in the same serpentine, and walked as they came.
"""

from __future__ import annotations

import platform
from time import process_time

import numpy as np

from doorstep.kernels.dispatch.bins import spot
from doorstep.kernels.dispatch.check import check
from doorstep.kernels.dispatch.dispatch import dispatch
from doorstep.kernels.dispatch.problem import DispatchParams, DispatchProblem, IntArray

SEED = 20260301
AISLES, BAYS, COLLECTIONS = 40, 30, 3
BATCHES = (100, 2_000, 50_000)
CHECKED = 2_000
PARAMS = DispatchParams()


def main() -> None:
    """Print the figures."""
    print(f"{platform.machine()}; Python {platform.python_version()}, numpy {np.__version__}; seed {SEED}; CPU seconds")
    print("| parcels | picks | s | waves | aisles a wave | as they came, serpentine | as they came | faults |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|")
    for parcels in BATCHES:
        problem = make(parcels)
        start = process_time()
        result = dispatch(problem)
        seconds = process_time() - start
        faults = str(len(check(problem, PARAMS, result))) if parcels <= CHECKED else "not checked"
        came = as_they_came(problem)
        own = aisles(problem, result.wave, result.stop)
        print(
            f"| {parcels:,} | {len(problem.pick_bin):,} | {seconds:.4f} | {result.wave.max() + 1:,} | {own:.1f} "
            f"| {aisles(problem, came, None):.1f} | {aisles(problem, came, np.arange(len(problem.pick_bin))):.1f} "
            f"| {faults} |"
        )


def make(parcels: int) -> DispatchProblem:
    """Draw parcels and their picks."""
    random = np.random.default_rng(SEED)
    picks = random.integers(1, 7, parcels)
    parcel = np.repeat(np.arange(parcels), picks)
    aisle = np.minimum(random.geometric(0.06, len(parcel)), AISLES)
    bay = random.integers(1, BAYS + 1, len(parcel))
    names = tuple(f"{a:02d}-{b:02d}" for a, b in zip(aisle.tolist(), bay.tolist(), strict=True))
    leaves = random.integers(0, COLLECTIONS, parcels) * 3_600
    units = random.integers(1, 4, len(parcel))
    return DispatchProblem(leaves, np.zeros(parcels, np.int64), parcel, units, names)


def as_they_came(problem: DispatchProblem) -> IntArray:
    """Fill carts with parcels of a collection as they came; returns the wave of each."""
    units = np.bincount(problem.pick_parcel, weights=problem.pick_units, minlength=len(problem.parcel_leaves_s))
    wave = np.zeros(len(units), np.int64)
    number = -1
    for leaves in np.unique(problem.parcel_leaves_s):
        totes, load = PARAMS.cart_parcels, 0.0
        for one in np.flatnonzero(problem.parcel_leaves_s == leaves):
            if totes == PARAMS.cart_parcels or load + units[one] > PARAMS.cart_units:
                number, totes, load = number + 1, 0, 0.0
            wave[one], totes, load = number, totes + 1, load + units[one]
    return wave


def aisles(problem: DispatchProblem, wave: IntArray, stop: IntArray | None) -> float:
    """Count how often a round changes aisle, on average; without stops each of its aisles is walked once."""
    rounds: dict[int, list[tuple[int, object]]] = {}
    for pick, name in enumerate(problem.pick_bin):
        place = 0 if stop is None else int(stop[pick])
        rounds.setdefault(int(wave[problem.pick_parcel[pick]]), []).append((place, spot(name)[0]))
    if stop is None:
        return float(np.mean([len({aisle for _, aisle in walked}) for walked in rounds.values()]))
    changes = 0
    for walked in rounds.values():
        before: object = None
        for _, aisle in sorted(walked, key=lambda one: one[0]):
            changes += aisle != before
            before = aisle
    return changes / len(rounds)


if __name__ == "__main__":
    main()
