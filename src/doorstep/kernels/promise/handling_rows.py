"""Which handling curve holds for a service at a site, as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise

import numpy as np

from doorstep.domain.carriage import Service
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import HandlingCurve
from doorstep.domain.supply import Site
from doorstep.domain.units import PPM
from doorstep.kernels.promise.calendars import IntArray

AS_STATED = -1


def compile_handling(
    sites: Sequence[Site],
    services: Sequence[Service],
    pair: IntArray,
    pairs: int,
    handling: Sequence[HandlingCurve],
) -> tuple[IntArray, IntArray]:
    """Give each pair of site and service the curve of both, else that of the site.

    Parameters
    ----------
    sites, services
        Of the network, in its order.
    pair, pairs
        [S, V] index of each pair, -1: none; and how many rows to lay out.
    handling
        Curves as learned; those of other sites and services are passed over.

    Returns
    -------
    tuple
        `handling_of` and `left_ppm` of `PromiseTables`.

    Raises
    ------
    InvalidProblem
        For curves that fall, leave the range, end apart, or let a later order leave before an earlier one.
    """
    known = {(one.site, one.service): one for one in handling}
    for one in handling:
        _refuse(one)
    size = max((len(one.same_day_ppm) for one in handling), default=1)
    row_of: dict[tuple[str, str], int] = {}
    rows: list[list[list[int]]] = []
    found = np.full(pairs, AS_STATED, dtype=np.int64)
    for at, by in np.argwhere(pair >= 0).tolist():
        for key in ((sites[at].site, services[by].service), (sites[at].site, "")):
            if key in known:
                if key not in row_of:
                    row_of[key] = len(rows)
                    rows.append(_padded(known[key], size))
                row = row_of[key]
                found[pair[at, by]] = row if rows[row][0][0] < PPM else AS_STATED
                break
    return found, np.array(rows, dtype=np.int64).reshape(len(rows), 2, size)


def _padded(one: HandlingCurve, size: int) -> list[list[int]]:
    return [[*curve, *[curve[-1]] * (size - len(curve))] for curve in (one.same_day_ppm, one.next_day_ppm)]


def _refuse(one: HandlingCurve) -> None:
    name = f"the handling of {one.service or 'all services'} at {one.site}"
    if not one.same_day_ppm or len(one.same_day_ppm) != len(one.next_day_ppm):
        raise InvalidProblem(f"{name} has no curve, or two of unlike length")
    if one.same_day_ppm[-1] != one.next_day_ppm[-1]:
        raise InvalidProblem(f"{name} ends with two shares")
    chained = [0, *chain.from_iterable(zip(one.same_day_ppm, one.next_day_ppm, strict=True)), PPM]
    if any(later < earlier for earlier, later in pairwise(chained)):
        raise InvalidProblem(f"{name} falls, or lets a later order leave before an earlier one")
