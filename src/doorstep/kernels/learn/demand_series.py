"""Weekly series made of sales: which goods have series of their own, and how a category divides among the others.

References
----------
I. J. Good, "The population frequencies of species and the estimation of population parameters", Biometrika 40 (1953):
the share of what has never been seen is about that of what was seen once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.demand_problem import DAYS, DemandProblem, IntArray, Kind, Part, SeriesKey

UNKNOWN = "unknown"  # category of goods that the catalogue does not know, or knows without one


@dataclass(frozen=True, slots=True)
class Sale:
    """A line of an order: `day` since 1970-01-01 as it is written in the order; `region` such as BR-SP."""

    day: int
    sku: str
    region: str
    units: int


@dataclass(frozen=True, slots=True)
class SeriesParams:
    """Which series there are.

    Attributes
    ----------
    own_units, own_weeks
        A sku sold at least so many units in so many last weeks has series of its own.
    most_series
        Would there be more, regions are told apart by country only.
    """

    own_units: int = 26
    own_weeks: int = 26
    most_series: int = 20_000

    def __post_init__(self) -> None:
        if self.own_units < 1 or self.own_weeks < 1 or self.most_series < 1:
            raise InvalidProblem("own_units, own_weeks or most_series < 1 not understood")


def series_of(
    sales: Iterable[Sale],
    category_of: Mapping[str, str],
    as_of: int,
    horizon: int,
    params: SeriesParams | None = None,
) -> DemandProblem:
    """Count sales by goods, region and week; the weeks end the day before `as_of`, a begun first week is left out.

    Parameters
    ----------
    sales
        In any order; those of `as_of` or later are not looked at.
    category_of
        Category of every sku of the catalogue; also skus never sold get a part of it.
    as_of
        Day since 1970-01-01.
    horizon
        Weeks that will be asked for.
    params
        Defaults when None.

    Returns
    -------
    DemandProblem
        A series for each pair of goods with a region anything was ever sold to; without `days_off`.
    """
    params = params or SeriesParams()
    past = [one for one in sales if one.day < as_of]
    first = min((one.day for one in past), default=as_of)
    weeks = (as_of - first) // DAYS
    start = as_of - DAYS * weeks
    past = [one for one in past if one.day >= start]
    own = _own(past, as_of - DAYS * params.own_weeks, params.own_units)
    goods = {sku: _goods(sku, own, category_of) for sku in {one.sku for one in past} | category_of.keys()}
    regions = sorted({one.region for one in past})
    coarse = len(set(goods.values())) * len(regions) > params.most_series
    if coarse:
        regions = sorted({one[:2] for one in regions})
    keys = tuple(sorted(SeriesKey(kind, name, region) for kind, name in set(goods.values()) for region in regions))
    place = {key: at for at, key in enumerate(keys)}
    units = np.zeros((len(keys), weeks), dtype=np.int64)
    for one in past:
        key = SeriesKey(*goods[one.sku], one.region[:2] if coarse else one.region)
        units[place[key], (one.day - start) // DAYS] += one.units
    return DemandProblem(keys, units, _since(keys, units), start, horizon, parts=_parts(past, category_of, own))


def _own(past: Sequence[Sale], since: int, least: int) -> set[str]:
    sold: Counter[str] = Counter()
    for one in past:
        if one.day >= since:
            sold[one.sku] += one.units
    return {sku for sku, units in sold.items() if units >= least}


def _goods(sku: str, own: set[str], category_of: Mapping[str, str]) -> tuple[Kind, str]:
    return ("sku", sku) if sku in own else ("category", category_of.get(sku) or UNKNOWN)


def _since(keys: Sequence[SeriesKey], units: IntArray) -> IntArray:
    """The life of goods begins with their first sale anywhere."""
    weeks = int(units.shape[1])
    begun: dict[tuple[str, str], int] = {}
    for row, key in enumerate(keys):
        met = np.flatnonzero(units[row])
        first = int(met[0]) if len(met) else weeks
        begun[key.kind, key.name] = min(begun.get((key.kind, key.name), weeks), first)
    return np.array([begun[key.kind, key.name] for key in keys], dtype=np.int64)


def _parts(past: Sequence[Sale], category_of: Mapping[str, str], own: set[str]) -> tuple[Part, ...]:
    """Divide each category among its skus without series, those never sold among them (Good, 1953)."""
    sold: Counter[str] = Counter()
    for one in past:
        sold[one.sku] += one.units
    members: defaultdict[str, set[str]] = defaultdict(set)
    for sku in category_of.keys() | sold.keys():
        if sku not in own:
            members[category_of.get(sku) or UNKNOWN].add(sku)
    parts: list[Part] = []
    for category in sorted(members):
        skus = sorted(members[category])
        counts = [sold[sku] for sku in skus]
        total, once, unseen = sum(counts), counts.count(1), counts.count(0)
        new = (once or 1) / (total + (not once)) if unseen and total else float(not total)
        for sku in skus:
            share = (1 - new) * sold[sku] / total if sold[sku] else new / unseen
            parts.append(Part(sku, category, share))
    return tuple(parts)
