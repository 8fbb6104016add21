"""Loads: what may travel in one carton, each distinct one packed once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.catalog import Product
from doorstep.kernels.pack.fit import fit
from doorstep.kernels.pack.problem import FITS, NO, FitProblem, PackParams
from doorstep.kernels.plan.market import BoolArray, IntArray, Market, carriable
from doorstep.kernels.rate.bounds import MAX_VALUE_MINOR
from doorstep.kernels.run import Run

Key = tuple[tuple[int, int], ...]  # (sku index, quantity), ascending by sku
Verdicts = dict[tuple[tuple[Hashable, int], ...], NDArray[np.uint8]]  # by what a load consists of, and of how many
LARGEST = np.iinfo(np.int64).max
HASTY_NODES = 500
MOST_VERDICTS = 20_000  # remembered; then it begins anew


@dataclass(slots=True)
class LoadBook:
    """Grows by `add`, learns by `pack_new`; a load keeps its number.

    `known` remembers verdicts of the same cartons and parameters, whatever the goods are called.
    """

    market: Market
    params: PackParams
    known: Verdicts = field(default_factory=dict)
    known_hasty: Verdicts = field(default_factory=dict)  # likewise, with `hasty(params)`
    number: dict[Key, int] = field(default_factory=dict)
    keys: list[Key] = field(default_factory=list)
    verdict: NDArray[np.uint8] = field(init=False)  # [L, C + 1] of the packer
    ships: BoolArray = field(init=False)  # [L, C + 1] fits, and some service admits it
    weight_g: IntArray = field(init=False)  # [L] net
    volume_mm3: IntArray = field(init=False)  # [L] of the goods in their padding
    value_minor: IntArray = field(init=False)  # [L] what it declares

    def __post_init__(self) -> None:
        columns = self.market.n_cartons + 1
        self.verdict = np.zeros((0, columns), np.uint8)
        self.ships = np.zeros((0, columns), bool)
        self.weight_g = np.zeros(0, np.int64)
        self.volume_mm3 = np.zeros(0, np.int64)
        self.value_minor = np.zeros(0, np.int64)

    def add(self, key: Key) -> int:
        """Number a load."""
        number = self.number.setdefault(key, len(self.keys))
        if number == len(self.keys):
            self.keys.append(key)
        return number

    def pack_new(self, run: Run, in_haste: bool = False) -> None:
        """Have every load that came since the last call packed; in haste where there are very many of one order."""
        keys = self.keys[len(self.verdict) :]
        if not keys:
            return
        own = np.array([_own_sku(self.market, key) for key in keys], np.int64)
        verdict = np.full((len(keys), self.market.n_cartons + 1), NO, np.uint8)
        if self.market.n_cartons:
            bare = [n for n, key in enumerate(keys) if not any(self.market.own_box[j] for j, _ in key)]
            verdict[bare, :-1] = self._verdicts([keys[n] for n in bare], run, in_haste)
        verdict[own >= 0, -1] = FITS
        weight = np.array([sum(self.market.weight_g[j] * q for j, q in key) for key in keys], np.int64)
        ships = (verdict == FITS) & carriable(self.market, weight, own)
        self.verdict = np.concatenate([self.verdict, verdict])
        self.ships = np.concatenate([self.ships, ships])
        self.weight_g = np.concatenate([self.weight_g, weight])
        worth = {pair: _worth_minor(self.market, *pair) for pair in {pair for key in keys for pair in key}}
        value = np.array([min(sum(worth[pair] for pair in key), MAX_VALUE_MINOR) for key in keys], np.int64)
        self.value_minor = np.concatenate([self.value_minor, value])
        self.volume_mm3 = np.concatenate([self.volume_mm3, self._volumes(keys)])

    def _volumes(self, keys: list[Key]) -> IntArray:
        """Of goods too large for 64 bits the greatest number: they fit nowhere. 0 where nothing is filled up."""
        if not self.market.problem.brand.void_fill_micros_per_l:
            return np.zeros(len(keys), np.int64)
        sizes = {j: prod(self.market.wrapped_mm[j].tolist()) for j in {j for key in keys for j, _ in key}}
        return np.array([min(sum(sizes[j] * q for j, q in key), LARGEST) for key in keys], np.int64)

    def _verdicts(self, keys: list[Key], run: Run, in_haste: bool) -> NDArray[np.uint8]:
        """Have packed what is not remembered; a verdict rests on nothing but the goods' measures and the cartons."""
        known, params = (self.known_hasty, hasty(self.params)) if in_haste else (self.known, self.params)
        goods = {j: _measures(self.market.problem.products[j]) for j in {j for key in keys for j, _ in key}}
        loads = [tuple((goods[j], q) for j, q in key) for key in keys]
        found = [known.get(load) for load in loads]
        new = [n for n, verdict in enumerate(found) if verdict is None]
        if new:
            if len(known) + len(new) > MOST_VERDICTS:
                known.clear()
            fresh = fit(pack_problem(self.market, [keys[n] for n in new]), params, run).verdict
            for n, verdict in zip(new, fresh, strict=True):
                found[n] = known[loads[n]] = verdict
        return np.array(found, np.uint8).reshape(len(keys), self.market.n_cartons)


def hasty(params: PackParams) -> PackParams:
    """Less effort for each of very many loads: what it finds, `params` find too."""
    return replace(params, exact_nodes=min(params.exact_nodes, HASTY_NODES))


def _measures(product: Product) -> Hashable:
    """All of a product that a carton minds."""
    size = product.length_mm, product.width_mm, product.height_mm, product.padding_mm
    bears = product.weight_g, product.fragile, product.max_load_g
    return (*size, *bears, product.this_side_up, product.soft, product.hazmat_class)


def pack_problem(market: Market, keys: list[Key]) -> FitProblem:
    """The pack kernel's view of these loads; its items are the products."""
    products = market.problem.products
    classes = {name: i + 1 for i, name in enumerate(sorted({p.hazmat_class for p in products} - {""}))}
    flat = [pair for key in keys for pair in key]
    return FitProblem(
        item_size_mm=market.wrapped_mm,
        item_weight_g=market.weight_g,
        item_upright=np.array([p.this_side_up for p in products], bool),
        item_fragile=np.array([p.fragile for p in products], bool),
        item_max_load_g=np.array([-1 if p.max_load_g is None else p.max_load_g for p in products], np.int64),
        item_class=np.array([classes.get(p.hazmat_class, 0) for p in products], np.int64),
        load_start=np.concatenate([[0], np.cumsum([len(key) for key in keys])]).astype(np.int64),
        load_item=np.array([j for j, _ in flat], np.int64),
        load_quantity=np.array([q for _, q in flat], np.int64),
        carton_inner_mm=market.inner_mm,
        carton_tare_g=market.tare_g,
        carton_max_weight_g=np.array([c.max_weight_g for c in market.problem.cartons], np.int64)[market.named[:-1]],
        item_soft=np.array([p.soft for p in products], bool),
    )


def _worth_minor(market: Market, sku: int, quantity: int) -> int:
    """What units of a product are declared at: rounded once."""
    return market.problem.brand.currency.minor(market.problem.products[sku].value_micros * quantity)


def _own_sku(market: Market, key: Key) -> int:
    sku, quantity = key[0]
    return sku if len(key) == 1 and quantity == 1 and market.own_box[sku] else -1
