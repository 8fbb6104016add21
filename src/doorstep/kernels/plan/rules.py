"""The operator's rules, compiled: each kind is one function that writes what it forbids into a draft.

A new kind of rule is a function here, a line in `RULES`, its form in `domain.rule_words`, and its part of the verifier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from doorstep.domain.demand import OrderLine
from doorstep.domain.emission import MODES
from doorstep.domain.rules import Rule, RuleKind
from doorstep.domain.supply import StockLevel
from doorstep.domain.units import PPM
from doorstep.kernels.plan.market import Market, open_market
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.relays import local_name
from doorstep.kernels.plan.ruled import BoolArray, IntArray, RuleArray, Ruled, Shut
from doorstep.kernels.plan.scopes import goods_of, orders_of

EPOCH = date(1970, 1, 1)
FARTHEST_DAYS = 400  # days after the last order on which anything can be shut


@dataclass(slots=True)
class Draft:
    """What rules have said so far; the arrays of `Ruled`, and who is shut out on which days."""

    market: Market
    orders: BoolArray
    goods: BoolArray
    barred: BoolArray
    most_parcels: IntArray
    together: BoolArray
    weight: IntArray
    kept_back: IntArray
    kept_by: RuleArray
    shut: list[int]  # rules
    today: date


def under_rules(market: Market, today: date | None = None) -> Market:
    """Give the market the rules of its problem: less stock, and what else they forbid. Without rules it is the same.

    `today`: on which they are in force, where it is not that of the market's problem, see `today_of`.
    """
    if not market.problem.rules:
        return market
    draft = _draft(market, today or today_of(market.problem))
    for m, rule in enumerate(market.problem.rules):
        RULES[rule.kind](draft, m, rule)
    sort, shut = _shut(draft)
    ruled = Ruled(
        rules=market.problem.rules,
        orders=draft.orders,
        goods=draft.goods,
        barred=draft.barred,
        most_parcels=draft.most_parcels,
        together=draft.together,
        weight=draft.weight,
        kept_back=draft.kept_back,
        kept_by=draft.kept_by,
        order_sort=sort,
        shut=shut,
    )
    return replace(market, stock=market.stock - draft.kept_back, ruled=ruled)


def spare(problem: PlanProblem) -> tuple[StockLevel, ...]:
    """Give the stock of a problem without what safety stocks keep back of it."""
    if not any(rule.kind == "safety_stock" for rule in problem.rules):
        return problem.stock
    market = under_rules(open_market(problem))
    return tuple(
        StockLevel(site, sku, int(market.stock[k, j]))
        for site, k in market.site.items()
        for sku, j in market.sku.items()
        if market.stock[k, j] > 0
    )


def _draft(market: Market, today: date) -> Draft:
    problem, rules = market.problem, market.problem.rules
    n, shape = len(problem.orders), (len(rules), *market.calls.shape)
    goods, orders = goods_of(rules, problem.products), orders_of(rules, problem.orders)
    for m, rule in enumerate(rules):
        if rule.scope.names_goods:
            for i in np.flatnonzero(orders[m]).tolist():
                orders[m, i] = _holds(market, goods[m], problem.orders[i].lines)
    return Draft(
        market=market,
        orders=orders,
        goods=goods,
        barred=np.zeros(shape, bool),
        most_parcels=np.zeros(len(rules), np.int64),
        together=np.zeros(len(rules), bool),
        weight=np.ones(n, np.int64),
        kept_back=np.zeros(market.stock.shape, np.int64),
        kept_by=np.full(market.stock.shape, -1, np.int16),
        shut=[],
        today=today,
    )


def today_of(problem: PlanProblem) -> date:
    """Give the day by which safety stocks are in force; where none is said, that of the first order."""
    return first_day(problem) if problem.today is None else problem.today


def first_day(problem: PlanProblem) -> date:
    """Give the day from which parcels may leave."""
    first = min((order.placed_at for order in problem.orders), default=datetime(1970, 1, 1, tzinfo=UTC))
    return (problem.now or first).date()


def _holds(market: Market, goods: BoolArray, lines: tuple[OrderLine, ...]) -> bool:
    return any(line.sku in market.sku and goods[market.sku[line.sku]] for line in lines)


def _at(draft: Draft, rule: Rule) -> BoolArray:
    """[K] the sites that a rule names, or all."""
    return np.array([not rule.sites or one.site in rule.sites for one in draft.market.problem.sites], bool)


def _by(draft: Draft, rule: Rule) -> BoolArray:
    """[V] the services that a rule names by their id, carrier or mode."""
    problem = draft.market.problem
    return np.array(
        [
            local_name(problem, v) in rule.services
            or one.carrier in rule.carriers
            or (one.mode or MODES[0]) in rule.modes
            for v, one in enumerate(problem.tariff.services)
        ],
        bool,
    )


def _only_from_sites(draft: Draft, m: int, rule: Rule) -> None:
    draft.barred[m] = ~_at(draft, rule)[:, None]


def _never_from_sites(draft: Draft, m: int, rule: Rule) -> None:
    draft.barred[m] = _at(draft, rule)[:, None]


def _only_services(draft: Draft, m: int, rule: Rule) -> None:
    """Bar the other services, of the speeds that the rule binds."""
    offers = draft.market.problem.tariff.services
    bound = np.array([not rule.of_speeds or one.speed in rule.of_speeds for one in offers], bool)
    draft.barred[m] = _at(draft, rule)[:, None] & (bound & ~_by(draft, rule))


def _never_services(draft: Draft, m: int, rule: Rule) -> None:
    draft.barred[m] = _at(draft, rule)[:, None] & _by(draft, rule)


def _most_parcels(draft: Draft, m: int, rule: Rule) -> None:
    draft.most_parcels[m] = rule.parcels or 1


def _ship_together(draft: Draft, m: int, rule: Rule) -> None:
    draft.together[m] = rule.scope.names_goods


def _priority(draft: Draft, m: int, rule: Rule) -> None:
    """Of several rules the highest weight counts."""
    draft.weight = np.where(draft.orders[m], np.maximum(draft.weight, rule.times), draft.weight)


def _safety_stock(draft: Draft, m: int, rule: Rule) -> None:
    """Keep back units or a share, whichever is more, but no more than is free; of several rules the most counts.

    What the orders hold already is not free; a share is one of all that lies there. It concerns every order of its
    goods, whenever that was placed.
    """
    on, orders = rule.scope.on(draft.today), draft.market.problem.orders
    draft.orders[m] = [on and _holds(draft.market, draft.goods[m], one.lines) for one in orders]
    if not on:
        return
    problem, stock = draft.market.problem, draft.market.stock
    whole, rest = np.divmod(np.maximum(stock, _units(draft.market, problem.lying)), PPM)
    share = whole * rule.share_ppm + rest * rule.share_ppm // PPM  # whole units of it, within 64 bits
    free = np.maximum(stock - _units(draft.market, problem.held), 0)
    wanted = np.minimum(np.maximum(share, rule.units), free)
    wanted[~(_at(draft, rule)[:, None] & draft.goods[m])] = 0
    more = wanted > draft.kept_back
    draft.kept_back[more], draft.kept_by[more] = wanted[more], m


def _units(market: Market, levels: tuple[StockLevel, ...]) -> IntArray:
    """[K, J]"""
    found = np.zeros(market.stock.shape, np.int64)
    for level in levels:
        if level.sku in market.sku:
            found[market.site[level.site], market.sku[level.sku]] += level.on_hand
    return found


def _blackout_days(draft: Draft, m: int, rule: Rule) -> None:
    if rule.days:
        draft.shut.append(m)


RULES: Mapping[RuleKind, Callable[[Draft, int, Rule], None]] = {
    "only_from_sites": _only_from_sites,
    "never_from_sites": _never_from_sites,
    "only_services": _only_services,
    "never_services": _never_services,
    "only_carriers": _only_services,
    "hazmat_ground": _only_services,
    "never_split": _most_parcels,
    "max_parcels": _most_parcels,
    "ship_together": _ship_together,
    "priority": _priority,
    "safety_stock": _safety_stock,
    "blackout_days": _blackout_days,
}


def _shut(draft: Draft) -> tuple[IntArray, Shut | None]:
    """Sort the orders by the blackout rules that concern them, and say for each sort which days are shut."""
    rules, n = draft.market.problem.rules, len(draft.market.problem.orders)
    earliest = min(draft.today, first_day(draft.market.problem))  # orders may be planned as at their placing
    first = (earliest - EPOCH).days - 2  # the date may be another at a site, or in an order's own offset
    latest = max((order.placed_at.date() for order in draft.market.problem.orders), default=draft.today)
    days = {m: _numbers(rules[m], first, (latest - EPOCH).days + FARTHEST_DAYS) for m in draft.shut}
    known = [m for m in draft.shut if days[m] and draft.orders[m].any()]
    if not known:
        return np.zeros(n, np.int64), None
    first, last = min(min(days[m]) for m in known), max(max(days[m]) for m in known)
    sorts, order_sort = np.unique(draft.orders[known], axis=1, return_inverse=True)
    rule_at = np.full((sorts.shape[1], *draft.market.calls.shape, last - first + 1), -1, np.int16)
    for m, row in zip(known[::-1], sorts[::-1], strict=True):
        rule = rules[m]
        pairs = _at(draft, rule)[:, None] & (_by(draft, rule) if rule.services or rule.carriers else True)
        day = np.zeros(last - first + 1, bool)
        day[np.array(days[m]) - first] = True
        rule_at[row[:, None, None, None] & np.broadcast_to(pairs, draft.market.calls.shape)[..., None] & day] = m
    shut = Shut(first, _opens(rule_at) + first, rule_at, _opens_at(draft.market, first, last + 1))
    return np.asarray(order_sort).reshape(-1), shut


def _numbers(rule: Rule, first: int, last: int) -> list[int]:
    return [number for day in rule.days if first <= (number := (day - EPOCH).days) <= last]


def _opens(rule_at: RuleArray) -> IntArray:
    """[T, K, V, D] the first day from d on without a rule."""
    opens = np.empty(rule_at.shape, np.int64)
    after = np.full(rule_at.shape[:3], rule_at.shape[3], np.int64)
    for d in range(rule_at.shape[3] - 1, -1, -1):
        after = np.where(rule_at[..., d] < 0, d, after)
        opens[..., d] = after
    return opens


def _opens_at(market: Market, first: int, last: int) -> IntArray:
    """[K, days] when each day begins at each site."""
    return np.array(
        [
            [_midnight(EPOCH + timedelta(days=day), ZoneInfo(site.time_zone)) for day in range(first, last + 1)]
            for site in market.problem.sites
        ],
        np.int64,
    ).reshape(len(market.problem.sites), last - first + 1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
