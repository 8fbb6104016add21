"""The import: read, look only at what lay before the day, write the folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from doorstep.domain.place import Place
from doorstep.files.importers.olist.assumptions import Assumptions, StockRules, load_assumptions
from doorstep.files.importers.olist.brazil import TIME_ZONE_OF
from doorstep.files.importers.olist.demand import Floats, Ints, Sold, sold_units, unseen_share
from doorstep.files.importers.olist.draw import Baskets, baskets_of, draw_orders, drawn_rate
from doorstep.files.importers.olist.fit_error import card_fit
from doorstep.files.importers.olist.freight import Paid, RateCard, constant_card, fit_card, paid_freight
from doorstep.files.importers.olist.market import Market, PastOrder
from doorstep.files.importers.olist.places import Gazetteer
from doorstep.files.importers.olist.read_market import read_market
from doorstep.files.importers.olist.report import ImportReport, SiteReport, StockReport
from doorstep.files.importers.olist.sites import PlacedSite, nearest_site, place_sites
from doorstep.files.importers.olist.stock import (
    Level,
    allocate,
    covered_units,
    level_of_known_rate,
    month_later,
    stock_level,
)
from doorstep.files.importers.olist.tables import (
    TableRows,
    brand_table,
    carton_table,
    collection_table,
    history_table,
    needs_own_box,
    order_lines,
    order_table,
    product_table,
    site_table,
    stock_table,
)
from doorstep.files.importers.olist.tariff_tables import rate_table, service_table, zone_table
from doorstep.files.write import write_brand_folder
from doorstep.kernels.run import Progress, silent

FEWEST_ORDERS = 200  # before the day, to place sites by; fewer: the demand map of the whole period
STAGES = 7
STAGE = "importing"


@dataclass(frozen=True, slots=True)
class _Day:
    """What may be known on the day, and the orders that the folder will hold."""

    before: tuple[PastOrder, ...]
    sold: Sold  # of all real orders; every use cuts it at the day
    values_cents: Ints
    orders: Sequence[PastOrder]
    rate: Floats | None  # of drawn orders


def import_olist(
    source: Path,
    folder: Path,
    sites: int,
    as_of: date,
    scale: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
    force: bool = False,
) -> ImportReport:
    """Turn the Olist data in `source` into a brand folder with `sites` fulfilment centres as of a day.

    Sites, stock, values and the rate card follow from orders placed before `as_of` alone; orders.csv and history.csv hold
    all of them. With `scale`, that many orders are drawn instead, placed in the 7 days from `as_of`, and the stock is
    measured for them. Raises InputRefused, and OutputRefused when the folder cannot be written.
    """
    assumptions = load_assumptions()
    progress(STAGE, 0, STAGES)
    market = read_market(source)
    progress(STAGE, 1, STAGES)
    day = _known(market, as_of, scale, seed)
    progress(STAGE, 2, STAGES)
    demand, sites_from = _site_demand(market, day.before)
    placed = place_sites(sites, demand, market.prefixes)
    progress(STAGE, 3, STAGES)
    paid = paid_freight(market, market.orders, assumptions.freight)
    card = fit_card(paid, market.prefixes, as_of, assumptions.freight)
    progress(STAGE, 4, STAGES)
    level = (
        stock_level(day.sold, as_of, assumptions.stock)
        if day.rate is None
        else level_of_known_rate(day.rate, assumptions.stock)
    )
    shares = _regional_shares(market, day, placed, assumptions.stock)
    held = allocate(level.units, day.sold.category_of, shares)
    progress(STAGE, 5, STAGES)
    lines = list(order_lines(market, day.orders))
    report = _report(market, day, as_of, scale, seed, placed, sites_from, level, held, paid, card, lines, assumptions)
    tables = _tables(market, day, placed, held, card, lines, assumptions)
    progress(STAGE, 6, STAGES)
    notes = {"assumptions.toml": assumptions.text, "import.json": report.to_json()}
    write_brand_folder(folder, tables, force=force, notes=notes)
    progress(STAGE, STAGES, STAGES)
    return report


def _known(market: Market, as_of: date, scale: int | None, seed: int) -> _Day:
    before = tuple(order for order in market.orders if order.placed_at.date() < as_of)
    sold = sold_units(market.products, market.orders)
    values = _values_cents(market, sold, before)
    if scale is None or not before:
        return _Day(before, sold, values, market.orders, None)
    swapped = unseen_share(sold, as_of)
    baskets: Baskets = baskets_of(before)
    orders = draw_orders(market, baskets, sold, values, as_of, scale, swapped, seed)
    return _Day(before, sold, values, orders, drawn_rate(sold.before(as_of), len(before), scale, swapped))


def _values_cents(market: Market, sold: Sold, before: Sequence[PastOrder]) -> Ints:
    """Median price paid before the day: of the product, else of its category, else of everything."""
    of_product: dict[int, list[int]] = {}
    of_category: dict[int, list[int]] = {}
    for order in before:
        for unit in order.units:
            of_product.setdefault(unit.product, []).append(unit.price_cents)
            of_category.setdefault(int(sold.category_of[unit.product]), []).append(unit.price_cents)
    everything = [cents for prices in of_product.values() for cents in prices] or [0]
    by_category = {category: int(np.median(prices)) for category, prices in of_category.items()}
    overall = int(np.median(everything))
    return np.array(
        [
            int(np.median(of_product[product]))
            if product in of_product
            else by_category.get(int(sold.category_of[product]), overall)
            for product in range(len(market.products))
        ],
        dtype=np.int64,
    )


def _site_demand(market: Market, before: Sequence[PastOrder]) -> tuple[Mapping[str, float], str]:
    demand: dict[str, float] = {}
    for order in before:
        demand[order.place.postcode] = demand.get(order.place.postcode, 0.0) + 1
    if len(before) >= FEWEST_ORDERS:
        return demand, "customers of the orders before the day"
    whole = {postcode: float(customers) for postcode, customers in market.demand.items()}
    return whole, f"customers of the whole period: only {len(before)} orders lie before the day"


def _regional_shares(market: Market, day: _Day, sites: Sequence[PlacedSite], rules: StockRules) -> Floats:
    """Share of each site in the demand of each category; by the demand map when orders are drawn from it."""
    categories = len(day.sold.categories)
    if day.rate is not None:
        gazetteer = Gazetteer(market.prefixes)
        places = [(gazetteer.place(postcode)[0], float(count)) for postcode, count in sorted(market.demand.items())]
        weight = np.array([count for _, count in places])
        near = _nearest([place for place, _ in places], sites)
        overall = np.bincount(near[near >= 0], weights=weight[near >= 0], minlength=len(sites))
        return np.tile(overall / overall.sum(), (categories, 1))
    near = _nearest([order.place for order in day.before], sites)
    of_unit = np.repeat(near, [len(order.units) for order in day.before])
    category = np.array([day.sold.category_of[unit.product] for order in day.before for unit in order.units])
    known = of_unit >= 0
    table = np.zeros((categories, len(sites)))
    np.add.at(table, (category[known], of_unit[known]), 1.0)
    overall = (table.sum(axis=0) + 1) / (table.sum() + len(sites))
    prior = rules.regional_prior_units
    return np.asarray((table + prior * overall) / (table.sum(axis=1, keepdims=True) + prior))


def _nearest(places: Sequence[Place], sites: Sequence[PlacedSite]) -> Ints:
    """Index of the nearest site; -1 for a place that is not located."""
    located = np.array([place.located for place in places], dtype=np.bool_)
    at = np.array([(place.latitude or 0.0, place.longitude or 0.0) for place in places]).reshape(-1, 2)
    return np.where(located, nearest_site(sites, at[:, 0], at[:, 1]), -1)


def _tables(
    market: Market,
    day: _Day,
    sites: Sequence[PlacedSite],
    held: Ints,
    card: RateCard,
    lines: list[tuple[str, int, str, int, str]],
    assumptions: Assumptions,
) -> Mapping[str, TableRows]:
    return {
        "brand": brand_table(assumptions),
        "products": product_table(market, day.values_cents, assumptions),
        "sites": site_table(sites, assumptions),
        "collections": collection_table(sites, assumptions),
        "stock": stock_table(market.products, sites, held),
        "cartons": carton_table(assumptions),
        "services": service_table(assumptions),
        "zones": zone_table(card, assumptions),
        "rates": rate_table(card, assumptions),
        "orders": order_table(day.orders),
        "order_lines": (("order", "line", "sku", "quantity", "unit_price"), lines),
        "history": history_table(market, assumptions),
    }


def _report(
    market: Market,
    day: _Day,
    as_of: date,
    scale: int | None,
    seed: int,
    sites: Sequence[PlacedSite],
    sites_from: str,
    level: Level,
    held: Ints,
    paid: Paid,
    card: RateCard,
    lines: list[tuple[str, int, str, int, str]],
    assumptions: Assumptions,
) -> ImportReport:
    until = month_later(as_of)
    constant = constant_card(card, paid, as_of, assumptions.freight)
    early = paid.where(paid.day < as_of.toordinal())
    following = paid.where((paid.day >= as_of.toordinal()) & (paid.day < until.toordinal()))
    asked = sold_units(market.products, day.orders).asked(as_of, until)
    known = np.bincount(day.sold.before(as_of).product, minlength=len(market.products))
    covered = covered_units(level.units, asked)
    return ImportReport(
        as_of=as_of,
        month_until=until,
        seed=seed,
        scale=scale,
        sites_from=sites_from,
        sites=tuple(
            SiteReport(
                site.site,
                site.place.city,
                site.place.region,
                site.place.postcode,
                TIME_ZONE_OF[site.place.region],
                round(site.share, 4),
                round(site.mean_distance_m / 1000, 1),
                int(held[:, position].sum()),
            )
            for position, site in enumerate(sites)
        ),
        products=len(market.products),
        own_box_products=sum(needs_own_box(product, assumptions) for product in market.products),
        orders=len(day.orders),
        orders_before=len(day.before),
        orders_in_month=sum(as_of <= order.placed_at.date() < until for order in day.orders),
        order_lines=len(lines),
        order_units=sum(line[3] for line in lines),
        history=len(market.orders),
        history_of_several_sellers=sum(len({unit.seller for unit in order.units}) > 1 for order in market.orders),
        dropped=market.dropped,
        mended=market.mended,
        stock=StockReport(
            len(level.units),
            int((known > 0).sum()),
            int(level.units.sum()),
            int(known.sum()),
            round(level.threshold, 6),
            level.months_walked,
            int(asked.sum()),
            covered,
            round(covered / int(asked.sum()), 4) if asked.sum() else 1.0,
        ),
        card_parcels=int((early.freight > 0).sum()),
        fit=card_fit(card, constant, early),
        held_out=card_fit(card, constant, following),
    )
