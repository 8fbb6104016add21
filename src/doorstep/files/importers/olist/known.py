"""What may be known on a day: the orders before it, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from doorstep.domain.place import Place
from doorstep.files.importers.olist.assumptions import StockRules
from doorstep.files.importers.olist.demand import Floats, Ints, Sold, sold_units, unseen_share
from doorstep.files.importers.olist.draw import baskets_of, clump, draw_orders, drawn_rate
from doorstep.files.importers.olist.market import Market, PastOrder
from doorstep.files.importers.olist.places import Gazetteer
from doorstep.files.importers.olist.sites import PlacedSite, nearest_site

FEWEST_ORDERS = 200  # before the day, to place sites by; fewer: the demand map of the whole period


@dataclass(frozen=True, slots=True)
class Known:
    as_of: date
    before: tuple[PastOrder, ...]  # real orders placed before the day
    sold: Sold  # of all real orders; every use cuts it at the day
    values_cents: Ints  # by product
    orders: Sequence[PastOrder]  # that the folder will hold: the real ones, or those drawn
    rate: Floats | None  # units of each product that the drawn orders are expected to ask for
    clump: float  # of the drawn orders: variance over mean


def known_on(market: Market, as_of: date, scale: int | None, seed: int) -> Known:
    before = tuple(order for order in market.orders if order.placed_at.date() < as_of)
    sold = sold_units(market.products, market.orders)
    values = _values_cents(sold, before)
    if scale is None or not before:
        return Known(as_of, before, sold, values, market.orders, None, 1.0)
    swapped = unseen_share(sold, as_of)
    baskets = baskets_of(before)
    orders = draw_orders(market, baskets, sold, values, as_of, scale, swapped, seed)
    rate = drawn_rate(sold.before(as_of), len(before), scale, swapped)
    return Known(as_of, before, sold, values, orders, rate, clump(baskets))


def _values_cents(sold: Sold, before: Sequence[PastOrder]) -> Ints:
    """Median price paid before the day: of the product, else of its category, else of everything."""
    of_product: dict[int, list[int]] = {}
    of_category: dict[int, list[int]] = {}
    for order in before:
        for unit in order.units:
            of_product.setdefault(unit.product, []).append(unit.price_cents)
            of_category.setdefault(int(sold.category_of[unit.product]), []).append(unit.price_cents)
    overall = int(np.median([cents for prices in of_product.values() for cents in prices] or [0]))
    by_category = {category: int(np.median(prices)) for category, prices in of_category.items()}
    values = [by_category.get(category, overall) for category in sold.category_of.tolist()]
    for product, prices in of_product.items():
        values[product] = int(np.median(prices))
    return np.array(values, dtype=np.int64)


def site_demand(market: Market, before: Sequence[PastOrder]) -> tuple[Mapping[str, float], str]:
    """Customers by postcode prefix to place sites by, and which they are."""
    if len(before) < FEWEST_ORDERS:
        whole = {postcode: float(customers) for postcode, customers in market.demand.items()}
        return whole, f"customers of the whole period: only {len(before)} orders lie before the day"
    demand: dict[str, float] = {}
    for order in before:
        demand[order.place.postcode] = demand.get(order.place.postcode, 0.0) + 1
    return demand, f"customers of the {len(before)} orders before the day"


def regional_shares(market: Market, known: Known, sites: Sequence[PlacedSite], rules: StockRules) -> Floats:
    """Share of each site in the demand of each category (category x site); each row sums to 1.

    Drawn orders go where the demand map says, whatever they hold; so does their stock.
    """
    categories = len(known.sold.categories)
    if known.rate is not None:
        gazetteer = Gazetteer(market.prefixes)
        at = nearest_of([gazetteer.place(postcode)[0] for postcode in sorted(market.demand)], sites)
        weight = np.array([market.demand[postcode] for postcode in sorted(market.demand)], dtype=np.float64)
        overall = np.bincount(at[at >= 0], weights=weight[at >= 0], minlength=len(sites)) + 1e-9
        return np.tile(overall / overall.sum(), (categories, 1))
    of_unit = np.repeat(
        nearest_of([order.place for order in known.before], sites), [len(order.units) for order in known.before]
    )
    category = known.sold.category_of[[unit.product for order in known.before for unit in order.units]]
    table = np.zeros((categories, len(sites)))
    np.add.at(table, (category[of_unit >= 0], of_unit[of_unit >= 0]), 1.0)
    overall = (table.sum(axis=0) + 1) / (table.sum() + len(sites))
    prior = rules.regional_prior_units
    return np.asarray((table + prior * overall) / (table.sum(axis=1, keepdims=True) + prior))


def nearest_of(places: Sequence[Place], sites: Sequence[PlacedSite]) -> Ints:
    """Index of the nearest site of each place; -1 for one that is not located."""
    located = np.array([place.located for place in places], dtype=np.bool_)
    at = np.array([(place.latitude or 0.0, place.longitude or 0.0) for place in places]).reshape(-1, 2)
    return np.where(located, nearest_site(sites, at[:, 0], at[:, 1]), -1)
