"""Which orders share parcels: settled each by itself, then put together wherever that costs less.

First all orders are settled as if none could share. Then each bunch is taken out and put back in the cheapest of all
ways to part it into orders by themselves and joints, out of what the others leave; so sharing never costs more, and
never leaves more. What is freed is offered to the others, which may free something for the next bunch.

The bound is that of the orders by themselves, less what sharing could save each bunch under its prices: for any prices
no plan costs less than the cheapest priced choices, be they of orders or of joints.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from doorstep.kernels.plan.board import Table, holding, leaving_minor, set_board
from doorstep.kernels.plan.compiled import (
    FLOATING,
    NEVER,
    NO_DAY,
    Board,
    FloatArray,
    Ledger,
    Scratch,
    book,
    choose,
    true_cost,
)
from doorstep.kernels.plan.improve import cost_of, insert_all
from doorstep.kernels.plan.joints import Bunch, Joints
from doorstep.kernels.plan.laid import Laid, settle, settle_all
from doorstep.kernels.plan.market import BoolArray, IntArray, Market
from doorstep.kernels.plan.problem import PlanParams
from doorstep.kernels.plan.search import Assignment
from doorstep.kernels.run import Run

MOST_ROUNDS = 4  # of bunches, and of the others after them
Parting = tuple[int, ...]  # orders and joints that a bunch is parted into


@dataclass(frozen=True, slots=True)
class Asunder:
    """What orders cost if not all of them share, and whether that weighs more than what they have."""

    paid_minor: int
    weighs_more: bool


@dataclass(frozen=True, slots=True)
class Sharing:
    """What came of it: which joints are sent, and which orders are not there by themselves."""

    joints: Joints
    sent: tuple[int, ...]  # joints
    asunder: dict[int, Asunder]  # by joint sent: its orders if not all share, the whole stock theirs
    aside: BoolArray  # [N] orders that a joint stands for, and joints that are not sent
    bare: Table  # all orders and joints quoted, whether they are there or not


def settle_batch(laid: Laid, params: PlanParams, run: Run) -> tuple[Table, Assignment, Sharing | None]:
    """Settle a batch, and say which orders share, if any may."""
    if laid.joints is not None:
        return settle_sharing(laid, laid.joints, params, run)
    return *settle(laid, params, run), None


def settle_sharing(laid: Laid, joints: Joints, params: PlanParams, run: Run) -> tuple[Table, Assignment, Sharing]:
    """Settle a batch whose orders may share. The bound is of all plans in which no bunch shares with another."""
    market, orders = laid.market, len(laid.atoms.of)
    alone = _aside(joints, (), orders)
    bare, table, found = settle_all(laid, params, run, lambda bare: among(market, bare, alone, joints))
    whole = among(market, bare, np.zeros(orders, bool), joints)
    weights = whole.beyond, _paid(market, whole)
    bench = _Bench(whole.board, whole.ledger, found.ledger, whole.scratch(), found.choice, found.leave, *weights)
    bound = found.lower_bound_minor - sum(_could_save(bench, joints, one, table.contested) for one in joints.bunches)
    sent = _put_together(bench, joints, table.contested)
    own_choice, own_cost, own_bound = found.own_choice.copy(), found.own_cost.copy(), found.own_bound.copy()
    asunder: dict[int, Asunder] = {}
    for joint in sent:
        least, asunder[joint] = _with_all_stock(bench, joints, joint)
        own_cost[joint], own_bound[joint] = bench.own(joint, own_choice[joint]), least
        there = [i for i in joints.members[joint] if whole.blocks.exact[i]]
        bound += sum(bench.beyond_minor(i) for i in there)  # which the table forgets: they are not left
    aside = _aside(joints, sent, orders)
    settled = replace(
        found, own_choice=own_choice, own_cost=own_cost, own_bound=own_bound, lower_bound_minor=int(bound)
    )
    return among(market, bare, aside, joints), settled, Sharing(joints, sent, asunder, aside, bare)


def each_by_itself(market: Market, sharing: Sharing) -> Table:
    """Give the table on which no orders share."""
    return among(market, sharing.bare, _aside(sharing.joints, (), len(sharing.aside)), sharing.joints)


def among(market: Market, table: Table, aside: BoolArray, joints: Joints) -> Table:
    """Set some orders aside: they have no options and cost nothing. A joint is never left: its orders would be.

    `table` holds all orders and joints.
    """
    blocks, best = table.blocks, table.best
    gone = aside[blocks.block_order][:, None]
    best = replace(best, cost=np.where(gone, NEVER, best.cost), rule_cost=np.where(gone, NEVER, best.rule_cost))
    if best.sure is not None:
        best = replace(best, sure=np.where(gone, NEVER, best.sure))
    board, ledger, beyond = set_board(market, table.terms, blocks, best)
    group_row = board.group_row.copy()
    group_row[aside] = NO_DAY
    unplanned = board.unplanned.copy()
    unplanned[list(joints.members)] = NEVER
    unplanned[aside] = 0
    if beyond is not None:
        beyond[list(joints.members)] = 0
        beyond[aside] = 0
    board = board._replace(unplanned=unplanned, group_row=group_row)
    return holding(replace(table, best=best, board=board, beyond=beyond), ledger)


def _paid(market: Market, table: Table) -> Board:
    """Give the board in money: without what weighs beside it."""
    scales, board, best = market.scales, table.board, table.best
    if scales is None or table.beyond is None:
        return board
    paid = best.cost if best.paid is None else best.paid
    return board._replace(
        cost=np.where(board.cost < NEVER, paid, NEVER),
        pick_order=board.pick_order - scales.site_minor,
        unplanned=np.where(board.unplanned < NEVER, leaving_minor(market), NEVER),
    )


def _aside(joints: Joints, sent: Collection[int], orders: int) -> BoolArray:
    found = np.zeros(orders, bool)
    found[[i for joint in sent for i in joints.members[joint]]] = True
    found[[joint for joint in joints.members if joint not in sent]] = True
    return found


@dataclass(frozen=True, slots=True)
class _Bench:
    """All orders and joints on one board, what is left, and what each has chosen."""

    board: Board
    all_stock: Ledger
    ledger: Ledger  # what is left, and the prices
    scratch: Scratch
    choice: IntArray  # [N, 4]
    leave: FloatArray  # [N] what leaving an order counts less in the bound
    beyond: IntArray | None  # [N] what leaving weighs of orders that are left at any price; None: nothing weighs
    paid: Board  # the board in money

    def beyond_minor(self, i: int) -> int:
        """What is to be added to the cost of an order that is always left."""
        return 0 if self.beyond is None else int(self.beyond[i])

    def own(self, i: int, choice: IntArray) -> int:
        """Cost of an order, or joint, with the whole stock to itself; NEVER: a joint cannot be sent."""
        choose(self.board, self.all_stock, i, True, 0.0, self.scratch, choice)
        return int(true_cost(self.board, i, choice)) + self.beyond_minor(i)

    def priced(self, i: int) -> float:
        """Its least cost under the prices, however little is left."""
        found = float(choose(self.board, self.ledger, i, False, 1.0, self.scratch, np.full(4, -1, np.int64)))
        return min(found, self._left(i)) + self.beyond_minor(i)

    def priced_within(self, i: int) -> float:
        """Its least cost under the prices, of what the whole stock allows."""
        ledger = self.ledger._replace(stock=self.all_stock.stock, row=self.all_stock.row)
        found = float(choose(self.board, ledger, i, True, 1.0, self.scratch, np.full(4, -1, np.int64)))
        return min(found, self._left(i)) + self.beyond_minor(i)

    def _left(self, i: int) -> float:
        return float(self.board.unplanned[i] - self.leave[i])

    def cost(self, some: Parting) -> int:
        """What orders and joints cost as they have chosen, with what weighs."""
        whole = int(cost_of(self.board, np.array(some, np.int64), self.choice))
        return whole + sum(self.beyond_minor(i) for i in some)

    def paid_minor(self, some: Parting) -> int:
        """What they cost in money alone."""
        return int(cost_of(self.paid, np.array(some, np.int64), self.choice))

    def take_out(self, some: Parting) -> None:
        """Give back what they have."""
        self._book(some, 1)

    def put_in(self, some: Parting) -> None:
        """Take what they have chosen."""
        self._book(some, -1)

    def _book(self, some: Parting, sign: int) -> None:
        for i in some:
            book(self.board, self.ledger.stock, self.ledger.row, i, self.choice[i], sign)

    def insert(self, some: Parting) -> int:
        """Put them in one after the other, each where that is cheapest; returns their cost."""
        for i in some:
            choose(self.board, self.ledger, i, True, 0.0, self.scratch, self.choice[i])
            self.put_in((i,))
        return self.cost(some)


@cache
def _partings(size: int) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """All ways to part so many things, the one into single things first."""
    found: list[tuple[tuple[int, ...], ...]] = [()]
    for n in range(size):
        alone = [(*parts, (n,)) for parts in found]
        found = alone + [
            (*parts[:at], (*part, n), *parts[at + 1 :]) for parts in found for at, part in enumerate(parts)
        ]
    return tuple(sorted(found, key=lambda parts: (-len(parts), parts)))


def _ways(bunch: Bunch, joints: Joints) -> Iterator[Parting]:
    """Orders and joints that a bunch may be parted into, the orders by themselves first."""
    for parts in _partings(len(bunch)):
        sets = [tuple(bunch[n] for n in part) for part in parts]
        yield tuple(one[0] if len(one) == 1 else joints.joint[one] for one in sets)


def _least(bunch: Bunch, joints: Joints, cost: Callable[[int], float]) -> list[float]:
    """Cost of each way to part a bunch; each order and joint is asked once."""
    known: dict[int, float] = {}
    for way in _ways(bunch, joints):
        for i in way:
            if i not in known:
                known[i] = cost(i)
    return [sum(known[i] for i in way) for way in _ways(bunch, joints)]


def _could_save(bench: _Bench, joints: Joints, bunch: Bunch, contested: BoolArray) -> int:
    """What sharing could take off the bound at most.

    In the bound each order stands with its priced cost, or where nothing is priced with that of its own optimum, which
    may be more: the whole stock need not suffice for all its parcels together. It need not for a joint's either, which
    no plan can send for less. The bound of a cluster was rounded up, by less than one for each contested order; that is
    taken off as well.
    """
    choice = np.full(4, -1, np.int64)
    alone = sum(max(bench.priced(i), bench.own(i, choice) - float(bench.leave[i])) for i in bunch)
    saved = alone - min(alone, *_least(bunch, joints, bench.priced_within))
    if saved <= FLOATING:
        return 0
    rounded = int(contested[list(bunch)].sum())
    return int(np.ceil(saved + (FLOATING if rounded else -FLOATING))) + rounded


def _with_all_stock(bench: _Bench, joints: Joints, joint: int) -> tuple[int, Asunder]:
    """Bound of the cost of a joint's orders with the whole stock to themselves, and the least if not all share."""
    bunch = joints.members[joint]
    choice = np.full(4, -1, np.int64)
    least = min(_least(bunch, joints, lambda i: bench.own(i, choice)))
    stock = bench.all_stock
    there = stock._replace(stock=stock.stock.copy(), row=stock.row.copy())
    trial = replace(bench, ledger=there, choice=np.full_like(bench.choice, -1))
    *asunder, _ = _ways(bunch, joints)
    costs = []
    for way in asunder:
        costs.append((trial.insert(way), trial.paid_minor(way)))
        trial.take_out(way)
    weighed, paid = min(costs)
    return int(least), Asunder(paid, weighs_more=weighed >= bench.cost((joint,)))


def _put_together(bench: _Bench, joints: Joints, contested: BoolArray) -> tuple[int, ...]:
    """Share wherever that costs less, out of what is left; returns the joints that are sent."""
    parted: dict[Bunch, Parting] = {bunch: bunch for bunch in joints.bunches}
    for _ in range(MOST_ROUNDS):
        gained = False
        for bunch, now in parted.items():
            best = _cheapest(bench, joints, bunch, now)
            gained, parted[bunch] = gained or best != now, best
        if not gained:
            break
        gone = _aside(joints, [i for way in parted.values() for i in way if i in joints.members], len(contested))
        there = contested & ~gone
        insert_all(bench.board, bench.ledger, np.flatnonzero(there), 0.0, bench.scratch, bench.choice)
    return tuple(sorted(i for way in parted.values() for i in way if i in joints.members))


def _cheapest(bench: _Bench, joints: Joints, bunch: Bunch, now: Parting) -> Parting:
    """Take a bunch out and put it back in the cheapest way; as it was, if none is cheaper."""
    best, least = now, bench.cost(now)
    record = bench.choice[list(now)].copy()
    bench.take_out(now)
    for way in _ways(bunch, joints):
        cost = bench.insert(way)
        bench.take_out(way)
        if cost < least:
            best, least, record = way, cost, bench.choice[list(way)].copy()
        bench.choice[list(way)] = -1
    bench.choice[list(now)] = -1
    bench.choice[list(best)] = record
    bench.put_in(best)
    return best
