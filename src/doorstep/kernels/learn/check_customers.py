"""Verify what was learned of customers: counted anew, row by row, sharing no code with what counted first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from doorstep.kernels.learn.customers import CustomersInsight
from doorstep.kernels.learn.customers_problem import CustomersProblem

AGREES = 1e-9


def check_customers(problem: CustomersProblem, told: CustomersInsight) -> tuple[str, ...]:
    """Say what is wrong; empty: nothing.

    Only what happened before `as_of` counts, no group of few people is told, and counts are those of the rows.
    """
    wrong = [*_small(told), *_buying(problem, told), *_scores(problem, told), *_contacts(problem, told)]
    quotes = {one.quote for one in problem.shown if one.shown_at < problem.as_of}
    taken = {one.quote for one in problem.shown if one.shown_at < problem.as_of and one.taken}
    wrong += _unequal("quotes", told.wants.quotes, len(quotes))
    wrong += _unequal("quotes left", told.wants.left, len(quotes) - len(taken))
    return tuple(wrong)


def _unequal(what: str, said: float, found: float) -> list[str]:
    return [] if abs(said - found) <= AGREES * max(1.0, abs(found)) else [f"{what}: {found}, not {said}"]


def _small(told: CustomersInsight) -> Iterable[str]:
    """Groups that are told though they are small."""
    least, buying = told.least_people, told.buying
    sizes = [(one.name, one.customers) for one in (*buying.countries, *buying.regions)]
    sizes += [(one.sku, one.customers) for one in buying.favourites]
    sizes += [(f"{one.one} and {one.two}", one.customers) for one in buying.pairs]
    sizes += [(f"month {one.month}", one.customers) for one in buying.cohorts]
    sizes += [(f"{one.first} days", one.customers) for one in buying.promised]
    sizes += [(one.group, one.shoppers) for one in told.wants.groups if one.worth]
    sizes += [(one.standing, one.answers) for one in told.voice.wished]
    return [f"{name} is told of {count} people" for name, count in sizes if count < least]


def _buying(problem: CustomersProblem, told: CustomersInsight) -> list[str]:
    orders = [one for one in problem.orders if one.placed_at < problem.as_of]
    times = Counter(one.customer for one in orders if one.customer)
    wrong = _unequal("orders", told.buying.orders, len(orders))
    wrong += _unequal("customers", told.buying.customers, len(times))
    for place, said in enumerate(told.buying.frequency.times, start=1):
        last = place == len(told.buying.frequency.times)
        found = sum(count == place or (last and count > place) for count in times.values())
        wrong += _unequal(f"customers of {place} orders", said, found)
    named = [one for one in orders if one.customer]
    for pair in told.buying.pairs:
        both = sum({pair.one, pair.two} <= {line.sku for line in one.lines} for one in named)
        wrong += _unequal(f"orders of {pair.one} and {pair.two}", pair.baskets, both)
        alone = [sum(any(line.sku == sku for line in one.lines) for one in named) for sku in (pair.one, pair.two)]
        wrong += _unequal("lift", pair.lift, both * len(named) / (alone[0] * alone[1]))
    return wrong


def _scores(problem: CustomersProblem, told: CustomersInsight) -> list[str]:
    """Weighted mean scores of the late and of the others, and their difference."""
    sums = {True: [0.0, 0.0], False: [0.0, 0.0]}
    count = {True: 0, False: 0}
    for one in problem.history:
        came = one.delivered_at
        if one.placed_at >= problem.as_of or came is None or came >= problem.as_of:
            continue
        if one.review_score is None or one.promised_by is None:
            continue
        late = came.date() > one.promised_by
        count[late] += 1
        sums[late][0] += one.sample_weight * one.review_score
        sums[late][1] += one.sample_weight
    wrong = _unequal("late parcels", told.voice.lateness.late, count[True])
    wrong += _unequal("parcels with a score", told.voice.lateness.parcels, count[True] + count[False])
    said = told.voice.lateness.plain.value
    if said is not None:
        found = sums[True][0] / sums[True][1] - sums[False][0] / sums[False][1]
        wrong += _unequal("difference of scores", said, found)
    return wrong


def _contacts(problem: CustomersProblem, told: CustomersInsight) -> list[str]:
    known = {one.order for one in problem.orders if one.placed_at < problem.as_of}
    known |= {one.order or one.parcel for one in problem.history if one.placed_at < problem.as_of}
    made = Counter(one.reason for one in problem.contacts if one.contacted_at < problem.as_of)
    wrong = _unequal("orders known", told.voice.orders, len(known))
    for reason in told.voice.reasons:
        if reason.reason in made:
            wrong += _unequal(f"contacts of {reason.reason}", reason.contacts, made[reason.reason])
        if reason.all_orders.value is not None:
            wrong += _unequal("contacts per 1,000", reason.all_orders.value, 1_000 * reason.contacts / len(known))
    return wrong
