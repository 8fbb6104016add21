"""Positions in classes: one of cover, one of age, and the alarms; and by pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorstep.core.paging import InvalidCursor
from doorstep.core.stock.fitness import Kind, count_kinds, kinds_of, paged
from doorstep.core.stock.health import HealthRow

CALM = HealthRow("tea", "north", "assam", 100, 1.0, 100.0, 10, dead=False, lead_days=14.0, stock_out_risk=0.0)


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        (CALM, {"cover_long", "age_30"}),
        (replace(CALM, oldest_days=30), {"cover_long", "age_60"}),
        (replace(CALM, oldest_days=89), {"cover_long", "age_90"}),
        (replace(CALM, oldest_days=90, dead=True), {"cover_long", "age_older", "dead"}),
        (replace(CALM, days_of_cover=13.9, stock_out_risk=0.05), {"cover_short", "age_30", "at_risk"}),
        (replace(CALM, days_of_cover=14.0), {"cover_near", "age_30"}),
        (replace(CALM, days_of_cover=28.0), {"cover_long", "age_30"}),
        (replace(CALM, available=0, days_of_cover=0.0, oldest_days=None, stock_out_risk=1.0), {"cover_out", "at_risk"}),
        (replace(CALM, days_of_cover=None), {"cover_endless", "age_30"}),
    ],
)
def test_a_position_is_of_one_cover_and_one_age(row: HealthRow, kinds: set[Kind]) -> None:
    assert kinds_of(row) == kinds
    assert {kind for kind, number in count_kinds([row]).items() if number} == kinds


def test_pages_follow_one_another_by_risk() -> None:
    rows = [replace(CALM, sku=f"s{n}", stock_out_risk=n % 3 / 10) for n in range(7)]
    found: list[str] = []
    after = None
    while True:
        page = paged(rows, None, after, 2)
        found += [row.sku for row in page.rows]
        after = page.after
        if after is None:
            break
    assert found == ["s2", "s5", "s1", "s4", "s0", "s3", "s6"]
    assert [row.sku for row in paged(rows, "at_risk", None, 9).rows] == ["s2", "s5", "s1", "s4"]
    with pytest.raises(InvalidCursor):
        paged(rows, None, "nonsense", 2)
