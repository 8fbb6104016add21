"""Orders decided by themselves: out of all there is, or out of what others leave; the one place where this is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from doorstep.domain.demand import Order
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.assemble import Picks, pick_parcels
from doorstep.kernels.plan.atoms import Atoms, split_orders
from doorstep.kernels.plan.blocks import exact_limit, form_blocks
from doorstep.kernels.plan.board import Table, set_table
from doorstep.kernels.plan.improve import insert_all, own_choices
from doorstep.kernels.plan.lanes import Lanes
from doorstep.kernels.plan.load_lines import Key
from doorstep.kernels.plan.loads import LoadBook, Verdicts
from doorstep.kernels.plan.market import IntArray, Market, open_market
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.ready import Ready
from doorstep.kernels.plan.rules import today_of, under_rules
from doorstep.kernels.plan.taken import Taken
from doorstep.kernels.plan.terms import ask, days_of, terms_of
from doorstep.kernels.plan.weigh import under_bids
from doorstep.kernels.plan.wish import given_up
from doorstep.kernels.run import Run

Held = Callable[[Market, Lanes], Taken]  # what others hold, by the products and lanes of a problem


@dataclass(frozen=True, slots=True)
class Setting:
    """Under what an order of a plan is decided by itself, so that nothing but what is tried differs from the plan."""

    params: PlanParams
    pack: PackParams
    today: date  # on which rules are in force
    days: tuple[int, int]  # for which calendars are laid out
    verdicts: Verdicts  # what the packer found of the problem's cartons

    @classmethod
    def of(cls, problem: PlanProblem, params: PlanParams, pack: PackParams, verdicts: Verdicts) -> Setting:
        """Read it off the problem of the plan."""
        return cls(params, pack, today_of(problem), days_of(problem), verdicts)

    def within(self, atoms: Atoms) -> Setting:
        """Look at no more partitions than a plan of these orders did."""
        most = exact_limit(atoms, self.params)
        return replace(self, params=replace(self.params, exact_atoms=most, exact_atoms_of_few=most))


@dataclass(frozen=True, slots=True)
class Alone:
    """Orders that were decided by themselves."""

    market: Market
    loads: LoadBook
    table: Table
    choice: IntArray  # [N, 4] partition -1: it is left
    cost: IntArray  # [N]

    @property
    def served(self) -> list[bool]:
        """Whether each order is sent."""
        found: list[bool] = (self.choice[:, 0] >= 0).tolist()
        return found

    def picks(self) -> Picks:
        """Chosen parcels."""
        return pick_parcels(self.market, self.table, self.loads, self.choice)

    def goods(self, block: int) -> Key:
        """What a block holds."""
        return self.loads.keys[int(self.table.blocks.block_load[block])]


def with_orders(problem: PlanProblem, orders: Sequence[Order]) -> PlanProblem:
    """Give a problem other orders, and of the values of speed and carbon those that concern them."""
    bids, names = problem.bid_prices, {one.order for one in orders}
    if bids is not None:
        bids = replace(
            bids,
            speed=tuple(one for one in bids.speed if not one.order or one.order in names),
            carbon=tuple(one for one in bids.carbon if not one.order or one.order in names),
        )
    return replace(problem, orders=tuple(orders), bid_prices=bids)


def decide_alone(
    problem: PlanProblem,
    setting: Setting,
    *,
    ready: Ready | None = None,
    held: Held | None = None,
    together: bool = False,
) -> Alone | None:
    """Decide each order of a problem as if it were the only one.

    Parameters
    ----------
    problem, setting
        The orders with all that may serve them, and what is the same as in the plan that they are of.
    ready
        What was compiled before; its verdicts take the place of the setting's.
    held
        What others hold; None: the whole stock and all room are there.
    together
        The orders stand for one: each draws on what those before it leave, and all are sent or none.

    Returns
    -------
    Alone or None
        None: they go together, and one of them cannot be sent.
    """
    params, run = setting.params, Run()
    market = open_market(problem, ready.market if ready else None)
    market = under_bids(under_rules(market, setting.today))
    loads = LoadBook(market, setting.pack, ready.verdicts_of(setting.pack) if ready else setting.verdicts)
    atoms = split_orders(market, loads, params.max_parcels, run)
    if together and atoms.faults:
        return None
    blocks = form_blocks(market, atoms, loads, params.max_parcels, exact_limit(atoms, params), run)
    terms, asked = terms_of(market, params, ready, setting.days), ask(market)
    taken = held(market, terms.lanes) if held else None
    while True:
        table = set_table(market, terms, asked, atoms, blocks, loads, run)
        if taken is not None:
            taken.off(table)
        choice, cost = _in_turn(table) if together else own_choices(table.board, table.ledger, table.scratch())
        late = given_up(asked.insists, blocks, choice)
        if not late.any():
            break
        asked = replace(asked, insists=asked.insists & ~late)
    if together and (choice[:, 0] < 0).any():
        return None
    return Alone(market, loads, table, choice, cost)


def _in_turn(table: Table) -> tuple[IntArray, IntArray]:
    """Every order's choice out of what those before it leave, and no cost."""
    orders = len(table.board.unplanned)
    choice = np.full((orders, 4), -1, np.int64)
    insert_all(table.board, table.ledger, np.arange(orders), 0.0, table.scratch(), choice)
    return choice, np.zeros(orders, np.int64)
