"""Parcels of invented carriers whose rates are known, given out unevenly: the best one has the hardest lanes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.learned import PastParcel

FIRST = date(2026, 1, 5)
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """What is true; `worse_from`: day from which the odds of the last carrier's lateness are `worse_odds` times."""

    parcels: int = 6_000
    carriers: int = 6
    lanes: int = 12
    days: int = 182
    late: float = 0.1
    carrier_sd: float = 0.4
    lane_sd: float = 0.6
    pair_sd: float = 0.15
    week_sd: float = 0.0  # of a carrier's weeks, around its rate
    skewed: float = 2.0  # how strongly good carriers are given hard lanes
    behind: float = 0.05  # handed over late
    worse_from: int | None = None
    worse_odds: float = 2.0


@dataclass(frozen=True)
class Drawn:
    parcels: list[PastParcel]
    as_of: date
    names: tuple[str, ...]
    on_time: FloatArray  # [carriers] of the common mix, had each carried all of it


def drawn(truth: Truth, seed: int) -> Drawn:
    rng = np.random.default_rng(seed)
    n, size, lanes = truth.parcels, truth.carriers, truth.lanes
    carrier_effect = rng.normal(0, truth.carrier_sd, size)
    lane_effect = rng.normal(0, truth.lane_sd, lanes)
    pair_effect = rng.normal(0, truth.pair_sd, (size, lanes))
    weekday_effect, band_effect = rng.normal(0, 0.2, 7), rng.normal(0, 0.2, 3)
    weeks = truth.days // 7 + 2
    week_effect = rng.normal(0, truth.week_sd, (size, weeks)) if truth.week_sd else np.zeros((size, weeks))
    lane = rng.integers(0, lanes, n)
    # A good carrier (low lateness) is chosen where lateness is likely.
    wish = np.exp(-truth.skewed * np.outer(lane_effect, carrier_effect))
    wish /= wish.sum(axis=1, keepdims=True)
    carrier = (rng.random(n)[:, None] > wish[lane].cumsum(axis=1)).sum(axis=1).clip(max=size - 1)
    day, band = np.sort(rng.integers(0, truth.days, n)), rng.integers(0, 3, n)
    weekday = day % 7
    base = np.log(truth.late / (1 - truth.late))
    plain = base + lane_effect[lane] + weekday_effect[weekday] + band_effect[band]
    behind = rng.random(n) < truth.behind
    eta = plain + carrier_effect[carrier] + pair_effect[carrier, lane] + week_effect[carrier, day // 7]
    if truth.worse_from is not None:
        eta = eta + np.log(truth.worse_odds) * ((carrier == size - 1) & (day >= truth.worse_from))
    eta = eta + 2.5 * behind
    late = rng.random(n) < 1 / (1 + np.exp(-eta))
    lost = late & (rng.random(n) < 0.05)
    usual = truth.week_sd * rng.standard_normal((200, 1))  # a rate of any week, not of those that happened
    shares = np.array(
        [(1 / (1 + np.exp(plain + carrier_effect[c] + pair_effect[c, lane] + usual))).mean() for c in range(size)]
    )
    names = tuple(f"carrier-{at}" for at in range(size))
    parcels = [
        _parcel(at, names[carrier[at]], int(lane[at]), int(day[at]), int(band[at]), bool(behind[at]),
                None if lost[at] else 5 if late[at] else 2)
        for at in range(n)
    ]  # fmt: skip
    return Drawn(parcels, FIRST + timedelta(days=truth.days + 5), names, shares)


def _parcel(at: int, service: str, lane: int, day: int, band: int, behind: bool, transit: int | None) -> PastParcel:
    handed = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=17)
    return PastParcel(
        parcel=f"p{at:06}",
        order=f"o{at:06}",
        service=service,
        site="depot",
        seller="",
        origin_country="DE",
        origin_postcode="10115",
        destination_country="DE",
        destination_region=f"R{lane:02}",
        destination_postcode="",
        weight_g=(300, 1_500, 8_000)[band],
        placed_at=handed - timedelta(days=2 if behind else 1),
        status="delivered" if transit else "lost",
        handed_over_at=handed,
        delivered_at=handed + timedelta(days=transit) if transit else None,
        promised_by=handed.date() + timedelta(days=3),
        ready_by=handed.date() - timedelta(days=1 if behind else 0),
        freight_paid_micros=4_000_000 + 500_000 * band,
    )
