"""Whether the kernels have to be compiled first, which people should know before they wait for it."""

from __future__ import annotations

import sys
from typing import Any

NOTICE = "first run compiles the kernels, about a minute; later runs start at once"


def must_compile() -> bool:
    """Whether most of the kernels that are loaded have no compiled code on disk, or that of an older version."""
    loaded = {
        id(found): found
        for name, module in list(sys.modules.items())
        if name.startswith("doorstep.kernels.")
        for found in vars(module).values()
        if hasattr(found, "py_func") and hasattr(found, "_cache")
    }
    return 2 * sum(map(_on_disk, loaded.values())) < len(loaded)


def _on_disk(kernel: Any) -> bool:
    # Numba has no public question for this. Should it change its insides, nothing is said, and nothing breaks.
    try:
        return bool(kernel._cache._cache_file._load_index())
    except (AttributeError, OSError):
        return True
