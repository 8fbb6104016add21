"""Put weights on a choice beside its cost: bid prices, commitment prices, the values of speed and carbon.

They are added to what the search sees and never to what is paid. Weights are whole minor units: goods, speed and
carbon are rounded once for each parcel, room and commitments once each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from doorstep.domain.bids import BidPrices, CarbonValue, SpeedValue
from doorstep.kernels.carbon.problem import MAX_WEIGHT_G
from doorstep.kernels.plan.blocks import Blocks
from doorstep.kernels.plan.compiled import Board, Ledger, Scratch
from doorstep.kernels.plan.footprint import ways
from doorstep.kernels.plan.grams import GRAMS_PER_KG, CarbonScale
from doorstep.kernels.plan.improve import cost_of, own_choices
from doorstep.kernels.plan.market import BoolArray, IntArray, Market
from doorstep.kernels.plan.quote import NEVER, Chunk, Quotes
from doorstep.kernels.plan.scales import MOST_DAYS, Scales, half_up

EPOCH = date(1970, 1, 1)
ROUNDINGS = 6  # minor units that whole minor units may add to an order's weights
MOST_PARCELS = 3


def under_bids(market: Market) -> Market:
    """Give the market the weights of its problem. Where nothing weighs it is the same."""
    bids = market.problem.bid_prices
    if bids is None:
        return market
    stock, site, service = _rows(market, bids)
    commitment = _commitments(market, bids)
    speed, next_day = _speed(market, bids)
    carbon = _carbon(market, bids)
    if carbon is None and not any(one.any() for one in (stock, site, service, commitment, speed, next_day)):
        return market
    orders, minor = market.problem.orders, market.problem.brand.currency.micros_per_minor
    most = np.zeros(len(orders), np.int64)
    if not bids.may_leave:
        dearest = stock.max(axis=0, initial=0)
        room = MOST_PARCELS * int(site.max(initial=0) + service.max(initial=0))
        for i, order in enumerate(orders):
            known = [line for line in order.lines if line.sku in market.sku]
            goods = sum(int(dearest[market.sku[line.sku]]) * line.quantity for line in known)
            micros = goods + room + MOST_DAYS * int(speed[i]) + int(next_day[i])
            most[i] = -(-micros // minor) + ROUNDINGS if micros else 0
        if carbon is not None:
            most += _most_carbon_minor(market, carbon)
    scales = Scales(
        stock_micros=stock,
        site_minor=half_up(site, minor),
        service_minor=half_up(service, minor),
        commitment_minor=half_up(commitment, minor),
        speed_micros=speed,
        next_day_micros=next_day,
        placed_day=np.array([(order.placed_at.date() - EPOCH).days for order in orders], np.int64),
        units=np.array([max(1, sum(one.quantity for one in order.lines)) for order in orders], np.int64),
        leaving_minor=most,
        micros_per_minor=minor,
        carbon=carbon,
    )
    return replace(market, scales=scales)


def _rows(market: Market, bids: BidPrices) -> tuple[IntArray, IntArray, IntArray]:
    stock = np.zeros(market.stock.shape, np.int64)
    site, service = np.zeros(len(market.site), np.int64), np.zeros(market.calls.shape, np.int64)
    for one in bids.rows:
        k = market.site[one.site]
        if one.sku:
            stock[k, market.sku[one.sku]] = one.price_micros
        elif one.service:
            service[k, market.service[one.service]] = one.price_micros
        else:
            site[k] = one.price_micros
    return stock, site, service


def _commitments(market: Market, bids: BidPrices) -> IntArray:
    found = np.zeros(len(market.service), np.int64)
    for v, offer in enumerate(market.problem.tariff.services):
        found[v] = sum(
            one.price_micros
            for one in bids.commitments
            if one.carrier == offer.carrier and one.service in ("", offer.service)
        )
    return found


def _speed(market: Market, bids: BidPrices) -> tuple[IntArray, IntArray]:
    """[N] of each day, and [N] of more than one."""
    of_order = {one.order: one for one in bids.speed}
    common = of_order.get("", SpeedValue())
    found = [of_order.get(order.order, common) for order in market.problem.orders]
    return np.array([one.day_micros for one in found], np.int64), np.array(
        [one.next_day_micros for one in found], np.int64
    )


def _carbon(market: Market, bids: BidPrices) -> CarbonScale | None:
    """Of orders whose ways are known; None: carbon weighs on none of them."""
    of_order = {one.order: one for one in bids.carbon}
    common = of_order.get("", CarbonValue())
    worth = np.array([of_order.get(one.order, common).kg_micros for one in market.problem.orders], np.int64)
    known = ways(market) if worth.any() else None
    if known is None or not worth[known.located].any():
        return None
    return CarbonScale(np.where(known.located, worth, 0), known, market.problem.brand.currency.micros_per_minor)


def _most_carbon_minor(market: Market, carbon: CarbonScale) -> IntArray:
    """[N] the most that the carbon of an order weighs: three parcels, each as heavy as all of it, on the worst way."""
    orders, relays = market.problem.orders, market.problem.relays
    goods = [
        sum(int(market.weight_g[market.sku[one.sku]]) * one.quantity for one in order.lines if one.sku in market.sku)
        for order in orders
    ]
    heaviest = np.minimum(
        np.array(goods, np.int64) + max((one.tare_g for one in market.problem.cartons), default=0), MAX_WEIGHT_G
    )
    direct = len(market.service) - len(relays)
    lanes = [(k, v) for k in range(len(market.site)) for v in range(direct)]
    lanes += [(market.site[one.linehaul.site], direct + x) for x, one in enumerate(relays)]
    at, most = np.arange(len(orders)), np.zeros(len(orders), np.int64)
    for k, v in lanes:
        there = np.full(len(orders), k), np.full(len(orders), v)
        most = np.maximum(most, carbon.ways.middle_g(at, *there, heaviest))
    whole, rest = np.divmod(carbon.kg_micros, GRAMS_PER_KG * carbon.micros_per_minor)
    return MOST_PARCELS * (most * whole - (-most * rest // (GRAMS_PER_KG * carbon.micros_per_minor)))


def sure_totals(chunk: Chunk, quotes: Quotes) -> Quotes:
    """Count commitments in, as money that is certain to be earned or paid."""
    scales = chunk.scales
    if scales is None or not scales.commitment_minor.any():
        return quotes
    total = quotes.total_minor
    return replace(quotes, total_minor=np.where(total < NEVER, total + scales.commitment_minor, NEVER))


def weighed_totals(chunk: Chunk, quotes: Quotes) -> Quotes:
    """Count in all that differs between services; `quotes` as `sure_totals` gives them."""
    scales, total = chunk.scales, quotes.total_minor
    if scales is None:
        return quotes
    order = chunk.order[quotes.block]
    day = np.where(quotes.leg >= 0, quotes.legs.promised_day[quotes.leg], 0)
    speed = scales.speed_minor(order[:, None], chunk.units[quotes.block][:, None], day)
    more = scales.service_minor[quotes.site] + speed
    if scales.carbon is not None:
        weight_g = quotes.problem.parcels.weight_g[quotes.rated]
        more = more + scales.carbon.of_quotes(order, quotes.site, weight_g, total < NEVER)
    return replace(quotes, total_minor=np.where(total < NEVER, total + more, NEVER))


def with_goods(scales: Scales, blocks: Blocks, quotes: Quotes) -> Quotes:
    """Count in what the goods weigh where they lie; of quotes of all blocks, as `weighed_totals` gives them."""
    goods = scales.goods_minor(blocks.use_start, blocks.use_sku, blocks.use_quantity)[quotes.block, quotes.site]
    total = quotes.total_minor
    return replace(quotes, total_minor=np.where(total < NEVER, total + goods[:, None], NEVER))


@dataclass(frozen=True, slots=True)
class Weighed:
    """A board on which weights are part of the cost, and what the bound has to be told of."""

    board: Board
    beyond: IntArray  # [N] of the orders that no price keeps from being left: what leaving them weighs


def weigh_board(
    scales: Scales, board: Board, blocks: Blocks, sure: IntArray, ledger: Ledger, scratch: Scratch
) -> Weighed:
    """Add what goods and picking weigh to a board's costs, and what orders may weigh to the price of leaving them.

    `sure` [B, Q] is the least cost of blocks in columns, commitments in it but neither bid prices nor speed. An order
    that costs as much as leaving it even so, with the whole stock to itself, stays as cheap to leave as it was.
    """
    goods = scales.goods_minor(blocks.use_start, blocks.use_sku, blocks.use_quantity)
    cost = np.where(board.cost < NEVER, board.cost + goods[:, board.column_site], NEVER)
    choice, _ = own_choices(board._replace(cost=sure), ledger, scratch)
    served = choice[:, 0] >= 0
    weighed = board._replace(
        cost=cost,
        pick_order=board.pick_order + scales.site_minor,
        unplanned=board.unplanned + np.where(served, scales.leaving_minor, 0),
    )
    return Weighed(weighed, np.where(served, 0, scales.leaving_minor))


def bids_minor(market: Market, board: Board, choice: IntArray, paid_minor: int, aside: BoolArray | None = None) -> int:
    """What the chosen parcels weigh beyond what is paid for them, and what leaving the others weighs.

    `aside` [N]: neither sent nor left, see `sharing`.
    """
    scales = market.scales
    if scales is None:
        return 0
    sent = choice[:, 0] >= 0
    left = ~sent if aside is None else ~sent & ~aside
    return cost_of(board, np.flatnonzero(sent), choice) - paid_minor + int(scales.leaving_minor[left].sum())
