from __future__ import annotations

from tests.kernels.plan.scenes import carton, order, scene

from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import plan


def test_units_of_one_line_in_several_parcels_count_together_against_stock() -> None:
    """Two such orders want twelve of eight, though none of their parcels holds more than three."""
    problem = scene(
        [order("first", ("mug", 6)), order("second", ("mug", 6))],
        {"berlin": {"mug": 8}},
        cartons=[carton("three", (300, 100, 100))],
    )
    result = plan(problem)
    assert check(problem, result.plan) == ()
    assert len(result.plan.unplanned) == 1
    assert result.plan.unplanned[0].reason == "stock_taken"
    assert result.lower_bound_minor <= result.plan.figures.objective_minor


def test_units_of_one_line_come_from_several_sites_when_none_holds_them_all() -> None:
    problem = scene([order("pair", ("mug", 3))], {"berlin": {"mug": 1}, "munich": {"mug": 2}})
    result = plan(problem)
    assert check(problem, result.plan) == ()
    sent = sorted((parcel.site, sum(one.quantity for one in parcel.contents)) for parcel in result.plan.parcels)
    assert sent == [("berlin", 1), ("munich", 2)]


def test_units_that_no_three_parcels_can_bring_leave_the_order() -> None:
    problem = scene([order("four", ("mug", 4))], {name: {"mug": 1} for name in ("a", "b", "c", "d")})
    result = plan(problem)
    assert [one.reason for one in result.plan.unplanned] == ["stock_out"]
    assert "at most 1 on hand at one site" in result.plan.unplanned[0].detail
