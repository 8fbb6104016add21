"""Set the board: the cost of every block in every column, and the rows of capacity they draw on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.plan.atoms import Atoms
from doorstep.kernels.plan.blocks import Blocks
from doorstep.kernels.plan.compiled import (
    NEVER,
    NO_DAY,
    NO_LIMIT,
    Board,
    Ledger,
    Scratch,
    keep_best,
    mark_contested,
    touch,
)
from doorstep.kernels.plan.customs import contents_of
from doorstep.kernels.plan.lanes import Lanes
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import BoolArray, IntArray, Market
from doorstep.kernels.plan.outdone import Told
from doorstep.kernels.plan.quote import Asked, Chunk, Quotes, Terms, quote
from doorstep.kernels.plan.room import room
from doorstep.kernels.plan.ruled import Bars
from doorstep.kernels.plan.weigh import sure_totals, weigh_board, weighed_totals
from doorstep.kernels.plan.wish import only_kept
from doorstep.kernels.run import Run

ShortArray = NDArray[np.int16]  # indices of cartons, services, shifts: there are millions
FEW_ORDERS = 4  # whose quotes are kept, as at checkout: they are asked for again to explain the choice
CHUNK_BLOCKS = 6_000  # bounds the memory of one chunk's quotes


@dataclass(frozen=True, slots=True)
class Best:
    """Per (block, column): the best parcel and the usual rule's parcel."""

    cost: IntArray
    carton: ShortArray
    service: ShortArray
    shift: ShortArray
    rule_cost: IntArray
    rule_carton: ShortArray
    rule_service: ShortArray
    rule_shift: ShortArray
    rule_price: IntArray
    days: IntArray  # [orders, K, R]
    paid: IntArray | None = None  # of that parcel, where `cost` holds more than is paid
    sure: IntArray | None = None  # least cost with commitments alone, where `cost` holds more


@dataclass(frozen=True, slots=True)
class Table:
    """The whole batch."""

    terms: Terms
    asked: Asked
    blocks: Blocks
    best: Best
    board: Board
    ledger: Ledger
    short: BoolArray  # [K, J] all who could draw on the stock want more than there is
    row_short: BoolArray  # [R] the same for capacity
    contested: BoolArray  # [N] the order could draw on something short
    beyond: IntArray | None = None  # [N] what leaving weighs of orders that are left at any price; None: nothing weighs
    quotes: Quotes | None = None  # that it was set of, where there are few

    @property
    def beyond_minor(self) -> int:
        """What weights add to the bound: of orders that no partition serves, whichever were looked at."""
        return 0 if self.beyond is None else int(self.beyond[self.blocks.exact].sum())

    @property
    def left_minor(self) -> int:
        """What leaving weighs of all orders that are left at any price."""
        return 0 if self.beyond is None else int(self.beyond.sum())

    @property
    def paid(self) -> IntArray:
        """Cost [B, Q] of blocks in columns as it is paid, without what weighs beside it."""
        return self.best.cost if self.best.paid is None else self.best.paid

    def scratch(self) -> Scratch:
        """Work space for the compiled loops."""
        return board_scratch(self.board)


def board_scratch(board: Board) -> Scratch:
    """Work space for one order of a board."""
    most, groups = int(np.diff(board.order_block).max(initial=1)), len(board.group_site)
    return Scratch(
        at=np.empty((most, groups)),
        column=np.zeros((most, groups), np.int64),
        least=np.empty(most),
        least_group=np.zeros(most, np.int64),
        least_alone=np.empty(most),
        fee=np.zeros(groups),
        pick=np.full(3, -1, np.int64),
    )


def unpriced(board: Board, stock: IntArray, rows: IntArray) -> Ledger:
    """Open a ledger in which nothing has a price."""
    worth = np.zeros(int(board.use_quantity.max(initial=0)) + 1)
    return Ledger(stock, rows, np.zeros(stock.shape, np.int64), worth, np.zeros(len(rows)))


def chunk_of(
    market: Market,
    terms: Terms,
    asked: Asked,
    blocks: Blocks,
    book: LoadBook,
    lo: int,
    hi: int,
    some: IntArray | None = None,
    told: Told = Told.ALL,
) -> Chunk:
    """Orders lo to hi with their blocks, or `some` of these, counted from the first.

    Cartons that are outdone are left out but for blocks of which all are to be `told`.
    """
    first, last = blocks.order_block[lo], blocks.order_block[hi]
    at = slice(first, last) if some is None else first + some
    at_some = slice(None) if some is None else some
    load = blocks.block_load[at]
    customs = terms.customs
    own = np.full(len(load), -1, np.int64)
    for n in np.flatnonzero(book.ships[load, -1]).tolist():
        own[n] = book.keys[load[n]][0][0]
    bars = _bars(market, blocks, lo, hi)
    return Chunk(
        terms=terms,
        asked=asked.part(lo, hi),
        order=blocks.block_order[at] - lo,
        weight_g=book.weight_g[load],
        volume_mm3=book.volume_mm3[load],
        value_minor=book.value_minor[load],
        units=blocks.block_units[at],
        own_size_mm=np.where(own[:, None] >= 0, market.size_mm[own], 0),
        at=blocks.block_at[at],
        ships=book.ships[load],
        contents=None if customs is None else contents_of(market, customs, [book.keys[one] for one in load]),
        bars=bars if bars is None or some is None else replace(bars, block=bars.block[some]),
        scales=None if market.scales is None else market.scales.of_quotes(lo, hi),
        every=None if told is Told.ALL or market.scales is not None else _whole(blocks, lo, hi, told)[at_some],
    )


def _whole(blocks: Blocks, lo: int, hi: int, told: Told) -> BoolArray:
    """Say which blocks of orders lo to hi hold a whole order, if that is to be told."""
    first, last = (int(at) for at in blocks.order_block[[lo, hi]])
    found = np.zeros(last - first, bool)
    if told is Told.WHOLE:
        start, stop = blocks.order_partition[lo:hi], blocks.order_partition[lo + 1 : hi + 1]
        foremost = blocks.partition[start[start < stop]]
        found[foremost[foremost[:, 1] < 0, 0] - first] = True
    return found


def _bars(market: Market, blocks: Blocks, lo: int, hi: int) -> Bars | None:
    """What rules do to orders lo to hi."""
    if market.ruled is None:
        return None
    first, last = blocks.order_block[lo], blocks.order_block[hi]
    use = blocks.use_start[first : last + 1]
    return market.ruled.bars(lo, hi, blocks.block_order[first:last], use - use[0], blocks.use_sku[use[0] : use[-1]])


def spans(blocks: Blocks, most_blocks: int = CHUNK_BLOCKS) -> Iterator[tuple[int, int]]:
    """Cut the orders into runs of about so many blocks."""
    lo, orders = 0, len(blocks.order_block) - 1
    while lo < orders:
        hi = int(np.searchsorted(blocks.order_block, blocks.order_block[lo] + most_blocks, side="right")) - 1
        hi = min(max(hi, lo + 1), lo + most_blocks, orders)
        yield lo, hi
        lo = hi


def quotes_of(chunk: Chunk) -> Quotes:
    """Quote a chunk; of what may keep a nominated day, only what does."""
    return only_kept(chunk, quote(chunk))


def best_of_chunk(chunk: Chunk) -> Best:
    """Quote a chunk and keep the best. Runs in any process."""
    return best_of_quotes(chunk, quotes_of(chunk))


def best_of_quotes(chunk: Chunk, quotes: Quotes) -> Best:
    """Keep the best of the quotes of a chunk."""
    size = len(chunk.order), len(chunk.terms.lanes.column_site), chunk.terms
    best = reduce(quotes, *size)
    return best if chunk.scales is None else _weighed(chunk, quotes, best, size)


def _weighed(chunk: Chunk, quotes: Quotes, best: Best, size: tuple[int, int, Terms]) -> Best:
    """Choose anew by what parcels weigh; the usual rule stays with what they cost."""
    sure = sure_totals(chunk, quotes)
    found, taken = _reduce(weighed_totals(chunk, sure), *size)
    return replace(
        best,
        cost=found.cost,
        carton=found.carton,
        service=found.service,
        shift=found.shift,
        paid=np.where(found.cost < NEVER, quotes.total_minor[taken], NEVER) if len(quotes.block) else found.cost,
        sure=reduce(sure, *size).cost,
    )


def reduce(quotes: Quotes, blocks: int, columns: int, terms: Terms) -> Best:
    """Keep the best quote per (block, column)."""
    return _reduce(quotes, blocks, columns, terms)[0]


def _reduce(quotes: Quotes, blocks: int, columns: int, terms: Terms) -> tuple[Best, tuple[IntArray, IntArray]]:
    """Give the best quotes, and which row and service of the quotes each is."""
    shape = (blocks, columns)
    best, rule = np.full(shape, NEVER), np.full(shape, NEVER)
    best_day, rule_rank, rule_price = (np.zeros(shape, np.int64) for _ in range(3))
    row, service, rule_row, rule_service = (np.zeros(shape, np.int64) for _ in range(4))
    keep_best(
        quotes.block,
        quotes.carton,
        terms.carton_rank,
        quotes.column,
        quotes.total_minor,
        quotes.rated,
        quotes.rates.price_minor,
        quotes.leg,
        quotes.legs.promised_day,
        quotes.column.shape[1] if terms.relays is None else terms.relays.first,
        best,
        best_day,
        row,
        service,
        rule,
        rule_rank,
        rule_price,
        rule_row,
        rule_service,
    )
    if len(quotes.block) == 0:
        empty = np.zeros(shape, np.int16)
        return Best(best, empty, empty, empty, rule, empty, empty, empty, rule_price, quotes.days), (row, service)
    found = Best(
        cost=best,
        carton=quotes.carton[row].astype(np.int16),
        service=service.astype(np.int16),
        shift=quotes.shift[row].astype(np.int16),
        rule_cost=rule,
        rule_carton=quotes.carton[rule_row].astype(np.int16),
        rule_service=rule_service.astype(np.int16),
        rule_shift=quotes.shift[rule_row].astype(np.int16),
        rule_price=rule_price,
        days=quotes.days,
    )
    return found, (row, service)


def set_table(
    market: Market, terms: Terms, asked: Asked, atoms: Atoms, blocks: Blocks, book: LoadBook, run: Run
) -> Table:
    """Quote all orders, chunk by chunk through `run.map`, and set the board; of few orders keep the quotes."""
    cuts = list(spans(blocks))
    if len(cuts) == 1 and len(atoms.of) <= FEW_ORDERS:
        chunk = chunk_of(market, terms, asked, blocks, book, *cuts[0], told=Told.WHOLE)
        quotes = quotes_of(chunk)
        run.progress("quoting", len(atoms.of), len(atoms.of))
        return table_of(market, terms, asked, blocks, best_of_quotes(chunk, quotes), quotes)
    parts: list[Best] = []
    done = 0
    tasks = (chunk_of(market, terms, asked, blocks, book, lo, hi, told=Told.NONE) for lo, hi in cuts)
    for (lo, hi), part in zip(cuts, run.map(best_of_chunk, tasks), strict=True):
        parts.append(part)
        done += hi - lo
        run.progress("quoting", done, len(atoms.of))
    columns = len(terms.lanes.column_site)
    if not parts:
        parts = [_nothing(columns, len(market.ships), terms.lanes.ranks)]
    best = Best(**{name: joined([getattr(part, name) for part in parts]) for name in Best.__slots__})
    return table_of(market, terms, asked, blocks, best)


def table_of(
    market: Market, terms: Terms, asked: Asked, blocks: Blocks, best: Best, quotes: Quotes | None = None
) -> Table:
    """Set the board of what is quoted, and say what is short."""
    board, ledger, beyond = set_board(market, terms, blocks, best)
    short, row_short = _short(board, ledger)
    contested = mark_contested(board, short, row_short)
    return Table(terms, asked, blocks, best, board, ledger, short, row_short, contested, beyond, quotes)


def set_board(market: Market, terms: Terms, blocks: Blocks, best: Best) -> tuple[Board, Ledger, IntArray | None]:
    """Set a board with what weighs on its choices, and open its ledger; and what leaving weighs, as in `Table`."""
    board, rows = make_board(market, terms.lanes, blocks, best.cost, best.days)
    ledger = unpriced(board, market.stock.copy(), rows)
    if market.scales is None:
        return board, ledger, None
    sure = best.cost if best.sure is None else best.sure
    weighed = weigh_board(market.scales, board, blocks, sure, ledger, board_scratch(board))
    return weighed.board, ledger, weighed.beyond


def holding(table: Table, ledger: Ledger) -> Table:
    """Give a table other stock and room, and find anew what is short."""
    short, row_short = _short(table.board, ledger)
    contested = mark_contested(table.board, short, row_short)
    return replace(table, ledger=ledger, short=short, row_short=row_short, contested=contested)


def joined(columns: list[Any]) -> Any:
    """Join a column of all chunks; None: they have none of it."""
    return None if columns[0] is None else np.concatenate(columns)


def _nothing(columns: int, sites: int, ranks: int) -> Best:
    costs, marks = np.zeros((0, columns), np.int64), np.zeros((0, columns), np.int16)
    return Best(costs, marks, marks, marks, costs, marks, marks, marks, costs, np.zeros((0, sites, ranks), np.int64))


def make_board(
    market: Market, lanes: Lanes, blocks: Blocks, cost: IntArray, leaves: IntArray
) -> tuple[Board, IntArray]:
    """Return the board and what its capacity rows hold: one row per day of each limited site and (site, service).

    Decisions before this batch have taken their part of it.

    `cost` [B, Q] of blocks in columns; `leaves` [N, K, R] the days on which each order can leave each site.
    """
    start = first_leaving(leaves)
    days = max(1, int(leaves.max(initial=-1)) - start + 1)
    served = cost < NEVER
    board = Board(
        order_block=blocks.order_block,
        order_partition=blocks.order_partition,
        partition=blocks.partition,
        use_start=blocks.use_start,
        use_sku=blocks.use_sku,
        use_quantity=blocks.use_quantity,
        cost=cost,
        option_start=np.concatenate([[0], np.cumsum(served.sum(axis=1))]).astype(np.int64),
        option=np.nonzero(served)[1].copy(),
        column_site=lanes.column_site,
        column_group=lanes.column_group,
        group_site=lanes.group_site,
        pick_order=market.pick_order_minor,
        column_row=_rows(lanes, lanes.column_limit, leaves, lanes.column_site, lanes.column_rank, days, start),
        group_row=_rows(lanes, lanes.group_limit, leaves, lanes.group_site, lanes.group_rank, days, start),
        unplanned=leaving_minor(market),
    )
    return board, room(market, lanes, start, days).ravel()


def first_leaving(leaves: IntArray) -> int:
    """First of the days that capacity rows stand for; NEVER: nothing leaves. `leaves` as in `make_board`."""
    return int(leaves.min(initial=NEVER, where=leaves >= 0))


def leaving_minor(market: Market) -> IntArray:
    """Cost of leaving each order, as its rules weigh it."""
    brand, ruled = market.problem.brand, market.ruled
    minor = np.full(len(market.problem.orders), brand.currency.minor(brand.unplanned_cost_micros), np.int64)
    return minor if ruled is None else minor * ruled.weight


def _rows(
    lanes: Lanes, limit: IntArray, leaves: IntArray, site: IntArray, rank: IntArray, days: int, start: int
) -> IntArray:
    """Capacity rows of days; a column that means no day of an order holds no cost either, so it needs no row."""
    day = leaves[:, site, rank]
    row = np.where(limit >= 0, limit * days + day - start, NO_LIMIT)
    return np.ascontiguousarray(np.where((day >= 0) | ~lanes.follows_day[site], row, NO_DAY))


def _short(board: Board, ledger: Ledger) -> tuple[BoolArray, BoolArray]:
    """Stock and capacity rows of which all who could draw on them want more than there is."""
    wanted = np.zeros(ledger.stock.shape, np.int64)
    row_wanted = np.zeros(len(ledger.row), np.int64)
    touch(board, wanted, row_wanted, np.zeros(ledger.stock.shape, np.bool_), np.zeros(ledger.stock.shape[1], np.int64))
    return wanted > ledger.stock, row_wanted > ledger.row
