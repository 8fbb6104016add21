"""Small generated histories of parcels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from doorstep.domain.learned import PastParcel
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL

FIRST = date(2025, 1, 1)
FIRST_DAY = FIRST.toordinal() - EPOCH_ORDINAL


def noon(day: int) -> datetime:
    """Noon of a day since 2025-01-01."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, 12, tzinfo=UTC) + timedelta(days=day)


def parcel(name: str, placed: int, took: int | None, **changes: object) -> PastParcel:
    """Placed on a day since 2025-01-01, handed over a day later at most, delivered after `took` days or never."""
    plain = PastParcel(
        parcel=name,
        order=name,
        service="post",
        site="berlin",
        seller="",
        origin_country="DE",
        origin_postcode="10115",
        destination_country="DE",
        destination_region="BY",
        destination_postcode="80331",
        weight_g=500,
        placed_at=noon(placed),
        status="shipped" if took is None else "delivered",
        handed_over_at=noon(placed + (0 if took == 0 else 1)),
        delivered_at=None if took is None else noon(placed + took),
        promised_by=noon(placed + 9).date(),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def drawn(seed: int, days: int, a_day: int, lost: float = 0.03, slower_from: int = 10**6) -> list[PastParcel]:
    """Parcels of two services to three regions; those placed from `slower_from` on take twice as long."""
    chance = np.random.default_rng(seed)
    found = []
    for number in range(days * a_day):
        placed = number // a_day
        region = int(chance.integers(3))
        took = 1 + int(chance.geometric((0.5, 0.35, 0.2)[region])) * (2 if placed >= slower_from else 1)
        found.append(
            parcel(
                f"p{number:06d}",
                placed,
                None if chance.random() < lost else took,
                service=("post", "express")[int(chance.integers(2))],
                destination_region=("BY", "BE", "HH")[region],
                destination_postcode=("80331", "10115", "20095")[region],
                distance_m=(504_000, 5_000, 255_000)[region],
                weight_g=int(chance.integers(100, 5_000)),
                category=("tea", "cups")[int(chance.integers(2))],
            )
        )
    return found


def altered_after(parcels: Iterable[PastParcel], day: int) -> list[PastParcel]:
    """The same history up to the end of the day before `day`; what comes later is another world.

    What is known of parcels at their placing stays for those placed on `day`, whose answers are compared.
    """
    found = []
    for one in parcels:
        placed = (one.placed_at - noon(0)).days
        if placed > day:
            found.append(
                replace(
                    one,
                    service="slow",
                    destination_region="SN",
                    destination_postcode="01067",
                    category="anvils",
                    handed_over_at=one.placed_at,
                    delivered_at=one.placed_at + timedelta(days=60),
                    status="delivered",
                )
            )
            continue
        handed, delivered = one.handed_over_at, one.delivered_at
        if delivered is None or delivered >= noon(day) - timedelta(hours=12):
            delivered = None if delivered is not None else noon(day + 40)
            handed = handed if handed and handed < noon(day) else one.placed_at
            one = replace(one, handed_over_at=handed, delivered_at=delivered, status="shipped")
        found.append(one)
    return found
