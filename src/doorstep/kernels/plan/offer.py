"""Quotes at checkout: for every cart the plans worth choosing between, from the cheapest to the fastest.

A cart is quoted once by every service; then it is decided once for each date that some service reaches, as if nothing
later would do. Each decision is exact as that of an order alone is, so that the options are the front of cost against
date, given the packer's verdicts: no other plan is both cheaper and sooner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from doorstep.domain.carriage import SPEEDS, Speed
from doorstep.domain.decision import Unplanned
from doorstep.domain.parcel import CostParts
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.assemble import EPOCH, Picks, pick_parcels
from doorstep.kernels.plan.atoms import Atoms, split_orders
from doorstep.kernels.plan.blocks import Blocks, form_blocks
from doorstep.kernels.plan.board import Table, chunk_of, make_board, reduce
from doorstep.kernels.plan.compiled import NEVER, Ledger
from doorstep.kernels.plan.improve import own_choices
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import IntArray, Market, open_market
from doorstep.kernels.plan.plan import ask, plan, terms_of
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.quote import Asked, Quotes, Terms, quote
from doorstep.kernels.plan.ready import Ready
from doorstep.kernels.run import Run

MOST_DATES = 7  # tried for one cart, the earliest ones; and one more without a limit
PLAIN = Run()


@dataclass(frozen=True, slots=True)
class OfferedParcel:
    """A parcel that an option would send; the layout is left to whoever packs it."""

    site: str
    carton: str
    service: str
    ship_at: datetime  # aware, in the site's zone
    promised_by: date
    on_time_ppm: int
    weight_g: int
    cost: CostParts
    contents: tuple[tuple[str, int], ...]  # sku, units


@dataclass(frozen=True, slots=True)
class Option:
    """One way to serve a cart. It is there when its last parcel is; `speed` is that of its slowest service."""

    speed: Speed
    promised_by: date
    on_time_ppm: int  # of the least likely parcel
    cost_minor: int
    parcels: tuple[OfferedParcel, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """Options of one cart, the cheapest first and the fastest last; `why` there are none."""

    options: tuple[Option, ...]
    why: Unplanned | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """All carts of a batch, quoted."""

    market: Market
    terms: Terms
    asked: Asked
    atoms: Atoms
    blocks: Blocks
    book: LoadBook
    quotes: Quotes


def offer(
    problem: PlanProblem, params: PlanParams | None = None, run: Run = PLAIN, ready: Ready | None = None
) -> tuple[Offer, ...]:
    """Offer every cart of a batch its options, each as if it were alone: carts do not compete for stock.

    Parameters
    ----------
    problem
        The carts are its orders.
    params, run, ready
        As in `plan`.

    Raises
    ------
    InvalidProblem
        When the problem contradicts itself. A cart that cannot be served does not raise: it says why.
    """
    params = params or PlanParams()
    market = open_market(problem)
    book = LoadBook(market, PackParams())
    atoms = split_orders(market, book, params.max_parcels, run)
    blocks = form_blocks(market, atoms, book, params.max_parcels, params.exact_atoms, run)
    asked, terms = ask(market), terms_of(market, params, ready)
    quotes = quote(chunk_of(market, terms, asked, blocks, book, 0, len(problem.orders)))
    options = _options(_Seen(market, terms, asked, atoms, blocks, book, quotes))
    return tuple(
        Offer(found, None if found else _why(problem, i, params, run, ready)) for i, found in enumerate(options)
    )


def _why(problem: PlanProblem, i: int, params: PlanParams, run: Run, ready: Ready | None) -> Unplanned | None:
    """Let the planner say it, in the words in which it would leave the order."""
    left = plan(replace(problem, orders=(problem.orders[i],)), params, run, ready=ready).plan.unplanned
    return left[0] if left else None


def _options(seen: _Seen) -> list[tuple[Option, ...]]:
    of, limit = _variants(seen)
    found: list[dict[date, Option]] = [{} for _ in range(len(seen.blocks.order_block) - 1)]
    if len(of) == 0:
        return [() for _ in found]
    table = _table_of(seen, of, limit)
    choice, _ = own_choices(table.board, table.ledger, table.scratch())
    picks = pick_parcels(seen.market, table, seen.book, choice)
    starts = np.searchsorted(picks.order, np.arange(len(of) + 1)).tolist()
    for n, i in enumerate(of.tolist()):
        if starts[n] < starts[n + 1]:
            one = _option(seen, table, picks, range(starts[n], starts[n + 1]))
            held = found[i].get(one.promised_by)
            if held is None or (one.cost_minor, -one.on_time_ppm) < (held.cost_minor, -held.on_time_ppm):
                found[i][one.promised_by] = one
    return [_front(list(options.values())) for options in found]


def _front(options: list[Option]) -> tuple[Option, ...]:
    """Drop what another one beats or equals in cost and date."""
    kept: list[Option] = []
    for one in sorted(options, key=lambda one: (one.cost_minor, one.promised_by)):
        if not kept or one.promised_by < kept[-1].promised_by:
            kept.append(one)
    return tuple(kept)


def _variants(seen: _Seen) -> tuple[IntArray, IntArray]:
    """Carts and the latest day that will do, one for each date to try, sorted by cart and day."""
    quotes = seen.quotes
    served = quotes.total_minor < NEVER
    cart = np.broadcast_to(seen.blocks.block_order[quotes.block][:, None], served.shape)[served]
    day = quotes.legs.promised_day[quotes.leg[served]]
    of: list[int] = []
    limit: list[int] = []
    for i in range(len(seen.blocks.order_block) - 1):
        days = np.unique(day[cart == i]).tolist()
        if len(days) > MOST_DATES:
            days = [*days[:MOST_DATES], days[-1]]
        of += [i] * len(days)
        limit += days
    return np.array(of, np.int64), np.array(limit, np.int64)


def _table_of(seen: _Seen, of: IntArray, limit: IntArray) -> Table:
    """Set a table on which each variant stands as an order of its own, with the quotes that come in time."""
    blocks = _repeat(seen.blocks, of)
    quotes, block_order = seen.quotes, seen.blocks.block_order
    cart = block_order[quotes.block]
    rows = [np.flatnonzero(cart == i) for i in of.tolist()]
    row = np.concatenate(rows)
    variant = np.repeat(np.arange(len(of)), [len(one) for one in rows])
    leg = quotes.leg[row]
    late = (leg < 0) | (quotes.legs.promised_day[leg] > limit[variant][:, None])
    shifted = blocks.order_block[variant] - seen.blocks.order_block[of[variant]]
    rates = replace(
        quotes.rates,
        freight_minor=quotes.rates.freight_minor[row],
        surcharges_minor=quotes.rates.surcharges_minor[row],
    )
    timely = replace(
        quotes,
        block=quotes.block[row] + shifted,
        carton=quotes.carton[row],
        shift=quotes.shift[row],
        leg=leg,
        column=quotes.column[row],
        total_minor=np.where(late, NEVER, quotes.total_minor[row]),
        rates=rates,
        days=quotes.days[of],
    )
    terms, market = seen.terms, seen.market
    best = reduce(timely, len(blocks.block_order), len(terms.lanes.column_site), terms)
    board, held = make_board(market, terms, blocks, best)
    ledger = Ledger(market.stock.copy(), held, np.zeros(market.stock.shape), np.zeros(len(held)))
    asked = Asked(*(getattr(seen.asked, name)[of] for name in Asked.__slots__))
    nothing = np.zeros(market.stock.shape, bool), np.zeros(len(held), bool), np.zeros(len(of), bool)
    return Table(terms, asked, blocks, best, board, ledger, *nothing)


def _repeat(blocks: Blocks, of: IntArray) -> Blocks:
    """Blocks of the carts, once for each variant."""
    orders = of.tolist()
    spans = [np.arange(blocks.order_block[i], blocks.order_block[i + 1]) for i in orders]
    block = np.concatenate(spans)
    counts = np.array([len(one) for one in spans], np.int64)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    parts = [blocks.partition[blocks.order_partition[i] : blocks.order_partition[i + 1]] for i in orders]
    moved = [
        np.where(part >= 0, part - blocks.order_block[i] + start, -1)
        for part, i, start in zip(parts, orders, first.tolist(), strict=False)
    ]
    sizes = blocks.use_start[block + 1] - blocks.use_start[block]
    use_start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    use = np.repeat(blocks.use_start[block] - use_start[:-1], sizes) + np.arange(use_start[-1])
    return Blocks(
        order_block=first,
        block_order=np.repeat(np.arange(len(orders)), counts),
        block_mask=blocks.block_mask[block],
        block_load=blocks.block_load[block],
        block_units=blocks.block_units[block],
        block_at=blocks.block_at[block],
        use_start=use_start,
        use_sku=blocks.use_sku[use],
        use_quantity=blocks.use_quantity[use],
        order_partition=np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64),
        partition=np.ascontiguousarray(np.concatenate(moved)),
        exact=blocks.exact[of],
    )


def _option(seen: _Seen, table: Table, picks: Picks, rows: Sequence[int]) -> Option:
    problem = seen.market.problem
    parcels = tuple(_parcel(seen, table, picks, row) for row in rows)
    offers = problem.tariff.services
    slowest = min(SPEEDS.index(offers[int(picks.service[row])].speed) for row in rows)
    return Option(
        speed=SPEEDS[slowest],
        promised_by=max(one.promised_by for one in parcels),
        on_time_ppm=min(one.on_time_ppm for one in parcels),
        cost_minor=sum(one.cost.total_minor for one in parcels),
        parcels=parcels,
    )


def _parcel(seen: _Seen, table: Table, picks: Picks, row: int) -> OfferedParcel:
    problem = seen.market.problem
    site = problem.sites[int(picks.site[row])]
    key = seen.book.keys[int(table.blocks.block_load[picks.block[row]])]
    return OfferedParcel(
        site=site.site,
        carton=seen.market.carton_name(int(picks.carton[row])),
        service=problem.tariff.services[int(picks.service[row])].service,
        ship_at=datetime.fromtimestamp(int(picks.ship_at[row]), UTC).astimezone(ZoneInfo(site.time_zone)),
        promised_by=EPOCH + timedelta(days=int(picks.promised_day[row])),
        on_time_ppm=int(picks.on_time_ppm[row]),
        weight_g=int(picks.weight_g[row]),
        cost=CostParts(
            pick_minor=int(picks.pick[row]),
            carton_minor=int(picks.carton_minor[row]),
            freight_minor=int(picks.freight[row]),
            surcharges_minor=int(picks.surcharges[row]),
            duty_tax_minor=0,
            lateness_minor=int(picks.lateness[row]),
        ),
        contents=tuple((problem.products[j].sku, units) for j, units in key),
    )
