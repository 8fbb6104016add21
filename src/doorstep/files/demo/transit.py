"""How long the invented carriers really take, day by day: what the history shows and the price list does not say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays
import numpy as np

from doorstep.domain.clock import WorkingDays
from doorstep.files.demo.geography import City
from doorstep.files.demo.tabular import DAY
from doorstep.files.demo.tariff import DemoService

# Working days on top of the least that is stated, by zone.
_EXTRA_DAYS = {"R": 0, "D": 0, "N": 1, "E": 2, "0": 0, "1": 0, "2": 1, "3": 2, "4": 6}
_EXPRESS_EXTRA = {"0": 0, "1": 0, "2": 0, "3": 1}
DELAY_MEDIAN_DAYS, DELAY_SIGMA = 0.40, 0.80  # lognormal; whole days of it count
LONGEST_DELAY_DAYS = 12  # later than that, it is traced and found, or lost
FRIDAY_FACTOR, MONDAY_FACTOR = 1.35, 1.15  # depots are full at the week's ends
# The lanes that go wrong: service, country, regions (none: all), and by how much longer the delays are.
BAD_LANES: tuple[tuple[str, str, tuple[str, ...], float], ...] = (
    ("azur-standard", "IT", ("Campania", "Puglia", "Calabria", "Sicilia", "Sardegna"), 2.6),
    ("meridian-economy", "PL", (), 2.8),
    ("linden-standard", "DE", ("Berlin",), 1.9),
    ("meridian-standard", "ES", (), 1.6),
)
GOOD_LANES = {("linden-standard", "NL"): 0.6, ("meridian-express", "DE"): 0.7, ("azur-standard", "FR"): 0.75}


@cache
def closed_days(calendar: str) -> frozenset[date]:
    """Public holidays of the year of a country, or of a subdivision such as `DE-SN`."""
    country, _, subdivision = calendar.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=DAY.year))


@cache
def working_days(text: str) -> WorkingDays:
    return WorkingDays.parse(text)


@dataclass(frozen=True, slots=True)
class Workdays:
    days: WorkingDays
    calendar: str

    def first(self, day: date) -> date:
        """The first working day from `day` on."""
        while day.weekday() not in self.days or day in closed_days(self.calendar):
            day += timedelta(days=1)
        return day

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`."""
        for _ in range(count):
            day = self.first(day + timedelta(days=1))
        return day


def delay_factor(service: str, city: City, handed_over: date) -> float:
    factor = GOOD_LANES.get((service, city.country), 1.0)
    for name, country, regions, worse in BAD_LANES:
        if (name, country) == (service, city.country) and (not regions or city.region in regions):
            factor = worse
    if city.remote:
        factor *= 1.4
    weekday = handed_over.weekday()
    return factor * (FRIDAY_FACTOR if weekday == 4 else MONDAY_FACTOR if weekday == 0 else 1.0)


def transit_days(service: DemoService, zone: str, city: City, handed_over: date, rng: np.random.Generator) -> int:
    """Working days from hand-over to delivery."""
    extra = _EXPRESS_EXTRA if service.speed == "express" else _EXTRA_DAYS
    median = DELAY_MEDIAN_DAYS * delay_factor(service.service, city, handed_over)
    delay = min(LONGEST_DELAY_DAYS, int(median * np.exp(rng.normal(0.0, DELAY_SIGMA))))
    return service.min_days + extra[zone] + delay
