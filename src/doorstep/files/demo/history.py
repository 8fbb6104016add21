"""Eight weeks of past parcels, so that there is something to learn from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.clock import parse_time_of_day
from doorstep.domain.place import distance_m
from doorstep.files.demo.assortment import CATEGORIES
from doorstep.files.demo.geography import Addresses, City, addresses, cities, nearest_sites
from doorstep.files.demo.network import COLLECTIONS, SITES, calling
from doorstep.files.demo.tabular import DAY, Row, euros, instant
from doorstep.files.demo.tariff import SERVICES, DemoService
from doorstep.files.demo.transit import Workdays, transit_days, working_days
from doorstep.files.demo.wishes import HOURLY
from doorstep.files.demo.zones import zone_of

HISTORY_COLUMNS = (
    "parcel", "order", "service", "site", "origin_country", "origin_postcode", "origin_latitude", "origin_longitude",
    "destination_country", "destination_region", "destination_postcode", "destination_latitude",
    "destination_longitude", "distance_m", "category", "weight_g", "placed_at", "approved_at", "handed_over_at",
    "delivered_at", "promised_by", "status", "freight_paid", "review_score",
)  # fmt: skip
HISTORY_DAYS = 56
FEWEST_PARCELS, PARCELS_PER_ORDER = 6400, 0.1
NEAREST_SHARE, STORE_SHARE = 0.75, 0.02
SERVICE_SHARES = {
    "meridian-economy": 0.16, "meridian-standard": 0.26, "meridian-express": 0.10, "meridian-point": 0.06,
    "linden-standard": 0.50, "azur-standard": 0.45, "azur-point": 0.06, "titan-freight": 0.05,
}  # fmt: skip
# Share of the reviews with at most one, two, three and four stars.
SCORES_IN_TIME, SCORES_LATE = (0.02, 0.04, 0.10, 0.35), (0.25, 0.45, 0.70, 0.90)
CANCELLED_SHARE, LOST_SHARE, PICKED_LATE_SHARE, REVIEWED_SHARE = 0.006, 0.004, 0.05, 0.3
FUEL_PERCENT = 11  # about what fuel adds to the ladder
PICKING_S = 3600  # from placing to ready for the carrier, at the least
APPROVAL_S = 240
WEEKDAY_SHARES = (1.15, 1.05, 1.0, 1.0, 0.9, 0.8, 1.1)


@dataclass(frozen=True, slots=True)
class _Sent:
    placed: date
    second: int
    handed_over: date
    collected_at: int
    delivered: date
    delivered_at: int
    promised: date


def history_rows(orders: int, rng: np.random.Generator) -> list[Row]:
    count = FEWEST_PARCELS + round(PARCELS_PER_ORDER * orders)
    homes = addresses(count, rng)
    site = _sites(homes.city, rng)
    days, seconds = _placed(count, rng)
    options = _Options()
    rows: list[Row] = []
    for index in range(count):
        city = cities()[int(homes.city[index])]
        service, zone = options.draw(int(site[index]), int(homes.city[index]), rng)
        placed = DAY - timedelta(days=HISTORY_DAYS - int(days[index]))
        sent = _journey(int(site[index]), service, zone, city, (placed, int(seconds[index])), rng)
        rows.append(_row(index, int(site[index]), (service, zone), homes, sent, rng))
    return rows


def _sites(city: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    centres = [s for s, site in enumerate(SITES) if site.kind == "fulfilment_centre"]
    draw = rng.random(len(city))
    site = np.where(draw < NEAREST_SHARE, nearest_sites()[city], rng.choice(centres, len(city)))
    italian = np.array([c.country == "IT" for c in cities()])[city]
    return np.where(italian & (draw > 1 - 10 * STORE_SHARE), len(SITES) - 1, site)


def _placed(count: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Day and second, in order of time; busier towards the autumn and at the week's beginning."""
    first = (DAY - timedelta(days=HISTORY_DAYS)).weekday()
    day = np.arange(HISTORY_DAYS)
    share = (1.0 + 0.3 * day / HISTORY_DAYS) * np.array(WEEKDAY_SHARES)[(first + day) % 7]
    drawn = rng.choice(day, count, p=share / share.sum())
    second = rng.choice(24, count, p=np.array(HOURLY) / sum(HOURLY)) * 3600 + rng.integers(0, 3600, count)
    order = np.lexsort((second, drawn))
    return drawn[order], second[order]


class _Options:
    """Which services go from a site to a city, with their zones and shares, found once per pair."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int], tuple[list[tuple[DemoService, str]], list[float]]] = {}

    def draw(self, site: int, city: int, rng: np.random.Generator) -> tuple[DemoService, str]:
        options, edges = self._found.get((site, city)) or self._find(site, city)
        return options[int(np.searchsorted(edges, rng.random(), side="right"))]

    def _find(self, site: int, city: int) -> tuple[list[tuple[DemoService, str]], list[float]]:
        origin, to = SITES[site], cities()[city]
        prefix = str(to.postcode_from).zfill(to.postcode_digits)
        options = []
        for service in SERVICES:
            if service.service in calling(origin.site):
                lane = (origin.country, origin.postcode), (to.country, prefix)
                zone = zone_of(service.service, *lane)
                if zone is not None:
                    options.append((service, zone))
        share = np.cumsum([SERVICE_SHARES[service.service] for service, _ in options])
        self._found[site, city] = options, (share[:-1] / share[-1]).tolist()
        return self._found[site, city]


def _journey(
    site: int, service: DemoService, zone: str, city: City, placed: tuple[date, int], rng: np.random.Generator
) -> _Sent:
    at = SITES[site]
    floor = Workdays(working_days(at.working_days), at.holiday_calendar)
    day, second = placed
    in_time = second < parse_time_of_day(at.cutoff)
    ready = floor.first(day if in_time else day + timedelta(days=1))
    if rng.random() < PICKED_LATE_SHARE:
        ready = floor.after(ready, 1)
    time, days = next((t, d) for s, name, t, d, _ in COLLECTIONS if (s, name) == (at.site, service.service))
    calls = Workdays(working_days(days), at.holiday_calendar)
    handed_over = calls.first(ready)
    if handed_over == day and second + PICKING_S > parse_time_of_day(time):
        handed_over = calls.after(handed_over, 1)  # the lorry had left
    on_the_road = Workdays(working_days(service.working_days), city.country)
    delivered = on_the_road.after(handed_over, transit_days(service, zone, city, handed_over, rng))
    promised = on_the_road.after(handed_over, service.max_days)
    collected_at = parse_time_of_day(time) + int(rng.integers(0, 1500))
    return _Sent(day, second, handed_over, collected_at, delivered, int(rng.integers(8 * 3600, 19 * 3600)), promised)


def _row(
    index: int, site: int, how: tuple[DemoService, str], homes: Addresses, sent: _Sent, rng: np.random.Generator
) -> Row:
    service, zone = how
    city, at = cities()[int(homes.city[index])], SITES[site]
    freight = service.delivers_to == "home" and service.speed == "economy" and service.max_weight_g > 31500
    weight_g = int(np.clip(np.exp(rng.normal(9.8 if freight else 7.4, 0.8)), 150, 90000 if freight else 19000))
    up_to = next((b for b in service.breaks_g if weight_g <= b), service.breaks_g[-1])
    price = round(service.price_cents(zone, up_to) * (100 + FUEL_PERCENT) / 100)
    status, handed_over, delivered = _status(sent, rng)
    score = _score(sent, rng) if delivered and rng.random() < REVIEWED_SHARE else ""
    to_lat, to_lon = float(homes.latitude[index]), float(homes.longitude[index])
    kind = "furniture" if freight else CATEGORIES[int(rng.integers(0, len(CATEGORIES) - 1))].category
    return (
        f"P-{index + 1:06d}", f"HH-OLD-{index + 1:06d}", service.service, at.site, at.country, at.postcode, at.latitude,
        at.longitude, city.country, city.region, homes.postcode[index], f"{to_lat:.5f}", f"{to_lon:.5f}",
        distance_m(at.latitude, at.longitude, round(to_lat, 5), round(to_lon, 5)), kind, weight_g,
        instant(sent.placed, sent.second), instant(sent.placed, min(sent.second + APPROVAL_S, 86399)), handed_over,
        delivered, sent.promised.isoformat(), status, euros(price), score,
    )  # fmt: skip


def _status(sent: _Sent, rng: np.random.Generator) -> tuple[str, str, str]:
    """Status, hand-over and delivery as they were known at the end of the day before the orders' day."""
    draw = rng.random()
    if draw < CANCELLED_SHARE:
        return "cancelled", "", ""
    if sent.handed_over >= DAY:
        return "processing", "", ""
    handed_over = instant(sent.handed_over, sent.collected_at)
    if sent.delivered >= DAY or draw < CANCELLED_SHARE + LOST_SHARE:
        return "shipped", handed_over, ""
    return "delivered", handed_over, instant(sent.delivered, sent.delivered_at)


def _score(sent: _Sent, rng: np.random.Generator) -> int:
    late = (sent.delivered - sent.promised).days
    return 1 + bisect_right(SCORES_IN_TIME if late <= 0 else SCORES_LATE, rng.random())
