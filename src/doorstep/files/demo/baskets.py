"""What is in the baskets: mostly one or two lines, the later ones from the same room as the first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.files.demo.assortment import CATEGORIES
from doorstep.files.demo.catalogue import Catalogue

MOST_LINES = 8
STOP_SHARE = 0.5  # of the baskets end after each line
SAME_CATEGORY, SAME_ROOM, ELSEWHERE = 6.0, 3.0, 1.0  # how much likelier the next line comes from there
QUANTITY_SHARES = (0.84, 0.11, 0.02, 0.02, 0.0, 0.01)  # of one, two, three ... pieces; glasses go by six
FULL_BASKET_LITRES = 190.0


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines in the order of their baskets. `product` is an index into the catalogue."""

    basket: NDArray[np.int64]
    product: NDArray[np.int64]
    quantity: NDArray[np.int64]


def baskets(count: int, catalogue: Catalogue, rng: np.random.Generator) -> Lines:
    """One non-empty basket for each of `count` orders."""
    sizes = np.minimum(rng.geometric(STOP_SHARE, count), MOST_LINES)
    basket = np.repeat(np.arange(count), sizes)
    first = np.concatenate(([0], np.cumsum(sizes)[:-1])) if count else np.zeros(0, np.int64)
    is_first = np.zeros(len(basket), dtype=bool)
    is_first[first] = True
    popularity = catalogue.popularity
    ordinary = catalogue.products[: catalogue.ordinary]
    category = np.array([p.category for p in ordinary])
    opener = np.searchsorted(np.cumsum(popularity)[:-1], rng.random(count), side="right")
    product = opener[basket]
    product[~is_first] = _followers(category[product[~is_first]], category, popularity, rng)
    bulky = np.array([p.kind.bulky for p in ordinary])[product]
    quantity = rng.choice(np.arange(1, len(QUANTITY_SHARES) + 1), len(basket), p=QUANTITY_SHARES)
    quantity[bulky] = 1
    litres = np.array([p.litres for p in ordinary])[product]
    # Nobody orders six floor cushions here: what would not fit a couple of cartons is bought one at a time.
    quantity[litres * quantity > FULL_BASKET_LITRES / 3] = 1
    keep = _reasonable(basket, product, litres * quantity, bulky, first) | is_first
    return Lines(basket[keep], product[keep], quantity[keep])


def _followers(
    opened_with: NDArray[np.int64],
    category: NDArray[np.int64],
    popularity: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw a product for every further line, given the category that its basket was opened with."""
    rooms = np.array([kind.room for kind in CATEGORIES])
    product = np.zeros(len(opened_with), np.int64)
    draws = rng.random(len(opened_with))
    for index in range(len(CATEGORIES)):
        affinity = np.where(rooms == rooms[index], SAME_ROOM, ELSEWHERE)
        affinity[index] = SAME_CATEGORY
        odds = np.cumsum(popularity * affinity[category])
        mine = opened_with == index
        product[mine] = np.searchsorted(odds[:-1] / odds[-1], draws[mine], side="right")
    return product


def _reasonable(
    basket: NDArray[np.int64],
    product: NDArray[np.int64],
    litres: NDArray[np.float64],
    bulky: NDArray[np.bool_],
    first: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Lines that repeat no product, leave at most one bulky line, and do not overfill the basket."""
    running = np.cumsum(litres)
    before = (running - litres)[first]
    fits = running - before[basket] <= FULL_BASKET_LITRES
    bulky_so_far = np.cumsum(bulky)
    alone = ~bulky | (bulky_so_far - (bulky_so_far - bulky)[first][basket] <= 1)
    _, unique = np.unique(basket * (product.max(initial=0) + 1) + product, return_index=True)
    fresh = np.zeros(len(basket), dtype=bool)
    fresh[unique] = True
    return fits & alone & fresh
