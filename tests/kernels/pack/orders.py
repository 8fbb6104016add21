"""Small priced problems for the tests of the packer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st
from tests.kernels.pack.loads import problems

from doorstep.kernels.pack.problem import Breaks, FitProblem, Freight, IntArray, PackProblem


def breaks(*steps: tuple[int, int]) -> Breaks:
    return Breaks(np.array([up_to for up_to, _ in steps], np.int64), np.array([price for _, price in steps], np.int64))


def priced(
    goods: FitProblem,
    prices: list[int] | None = None,
    *,
    freight: Freight | None = None,
    own_box: list[bool] | None = None,
    mailer: list[bool] | None = None,
    padding: int = 0,
    wrapping: int = 0,
    walls: int = 0,
    fill: int = 0,
) -> PackProblem:
    cartons, items = goods.cartons, len(goods.item_size_mm)
    return PackProblem(
        goods=goods,
        carton_outer_mm=goods.carton_inner_mm + 2 * walls,
        carton_price_minor=np.array([10] * cartons if prices is None else prices, np.int64),
        carton_mailer=np.array([False] * cartons if mailer is None else mailer, np.bool_),
        carton_padding_mm=np.full(cartons, padding, np.int64),
        item_own_box=np.array([False] * items if own_box is None else own_box, np.bool_),
        item_padding_mm=np.full(items, wrapping, np.int64),
        freight=() if freight is None else (freight,),
        load_freight=None if freight is None else np.zeros(goods.loads, np.int64),
        void_fill_micros_per_l=fill,
    )


def _steps(most: int) -> st.SearchStrategy[Breaks]:
    def build(limits: set[int], rises: list[int]) -> Breaks:
        ordered: IntArray = np.array(sorted(limits), np.int64)
        return Breaks(ordered, np.cumsum(rises[: len(ordered)], dtype=np.int64))

    return st.builds(
        build,
        st.sets(st.integers(1, most), min_size=1, max_size=5),
        st.lists(st.integers(0, 30), min_size=5, max_size=5),
    )


@st.composite
def priced_problems(draw: st.DrawFn, plain: bool = False) -> PackProblem:
    """Orders, cartons, mailers, wrapping and freight of small sizes, so that every rule matters at times.

    Plain ones have four units at most, and neither mailers nor padding.
    """
    goods = draw(problems(lines=2, quantity=2) if plain else problems())
    items, cartons = len(goods.item_size_mm), goods.cartons
    flags = st.lists(st.booleans(), min_size=max(items, cartons), max_size=max(items, cartons))
    soft, own, mailers = draw(flags), draw(flags), draw(flags)
    sometimes = st.one_of(st.none(), _steps(40))
    tables = draw(
        st.lists(
            st.builds(
                Freight,
                weight=_steps(200),
                divisor_mm3_per_g=st.sampled_from((0, 1, 7)),
                longest=sometimes,
                second=sometimes,
                girth=sometimes,
                volume=st.one_of(st.none(), _steps(1_500)),
            ),
            max_size=2,
        )
    )

    goods = replace(goods, item_soft=np.array(soft[:items], np.bool_))
    return PackProblem(
        goods=goods,
        carton_outer_mm=goods.carton_inner_mm + draw(st.integers(0, 2)),
        carton_price_minor=np.array(draw(st.lists(st.integers(0, 60), min_size=cartons, max_size=cartons)), np.int64),
        carton_mailer=np.array(mailers[:cartons], np.bool_) & (not plain),
        carton_padding_mm=np.full(cartons, 0 if plain else draw(st.integers(0, 1)), np.int64),
        item_own_box=np.array(own[:items], np.bool_),
        item_padding_mm=np.full(items, draw(st.sampled_from((0, 0, 1))), np.int64),
        freight=tuple(tables),
        load_freight=np.array(
            draw(st.lists(st.integers(-1, len(tables) - 1), min_size=goods.loads, max_size=goods.loads)), np.int64
        ),
        void_fill_micros_per_l=draw(st.sampled_from((0, 10**9, 10**12))),
    )
