"""The inner loop of telling options: one pass over legs, and for each over the days that its parcel may arrive on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from doorstep.domain.units import PPM
from doorstep.kernels.compiled import compiled
from doorstep.kernels.promise.calendars import EPOCH_WEEKDAY, IntArray
from doorstep.kernels.promise.compiled import EVER, LegRows, Network, instant, works
from doorstep.kernels.promise.compiled_handling import chance, handled

if TYPE_CHECKING:
    from numpy import int32, int64
    from numpy.typing import NDArray


class Asked(NamedTuple):
    """What is to be told."""

    quantiles_ppm: IntArray
    late_cost_micros: int
    value_per_day_micros: int


class Told(NamedTuple):
    """Output: no promise as it comes in, then one row per leg."""

    quantile_day: NDArray[int64]
    arrived_ppm: NDArray[int32]
    value_day: NDArray[int64]
    value_ppm: NDArray[int64]
    countdown_s: NDArray[int64]


@compiled
def last_call(network: Network, pair: int, day: int) -> int:
    """Return the instant of the last collection of a day."""
    bit = 1 << ((day + EPOCH_WEEKDAY) % 7)
    last = EVER
    for cell in range(network.call_wall.shape[1]):
        if network.call_weekdays[pair, cell] & bit:
            last = max(last, instant(network, network.call_wall[pair, cell], day))
    return last


@compiled
def tell_legs(
    first: int, last: int, legs: LegRows, network: Network, ship_days: IntArray, asked: Asked, told: Told
) -> None:
    """Tell of legs `first` to `last` (exclusive) that leave on a day."""
    calendars = network.calendars
    for n in range(first, last):
        ship_day = int(ship_days[n])
        if ship_day < 0:
            continue
        site, service = legs.site[n], legs.service[n]
        pair = network.pair[site, service]
        area = network.destination_area[legs.destination[n]]
        curve = network.curve_of[network.site_area[site], service, area]
        delivery = network.delivery_calendar[service, area]
        held = handled(network, site, pair, legs.ready_at[n], ship_day)
        if held.late == 0:
            cutoff = instant(network, network.site_cutoff[site], ship_day)
            told.countdown_s[n] = min(cutoff, last_call(network, pair, ship_day)) - legs.ready_at[n]
        arrived, best = 0, EVER
        for i in range(told.arrived_ppm.shape[1]):
            day = ship_day + i
            if day > calendars.last_day:
                break
            if works(calendars, delivery, day):
                arrived = chance(network, held, delivery, curve, ship_day, day)
            told.arrived_ppm[n, i] = arrived
            if day < legs.not_before[n] or arrived == 0:
                continue
            for q in range(len(asked.quantiles_ppm)):
                if told.quantile_day[n, q] < 0 and arrived >= asked.quantiles_ppm[q]:
                    told.quantile_day[n, q] = day
            value = -asked.value_per_day_micros * i * PPM - asked.late_cost_micros * (PPM - arrived)
            if value > best:
                best = value
                told.value_day[n], told.value_ppm[n] = day, arrived
