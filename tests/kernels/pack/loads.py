"""Small problems for the tests of the packer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from doorstep.kernels.pack.problem import FitProblem


@dataclass(frozen=True, slots=True)
class Item:
    size: tuple[int, int, int]
    weight: int = 100
    upright: bool = False
    fragile: bool = False
    max_load: int = -1
    hazmat: int = 0


Box = tuple[int, int, int]
Load = Sequence[tuple[int, int]]  # item, quantity


def problem(
    items: Sequence[Item],
    loads: Sequence[Load],
    cartons: Sequence[Box],
    tare: int = 50,
    max_weight: int | Sequence[int] = 10_000_000,
) -> FitProblem:
    weights = [max_weight] * len(cartons) if isinstance(max_weight, int) else list(max_weight)
    lines = [line for load in loads for line in load]
    return FitProblem(
        item_size_mm=np.array([item.size for item in items], np.int64).reshape(-1, 3),
        item_weight_g=np.array([item.weight for item in items], np.int64),
        item_upright=np.array([item.upright for item in items], np.bool_),
        item_fragile=np.array([item.fragile for item in items], np.bool_),
        item_max_load_g=np.array([item.max_load for item in items], np.int64),
        item_class=np.array([item.hazmat for item in items], np.int64),
        load_start=np.cumsum([0, *map(len, loads)]).astype(np.int64),
        load_item=np.array([item for item, _ in lines], np.int64),
        load_quantity=np.array([quantity for _, quantity in lines], np.int64),
        carton_inner_mm=np.array(cartons, np.int64).reshape(-1, 3),
        carton_tare_g=np.full(len(cartons), tare, np.int64),
        carton_max_weight_g=np.array(weights, np.int64),
    )


def _item(edge: int) -> st.SearchStrategy[Item]:
    return st.builds(
        Item,
        size=st.tuples(st.integers(1, edge), st.integers(1, edge), st.integers(1, edge)),
        weight=st.integers(0, 5),
        upright=st.booleans(),
        fragile=st.sampled_from((False, False, False, True)),
        max_load=st.sampled_from((-1, -1, -1, 0, 3, 12)),
        hazmat=st.sampled_from((0, 0, 0, 0, 1, 2)),
    )


@st.composite
def problems(draw: st.DrawFn, edge: int = 6, carton: int = 10, lines: int = 4, quantity: int = 4) -> FitProblem:
    """A few items, loads and cartons whose sizes make both verdicts likely."""
    items = draw(st.lists(_item(edge), min_size=1, max_size=5))
    line = st.tuples(st.integers(0, len(items) - 1), st.integers(1, quantity))
    loads = draw(st.lists(st.lists(line, min_size=1, max_size=lines), min_size=1, max_size=4))
    box = st.tuples(st.integers(2, carton), st.integers(2, carton), st.integers(2, carton))
    cartons = draw(st.lists(box, min_size=1, max_size=4))
    most = draw(st.lists(st.integers(10, 120), min_size=len(cartons), max_size=len(cartons)))
    return problem(items, loads, cartons, tare=2, max_weight=most)
