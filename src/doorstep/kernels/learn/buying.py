"""Where customers live, what and how often they buy, and what promises have to do with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.domain.customer import OptionShown, QuotesDecided
from doorstep.domain.demand import Order
from doorstep.kernels.learn.affinity import Pair, affinity
from doorstep.kernels.learn.customers_problem import EPOCH, CustomersParams, CustomersProblem
from doorstep.kernels.learn.privacy import told_apart, told_within
from doorstep.kernels.learn.rates import Estimate, mean, of_enough, share, share_difference
from doorstep.kernels.learn.shopping import Cohort, Frequency, Purchases, bought_again, cohorts, frequency
from doorstep.kernels.learn.voice import OTHERS, order_values, standings

SPANS = ((0, 1), (2, 3), (4, 7), (8, 14), (15, 28), (29, None))  # days promised, first and last
KEPT, BROKEN = 1, 0


@dataclass(frozen=True, slots=True)
class Place:
    """Customers of a country, or of a region of one; those of small ones are told together."""

    name: str
    customers: int
    orders: int
    of_customers: Estimate
    value_micros: int


@dataclass(frozen=True, slots=True)
class Favourite:
    """A product by how many customers bought it."""

    sku: str
    customers: int
    orders: int
    units: int
    value_micros: int
    again: Estimate  # share of its customers who bought it in more than one order


@dataclass(frozen=True, slots=True)
class Promised:
    """Orders that were promised within a span of days: their value, and how many bought again within 90 days."""

    first: int
    last: int | None
    orders: int
    customers: int
    value: Estimate  # of an order's goods, micros
    again: Estimate


@dataclass(frozen=True, slots=True)
class Converted:
    """Quotes whose fastest option was promised within a span of days, and the share that took any."""

    first: int
    last: int | None
    quotes: int
    taken: Estimate


@dataclass(frozen=True, slots=True)
class Buying:
    """`without_customer` orders name nobody: they count in no figure of people."""

    orders: int
    customers: int
    without_customer: int
    countries: tuple[Place, ...]
    regions: tuple[Place, ...]
    frequency: Frequency
    cohorts: tuple[Cohort, ...]
    favourites: tuple[Favourite, ...]
    pairs: tuple[Pair, ...]
    promised: tuple[Promised, ...]
    again_kept: Estimate
    again_broken: Estimate
    again_difference: Estimate
    converted: tuple[Converted, ...]


def learn_buying(problem: CustomersProblem, params: CustomersParams) -> Buying:
    """Tell what customers buy; the problem holds what was known. Groups of few people are not told."""
    orders = tuple(one for one in problem.orders if one.customer)
    least = params.least_people
    numbers: dict[str, int] = {}
    customer = np.array([numbers.setdefault(one.customer, len(numbers)) for one in orders], dtype=np.int64)
    day = np.array([(one.placed_at.date() - EPOCH).days for one in orders], dtype=np.int64)
    month = np.array([(one.placed_at.year - 1970) * 12 + one.placed_at.month - 1 for one in orders], dtype=np.int64)
    bought = Purchases(customer, day, month)
    until = (problem.as_of.year - 1970) * 12 + problem.as_of.month - 1
    promised, difference = _promised(problem, orders, bought, params)
    return Buying(
        len(problem.orders),
        len(numbers),
        len(problem.orders) - len(orders),
        *_places(orders, params),
        frequency(bought, least),
        _cohorts(bought, until, least),
        _favourites(orders, params),
        affinity([(one.customer, frozenset(line.sku for line in one.lines)) for one in orders], least)[: params.shown],
        promised,
        *difference,
        _converted(problem.shown, problem.decided, least),
    )


def _cohorts(bought: Purchases, until_month: int, least: int) -> tuple[Cohort, ...]:
    found = cohorts(bought, until_month)
    people = {str(one.month): one.customers for one in found}
    people["not over"] = bought.customers - sum(people.values())
    told = told_apart(people, least)
    return tuple(one for one in found if str(one.month) in told)


def _country(one: Order) -> str:
    return one.place.country


def _region(one: Order) -> str:
    return f"{one.place.country} {one.place.region}".strip()


def _places(orders: Sequence[Order], params: CustomersParams) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Countries, and regions of those that are told."""
    countries, regions = _people(orders, _country), _people(orders, _region)
    parts: dict[str, dict[str, int]] = {}
    for country, region in {(_country(one), _region(one)) for one in orders}:
        parts.setdefault(country, {})[region] = regions[region]
    least = params.least_people
    told = told_apart(countries, least), told_within(countries, parts, least)
    return _told_places(orders, _country, told[0], params), _told_places(orders, _region, told[1], params)


def _people(orders: Sequence[Order], name: Callable[[Order], str]) -> dict[str, int]:
    people: dict[str, set[str]] = {}
    for one in orders:
        people.setdefault(name(one), set()).add(one.customer)
    return {key: len(some) for key, some in people.items()}


def _told_places(
    orders: Sequence[Order], name: Callable[[Order], str], apart: frozenset[str], params: CustomersParams
) -> tuple[Place, ...]:
    """The largest of those that may be told, and all others together."""
    people = _people(orders, name)
    told = set(sorted(apart, key=lambda key: (-people[key], key))[: params.shown])
    everybody = len({one.customer for one in orders})
    values = order_values(tuple(orders))
    rows: dict[str, list[Order]] = {}
    for one in orders:
        rows.setdefault(name(one) if name(one) in told else OTHERS, []).append(one)
    found = []
    for key, some in rows.items():
        customers = len({one.customer for one in some})
        if key in told or customers >= params.least_people:
            value = sum(values[one.order] for one in some)
            found.append(Place(key, customers, len(some), share(customers, everybody), value))
    return tuple(sorted(found, key=lambda one: (one.name == OTHERS, -one.customers, one.name)))


def _favourites(orders: Sequence[Order], params: CustomersParams) -> tuple[Favourite, ...]:
    times: dict[str, Counter[str]] = {}
    units: Counter[str] = Counter()
    value: Counter[str] = Counter()
    for one in orders:
        for sku in {line.sku for line in one.lines}:
            times.setdefault(sku, Counter())[one.customer] += 1
        for line in one.lines:
            units[line.sku] += line.quantity
            value[line.sku] += line.quantity * line.unit_price_micros
    enough = [sku for sku, some in times.items() if len(some) >= params.least_people]
    ranked = sorted(enough, key=lambda sku: (-len(times[sku]), sku))[: params.shown]
    return tuple(
        Favourite(
            sku,
            len(times[sku]),
            times[sku].total(),
            units[sku],
            value[sku],
            share(sum(count > 1 for count in times[sku].values()), len(times[sku])),
        )
        for sku in ranked
    )


def _promised(
    problem: CustomersProblem, orders: Sequence[Order], bought: Purchases, params: CustomersParams
) -> tuple[tuple[Promised, ...], tuple[Estimate, Estimate, Estimate]]:
    """Orders by the days they were promised, and who came again after a promise that was kept, or broken."""
    standing = standings(problem)
    days, came = _days_promised(problem)
    known_day = (problem.as_of.date() - EPOCH).days
    span = np.array([_span(days.get(one.order)) for one in orders], dtype=np.int64)
    marks = {"kept": KEPT, "broken": BROKEN}
    mark = np.array([marks.get(standing.get(one.order, ""), -1) for one in orders], dtype=np.int64)
    since = np.array(
        [came.get(one.order, placed) for one, placed in zip(orders, bought.day.tolist(), strict=True)], dtype=np.int64
    )
    by_span = bought_again(bought, span, since, known_day)
    by_mark = bought_again(bought, mark, since, known_day)
    values = order_values(tuple(orders))
    found = []
    inside: dict[int, list[Order]] = {}
    for one, number in zip(orders, span.tolist(), strict=True):
        inside.setdefault(number, []).append(one)
    people = {str(number): len({one.customer for one in some}) for number, some in inside.items()}
    told_spans = told_apart(people, params.least_people)
    for number, (first, last) in enumerate(SPANS):
        if str(number) in told_spans:
            some = inside[number]
            value = mean(np.array([values[one.order] for one in some], dtype=np.float64))
            again = of_enough(by_span.get(number, Estimate(0)), params.least_people)
            found.append(Promised(first, last, len(some), people[str(number)], value, again))
    told, broken = by_mark.get(KEPT, Estimate(0)), by_mark.get(BROKEN, Estimate(0))
    if min(told.n, broken.n) < params.least_people:
        return tuple(found), (Estimate(told.n), Estimate(broken.n), Estimate(0))
    gap = share_difference(_hits(broken), broken.n, _hits(told), told.n)
    return tuple(found), (told, broken, gap)


def _hits(one: Estimate) -> int:
    return round((one.value or 0.0) * one.n)


def _days_promised(problem: CustomersProblem) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Days from placing to the promise of each order, and the day its last parcel came or was promised."""
    days: dict[str, int] = {}
    came: dict[str, int] = {}
    for one in problem.history:
        if one.promised_by is None:
            continue
        days[one.order] = max(days.get(one.order, 0), (one.promised_by - one.placed_at.date()).days)
        ended = one.delivered_at.date() if one.delivered_at else one.promised_by
        came[one.order] = max(came.get(one.order, 0), (ended - EPOCH).days)
    return days, came


def _span(days: int | None) -> int:
    if days is None:
        return -1
    return next(number for number, (_, last) in enumerate(SPANS) if last is None or days <= last)


def _converted(shown: Sequence[OptionShown], decided: Sequence[QuotesDecided], least: int) -> tuple[Converted, ...]:
    """Share of quotes that were taken, by the fastest promise on them.

    Nothing where no quote is known that was left. Quotes are counted as people are: a group of few is not told.
    """
    quotes: Counter[int] = Counter()
    took: Counter[int] = Counter()
    for days, taken, count in _counted(shown, decided):
        quotes[_span(days)] += count
        took[_span(days)] += taken
    if took.total() == quotes.total():
        return ()
    told = told_apart({str(number): count for number, count in quotes.items()}, least)
    return tuple(
        Converted(SPANS[number][0], SPANS[number][1], count, share(took[number], count))
        for number, count in sorted(quotes.items())
        if str(number) in told
    )


def _counted(shown: Sequence[OptionShown], decided: Sequence[QuotesDecided]) -> Iterator[tuple[int, int, int]]:
    """Days of the fastest promise, quotes taken, quotes; of the log where they are not counted already."""
    if decided:
        yield from ((one.fastest_days, one.taken, one.quotes) for one in decided)
        return
    fastest: dict[str, int] = {}
    taken: set[str] = set()
    for one in shown:
        fastest[one.quote] = min(fastest.get(one.quote, one.days), one.days)
        if one.taken:
            taken.add(one.quote)
    yield from ((days, int(quote in taken), 1) for quote, days in fastest.items())
