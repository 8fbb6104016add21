"""The slow truth: every turn and every whole-millimetre position of every unit."""

from __future__ import annotations

from itertools import permutations, product

from doorstep.kernels.pack.problem import FitProblem

Placed = tuple[int, int, int, int, int, int]


def fits(problem: FitProblem, load: int, carton: int) -> bool:
    """Tell whether a load fits; weights above are judged pair by pair along whole columns, as `check` does."""
    units = [
        int(problem.load_item[line])
        for line in range(int(problem.load_start[load]), int(problem.load_start[load + 1]))
        for _ in range(int(problem.load_quantity[line]))
    ]
    weights = [int(problem.item_weight_g[unit]) for unit in units]
    if sum(weights) + problem.carton_tare_g[carton] > problem.carton_max_weight_g[carton]:
        return False
    if len({int(problem.item_class[unit]) for unit in units} - {0}) > 1:
        return False
    room = [int(edge) for edge in problem.carton_inner_mm[carton]]
    choices = [_places(problem, unit, room) for unit in units]
    return _extend(problem, units, choices, [])


def _places(problem: FitProblem, unit: int, room: list[int]) -> list[Placed]:
    size = [int(edge) for edge in problem.item_size_mm[unit]]
    turns = {turn for turn in permutations(size) if turn[2] == size[2] or not problem.item_upright[unit]}
    return [
        (x, y, z, x + turn[0], y + turn[1], z + turn[2])
        for turn in sorted(turns)
        for x, y, z in product(*(range(edge - side + 1) for edge, side in zip(room, turn, strict=True)))
    ]


def _extend(problem: FitProblem, units: list[int], choices: list[list[Placed]], placed: list[Placed]) -> bool:
    if len(placed) == len(units):
        return _bearable(problem, units, placed)
    return any(
        _extend(problem, units, choices, [*placed, place])
        for place in choices[len(placed)]
        if not any(_meet(place, other) for other in placed)
    )


def _meet(one: Placed, other: Placed) -> bool:
    return all(one[a] < other[a + 3] and other[a] < one[a + 3] for a in range(3))


def _bearable(problem: FitProblem, units: list[int], placed: list[Placed]) -> bool:
    above = [
        {
            j
            for j, top in enumerate(placed)
            if top[2] >= low[5] and _meet((*low[:2], 0, *low[3:5], 1), (*top[:2], 0, *top[3:5], 1))
        }
        for low in placed
    ]
    for _ in units:
        above = [own.union(*(above[j] for j in own)) for own in above]
    for i, unit in enumerate(units):
        weight = sum(int(problem.item_weight_g[units[j]]) for j in above[i])
        if problem.item_fragile[unit] and above[i]:
            return False
        if 0 <= problem.item_max_load_g[unit] < weight:
            return False
    return True
