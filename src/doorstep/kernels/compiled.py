"""The one way to compile an inner loop."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.machinery import FileFinder, SourceFileLoader
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit

import doorstep.kernels

P = ParamSpec("P")
R = TypeVar("R")
Stamp = tuple[tuple[str, float, int], ...]


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile with numba at the first call, cached on disk for the next process.

    Overflow and division errors follow machine integers: callers validate sizes beforehand. Write searches with an
    explicit stack: a self-recursive function crashes when it is loaded from the cache.
    """
    dispatcher = njit(cache=True, nogil=True)(function)
    _tie_to_sources(dispatcher)
    return cast("Callable[P, R]", dispatcher)


def _tie_to_sources(dispatcher: Any) -> None:
    """Let the cached code expire when any kernel's source changes.

    By itself the cache looks at the file of the function alone, and would go on using the old code of a function that
    it calls in another file: wrong answers after an upgrade, with nothing to show for it.
    """
    file = dispatcher._cache._cache_file
    file._source_stamp = (file._source_stamp, sources_stamp())


@cache
def sources_stamp() -> Stamp:
    """Name, modification time and size of every module below `doorstep.kernels`."""
    return tuple(sorted(_stamps(doorstep.kernels.__path__, "")))


def _stamps(path: Iterable[str], prefix: str) -> Iterator[tuple[str, float, int]]:
    for module in pkgutil.iter_modules(path):
        spec = module.module_finder.find_spec(module.name) if isinstance(module.module_finder, FileFinder) else None
        if spec is None or not isinstance(spec.loader, SourceFileLoader) or spec.origin is None:
            continue
        stats = spec.loader.path_stats(spec.origin)
        yield prefix + module.name, float(stats["mtime"]), int(stats["size"])
        if spec.submodule_search_locations:
            yield from _stamps(spec.submodule_search_locations, f"{prefix}{module.name}.")
