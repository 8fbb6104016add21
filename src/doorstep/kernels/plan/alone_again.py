"""One order decided again while all others keep what they hold: by the board, or from the problem anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.parcel import Parcel
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.alternatives import Alternatives
from doorstep.kernels.plan.assemble import EPOCH, pick_parcels
from doorstep.kernels.plan.atoms import split_orders
from doorstep.kernels.plan.blocks import exact_limit, form_blocks
from doorstep.kernels.plan.board import Table, set_table
from doorstep.kernels.plan.compiled import NEVER, Board, Ledger, book, choose, true_cost
from doorstep.kernels.plan.improve import own_choices
from doorstep.kernels.plan.lanes import Lanes
from doorstep.kernels.plan.loads import LoadBook, Verdicts
from doorstep.kernels.plan.market import IntArray, Market, open_market
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.rules import under_rules
from doorstep.kernels.plan.terms import ask, terms_of
from doorstep.kernels.plan.wish import given_up
from doorstep.kernels.run import Run

Sending = tuple[str, str, str, str, tuple[tuple[str, int], ...]]  # site, carton, service, day of leaving, goods


@dataclass(frozen=True, slots=True)
class Again:
    """What the order then costs, and how it is sent; not at all: it is left."""

    cost_minor: int
    sent: tuple[Sending, ...]


class Trial:
    """An order's choice under what others leave it, tried with other costs or with more to draw on.

    While it is open its own choice is given back to the ledger; closing it takes it again.
    """

    def __init__(self, seen: Alternatives) -> None:
        board, i = seen.table.board, seen.i
        self.ledger, self.choice = seen.assignment.ledger, seen.assignment.choice[i]
        self.whole, self.i = board, i
        first, last = (int(at) for at in board.order_block[i : i + 2])
        start, stop = (int(at) for at in board.order_partition[i : i + 2])
        parts, use = board.partition[start:stop], board.use_start[first : last + 1]
        self.cost: IntArray = board.cost[first:last]
        self.board = board._replace(
            order_block=np.array([0, last - first]),
            order_partition=np.array([0, stop - start]),
            partition=np.where(parts >= 0, parts - first, -1),
            use_start=use - use[0],
            use_sku=board.use_sku[use[0] : use[-1]],
            use_quantity=board.use_quantity[use[0] : use[-1]],
            column_row=board.column_row[i : i + 1],
            group_row=board.group_row[i : i + 1],
            unplanned=board.unplanned[i : i + 1],
        )
        self.scratch = seen.table.scratch()

    def __enter__(self) -> Trial:
        book(self.whole, self.ledger.stock, self.ledger.row, self.i, self.choice, 1)
        return self

    def __exit__(self, *error: object) -> None:
        book(self.whole, self.ledger.stock, self.ledger.row, self.i, self.choice, -1)

    def least(self, cost: IntArray | None = None) -> int:
        """Cost of the cheapest choice; `cost` [n, Q] in place of that of the order's blocks in columns."""
        cost = self.cost if cost is None else cost
        served = cost < NEVER
        board: Board = self.board._replace(
            cost=np.ascontiguousarray(cost),
            option_start=np.concatenate([[0], np.cumsum(served.sum(axis=1))]).astype(np.int64),
            option=np.nonzero(served)[1].copy(),
        )
        choice = np.full(4, -1, np.int64)
        choose(board, self.ledger, 0, True, 0.0, self.scratch, choice)
        return int(true_cost(board, 0, choice))


def decided_again(
    problem: PlanProblem,
    order: str,
    held: Iterable[Parcel],
    params: PlanParams | None = None,
    pack_params: PackParams | None = None,
    known: Verdicts | None = None,
) -> Again:
    """Decide an order anew out of a problem, others keeping their parcels.

    It sees the problem's whole stock when it is cut into atoms, as in a plan of all, and draws on what is left of it.

    Parameters
    ----------
    problem
        With the order; what others are is read off their parcels.
    order
        Its id.
    held
        Parcels of a plan of the problem; those of the order itself do not count.
    params, pack_params, known
        As in `plan`; what the packer found before.
    """
    params, run = params or PlanParams(), Run()
    alone = replace(problem, orders=tuple(one for one in problem.orders if one.order == order))
    market = under_rules(open_market(alone))
    loads = LoadBook(market, pack_params or PackParams(), {} if known is None else known)
    atoms = split_orders(market, loads, params.max_parcels, run)
    blocks = form_blocks(market, atoms, loads, params.max_parcels, exact_limit(atoms, params), run)
    others = [parcel for parcel in held if order not in parcel.orders]
    terms, asked = terms_of(market, params), ask(market)
    while True:
        table = set_table(market, terms, asked, atoms, blocks, loads, run)
        taken(market, terms.lanes, table, others)
        choice, cost = own_choices(table.board, table.ledger, table.scratch())
        if not given_up(asked.insists, blocks, choice).any():
            break
        asked = replace(asked, insists=np.zeros(1, bool))
    return Again(int(cost[0]), _sent(market, table, loads, choice))


def taken(market: Market, lanes: Lanes, table: Table, others: Iterable[Parcel]) -> None:
    """Take what parcels of others use off the ledger of a table: units, and room where a day has a limit."""
    ledger: Ledger = table.ledger
    leaves, limits = table.best.days, _limits(market)
    start = int(leaves.min(initial=NEVER, where=leaves >= 0))
    days = len(ledger.row) // max(1, len(lanes.limit))
    seen: set[tuple[str, int, int]] = set()
    for parcel in others:
        k, day = market.site[parcel.site], (parcel.ship_at.date() - EPOCH).days - start
        for content in parcel.contents:
            ledger.stock[k, market.sku[content.sku]] -= content.quantity
        if not 0 <= day < days:
            continue
        if (k, -1) in limits and (parcel.orders[0], k, day) not in seen:
            seen.add((parcel.orders[0], k, day))
            ledger.row[limits[k, -1] * days + day] -= 1
        if (k, market.service[parcel.service]) in limits:
            ledger.row[limits[k, market.service[parcel.service]] * days + day] -= 1


def _limits(market: Market) -> dict[tuple[int, int], int]:
    """Number the limits as `lay_lanes` does: sites with a capacity, then pairs of site and service."""
    pairs = [(int(k), -1) for k in np.flatnonzero(market.site_capacity >= 0)]
    pairs += [(int(k), int(v)) for k, v in np.argwhere(market.service_capacity >= 0)]
    return {pair: n for n, pair in enumerate(pairs)}


def _sent(market: Market, table: Table, loads: LoadBook, choice: IntArray) -> tuple[Sending, ...]:
    picks = pick_parcels(market, table, loads, choice)
    rows = zip(picks.block, picks.site, picks.carton, picks.service, picks.ship_day, strict=True)
    return tuple(
        sorted(
            (
                market.problem.sites[int(k)].site,
                market.carton_name(int(c)),
                market.problem.tariff.services[int(v)].service,
                np.datetime64(int(day), "D").item().isoformat(),
                tuple(
                    (market.problem.products[j].sku, units)
                    for j, units in loads.keys[int(table.blocks.block_load[block])]
                ),
            )
            for block, k, c, v, day in rows
        )
    )
