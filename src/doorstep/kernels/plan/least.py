"""What an order costs at least, where too many partitions leave its optimum unknown.

Every parcel of an order that holds an atom costs at least what the lightest parcel around that atom would: from a site
that has the atom, in a carton that is not proven too small for it, with nothing else in it and nothing to fill up. And
of m parcels one weighs an m-th of the order at least. Both need a tariff by which more weight never costs less. What
its weight and its volume cost from each site is read at so many steps that lines lie under all of it; see `lines`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from doorstep.kernels.pack.problem import NO
from doorstep.kernels.plan.atoms import Atoms, load_key
from doorstep.kernels.plan.blocks import Blocks
from doorstep.kernels.plan.compiled import FloatArray
from doorstep.kernels.plan.lines import STEPS, Cells, Lines, lines_under, no_lines, room_steps, rooms_of_cost
from doorstep.kernels.plan.loads import LARGEST, LoadBook
from doorstep.kernels.plan.market import BoolArray, IntArray, Market, carriable
from doorstep.kernels.plan.quote import NEVER, Asked, Chunk, Terms, quote
from doorstep.kernels.plan.rising import rises_with_weight
from doorstep.kernels.run import Run

AT_ONCE = 50  # orders quoted together
ANY, NOTHING = -1, -2


@dataclass(frozen=True, slots=True)
class _Light:
    """Parcels lighter than those of an order i could be: atoms one by one, the whole, and shares of its weight."""

    order: list[int]
    load: list[int]  # which the carton must not be proven too small for; or ANY carton, or NOTHING is paid
    weight_g: list[int]
    units: list[int]


class Least(NamedTuple):
    """What orders i cost at least in several parcels, and the atoms of those of a restricted family, as ranges."""

    apart: IntArray  # [N] 0: unknown, as for orders that have all their partitions
    atom_start: IntArray  # [N + 1]
    atom_sku: IntArray
    atom_quantity: IntArray
    lines: Lines


def nothing_known(atoms: Atoms, blocks: Blocks) -> Least:
    """Give no bounds."""
    rows = [() if whole else one for one, whole in zip(atoms.of, blocks.exact.tolist(), strict=True)]
    flat = np.array([atom for row in rows for atom in row], np.int64).reshape(-1, 2)
    start = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    most = np.zeros(max(flat[:, 0].max(initial=0), blocks.use_sku.max(initial=0)) + 1, np.int64)
    np.maximum.at(most, blocks.use_sku, blocks.use_quantity)  # what nobody can send together has no price either
    apart = np.zeros(len(rows), np.int64)
    return Least(apart, start, flat[:, 0].copy(), np.minimum(flat[:, 1], most[flat[:, 0]]), no_lines(len(rows)))


def least_costs(
    market: Market,
    terms: Terms,
    asked: Asked,
    atoms: Atoms,
    blocks: Blocks,
    book: LoadBook,
    max_parcels: int,
    run: Run,
) -> Least:
    """Bound from below what each order that has a restricted family costs.

    It holds for all partitions into at most `max_parcels`, with the whole stock.
    """
    least = nothing_known(atoms, blocks)
    if market.scales is not None:  # a commitment may weigh less than nothing
        free = max_parcels * min(0, int(market.scales.commitment_minor.min(initial=0)))
        return least._replace(apart=least.apart + free)
    large = [i for i in np.flatnonzero(~blocks.exact).tolist() if atoms.of[i]]
    if not large or market.ruled is not None or not rises_with_weight(terms.tariff):
        return least
    fee = int(market.pick_order_minor[market.ships].min(initial=NEVER))
    plain = replace(terms, customs=None)
    cells: list[Cells] = []
    rooms = _rooms(market, atoms, book, large, run)
    for first in range(0, len(large), AT_ONCE):
        some = large[first : first + AT_ONCE]
        light = _lighten(market, atoms, book, some, max_parcels, run)
        cost = _quoted(market, plain, asked, book, some, light)
        start = np.searchsorted(light.order, np.arange(len(some) + 1))
        cells.append(_celled(market, atoms, some, light, start, cost))
        least_cost = cost.min(axis=(1, 2))
        for n, i in enumerate(some):
            least.apart[i] = fee + _apart(least_cost[start[n] : start[n + 1] - STEPS], len(atoms.of[i]))
    return least._replace(lines=_lined(market, terms, least, large, rooms, cells, max_parcels))


def _celled(market: Market, atoms: Atoms, some: Sequence[int], light: _Light, start: IntArray, cost: IntArray) -> Cells:
    """Cells of some orders, out of what the parcels cost [n, K, C + 1] that stand for steps of each one's weight."""
    steps, weight = start[1:, None] - STEPS + np.arange(STEPS), np.array(light.weight_g, np.float64)
    whole_g = weight[start[:-1] + [len(atoms.of[i]) for i in some]]
    volume = _volume_mm3(market)
    whole_mm3 = np.array([sum(volume[j] * q for j, q in atoms.of[i]) for i in some])
    high, rooms = rooms_of_cost(cost[steps], _room_mm3(market))
    until_g = np.concatenate([weight[steps[:, 1:]], whole_g[:, None]], axis=1)
    return Cells(high, until_g, np.minimum(rooms, whole_mm3[:, None]))


def _room_mm3(market: Market) -> IntArray:
    """Room of the cartons [C + 1]; what goes in its own box is said nothing of."""
    room: IntArray = np.append(market.inner_mm.prod(axis=1), LARGEST)
    return room


def _rooms(market: Market, atoms: Atoms, book: LoadBook, large: Sequence[int], run: Run) -> IntArray:
    """Bits [A] of the steps of rooms with a carton that an atom of the large orders is not proven too large for."""
    room = _room_mm3(market)
    step = np.searchsorted(room_steps(room), room)
    load = [book.add((one,)) for i in large for one in atoms.of[i]]
    book.pack_new(run)
    bits: IntArray = np.bitwise_or.reduce(np.where(book.verdict[load] != NO, 1 << step, 0), axis=1).astype(np.int64)
    return bits


def _volume_mm3(market: Market) -> FloatArray:
    """Volume [J] of a unit in its padding, which is never larger than the room of a carton that it lies in."""
    volume: FloatArray = market.wrapped_mm.astype(np.float64).prod(axis=1)
    return volume


def _lined(
    market: Market,
    terms: Terms,
    least: Least,
    large: Sequence[int],
    rooms: IntArray,
    parts: Sequence[Cells],
    max_parcels: int,
) -> Lines:
    """Lines [L, T, K, 3] of the large orders, with what their atoms weigh, measure and cost to pick."""
    cells = Cells(*(np.concatenate(one) for one in zip(*parts, strict=True)))
    line, row = lines_under(cells), np.full(len(least.apart), -1, np.int64)
    row[large] = np.arange(len(large))
    pick = least.atom_quantity[:, None] * terms.pick_unit_micros // terms.micros_per_minor
    return Lines(
        row=row,
        fixed=np.ascontiguousarray(line[..., 0]),
        per_gram=np.ascontiguousarray(line[..., 1]),
        per_mm3=np.ascontiguousarray(line[..., 2]),
        atom_weight_g=market.weight_g[least.atom_sku] * least.atom_quantity,
        atom_mm3=_volume_mm3(market)[least.atom_sku] * least.atom_quantity,
        atom_rooms=rooms,
        atom_pick=pick,
        fee=market.pick_order_minor,
        parcels=max_parcels,
        cells=cells,
    )


def _lighten(market: Market, atoms: Atoms, book: LoadBook, some: Sequence[int], max_parcels: int, run: Run) -> _Light:
    """Of each order: its atoms, the whole, shares of its weight for two parcels, and for three, and steps of it.

    What travels in its own box weighs what it does, so that nothing is said of shares there.
    """
    singles = [[book.add((one,)) for one in atoms.of[i]] for i in some]
    wholes = [book.add(load_key(atoms.of[i], (1 << len(atoms.of[i])) - 1)) for i in some]
    book.pack_new(run)
    light = _Light([], [], [], [])
    for n, (i, single, whole) in enumerate(zip(some, singles, wholes, strict=True)):
        own, total = atoms.of[i], int(book.weight_g[whole])
        rows = [(load, int(book.weight_g[load]), one[1]) for load, one in zip(single, own, strict=True)]
        rows.append((whole, total, sum(units for _, units in own)))
        shares = ANY if not any(market.own_box[j] for j, _ in own) else NOTHING
        rows += [(shares, -(-total // parcels), 0) for parcels in range(2, max_parcels + 1)]
        lightest = min(weight for _, weight, _ in rows[: len(own)])
        rows += [(shares, max(lightest, total * step // STEPS), 0) for step in range(STEPS)]
        for load, weight, units in rows:
            light.order.append(n)
            light.load.append(load)
            light.weight_g.append(weight)
            light.units.append(units)
    return light


def _quoted(market: Market, terms: Terms, asked: Asked, book: LoadBook, some: Sequence[int], light: _Light) -> IntArray:
    """Cost of each light parcel from each site in each carton [n, K, C + 1], NEVER: nobody takes it."""
    load, weight = np.array(light.load), np.array(light.weight_g, np.int64)
    some_load = load >= 0
    keys = [book.keys[one] if one >= 0 else () for one in light.load]
    held = [market.ships & np.all([market.stock[:, j] >= q for j, q in key], axis=0) for key in keys]
    own = np.array([keys[n][0][0] if one >= 0 and book.ships[one, -1] else -1 for n, one in enumerate(light.load)])
    fits = np.where(some_load[:, None], book.verdict[load] != NO, _bears(market, weight))
    chunk = Chunk(
        terms=terms,
        asked=Asked(*(getattr(asked, name)[list(some)] for name in Asked.__slots__)),
        order=np.array(light.order, np.int64),
        weight_g=weight,
        volume_mm3=np.full(len(load), LARGEST),
        value_minor=np.where(some_load, book.value_minor[load], 0),
        units=np.array(light.units, np.int64),
        own_size_mm=np.where(own[:, None] >= 0, market.size_mm[own], 0),
        at=np.array(held, bool).reshape(len(load), len(market.ships)),
        ships=fits & carriable(market, weight, own),
        every=load == ANY,  # what is outdone has room for more
    )
    quotes = quote(chunk)
    cost = np.full((len(load), len(market.ships), market.n_cartons + 1), NEVER)
    np.minimum.at(cost, (quotes.block, quotes.site, quotes.carton), quotes.total_minor.min(axis=1, initial=NEVER))
    cost[load == NOTHING] = 0
    return cost


def _bears(market: Market, weight_g: IntArray) -> BoolArray:
    """Say which cartons [n, C + 1] may hold so much; the own box is no carton."""
    most = np.array([one.max_weight_g for one in market.problem.cartons], np.int64)[market.named[:-1]]
    return np.append(weight_g[:, None] + market.tare_g <= most, np.zeros((len(weight_g), 1), bool), axis=1)


def _apart(cost: IntArray, atoms: int) -> int:
    """Least cost of an order in several parcels, but for the picking of it.

    `cost` is of its light parcels, in the order of `_lighten`.
    """
    single, shares = np.sort(cost[:atoms]), cost[atoms + 1 :].tolist()
    apart = int(NEVER) // 4
    for more, share in enumerate(shares, 1):  # parcels besides the one that holds the dearest atom, or the heaviest one
        if more < atoms:
            apart = min(apart, max(int(single[-1]), share) + int(single[:more].sum()))
    return apart
