"""Which rules keep an order from being sent at all: it is decided once more by itself, without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from doorstep.domain.rules import Rule
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.alone import Setting, decide_alone, with_orders
from doorstep.kernels.plan.atoms import Atoms
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import Market
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.search import Assignment

Blame = dict[int, tuple[tuple[Rule, ...], bool]]  # by order: the rules, and whether it takes all of them together


def blamed(
    market: Market, atoms: Atoms, book: LoadBook, assignment: Assignment, params: PlanParams, pack: PackParams
) -> Blame:
    """Rules but for which unplanned orders could be sent, each with the whole stock to itself.

    A rule is named when the order could be sent without it alone; where it takes more than one, a smallest set of them
    that leaves it no way, none of which could be missing.
    """
    ruled = market.ruled
    if ruled is None:
        return {}
    nowhere = np.flatnonzero((assignment.choice[:, 0] < 0) & (assignment.own_choice[:, 0] < 0)).tolist()
    binding = [m for m, rule in enumerate(ruled.rules) if rule.kind != "priority"]
    stuck = [i for i in nowhere if i not in atoms.faults and ruled.orders[binding, i].any()]
    trial = _Trial(market.problem, Setting.of(market.problem, params, pack, book.known).within(atoms))
    stuck = trial.served(stuck, ())
    freed: dict[int, list[Rule]] = {i: [] for i in stuck}
    for m in binding:
        concerned = [i for i in stuck if ruled.orders[m, i]]
        for i in trial.served(concerned, [rule for rule in ruled.rules if rule is not ruled.rules[m]]):
            freed[i].append(ruled.rules[m])
    held = {i: tuple(m for m in binding if ruled.orders[m, i]) for i in stuck if not freed[i]}
    _narrow(trial, ruled.rules, held)
    return {i: (tuple(freed[i] or (ruled.rules[m] for m in held[i])), not freed[i]) for i in stuck}


def _narrow(trial: _Trial, rules: Sequence[Rule], held: dict[int, tuple[int, ...]]) -> None:
    """Drop rules from those that hold an order as long as the others still do; what is left is needed, each of it."""
    for m in range(len(rules)):
        groups: dict[tuple[int, ...], list[int]] = {}
        for i, of_order in held.items():
            if m in of_order:
                groups.setdefault(tuple(one for one in of_order if one != m), []).append(i)
        for rest, orders in groups.items():
            served = set(trial.served(orders, [rules[one] for one in rest]))
            held.update(dict.fromkeys((i for i in orders if i not in served), rest))


class _Trial:
    def __init__(self, problem: PlanProblem, setting: Setting) -> None:
        self.problem, self.setting = problem, setting

    def served(self, orders: list[int], rules: Sequence[Rule]) -> list[int]:
        """Those of the orders that could be sent under these rules."""
        if not orders:
            return []
        some = with_orders(self.problem, [self.problem.orders[i] for i in orders])
        alone = decide_alone(replace(some, rules=tuple(rules)), self.setting)
        return [] if alone is None else [i for i, served in zip(orders, alone.served, strict=True) if served]
