"""How long learning and promising take on many parcels: `python -m benchmarks.promise.scale [PARCELS]`.

Generated parcels of two years: 50 sites, 27 regions, 1,000 postcode areas, 2 % never delivered. CPU and wall seconds.
"""

from __future__ import annotations

import resource
import sys
from time import perf_counter, process_time

import numpy as np

from doorstep.kernels.promise.adaptive import Adaptive
from doorstep.kernels.promise.history import Coded, History
from doorstep.kernels.promise.methods import Span, earliest
from doorstep.kernels.run import Run

SEED = 20_261_128
FIRST_DAY, DAYS = 19_723, 730  # 2024-01-01
PROMISES = 20_000


def generated(count: int) -> History:
    """Columns of `count` parcels."""
    chance = np.random.default_rng(SEED)
    placed = np.sort(chance.integers(FIRST_DAY, FIRST_DAY + DAYS, count))
    site, region = chance.integers(0, 50, count), chance.integers(0, 27, count)
    handed_over = placed + chance.geometric(0.35 + 0.006 * site) - 1
    distance = chance.uniform(20, 3_000, count)
    took = 1 + chance.poisson(1 + distance / 400 + region / 9)
    lost = chance.random(count) < 0.02
    area = region * 37 + chance.integers(0, 37, count)

    def words(code: np.ndarray, name: str) -> Coded:
        return Coded(code.astype(np.int32), tuple(f"{name} {index:04d}" for index in range(int(code.max()) + 1)))

    origin = words(site, "BR")
    return History(
        parcel=np.arange(count).astype(str),
        placed_day=placed,
        placed_s=chance.integers(0, 86_400, count),
        handed_over_day=handed_over,
        delivered_day=np.where(lost, -1, handed_over + took),
        shop_day=np.full(count, -1),
        called_off=np.zeros(count, dtype=np.bool_),
        weight=np.ones(count),
        service=words(chance.integers(0, 4, count), "service"),
        handler=words(site, "site"),
        origin_area=origin,
        origin_region=origin,
        region=words(region, "BR"),
        area=words(area, "BR"),
        category=words(chance.integers(0, 20, count), "category"),
        calendar=Coded(np.zeros(count, dtype=np.int32), ("BR",)),
        distance_km=distance,
        weight_g=chance.uniform(100, 20_000, count),
        freight=chance.uniform(3, 60, count),
        latitude=chance.uniform(-30, 0, count),
        longitude=chance.uniform(-60, -35, count),
        origin_latitude=chance.uniform(-30, 0, count),
        origin_longitude=chance.uniform(-60, -35, count),
    )


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    history, day = generated(count), FIRST_DAY + DAYS - 1
    wall, cpu = perf_counter(), process_time()
    learner = Adaptive().on(history, Span(0, 1, 2, 3))
    print(f"{count:,} parcels laid out: {perf_counter() - wall:.1f} s, {process_time() - cpu:.1f} CPU s", flush=True)
    wall, cpu = perf_counter(), process_time()
    fitted = learner.fit(day, Run())
    print(f"fitted, looking back included: {perf_counter() - wall:.1f} s, {process_time() - cpu:.1f} CPU s", flush=True)
    rows = np.flatnonzero(history.placed_day == day)
    fitted.curves(rows, day)
    rows = np.resize(rows, PROMISES)
    wall, cpu = perf_counter(), process_time()
    curves = fitted.curves(rows, day)
    dates = [earliest(curves, target) for target in (0.9, 0.95)]
    seconds = perf_counter() - wall
    print(f"{PROMISES:,} promises with every date's probability: {seconds:.2f} s = {PROMISES / seconds:,.0f} /s")
    print(f"mean days at 90 and 95 %: {dates[0].mean():.2f}, {dates[1].mean():.2f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
