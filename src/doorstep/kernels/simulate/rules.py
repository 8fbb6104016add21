"""The policies: the plan, the same order by order, and the rules that shops follow, all on the same table of quotes.

What a rule does not choose is alike for all: a parcel takes the smallest carton that fits and then the cheapest
service; packing verdicts, charges, stock and capacities are those of the plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from doorstep.kernels.plan.assemble import Picks, pick_parcels
from doorstep.kernels.plan.board import Table, set_table
from doorstep.kernels.plan.compiled import FloatArray
from doorstep.kernels.plan.improve import insert_all
from doorstep.kernels.plan.market import IntArray, Market
from doorstep.kernels.plan.nearest import distances_m, serve_nearest
from doorstep.kernels.plan.plan import Laid, settle
from doorstep.kernels.plan.problem import PlanParams
from doorstep.kernels.plan.wish import given_up
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.compiled import Taste, serve_by_rule
from doorstep.kernels.simulate.problem import Policy

Amend = Callable[[Table], Table]
Rule = Callable[[Market, Table], IntArray]


def priority(market: Market, table: Table) -> IntArray:
    """Take each product from the first site of the table of sites that holds it; parcels follow from that."""
    rank = np.broadcast_to(np.arange(len(market.ships)), (len(market.problem.orders), len(market.ships)))
    return _serve(market, table, Taste(np.ascontiguousarray(rank), False, False))


def distance_then_rate(market: Market, table: Table) -> IntArray:
    """Take each product from the nearest site that holds it; parcels follow from that."""
    return _serve(market, table, Taste(distances_m(market), False, False))


def fewest_splits(market: Market, table: Table) -> IntArray:
    """Send as few parcels as can be, and of the ways to do so the one with the least freight."""
    return _serve(market, table, Taste(np.zeros((len(market.problem.orders), len(market.ships)), np.int64), True, True))


RULES: dict[Policy, Rule] = {
    "nearest": serve_nearest,
    "priority": priority,
    "fewest_splits": fewest_splits,
    "distance_then_rate": distance_then_rate,
}


ONE_BY_ONE: frozenset[Policy] = frozenset(("plan_alone", "plan_priced", "fast"))


def in_turn(market: Market, table: Table) -> IntArray:
    """Give each order, as it was placed, what is cheapest for it alone out of what is left; exact for each."""
    choice = np.full((len(market.problem.orders), 4), -1, np.int64)
    ledger = table.ledger._replace(stock=table.ledger.stock.copy(), row=table.ledger.row.copy())
    placed = np.argsort(_placed(market), kind="stable")
    insert_all(table.board, ledger, placed, 0.0, table.scratch(), choice)
    return choice


def choose(policy: Policy, laid: Laid, params: PlanParams, run: Run, amend: Amend) -> tuple[Table, Picks]:
    """Decide a batch by a policy; `amend` takes away what is used up already."""
    if policy == "plan":
        table, assignment = settle(laid, params, run, amend)
        return table, pick_parcels(laid.market, table, laid.book, assignment.choice)
    asked = laid.asked
    while True:
        table = amend(set_table(laid.market, laid.terms, asked, laid.atoms, laid.blocks, laid.book, run))
        choice = in_turn(laid.market, table) if policy in ONE_BY_ONE else RULES[policy](laid.market, table)
        without = given_up(asked.insists, laid.blocks, choice)
        if not without.any():
            return table, pick_parcels(laid.market, table, laid.book, choice, by_rule=policy in RULES)
        asked = replace(asked, insists=asked.insists & ~without)


def _serve(market: Market, table: Table, taste: Taste) -> IntArray:
    best = table.best
    return serve_by_rule(
        table.board._replace(cost=best.rule_cost),
        table.ledger.stock.copy(),
        table.ledger.row.copy(),
        best.rule_price,
        table.terms.lanes.column_rank,
        taste,
        np.argsort(_placed(market), kind="stable"),
    )


def _placed(market: Market) -> FloatArray:
    return np.array([order.placed_at.timestamp() for order in market.problem.orders])
