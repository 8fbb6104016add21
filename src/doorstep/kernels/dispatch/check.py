"""An independent verifier: plain Python, nothing of the solver."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby, pairwise

from doorstep.kernels.dispatch.problem import DispatchParams, DispatchProblem, DispatchResult

Key = list[tuple[bool, int, str]]


def check(problem: DispatchProblem, params: DispatchParams, result: DispatchResult) -> tuple[str, ...]:
    """List what is wrong with waves and rounds; empty: nothing.

    Parameters
    ----------
    problem
        Parcels and picks.
    params
        What a cart holds.
    result
        Waves, totes and rounds.

    Returns
    -------
    tuple[str, ...]
        One sentence per fault.
    """
    parcels, picks = len(problem.parcel_leaves_s), len(problem.pick_bin)
    if (len(result.wave), len(result.slot), len(result.stop)) != (parcels, parcels, picks):
        return ("a wave and a tote for each parcel, a stop for each pick",)
    waves: dict[int, list[int]] = defaultdict(list)
    for parcel in range(parcels):
        waves[int(result.wave[parcel])].append(parcel)
    faults = [] if sorted(waves) == list(range(len(waves))) else ["waves are not numbered from 0"]
    units = _units(problem)
    for number, inside in sorted(waves.items()):
        faults += _cart(problem, params, result, number, inside, units)
        mine = [pick for pick in range(picks) if int(problem.pick_parcel[pick]) in set(inside)]
        faults += _round(problem, result, number, mine)
    return tuple(faults + _turns(problem, waves))


def _units(problem: DispatchProblem) -> dict[int, int]:
    units: dict[int, int] = defaultdict(int)
    for parcel, number in zip(problem.pick_parcel.tolist(), problem.pick_units.tolist(), strict=True):
        units[parcel] += number
    return units


def _cart(
    problem: DispatchProblem,
    params: DispatchParams,
    result: DispatchResult,
    number: int,
    inside: list[int],
    units: dict[int, int],
) -> list[str]:
    faults = []
    if len({int(problem.parcel_leaves_s[one]) for one in inside}) > 1:
        faults.append(f"wave {number}: its parcels leave at several times")
    if len(inside) > params.cart_parcels:
        faults.append(f"wave {number}: {len(inside)} parcels on a cart for {params.cart_parcels}")
    load = sum(units[one] for one in inside)
    if load > params.cart_units and len(inside) > 1:
        faults.append(f"wave {number}: {load} units on a cart for {params.cart_units}")
    if sorted(int(result.slot[one]) for one in inside) != list(range(len(inside))):
        faults.append(f"wave {number}: its totes are not numbered from 0")
    return faults


def _turns(problem: DispatchProblem, waves: dict[int, list[int]]) -> list[str]:
    """Earlier collections first, and within one of them the urgent first."""
    faults = []
    for before, after in pairwise(sorted(waves)):
        last = max((int(problem.parcel_leaves_s[one]), -int(problem.parcel_priority[one])) for one in waves[before])
        following = min((int(problem.parcel_leaves_s[one]), -int(problem.parcel_priority[one])) for one in waves[after])
        if last > following:
            faults.append(f"wave {after}: a parcel of it should have come before wave {before}")
    return faults


def _round(problem: DispatchProblem, result: DispatchResult, number: int, picks: list[int]) -> list[str]:
    if sorted(int(result.stop[one]) for one in picks) != list(range(len(picks))):
        return [f"wave {number}: its stops are not numbered from 0"]
    walked = [problem.pick_bin[one] for one in sorted(picks, key=lambda one: int(result.stop[one]))]
    faults = []
    visits = [name for name, _ in groupby(walked)]
    if len(visits) != len(set(visits)):
        faults.append(f"wave {number}: a bin is visited twice")
    aisles = [(aisle, list(names)) for aisle, names in groupby(visits, key=lambda name: _key(name)[:1])]
    if [aisle for aisle, _ in aisles] != sorted(aisle for aisle, _ in aisles) or any(
        one[0] == other[0] for one, other in pairwise(aisles)
    ):
        faults.append(f"wave {number}: its aisles are not walked in their order")
    for turn, (_, names) in enumerate(aisles):
        along = [_key(name)[1:] for name in names]
        if along != sorted(along, reverse=turn % 2 == 1):
            faults.append(f"wave {number}: aisle {names[0]!r} is walked the wrong way")
    return faults


def _key(name: str) -> Key:
    """Words of letters and of digits; a number sorts by its value and before any letter."""
    kinds = groupby(name.upper(), key=lambda one: "0" if one in "0123456789" else "a" if one.isalpha() else " ")
    words = [("".join(word), kind) for kind, word in kinds if kind != " "]
    return [(kind == "a", int(word) if kind == "0" else 0, word if kind == "a" else "") for word, kind in words]
