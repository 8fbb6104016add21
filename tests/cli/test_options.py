"""What options take, and what they refuse in words."""

from __future__ import annotations

import pytest
import typer

from doorstep.cli.options import amount, price


def test_an_amount_is_as_large_as_those_of_the_files() -> None:
    assert [amount(text) for text in (None, "0", "25000.5", "1000000000")] == [None, "0", "25000.5", "1000000000"]
    for text in ("1000000000.000001", "9999999999", "-1", "1e3"):
        with pytest.raises(typer.BadParameter, match="is not a decimal from 0 to 1000000000"):
            amount(text)
    with pytest.raises(typer.BadParameter, match="is not a decimal from 0 to 1000,"):
        price("1000.5")
