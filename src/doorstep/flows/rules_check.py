"""What the rules of a folder do, in words, and whom they concern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from doorstep.domain.catalog import Product
from doorstep.domain.demand import Order
from doorstep.domain.rule_words import words
from doorstep.domain.rules import Rule
from doorstep.files.folder import read_folder, select_orders
from doorstep.flows.plan_folder import Selection
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class ToldRule:
    """One rule in words, and how many of the orders it concerns."""

    rule: str
    kind: str
    does: str
    reason: str
    orders: int


@dataclass(frozen=True, slots=True)
class CheckedRules:
    rules: tuple[ToldRule, ...]
    orders: int  # selected


def check_rules(folder: Path, selection: Selection, run: Run) -> CheckedRules:
    """Read the folder and its rules. Raises InputRefused with every fault of both."""
    read = read_folder(folder, run.progress)
    orders = select_orders(read, selection.first, selection.until)
    touched = concerned(read.rules, orders, read.products)
    told = [ToldRule(rule.rule, rule.kind, words(rule), rule.reason, len(touched[rule.rule])) for rule in read.rules]
    return CheckedRules(tuple(told), len(orders))


def concerned(rules: Sequence[Rule], orders: Sequence[Order], products: Sequence[Product]) -> dict[str, frozenset[str]]:
    """By rule, the orders that it concerns: by what they say, and by their goods where it names some."""
    found: dict[str, frozenset[str]] = {}
    for rule in rules:
        goods = {one.sku for one in products if rule.scope.takes(one)}
        found[rule.rule] = frozenset(
            order.order
            for order in orders
            if rule.scope.meets(order)
            and (not rule.scope.names_goods or any(line.sku in goods for line in order.lines))
        )
    return found
