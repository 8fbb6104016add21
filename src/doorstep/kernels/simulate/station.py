"""A queue at a site's pack station: parcels wait for one another, and what is done too late leaves with the next call.

One server, first come first served: the recursion of Lindley (1952, The theory of queues with a single server), summed
up so that no loop is needed. With Poisson arrivals it is the M/G/1 queue, whose mean wait Pollaczek and Khinchine give.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.units import PPM
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.simulate.days import DAY_S, EPOCH_ORDINAL

MS = 1_000


@dataclass(frozen=True, slots=True)
class Station:
    """Where every parcel of a site is picked and packed, one after the other, between two hours of every day.

    A parcel takes `mean_ms` on average; never less than the part of it that does not vary: `cv_ppm` is the coefficient
    of variation, 0 to 1, of a constant and an exponential time together.
    """

    site: str
    mean_ms: int
    cv_ppm: int = PPM
    opens_s: int = 0
    closes_s: int = DAY_S


def station_faults(stations: tuple[Station, ...]) -> list[str]:
    """Say what cannot be."""
    found = []
    names = [one.site for one in stations]
    if len(set(names)) < len(names):
        found.append("a station stands twice")
    for one in stations:
        if not 0 < one.mean_ms <= DAY_S * MS or not 0 <= one.cv_ppm <= PPM:
            found.append(f"the times of the station at {one.site}")
        if not 0 <= one.opens_s < one.closes_s <= DAY_S:
            found.append(f"the hours of the station at {one.site}")
    return found


def service_ms(station: Station, draw_ppm: IntArray) -> IntArray:
    """Turn draws of 0 to 999,999 into times, by inverse transform; [n], at least a millisecond."""
    spread = station.mean_ms * station.cv_ppm / PPM
    # The middle of the millionth that was drawn, so that no draw is without end.
    waits = -np.log1p(-(draw_ppm + 0.5) / PPM)
    return np.maximum(1, np.rint(station.mean_ms - spread + spread * waits)).astype(np.int64)


def done_ms(arrival_ms: IntArray, service: IntArray) -> IntArray:
    """Give the instants at which a single server has done each, first come first served.

    Parameters
    ----------
    arrival_ms
        [n] in order.
    service
        [n] milliseconds each takes.
    """
    total = np.cumsum(service)
    found: NDArray[np.int64] = total + np.maximum.accumulate(arrival_ms - (total - service))
    return found


def mean_wait_ms(arrivals_per_ms: float, mean: float, mean_square: float) -> float:
    """Mean wait before service in an M/G/1 queue: lambda E[S^2] / (2 (1 - rho)), by Pollaczek and Khinchine.

    Infinite where the load reaches one.
    """
    load = arrivals_per_ms * mean
    return float("inf") if load >= 1 else arrivals_per_ms * mean_square / (2 * (1 - load))


def packed_at(station: Station, time_zone: str, ready_at: IntArray, draw_ppm: IntArray) -> tuple[IntArray, IntArray]:
    """Give the local day, since 1970-01-01, and the second of it at which each parcel is packed.

    Parameters
    ----------
    station, time_zone
        Of the site.
    ready_at
        [n] epoch seconds at which each can be begun, in order.
    draw_ppm
        [n] the draw of its time.
    """
    open_ms = (station.closes_s - station.opens_s) * MS
    zone, instants = ZoneInfo(time_zone), np.unique(ready_at)
    worked = np.array([_worked_ms(station, zone, at, open_ms) for at in instants.tolist()], np.int64)
    arrival = worked[np.searchsorted(instants, ready_at)] if len(instants) else np.zeros(0, np.int64)
    done = done_ms(arrival, service_ms(station, draw_ppm))
    day, rest = np.divmod(done - 1, open_ms)  # what is done as it closes is done that day
    return day, station.opens_s + (rest + MS) // MS


def _worked_ms(station: Station, zone: ZoneInfo, at: int, open_ms: int) -> int:
    """Opening hours from 1970-01-01 to an instant, by the local clock."""
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    second = local.hour * 3600 + local.minute * 60 + local.second
    within = min(max(second - station.opens_s, 0), station.closes_s - station.opens_s)
    return (local.toordinal() - EPOCH_ORDINAL) * open_ms + within * MS
