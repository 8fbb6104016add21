"""Put parcels on carts by collection, and lead each cart through the aisles."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.dispatch.bins import Spot, spot
from doorstep.kernels.dispatch.problem import DispatchParams, DispatchProblem, DispatchResult, IntArray
from doorstep.kernels.run import Run

USUAL = DispatchParams()
PLAIN = Run()
_NOWHERE: Spot = ((), (), "")


def dispatch(problem: DispatchProblem, params: DispatchParams = USUAL, run: Run = PLAIN) -> DispatchResult:
    """Fill carts collection by collection, and order their picks in a serpentine.

    Parameters
    ----------
    problem
        Parcels of one site and their picks.
    params
        What a cart holds.
    run
        `progress` (stage "waves", counted in parcels) is used; nothing here is random.

    Returns
    -------
    DispatchResult
        Wave and tote of every parcel, and the round of every wave.

    Notes
    -----
    The method and what it promises are told in docs/algorithms/dispatch.md.
    """
    parcels = len(problem.parcel_leaves_s)
    run.progress("waves", 0, parcels)
    spots = [spot(name) for name in problem.pick_bin]
    wave, slot = _carts(problem, params, spots)
    stop = np.zeros(len(spots), np.int64)
    rounds: dict[int, list[int]] = {}
    for pick, parcel in enumerate(problem.pick_parcel.tolist()):
        rounds.setdefault(int(wave[parcel]), []).append(pick)
    for picks in rounds.values():
        for place, pick in enumerate(_serpentine(picks, spots, slot[problem.pick_parcel])):
            stop[pick] = place
    run.progress("waves", parcels, parcels)
    return DispatchResult(wave, slot, stop)


def _carts(problem: DispatchProblem, params: DispatchParams, spots: list[Spot]) -> tuple[IntArray, IntArray]:
    """Parcels of one collection, the urgent first, then those whose goods begin near one another; cart after cart."""
    parcels = len(problem.parcel_leaves_s)
    units = np.zeros(parcels, np.int64)
    np.add.at(units, problem.pick_parcel, problem.pick_units)
    first: list[Spot] = [_NOWHERE] * parcels
    for pick, parcel in enumerate(problem.pick_parcel.tolist()):
        first[parcel] = spots[pick] if first[parcel] is _NOWHERE else min(first[parcel], spots[pick])
    leaves, priority = problem.parcel_leaves_s.tolist(), problem.parcel_priority.tolist()
    order = sorted(range(parcels), key=lambda one: (leaves[one], -priority[one], first[one], one))
    wave, slot = np.zeros(parcels, np.int64), np.zeros(parcels, np.int64)
    number, totes, load, when = -1, 0, 0, None
    for one in order:
        full = totes == params.cart_parcels or load + units[one] > params.cart_units
        if number < 0 or leaves[one] != when or (totes and full):
            number, totes, load, when = number + 1, 0, 0, leaves[one]
        wave[one], slot[one] = number, totes
        totes, load = totes + 1, load + int(units[one])
    return wave, slot


def _serpentine(picks: list[int], spots: list[Spot], slot: IntArray) -> list[int]:
    """Up the first aisle that has something, down the next; picks of one bin by their tote."""
    aisles: dict[tuple[object, ...], list[int]] = {}
    for pick in sorted(picks, key=lambda one: spots[one]):
        aisles.setdefault(spots[pick][0], []).append(pick)
    path: list[int] = []
    for turn, (_, inside) in enumerate(sorted(aisles.items(), key=lambda one: spots[one[1][0]][0])):
        stops: dict[Spot, list[int]] = {}
        for pick in inside:
            stops.setdefault(spots[pick], []).append(pick)
        for place in sorted(stops, reverse=turn % 2 == 1):
            path += sorted(stops[place], key=lambda one: (int(slot[one]), one))
    return path
