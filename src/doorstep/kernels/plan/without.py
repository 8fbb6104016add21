"""One order decided again without some of its constraints, while all others keep what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.bids import BidPrices
from doorstep.domain.demand import Order, OrderLine
from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.assemble import pick_parcels
from doorstep.kernels.plan.atoms import split_orders
from doorstep.kernels.plan.blocks import form_blocks
from doorstep.kernels.plan.board import Table, set_table
from doorstep.kernels.plan.compiled import NEVER, book, choose
from doorstep.kernels.plan.lanes import Lanes
from doorstep.kernels.plan.loads import LoadBook, Verdicts
from doorstep.kernels.plan.market import IntArray, Market, open_market
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.ready import Ready, make_ready
from doorstep.kernels.plan.relax import CARTONS, NETWORK, OTHERS, PARCELS, Key, relaxed
from doorstep.kernels.plan.rules import under_rules
from doorstep.kernels.plan.search import Assignment
from doorstep.kernels.plan.terms import ask, terms_of
from doorstep.kernels.plan.weigh import under_bids
from doorstep.kernels.plan.wish import given_up
from doorstep.kernels.run import Run

IN_ONE = frozenset({"never_split", "max_parcels", "ship_together"})  # rules that forbid to cut an order in two
MOST_PIECES = 24


@dataclass(frozen=True, slots=True)
class Sent:
    """A parcel by which an order could go."""

    site: str
    carton: str
    size_mm: tuple[int, int, int]  # outer; of an own box that of the goods
    service: str
    weight_g: int
    cost_minor: int
    goods: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a plan's orders hold, by the rows of its ledger."""

    stock: IntArray  # [K, J]
    rows: IntArray  # [L, D] orders or parcels of each limit and day
    start: int  # the first of the days

    @classmethod
    def of(cls, market: Market, table: Table, assignment: Assignment) -> Taken:
        """Read it off what is left."""
        limit, left, days = table.terms.lanes.limit, assignment.ledger.row, table.best.days
        rows = limit[:, None] - left.reshape(len(limit), -1) if len(limit) else np.zeros((0, 1), np.int64)
        return cls(market.stock - assignment.ledger.stock, rows, int(days.min(initial=NEVER, where=days >= 0)))


class Bench:
    """Tries orders of a plan without constraints; what it found once it does not try again."""

    def __init__(
        self,
        problem: PlanProblem,
        sku: dict[str, int],
        taken: Taken,
        params: PlanParams,
        pack: PackParams,
        known: Verdicts,
    ) -> None:
        self.problem, self.sku, self.taken = problem, sku, taken
        self.params, self.pack, self.known = params, pack, known
        self.ready: dict[object, Ready] = {}
        self.found: dict[tuple[str, frozenset[Key]], tuple[Sent, ...]] = {}
        self.levels: dict[str, list[int]] = {}
        for at, level in enumerate(problem.stock):
            self.levels.setdefault(level.sku, []).append(at)

    def sent(self, order: Order, without: frozenset[Key]) -> tuple[Sent, ...]:
        """Say how an order goes without these constraints; empty: it is left."""
        key = order.order, without
        if key not in self.found:
            try:
                self.found[key] = self._whole(order, without) or self._pieces(order, without)
            except InvalidProblem:  # what is relaxed costs more than can be added
                self.found[key] = ()
        return self.found[key]

    def alone(self, order: Order, pieces: tuple[Order, ...] = ()) -> PlanProblem:
        """Give the problem of one order, of its goods only."""
        whole, skus = self.problem, sorted({line.sku for line in order.lines})
        return replace(
            whole,
            orders=pieces or (order,),
            products=tuple(whole.products[self.sku[sku]] for sku in skus),
            stock=tuple(whole.stock[at] for sku in skus for at in self.levels.get(sku, ())),
            inbound=tuple(one for one in whole.inbound if one.sku in skus),
            bid_prices=None if whole.bid_prices is None else _of_goods(whole.bid_prices, skus, order.order, pieces),
        )

    def _whole(self, order: Order, without: frozenset[Key]) -> tuple[Sent, ...]:
        return self._decide(relaxed(self.alone(order), without), without)

    def _pieces(self, order: Order, without: frozenset[Key]) -> tuple[Sent, ...]:
        """Cut the order into several, one for each sku, then each sku's units, too."""
        if PARCELS not in without:
            return ()
        problem = self.problem
        kept = [one for one in problem.rules if ("rule", one.rule) not in without and one.kind in IN_ONE]
        if any(one.scope.meets(order) for one in kept):
            return ()
        for pieces in _cuts(order):
            found = self._decide(self._relaxed_pieces(order, pieces, without), without)
            if found:
                return found
        return ()

    def _relaxed_pieces(self, order: Order, pieces: tuple[Order, ...], without: frozenset[Key]) -> PlanProblem:
        """What is relaxed for the order is for its pieces: boxes for all of its goods among them."""
        made = relaxed(self.alone(order), without)
        wished = made.orders[0]
        return replace(
            self.alone(order, pieces),
            orders=tuple(replace(wished, order=one.order, lines=one.lines) for one in pieces),
            **{
                name: getattr(made, name)
                for name in ("brand", "sites", "collections", "linehauls", "stock", "cartons", "tariff", "rules")
            },
        )

    def _ready(self, problem: PlanProblem, without: frozenset[Key]) -> Ready:
        """What orders do not change, compiled once for each network."""
        order = problem.orders[0]
        network = frozenset(kind for kind, _ in without if kind in NETWORK)
        at = (
            network,
            order.place.country if "zone" in network else "",
            bool(order.pickup_point) if "door" in network else None,
        )
        bare = replace(problem, orders=(), products=(), stock=(), inbound=(), rules=(), bid_prices=None)
        if at not in self.ready:
            ready = make_ready(replace(bare, cartons=self.problem.cartons))
            ready.verdicts[self.pack] = self.known
            self.ready[at] = ready
        ready = self.ready[at]
        if any(kind in CARTONS for kind, _ in without):
            return replace(ready, market=open_market(bare), verdicts={})
        return ready

    def _decide(self, problem: PlanProblem, without: frozenset[Key]) -> tuple[Sent, ...]:
        params, run, ready = self.params, Run(), self._ready(problem, without)
        market = under_bids(under_rules(open_market(problem, ready.market)))
        loads = LoadBook(market, self.pack, ready.verdicts_of(self.pack))
        atoms = split_orders(market, loads, params.max_parcels, run)
        if atoms.faults:
            return ()
        blocks = form_blocks(market, atoms, loads, params.max_parcels, params.exact_atoms, run)
        terms, asked = terms_of(market, params, ready), ask(market)
        while True:
            table = set_table(market, terms, asked, atoms, blocks, loads, run)
            self._take(market, terms.lanes, table, without)
            choice = _choices(table)
            late = given_up(asked.insists, blocks, choice)
            if not late.any():
                break
            asked = replace(asked, insists=asked.insists & ~late)
        if (choice[:, 0] < 0).any():
            return ()
        return tuple(_told(market, table, loads, choice))

    def _take(self, market: Market, lanes: Lanes, table: Table, without: frozenset[Key]) -> None:
        """Take what others hold off the ledger."""
        ledger = table.ledger
        if OTHERS not in without:
            columns = [self.sku[one.sku] for one in market.problem.products]
            ledger.stock[:] -= self.taken.stock[:, columns]
        days = table.best.days
        if ("capacity", "") in without or not len(lanes.limit) or not (days >= 0).any():
            return
        rows = ledger.row.reshape(len(lanes.limit), -1)
        first = int(days.min(initial=NEVER, where=days >= 0))
        start, stop = (
            max(first, self.taken.start),
            min(first + rows.shape[1], self.taken.start + self.taken.rows.shape[1]),
        )
        if start < stop:
            held = self.taken.rows[:, start - self.taken.start : stop - self.taken.start]
            rows[:, start - first : stop - first] -= held


def _choices(table: Table) -> IntArray:
    """Every order's choice out of what those before it leave."""
    board, ledger, scratch = table.board, table.ledger, table.scratch()
    choice = np.full((len(board.unplanned), 4), -1, np.int64)
    for i in range(len(choice)):
        choose(board, ledger, i, True, 0.0, scratch, choice[i])
        book(board, ledger.stock, ledger.row, i, choice[i], -1)
    return choice


def _cuts(order: Order) -> Iterator[tuple[Order, ...]]:
    """Ways to cut an order: by sku, then each sku's units in 2 and 8."""
    units: dict[str, OrderLine] = {}
    for line in order.lines:
        had = units.get(line.sku)
        units[line.sku] = line if had is None else replace(had, quantity=had.quantity + line.quantity)
    for parts in (1, 2, 8):
        lines = []
        for line in units.values():
            cuts = min(parts, line.quantity)
            whole, more = divmod(line.quantity, cuts)
            lines += [replace(line, quantity=whole + (n < more)) for n in range(cuts)]
        if len(lines) > MOST_PIECES or (parts > 1 and len(lines) == len(units)):
            return
        if len(lines) > 1:
            yield tuple(replace(order, order=f"{order.order} {n}", lines=(one,)) for n, one in enumerate(lines))


def _of_goods(bids: BidPrices, skus: list[str], order: str, pieces: tuple[Order, ...]) -> BidPrices:
    """Keep what weighs on an order."""
    return replace(
        bids,
        rows=tuple(one for one in bids.rows if not one.sku or one.sku in skus),
        speed=tuple(one for one in bids.speed if not one.order or (one.order == order and not pieces)),
    )


def _told(market: Market, table: Table, loads: LoadBook, choice: IntArray) -> Iterator[Sent]:
    picks = pick_parcels(market, table, loads, choice)
    for n, block in enumerate(picks.block.tolist()):
        goods, carton = loads.keys[int(table.blocks.block_load[block])], int(picks.carton[n])
        own = carton == market.n_cartons
        size = market.size_mm[goods[0][0]] if own else market.outer_mm[carton]
        yield Sent(
            market.problem.sites[int(picks.site[n])].site,
            market.carton_name(carton),
            (int(size[0]), int(size[1]), int(size[2])),
            market.problem.tariff.services[int(picks.service[n])].service,
            int(picks.weight_g[n]),
            int(picks.cost[n]),
            tuple((market.problem.products[j].sku, units) for j, units in goods),
        )
