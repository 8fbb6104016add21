"""Speed of reckoning carbon: `python benchmarks/carbon/run.py`.

1,000, 100,000 and 1,000,000 parcels on 10 and on 50 services of all modes, with the factors that come with Doorstep; a
sample of each batch is compared with the reference in fractions. Then as many pairs of a parcel and one service.
"""

from __future__ import annotations

import platform
from time import process_time

import numpy as np

from doorstep.domain.carriage import DELIVERS_TO, Service
from doorstep.domain.clock import WorkingDays
from doorstep.domain.emission import MODES
from doorstep.files.emissions import default_factors
from doorstep.kernels.carbon import CarbonProblem, CarbonTables, carbon, carbon_of_pairs, check, compile_factors

SEED, AT_ONCE, SAMPLE = 20261128, 50_000, 200


def main() -> None:
    """Print the figures."""
    print(f"{platform.machine()}; Python {platform.python_version()}, numpy {np.__version__}; seed {SEED}; CPU seconds")
    random = np.random.default_rng(SEED)
    week = WorkingDays.parse("Mon-Fri")
    for count in (10, 50):
        services = [
            Service(f"s{n}", "c", "", "standard", DELIVERS_TO[n % 3], 30_000, 1_200, None, 0, week, 1, 3,
                    mode=("", *MODES)[n % 5])
            for n in range(count)
        ]  # fmt: skip
        tables = compile_factors(default_factors(), services)
        for parcels in (1_000, 100_000, 1_000_000):
            batches = [some(random, tables, min(parcels, AT_ONCE)) for _ in range(0, parcels, AT_ONCE)]
            start = process_time()
            for batch in batches:
                last = carbon(batch)
                for service in range(count):
                    last.grams_on(service)
            seconds = process_time() - start
            sample = CarbonProblem(tables, *(column[:SAMPLE] for column in columns(batches[-1])))
            assert check(default_factors(), services, sample, carbon(sample)) == ()
            start = process_time()
            for batch in batches:
                carbon_of_pairs(batch, np.arange(len(batch.weight_g)) % count)
            alone = process_time() - start
            print(
                f"{parcels:>9,} parcels x {count} services: {parcels * count / seconds / 1e6:,.1f} million/s;"
                f" pairs: {parcels / alone / 1e6:,.1f} million/s"
            )


def columns(batch: CarbonProblem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, distances, and whether they go overseas."""
    return batch.weight_g, batch.distance_m, batch.overseas


def some(random: np.random.Generator, tables: CarbonTables, count: int) -> CarbonProblem:
    """Parcels to 30 kg, at most half around the earth."""
    return CarbonProblem(
        tables, random.integers(1, 30_000, count), random.integers(-1, 20_000_000, count), random.random(count) < 0.3
    )


if __name__ == "__main__":
    main()
