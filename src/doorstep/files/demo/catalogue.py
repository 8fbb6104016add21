"""The products, drawn from the ranges of their categories, and how popular each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.sscc import check_digit
from doorstep.files.demo.assortment import CATEGORIES, COLLECTIONS, COLOURS, Category
from doorstep.files.demo.tabular import Table, euros

PRODUCT_COLUMNS = (
    "sku", "name", "category", "length_mm", "width_mm", "height_mm", "weight_g", "value", "hs_code", "origin_country",
    "this_side_up", "fragile", "max_load_g", "hazmat_class", "ships_in_own_box", "barcodes",
)  # fmt: skip
ZIPF = 0.75  # within a category, the n-th best seller sells n**-0.75 of the best
LONGEST_ROLL_MM = 1620  # a rug up to this goes into a carton, a longer one travels in its own wrap
PARCEL_LONGEST_MM, PARCEL_HEAVIEST_G, PARCEL_LITRES = 1150, 20_000, 60
COST_SHARE = 0.42  # of the price: what customs and insurance are told the goods are worth
LOUNGE_CHAIR = "HH-FUR-CHAIR"
PERGOLA = "HH-OUT-PERGOLA"  # nobody carries it
SOLD_OUT = "HH-CER-LASTYEAR"  # no site has any


@dataclass(frozen=True, slots=True)
class Product:
    sku: str
    name: str
    category: int  # index into CATEGORIES
    size_mm: tuple[int, int, int]
    weight_g: int
    price_cents: int
    origin_country: str
    fragile: bool
    own_box: bool

    @property
    def kind(self) -> Category:
        return CATEGORIES[self.category]

    @property
    def litres(self) -> float:
        length, width, height = self.size_mm
        return length * width * height / 1e6

    @property
    def easy(self) -> bool:
        """Small and light enough for every parcel service, express and pick-up points included."""
        return (
            max(self.size_mm) <= PARCEL_LONGEST_MM
            and self.weight_g <= PARCEL_HEAVIEST_G
            and self.litres <= PARCEL_LITRES
            and not self.kind.bulky
        )

    def row(self) -> tuple[object, ...]:
        kind = self.kind
        return (
            self.sku, self.name, kind.category, *self.size_mm, self.weight_g,
            euros(round(self.price_cents * COST_SHARE)), kind.hs_code, self.origin_country, int(kind.this_side_up),
            int(self.fragile), "" if kind.max_load_g is None or self.fragile else kind.max_load_g, kind.hazmat_class,
            int(self.own_box), self.gtin,
        )  # fmt: skip

    @property
    def gtin(self) -> str:
        """A GTIN-13 that follows from the sku: of those that a company may give its own goods (GS1: 200 to 299)."""
        number = f"2{int.from_bytes(sha256(self.sku.encode()).digest()[:6]) % 10**11:011d}"
        return f"{number}{check_digit(number)}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    products: tuple[Product, ...]  # those that are ordered in the normal way come first
    popularity: NDArray[np.float64]  # [those]; sums to one

    @property
    def ordinary(self) -> int:
        return len(self.popularity)

    def table(self) -> Table:
        return PRODUCT_COLUMNS, [product.row() for product in self.products]


def catalogue(rng: np.random.Generator) -> Catalogue:
    products: list[Product] = []
    weights: list[float] = []
    for index, kind in enumerate(CATEGORIES):
        ranks = np.arange(1, kind.products + 1) ** -ZIPF
        weights += (kind.popularity * rng.permutation(ranks) / ranks.sum()).tolist()
        products += [_draw(index, number, rng) for number in range(kind.products)]
    furniture = len(CATEGORIES) - 1
    products.append(
        Product(LOUNGE_CHAIR, "Lounge chair Pier", furniture, (760, 720, 820), 14_500, 44_900, "PL", False, True)
    )
    weights.append(0.4)
    popularity = np.array(weights)
    products.append(Product(PERGOLA, "Pergola Gable", furniture, (3200, 600, 400), 186_000, 189_000, "SE", False, True))
    products.append(Product(SOLD_OUT, "Vase Tern", 1, (140, 140, 260), 1100, 3900, "PT", True, False))
    return Catalogue(tuple(products), popularity / popularity.sum())


def _draw(index: int, number: int, rng: np.random.Generator) -> Product:
    """Size, weight and price go together: a big lamp is a heavy and a dear one."""
    kind = CATEGORIES[index]
    bigness = rng.beta(1.6, 2.2)
    length, width, height = (
        _between(bounds, bigness, rng) for bounds in (kind.length_mm, kind.width_mm, kind.height_mm)
    )
    size = (length, length if kind.square else width, height)
    weight = _between(kind.weight_g, bigness, rng)
    cents = round(_between((kind.price[0] * 100, kind.price[1] * 100), bigness, rng) / 100) * 100 - 10
    name = " ".join((str(rng.choice(kind.nouns)), str(rng.choice(COLLECTIONS)), str(rng.choice(COLOURS))))
    return Product(
        f"HH-{kind.category.replace(' ', '')[:3].upper()}-{number + 1:03d}",
        name,
        index,
        size,
        weight,
        cents,
        str(rng.choice(kind.made_in)),
        bool(rng.random() < kind.fragile_share),
        kind.own_box or (kind.category == "rugs" and length > LONGEST_ROLL_MM),
    )


def _between(bounds: tuple[int, int], bigness: float, rng: np.random.Generator) -> int:
    low, high = bounds
    share = min(1.0, max(0.0, bigness + rng.normal(0.0, 0.12)))
    return round(low + share * (high - low))
