"""The `map` handed to heavy kernels: local processes.

Kernels cut their work into tasks of plain arrays and give them to `Run.map`; which processes do them is decided here.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from typing import Any

from doorstep.domain.errors import DoorstepError

Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
INLINE_TASKS = 2  # so few are not worth starting a process for
_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss: bytes on macOS, KiB elsewhere


class WorkerLost(DoorstepError):
    """A worker process ended without an answer: killed, as a rule, for want of memory."""

    code = "worker_lost"

    def __init__(self) -> None:
        super().__init__("a worker process was ended from outside, perhaps for want of memory; try fewer --workers")


@contextmanager
def local_map(workers: int | None = None) -> Iterator[Map]:
    """Yield a map over `workers` processes (all cores by default), started when first needed and ended on leaving.

    Results come in the order of the tasks. Tasks are drawn no faster than they are done, so that a long stream of
    them needs little memory. What a task raises is raised here; WorkerLost when a process dies. Functions and tasks
    must be picklable; scripts need the usual `__main__` guard.
    """
    count = workers or os.cpu_count() or 1
    pool: list[ProcessPoolExecutor] = []

    def spread(function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
        rest = iter(tasks)
        first = list(islice(rest, INLINE_TASKS + 1))
        if count == 1 or len(first) <= INLINE_TASKS:
            yield from map(function, chain(first, rest))
            return
        if not pool:
            pool.append(_start(count))
        yield from _in_order(pool[0], function, chain(first, rest), 2 * count)

    try:
        yield spread
    finally:
        for one in pool:
            _end(one)


def _in_order(
    pool: ProcessPoolExecutor, function: Callable[[Any], Any], tasks: Iterable[Any], ahead: int
) -> Iterator[Any]:
    weighed = partial(_weighed, function)
    waiting: deque[Future[tuple[int, int, Any]]] = deque()
    try:
        for task in tasks:
            waiting.append(pool.submit(weighed, task))
            if len(waiting) > ahead:
                yield _peaks.note(waiting.popleft().result())
        while waiting:
            yield _peaks.note(waiting.popleft().result())
    except BrokenProcessPool as error:
        raise WorkerLost from error
    finally:
        for future in waiting:
            future.cancel()


def _start(workers: int) -> ProcessPoolExecutor:
    # Workers start clean: nothing of the parent's threads and open files is copied into them.
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    return ProcessPoolExecutor(workers, multiprocessing.get_context(method), initializer=_settle_in)


def _end(pool: ProcessPoolExecutor) -> None:
    """End the workers at once: on leaving early nobody waits for what they are at, and else they are idle."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    _peaks.close()


def _settle_in() -> None:
    """Leave Ctrl-C to the parent, and end with it: killed, it can tell nobody, and workers would wait for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _weighed(function: Callable[[Any], Any], task: Any) -> tuple[int, int, Any]:
    """Do a task in a worker; tell which one and the largest size it had. Nobody else can: it is no child of ours."""
    result = function(task)
    return os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, result


class _Peaks:
    """Largest resident sizes of the workers of this process."""

    def __init__(self) -> None:
        self._now: dict[int, int] = {}
        self._before = 0  # of the heaviest pool that has ended

    def note(self, weighed: tuple[int, int, Any]) -> Any:
        """Take the size down and give the result."""
        worker, size, result = weighed
        self._now[worker] = max(size, self._now.get(worker, 0))
        return result

    def close(self) -> None:
        self._before, self._now = self.all(), {}

    def all(self) -> int:
        return max(self._before, sum(self._now.values()))


_peaks = _Peaks()


def peak_memory_mb() -> float:
    """Largest resident size so far: of this process, and of every worker of its heaviest pool, added."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round((own + _peaks.all()) * _UNIT / 1_000_000, 1)
