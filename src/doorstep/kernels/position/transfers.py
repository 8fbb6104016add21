"""Bulk transfers: units move to where the next one is worth most, in pallets that are full or not sent at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.position.problem import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class BulkTariff:
    """What pallets between sites cost.

    Attributes
    ----------
    pallet_minor
        [k, k] of one pallet.
    unit_minor
        [s, k, k] of a unit besides, as duty at a border.
    clearance_minor
        [k, k] of each lane that is used at all.
    discounts
        (pallets from, share of the price), rising: volume discounts hold for all pallets of a lane.
    pallet_mm3
        What a pallet holds.
    """

    pallet_minor: FloatArray
    unit_minor: FloatArray
    clearance_minor: FloatArray
    discounts: tuple[tuple[int, float], ...]
    pallet_mm3: int

    def price(self, origin: int, destination: int, pallets: int) -> float:
        """Price a lane's pallets."""
        if not pallets:
            return 0.0
        share = [part for least, part in self.discounts if pallets >= least]
        per = float(self.pallet_minor[origin, destination]) * (share[-1] if share else 1.0)
        return pallets * per + float(self.clearance_minor[origin, destination])


@dataclass(frozen=True, slots=True)
class Transfer:
    """Units of a sku from one site to another, and what they are worth there beyond what they cost to bring."""

    origin: int
    destination: int
    sku: int
    quantity: int
    worth_minor: float


def transfers(
    on_hand: IntArray, target: IntArray, reserve: IntArray, value: FloatArray, volume_mm3: IntArray, bulk: BulkTariff
) -> list[Transfer]:
    """Propose transfers of what lies above a site's `reserve` to sites below their `target`.

    Parameters
    ----------
    on_hand, target, reserve
        [s, k] units.
    value
        [s, k] what a unit at a site is worth until the next one would come, in minor units.
    volume_mm3
        [s] of a unit.
    bulk
        What lanes cost.

    Notes
    -----
    On a lane the units with the largest gain come first; pallets are taken as long as what they hold is worth more
    than the lane costs with them. The lane that gains most goes first; what it took is gone for the others.
    """
    on_hand, spare = on_hand.copy(), np.maximum(0, on_hand - reserve)
    wanted = np.maximum(0, target - on_hand)
    sites = on_hand.shape[1]
    lanes = [(a, b) for a in range(sites) for b in range(sites) if a != b]
    found: list[Transfer] = []
    while lanes:
        offers = [(_lane(spare, wanted, value, volume_mm3, bulk, lane), lane) for lane in lanes]
        (gain, moves), lane = max(offers, key=lambda one: (one[0][0], one[1]))
        if gain <= 0:
            break
        for sku, quantity, worth in moves:
            spare[sku, lane[0]] -= quantity
            wanted[sku, lane[1]] -= quantity
            found.append(Transfer(*lane, sku, quantity, worth))
        lanes.remove(lane)
    return found


def _lane(
    spare: IntArray, wanted: IntArray, value: FloatArray, volume_mm3: IntArray, bulk: BulkTariff, lane: tuple[int, int]
) -> tuple[float, list[tuple[int, int, float]]]:
    """Give the best load of one lane: its gain, and (sku, units, worth of them)."""
    a, b = lane
    quantity = np.minimum(spare[:, a], wanted[:, b])
    each = value[:, b] - value[:, a] - bulk.unit_minor[:, a, b]
    skus = np.flatnonzero((quantity > 0) & (each > 0))
    skus = skus[np.argsort(-each[skus] / volume_mm3[skus], kind="stable")]
    if not len(skus):
        return 0.0, []
    filled = np.cumsum(quantity[skus] * volume_mm3[skus])
    best_gain, best_moves = 0.0, []
    for pallets in range(1, int(-(-int(filled[-1]) // bulk.pallet_mm3)) + 1):
        moves, room, worth = [], pallets * bulk.pallet_mm3, 0.0
        for sku in skus.tolist():
            units = min(int(quantity[sku]), room // int(volume_mm3[sku]))
            if units:
                moves.append((sku, units, units * float(each[sku])))
                room -= units * int(volume_mm3[sku])
                worth += units * float(each[sku])
        gain = worth - bulk.price(a, b, pallets)
        if gain > best_gain:
            best_gain, best_moves = gain, moves
    return best_gain, best_moves
