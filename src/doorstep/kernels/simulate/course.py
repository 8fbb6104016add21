"""What changes from batch to batch while a policy serves a world: shelves, who waits, what comes, what was sent."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from doorstep.domain.bids import BidPrices
from doorstep.domain.plan import Plan
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.simulate.capacity import Taken
from doorstep.kernels.simulate.days import Slot
from doorstep.kernels.simulate.result import Shipments
from doorstep.kernels.simulate.supply import PurchaseOrders, holding_micros, order_up
from doorstep.kernels.simulate.world import Stage

COLUMNS = Shipments.__slots__[:12]


@dataclass(slots=True)
class Course:
    """One policy's way through the days."""

    stock: IntArray  # [K, J]
    taken: Taken = field(default_factory=Taken)
    waiting: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)  # orders that came before the batch
    bids: BidPrices | None = None
    due: int = 0  # next row of what comes in
    rows: list[dict[str, IntArray]] = field(default_factory=list)
    contents: list[tuple[IntArray, IntArray]] = field(default_factory=list)  # how many goods each parcel has; [n, 2]
    plans: list[tuple[int, tuple[int, ...], Plan]] = field(default_factory=list)
    coming: IntArray | None = None  # [K, J] on order or announced, where goods are ordered anew
    ordered: list[PurchaseOrders] = field(default_factory=list)
    received: list[int] = field(default_factory=list)  # units of each day, announced or ordered
    holding: list[int] = field(default_factory=list)  # micros of each day


def open_course(stage: Stage) -> Course:
    """Begin with the shelves of the world."""
    course = Course(stage.stock.copy())
    if stage.supply is not None:
        course.coming = np.zeros_like(stage.stock)
        for _, site, sku, units in stage.inbound:
            course.coming[site, sku] += units
    return course


def take_in(stage: Stage, course: Course, slot: Slot) -> None:
    """Put on the shelves what has come in by now."""
    units = 0
    while course.due < len(stage.inbound) and stage.inbound[course.due][0] <= slot.now.timestamp():
        _, site, sku, count = stage.inbound[course.due]
        course.stock[site, sku] += count
        units += count
        if course.coming is not None:
            course.coming[site, sku] -= count
        course.due += 1
    if len(course.received) == len(course.holding):  # the day begins
        course.received.append(_bought(course, slot.day))
    course.received[-1] += units


def _bought(course: Course, day: int) -> int:
    """Put on the shelves what was ordered anew and is due; returns units."""
    units = 0
    if course.coming is None:
        return units
    for one in course.ordered:  # those of a day, in which no cell stands twice
        now = np.flatnonzero(one.due_day == day)
        course.stock[one.site[now], one.sku[now]] += one.units[now]
        course.coming[one.site[now], one.sku[now]] -= one.units[now]
        units += int(one.units[now].sum())
    return units


def reorder(stage: Stage, course: Course, day: int, seed: int) -> None:
    """End a day: order what is short, and reckon what lies."""
    if stage.supply is None or course.coming is None:
        course.holding.append(0)
        return
    placed = order_up(stage.supply, course.stock, course.coming, day, seed)
    course.coming[placed.site, placed.sku] += placed.units
    course.ordered.append(placed)
    course.holding.append(holding_micros(stage.supply, course.stock))


def shipments_of(course: Course) -> Shipments:
    """Put all parcels together."""
    none = np.zeros(0, np.int64)
    counts = np.concatenate([none, *(one for one, _ in course.contents)])
    flat = np.concatenate([none.reshape(0, 2), *(one for _, one in course.contents)])
    return Shipments(
        **{name: _joined([one[name] for one in course.rows], name) for name in COLUMNS},
        content_start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        content_sku=flat[:, 0].copy(),
        content_units=flat[:, 1].copy(),
    )


def _joined(columns: list[IntArray], name: str) -> IntArray:
    return np.concatenate(columns) if columns else np.zeros((0, 6) if name == "parts_minor" else 0, np.int64)
