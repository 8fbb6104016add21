"""Cartons that another one outdoes: it is no larger, heavier or dearer, so that no service asks more for what is in it.

What fits into both then never goes into the outdone one, and a quote of that need not be made. Of six cartons from
small to large, each dearer than the one before, one quote of six is left where all of them hold the goods.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import numpy as np

from doorstep.kernels.plan.market import BoolArray, IntArray, Market
from doorstep.kernels.plan.rising import rises_with_size
from doorstep.kernels.rate.tables import TariffTables


class Told(Enum):
    """Of which blocks all cartons are quoted, since somebody asks what lost."""

    ALL = 0
    WHOLE = 1  # those that hold a whole order
    NONE = 2


class Outdone(NamedTuple):
    """Which carton outdoes which, and where cartons are to be had; sites of one kind have the same."""

    by: BoolArray  # [C + 1, C + 1] the first outdoes the second
    kind: IntArray  # [K] of site
    kept: BoolArray  # [G, C + 1] cartons that sites of a kind have


def find_outdone(market: Market, tariff: TariffTables) -> Outdone:
    """Compare the cartons of a market two by two, its own box left out.

    The first outdoes the second if no outer edge of it is longer, in order of their lengths, and if it is no heavier,
    no dearer, and leaves no more to fill up: under a tariff that rises with size (`rises_with_size`) it then costs no
    more wherever it goes. It must come before the second where both cost the same: by its number in the choice, and in
    the usual rule, which takes the smallest, by its rank. At borders and on linehauls nobody is compared.
    """
    by = np.zeros((market.n_cartons + 1, market.n_cartons + 1), bool)
    if not market.problem.tariff.duties and market.relays is None and rises_with_size(tariff):
        by[:-1, :-1] = _compared(market)
    kept, kind = np.unique(market.carton_at, axis=0, return_inverse=True)
    return Outdone(by, kind.reshape(-1).astype(np.int64), np.ascontiguousarray(kept))


def _compared(market: Market) -> BoolArray:
    """Which carton outdoes which, [C, C]."""
    edges, price, number = np.sort(market.outer_mm, axis=1), market.carton_minor[:-1], np.arange(market.n_cartons)
    found = (edges[:, None] <= edges[None, :]).all(axis=2)
    for measure in (market.tare_g, price, market.room_mm3[:-1]):
        found &= measure[:, None] <= measure[None, :]
    found &= market.carton_rank[:-1, None] < market.carton_rank[None, :-1]
    found &= (price[:, None] < price[None, :]) | (number[:, None] < number[None, :])
    return np.asarray(found, bool)
