"""How long goods are under way between sites: by the days on which sites work, public holidays left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from doorstep.domain.days import number_of
from doorstep.domain.supply import Site
from doorstep.kernels.position.problem import FloatArray
from doorstep.kernels.promise.calendars import CalendarBook, Calendars

WEEK = 7
SLACK_DAYS = 90  # beyond the longest way, for holidays


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """When goods that are asked for on a day arrive: from suppliers after so many days, or by transfer.

    A transfer takes so many weeks of the working days of the site that sends; whoever receives, does so on a working
    day of its own.
    """

    calendars: Calendars
    calendar: tuple[int, ...]  # of each site
    as_of: date
    supplier_days: int
    transfer_days: tuple[int, ...]  # working days of each site that sends

    def bought(self, site: int, start: int) -> int:
        """Day since 1970-01-01 on which suppliers' goods, ordered on day `start`, are taken in."""
        return self._open(site, start + self.supplier_days)

    def moved(self, origin: int, destination: int, start: int) -> int:
        """Day on which a transfer, asked for on day `start`, is taken in."""
        return self._open(destination, self._worked(origin, start, self.transfer_days[origin]))

    def lead_weeks(self, centre: int) -> FloatArray:
        """Weeks until each site has what it asks for, [k]: the longest of the orders of the week that begins."""
        first = number_of(self.as_of)
        asked = [day for day in range(first, first + WEEK) if self._open(centre, day) == day] or [first]
        found = [
            max((self.bought(k, day) if k == centre else self.moved(centre, k, day)) - day for day in asked)
            for k in range(len(self.calendar))
        ]
        return np.array(found) / WEEK

    def _open(self, site: int, day: int) -> int:
        """First working day of a site from `day` on."""
        return self._worked(site, day - 1, 1)

    def _worked(self, site: int, day: int, count: int) -> int:
        """Day on which a site has worked `count` days after `day`."""
        row = self.calendars.days[self.calendar[site]]
        before = int(self.calendars.count(np.array(self.calendar[site]), np.array(day)))
        return int(row[min(before + count - 1, len(row) - 1)])


def ways_of(sites: Sequence[Site], as_of: date, supplier_weeks: float, transfer_weeks: float) -> Ways:
    """Lay out the calendars of sites from `as_of` on."""
    book = CalendarBook()
    calendar = tuple(book.add(site.working_days.mask, site.holiday_calendar) for site in sites)
    first = number_of(as_of)
    supplier_days = round(supplier_weeks * WEEK)
    last = first + supplier_days + round(transfer_weeks * WEEK) + SLACK_DAYS
    worked = tuple(max(1, round(transfer_weeks * site.working_days.mask.bit_count())) for site in sites)
    return Ways(book.build(first - 1, last), calendar, as_of, supplier_days, worked)
