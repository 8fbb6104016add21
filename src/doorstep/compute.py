"""The `map` handed to heavy kernels: local processes.

Kernels cut their work into tasks of plain arrays and give them to `Run.map`; which processes do them is decided here.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain
from typing import Any

Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
INLINE_TASKS = 2  # so few are not worth starting a process for


@contextmanager
def local_map(workers: int | None = None) -> Iterator[Map]:
    """Yield a map over `workers` processes (all cores by default), started when first needed and ended on leaving.

    Results come in the order of the tasks. Tasks are drawn no faster than they are done, so that a long stream of
    them needs little memory. Functions and tasks must be picklable; scripts need the usual `__main__` guard.
    """
    count = workers or os.cpu_count() or 1
    pool: list[ProcessPoolExecutor] = []

    def spread(function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
        rest = iter(tasks)
        first = [task for _, task in zip(range(INLINE_TASKS + 1), rest, strict=False)]
        if count == 1 or len(first) <= INLINE_TASKS:
            yield from map(function, chain(first, rest))
            return
        if not pool:
            pool.append(_start(count))
        waiting: deque[Future[Any]] = deque()
        for task in chain(first, rest):
            waiting.append(pool[0].submit(function, task))
            if len(waiting) > 2 * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    try:
        yield spread
    finally:
        for one in pool:
            one.shutdown(wait=False, cancel_futures=True)


def _start(workers: int) -> ProcessPoolExecutor:
    # Workers start clean: nothing of the parent's threads and open files is copied into them.
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    return ProcessPoolExecutor(workers, multiprocessing.get_context(method), initializer=_leave_interrupts)


def _leave_interrupts() -> None:
    """Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def peak_memory_mb() -> float:
    """Largest resident size so far, this process and its largest finished child added."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
    usage = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(sum(usage) * unit / 1_000_000, 1)
