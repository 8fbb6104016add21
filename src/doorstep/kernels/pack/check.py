"""An independent verifier: plain Python, nothing of the solver."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

from doorstep.domain.units import PPM
from doorstep.kernels.pack.problem import FitProblem, IntArray

Box = tuple[int, int, int, int, int, int]  # near corner, far corner


def check(problem: FitProblem, load: int, carton: int, layout: IntArray, support_ppm: int = 0) -> tuple[str, ...]:
    """List what is wrong with a layout; empty: nothing.

    Parameters
    ----------
    problem
        Items, loads and cartons.
    load, carton
        Their indices.
    layout
        [u, 7] item, x, y, z, dx, dy, dz in mm; rows in any order.
    support_ppm
        Share of a unit's base that must lie on the floor or on tops of units.

    Returns
    -------
    tuple[str, ...]
        One sentence per fault.

    Notes
    -----
    A unit lies above another when, seen from above, they share area and its base is not lower than the other's top;
    what lies above that lies above the other too.
    """
    if layout.ndim != 2 or layout.shape[1] != 7:
        return ("a layout needs seven columns",)
    rows = [tuple(int(cell) for cell in row) for row in layout]
    items = [row[0] for row in rows]
    faults = _contents(problem, load, items)
    if any(not 0 <= item < len(problem.item_size_mm) for item in items):
        return tuple(faults)
    boxes = [(x, y, z, x + dx, y + dy, z + dz) for _, x, y, z, dx, dy, dz in rows]
    faults += _sizes(problem, rows)
    faults += _inside(problem, carton, boxes)
    faults += _collisions(boxes)
    faults += _weight_and_class(problem, carton, items)
    faults += _loads(problem, items, boxes)
    faults += _support(boxes, support_ppm)
    return tuple(faults)


def _contents(problem: FitProblem, load: int, items: list[int]) -> list[str]:
    wanted: Counter[int] = Counter()
    for line in range(int(problem.load_start[load]), int(problem.load_start[load + 1])):
        wanted[int(problem.load_item[line])] += int(problem.load_quantity[line])
    found = Counter(items)
    return [
        f"item {item}: {found[item]} units placed of {wanted[item]}"
        for item in sorted(wanted | found)
        if wanted[item] != found[item]
    ]


def _sizes(problem: FitProblem, rows: list[tuple[int, ...]]) -> list[str]:
    faults = []
    for unit, (item, _, _, _, *placed) in enumerate(rows):
        size = [int(edge) for edge in problem.item_size_mm[item]]
        soft = problem.item_soft is not None and problem.item_soft[item] and not problem.item_upright[item]
        if sorted(placed) not in (_folds(size) if soft else [sorted(size)]):
            faults.append(f"unit {unit}: {placed} is no turn of {size}")
        elif problem.item_upright[item] and placed[2] != size[2]:
            faults.append(f"unit {unit}: must stand upright")
    return faults


def _folds(size: list[int]) -> list[list[int]]:
    """Sizes, ascending, that something soft may take: flat as it is, folded once, folded twice."""
    states = [sorted(size)]
    for _ in range(2):
        thin, middle, long = states[-1]
        if thin * 4 <= long:
            states.append(sorted((2 * thin, middle, -(-long // 2))))
        else:
            break
    return states


def _inside(problem: FitProblem, carton: int, boxes: list[Box]) -> list[str]:
    inner = [int(edge) for edge in problem.carton_inner_mm[carton]]
    return [
        f"unit {unit}: sticks out of the carton"
        for unit, box in enumerate(boxes)
        if min(box[:3]) < 0 or any(far > edge for far, edge in zip(box[3:], inner, strict=True))
    ]


def _shared(one: Box, other: Box, axis: int) -> int:
    return min(one[axis + 3], other[axis + 3]) - max(one[axis], other[axis])


def _collisions(boxes: list[Box]) -> list[str]:
    return [
        f"units {i} and {j} overlap"
        for (i, one), (j, other) in combinations(enumerate(boxes), 2)
        if all(_shared(one, other, axis) > 0 for axis in range(3))
    ]


def _weight_and_class(problem: FitProblem, carton: int, items: list[int]) -> list[str]:
    faults = []
    gross = int(problem.carton_tare_g[carton]) + sum(int(problem.item_weight_g[item]) for item in items)
    if gross > problem.carton_max_weight_g[carton]:
        faults.append(f"gross weight {gross} g is over {problem.carton_max_weight_g[carton]} g")
    classes = sorted({int(problem.item_class[item]) for item in items} - {0})
    together = [pair for pair in combinations(classes, 2) if problem.class_apart is None or problem.class_apart[pair]]
    if together:
        faults.append(f"hazmat classes {classes} in one carton")
    return faults


def _loads(problem: FitProblem, items: list[int], boxes: list[Box]) -> list[str]:
    limited = [i for i, item in enumerate(items) if problem.item_fragile[item] or problem.item_max_load_g[item] >= 0]
    if not limited:
        return []
    on_top = [
        {
            j
            for j, other in enumerate(boxes)
            if j != i and other[2] >= box[5] and _shared(box, other, 0) > 0 and _shared(box, other, 1) > 0
        }
        for i, box in enumerate(boxes)
    ]
    faults = []
    for i in limited:
        above: set[int] = set()
        new = set(on_top[i])
        while new:
            above |= new
            new = set().union(*(on_top[j] for j in new)) - above
        weight = sum(int(problem.item_weight_g[items[j]]) for j in above)
        if problem.item_fragile[items[i]] and above:
            faults.append(f"unit {i}: fragile, and units {sorted(above)} lie above it")
        if 0 <= problem.item_max_load_g[items[i]] < weight:
            faults.append(f"unit {i}: bears {problem.item_max_load_g[items[i]]} g, and {weight} g lie above it")
    return faults


def _support(boxes: list[Box], support_ppm: int) -> list[str]:
    faults = []
    for i, box in enumerate(boxes):
        if support_ppm == 0 or box[2] == 0:
            continue
        tops = [other for other in boxes if other[5] == box[2]]
        held = sum(max(_shared(box, top, 0), 0) * max(_shared(box, top, 1), 0) for top in tops)
        if held * PPM < support_ppm * (box[3] - box[0]) * (box[4] - box[1]):
            faults.append(f"unit {i}: rests on too little")
    return faults
