"""Whether the kernels have to be compiled first, which people should know before they wait for it."""

from __future__ import annotations

import sys
from typing import Any

NOTICE = "first run compiles the kernels, about a minute; later runs start at once"


def must_compile(enough: float = 0.5) -> bool:
    """Whether fewer than a share of the kernels that are loaded have compiled code of this version on disk.

    Half of them are enough, as a rule; fewer are where many live within others, and have no code of their own.
    """
    loaded = {
        id(found): found
        for name, module in list(sys.modules.items())
        if name.startswith("doorstep.kernels.")
        for found in vars(module).values()
        if hasattr(found, "py_func") and hasattr(found, "_cache")
    }
    return sum(map(_on_disk, loaded.values())) < enough * len(loaded)


def _on_disk(kernel: Any) -> bool:
    # Numba has no public question for this. Should it change its insides, nothing is said, and nothing breaks.
    try:
        return bool(kernel._cache._cache_file._load_index())
    except (AttributeError, OSError):
        return True
