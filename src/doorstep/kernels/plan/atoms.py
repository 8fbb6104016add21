"""Orders as atoms: what travels together whatever happens.

Lines of one sku are one need. A need is one atom when it can travel in one parcel; otherwise its units are cut into
the fewest nearly equal chunks that can. Where no site holds such a chunk, it is cut by what the sites hold. So the
units of a line split only when they cannot travel whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from doorstep.domain.decision import Unplanned
from doorstep.domain.demand import Order
from doorstep.kernels.plan.load_lines import Key
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import Market
from doorstep.kernels.run import Run

MANY_ATOMS = 62  # a block is a set of atoms held in one int64


@dataclass(frozen=True, slots=True)
class Atoms:
    """`of[i]` lists the (sku index, quantity) atoms of order i; empty when `faults` names it."""

    of: tuple[tuple[tuple[int, int], ...], ...]
    faults: dict[int, Unplanned]
    # Of an order that stands for several, which of them asks for each atom, counted from 0; see `joints`.
    owners: dict[int, tuple[int, ...]] = field(default_factory=dict)


def split_orders(market: Market, book: LoadBook, max_parcels: int, run: Run) -> Atoms:
    """Find every order's atoms, and the orders that have none."""
    faults: dict[int, Unplanned] = {}
    needs: list[tuple[tuple[int, int], ...]] = []
    for i, order in enumerate(market.problem.orders):
        fault = _fault_of_lines(market, order)
        if fault:
            faults[i] = fault
        needs.append(() if fault else _needs(market, order))
    chunks = _chunks(book, sorted({need for row in needs for need in row}), max_parcels, run)
    atoms: list[tuple[tuple[int, int], ...]] = []
    for i, row in enumerate(needs):
        fault = _fault_of_needs(market, i, row, chunks, max_parcels)
        if fault:
            faults[i] = fault
        atoms.append(() if fault else tuple((j, size) for j, q in row for size in chunks[j, q]))
    return Atoms(tuple(atoms), faults)


def _needs(market: Market, order: Order) -> tuple[tuple[int, int], ...]:
    units: dict[int, int] = {}
    for line in order.lines:
        sku = market.sku[line.sku]
        units[sku] = units.get(sku, 0) + line.quantity
    return tuple(sorted(units.items()))


def _fault_of_lines(market: Market, order: Order) -> Unplanned | None:
    if not order.lines:
        return Unplanned(order.order, "no_lines", "the order has no lines", "add its rows to order_lines.csv")
    unknown = sorted({line.sku for line in order.lines if line.sku not in market.sku})
    if unknown:
        names = ", ".join(unknown)
        return Unplanned(
            order.order,
            "unknown_sku",
            f"{names}: not in the catalogue",
            f"add {names} to products.csv, or mend the order",
        )
    return None


def _chunks(
    book: LoadBook, needs: list[tuple[int, int]], max_parcels: int, run: Run
) -> dict[tuple[int, int], tuple[int, ...]]:
    """Chunk sizes of each need, largest first; () when no number of chunks up to `max_parcels` will do.

    Under (sku, 0) stands whether one unit travels alone.
    """
    found: dict[tuple[int, int], tuple[int, ...]] = {}
    open_needs = needs
    units = {j: book.add(((j, 1),)) for j, _ in needs}
    for parts in range(1, max_parcels + 1):
        sizes = {(j, q): _equal_parts(q, parts) for j, q in open_needs if q >= parts}
        loads = {key: [book.add(((key[0], size),)) for size in sorted(set(row))] for key, row in sizes.items()}
        book.pack_new(run)
        found.update({key: sizes[key] for key, row in loads.items() if all(book.ships[load].any() for load in row)})
        open_needs = [key for key in open_needs if key not in found]
    found.update(dict.fromkeys(open_needs, ()))
    found = {key: _by_stock(book.market, key, sizes, max_parcels) for key, sizes in found.items()}
    found.update({(j, 0): (1,) if book.ships[load].any() else () for j, load in units.items()})  # one unit, alone
    return found


def _by_stock(market: Market, need: tuple[int, int], sizes: tuple[int, ...], max_parcels: int) -> tuple[int, ...]:
    """Chunks that the sites hold, the largest holder first; the sizes as they are where that is needless or no use.

    What fits with more units of a sku fits with fewer, so smaller chunks travel.
    """
    sku, rest = need
    held = sorted(market.stock[market.ships, sku].tolist(), reverse=True)
    if not sizes or not held or sizes[0] <= held[0] or sum(held) < rest:
        return sizes
    cut: list[int] = []
    for units in held:
        while units and rest and len(cut) < max_parcels:
            cut.append(min(units, rest, sizes[0]))
            units, rest = units - cut[-1], rest - cut[-1]
    return tuple(sorted(cut, reverse=True)) if rest == 0 else sizes


def _equal_parts(quantity: int, parts: int) -> tuple[int, ...]:
    whole, more = divmod(quantity, parts)
    return (whole + 1,) * more + (whole,) * (parts - more)


def _fault_of_needs(
    market: Market,
    i: int,
    row: tuple[tuple[int, int], ...],
    chunks: dict[tuple[int, int], tuple[int, ...]],
    max_parcels: int,
) -> Unplanned | None:
    order = market.problem.orders[i].order
    for j, q in row:
        if chunks[j, q]:
            continue
        product = market.problem.products[j]
        size = f"{product.length_mm} x {product.width_mm} x {product.height_mm} mm, {product.weight_g} g"
        what = f"{q} x {product.sku} ({size})"
        if not chunks[j, 0]:
            return Unplanned(
                order,
                "not_packable",
                f"{what} fits no carton that a service takes",
                "add a larger carton or a service for it, or mark it ships_in_own_box",
            )
        return Unplanned(
            order,
            "too_many_parcels",
            f"{what} does not go into {max_parcels} parcel{'s' * (max_parcels > 1)}",
            "split the order, or add a larger carton or a service for heavier parcels",
        )
    pieces = sum(len(chunks[need]) for need in row)
    if pieces > MANY_ATOMS:
        return Unplanned(order, "too_many_parcels", f"{pieces} lines and large units in one order", "split the order")
    return None


def load_key(atoms: tuple[tuple[int, int], ...], mask: int) -> Key:
    """The load of a set of atoms."""
    units: dict[int, int] = {}
    for bit, (sku, quantity) in enumerate(atoms):
        if mask >> bit & 1:
            units[sku] = units.get(sku, 0) + quantity
    return tuple(sorted(units.items()))


def linked(partition: Sequence[int], owners: Sequence[int]) -> bool:
    """Say whether the blocks of a partition link all owners of its atoms: none of them could go by themselves."""
    of_block = [sum({1 << owner for bit, owner in enumerate(owners) if mask >> bit & 1}) for mask in partition]
    reached, rest = of_block[0], of_block[1:]
    while met := [one for one in rest if one & reached]:
        rest = [one for one in rest if not one & reached]
        for one in met:
            reached |= one
    return not rest
