"""Random orders over everything that the packer knows of, each packing verified.

python -m benchmarks.pack.fuzz [--orders N] [--seed S] [--workers W]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from benchmarks.pack.wild import wild_problem

from doorstep.kernels.pack.check_parcels import check_parcels
from doorstep.kernels.pack.orders import some_orders
from doorstep.kernels.pack.pack import pack
from doorstep.kernels.pack.problem import PackParams, PackProblem
from doorstep.kernels.pack.result import PackResult

BATCH = 25


@dataclass(frozen=True, slots=True)
class Found:
    """What a batch came to: counts, and a sentence per order that is invalid or crashes."""

    orders: int
    parcels: int
    left: int
    proven: int
    invalid: list[str]
    crashed: list[str]


def fuzzed(seed: int, batch: int, orders: int = BATCH) -> Found:
    """Pack and verify one batch; when it fails, order by order, to tell which."""
    problem, params = wild_problem(seed, batch, orders)
    try:
        result = pack(problem, params)
        faults = check_parcels(problem, result, params.support_ppm)
    except Exception:  # any exception is what is looked for
        return Found(orders, 0, 0, 0, [], _named(problem, params, batch, traceback.format_exc()))
    invalid = _named(problem, params, batch, "; ".join(faults[:3])) if faults else []
    return Found(orders, len(result.parcel_load), _orders_left(result), int(result.load_proven.sum()), invalid, [])


def _orders_left(result: PackResult) -> int:
    return len(np.unique(result.left_load))


def _named(problem: PackProblem, params: PackParams, batch: int, whole: str) -> list[str]:
    """One sentence per order that fails by itself; if none does, one on the batch."""
    named = []
    for load in range(problem.goods.loads):
        one, _ = some_orders(problem, np.array([load]))
        try:
            faults = check_parcels(one, pack(one, params), params.support_ppm)
        except Exception as fault:  # as above
            faults = (f"{type(fault).__name__}: {fault}",)
        if faults:
            named.append(f"batch {batch}, order {load}: {'; '.join(faults[:2])}")
    return named or [f"batch {batch}, only together: {whole}"]


def run(seed: int, orders: int, workers: int) -> Iterator[Found]:
    """Fuzz so many orders, over so many processes."""
    batches = range(-(-orders // BATCH))
    sizes = [min(BATCH, orders - BATCH * batch) for batch in batches]
    if workers == 1:
        yield from map(fuzzed, [seed] * len(batches), batches, sizes)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(fuzzed, [seed] * len(batches), batches, sizes, chunksize=8)


def total(parts: Iterable[Found]) -> Found:
    """Add up, telling of each failure at once."""
    orders = parcels = left = proven = 0
    invalid: list[str] = []
    crashed: list[str] = []
    for part in parts:
        before = orders
        orders, parcels = orders + part.orders, parcels + part.parcels
        left, proven = left + part.left, proven + part.proven
        invalid += part.invalid
        crashed += part.crashed
        for kind, told in (("INVALID", part.invalid), ("CRASHED", part.crashed)):
            for line in told:
                print(f"{kind} {line}", flush=True)
        if before // 5_000 != orders // 5_000:
            print(f"{orders:,} orders", file=sys.stderr, flush=True)
    return Found(orders, parcels, left, proven, invalid, crashed)


def main() -> None:
    """Fuzz and print what was found; exit 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    started = time.perf_counter()
    found = total(run(given.seed, given.orders, given.workers))
    print(
        f"{found.orders:,} orders, seed {given.seed}: {len(found.invalid)} invalid, {len(found.crashed)} crashed; "
        f"{found.parcels:,} parcels, {found.proven / found.orders:.1%} of the orders proven, {found.left:,} with units "
        f"left; {time.perf_counter() - started:,.0f} s, {given.workers} processes"
    )
    sys.exit(bool(found.invalid or found.crashed))


if __name__ == "__main__":
    main()
