"""Some orders try a service that nobody knows yet, in place of the one that would bring them.

It is done when all is settled. An order tries what its id draws if it goes in one parcel of its own, the service takes
that from the same site, promises a date that is no later and no less sure, and neither costs nor weighs more beyond its
bound. So stock stays where it is, nobody else's choice changes, the bound of the settled plan holds, and
what an order costs more is known to the minor unit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from doorstep.domain.decision import Trial
from doorstep.domain.exploration import Exploration, Tried
from doorstep.kernels.learn.explore import draw
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.assemble import Picks, build_parcels, pick_parcels
from doorstep.kernels.plan.board import Table, chunk_of, quotes_of, spans
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.footprint import ways
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import BoolArray, IntArray, Market
from doorstep.kernels.plan.quote import Chunk, Quotes, travel
from doorstep.kernels.plan.search import Assignment
from doorstep.kernels.plan.weigh import sure_totals, weighed_totals
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class Swap:
    """Order i leaves in another carton, by another service; what it then costs and weighs more."""

    i: int
    block: int
    column: int
    carton: int
    service: int
    shift: int
    paid_minor: int
    weighed_minor: int


@dataclass(frozen=True, slots=True)
class Trials:
    """A settled plan and its parcels, and who tries what in it."""

    market: Market
    table: Table
    assignment: Assignment
    book: LoadBook
    picks: Picks
    brief: Mapping[int, Trial] = field(default_factory=dict)  # by the number of the order
    told: tuple[Tried, ...] = ()


def explored(settled: Trials, joints: Collection[int], params: PackParams, run: Run) -> Trials:
    """Let orders of a settled plan try what they draw; with own vans nothing is tried.

    `joints` stand for several orders: these go together as they are.
    """
    drawn = _drawn(settled, joints) if settled.market.fleets is None else {}
    left = settled.assignment.ledger.row.copy()
    found = (seen.swap(left, *drawn[seen.i]) for seen in _seen(settled, sorted(drawn)))
    swaps = [swap for swap in found if swap is not None]
    return _told(_swapped(settled, left, swaps), settled, swaps, params, run) if swaps else settled


def _told(trying: Trials, settled: Trials, swaps: list[Swap], params: PackParams, run: Run) -> Trials:
    """Say who tries what, for the explanations and for the plan, beside the parcels without it."""
    market, usual = settled.market, settled.picks
    exploration = market.problem.exploration or Exploration()
    shares = {one.service: one.share_ppm for one in exploration.trials}
    at = np.searchsorted(usual.order, [one.i for one in swaps])
    picks = Picks(*(getattr(usual, name)[at] for name in Picks.__slots__))
    led = ways(market)
    footprints = led.grams(picks.order, picks.site, picks.service, picks.weight_g) if led else [None] * len(at)
    parcels = build_parcels(market, settled.table, settled.book, picks, footprints, params, run)
    brief: dict[int, Trial] = {}
    told: list[Tried] = []
    for swap, parcel in zip(swaps, parcels, strict=True):
        service = market.problem.tariff.services[swap.service].service
        brief[swap.i] = Trial(service, parcel.service, swap.paid_minor, shares[service])
        told.append(Tried(parcel.orders[0], service, parcel, swap.paid_minor, shares[service]))
    return replace(trying, brief=brief, told=tuple(told))


def _drawn(settled: Trials, joints: Collection[int]) -> dict[int, tuple[int, int]]:
    """Of orders that go in one parcel of their own those that draw a service: it, and the bound of what is extra."""
    market, choice = settled.market, settled.assignment.choice
    exploration, minor = market.problem.exploration, market.problem.brand.currency.micros_per_minor
    if exploration is None or not exploration.trials:
        return {}
    shares = [(one.service, one.share_ppm) for one in exploration.trials]
    most = {one.service: (market.service[one.service], one.most_extra_micros // minor) for one in exploration.trials}
    single = (choice[:, 0] >= 0) & (choice[:, 2] < 0)
    found = {}
    for i in np.flatnonzero(single).tolist():
        service = None if i in joints else draw(market.problem.orders[i].order, shares, exploration.seed)
        if service is not None:
            found[i] = most[service]
    return found


@dataclass(frozen=True, slots=True)
class _Seen:
    """One order with the quotes of its parcel; `rows` are those from the site that it leaves."""

    i: int
    block: int
    column: int
    table: Table
    quotes: Quotes
    weighed: IntArray  # [r, v] of the quotes
    by_then_ppm: IntArray  # [legs] probability to arrive by the day that the order is promised for without a trial
    rows: IntArray

    @property
    def usual(self) -> tuple[int, int]:
        """Row and service of the quotes that it would leave by."""
        best, at = self.table.best, (self.block, self.column)
        mine = (self.quotes.carton[self.rows] == best.carton[at]) & (self.quotes.shift[self.rows] == best.shift[at])
        return int(self.rows[np.flatnonzero(mine)[0]]), int(best.service[at])

    def swap(self, left: IntArray, service: int, most_minor: int) -> Swap | None:
        """How it may try a service; None: it may not. `left` of capacity rows; what it takes is taken off."""
        quotes = self.quotes
        row, usual = self.usual
        relays = self.table.terms.relays
        brings = usual if relays is None or usual < relays.first else int(relays.local[usual - relays.first])
        if brings == service:
            return None
        paid = quotes.total_minor[self.rows, service] - quotes.total_minor[row, usual]
        weighed = self.weighed[self.rows, service] - self.weighed[row, usual]
        open_to = self._as_good(self.rows, service, row, usual) & self._with_room(self.rows, service, left)
        open_to &= (quotes.total_minor[self.rows, service] < NEVER) & (np.maximum(paid, weighed) <= most_minor)
        if not open_to.any():
            return None
        least = int(np.flatnonzero(open_to)[np.argmin(weighed[open_to])])
        at = int(self.rows[least])
        column = int(quotes.column[at, service])
        taken = self.table.board.column_row[self.i, column]
        if column != self.column and taken >= 0:
            left[taken] -= 1
        sent = int(quotes.carton[at]), service, int(quotes.shift[at])
        return Swap(self.i, self.block, column, *sent, int(paid[least]), int(weighed[least]))

    def _as_good(self, rows: IntArray, service: int, row: int, usual: int) -> BoolArray:
        """Promised no later, and no less surely: for that day, and for one that was asked for."""
        legs, leg, own = self.quotes.legs, self.quotes.leg[rows, service], self.quotes.leg[row, usual]
        good: BoolArray = (leg >= 0) & (legs.promised_day[leg] <= legs.promised_day[own])
        good &= self.by_then_ppm[leg] >= legs.on_time_ppm[own]
        good &= legs.as_wished_ppm[leg] >= legs.as_wished_ppm[own]
        return good

    def _with_room(self, rows: IntArray, service: int, left: IntArray) -> BoolArray:
        """In its column; or on the same day in another one that has room, if nobody waits for what it would give up."""
        board, column = self.table.board, self.quotes.column[rows, service]
        limit = board.column_row[self.i]
        full = np.zeros(len(rows), bool)
        if len(left):
            full = (limit[column] >= 0) & (left[np.maximum(limit[column], 0)] <= 0)
        other = (board.column_group[column] == board.column_group[self.column]) & (limit[self.column] < 0) & ~full
        there: BoolArray = (column >= 0) & ((column == self.column) | other)
        return there


def _seen(settled: Trials, orders: list[int]) -> Iterator[_Seen]:
    """Quote the parcels of some orders again, chunk by chunk."""
    market, table, assignment, book = settled.market, settled.table, settled.assignment, settled.book
    blocks, partition = table.blocks, table.board.partition
    for lo, hi in spans(blocks):
        mine = [i for i in orders if lo <= i < hi]
        if not mine:
            continue
        chosen = [int(partition[assignment.choice[i, 0], 0]) for i in mine]
        at = np.array(chosen, np.int64) - blocks.order_block[lo]
        chunk = chunk_of(market, table.terms, table.asked, blocks, book, lo, hi, at)
        quotes = quotes_of(chunk)
        weighed = weighed_totals(chunk, sure_totals(chunk, quotes)).total_minor
        seen = []
        for n, (i, block) in enumerate(zip(mine, chosen, strict=True)):
            column = int(assignment.choice[i, 1])
            first, last = np.searchsorted(quotes.block, [n, n + 1]).tolist()
            rows = first + np.flatnonzero(quotes.site[first:last] == table.board.column_site[column])
            seen.append(_Seen(i, block, column, table, quotes, weighed, quotes.legs.on_time_ppm, rows))
        by_then = _by_then(chunk, seen, lo)
        yield from (replace(one, by_then_ppm=by_then) for one in seen)


def _by_then(chunk: Chunk, seen: list[_Seen], lo: int) -> IntArray:
    """Promise each leg again, as if the day that orders are promised for without a trial were promised already."""
    due = chunk.asked.promised_by.copy()
    for one in seen:
        day = int(one.quotes.legs.promised_day[one.quotes.leg[one.usual]])
        if due[one.i - lo] < 0 and chunk.asked.not_before[one.i - lo] != day:  # else it would be a nominated day
            due[one.i - lo] = day
    bars = chunk.bars
    shut = (bars.shut, bars.order) if bars else (None, None)
    return travel(chunk.terms, replace(chunk.asked, promised_by=due), *shut)[0].on_time_ppm


def _swapped(settled: Trials, left: IntArray, swaps: list[Swap]) -> Trials:
    """Write what was swapped into a table and its choices; `left` of capacity rows."""
    table, best, choice = settled.table, settled.table.best, settled.assignment.choice.copy()
    carton, service, shift = best.carton.copy(), best.service.copy(), best.shift.copy()
    cost, paid, board = best.cost.copy(), table.paid.copy(), table.board.cost.copy()
    for one in swaps:
        at, was = (one.block, one.column), (one.block, int(choice[one.i, 1]))
        carton[at], service[at], shift[at] = one.carton, one.service, one.shift
        cost[at], board[at] = cost[was] + one.weighed_minor, board[was] + one.weighed_minor
        paid[at] = paid[was] + one.paid_minor
        choice[one.i, 1] = one.column
    found = replace(
        best, carton=carton, service=service, shift=shift, cost=cost, paid=None if best.paid is None else paid
    )
    table = replace(table, best=found, board=table.board._replace(cost=board))
    ledger = settled.assignment.ledger._replace(row=left)
    picks = pick_parcels(settled.market, table, settled.book, choice)
    return replace(
        settled, table=table, assignment=replace(settled.assignment, choice=choice, ledger=ledger), picks=picks
    )
