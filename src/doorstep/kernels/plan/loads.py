"""Loads: what may travel in one carton, each distinct one packed once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import pairwise
from math import prod

import numpy as np

from doorstep.domain.catalog import Product
from doorstep.kernels.pack.compiled import UNSEEN
from doorstep.kernels.pack.fit import fit, fit_nested
from doorstep.kernels.pack.problem import FITS, NO, FitProblem, PackParams, VerdictArray
from doorstep.kernels.plan.load_lines import Key, Lines, Nest, lines_of, nest
from doorstep.kernels.plan.market import BoolArray, IntArray, Market, carriable
from doorstep.kernels.rate.bounds import MAX_VALUE_MINOR
from doorstep.kernels.run import Run

Verdicts = dict[bytes, VerdictArray]  # by what a load consists of, and of how many, as `_names` writes it
LARGEST = np.iinfo(np.int64).max
EXACT = 1 << 61  # up to it twice an amount in millionths fits 64 bits
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
    verdict: VerdictArray = field(init=False)  # [L, C + 1] of the packer
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
        lines, market = lines_of(keys), self.market
        first = lines.start[:-1]
        single = (np.diff(lines.start) == 1) & (lines.units[first] == 1) & market.own_box[lines.sku[first]]
        own = np.where(single, lines.sku[first], -1)
        verdict = np.full((len(keys), market.n_cartons + 1), NO, np.uint8)
        if market.n_cartons:
            bare = np.flatnonzero(~np.logical_or.reduceat(market.own_box[lines.sku], first))
            some = lines if len(bare) == len(keys) else lines.some(bare)
            if len(bare):
                verdict[bare, :-1] = self._verdicts(some, run, in_haste)
        verdict[own >= 0, -1] = FITS
        weight = np.add.reduceat(market.weight_g[lines.sku] * lines.units, first)
        ships = (verdict == FITS) & carriable(market, weight, own)
        self.verdict = np.concatenate([self.verdict, verdict])
        self.ships = np.concatenate([self.ships, ships])
        self.weight_g = np.concatenate([self.weight_g, weight])
        self.value_minor = np.concatenate([self.value_minor, self._values(lines)])
        self.volume_mm3 = np.concatenate([self.volume_mm3, self._volumes(keys)])

    def _values(self, lines: Lines) -> IntArray:
        """Declared value of each load; each line of it is rounded once."""
        goods, at = np.unique(lines.sku, return_inverse=True)
        worth = [self.market.problem.products[j].value_micros for j in goods.tolist()]
        if max(worth) * int(lines.units.max()) < EXACT:
            minor = self.market.problem.brand.currency.micros_per_minor
            each = (2 * np.array(worth, np.int64)[at] * lines.units + minor) // (2 * minor)
        else:
            pairs = zip(lines.sku.tolist(), lines.units.tolist(), strict=True)
            each = np.array([min(_worth_minor(self.market, *pair), MAX_VALUE_MINOR) for pair in pairs], np.int64)
        return np.minimum(np.add.reduceat(np.minimum(each, MAX_VALUE_MINOR), lines.start[:-1]), MAX_VALUE_MINOR)

    def _volumes(self, keys: list[Key]) -> IntArray:
        """Of goods too large for 64 bits the greatest number: they fit nowhere. 0 where nothing is filled up."""
        if not self.market.problem.brand.void_fill_micros_per_l:
            return np.zeros(len(keys), np.int64)
        sizes = {j: prod(self.market.wrapped_mm[j].tolist()) for j in {j for key in keys for j, _ in key}}
        return np.array([min(sum(sizes[j] * q for j, q in key), LARGEST) for key in keys], np.int64)

    def _verdicts(self, lines: Lines, run: Run, in_haste: bool) -> VerdictArray:
        """Have packed what is not remembered; a verdict rests on nothing but the goods' measures and the cartons."""
        known, names = self.known_hasty if in_haste else self.known, self._names(lines)
        within = nest(lines) if in_haste else None
        sure = np.ones(len(names), bool) if within is None else within.sure
        told = np.full((len(names), self.market.n_cartons), UNSEEN, np.uint8)
        for n, name in enumerate(names):
            verdict = known.get(name) if sure[n] else None
            if verdict is not None:
                told[n] = verdict
        new = np.flatnonzero(told[:, 0] == UNSEEN)
        if len(new) == 0:
            return told
        if within is not None:
            told = self._nested(within, told)
        else:
            some = lines if len(new) == len(names) else lines.some(new)
            told[new] = fit(pack_problem(self.market, some), self.params, run).verdict
        if len(known) + len(new) > MOST_VERDICTS:
            known.clear()
        sound = new[sure[new]]
        known.update(zip([names[n] for n in sound.tolist()], told[sound], strict=True))
        return told

    def _names(self, lines: Lines) -> list[bytes]:
        """Write down of each load, line by line, a digest of the goods' measures, and their units."""
        goods, at = np.unique(lines.sku, return_inverse=True)
        digests = b"".join(_digest(self.market.problem.products[j]) for j in goods.tolist())
        rows = np.empty((len(at), 3), np.int64)
        rows[:, :2] = np.frombuffer(digests, np.int64).reshape(-1, 2)[at]
        rows[:, 2] = lines.units
        data, ends = rows.tobytes(), (rows.itemsize * 3 * lines.start).tolist()
        return [data[lo:hi] for lo, hi in pairwise(ends)]

    def _nested(self, within: Nest, told: VerdictArray) -> VerdictArray:
        """Pack loads of one order in haste: what is proven of its parts spares looking at a load.

        So a verdict hangs on the load alone only where all its parts are there.
        """
        before = np.full((len(within.lines.start) - 1, told.shape[1]), UNSEEN, np.uint8)
        before[within.first :] = told[within.order]
        problem, found = pack_problem(self.market, within.lines), np.empty_like(told)
        found[within.order] = fit_nested(problem, within.part, before, hasty(self.params)).verdict[within.first :]
        return found


def hasty(params: PackParams) -> PackParams:
    """Less effort for each of very many loads: what it finds, `params` find too."""
    return replace(params, exact_nodes=min(params.exact_nodes, HASTY_NODES))


def _digest(product: Product) -> bytes:
    """Tell goods apart by all that a carton minds, in 16 bytes."""
    size = product.length_mm, product.width_mm, product.height_mm, product.padding_mm
    bears = product.weight_g, product.fragile, product.max_load_g
    measures = (*size, *bears, product.this_side_up, product.soft, product.hazmat_class)
    return blake2b(repr(measures).encode(), digest_size=16).digest()


def pack_problem(market: Market, lines: Lines) -> FitProblem:
    """The pack kernel's view of these loads; its items are the products."""
    products = market.problem.products
    classes = {name: i + 1 for i, name in enumerate(sorted({p.hazmat_class for p in products} - {""}))}
    return FitProblem(
        item_size_mm=market.wrapped_mm,
        item_weight_g=market.weight_g,
        item_upright=np.array([p.this_side_up for p in products], bool),
        item_fragile=np.array([p.fragile for p in products], bool),
        item_max_load_g=np.array([-1 if p.max_load_g is None else p.max_load_g for p in products], np.int64),
        item_class=np.array([classes.get(p.hazmat_class, 0) for p in products], np.int64),
        load_start=lines.start,
        load_item=lines.sku,
        load_quantity=lines.units,
        carton_inner_mm=market.inner_mm,
        carton_tare_g=market.tare_g,
        carton_max_weight_g=np.array([c.max_weight_g for c in market.problem.cartons], np.int64)[market.named[:-1]],
        item_soft=np.array([p.soft for p in products], bool),
    )


def _worth_minor(market: Market, sku: int, quantity: int) -> int:
    """What units of a product are declared at: rounded once."""
    return market.problem.brand.currency.minor(market.problem.products[sku].value_micros * quantity)
