"""Common random numbers: chance that hangs on whom it befalls and not on when it is drawn.

Every parcel has its numbers by the seed, its order and its place in the order. So two policies that send the same goods
with the same service on the same day see the same arrival, and a change elsewhere moves no number here.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.demand import Order
from doorstep.domain.units import PPM

Keys = NDArray[np.uint64]
GOLDEN = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1

__all__ = ["PPM", "order_keys", "uniform_ppm"]


def order_keys(orders: Sequence[Order]) -> Keys:
    """Give each order 64 bits of its own, by its id alone. [N] uint64."""
    digests = (blake2b(one.order.encode(), digest_size=8).digest() for one in orders)
    return np.array([int.from_bytes(one, "little") for one in digests], np.uint64)


def uniform_ppm(keys: Keys, seed: int, stream: int | NDArray[np.int64]) -> NDArray[np.int64]:
    """Draw one of 0 to 999,999 for each key, evenly; `stream` tells draws of one key apart.

    The bits are mixed by the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    """
    offset = np.asarray(stream, np.int64).astype(np.uint64) * np.uint64(GOLDEN)
    mixed = _mix(_mix(keys ^ np.uint64(seed * GOLDEN & MASK)) + offset)
    return ((mixed >> np.uint64(11)).astype(np.float64) * (PPM / 2.0**53)).astype(np.int64)


def _mix(bits: Keys) -> Keys:
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
