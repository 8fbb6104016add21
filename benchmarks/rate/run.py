"""Speed of rating, beside other programs on the same tariff, one thread each.

python -m benchmarks.rate.run --peer-python peers/bin/python [--quick]

The tariff is that of `benchmarks/rate/instance.py`, of 10 and of 50 services. A sample of every batch is compared with
the decimal reference, smaller for 50 services, since that looks at every line for every pair. Beside it plain numpy
and, in an environment of their own (`benchmarks/rate/peers.txt`), pandas and karrio's generic rate sheets. CPU seconds
of one process.
"""

from __future__ import annotations

import argparse
import platform
import resource
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeVar

import numba
import numpy as np
from benchmarks.rate import peers
from benchmarks.rate.instance import EUR, PREFIX, SEED, ZONES, make_parcels, make_tariff, places, rate_breaks
from benchmarks.rate.plain import cheapest
from numpy.typing import NDArray

from doorstep.domain.carriage import Tariff, ZoneRule
from doorstep.domain.place import Place
from doorstep.kernels.rate import Parcels, RateProblem, RateResult, TariffTables, check, compile_tariff, rate
from doorstep.kernels.rate.anywhere import compile_anywhere

AT_ONCE = 100_000  # parcels of one call, so that the results of a million fit the memory
SAMPLE = {10: 40, 50: 4}  # by services
Rows = TypeVar("Rows", Parcels, RateResult)


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    batches: tuple[int, ...]
    singles: int
    zone_ends: int
    cap_s: dict[str, float]  # of each peer, for a batch


WHOLE = Size(
    (1, 1_000, 100_000, 1_000_000), 2_000, 10_000, {"pandas": 15.0, "karrio_country": 5.0, "karrio_zones": 5.0}
)
QUICK = Size((1, 1_000), 200, 1_000, {"pandas": 2.0, "karrio_country": 1.0, "karrio_zones": 1.0})


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", type=Path, help="the Python of the peers' environment")
    parser.add_argument("--quick", action="store_true", help="small batches only: whether it all works")
    asked = parser.parse_args()
    size, peer_python = QUICK if asked.quick else WHOLE, asked.peer_python
    print(f"{platform.machine()} {cpu_name()}; Python {platform.python_version()}, numpy {np.__version__}, ", end="")
    print(f"numba {numba.__version__}; seed {SEED}; CPU seconds of one process, one thread")
    print(f"beside it {peers.versions(peer_python)}" if peer_python else peers.HOW_TO.format(path="(none named)"))
    random = np.random.default_rng(SEED)
    origins, destinations = places(random)
    rows, singles = [], []
    for services in SAMPLE:
        tariff = make_tariff(services)
        start = process_time()
        tables = compile_tariff(tariff, EUR, origins, destinations)
        print(f"{services} services: {len(tariff.zones):,} zone rules, {len(tariff.rates):,} rate breaks, ", end="")
        print(f"{len(tariff.surcharges):,} surcharges; compiled in {spent(start)}, {size_mb(tables):.1f} MB")
        rate(RateProblem(tables, make_parcels(random, 1)))  # compiles the loop, or loads it
        rows += [batch(tariff, tables, random, count, size, peer_python) for count in size.batches]
        singles.append(alone(tables, random, size.singles))
    heads = ("Doorstep", "eligible", "differences", "numpy", "pandas", "karrio, by country", "karrio, by postcode")
    print(f"\nparcel-services per second\n\n| parcels x services | {' | '.join(heads)} |")
    print("\n".join(("|--:|" + "--:|" * len(heads), *rows)))
    print(f"\n{peers.SAYS}\n")
    print("\n".join(singles))
    many_zones(size)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def batch(
    tariff: Tariff, tables: TariffTables, random: np.random.Generator, count: int, size: Size, peer_python: Path | None
) -> str:
    """Rate a batch, check a sample of it, and let the others do what they can; return a row of the table."""
    parcels = [make_parcels(random, min(count, AT_ONCE)) for _ in range(0, count, AT_ONCE)]
    services, rounds = len(tables.services), max(1, 20_000 // count)
    start = process_time()
    for _ in range(rounds):
        for some in parcels:
            result = rate(RateProblem(tables, some))
    seconds = (process_time() - start) / rounds
    sample = random.choice(len(parcels[-1]), min(SAMPLE[services], len(parcels[-1])), replace=False)
    few = near(tariff, [tables.destinations[at] for at in parcels[-1].destination[sample]])
    taken = take(parcels[-1], sample), take(result, sample)
    faults = check(few, EUR, tables.origins, tables.destinations, *taken)
    start = process_time()
    for _ in range(rounds):
        for some in parcels:
            cheapest(tables, some)
    plain = (process_time() - start) / rounds
    cells = [
        f"{count * services / seconds:,.0f}",
        f"{result.eligible.mean():.1%}",
        f"{len(faults)} in {len(sample)}",
        f"{count * services / plain:,.0f}",
    ]
    cells += [beside(peer, peer_python, tables, parcels, size.cap_s[peer]) for peer in peers.ALL]
    return f"| {count:,} x {services} | {' | '.join(cells)} |"


def beside(peer: str, python: Path | None, tables: TariffTables, parcels: list[Parcels], cap_s: float) -> str:
    """A peer's cell of the table; what it notes goes above."""
    if python is None:
        return "not run"
    told = peers.ask(peer, python, tables, parcels, cap_s)
    count = sum(map(len, parcels))
    if told.note:
        print(f"{peer}, {told.parcels:,} parcels x {len(tables.services)}: {told.note}")
    if not told.parcels:
        return "failed"
    if peer == "pandas" and not peers.agrees(told, tables, parcels):
        return "other prices than numpy"
    figure = f"{told.parcels * len(tables.services) / max(told.cpu_s, 1e-9):,.0f}"
    return figure if told.parcels == count else f"{figure} ({told.parcels:,})"


def near(tariff: Tariff, ends: Sequence[Place]) -> Tariff:
    """Leave out the zone rules that no place can match: the reference looks at every one."""
    starts = {place.postcode[:PREFIX] for place in ends}
    return replace(tariff, zones=tuple(rule for rule in tariff.zones if rule.destination_prefix in starts))


def alone(tables: TariffTables, random: np.random.Generator, count: int) -> str:
    """Time single parcels, each a call of its own."""
    parcels = [make_parcels(random, 1) for _ in range(count)]
    times = []
    for one in parcels:
        start = perf_counter()
        rate(RateProblem(tables, one))
        times.append(perf_counter() - start)
    middle, late = (float(np.quantile(times, share)) * 1e3 for share in (0.5, 0.99))
    services = len(tables.services)
    return f"a single parcel over {services} services: median {middle:.3f} ms, p99 {late:.3f} ms of wall time"


def many_zones(size: Size) -> None:
    """Compile a tariff of a million zone rules."""
    services = tuple(replace(one, service=f"S{n}") for n, one in enumerate(make_tariff(10).services))
    zones = tuple(
        ZoneRule(one.service, "NL", str(origin), "NL", f"{end:04}", f"Z{end % ZONES}")
        for one in services
        for origin in range(10, 20)
        for end in range(size.zone_ends)
    )
    rates = tuple(line for one in services for line in rate_breaks(one.service))
    tariff = Tariff(services, zones, rates, ())
    origins = tuple(Place("NL", "", "", f"{10 + n}00") for n in range(10))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = process_time()
    tables = compile_anywhere(tariff, EUR, origins).tables
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{len(zones):,} zone rules for any destination: compiled in {spent(start)}, {size_mb(tables):.1f} MB;", end=""
    )
    print(f" the peak of memory rose by {grown:,.0f} MB")


def size_mb(tables: TariffTables) -> float:
    """Return the size of the arrays."""
    groups = (tables.offers, tables.lanes, tables.ladders, tables.charges)
    return float(sum(array.nbytes for group in groups for array in group)) / 1e6


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
