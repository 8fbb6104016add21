"""A problem as a file of arrays, so that engines in other environments can read it without Doorstep."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from doorstep.kernels.route.problem import Fleet, RouteProblem, Stops, Travel

PARTS: dict[str, type[Any]] = {"travel": Travel, "stops": Stops, "fleet": Fleet}


def write(path: Path, problem: RouteProblem) -> None:
    """Write each field under the name of its part and its own; what is None is left out."""
    cells = {
        f"{part}.{one.name}": getattr(getattr(problem, part), one.name)
        for part, of in PARTS.items()
        for one in fields(of)
    }
    kept: dict[str, Any] = {name: np.asarray(cell) for name, cell in cells.items() if cell is not None}
    np.savez(path, **kept)


def read(path: Path) -> RouteProblem:
    """Read what `write` wrote."""
    with np.load(path) as file:
        cells = {name: file[name] for name in file.files}
    parts: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
    for name, cell in cells.items():
        part, _, field = name.partition(".")
        parts[part][field] = cell if cell.ndim else cell.item()
    made = {part: of(**parts[part]) for part, of in PARTS.items()}
    return RouteProblem(**made)
