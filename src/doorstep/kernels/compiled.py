"""The one way to compile an inner loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile with numba at the first call, cached on disk for the next process.

    Overflow and division errors follow machine integers: callers validate sizes beforehand. Write searches with an
    explicit stack: a self-recursive function crashes when it is loaded from the cache.
    """
    return cast("Callable[P, R]", njit(cache=True, nogil=True)(function))
