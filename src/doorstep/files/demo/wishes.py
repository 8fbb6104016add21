"""When orders come in, from whom, and what they ask of the delivery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.files.demo.baskets import Lines
from doorstep.files.demo.catalogue import Catalogue
from doorstep.files.demo.geography import cities

# Orders by hour of the day: little at night, a bump at lunch, most in the evening. Invented.
HOURLY = (6, 3, 2, 1, 1, 2, 6, 14, 26, 36, 42, 46, 52, 48, 42, 42, 44, 48, 52, 62, 74, 70, 46, 20)
PICKUP_LITRES = 28.0  # more is not carried home from the shop at the corner
REPEAT_SHARE = 0.06  # of the orders come from a customer who has ordered already that day
EXPRESS_SHARE, STANDARD_SHARE, PICKUP_SHARE, SATURDAY_SHARE = 0.08, 0.18, 0.06, 0.02
SIGNED_SHARE, LATER_SHARE, SAFE_SHARE = 0.03, 0.015, 0.09


@dataclass(frozen=True, slots=True)
class Wishes:
    """One entry per order. `easy`: every piece goes with any parcel service, to the mainland."""

    easy: NDArray[np.bool_]
    speed: tuple[str, ...]
    signed: NDArray[np.bool_]
    saturday: NDArray[np.bool_]
    pickup: NDArray[np.bool_]
    safe: NDArray[np.bool_]
    days_later: NDArray[np.int64]  # 0: as soon as possible


def customers_of(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Number the customers by their first order; a few orders repeat an earlier customer."""
    fresh = rng.random(count) >= REPEAT_SHARE
    fresh[:1] = True
    number = np.cumsum(fresh) - 1
    return np.where(fresh, number, (rng.random(count) * (number + 1)).astype(np.int64))


def placing_seconds(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Local seconds after midnight, in order."""
    share = np.array(HOURLY) / sum(HOURLY)
    hour = rng.choice(len(HOURLY), count, p=share)
    return np.sort(hour * 3600 + rng.integers(0, 3600, count))


def wishes(lines: Lines, city: NDArray[np.int64], catalogue: Catalogue, rng: np.random.Generator) -> Wishes:
    count = len(city)
    hard = ~np.array([p.easy for p in catalogue.products])[lines.product]
    easy = np.bincount(lines.basket[hard], minlength=count) == 0
    easy &= ~np.array([c.remote for c in cities()])[city]
    litres = np.array([p.litres for p in catalogue.products])[lines.product] * lines.quantity
    handy = np.bincount(lines.basket, litres, count) <= PICKUP_LITRES
    draw = rng.random((7, count))
    express = _some(easy, EXPRESS_SHARE, draw[0])
    standard = _some(easy & ~express, STANDARD_SHARE, draw[6])
    pickup = _some(easy & ~express & handy, PICKUP_SHARE, draw[1])
    home = easy & ~pickup
    speed = tuple("express" if e else "standard" if s else "" for e, s in zip(express, standard, strict=True))
    later = (draw[4] < LATER_SHARE) & ~express
    return Wishes(
        easy,
        speed,
        _some(home, SIGNED_SHARE, draw[2]),
        _some(home & ~later, SATURDAY_SHARE, draw[3]),
        pickup,
        _some(home, SAFE_SHARE, draw[5]),
        np.where(later, rng.integers(4, 21, count), 0),
    )


def _some(of: NDArray[np.bool_], share: float, draw: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Pick so many of `of` that they are `share` of all, or all of them where there are too few."""
    return of & (draw * np.count_nonzero(of) < share * len(of))
