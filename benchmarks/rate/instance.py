"""The tariff and the parcels that every program rates: all figures are invented.

8 zones by three-digit prefixes, 70 weight steps, two divisors by size, and all kinds of surcharges: residential, remote
by zone and by list, additional handling of which only the dearest counts, signature, insurance, a discount, a minimum,
and fuel by the week; two validity periods; 20 origins, 100,000 destinations.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from doorstep.domain.carriage import AreaRule, DivisorRule, RateBreak, Service, Speed, Surcharge, Tariff, ZoneRule
from doorstep.domain.clock import WorkingDays
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.kernels.rate import Parcels

SEED = 20260301
ZONES, STEPS, ORIGINS, DESTINATIONS = 8, 70, 20, 100_000
PREFIX = 3
CHANGE = date(2026, 4, 1)
EUR = Currency("EUR")


def places(random: np.random.Generator) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Return where parcels leave and where they go."""
    origins = tuple(Place("NL", "", "", f"{10 + n}00") for n in range(ORIGINS))
    return origins, tuple(Place("NL", "", "", f"{n:05}") for n in random.permutation(DESTINATIONS))


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
