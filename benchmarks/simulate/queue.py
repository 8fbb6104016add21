"""A station's queue against the closed form of Pollaczek and Khinchine.

python -m benchmarks.simulate.queue [--arrivals N] [--seeds N]

Poisson arrivals at one server, times that are a constant and an exponential together; the mean wait of each load and
variation, its standard error over seeds, and the closed form. Then parcels a second.
"""

from __future__ import annotations

import argparse
from time import perf_counter

import numpy as np

from doorstep.kernels.simulate.station import Station, done_ms, mean_wait_ms, service_ms

MINUTE = 60_000


def main() -> None:
    """Print a row of each load and variation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arrivals", type=int, default=400_000)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    print(f"{options.arrivals:,} arrivals, {options.seeds} seeds; minutes before service")
    print(f"{'load':>5} {'variation':>9} {'measured':>9} {'error':>7} {'closed':>7}")
    begun = perf_counter()
    for load in (0.5, 0.8, 0.9):
        for cv in (0.0, 0.5, 1.0):
            waits = [wait_ms(load, cv, options.arrivals, seed) / MINUTE for seed in range(options.seeds)]
            closed = mean_wait_ms(load / MINUTE, MINUTE, MINUTE**2 * (1 + cv**2)) / MINUTE
            error = float(np.std(waits, ddof=1)) / len(waits) ** 0.5 if len(waits) > 1 else float("nan")
            print(f"{load:5.1f} {cv:9.1f} {np.mean(waits):9.3f} {error:7.3f} {closed:7.3f}")
    seconds = perf_counter() - begun
    print(f"{9 * options.seeds * options.arrivals / seconds:,.0f} parcels a second, drawing them included")


def wait_ms(load: float, cv: float, arrivals: int, seed: int) -> float:
    """Mean wait of a run."""
    rng = np.random.default_rng(seed)
    at = np.cumsum(rng.exponential(MINUTE / load, arrivals)).astype(np.int64)
    service = service_ms(Station("a", MINUTE, round(cv * 1e6)), rng.integers(0, 1_000_000, arrivals))
    return float((done_ms(at, service) - service - at).mean())


if __name__ == "__main__":
    main()
