"""Scenario files: read whole, or refused with every fault."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.errors import InputRefused
from doorstep.files.scenario_in import read_scenario
from doorstep.kernels.simulate.scenario import Closure, Scenario, ServiceChange, Slowdown, StockChange

WHOLE = """
demand = 1.2
[[stock]]
site = "venlo"
factor = 0.5
[[stock]]
sku = "mug"
factor = 2
[[closed]]
site = "venlo"
from = 2026-10-01
to = 2026-10-05
[[service]]
service = "post"
dearer_pct = -12.5
[[service]]
service = "express"
removed = true
[[transit]]
slower_days = 2
from = 2026-10-03
"""


def scenario(folder: Path, text: str | bytes) -> Scenario:
    path = folder / "what-if.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_scenario(path)


def said(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(InputRefused) as refused:
        scenario(folder, text)
    assert all(fault.file == "what-if.toml" for fault in refused.value.faults)
    return [f"{fault.column}: {fault.why}" for fault in refused.value.faults]


def test_a_whole_scenario_is_read(tmp_path: Path) -> None:
    assert scenario(tmp_path, WHOLE) == Scenario(
        1_200_000,
        (StockChange(500_000, "venlo"), StockChange(2_000_000, "", "mug")),
        (Closure("venlo", date(2026, 10, 1), date(2026, 10, 5)),),
        (ServiceChange("post", dearer_ppm=-125_000), ServiceChange("express", removed=True)),
        (Slowdown(2, date(2026, 10, 3)),),
    )
    assert scenario(tmp_path, "") == Scenario()
    assert scenario(tmp_path, b"\xef\xbb\xbfdemand = 2\r\n") == Scenario(2_000_000)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("demnad = 1.2", "demnad: is not a key"),
        ("demand = true", "demand: is not a number"),
        ("demand = '1.2'", "demand: is not a number"),
        ("demand = nan", "demand: is not a number"),
        ("demand = inf", "demand: is not a number"),
        ("demand = 1e400", "demand: is too large"),
        ("demand = -0.1", "demand: is not between 0 and 100"),
        ("demand = 100.5", "demand: is not between 0 and 100"),
        ("demand = 1.0000001", "demand: has more than 6 decimals"),
        ("stock = 3", "stock: is not a list of tables"),
        ("[stock]\nfactor = 1", "stock: is not a list of tables"),
        ("[[stock]]\nsite = 'a'", "stock 1 factor: is missing"),
        ("[[stock]]\nfactor = 1\nsite = ''", "stock 1 site: is not a name"),
        ("[[stock]]\nfactor = 1\nplace = 'a'", "stock 1 place: is not a key"),
        ("[[closed]]\nsite = 'a'\nfrom = 2026-10-01", "closed 1 to: is missing"),
        ("[[closed]]\nsite = 'a'\nfrom = 2026-10-02\nto = 2026-10-02", "closed 1 to: is not after 2026-10-02"),
        ("[[closed]]\nsite = 'a'\nfrom = '2026-10-02'\nto = 2026-10-03", "closed 1 from: is not a date"),
        ("[[closed]]\nsite = 'a'\nfrom = 2026-10-02T00:00:00Z\nto = 2026-10-03", "closed 1 from: is not a date"),
        ("[[closed]]\nsite = 'a'\nfrom = 0001-01-01\nto = 2026-10-03", "closed 1 from: is not a date"),
        ("[[service]]\nservice = 'a'", "service 1: says neither"),
        ("[[service]]\nservice = 'a'\nremoved = 1", "service 1 removed: is neither"),
        ("[[service]]\nservice = 'a'\ndearer_pct = -101", "service 1 dearer_pct: is not between"),
        ("[[service]]\nservice = 'a'\nremoved = true\ndearer_pct = 3", "service 1: is removed and dearer"),
        ("[[service]]\nservice = 'a'\nremoved = true\n" * 2, "service 2 service: stands twice"),
        ("[[transit]]\nslower_days = 1.5\nfrom = 2026-10-03", "transit 1 slower_days: is not a whole number"),
        ("[[transit]]\nslower_days = 61\nfrom = 2026-10-03", "transit 1 slower_days: is not a whole number"),
        ("demand = ", ": is not TOML"),
        (b"\xff\xfe", ": is not UTF-8"),
        ("a=" + "[" * 5_000, ": nests too deeply"),
        ("#" * 1_000_001, ": is larger than"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path: Path, text: str | bytes, fault: str) -> None:
    assert any(one.startswith(fault) for one in said(tmp_path, text)), said(tmp_path, text)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    assert len(said(tmp_path, "demand = -1\nmore = 2\n[[stock]]\n[[service]]\nservice = 3\nremoved = true")) == 4


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputRefused):
            read_scenario(path)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="abcdemnstoclrvifp_=[]\"'.0123456789-\n ", max_size=80))
def test_nothing_else_comes_of_any_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    try:
        found = scenario(tmp_path_factory.mktemp("any"), text)
    except InputRefused:
        return
    assert isinstance(found, Scenario)


def test_what_weighs_is_said_by_true_alone(tmp_path: Path) -> None:
    assert scenario(tmp_path, "values = true\n") == Scenario(values=True)
    assert scenario(tmp_path, "commitment_prices = true\nvalues = false\n") == Scenario(commitment_prices=True)
    assert said(tmp_path, 'values = "yes"\ncommitment_prices = 1\n') == [
        "values: is neither true nor false",
        "commitment_prices: is neither true nor false",
    ]
