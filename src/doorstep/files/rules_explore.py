"""What must hold within explore.csv."""

from __future__ import annotations

from doorstep.domain.exploration import MOST_TRYING_PPM
from doorstep.domain.units import PPM
from doorstep.files.rules import Rule, Tables, have, sound_rows


def check_shares(tables: Tables) -> None:
    """Most orders go as is known to be best."""
    read = tables.get("explore")
    if read is None or not have(read, "share"):
        return
    finding, whole = read.rule("share"), 0
    for row, share in sound_rows(read, "share"):
        whole += share
        if whole > MOST_TRYING_PPM >= whole - share:
            finding.add(
                row, f"{share / PPM:g}", f"makes {whole / PPM:g} of all orders, more than {MOST_TRYING_PPM / PPM:g}"
            )


EXPLORE_RULES: tuple[Rule, ...] = (check_shares,)
