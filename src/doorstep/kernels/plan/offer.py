"""Quotes at checkout: for every cart the plans worth choosing between, from the cheapest to the fastest.

A cart is quoted once by every service; then it is decided once for each date that some service reaches, as if nothing
later would do. Each decision is exact as that of an order alone is, so that the options are the front of cost against
date, given the packer's verdicts: no other plan is both cheaper and sooner.

Under bid prices, what an option takes from others counts as its cost does, in the choice and in the order of the
options; the cost that is told stays money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from doorstep.domain.carriage import SPEEDS, Speed
from doorstep.domain.decision import AtBorder, Unplanned
from doorstep.domain.emission import sum_of
from doorstep.domain.parcel import CostParts, Injection
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.alone import with_orders
from doorstep.kernels.plan.assemble import EPOCH, Picks, is_fresh
from doorstep.kernels.plan.atoms import split_orders
from doorstep.kernels.plan.blocks import Blocks, exact_limit, form_blocks
from doorstep.kernels.plan.board import board_scratch, chunk_of, make_board, unpriced
from doorstep.kernels.plan.by_day import Choices, QuoteRows, choose_by_day
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.customs import at_border
from doorstep.kernels.plan.footprint import ways
from doorstep.kernels.plan.grams import Ways
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import IntArray, Market, open_market
from doorstep.kernels.plan.outdone import Told
from doorstep.kernels.plan.plan import plan
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.quote import Asked, Quotes, Terms, quote
from doorstep.kernels.plan.ready import Ready, open_book
from doorstep.kernels.plan.relays import injection, local_name
from doorstep.kernels.plan.rules import under_rules
from doorstep.kernels.plan.scales import Scales
from doorstep.kernels.plan.terms import ask, terms_of
from doorstep.kernels.plan.weigh import sure_totals, under_bids, weighed_totals, with_goods
from doorstep.kernels.run import Run

MOST_DATES = 7  # tried for one cart, the earliest ones; and one more without a limit
PACKING = PackParams()
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
    at_border: AtBorder | None = None  # None: it crosses no border, or no duties are known
    injection: Injection | None = None  # None: the service collects it at its site


@dataclass(frozen=True, slots=True)
class Option:
    """One way to serve a cart. It is there when its last parcel is; `speed` is that of its slowest service."""

    speed: Speed
    promised_by: date
    on_time_ppm: int  # of the least likely parcel
    cost_minor: int
    parcels: tuple[OfferedParcel, ...]
    co2e_g: int | None = None  # of CO2e, the middle of what is likely; None: not known, or not asked for


@dataclass(frozen=True, slots=True)
class Offer:
    """Options of one cart, the cheapest first, with what it weighs, and the fastest last; `why` there are none."""

    options: tuple[Option, ...]
    why: Unplanned | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """All carts of a batch, quoted."""

    market: Market
    terms: Terms
    blocks: Blocks
    book: LoadBook
    quotes: Quotes
    asked: Asked
    sure: Quotes  # with commitments; as `quotes` where nothing weighs
    weighed: Quotes  # with all that weighs of a parcel
    ways: Ways | None  # None: nobody asks what is emitted, or there are no factors to tell it by


def offer(
    problem: PlanProblem,
    params: PlanParams | None = None,
    run: Run = PLAIN,
    ready: Ready | None = None,
    carbon: bool = False,
) -> tuple[Offer, ...]:
    """Offer every cart of a batch its options, each as if it were alone: carts do not compete for stock.

    Parameters
    ----------
    problem
        The carts are its orders.
    params, run, ready
        As in `plan`.
    carbon
        Tell of each option what it emits, too; it changes none of them.

    Raises
    ------
    InvalidProblem
        When the problem contradicts itself. A cart that cannot be served does not raise: it says why.
    """
    params = params or PlanParams()
    market = under_bids(under_rules(open_market(problem, ready.market if ready else None)))
    book = open_book(market, PACKING, ready)
    atoms = split_orders(market, book, params.max_parcels, run)
    blocks = form_blocks(market, atoms, book, params.max_parcels, exact_limit(atoms, params), run)
    asked, terms = ask(market), terms_of(market, params, ready)
    chunk = chunk_of(market, terms, asked, blocks, book, 0, len(problem.orders), told=Told.NONE)
    quotes = quote(chunk)
    sure = weighed = sure_totals(chunk, quotes)
    if market.scales is not None:
        weighed = with_goods(market.scales, blocks, weighed_totals(chunk, sure))
    led = ways(market) if carbon else None
    options = _options(_Seen(market, terms, blocks, book, quotes, asked, sure, weighed, led))
    return tuple(
        Offer(found, None if found else _why(problem, i, params, run, ready)) for i, found in enumerate(options)
    )


def _why(problem: PlanProblem, i: int, params: PlanParams, run: Run, ready: Ready | None) -> Unplanned | None:
    """Let the planner say it, in the words in which it would leave the order."""
    left = plan(with_orders(problem, (problem.orders[i],)), params, run, ready=ready).plan.unplanned
    return left[0] if left else None


def _options(seen: _Seen) -> list[tuple[Option, ...]]:
    """Of the choices of each cart, those that no other beats or equals in cost and date, the cheapest first."""
    picks, weight = _pick(seen)
    found: list[list[Option]] = [[] for _ in range(len(seen.blocks.order_block) - 1)]
    starts = np.flatnonzero(picks.number == 1)  # of the parcels of each choice
    if len(starts) == 0:
        return [() for _ in found]
    cart, stops = picks.order[starts], [*starts[1:].tolist(), len(picks.number)]
    cost, due = np.add.reduceat(picks.cost + weight, starts), np.maximum.reduceat(picks.promised_day, starts)
    likely = np.minimum.reduceat(picks.on_time_ppm, starts)
    for n in np.lexsort((-likely, due, cost, cart)).tolist():
        kept = found[cart[n]]
        if not kept or due[n] < (kept[-1].promised_by - EPOCH).days:
            kept.append(_option(seen, picks, range(int(starts[n]), stops[n])))
    return [tuple(options) for options in found]


def _choose(seen: _Seen) -> Choices:
    """Choose for every cart and each of the latest days that would do.

    A cart is served by a day if its cost alone, commitments counted, is less than that of leaving it: what it weighs
    says how it is served, and never that it is not.
    """
    scales, choices = seen.market.scales, _choose_by(seen, seen.sure)
    if scales is None:
        return choices
    weighed = _choose_by(seen, seen.weighed, scales)
    carts = len(seen.blocks.order_block) - 1
    served, found = np.bincount(choices.cart, minlength=carts), np.bincount(weighed.cart, minlength=carts)
    left = np.cumsum(found)[weighed.cart] - np.arange(len(weighed.cart))  # choices of a cart from each on, it included
    kept = left <= served[weighed.cart]  # the days that serve a cart are the latest ones
    return Choices(*(column[kept] for column in weighed))


def _choose_by(seen: _Seen, quotes: Quotes, scales: Scales | None = None) -> Choices:
    blocks, lanes = seen.blocks, seen.terms.lanes
    shape = len(blocks.block_order), len(lanes.column_site)
    board, held = make_board(seen.market, lanes, blocks, np.full(shape, NEVER), quotes.days)
    board = board._replace(option=np.zeros(board.cost.size, np.int64))
    if scales is not None:
        board = board._replace(
            pick_order=board.pick_order + scales.site_minor, unplanned=board.unplanned + scales.leaving_minor
        )
    ledger = unpriced(board, seen.market.stock, held)
    rows = QuoteRows(
        np.searchsorted(quotes.block, np.arange(shape[0] + 1)),
        quotes.leg,
        quotes.column,
        quotes.total_minor,
        quotes.legs.promised_day,
    )
    most = (len(blocks.order_block) - 1) * (MOST_DATES + 1)
    choices = Choices(np.zeros(most, np.int64), *(np.full((most, 3), -1, np.int64) for _ in range(3)))
    count = choose_by_day(board, ledger, board_scratch(board), rows, MOST_DATES, choices)
    return Choices(*(column[:count] for column in choices))


def _pick(seen: _Seen) -> tuple[Picks, IntArray]:
    """Read the chosen parcels off the quotes; and what each weighs beside its cost."""
    quotes, market, lanes = seen.quotes, seen.market, seen.terms.lanes
    choices = _choose(seen)
    choice, slot = np.nonzero(choices.column >= 0)
    row, service = choices.row[choice, slot], choices.service[choice, slot]
    parcel, leg, site = quotes.rated[row], quotes.leg[row, service], quotes.site[row]
    fresh = is_fresh(choice, lanes.column_group[choices.column[choice, slot]])
    fee = np.where(fresh, market.pick_order_minor[site], 0)
    weight = seen.weighed.total_minor[row, service] - quotes.total_minor[row, service]
    if market.scales is not None:
        weight += np.where(fresh, market.scales.site_minor[site], 0)
    picks = Picks(
        order=choices.cart[choice],
        number=slot + 1,
        block=quotes.block[row],
        site=site,
        carton=quotes.carton[row],
        service=service,
        weight_g=quotes.problem.parcels.weight_g[parcel],
        billed_g=quotes.rates.billed_weight_g[parcel, service],
        ship_at=quotes.legs.ship_at[leg],
        ship_day=quotes.legs.ship_day[leg],
        promised_day=quotes.legs.promised_day[leg],
        on_time_ppm=quotes.legs.on_time_ppm[leg],
        pick=quotes.pick_minor[row] + fee,
        carton_minor=quotes.carton_minor[row],
        freight=quotes.rates.freight_minor[parcel, service],
        surcharges=quotes.rates.surcharges_minor[parcel, service],
        lateness=quotes.lateness_minor[row, service],
        duty_tax=quotes.duty_tax_minor[parcel, service],
    )
    return picks, weight


def _option(seen: _Seen, picks: Picks, rows: Sequence[int]) -> Option:
    problem = seen.market.problem
    parcels = tuple(_parcel(seen, picks, row) for row in rows)
    offers = problem.tariff.services
    slowest = min(SPEEDS.index(offers[int(picks.service[row])].speed) for row in rows)
    return Option(
        speed=SPEEDS[slowest],
        promised_by=max(one.promised_by for one in parcels),
        on_time_ppm=min(one.on_time_ppm for one in parcels),
        cost_minor=sum(one.cost.total_minor for one in parcels),
        parcels=parcels,
        co2e_g=None if seen.ways is None else _co2e_g(seen.ways, picks, rows),
    )


def _co2e_g(led: Ways, picks: Picks, rows: Sequence[int]) -> int | None:
    """Add up what the parcels of an option emit, as a plan tells it of those that it chooses."""
    at = np.array(rows, np.int64)
    found = sum_of(led.grams(picks.order[at], picks.site[at], picks.service[at], picks.weight_g[at]))
    return None if found is None else found.mid_g


def _parcel(seen: _Seen, picks: Picks, row: int) -> OfferedParcel:
    problem = seen.market.problem
    site = problem.sites[int(picks.site[row])]
    key = seen.book.keys[int(seen.blocks.block_load[picks.block[row]])]
    return OfferedParcel(
        site=site.site,
        carton=seen.market.carton_name(int(picks.carton[row])),
        service=local_name(problem, int(picks.service[row])),
        ship_at=datetime.fromtimestamp(int(picks.ship_at[row]), UTC).astimezone(ZoneInfo(site.time_zone)),
        promised_by=EPOCH + timedelta(days=int(picks.promised_day[row])),
        on_time_ppm=int(picks.on_time_ppm[row]),
        weight_g=int(picks.weight_g[row]),
        cost=CostParts(
            pick_minor=int(picks.pick[row]),
            carton_minor=int(picks.carton_minor[row]),
            freight_minor=int(picks.freight[row]),
            surcharges_minor=int(picks.surcharges[row]),
            duty_tax_minor=int(picks.duty_tax[row]),
            lateness_minor=int(picks.lateness[row]),
        ),
        contents=tuple((problem.products[j].sku, units) for j, units in key),
        at_border=at_border(
            seen.market,
            seen.terms.customs,
            key,
            site=int(picks.site[row]),
            service=int(picks.service[row]),
            destination=int(seen.asked.destination[picks.order[row]]),
            goods=int(seen.asked.goods_minor[picks.order[row]]),
            day=int(picks.ship_day[row]),
            freight=int(picks.freight[row] + picks.surcharges[row]),
        ),
        injection=injection(
            problem,
            seen.market.relays,
            seen.terms.network,
            int(picks.service[row]),
            int(picks.ship_day[row]),
            int(picks.weight_g[row]),
        ),
    )
