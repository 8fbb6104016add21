"""Blocks and partitions: the ways an order's atoms can share parcels.

A block is a set of an order's atoms that travels as one parcel; a partition is at most three blocks that hold every
atom once. Orders of few atoms get all their partitions, larger ones those that follow from where stock lies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, combinations

import numpy as np

from doorstep.kernels.plan.atoms import Atoms, linked, load_key
from doorstep.kernels.plan.compiled import FloatArray
from doorstep.kernels.plan.load_lines import Key
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import BoolArray, IntArray, Market
from doorstep.kernels.plan.problem import PlanParams
from doorstep.kernels.plan.wide import Every, Partition, Ways, all_rows, in_reach, rows_of, ways_of
from doorstep.kernels.run import Run

FEW_ORDERS = 4  # of a batch, that get all their partitions though they are large
SITES_RELIEVED = 6  # of which pairs and triples are looked at
FEW_PARTITIONS = 50  # of more, those of an order are left out that stock rules out
MOST_EXACT = 10  # atoms of an order that gets all its partitions
HASTY_ATOMS, HASTY_PARTITIONS = 8, 500  # more of both: hundreds of loads of one order

NO_MORE: Mapping[int, Sequence[Partition]] = {}


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks b and partitions p of all orders, as ranges per order; usage rows (site excluded) per block."""

    order_block: IntArray  # [N + 1]
    block_order: IntArray  # [B]
    block_mask: IntArray  # [B]
    block_load: IntArray  # [B]
    block_units: IntArray  # [B]
    block_at: BoolArray  # [B, K] the site's whole stock holds the block
    use_start: IntArray  # [B + 1]
    use_sku: IntArray
    use_quantity: IntArray
    order_partition: IntArray  # [N + 1]
    partition: IntArray  # [P, 3] blocks, -1: none
    exact: BoolArray  # [N] all partitions are there


def form_blocks(
    market: Market,
    atoms: Atoms,
    book: LoadBook,
    max_parcels: int,
    exact_atoms: int,
    run: Run,
    more: Mapping[int, Sequence[Partition]] = NO_MORE,
    every: bool = False,
) -> Blocks:
    """Enumerate partitions, pack the loads of their blocks, and drop those with a block that cannot travel.

    `more`: partitions to be added to the families of some orders. `every`: those with a block that no site holds, too,
    where orders have all of very many partitions.
    """
    families = _families(market, atoms, max_parcels, exact_atoms, more)
    wide = {i: _ways(family) for i, family in enumerate(families) if len(family) > FEW_PARTITIONS}
    thin = {i for i in wide if len(atoms.of[i]) <= exact_atoms and not every}
    near = {i: in_reach(market, atoms.of[i], ways) if i in thin else ways for i, ways in wide.items()}
    many = [i for i in wide if _is_many(atoms.of[i], families[i])]
    load = [_loads(book, atoms.of[i], _masks(family)) if i not in wide else {} for i, family in enumerate(families)]
    wide_load = {i: _loads(book, atoms.of[i], near[i].masks.tolist()) for i in sorted(wide.keys() - many)}
    book.pack_new(run)
    kept = {i: _that_travel(book, atoms.of[i], near[i], run, i in many, wide_load.get(i)) for i in wide}
    for i in [i for i in wide if len(kept[i][0]) == 0 and len(near[i]) < len(wide[i])]:
        # Nothing of it that there is goes into a carton: whether what there is not would, says why it is left.
        kept[i] = _that_travel(book, atoms.of[i], wide[i], run, i in many)
    travels: list[bool] = np.asarray(book.ships.any(axis=1)).tolist()
    writer = _Writer(market, book)
    for i, (one, family) in enumerate(zip(atoms.of, families, strict=True)):
        exact = len(one) <= exact_atoms
        if i in kept:
            writer.add_many(*kept[i], exact)
            continue
        stay = {mask for mask, number in load[i].items() if not travels[number]}
        writer.add([p for p in family if stay.isdisjoint(p)] if stay else family, load[i], exact)
    return writer.finish()


def _families(
    market: Market, atoms: Atoms, max_parcels: int, exact_atoms: int, more: Mapping[int, Sequence[Partition]]
) -> list[Sequence[Partition]]:
    """Partitions of each order that its rules and its owners leave."""
    pressure = _pressure(market, atoms)
    families: list[Sequence[Partition]]
    families = [_family(market, one, max_parcels, exact_atoms, pressure) for one in atoms.of]
    for i, ways in more.items():
        families[i] = tuple(sorted({*families[i], *ways}, key=lambda p: (len(p), p)))
    if market.ruled is not None:
        given = zip(atoms.of, families, strict=True)
        families = [tuple(market.ruled.partitions(i, *pair)) for i, pair in enumerate(given)]
    for i, owners in atoms.owners.items():
        families[i] = tuple(p for p in families[i] if linked(p, owners))
    return families


def _ways(family: Sequence[Partition]) -> Ways:
    """Index a family; that of all partitions only once."""
    if isinstance(family, Every):
        return _all_ways(family) if family.atoms <= MOST_EXACT else ways_of(all_rows(family.atoms, family.max_parcels))
    return ways_of(rows_of(family))


@cache
def _all_ways(every: Every) -> Ways:
    return ways_of(all_rows(every.atoms, every.max_parcels))


def _that_travel(
    book: LoadBook,
    atoms: tuple[tuple[int, int], ...],
    ways: Ways,
    run: Run,
    in_haste: bool,
    known: dict[int, int] | None = None,
) -> tuple[Ways, list[int]]:
    """Partitions of which every block fits a carton that a service admits, and the loads of their blocks.

    `known`: the loads, where they are numbered already.
    """
    numbered = _loads(book, atoms, ways.masks.tolist()) if known is None else known
    load = np.array(list(numbered.values()), np.int64)
    book.pack_new(run, in_haste)
    travels: BoolArray = np.any(book.ships[load], axis=1)
    kept = ways.only(travels)
    return kept, load[np.searchsorted(ways.masks, kept.masks)].tolist()


def every_block(market: Market, atoms: Atoms, book: LoadBook, blocks: Blocks, i: int, max_parcels: int) -> Blocks:
    """Give blocks in which order i has those, too, that were left out since no site holds them or their partners."""
    own = atoms.of[i]
    if not blocks.exact[i] or len(Every(len(own), max_parcels)) <= FEW_PARTITIONS:
        return blocks
    owners = {i: atoms.owners[i]} if i in atoms.owners else {}
    alone = Atoms((*((),) * i, own, *((),) * (len(atoms.of) - i - 1)), {}, owners)
    return form_blocks(market, alone, book, max_parcels, len(own), Run(), every=True)


def exact_limit(atoms: Atoms, params: PlanParams) -> int:
    """Most atoms of an order that gets all its partitions: one more in thousands of orders is little, in a few much."""
    large = sum(params.exact_atoms < len(one) <= params.exact_atoms_of_few for one in atoms.of)
    return max(params.exact_atoms, params.exact_atoms_of_few) if large <= FEW_ORDERS else params.exact_atoms


def _is_many(atoms: tuple[tuple[int, int], ...], family: Sequence[Partition]) -> bool:
    """Whether to pack the blocks in haste; those of other orders are packed first, with the usual effort."""
    return len(atoms) > HASTY_ATOMS and len(family) > HASTY_PARTITIONS


def _masks(family: Sequence[Partition]) -> Iterable[int]:
    """Blocks of a family, each once."""
    return {mask: None for p in family for mask in p}


def _loads(book: LoadBook, atoms: tuple[tuple[int, int], ...], masks: Iterable[int]) -> dict[int, int]:
    """Number of the load of each block."""
    if len({sku for sku, _ in atoms}) < len(atoms):
        return {mask: book.add(load_key(atoms, mask)) for mask in masks}
    made: dict[int, Key] = {0: ()}
    return {mask: book.add(_key(atoms, mask, made)) for mask in masks}


def _key(atoms: Key, mask: int, made: dict[int, Key]) -> Key:
    """The load of a set of atoms of distinct goods, ascending by sku as keys are: of all but the last, and the last."""
    key = made.get(mask)
    if key is None:
        last = mask.bit_length() - 1
        key = made[mask] = (*_key(atoms, mask ^ (1 << last), made), atoms[last])
    return key


def _family(
    market: Market, atoms: tuple[tuple[int, int], ...], max_parcels: int, exact_atoms: int, pressure: FloatArray
) -> Sequence[Partition]:
    if not atoms:
        return ()
    if len(atoms) <= exact_atoms:
        return Every(len(atoms), max_parcels)
    return _restricted(market, atoms, max_parcels, pressure)


def _restricted(
    market: Market, atoms: tuple[tuple[int, int], ...], max_parcels: int, pressure: FloatArray
) -> tuple[Partition, ...]:
    """For large orders: all together, what a site can give and the rest, what is least asked for, equal volumes."""
    full = (1 << len(atoms)) - 1
    held = sorted({_held(market, atoms, int(k)) for k in np.flatnonzero(market.ships)} - {0})
    found: set[Partition] = {(full,)}
    for first in held:
        for rest_of in [full, *held]:
            parts = (first, rest_of & ~first & full, full & ~(first | rest_of))
            found.add(tuple(mask for mask in parts if mask))
    found.update(_relieved(market, atoms, max_parcels, pressure))
    volume = [int(np.prod(market.size_mm[j])) * q for j, q in atoms]
    for parcels in range(2, max_parcels + 1):
        share, room = [0] * parcels, [0] * parcels
        for atom in sorted(range(len(atoms)), key=lambda a: (-volume[a], a)):
            least = room.index(min(room))
            share[least] |= 1 << atom
            room[least] += volume[atom]
        found.add(tuple(mask for mask in share if mask))
    return tuple(sorted((p for p in found if len(p) <= max_parcels), key=lambda p: (len(p), p)))


def _pressure(market: Market, atoms: Atoms) -> FloatArray:
    """Units that all orders ask for of a sku, over what a site has of it, [K, J]; infinite where it has none."""
    asked = np.zeros(market.stock.shape[1])
    for i, one in enumerate(atoms.of):
        for j, q in () if i in atoms.owners else one:
            asked[j] += q
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((market.stock > 0) & market.ships[:, None], asked / market.stock, np.inf)


def _relieved(
    market: Market, atoms: tuple[tuple[int, int], ...], max_parcels: int, pressure: FloatArray
) -> Iterator[Partition]:
    """For pairs and triples of the sites that hold most: each atom where its site can spare it best."""
    sku, units = np.array(atoms).T
    load = np.where(market.stock[:, sku] >= units, pressure[:, sku], np.inf)  # [K, atoms]
    sites = np.argsort(-np.isfinite(load).sum(axis=1), kind="stable")[:SITES_RELIEVED]
    for parcels in range(2, max_parcels + 1):
        for some in combinations(sites.tolist(), parcels):
            best = np.argmin(load[list(some)], axis=0)
            if np.isfinite(load[list(some)].min(axis=0)).all():
                masks = [sum(1 << int(bit) for bit in np.flatnonzero(best == n)) for n in range(parcels)]
                yield tuple(mask for mask in masks if mask)


def _held(market: Market, atoms: tuple[tuple[int, int], ...], site: int) -> int:
    return sum(1 << bit for bit, (j, q) in enumerate(atoms) if market.stock[site, j] >= q)


class _Writer:
    """Gathers blocks order by order into flat lists."""

    def __init__(self, market: Market, book: LoadBook) -> None:
        self.market, self.book = market, book
        self.order_block, self.order_partition, self.use_start = [0], [0], [0]
        self.order: list[int] = []
        self.mask: list[int] = []
        self.load: list[int] = []
        self.use: list[tuple[int, int]] = []
        self.few: list[tuple[int, int, int]] = []  # partitions not yet in an array
        self.partition: list[IntArray] = []
        self.partitions = 0
        self.exact: list[bool] = []

    def add(self, kept: Sequence[Partition], load: dict[int, int], exact: bool) -> None:
        first, order = len(self.mask), len(self.order_block) - 1
        masks = sorted({mask for p in kept for mask in p})
        at = {mask: first + n for n, mask in enumerate(masks)}
        for mask in masks:
            self.order.append(order)
            self.mask.append(mask)
            self.load.append(load[mask])
            self.use.extend(self.book.keys[load[mask]])
            self.use_start.append(len(self.use))
        at[0] = -1
        self.few += [(at[x], at[y], at[z]) for x, y, z in ((*p, 0, 0)[:3] for p in kept)]
        self._close(len(kept), exact)

    def add_many(self, kept: Ways, load: list[int], exact: bool) -> None:
        first = len(self.mask)
        self.order += [len(self.order_block) - 1] * len(load)
        self.mask += kept.masks.tolist()
        self.load += load
        for number in load:
            self.use.extend(self.book.keys[number])
            self.use_start.append(len(self.use))
        self._flush()
        self.partition.append(np.where(kept.parts >= 0, kept.parts + first, -1))
        self._close(len(kept), exact)

    def _close(self, partitions: int, exact: bool) -> None:
        self.partitions += partitions
        self.order_block.append(len(self.mask))
        self.order_partition.append(self.partitions)
        self.exact.append(exact)

    def _flush(self) -> None:
        self.partition.append(np.array(self.few, np.int64).reshape(-1, 3))
        self.few = []

    def finish(self) -> Blocks:
        use = np.fromiter(chain.from_iterable(self.use), np.int64, 2 * len(self.use)).reshape(-1, 2)
        start = np.array(self.use_start, np.int64)
        units, held = _held_by_site(self.market, start, use)
        self._flush()
        return Blocks(
            order_block=np.array(self.order_block, np.int64),
            block_order=np.array(self.order, np.int64),
            block_mask=np.array(self.mask, np.int64),
            block_load=np.array(self.load, np.int64),
            block_units=units,
            block_at=held,
            use_start=start,
            use_sku=np.ascontiguousarray(use[:, 0]),
            use_quantity=np.ascontiguousarray(use[:, 1]),
            order_partition=np.array(self.order_partition, np.int64),
            partition=np.concatenate(self.partition),
            exact=np.array(self.exact, bool),
        )


def _held_by_site(market: Market, start: IntArray, use: IntArray) -> tuple[IntArray, BoolArray]:
    """Units of each block, and the sites whose whole stock holds it."""
    blocks, sites = len(start) - 1, len(market.ships)
    if blocks == 0:
        return np.zeros(0, np.int64), np.zeros((0, sites), bool)
    units = np.add.reduceat(use[:, 1], start[:-1])
    held = np.empty((blocks, sites), bool)
    for k in range(sites):
        enough = market.stock[k, use[:, 0]] >= use[:, 1]
        held[:, k] = market.ships[k] & np.logical_and.reduceat(enough, start[:-1])
    return units, held
