"""Speed of promising, and what transit learned from real parcels is worth: `python -m benchmarks.promise.run [DATA]`.

Speed: 20 sites in 5 time zones, 5 services with two collections a day, 100,000 destinations; a sample of every batch is
compared with the independent verifier. Quality, when the Olist data is in DATA: transit learned from the parcels handed
over before each month, or week by week without and with the pace of the last days; then the parcels of the month are
promised from their hand-over. The pace was chosen on the months up to August 2017.
"""

from __future__ import annotations

import platform
import resource
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import numpy as np
from benchmarks.promise.olist import read_parcels, score_month, walk_weeks

from doorstep.domain.carriage import Service
from doorstep.domain.clock import WorkingDays
from doorstep.domain.learned import PastParcel, TransitModel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site
from doorstep.domain.units import PPM
from doorstep.kernels.promise.check import check
from doorstep.kernels.promise.network import compile_network
from doorstep.kernels.promise.pace import PaceParams
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.promise import PromiseResult, promise

SEED = 20260301
BATCHES = (1_000, 100_000, 3_000_000)
SAMPLE = 200
TARGET_PPM = 900_000
FIRST_DAY, LAST_DAY = 17_591, 17_681  # 2018-03-01 to 2018-05-30
ZONES = ("America/Sao_Paulo", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney")
BEFORE = ("2017-04", "2017-05", "2017-06", "2017-07", "2017-08")
MONTHS = ("2017-09", "2017-10", "2017-11", "2017-12", "2018-01", "2018-02", "2018-03", "2018-04")
REGIONS = ("SP", "RJ", "MG", "AM", "BA", "RS", "PR", "PE")


def main() -> None:
    """Print the figures."""
    print(f"{platform.machine()}; Python {platform.python_version()}, numpy {np.__version__}; seed {SEED}; CPU seconds")
    speed()
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[3] / "shared" / "data"
    if (data / "olist").is_dir():
        quality(data / "olist")
    else:
        print(f"no Olist data in {data}: quality left out")


def speed() -> None:
    """Legs per second by batch."""
    random = np.random.default_rng(SEED)
    postcodes = [f"{code:05d}" for code in random.integers(0, 99_999, 100_020)]
    sites = tuple(make_site(index, postcodes[index]) for index in range(20))
    services = tuple(make_service(index) for index in range(5))
    calls = tuple(
        Collection(site.site, service.service, hour * 3600, site.working_days)
        for site in sites
        for service in services
        for hour in (11, 17)
    )
    ends = tuple(Place("BR", REGIONS[code % 8], "", postcode) for code, postcode in enumerate(postcodes[20:]))
    transit = TransitModel(as_of=datetime(2018, 3, 1, tzinfo=UTC))
    start = process_time()
    tables = compile_network(sites, calls, services, ends, transit, TARGET_PPM, FIRST_DAY, LAST_DAY)
    print(f"compile_network, 20 sites x 5 services x {len(ends):,} destinations: {process_time() - start:.2f} s")
    for count in BATCHES:
        legs = make_legs(random, count, len(ends))
        start = process_time()
        rounds = max(1, 100_000 // count)
        for _ in range(rounds):
            result = promise(PromiseProblem(tables, legs))
        seconds = (process_time() - start) / rounds
        rows = random.choice(count, SAMPLE, replace=False)
        asked = Legs(*(getattr(legs, column.name)[rows] for column in fields(Legs)))
        answered = PromiseResult(*(getattr(result, column.name)[rows] for column in fields(PromiseResult)))
        covered = (tables.calendars.first_day, tables.calendars.last_day)
        wrong = check(sites, calls, services, ends, transit, TARGET_PPM, asked, answered, covered=covered)
        print(
            f"{count:>9,} legs: {seconds:.4f} s = {count / seconds:,.0f} legs/s; "
            f"{SAMPLE} against the verifier: {len(wrong)} differences"
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def make_site(index: int, postcode: str) -> Site:
    """A site that closes on Sundays and on the holidays of Brazil."""
    return Site(
        site=f"site-{index}",
        kind="fulfilment_centre",
        name="",
        place=Place("BR", REGIONS[index % 8], "", postcode),
        time_zone=ZONES[index % 5],
        working_days=WorkingDays.parse("Mon-Sat"),
        holiday_calendar=f"BR-{REGIONS[index % 8]}",
        order_cutoff_s=16 * 3600,
        pick_cost_per_order_micros=0,
        pick_cost_per_unit_micros=0,
    )


def make_service(index: int) -> Service:
    """A service with a stated transit of its own."""
    return Service(
        service=f"service-{index}",
        carrier="",
        name="",
        speed="standard",
        delivers_to="home",
        max_weight_g=30_000,
        max_length_mm=1_000,
        max_girth_mm=None,
        dim_divisor_cm3_per_kg=0,
        working_days=WorkingDays.parse("Mon-Fri" if index % 2 else "Mon-Sat"),
        min_days=1 + index,
        max_days=3 + 2 * index,
    )


def make_legs(random: np.random.Generator, count: int, ends: int) -> Legs:
    """Legs of orders placed at any second; a tenth is nominated, a tenth promised already."""
    ready = random.integers(FIRST_DAY * 86_400, LAST_DAY * 86_400, count)
    day = ready // 86_400
    return Legs(
        site=random.integers(0, 20, count),
        service=random.integers(0, 5, count),
        destination=random.integers(0, ends, count),
        ready_at=ready,
        shift=random.integers(0, 3, count),
        not_before=np.where(random.random(count) < 0.1, day + random.integers(0, 20, count), -1),
        promised_by=np.where(random.random(count) < 0.1, day + random.integers(0, 20, count), -1),
    )


def quality(folder: Path) -> None:
    """On-time rate and length of the promises, month by month."""
    start = process_time()
    parcels = read_parcels(folder)
    print(f"Olist: {len(parcels):,} parcels read in {process_time() - start:.1f} s; target {TARGET_PPM / 1e6:.0%}")
    print("on time and mean days: all lanes | one lane for all | open parcels dropped | week by week | at its pace")
    print("month    parcels  lanes  fit s")
    for month in MONTHS:
        print(score_month(parcels, month, TARGET_PPM), flush=True)
    for name, months in (("before", BEFORE), ("months", MONTHS)):
        for target in (TARGET_PPM, 950_000):
            print(f"{name}, target {target / PPM:.0%}: {summed(parcels, months, target)}", flush=True)


def summed(parcels: list[PastParcel], months: tuple[str, ...], target_ppm: int) -> str:
    """Week by week, without and with the pace: on time, mean days, mean distance of the months from the target."""
    told = []
    for pace in (None, PaceParams()):
        walks = [walk_weeks(parcels, month, target_ppm, pace) for month in months]
        rates = np.array([np.average(kept, weights=weight) for kept, _, weight in walks])
        kept, days, weight = np.concatenate(walks, axis=1)
        off = np.abs(rates - target_ppm / PPM).mean()
        told.append(
            f"{np.average(kept, weights=weight):.1%}, {np.average(days, weights=weight):.1f} days, {off:.1%} off"
        )
    return " | at its pace: ".join(told)


if __name__ == "__main__":
    main()
