"""Foreseen demand is read whole, or refused with every fault."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from doorstep.domain.errors import InputRefused
from doorstep.files.demand_in import ForeseenSeries, read_foreseen

HEAD = "kind,name,region,from,weeks,mean,q10,q25,q50,q75,q90,q95,q99\n"
DAY = date(2026, 10, 16)


def written(folder: Path, *rows: str) -> Path:
    (folder / "demand_total.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows))
    (folder / "shares.csv").write_text("sku,category,share\nB,cups,1.000000000\n")
    return folder


def test_series_and_shares_are_read(tmp_path: Path) -> None:
    folder = written(
        tmp_path, "sku,A,DE-BE,2026-10-16,8,4.5,1,2,4,6,8,9,12", "category,cups,NL,2026-10-16,8,0,0,0,0,0,0,0,0"
    )
    found = read_foreseen(folder, DAY)
    assert found.weeks == 8
    assert found.series[0] == ForeseenSeries("sku", "A", "DE-BE", 4.5, (1, 2, 4, 6, 8, 9, 12))
    assert found.shares == {"B": ("cups", 1.0)}


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        "sku,A,DE-BE,2026-10-16,8,4.5,1,2,4,6,8,9,12",
        "sku,A,DE-BE,2026-10-16,8,4.5,1,2,4,6,8,9,12",
        "box,B,DE-BE,2026-09-01,4,-1,1,2,4,6,8,9,x",
    )
    with pytest.raises(InputRefused) as refused:
        read_foreseen(folder, DAY)
    assert {fault.column for fault in refused.value.faults} >= {"kind", "from", "weeks", "mean", "q99", "region"}


@pytest.mark.parametrize("missing", ["demand_total.csv", "shares.csv"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, missing: str) -> None:
    folder = written(tmp_path, "sku,A,DE-BE,2026-10-16,8,4.5,1,2,4,6,8,9,12")
    (folder / missing).unlink()
    with pytest.raises(InputRefused) as refused:
        read_foreseen(folder, DAY)
    assert any(missing in fault.file for fault in refused.value.faults)


def test_a_forecast_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        read_foreseen(written(tmp_path), DAY)
    assert any(fault.why == "foresees nothing" for fault in refused.value.faults)
