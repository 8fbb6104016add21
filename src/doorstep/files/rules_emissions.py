"""What must hold between the rows of emission_factors.csv."""

from __future__ import annotations

from doorstep.domain.carriage import DELIVERS_TO
from doorstep.domain.emission import MODES
from doorstep.files.rules import Tables, have, sound_rows
from doorstep.files.table import Columns

MODES_OF = {"line_haul": MODES, "hub": ("",), "last_mile": DELIVERS_TO}


def check_factors(tables: Tables) -> None:
    """A leg goes with its modes, bounds enclose the middle, and what is given holds for every distance."""
    read = tables.get("emission_factors")
    if read is None:
        return
    if have(read, "leg", "mode"):
        _check_modes(read)
    if have(read, "low_g", "mid_g", "high_g"):
        finding = read.rule("mid_g")
        for row, low, mid, high in sound_rows(read, "low_g", "mid_g", "high_g"):
            if not low <= mid <= high:
                finding.add(row, str(mid), f"is not between low_g, {low}, and high_g, {high}")
    if have(read, "leg", "mode", "up_to_km"):
        _check_reach(read)


def _check_modes(read: Columns) -> None:
    finding = read.rule("mode")
    for row, leg, mode in sound_rows(read, "leg", "mode"):
        if mode not in MODES_OF[leg]:
            known = ", ".join(MODES_OF[leg]) or "empty"
            finding.add(row, mode, f"is no mode of {leg}, which is {known}")


def _check_reach(read: Columns) -> None:
    finding = read.rule("up_to_km")
    last: dict[tuple[str, str], tuple[int, bool]] = {}
    for row, leg, mode, up_to in sound_rows(read, "leg", "mode", "up_to_km"):
        if up_to is not None and leg != "line_haul":
            finding.add(row, str(up_to), f"is of line hauls alone; {leg} has no distance")
        last[leg, mode] = (row, up_to is None or last.get((leg, mode), (0, False))[1])
    for (leg, mode), (row, everywhere) in last.items():
        if not everywhere and read.complete and not read.faulty("up_to_km"):
            finding.add(row, "", f"leaves longer distances of {leg} {mode} without a factor: be empty in one row")
