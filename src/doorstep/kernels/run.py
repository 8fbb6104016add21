"""How a kernel is run: when to stop, which seed, whom to tell, and how to spread work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol


class Progress(Protocol):
    """Told how far a stage has come: `progress("packing", 120, 4000)`."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report `done` of `total` steps of `stage`."""


def silent(stage: str, done: int, total: int) -> None:
    """Report to nobody."""


def plain_map(function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
    """Map in this process, lazily, in order."""
    return map(function, tasks)


class Incumbent(Protocol):
    """Told each better answer of an anytime search: `incumbent(27_591, 0)`."""

    def __call__(self, objective: int, unserved: int) -> None:
        """Take notice."""


def unnoticed(objective: int, unserved: int) -> None:
    """Tell nobody."""


def endless() -> float:
    """Never used up: the search ends by its iterations."""
    return 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """Stop rule, seed, progress callback and map.

    `iterations` bounds the improvement steps, so that equal seeds give equal results on any machine; None leaves the
    kernel's own default. `spent` tells an anytime search which share of its time is used up (1 or more: stop); kernels
    read no clock, so whoever calls does. A search that it ends may differ from run to run. `incumbent` is told each
    better answer of such a search. `map` must yield results in the order of its tasks; `width` says how many of them it
    does at once, where a kernel has to know into how many parts to cut its work.
    """

    seed: int = 0
    iterations: int | None = None
    progress: Progress = silent
    map: Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]] = plain_map
    width: int = 1
    spent: Callable[[], float] = endless
    incumbent: Incumbent = unnoticed

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ValueError("seed < 0 not understood")
        if self.iterations is not None and self.iterations < 0:
            raise ValueError("iterations < 0 not understood")
