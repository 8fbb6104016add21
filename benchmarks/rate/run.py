"""Speed of rating: `python benchmarks/rate/run.py`.

A tariff of 10 services, 8 zones by three-digit prefixes, 70 weight steps, volumetric weight, a fuel percentage,
residential, remote, over-length and over-girth surcharges and two validity periods; 20 origins, 100,000 destinations.
A sample of every batch is compared with the decimal reference.
"""

from __future__ import annotations

import platform
import resource
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from time import process_time
from typing import TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import RateBreak, Service, Speed, Surcharge, Tariff, ZoneRule
from doorstep.domain.clock import WorkingDays
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.kernels.rate import Parcels, RateProblem, RateResult, check, compile_tariff, rate

SEED = 20260301
SERVICES, ZONES, STEPS, ORIGINS, DESTINATIONS = 10, 8, 70, 20, 100_000
BATCHES = (1_000, 100_000, 1_000_000)
SAMPLE = 40
CHANGE = date(2026, 4, 1)
EUR = Currency("EUR")
Rows = TypeVar("Rows", Parcels, RateResult)


def main() -> None:
    """Print the figures."""
    print(f"{platform.machine()} {cpu_name()}; Python {platform.python_version()}, numpy {np.__version__}, ", end="")
    print(f"numba {numba.__version__}; seed {SEED}; CPU seconds of one process")
    random = np.random.default_rng(SEED)
    start = process_time()
    tariff = make_tariff()
    origins = tuple(Place("NL", "", "", f"{10 + n}00") for n in range(ORIGINS))
    destinations = tuple(Place("NL", "", "", f"{n:05}") for n in random.permutation(DESTINATIONS))
    print(f"tariff: {len(tariff.zones):,} zone rules, {len(tariff.rates):,} rate breaks ({spent(start)} to make)")
    start = process_time()
    tables = compile_tariff(tariff, EUR, origins, destinations)
    size = sum(a.nbytes for group in (tables.offers, tables.lanes, tables.ladders, tables.charges) for a in group)
    print(f"compile_tariff, {ORIGINS} origins x {DESTINATIONS:,} destinations: {spent(start)}, {size / 1e6:.1f} MB")
    start = process_time()
    rate(RateProblem(tables, make_parcels(random, 1)))
    print(f"first call (compiled, or loaded from the disk cache): {spent(start)}")
    for count in BATCHES:
        parcels = make_parcels(random, count)
        start = process_time()
        rounds = max(1, 100_000 // count)
        for _ in range(rounds):
            result = rate(RateProblem(tables, parcels))
        seconds = (process_time() - start) / rounds
        sample = random.choice(count, SAMPLE, replace=False)
        faults = check(tariff, EUR, origins, destinations, take(parcels, sample), take(result, sample))
        print(
            f"{count:>9,} parcels x {SERVICES}: {seconds:.4f} s = {count * SERVICES / seconds:,.0f} parcel-services/s, "
            f"{result.eligible.mean():.1%} eligible; {SAMPLE} parcels against the reference: {len(faults)} differences"
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def make_tariff() -> Tariff:
    """Build the tariff; every figure is invented."""
    speeds: tuple[Speed, ...] = ("economy", "standard", "express")
    services = tuple(
        Service(
            service=f"S{n}",
            carrier=f"carrier-{n % 4}",
            name=f"Service {n}",
            speed=speeds[n % 3],
            delivers_to="locker" if n == 9 else "home",
            max_weight_g=30_000 + 5_000 * (n % 3),
            max_length_mm=1_200 + 100 * n,
            max_girth_mm=3_000 if n % 2 else None,
            dim_divisor_cm3_per_kg=5_000 if n % 2 else 6_000,
            working_days=WorkingDays.parse("Mon-Sat" if n % 2 else "Mon-Fri"),
            min_days=1,
            max_days=3,
            signature=n % 3 == 2,
        )
        for n in range(SERVICES)
    )
    return Tariff(
        services,
        tuple(rule for service in services for rule in zone_rules(service.service)),
        tuple(line for service in services for line in rate_breaks(service.service)),
        tuple(line for service in services for line in surcharges(service.service)),
    )


def zone_rules(service: str) -> Iterator[ZoneRule]:
    """Three-digit prefixes on both sides, from two-digit origins; a tenth of the destinations is remote."""
    for origin in range(10, 10 + ORIGINS):
        for destination in range(1000):
            zone = min(ZONES - 1, abs(destination // 10 - origin) // 10)
            yield ZoneRule(service, "NL", str(origin), "NL", f"{destination:03}", f"Z{zone}", destination % 10 == 0)


def rate_breaks(service: str) -> Iterator[RateBreak]:
    """Half kilograms up to 35 kg; dearer from the day of change."""
    for zone in range(ZONES):
        for step in range(1, STEPS + 1):
            price = 3_000_000 + 450_000 * zone + 137_500 * step
            extra = 990_000 if step == STEPS else None
            before = date.fromordinal(CHANGE.toordinal() - 1)
            yield RateBreak(service, f"Z{zone}", 500 * step, price, extra, valid_to=before)
            yield RateBreak(service, f"Z{zone}", 500 * step, price * 21 // 20, extra, valid_from=CHANGE)


def surcharges(service: str) -> Iterator[Surcharge]:
    """Five that depend on the parcel, and fuel on top of them all."""
    yield Surcharge(service, "residential", "residential", None, False, 1_950_000, 1)
    yield Surcharge(service, "remote", "remote", None, False, 4_500_000, 1)
    yield Surcharge(service, "handling", "over_length_mm", 1_000, False, 6_250_000, 1)
    yield Surcharge(service, "oversize", "over_girth_mm", 2_500, False, 18_000_000, 1)
    yield Surcharge(service, "signature", "signature", None, False, 2_400_000, 1)
    yield Surcharge(service, "fuel", "always", None, True, 12_750_000, 2)


def make_parcels(random: np.random.Generator, count: int) -> Parcels:
    """Draw parcels of a shop: mostly small, some long."""
    change = (CHANGE - date(1970, 1, 1)).days
    return Parcels(
        origin=random.integers(0, ORIGINS, count),
        destination=random.integers(0, DESTINATIONS, count),
        ship_day=random.integers(change - 10, change + 10, count),
        weight_g=np.minimum(40_000, random.lognormal(7.3, 1.1, count)).astype(np.int64),
        size_mm=np.clip(random.lognormal(5.5, 0.6, (count, 3)), 10, 2_500).astype(np.int64),
        residential=random.random(count) < 0.8,
        signature=random.random(count) < 0.1,
        saturday=random.random(count) < 0.02,
        accepts=np.where(random.random(count) < 0.3, 7, 1),
        slowest=np.where(random.random(count) < 0.1, 2, 0),
    )


def take(rows: Rows, sample: NDArray[np.int64]) -> Rows:
    """Return the sampled rows."""
    return type(rows)(*(getattr(rows, field.name)[sample] for field in fields(rows)))


def spent(start: float) -> str:
    """Write the CPU seconds since `start`."""
    return f"{process_time() - start:.2f} s"


def cpu_name() -> str:
    """Return the processor's name where the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


if __name__ == "__main__":
    main()
