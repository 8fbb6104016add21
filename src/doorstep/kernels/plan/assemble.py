"""From choices to parcels: dates, charge lines, contents and layouts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from doorstep.domain.demand import Order
from doorstep.domain.emission import Footprint
from doorstep.domain.parcel import Content, CostParts, Parcel, Placement
from doorstep.domain.plan import Figures
from doorstep.kernels.pack.layout import place_all
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.customs import Customs, consign, contents_of
from doorstep.kernels.plan.load_lines import Key, lines_of
from doorstep.kernels.plan.loads import LoadBook, pack_problem
from doorstep.kernels.plan.market import BoolArray, IntArray, Market
from doorstep.kernels.plan.quote import half_up, lateness_minor, wrapping_minor
from doorstep.kernels.plan.relays import handed_days, injection, local_name
from doorstep.kernels.plan.ruled import promise_open
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.rate.duty import Consignments, owed
from doorstep.kernels.rate.problem import Parcels, RateProblem
from doorstep.kernels.run import Run

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Picks:
    """Chosen parcels, struct of arrays, ordered by order and block; charge lines in minor units."""

    order: IntArray
    number: IntArray  # of the parcel in its order, from 1
    block: IntArray
    site: IntArray
    carton: IntArray
    service: IntArray
    weight_g: IntArray
    billed_g: IntArray
    ship_at: IntArray
    ship_day: IntArray
    promised_day: IntArray
    on_time_ppm: IntArray
    pick: IntArray
    carton_minor: IntArray
    freight: IntArray
    surcharges: IntArray
    lateness: IntArray
    duty_tax: IntArray  # what of them the brand pays

    @property
    def cost(self) -> IntArray:
        """Total per parcel."""
        return self.pick + self.carton_minor + self.freight + self.surcharges + self.lateness + self.duty_tax


def pick_parcels(market: Market, table: Table, book: LoadBook, choice: IntArray, by_rule: bool = False) -> Picks:
    """Read the chosen parcels off the table and quote them again, by line."""
    board, best, terms = table.board, table.best, table.terms
    order, slot = np.nonzero((choice[:, 1:] >= 0) & (choice[:, :1] >= 0))
    block, column = board.partition[choice[order, 0], slot], choice[order, 1 + slot]
    carton = (best.rule_carton if by_rule else best.carton)[block, column].astype(np.int64)
    service = (best.rule_service if by_rule else best.service)[block, column].astype(np.int64)
    shift = (best.rule_shift if by_rule else best.shift)[block, column].astype(np.int64)
    site, asked, rows = board.column_site[column], table.asked, np.arange(len(order))
    ruled = market.ruled
    legs, _ = promise_open(
        PromiseProblem(
            terms.network,
            Legs(
                site=site,
                service=service,
                destination=asked.destination[order],
                ready_at=asked.ready_at[order],
                shift=shift,
                not_before=asked.not_before[order],
                promised_by=asked.promised_by[order],
            ),
        ),
        None if ruled is None else ruled.shut,
        order if ruled is None else ruled.order_sort[order],
    )
    load = table.blocks.block_load[block]
    parcels = parcels_of(market, table, book, order, site, carton, load, handed_days(terms.network, service, legs))
    rates = terms.charge(RateProblem(terms.tariff, parcels), asked.rides[order])
    units = half_up(table.blocks.block_units[block] * terms.pick_unit_micros[site], terms.micros_per_minor)
    picks = Picks(
        order=order,
        number=slot + 1,
        block=block,
        site=site,
        carton=carton,
        service=service,
        weight_g=parcels.weight_g,
        billed_g=rates.billed_weight_g[rows, service],
        ship_at=legs.ship_at,
        ship_day=legs.ship_day,
        promised_day=legs.promised_day,
        on_time_ppm=legs.on_time_ppm,
        pick=units + np.where(is_fresh(order, board.column_group[column]), market.pick_order_minor[site], 0),
        carton_minor=wrapping_minor(terms, carton, book.volume_mm3[load]),
        freight=rates.freight_minor[rows, service],
        surcharges=rates.surcharges_minor[rows, service],
        lateness=lateness_minor(terms, legs.as_wished_ppm),
        duty_tax=np.zeros(len(order), np.int64),
    )
    return _at_borders(market, table, book, picks)


def _at_borders(market: Market, table: Table, book: LoadBook, picks: Picks) -> Picks:
    """Add what the brand pays where parcels cross borders."""
    customs = table.terms.customs
    if customs is None:
        return picks
    found = owed(customs.tables, _consign(market, table, book, customs, picks))
    both = (found.duty_minor + found.tax_minor)[:, 0]
    return replace(picks, duty_tax=np.where(customs.brand_pays[picks.service], both, 0))


def _consign(market: Market, table: Table, book: LoadBook, customs: Customs, picks: Picks) -> Consignments:
    """Make the chosen parcels consignments, each on its own service."""
    load, order = table.blocks.block_load[picks.block], picks.order
    return consign(
        customs,
        contents_of(market, customs, [book.keys[one] for one in load]),
        site=picks.site,
        destination=table.asked.destination[order],
        content=np.arange(len(order)),
        goods=table.asked.goods_minor[order],
        day=picks.ship_day,
        freight=(picks.freight + picks.surcharges)[:, None],
    )


def is_fresh(order: IntArray, group: IntArray) -> BoolArray:
    """Say which parcels are the first of their order in their group: they pay for picking the order."""
    fresh = np.ones(len(order), bool)
    for back in (1, 2):
        fresh[back:] &= (order[back:] != order[:-back]) | (group[back:] != group[:-back])
    return fresh


def parcels_of(
    market: Market,
    table: Table,
    book: LoadBook,
    order: IntArray,
    site: IntArray,
    carton: IntArray,
    load: IntArray,
    handed_day: IntArray,
) -> Parcels:
    """Chosen parcels as they are rated."""
    own = carton == market.n_cartons
    outer, tare = np.concatenate([market.outer_mm, [[1, 1, 1]]]), np.concatenate([market.tare_g, [0]])
    size = outer[carton]
    size[own] = market.size_mm[[book.keys[one][0][0] for one in load[own]]]
    asked = table.asked
    return Parcels(
        origin=site,
        destination=asked.destination[order],
        ship_day=handed_day,
        weight_g=book.weight_g[load] + tare[carton],
        size_mm=size,
        residential=asked.residential[order],
        signature=asked.signed_for[order],
        saturday=asked.saturday[order],
        accepts=asked.accepts[order],
        slowest=asked.slowest[order],
        value_minor=book.value_minor[load],
    )


def figures(market: Market, picks: Picks, policy: str) -> Figures:
    """Totals of a policy's parcels."""
    orders = market.problem.orders
    count = np.bincount(picks.order, minlength=len(orders))
    kept = np.ones(len(orders))
    np.multiply.at(kept, picks.order, picks.on_time_ppm / 1e6)
    latest = np.zeros(len(orders), np.int64)
    np.maximum.at(latest, picks.order, picks.promised_day)
    placed = np.array([(order.placed_at.date() - EPOCH).days for order in orders], np.int64)
    brand, ruled = market.problem.brand, market.ruled
    unplanned_minor = brand.currency.minor(brand.unplanned_cost_micros)
    return Figures(
        policy=policy,
        orders=len(orders),
        planned=int((count > 0).sum()),
        parcels=len(picks.order),
        split_orders=int((count > 1).sum()),
        cost_minor=int(picks.cost.sum()),
        unplanned_cost_minor=unplanned_minor,
        promised_days=int((latest - placed)[count > 0].sum()),
        on_time_orders=float(kept[count > 0].sum()),
        precedence_minor=0 if ruled is None else int((ruled.weight - 1)[count == 0].sum()) * unplanned_minor,
    )


def build_parcels(
    market: Market,
    table: Table,
    book: LoadBook,
    picks: Picks,
    footprints: Sequence[Footprint | None],
    params: PackParams,
    run: Run,
) -> tuple[Parcel, ...]:
    """Domain parcels with their contents and layouts."""
    layouts = _layouts(market, table, book, picks, params, run)
    zones = [ZoneInfo(site.time_zone) for site in market.problem.sites]
    places = {int(day): EPOCH + timedelta(days=int(day)) for day in np.unique(picks.promised_day)}
    remaining: list[list[int]] = []
    parcels: list[Parcel] = []
    columns = [getattr(picks, name).tolist() for name in Picks.__slots__]
    for row, layout, footprint in zip(zip(*columns, strict=True), layouts, footprints, strict=True):
        i, number, block, k, c, v, weight, billed, ship_at, left, day, ppm, pick, box, freight, extra, late, duty = row
        order = market.problem.orders[i]
        if number == 1:
            remaining = [[line.quantity] for line in order.lines]
        key = book.keys[int(table.blocks.block_load[block])]
        parcels.append(
            Parcel(
                parcel=f"{order.order}-{number}",
                orders=(order.order,),
                site=market.problem.sites[k].site,
                carton=market.carton_name(c),
                service=local_name(market.problem, v),
                weight_g=weight,
                billed_weight_g=billed,
                ship_at=datetime.fromtimestamp(ship_at, UTC).astimezone(zones[k]),
                promised_by=places[day],
                on_time_ppm=ppm,
                cost=CostParts(pick, box, freight, extra, duty, late),
                contents=_contents(market, order, remaining, key),
                placements=_placements(market, order.order, layout),
                footprint=footprint,
                injection=injection(market.problem, market.relays, table.terms.network, v, left, weight),
            )
        )
    return tuple(parcels)


def _layouts(
    market: Market, table: Table, book: LoadBook, picks: Picks, params: PackParams, run: Run
) -> list[IntArray]:
    """Rows (product, x, y, z, dx, dy, dz) per parcel; equal loads in equal cartons are laid once."""
    load = table.blocks.block_load[picks.block]
    found, which = np.unique(load * (market.n_cartons + 1) + picks.carton, return_inverse=True)
    pairs = np.stack(np.divmod(found, market.n_cartons + 1), axis=1)
    boxed = np.flatnonzero(pairs[:, 1] < market.n_cartons)
    keys = [book.keys[one] for one in pairs[boxed, 0]]
    laid: list[IntArray] = [np.zeros((0, 7), np.int64)] * len(pairs)
    if keys:
        wanted = np.stack([np.arange(len(keys)), pairs[boxed, 1]], axis=1)
        for at, layout in zip(boxed, place_all(pack_problem(market, lines_of(keys)), wanted, params, run), strict=True):
            laid[at] = layout.copy()
            laid[at][:, 1:4] += market.padding_mm[pairs[at, 1]]
    for at in np.flatnonzero(pairs[:, 1] == market.n_cartons):
        sku = book.keys[pairs[at, 0]][0][0]
        laid[at] = np.array([[sku, 0, 0, 0, *market.size_mm[sku]]], np.int64)
    return [laid[one] for one in which.reshape(-1)]


def _contents(market: Market, order: Order, remaining: list[list[int]], key: Key) -> tuple[Content, ...]:
    """Give the parcel's units to the order's lines, first line first."""
    contents: list[Content] = []
    for sku, quantity in key:
        name, open_units = market.problem.products[sku].sku, quantity
        for line, left in zip(order.lines, remaining, strict=True):
            units = min(open_units, left[0]) if line.sku == name else 0
            if units:
                left[0] -= units
                open_units -= units
                contents.append(Content(order.order, line.line, name, units))
    return tuple(contents)


def _placements(market: Market, order: str, layout: Sequence[Sequence[int]] | IntArray) -> tuple[Placement, ...]:
    units: dict[int, int] = {}
    placed: list[Placement] = []
    for sku, x, y, z, length, width, height in np.asarray(layout).tolist():
        units[sku] = units.get(sku, 0) + 1
        placed.append(Placement(order, market.problem.products[sku].sku, units[sku], x, y, z, length, width, height))
    return tuple(placed)
