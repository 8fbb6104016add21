"""One order decided again without some of its constraints, while all others keep what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.demand import Order, OrderLine
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.supply import StockLevel
from doorstep.kernels.plan.alone import Alone, Setting, decide_alone, with_orders
from doorstep.kernels.plan.grounds import Grounds
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.ready import Ready
from doorstep.kernels.plan.relax import NETWORK, OTHERS, PARCELS, Key, relaxed
from doorstep.kernels.plan.taken import Taken

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


class Bench:
    """Tries orders of a plan without constraints; what it found once it does not try again."""

    def __init__(self, problem: PlanProblem, sku: dict[str, int], taken: Taken, setting: Setting) -> None:
        self.problem, self.sku, self.taken, self.setting = problem, sku, taken, setting
        self.grounds = Grounds(problem, setting)
        self.found: dict[tuple[str, frozenset[Key]], tuple[Sent, ...]] = {}
        self.levels: dict[str, list[StockLevel]] = {}
        for level in problem.stock:
            self.levels.setdefault(level.sku, []).append(level)

    def sent(self, order: Order, without: frozenset[Key]) -> tuple[Sent, ...]:
        """Say how an order goes without these constraints; empty: it is left."""
        key = order.order, without
        if key not in self.found:
            try:
                self.found[key] = self._pieces(order, without) if PARCELS in without else self._whole(order, without)
            except InvalidProblem:  # what is relaxed costs more than can be added
                self.found[key] = ()
        return self.found[key]

    def _whole(self, order: Order, without: frozenset[Key]) -> tuple[Sent, ...]:
        problem, ready = self._without(order, without)
        return self._decide(problem, ready, without)

    def _pieces(self, order: Order, without: frozenset[Key]) -> tuple[Sent, ...]:
        """Cut the order, unless it goes whole, into several: one for each sku, then each sku's units, too."""
        if whole := self.sent(order, without - {PARCELS}):
            return whole
        kept = [one for one in self.problem.rules if ("rule", one.rule) not in without and one.kind in IN_ONE]
        if any(one.scope.meets(order) for one in kept):
            return ()
        problem, ready = self._without(order, without)  # boxes for all of its goods among its cartons
        (granted,) = problem.orders
        for pieces in _cuts(order):
            some = [replace(granted, order=one.order, lines=one.lines) for one in pieces]
            found = self._decide(with_orders(problem, some), ready, without)
            if found:
                return found
        return ()

    def _without(self, order: Order, without: frozenset[Key]) -> tuple[PlanProblem, Ready]:
        """Give the problem of one order without these constraints, and what was compiled of it."""
        network = self.grounds.network(order, without)
        left = [key for key in without if key[0] not in NETWORK]
        problem = relaxed(self._alone(network.ground, order), left)
        return problem, self.grounds.cartons(network, problem, without)

    def _alone(self, ground: PlanProblem, order: Order) -> PlanProblem:
        """Give a ground the order and its goods, of which it knows no others."""
        whole, skus = self.problem, sorted({line.sku for line in order.lines})
        bids = whole.bid_prices
        if bids is not None:
            bids = replace(bids, rows=tuple(one for one in bids.rows if not one.sku or one.sku in skus))
        problem = replace(
            ground,
            products=tuple(whole.products[self.sku[sku]] for sku in skus),
            stock=tuple(level for sku in skus for level in self.levels.get(sku, ())),
            rules=whole.rules,
        )
        return with_orders(replace(problem, bid_prices=bids), [order])

    def _decide(self, problem: PlanProblem, ready: Ready, without: frozenset[Key]) -> tuple[Sent, ...]:
        columns = [self.sku[one.sku] for one in problem.products]
        stock = self.taken.stock[:, columns]
        taken = replace(self.taken, stock=np.zeros_like(stock) if OTHERS in without else stock)
        alone = decide_alone(problem, self.setting, ready=ready, held=lambda _market, _lanes: taken, together=True)
        return () if alone is None else tuple(_told(alone))


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


def _told(alone: Alone) -> Iterator[Sent]:
    market, picks = alone.market, alone.picks()
    for n, block in enumerate(picks.block.tolist()):
        goods, carton = alone.goods(block), int(picks.carton[n])
        size = market.size_mm[goods[0][0]] if carton == market.n_cartons else market.outer_mm[carton]
        yield Sent(
            market.problem.sites[int(picks.site[n])].site,
            market.carton_name(carton),
            (int(size[0]), int(size[1]), int(size[2])),
            market.problem.tariff.services[int(picks.service[n])].service,
            int(picks.weight_g[n]),
            int(picks.cost[n]),
            tuple((market.problem.products[j].sku, units) for j, units in goods),
        )
