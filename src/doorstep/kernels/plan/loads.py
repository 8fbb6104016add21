"""Loads: what may travel in one carton, each distinct one packed once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.pack.fit import fit
from doorstep.kernels.pack.problem import FITS, NO, FitProblem, PackParams
from doorstep.kernels.plan.market import BoolArray, IntArray, Market, carriable
from doorstep.kernels.run import Run

Key = tuple[tuple[int, int], ...]  # (sku index, quantity), ascending by sku


@dataclass(slots=True)
class LoadBook:
    """Grows by `add`, learns by `pack_new`; a load keeps its number."""

    market: Market
    params: PackParams
    number: dict[Key, int] = field(default_factory=dict)
    keys: list[Key] = field(default_factory=list)
    verdict: NDArray[np.uint8] = field(init=False)  # [L, C + 1] of the packer
    ships: BoolArray = field(init=False)  # [L, C + 1] fits, and some service admits it
    weight_g: IntArray = field(init=False)  # [L] net

    def __post_init__(self) -> None:
        columns = self.market.n_cartons + 1
        self.verdict = np.zeros((0, columns), np.uint8)
        self.ships = np.zeros((0, columns), bool)
        self.weight_g = np.zeros(0, np.int64)

    def add(self, key: Key) -> int:
        """Number a load."""
        number = self.number.setdefault(key, len(self.keys))
        if number == len(self.keys):
            self.keys.append(key)
        return number

    def pack_new(self, run: Run) -> None:
        """Have every load that came since the last call packed."""
        keys = self.keys[len(self.verdict) :]
        if not keys:
            return
        own = np.array([_own_sku(self.market, key) for key in keys], np.int64)
        bare = np.array([not any(self.market.own_box[j] for j, _ in key) for key in keys], bool)
        verdict = np.full((len(keys), self.market.n_cartons + 1), NO, np.uint8)
        if bare.any() and self.market.n_cartons:
            found = fit(self._problem([key for key, ok in zip(keys, bare, strict=True) if ok]), self.params, run)
            verdict[bare, :-1] = found.verdict
        verdict[own >= 0, -1] = FITS
        weight = np.array([sum(self.market.weight_g[j] * q for j, q in key) for key in keys], np.int64)
        ships = (verdict == FITS) & carriable(self.market, weight, own)
        self.verdict = np.concatenate([self.verdict, verdict])
        self.ships = np.concatenate([self.ships, ships])
        self.weight_g = np.concatenate([self.weight_g, weight])

    def _problem(self, keys: list[Key]) -> FitProblem:
        return pack_problem(self.market, keys)


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


def _own_sku(market: Market, key: Key) -> int:
    sku, quantity = key[0]
    return sku if len(key) == 1 and quantity == 1 and market.own_box[sku] else -1
