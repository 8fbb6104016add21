"""A brand folder with all that it may hold, checked: what is planned from, and what its customers said and took."""

from __future__ import annotations

from pathlib import Path

from doorstep.domain.errors import InputRefused
from doorstep.files.customers_in import check_customer_files
from doorstep.files.faults import KEPT
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.kernels.run import Progress, silent


def check_folder(path: Path, progress: Progress = silent) -> BrandFolder:
    """Read a folder. Raises InputRefused with the faults of all of its files."""
    refused: list[InputRefused] = []
    found = None
    try:
        found = read_folder(path, progress)
    except InputRefused as error:
        refused.append(error)
    if path.is_dir():
        try:
            check_customer_files(path)
        except InputRefused as error:
            refused.append(error)
    if found is None or refused:
        raise InputRefused(
            tuple(one for error in refused for one in error.faults)[:KEPT], sum(e.count for e in refused)
        )
    return found
