"""How hard the packer tries, by name."""

from __future__ import annotations

from dataclasses import replace

import typer

from doorstep.kernels.pack.problem import EFFORT, PackParams


def params_of(effort: str, support_ppm: int) -> PackParams:
    """The parameters of an effort. Raises typer.BadParameter for a name that is none."""
    if effort not in EFFORT:
        raise typer.BadParameter(f"{effort!r} is not one of {', '.join(EFFORT)}", param_hint="'--effort'")
    return replace(EFFORT[effort], support_ppm=support_ppm)
