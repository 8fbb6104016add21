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
