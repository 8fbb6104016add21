"""Costs are traced to the goods that caused them, and everything adds up to the minor unit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.check_costs import check_changes, check_costs
from doorstep.kernels.learn.costs import divide, trace
from doorstep.kernels.learn.costs_change import Change, changes
from doorstep.kernels.learn.costs_groups import grouped
from doorstep.kernels.learn.costs_problem import PARTS, Charge, CostProblem, CostRow

SMALL = st.integers(0, 50)


def row(order: str, parcel: str, sku: str = "mug", month: str = "2026-01", units: int = 1, **more: int) -> CostRow:
    sizes = {"volume_cm3": 1_000, "weight_g": 500, "value_minor": 900} | more
    return CostRow(order, parcel, sku, sku.upper(), f"c-{order}", "DE", month, units, **sizes)


@st.composite
def problems(draw: st.DrawFn) -> CostProblem:
    rows = [
        row(
            f"o{draw(st.integers(0, 3))}", f"p{draw(st.integers(0, 3))}", f"s{draw(st.integers(0, 2))}",
            draw(st.sampled_from(("2026-01", "2026-02"))), draw(st.integers(1, 4)),
            volume_cm3=draw(SMALL), weight_g=draw(SMALL), value_minor=draw(SMALL),
        )
        for _ in range(draw(st.integers(1, 8)))
    ]  # fmt: skip
    charges = []
    for _ in range(draw(st.integers(0, 10))):
        at = draw(st.integers(0, len(rows) - 1))
        part, minor = draw(st.sampled_from(PARTS)), draw(st.integers(0, 10_000))
        named = (
            Charge(part, minor, row=at),
            Charge(part, minor, parcel=rows[at].parcel),
            Charge(part, minor, order=rows[at].order),
        )
        charges.append(draw(st.sampled_from(named)))
    return CostProblem(tuple(rows), tuple(charges))


@settings(max_examples=30, deadline=None)
@given(problems())
def test_every_charge_is_borne_once_and_whole(problem: CostProblem) -> None:
    result = trace(problem)
    assert check_costs(problem, result) == []
    assert result.total_minor == sum(charge.amount_minor for charge in problem.charges)
    for by in ("order", "sku", "customer", "country", "month"):
        groups = grouped(result, by, lambda row, by=by: str(getattr(row, by)))  # type: ignore[misc]
        assert sum(one.total_minor for one in groups) == result.total_minor
        assert sum(one.units for one in groups) == sum(row.units for row in problem.rows)


@settings(max_examples=30, deadline=None)
@given(problems())
def test_a_change_is_explained_without_a_residual(problem: CostProblem) -> None:
    result = trace(problem)
    found = changes(result, "2026-01", "2026-02", lambda row: row.sku)
    assert check_changes(result, "2026-01", "2026-02", found) == []


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=9))
def test_shares_add_up_and_are_within_one_of_exact(amount: int, weights: list[int]) -> None:
    shares = divide(amount, weights)
    assert sum(shares) == amount
    if sum(weights):
        assert all(abs(s * sum(weights) - amount * w) < sum(weights) for s, w in zip(shares, weights, strict=True))


def test_a_parcel_is_divided_by_what_causes_its_cost() -> None:
    light, heavy = (
        row("o", "p", "feather", volume_cm3=9_000, weight_g=10),
        row("o", "p", "iron", volume_cm3=1_000, weight_g=200),
    )
    problem = CostProblem((light, heavy), (Charge("freight", 1_000, parcel="p"), Charge("pick", 100, parcel="p")))
    result = trace(problem)
    freight, pick = (result.amount_minor[:, PARTS.index(part)].tolist() for part in ("freight", "pick"))
    assert freight == [900, 100]  # 1800 g of volume against 200 g
    assert pick == [50, 50]


def test_dearer_carriage_is_price_more_orders_are_volume_other_goods_are_mix() -> None:
    def costs(february: tuple[CostRow, ...], fares: tuple[int, ...]) -> Change:
        january = (row("a", "a", "mug"), row("b", "b", "lamp"))
        charges = [Charge("freight", 100, parcel="a"), Charge("freight", 300, parcel="b")]
        charges += [Charge("freight", fare, parcel=one.parcel) for one, fare in zip(february, fares, strict=True)]
        (one,) = changes(
            trace(CostProblem(january + february, tuple(charges))), "2026-01", "2026-02", lambda row: row.sku
        )
        return one

    mug, lamp = row("c", "c", "mug", "2026-02"), row("d", "d", "lamp", "2026-02")
    dearer = costs((mug, lamp), (150, 350))
    assert (dearer.volume_minor, dearer.mix_minor, dearer.price_minor) == (0, 0, 100)
    more = costs(
        (mug, lamp, replace(mug, order="e", parcel="e"), replace(lamp, order="f", parcel="f")), (100, 300, 100, 300)
    )
    assert (more.volume_minor, more.mix_minor, more.price_minor) == (400, 0, 0)
    other = costs((lamp, replace(lamp, order="g", parcel="g")), (300, 300))
    assert (other.volume_minor, other.mix_minor, other.price_minor) == (0, 200, 0)


def test_the_verifiers_reject_what_does_not_add_up() -> None:
    problem = CostProblem((row("o", "p"), row("o", "p", "lamp")), (Charge("freight", 101, parcel="p"),))
    result = trace(problem)
    assert check_costs(problem, replace(result, amount_minor=result.amount_minor + 1))
    moved = result.amount_minor.copy()
    moved[:, [0, 4]] = moved[:, [4, 0]]
    assert check_costs(problem, replace(result, amount_minor=moved))
    assert check_costs(problem, replace(result, amount_minor=-result.amount_minor))
    (one,) = changes(result, "2025-12", "2026-01", lambda row: row.sku)
    assert check_changes(result, "2025-12", "2026-01", [replace(one, mix_minor=one.mix_minor + 1)])
    assert check_changes(result, "2025-12", "2026-01", [])


@pytest.mark.parametrize(
    "charge",
    [
        Charge("freight", 1),
        Charge("freight", -1, row=0),
        Charge("pick", 1, parcel="q"),
        Charge("pick", 1, row=0, order="o"),
    ],
)
def test_a_charge_that_names_nothing_is_refused(charge: Charge) -> None:
    with pytest.raises(InvalidProblem):
        CostProblem((row("o", "p"),), (charge,))


def test_nothing_costs_nothing() -> None:
    result = trace(CostProblem((), ()))
    assert result.amount_minor.shape == (0, len(PARTS))
    assert np.array_equal(result.amount_minor.sum(axis=0), np.zeros(len(PARTS)))
