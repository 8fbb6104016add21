"""Which rules keep an order from being sent at all: it is decided once more by itself, without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from doorstep.domain.rules import Rule
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.atoms import Atoms, split_orders
from doorstep.kernels.plan.blocks import exact_limit, form_blocks
from doorstep.kernels.plan.board import set_table
from doorstep.kernels.plan.improve import own_choices
from doorstep.kernels.plan.loads import LoadBook, Verdicts
from doorstep.kernels.plan.market import Market, open_market
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.rules import under_rules
from doorstep.kernels.plan.search import Assignment
from doorstep.kernels.plan.terms import ask, terms_of
from doorstep.kernels.run import Run

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
    trial = _Trial(market.problem, replace(params, exact_atoms=exact_limit(atoms, params)), pack, book.known)
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
    def __init__(self, problem: PlanProblem, params: PlanParams, pack: PackParams, known: Verdicts) -> None:
        self.problem, self.params, self.pack, self.known = problem, params, pack, known

    def served(self, orders: list[int], rules: Sequence[Rule]) -> list[int]:
        """Those of the orders that could be sent under these rules."""
        if not orders:
            return []
        problem = replace(self.problem, orders=tuple(self.problem.orders[i] for i in orders), rules=tuple(rules))
        params, run, market = self.params, Run(), under_rules(open_market(problem))
        book = LoadBook(market, self.pack, self.known)
        atoms = split_orders(market, book, params.max_parcels, run)
        blocks = form_blocks(market, atoms, book, params.max_parcels, params.exact_atoms, run)
        table = set_table(market, terms_of(market, params), ask(market), atoms, blocks, book, run)
        choice, _ = own_choices(table.board, table.ledger, table.scratch())
        return [i for i, partition in zip(orders, choice[:, 0].tolist(), strict=True) if partition >= 0]
