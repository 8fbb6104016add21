"""What orders of a plan hold, to be taken off what one of them may draw on when it is decided again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.domain.parcel import Parcel, picked_together
from doorstep.kernels.plan.assemble import EPOCH
from doorstep.kernels.plan.board import Table, first_leaving
from doorstep.kernels.plan.lanes import Lanes
from doorstep.kernels.plan.market import IntArray, Market
from doorstep.kernels.plan.room import room
from doorstep.kernels.plan.search import Assignment


@dataclass(frozen=True, slots=True)
class Taken:
    """Goods by sites and products, room by the limits of lanes and days."""

    stock: IntArray  # [K, J]
    rows: IntArray  # [L, D] orders or parcels of each limit and day
    start: int  # the first of the days

    @classmethod
    def of(cls, market: Market, table: Table, assignment: Assignment) -> Taken:
        """Read it off what a plan leaves."""
        lanes, left, start = table.terms.lanes, assignment.ledger.row, first_leaving(table.best.days)
        limits = len(lanes.limit)
        rows = np.zeros((0, 1), np.int64)
        if limits:
            rows = room(market, lanes, start, len(left) // limits) - left.reshape(limits, -1)
        return cls(market.stock - assignment.ledger.stock, rows, start)

    @classmethod
    def by(cls, market: Market, lanes: Lanes, parcels: Sequence[Parcel]) -> Taken:
        """Read it off parcels: an order counts once for its site and day, each parcel for its service."""
        days = [(parcel.ship_at.date() - EPOCH).days for parcel in parcels]
        start, stop = min(days, default=0), max(days, default=-1) + 1
        stock, rows = np.zeros(market.stock.shape, np.int64), np.zeros((len(lanes.limit), stop - start), np.int64)
        relays = {(one.linehaul.linehaul, one.local): one.service for one in market.problem.relays}
        counted, together = set[tuple[str, int, int]](), picked_together(parcels)
        for parcel, day in zip(parcels, days, strict=True):
            way, k = parcel.injection, market.site[parcel.site]
            service = relays[way.linehaul, parcel.service] if way else parcel.service
            for content in parcel.contents:
                stock[k, market.sku[content.sku]] += content.quantity
            column = int(lanes.column_at[k, market.service[service], 0])
            orders, room = lanes.group_limit[lanes.column_group[column]], lanes.column_limit[column]
            picking = together[parcel.orders[0]], k, day
            if orders >= 0 and picking not in counted:
                counted.add(picking)
                rows[orders, day - start] += 1
            if room >= 0:
                rows[room, day - start] += 1
        return cls(stock, rows, start)

    def off(self, table: Table) -> None:
        """Take it off the ledger of a table with the same lanes and products."""
        table.ledger.stock[:] -= self.stock
        first = first_leaving(table.best.days)
        limits = len(table.terms.lanes.limit)
        if not limits or not (table.best.days >= 0).any():
            return
        rows = table.ledger.row.reshape(limits, -1)
        start = max(first, self.start)
        stop = min(first + rows.shape[1], self.start + self.rows.shape[1])
        if start < stop:
            rows[:, start - first : stop - first] -= self.rows[:, start - self.start : stop - self.start]
