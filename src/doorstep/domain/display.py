"""In which order options are shown: the usual one, or by lot for a share of quotes, so that wants can be learned."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from math import factorial

from doorstep.domain.units import PPM

MOST_BY_LOT = 8  # options; more are shown as usual: each order of them would be too rare to weigh


@dataclass(frozen=True, slots=True)
class Display:
    """Numbers of the options, the first on top, and the chance with which they were shown in just this order."""

    order: tuple[int, ...]
    propensity: float


def display_of(quote: int, options: int, share_ppm: int, usual: tuple[int, ...] | None = None) -> Display:
    """Draw the order of a quote's options: the same whenever it is asked, for the lot is drawn by the quote's id.

    `share_ppm` of all quotes are shown in an order that is drawn evenly from all there are, the usual one included.
    `usual` are numbers of the options that are shown, as they usually stand; None: all, as they are numbered. Which
    options are shown is never drawn, so that a chance is that of their order alone.
    """
    usual = tuple(range(options)) if usual is None else usual
    options = len(usual)
    if options < 2 or options > MOST_BY_LOT or share_ppm <= 0:
        return Display(usual, 1.0)
    lot = int.from_bytes(sha256(f"display {quote}".encode()).digest())
    lot, drawn = divmod(lot, PPM)
    order = tuple(usual[one] for one in _permutation(lot, options)) if drawn < share_ppm else usual
    share = min(1.0, share_ppm / PPM)
    by_lot = share / factorial(options)
    return Display(order, by_lot + (1 - share if order == usual else 0.0))


def _permutation(lot: int, options: int) -> tuple[int, ...]:
    """Fisher and Yates: each step takes one of those that are left."""
    left = list(range(options))
    order = []
    while left:
        lot, place = divmod(lot, len(left))
        order.append(left.pop(place))
    return tuple(order)
