"""`doorstep promise options` as people call it: what is shown, and what it emits where the way is known."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.cli.run import TEA_SHOP, doorstep

CART = ("--to-country", "DE", "--to-postcode", "20095", "--sku", "teapot", "--at", "2026-10-15T11:46:00+02:00")
HAMBURG = ("--to-latitude", "53.55", "--to-longitude", "9.99")


def test_what_options_emit_is_told_where_the_way_is_known(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(TEA_SHOP, shop)
    (shop / "values.csv").write_text("worth,value\nscatter,1\ncarbon_kg_less,2\n", encoding="utf-8")
    known = json.loads(doorstep("promise", "options", shop, *CART, *HAMBURG, "--json").stdout)["options"]
    unknown = json.loads(doorstep("promise", "options", shop, *CART, "--json").stdout)["options"]
    assert [one["co2e_g"] for one in unknown] == [None] * len(known)
    assert all(one["co2e_g"] > 0 for one in known)
    for one, other in zip(known, unknown, strict=True):
        assert round(other["worth"] - one["worth"], 6) == round(2 * one["co2e_g"] / 1000, 6)
    page, silent = (doorstep("promise", "options", shop, *CART, *where) for where in (HAMBURG, ()))
    assert f"{known[0]['co2e_g']} g" in page.stdout
    assert "no CO2e is known" not in page.stderr
    assert "no CO2e is known, so that it weighs on none: say --to-latitude and --to-longitude" in " ".join(
        silent.stderr.split()
    )


def test_half_a_place_is_refused() -> None:
    done = doorstep("promise", "options", TEA_SHOP, *CART, "--to-latitude", "53.55")
    assert done.returncode == 2
    assert "come together or not at all" in done.stderr
