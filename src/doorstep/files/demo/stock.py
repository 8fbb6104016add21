"""Stock that would do for the day if it lay in the right places, which it does not: sharing it is the puzzle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from doorstep.files.demo.baskets import Lines
from doorstep.files.demo.catalogue import PERGOLA, SOLD_OUT, Catalogue
from doorstep.files.demo.geography import city_weights, nearest_sites
from doorstep.files.demo.network import SITES
from doorstep.files.demo.tabular import DAY, Row, instant

STOCK_COLUMNS = ("site", "sku", "on_hand")
INBOUND_COLUMNS = ("site", "sku", "quantity", "expected_at")
SPARE = 0.17  # of a product's demand, on average over the network
SHORT_PRODUCTS, SHORT_COVER = 0.02, 0.65  # so many products have only so much of what the day asks for
EMPTY_PAIRS, THIN_PAIRS, THIN_FACTOR = 0.10, 0.10, 0.3  # of the site-product pairs
UNEVENNESS = 0.4  # standard deviation of the logarithm of a site's share
STORE_SHARE = 0.10  # of the goods that the store keeps, it has about so much
RESTOCKED_PAIRS = 0.04


@dataclass(frozen=True, slots=True)
class Stock:
    stocked: NDArray[np.bool_]  # [sites, products]: the site keeps the product
    on_hand: NDArray[np.int64]  # [sites, products]

    def rows(self, catalogue: Catalogue) -> list[Row]:
        rows: list[Row] = [
            (SITES[s].site, catalogue.products[p].sku, int(self.on_hand[s, p]))
            for s, p in np.argwhere(self.stocked).tolist()
        ]
        return [*rows, (SITES[0].site, PERGOLA, 3), (SITES[0].site, SOLD_OUT, 0)]


def stock(lines: Lines, city: NDArray[np.int64], catalogue: Catalogue, rng: np.random.Generator) -> Stock:
    """`city`: of each order."""
    products = catalogue.ordinary
    near = nearest_sites()
    asked = np.zeros((len(SITES), products))
    np.add.at(asked, (near[city[lines.basket]], lines.product), lines.quantity)
    shares = np.bincount(near, weights=city_weights(), minlength=len(SITES))
    usual = catalogue.popularity * asked.sum()
    total = asked.sum(axis=0)
    spare = rng.poisson(SPARE * (total + usual) / 2)
    short = rng.random(products) < SHORT_PRODUCTS
    units = np.where(short, np.floor(SHORT_COVER * total), total + spare).astype(np.int64)
    stocked = _range(catalogue, rng)
    weight = (asked + np.outer(shares, usual)) / 2
    weight[_stores()] = STORE_SHARE * weight.sum(axis=0)
    weight *= np.exp(rng.normal(0.0, UNEVENNESS, weight.shape)) * stocked
    luck = rng.random(weight.shape)
    weight[luck < EMPTY_PAIRS] = 0.0
    weight[(luck >= EMPTY_PAIRS) & (luck < EMPTY_PAIRS + THIN_PAIRS)] *= THIN_FACTOR
    weight[0, weight.sum(axis=0) == 0] = 1.0  # somewhere it must be: at the first site, which keeps everything
    return Stock(stocked, _spread(units, weight, rng))


def _stores() -> list[int]:
    return [s for s, site in enumerate(SITES) if site.kind == "store"]


def _range(catalogue: Catalogue, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which site keeps which product: the better it sells, the likelier."""
    ordinary = catalogue.products[: catalogue.ordinary]
    rank = np.argsort(np.argsort(-catalogue.popularity)) / len(ordinary)
    stocked = np.zeros((len(SITES), len(ordinary)), dtype=bool)
    for s, site in enumerate(SITES):
        pull = rank + rng.normal(0.0, 0.35, len(ordinary))
        if site.kind == "store":
            pull[[not (product.easy and product.kind.in_store) for product in ordinary]] = np.inf
        stocked[s, np.argsort(pull, kind="stable")[: round(site.range_share * len(ordinary))]] = True
    return stocked


def _spread(units: NDArray[np.int64], weight: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Split whole units by weight: the whole parts first, what is left by lot."""
    ideal = units * weight / weight.sum(axis=0)
    on_hand: NDArray[np.int64] = np.floor(ideal + 1e-9).astype(np.int64)
    for p in np.flatnonzero(units - on_hand.sum(axis=0) > 0).tolist():
        rest = ideal[:, p] - on_hand[:, p]
        left = int(units[p] - on_hand[:, p].sum())
        on_hand[:, p] += rng.multinomial(left, np.maximum(rest, 0.0) / np.maximum(rest, 0.0).sum())
    return on_hand


def inbound_rows(held: Stock, catalogue: Catalogue, rng: np.random.Generator) -> list[Row]:
    """Deliveries of the next days, of pairs that have run low more often than of others."""
    low = held.on_hand <= np.maximum(1, held.on_hand.sum(axis=0) * 0.05)
    due = held.stocked & (rng.random(low.shape) < np.where(low, 3 * RESTOCKED_PAIRS, RESTOCKED_PAIRS / 2))
    due[_stores()] = False
    rows: list[Row] = []
    for s, p in np.argwhere(due).tolist():
        quantity = max(2, round(held.on_hand[:, p].sum() * rng.uniform(0.2, 0.7)))
        day = DAY + timedelta(days=int(rng.choice([1, 4, 5, 6, 7, 8])))  # Friday, or a day of the next week
        rows.append(
            (SITES[s].site, catalogue.products[p].sku, int(quantity), instant(day, int(rng.integers(6, 12)) * 3600))
        )
    return rows
