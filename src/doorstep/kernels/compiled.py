"""The one way to compile an inner loop."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from hashlib import sha256
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
    return cast("Callable[P, R]", _tied(njit(cache=True, nogil=True)(function)))


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """Compile what is called in an inner loop: it takes arrays and makes none.

    References to arrays are not counted in it. Counting them, at each call and for each array, costs more than most
    such functions do: searches that call small functions thousands of times a millisecond run at half the speed.
    """
    make: Any = njit  # of whose options this one is not told
    return cast("Callable[P, R]", _tied(make(cache=True, nogil=True, _nrt=False)(function)))


def _tied(dispatcher: Any) -> Any:
    _tie_to_sources(dispatcher)
    return dispatcher


def _tie_to_sources(dispatcher: Any) -> None:
    """Let the cached code expire when any kernel's source changes.

    By itself the cache looks at the file of the function alone, and would go on using the old code of a function that
    it calls in another file: wrong answers after an upgrade, with nothing to show for it.
    """
    file = dispatcher._cache._cache_file
    file._source_stamp = (file._source_stamp, sources_stamp())
    file.save = partial(_save, file)
    file._load_index = partial(_load_index, file._load_index)


def _load_index(load: Callable[[], Any]) -> Any:
    """Know nothing, where what was kept names types that are gone: an index of before an upgrade cannot be read."""
    try:
        return load()
    except (AttributeError, ImportError):
        return {}


def _save(file: Any, key: Any, data: Any) -> None:
    """Keep compiled code in a file of its own, named by what it is of, and only then tell of it.

    By itself the cache numbers its files and writes the index first: of two processes that compile different types at
    once, one then finds under its type what the other compiled, for as long as the sources stay as they are.
    """
    digest = sha256(repr((key, file._source_stamp)).encode()).hexdigest()[:24]
    name = f"{file._index_name.removesuffix('.nbi')}.{digest}.nbc"
    file._save_data(name, data)
    known = file._load_index()
    known[key] = name
    file._save_index(known)


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
