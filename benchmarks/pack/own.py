"""The packer of this house on the same orders, in this process."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from benchmarks.pack.scores import Answer, carton_prices, freight
from benchmarks.pack.sets import OrderSet, some_loads

from doorstep.kernels.pack.orders import some_orders
from doorstep.kernels.pack.pack import pack
from doorstep.kernels.pack.problem import EFFORT, FitProblem, IntArray, PackParams, PackProblem
from doorstep.kernels.pack.result import PackResult

BOX = 10**12  # price of a box: above any sum of volumes in mm3
SLOW = ("thorough", "utmost")
SLOW_BATCH = 25
REPEATS = 16
LONG_S = 0.05
FEW = 20


@dataclass(frozen=True, slots=True)
class Own:
    """Answers to the orders from the first on, which of them are proven, CPU seconds in all."""

    answers: list[Answer]
    proven: list[bool]
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Times:
    """CPU seconds of orders packed one by one: the whole call, and what one more order adds to a batch."""

    call_s: list[float]
    added_s: list[float]


def boxes_first(orders: OrderSet) -> PackProblem:
    """Fewest boxes, then least volume, as a price."""
    return _problem(orders, BOX + orders.orders.carton_inner_mm.prod(axis=1))


def cheapest(orders: OrderSet) -> PackProblem:
    """The price list by which everybody's cost is counted."""
    plain = _problem(orders, carton_prices(orders.carton_outer_mm))
    return replace(plain, freight=(freight(),), load_freight=np.zeros(orders.orders.loads, np.int64))


def params_of(effort: str, support_ppm: int) -> PackParams:
    """The effort of that name, under a rule of support."""
    return replace(EFFORT[effort], support_ppm=support_ppm)


def warm(orders: OrderSet, support_ppm: int) -> float:
    """Pack all orders once with little effort, so that nothing is compiled or read from a cache later; CPU seconds."""
    started = time.process_time()
    few = replace(orders, orders=some_loads(orders.orders, np.arange(min(FEW, orders.orders.loads))))
    pack(boxes_first(orders), params_of("quick", support_ppm))
    pack(boxes_first(few), params_of("thorough", support_ppm))
    pack(cheapest(few), params_of("usual", support_ppm))
    return time.process_time() - started


def run(problem: PackProblem, effort: str, support_ppm: int, cap_s: float) -> Own:
    """Pack the orders in one batch or, where that takes long, in batches until the CPU seconds are used up."""
    params, loads = params_of(effort, support_ppm), problem.goods.loads
    size = SLOW_BATCH if effort in SLOW else loads
    found: list[Answer] = []
    proven: list[bool] = []
    used = 0.0
    for first in range(0, loads, size):
        if used > cap_s:
            break
        batch, item = some_orders(problem, np.arange(first, min(first + size, loads)))
        started = time.process_time()
        result = pack(batch, params)
        taken = time.process_time() - started
        used += taken
        found += _answers(result, item, batch.goods.loads, taken / batch.goods.loads)
        proven += result.load_proven.tolist()
    return Own(found, proven, used)


def one_by_one(problem: PackProblem, effort: str, support_ppm: int) -> Times:
    """Time each order in a call of its own, and again many times over in one call."""
    params = params_of(effort, support_ppm)
    calls, added = [], []
    for load in range(problem.goods.loads):
        one, _ = some_orders(problem, np.array([load]))
        call = _timed(one, params)
        calls.append(call)
        if call > LONG_S:
            added.append(call)  # what a call costs besides is lost in that
        else:
            many, _ = some_orders(problem, np.full(REPEATS + 1, load))
            added.append(max((_timed(many, params) - call) / REPEATS, 0.0))
    return Times(calls, added)


def _timed(problem: PackProblem, params: PackParams) -> float:
    started = time.process_time()
    pack(problem, params)
    return time.process_time() - started


def _problem(orders: OrderSet, price: IntArray) -> PackProblem:
    goods: FitProblem = orders.orders
    cartons, items = goods.cartons, len(goods.item_size_mm)
    return PackProblem(
        goods=goods,
        carton_outer_mm=np.maximum(orders.carton_outer_mm, goods.carton_inner_mm),
        carton_price_minor=price.astype(np.int64),
        carton_mailer=np.zeros(cartons, np.bool_),
        carton_padding_mm=np.zeros(cartons, np.int64),
        item_own_box=np.zeros(items, np.bool_),
        item_padding_mm=np.zeros(items, np.int64),
    )


def _answers(result: PackResult, item: IntArray, loads: int, each_s: float) -> list[Answer]:
    parcels: list[list[tuple[int, list[list[float]]]]] = [[] for _ in range(loads)]
    for parcel, load in enumerate(result.parcel_load.tolist()):
        rows = result.layouts[parcel].copy()
        rows[:, 0] = item[rows[:, 0]]
        parcels[load].append((int(result.parcel_carton[parcel]), rows.tolist()))
    return [Answer(own, each_s) for own in parcels]
