"""Whom rules concern, looked up: long lists of names are sets, so that each order and product is asked once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np

from doorstep.domain.catalog import Product
from doorstep.domain.demand import Order
from doorstep.domain.rules import Rule, RuleScope
from doorstep.kernels.plan.ruled import BoolArray

FEW = 8  # names that are as soon looked through
_NAMED: dict[str, Callable[[Order], str | None]] = {
    "channels": lambda order: order.channel,
    "countries": lambda order: order.place.country,
    "regions": lambda order: order.place.region,
    "customers": lambda order: order.customer,
    "speeds": lambda order: order.speed,
}


def goods_of(rules: Sequence[Rule], products: Sequence[Product]) -> BoolArray:
    """[M, J] which products rules concern; all where they name none."""
    found = np.zeros((len(rules), len(products)), bool)
    for m, rule in enumerate(rules):
        found[m] = _goods(rule.scope, products)
    return found


def orders_of(rules: Sequence[Rule], orders: Sequence[Order]) -> BoolArray:
    """[M, N] which orders meet the conditions of rules, whatever their goods."""
    found = np.zeros((len(rules), len(orders)), bool)
    for m, rule in enumerate(rules):
        found[m] = _orders(rule.scope, orders)
    return found


def _goods(scope: RuleScope, products: Sequence[Product]) -> list[bool]:
    plain = {one for one in scope.skus if "*" not in one}
    if len(plain) <= FEW:
        return [scope.takes(one) for one in products]
    patterns = tuple(one for one in scope.skus if "*" in one)
    by_pattern, named = replace(scope, skus=patterns), replace(scope, skus=())
    return [named.takes(one) if one.sku in plain else bool(patterns) and by_pattern.takes(one) for one in products]


def _orders(scope: RuleScope, orders: Sequence[Order]) -> list[bool]:
    long: dict[str, Collection[str]] = {
        name: frozenset(getattr(scope, name)) for name in _NAMED if len(getattr(scope, name)) > FEW
    }
    rest = replace(scope, **dict.fromkeys(long, ()))  # type: ignore[arg-type]  # only lists of names are emptied
    return [all(_NAMED[name](one) in names for name, names in long.items()) and rest.meets(one) for one in orders]
