"""Orders that cost alike: one of each class stands for all when the fast mode looks up what a parcel costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import SPEEDS
from doorstep.domain.catalog import Product
from doorstep.domain.demand import Order
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.simulate.days import EPOCH_ORDINAL, day_of

WEIGHT_STEP, VOLUME_STEP, SIDE_STEP = 1.4, 1.7, 1.5  # ratio of the ends of a band
NONE = -1  # an order that no class can stand for


@dataclass(frozen=True, slots=True)
class Wants:
    """What orders ask for, a row for each product of an order [L].

    Attributes
    ----------
    start
        [N + 1] rows of each order.
    sku, units
        [L] place in the problem's products, and how many.
    plain
        [N] orders whose goods are all known, that go to a door, and are wished for on no day.
    promised_by
        [N] day promised already, since 1970-01-01, -1: none.
    slack
        [N] days from placing to it, negative: none.
    """

    start: IntArray
    sku: IntArray
    units: IntArray
    plain: BoolArray
    promised_by: IntArray
    slack: IntArray


def wants_of(orders: Sequence[Order], sku: dict[str, int]) -> Wants:
    """Read what is wanted, equal products of an order together."""
    counts, skus, units, plain = list[int](), list[int](), list[int](), list[bool]()
    promised, slack = list[int](), list[int]()
    for order in orders:
        goods: dict[int, int] = {}
        for line in order.lines:
            j = sku.get(line.sku, NONE)
            goods[j] = goods.get(j, 0) + line.quantity
        plain.append(bool(goods) and NONE not in goods and not order.pickup_point and order.not_before is None)
        day = -1 if order.promised_by is None else order.promised_by.toordinal() - EPOCH_ORDINAL
        promised.append(day)
        slack.append(-1 if day < 0 else max(0, day - day_of(order.placed_at)))
        kept = [pair for pair in goods.items() if pair[0] >= 0]
        counts.append(len(kept))
        skus += [j for j, _ in kept]
        units += [n for _, n in kept]
    return Wants(
        np.concatenate([[0], np.cumsum(np.array(counts, np.int64))]).astype(np.int64),
        np.array(skus, np.int64),
        np.array(units, np.int64),
        np.array(plain, bool),
        np.array(promised, np.int64),
        np.array(slack, np.int64),
    )


def keys_of(problem: PlanProblem, wants: Wants, areas: IntArray, exact: bool) -> NDArray[np.uint64]:
    """Give each order 64 bits that orders which cost alike share. [N]

    Parameters
    ----------
    problem
        Orders and products.
    wants
        Of these orders.
    areas
        [N] destination area.
    exact
        Goods are told apart one by one, and not by weight, volume and longest side alone: duties, rules or surcharges
        look at what they are.
    """
    products, orders = problem.products, problem.orders
    size = np.array([(p.length_mm, p.width_mm, p.height_mm) for p in products], np.int64).reshape(-1, 3)
    size = size + 2 * np.array([p.padding_mm for p in products], np.int64)[:, None]
    weight = np.array([p.weight_g for p in products], np.int64)
    kind = np.array([_kind(one) for one in products], np.int64)
    index = np.repeat(np.arange(len(orders)), np.diff(wants.start))

    def summed(values: IntArray) -> NDArray[np.float64]:
        each = (values[wants.sku] * wants.units).astype(np.float64)
        return np.bincount(index, each, len(orders)).astype(np.float64)

    longest = np.zeros(len(orders), np.int64)
    np.maximum.at(longest, index, size.max(axis=1, initial=0)[wants.sku])
    flags = np.array([_flags(one) for one in orders], np.int64)
    kinds = np.zeros(len(orders), np.int64)
    np.bitwise_or.at(kinds, index, kind[wants.sku])
    alone = np.bincount(index, wants.units, len(orders)) == 1
    columns = [
        areas.astype(np.int64),
        flags,
        kinds * 2 + alone,
        _band(summed(weight), WEIGHT_STEP),
        _band(summed(size.prod(axis=1)), VOLUME_STEP),
        _band(longest.astype(np.float64), SIDE_STEP),
    ]
    key = np.zeros(len(orders), np.uint64)
    for column in columns:
        key = _mixed(key, column)
    goods = np.bincount(index, _one_by_one(wants), len(orders)).astype(np.int64)
    return _mixed(key, goods + 1) if exact else key


def _one_by_one(wants: Wants) -> NDArray[np.float64]:
    """A number of each row that adds up to one of the basket; exact in a float."""
    hashed = _mixed(np.zeros(len(wants.sku), np.uint64), wants.sku * 1_000_003 + wants.units)
    return (hashed >> np.uint64(24)).astype(np.float64)


def _kind(product: Product) -> int:
    """What else than size and weight decides how a product is packed, as bits."""
    hazard = (
        int.from_bytes(blake2b(product.hazmat_class.encode(), digest_size=4).digest()) if product.hazmat_class else 0
    )
    bits = product.ships_in_own_box, product.fragile, product.soft, product.this_side_up
    return hazard << len(bits) | sum(bit << n for n, bit in enumerate(bits))


def _flags(order: Order) -> int:
    speed = 0 if order.speed is None else 1 + SPEEDS.index(order.speed)
    bits = order.residential, order.signed_for, order.saturday, order.place.located
    return speed << 4 | sum(bit << n for n, bit in enumerate(bits))


def _band(values: NDArray[np.float64], step: float) -> IntArray:
    found: IntArray = np.floor(np.log(np.maximum(values, 1.0)) / np.log(step)).astype(np.int64)
    return found


def _mixed(key: NDArray[np.uint64], column: IntArray) -> NDArray[np.uint64]:
    """Mix a column into keys, as SplitMix64 does."""
    bits = key * np.uint64(0x9E3779B97F4A7C15) + column.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def representatives(keys: NDArray[np.uint64], plain: BoolArray) -> tuple[IntArray, IntArray]:
    """Give each class the middle one of its orders, and each order its class; NONE: it is not plain."""
    of = np.full(len(keys), NONE, np.int64)
    members = np.flatnonzero(plain)
    if not len(members):
        return np.zeros(0, np.int64), of
    _, inverse, counts = np.unique(keys[members], return_inverse=True, return_counts=True)
    of[members] = inverse
    by_class = members[np.argsort(inverse, kind="stable")]
    begins = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return by_class[begins + counts // 2], of
