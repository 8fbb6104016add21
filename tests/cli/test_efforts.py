from __future__ import annotations

import re

import pytest
import typer
from tests.cli.run import ROOT

from doorstep.cli.efforts import params_of
from doorstep.kernels.pack.problem import EFFORT


def test_every_effort_has_a_name_that_is_told() -> None:
    (row,) = re.findall(r"^\| `--effort NAME` \| (.+) \|$", (ROOT / "docs" / "commands.md").read_text(), re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) == set(EFFORT)
    for name in EFFORT:
        assert params_of(name, 500_000).support_ppm == 500_000
    with pytest.raises(typer.BadParameter, match="not one of quick"):
        params_of("heroic", 0)
