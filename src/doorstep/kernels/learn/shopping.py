"""How customers come back: how often they buy, in which cohorts, and whether a kept promise brings them again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.choice_problem import IntArray
from doorstep.kernels.learn.rates import Estimate, share

AGAIN_DAYS = 90
MOST_TIMES = 5  # orders of a customer told one by one; from here on: that many or more


@dataclass(frozen=True, slots=True, eq=False)
class Purchases:
    """n orders: [n] customer, from 0; day of placing since 1970-01-01; month of placing since 1970-01."""

    customer: IntArray
    day: IntArray
    month: IntArray

    def __post_init__(self) -> None:
        if not len(self.customer) == len(self.day) == len(self.month):
            raise InvalidProblem("purchases: columns of unequal lengths")
        if len(self.customer) and self.customer.min() < 0:
            raise InvalidProblem("customer < 0 not understood")

    @property
    def customers(self) -> int:
        """How many there are."""
        return len(np.unique(self.customer))


@dataclass(frozen=True, slots=True)
class Frequency:
    """Customers by how often they bought: `times[k]` of k + 1 times, the last of that often or more."""

    customers: int
    orders: int
    times: tuple[int, ...]
    median_days_between: float | None  # of orders of one customer that follow one another; None: too few came twice


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers who first bought in a month: share that bought again in each month after it."""

    month: int
    customers: int
    again: tuple[int, ...]  # customers, month by month, as far as whole months are known


def frequency(purchases: Purchases, least_people: int = 1) -> Frequency:
    """Count how often customers buy, and how long they take where so many came twice."""
    if not len(purchases.customer):
        return Frequency(0, 0, (0,) * MOST_TIMES, None)
    order = np.lexsort((purchases.day, purchases.customer))
    customer, day = purchases.customer[order], purchases.day[order]
    _, times = np.unique(customer, return_counts=True)
    same = np.diff(customer) == 0
    between = np.diff(day)[same]
    counts = np.bincount(np.minimum(times, MOST_TIMES), minlength=MOST_TIMES + 1)[1:]
    middle = float(np.median(between)) if (times > 1).sum() >= max(1, least_people) else None
    return Frequency(len(times), len(customer), tuple(int(one) for one in counts), middle)


def cohorts(purchases: Purchases, until_month: int) -> tuple[Cohort, ...]:
    """Follow customers by the month of their first order; `until_month` is the first that is not over yet."""
    if not len(purchases.customer):
        return ()
    place = np.unique(purchases.customer, return_inverse=True)[1]
    first = np.full(int(place.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, place, purchases.month)
    since = purchases.month - first[place]
    seen = np.unique(np.column_stack([place, since]), axis=0)
    found = []
    for month in np.unique(first[first < until_month]):
        own = first == month
        months = until_month - int(month) - 1
        inside = own[seen[:, 0]] & (seen[:, 1] > 0) & (seen[:, 1] <= months)
        again = np.bincount(seen[inside, 1], minlength=months + 1)[1 : months + 1]
        found.append(Cohort(int(month), int(own.sum()), tuple(int(one) for one in again)))
    return tuple(found)


def bought_again(purchases: Purchases, marked: IntArray, from_day: IntArray, known_day: int) -> dict[int, Estimate]:
    """Share of orders whose customer ordered again within 90 days, for each mark.

    Parameters
    ----------
    purchases
        All orders.
    marked
        [n] mark of each order, -1: not of interest.
    from_day
        [n] day from which the 90 days count (as when the parcel came).
    known_day
        First day that is not known. Orders whose 90 days are not over by then are left out, whatever happened already,
        so that the young do not count as lost.

    An interval takes customers as independent: of each customer and mark the first order alone counts.
    """
    order = np.lexsort((purchases.day, purchases.customer))
    customer, day = purchases.customer[order], purchases.day[order]
    mark, since = marked[order], from_day[order]
    whole = (mark >= 0) & (since + AGAIN_DAYS < known_day)
    key = customer * (int(mark.max(initial=0)) + 2) + mark + 1
    hits: dict[int, list[int]] = {}
    counted: set[int] = set()
    ends = np.searchsorted(customer, customer, side="right")
    for row in np.flatnonzero(whole):
        if int(key[row]) in counted:
            continue
        counted.add(int(key[row]))
        later = day[row + 1 : ends[row]]
        came = bool(np.any((later > since[row]) & (later <= since[row] + AGAIN_DAYS)))
        hits.setdefault(int(mark[row]), []).append(came)
    return {one: share(sum(came), len(came)) for one, came in sorted(hits.items())}
