"""Speed of rating: `python benchmarks/rate/run.py`.

A tariff of 10, and of 50 services, 8 zones by three-digit prefixes, 70 weight steps, two divisors by size, and all
kinds of surcharges: residential, remote by zone and by list, additional handling of which only the dearest counts,
signature, insurance, a discount, a minimum, and fuel by the week; two validity periods; 20 origins, 100,000
destinations. A sample of every batch is compared with the decimal reference, smaller for 50 services, since that looks
at every line for every pair. Beside it plain numpy, which finds the cheapest price alone.
"""

from __future__ import annotations

import platform
import resource
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import date
from time import perf_counter, process_time
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import (
    AreaRule,
    DivisorRule,
    RateBreak,
    Service,
    Speed,
    Surcharge,
    Tariff,
    ZoneRule,
)
from doorstep.domain.clock import WorkingDays
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.kernels.rate import Parcels, RateProblem, RateResult, TariffTables, check, compile_tariff, rate
from doorstep.kernels.rate.anywhere import compile_anywhere

SEED = 20260301
ZONES, STEPS, ORIGINS, DESTINATIONS = 8, 70, 20, 100_000
BATCHES = ((10, (1, 1_000, 100_000, 1_000_000)), (50, (1, 1_000, 100_000, 1_000_000)))
PREFIX = 3
AT_ONCE = 100_000  # parcels of one call, so that the results of a million fit the memory
SAMPLE = {10: 40, 50: 4}  # by services
CHANGE = date(2026, 4, 1)
EUR = Currency("EUR")
Rows = TypeVar("Rows", Parcels, RateResult)


def main() -> None:
    """Print the figures."""
    print(f"{platform.machine()} {cpu_name()}; Python {platform.python_version()}, numpy {np.__version__}, ", end="")
    print(f"numba {numba.__version__}; seed {SEED}; CPU seconds of one process")
    random = np.random.default_rng(SEED)
    origins = tuple(Place("NL", "", "", f"{10 + n}00") for n in range(ORIGINS))
    destinations = tuple(Place("NL", "", "", f"{n:05}") for n in random.permutation(DESTINATIONS))
    for services, counts in BATCHES:
        tariff = make_tariff(services)
        start = process_time()
        tables = compile_tariff(tariff, EUR, origins, destinations)
        print(f"{services} services: {len(tariff.zones):,} zone rules, {len(tariff.rates):,} rate breaks, ", end="")
        print(f"{len(tariff.surcharges):,} surcharges; compiled in {spent(start)}, {size_mb(tables):.1f} MB")
        rate(RateProblem(tables, make_parcels(random, 1)))  # compiles the loop, or loads it
        for count in counts:
            batch(tariff, tables, random, count)
        alone(tables, random)
    many_zones()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def batch(tariff: Tariff, tables: TariffTables, random: np.random.Generator, count: int) -> None:
    """Rate a batch, check a sample of it, and let plain numpy do what it can."""
    parcels = [make_parcels(random, min(count, AT_ONCE)) for _ in range(0, count, AT_ONCE)]
    services = len(tables.services)
    rounds = max(1, 20_000 // count)
    start = process_time()
    for _ in range(rounds):
        for some in parcels:
            result = rate(RateProblem(tables, some))
    seconds = (process_time() - start) / rounds
    sample = random.choice(len(parcels[-1]), min(SAMPLE[services], len(parcels[-1])), replace=False)
    places = tables.origins, tables.destinations
    few = near(tariff, [tables.destinations[at] for at in parcels[-1].destination[sample]])
    faults = check(few, EUR, *places, take(parcels[-1], sample), take(result, sample))
    start = process_time()
    for _ in range(rounds):
        for some in parcels:
            cheapest(tables, some)
    plain = (process_time() - start) / rounds
    print(
        f"{count:>9,} parcels x {services}: {seconds:.5f} s = {count * services / seconds:,.0f} parcel-services/s, "
        f"{result.eligible.mean():.1%} eligible, {len(faults)} differences in {len(sample)} parcels; "
        f"numpy, cheapest only: {count * services / plain:,.0f}/s"
    )


def near(tariff: Tariff, places: Sequence[Place]) -> Tariff:
    """Leave out the zone rules that no place can match: the reference looks at every one."""
    starts = {place.postcode[:PREFIX] for place in places}
    return replace(tariff, zones=tuple(rule for rule in tariff.zones if rule.destination_prefix in starts))


def alone(tables: TariffTables, random: np.random.Generator) -> None:
    """Time single parcels, each a call of its own."""
    parcels = [make_parcels(random, 1) for _ in range(2_000)]
    times = []
    for one in parcels:
        start = perf_counter()
        rate(RateProblem(tables, one))
        times.append(perf_counter() - start)
    middle, late = (float(np.quantile(times, share)) * 1e3 for share in (0.5, 0.99))
    print(
        f"a single parcel over {len(tables.services)} services: median {middle:.3f} ms, p99 {late:.3f} ms of wall time"
    )


def cheapest(tables: TariffTables, parcels: Parcels) -> NDArray[np.int64]:
    """Find the cheapest price as one would in numpy: gross or volume, step, residential, remote, two sizes, fuel."""
    best = np.full(len(parcels), np.iinfo(np.int64).max)
    volume, length = parcels.size_mm.prod(axis=1), parcels.size_mm.max(axis=1)
    girth = 2 * parcels.size_mm.sum(axis=1) - length
    lanes, ladders = tables.lanes, tables.ladders
    row, column = lanes.origin_class[parcels.origin], lanes.destination_class[parcels.destination]
    for s, offer in enumerate(tables.services):
        billed = np.maximum(parcels.weight_g, -(-volume // offer.dim_divisor_cm3_per_kg))
        code = lanes.code[row, column, s]
        step = np.minimum(-(-billed // 500) - 1, STEPS - 1)
        price = ladders.price_minor[ladders.start[ladders.of[code >> 1, 0]] + np.maximum(step, 0)]
        price = price + 195 * parcels.residential + 450 * (code & 1) + 625 * (length > 1_000) + 1_800 * (girth > 2_500)
        price += (price * 1_275 + 5_000) // 10_000
        fits = (parcels.weight_g <= offer.max_weight_g) & (length <= offer.max_length_mm) & (code >= 0)
        best = np.where(fits, np.minimum(best, price), best)
    return best


def many_zones() -> None:
    """Compile a tariff of a million zone rules."""
    services = tuple(replace(one, service=f"S{n}") for n, one in enumerate(make_tariff(10).services))
    zones = tuple(
        ZoneRule(one.service, "NL", str(origin), "NL", f"{end:04}", f"Z{end % ZONES}")
        for one in services
        for origin in range(10, 20)
        for end in range(10_000)
    )
    rates = tuple(line for one in services for line in rate_breaks(one.service))
    tariff = Tariff(services, zones, rates, ())
    origins = tuple(Place("NL", "", "", f"{10 + n}00") for n in range(10))
    start = process_time()
    tables = compile_anywhere(tariff, EUR, origins).tables
    print(f"{len(zones):,} zone rules for any destination: compiled in {spent(start)}, {size_mb(tables):.1f} MB")


def size_mb(tables: TariffTables) -> float:
    """Return the size of the arrays."""
    groups = (tables.offers, tables.lanes, tables.ladders, tables.charges)
    return float(sum(array.nbytes for group in groups for array in group)) / 1e6


def make_tariff(count: int) -> Tariff:
    """Build the tariff; every figure is invented."""
    speeds: tuple[Speed, ...] = ("economy", "standard", "express")
    services = tuple(
        Service(
            service=f"S{n}",
            carrier=f"carrier-{n % 4}",
            name=f"Service {n}",
            speed=speeds[n % 3],
            delivers_to="locker" if n % 10 == 9 else "home",
            max_weight_g=30_000 + 5_000 * (n % 3),
            max_length_mm=1_200 + 100 * (n % 10),
            max_girth_mm=3_000 if n % 2 else None,
            dim_divisor_cm3_per_kg=5_000 if n % 2 else 6_000,
            working_days=WorkingDays.parse("Mon-Sat" if n % 2 else "Mon-Fri"),
            min_days=1,
            max_days=3,
            signature=n % 3 == 2,
        )
        for n in range(count)
    )
    return Tariff(
        services,
        tuple(rule for service in services for rule in zone_rules(service.service)),
        tuple(line for service in services for line in rate_breaks(service.service)),
        tuple(line for service in services for line in surcharges(service.service)),
        tuple(DivisorRule(one.service, "over_volume_cm3", 28_000, 4_000, 1) for one in services),
        tuple(AreaRule("islands", "NL", f"{prefix:03}") for prefix in range(0, 1000, 7)),
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
    """A discount and a minimum on freight, what depends on the parcel, and fuel by the week on top of them all."""
    yield Surcharge(service, "discount", "always", None, True, -12_500_000, 1)
    yield Surcharge(service, "minimum", "always", None, False, 3_250_000, 2, floor=True)
    yield Surcharge(service, "residential", "residential", None, False, 1_950_000, 3)
    yield Surcharge(service, "remote", "remote", None, False, 4_500_000, 3)
    yield Surcharge(service, "islands", "always", None, False, 5_500_000, 3, area="islands")
    yield Surcharge(service, "long", "over_length_mm", 1_000, False, 6_250_000, 3, group="handling")
    yield Surcharge(service, "wide", "over_second_mm", 760, False, 6_750_000, 3, group="handling")
    yield Surcharge(service, "heavy", "over_weight_g", 25_000, False, 7_250_000, 3, group="handling")
    yield Surcharge(service, "oversize", "over_girth_mm", 2_500, False, 18_000_000, 3, group="handling")
    yield Surcharge(service, "signature", "signature", None, False, 2_400_000, 3)
    insured: dict[str, Any] = {"of_value": True, "least_micros": 2_550_000}
    yield Surcharge(service, "insurance", "over_value", 100, True, 850_000, 3, **insured)
    for week in range(8):
        first = date.fromordinal(CHANGE.toordinal() - 28 + 7 * week)
        last = date.fromordinal(first.toordinal() + 6)
        yield Surcharge(service, "fuel", "always", None, True, 12_750_000 + 250_000 * week, 4, first, last)


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
        value_minor=random.lognormal(8.5, 1.0, count).astype(np.int64),
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
