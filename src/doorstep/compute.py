"""The `map` handed to heavy kernels: local processes by default, a Dask cluster by setting.

Kernels cut their work into tasks of plain arrays and give them to `Run.map`; which processes do them is decided here.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import platform
import resource
import signal
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import doorstep
from doorstep.domain.errors import DoorstepError

if TYPE_CHECKING:
    import distributed

F = TypeVar("F")
Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
Made = tuple[tuple[str, str], ...]  # what answers depend on, and of which version it is
INLINE_TASKS = 2  # so few are not worth starting a process for
SCHEMES = {"dask": "tcp", "dask+tls": "tls"}  # of DOORSTEP_COMPUTE, and what Dask calls them
SETTING = "DOORSTEP_COMPUTE names a scheduler, as in dask://10.0.0.5:8786, or dask+tls:// with certificates"
JOIN_SECONDS = 5  # for the scheduler to answer
PATIENCE_SECONDS = 15  # for a result, before we ask whether anybody is left to give it
_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss: bytes on macOS, KiB elsewhere


class WorkerLost(DoorstepError):
    """A worker process ended without an answer: killed, as a rule, for want of memory."""

    code = "worker_lost"

    def __init__(self) -> None:
        super().__init__("a worker process was ended from outside, perhaps for want of memory; try fewer --workers")


class ClusterRefused(DoorstepError):
    """The cluster cannot be worked with: it is not reached, has no workers, or they would answer otherwise."""

    code = "cluster_refused"


class ClusterLost(DoorstepError):
    """The cluster went away, or gave a task up, while it was worked with."""

    code = "cluster_lost"


def chosen_map(workers: int | None = None, setting: str = "") -> AbstractContextManager[Map]:
    """Give the map that `setting`, the value of DOORSTEP_COMPUTE, names; local processes where it is empty.

    Who says how many `workers` wants them here: that is local, too.
    """
    return dask_map(setting) if setting and workers is None else local_map(workers)


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
        begin = partial(pool[0].submit, partial(_weighed, function))
        try:
            yield from _in_order(begin, _weighed_result, Future.cancel, chain(first, rest), 2 * count)
        except BrokenProcessPool as error:
            raise WorkerLost from error

    try:
        yield spread
    finally:
        for one in pool:
            _end(one)


@contextmanager
def thread_map(workers: int) -> Iterator[Map]:
    """Yield a map over threads of this process, for tasks that are compiled loops from beginning to end.

    They let go of the interpreter, so that threads do as much as processes; nothing is started or copied for them.
    """
    with ThreadPoolExecutor(workers, "doorstep-kernel") as pool:
        yield pool.map


def _in_order(
    begin: Callable[[Any], F],
    result: Callable[[F], Any],
    drop: Callable[[F], object],
    tasks: Iterable[Any],
    ahead: int,
) -> Iterator[Any]:
    """Begin tasks, so many ahead of the one whose result is waited for; left early, drop what was begun."""
    waiting: deque[F] = deque()
    try:
        for task in tasks:
            waiting.append(begin(task))
            if len(waiting) > ahead:
                yield result(waiting.popleft())
        while waiting:
            yield result(waiting.popleft())
    finally:
        for future in waiting:
            drop(future)


def _weighed_result(future: Future[tuple[int, int, Any]]) -> Any:
    return _peaks.note(future.result())


def _start(workers: int) -> ProcessPoolExecutor:
    # Workers start clean: nothing of the parent's threads and open files is copied into them.
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    return ProcessPoolExecutor(workers, multiprocessing.get_context(method), initializer=_settle_in)


def _end(pool: ProcessPoolExecutor) -> None:
    """End the workers at once: on leaving early nobody waits for what they are at, and else they are idle."""
    for process in list((pool._processes or {}).values()):
        process.terminate()
    # Waited for: left to Python's own exit, the pool's thread closes at times the very pipe that exit still writes to.
    pool.shutdown(cancel_futures=True)
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


@contextmanager
def dask_map(setting: str) -> Iterator[Map]:
    """Yield a map over the workers of the Dask scheduler that `setting` names, as in `dask://10.0.0.5:8786`.

    It gives what `local_map` gives and works as far ahead. Tasks of a worker that is lost are done by another: what a
    task carries stays with the scheduler until it is done. (Scattered, it would lie with one worker and be lost with
    it.) ClusterRefused says why it cannot begin, ClusterLost why it cannot go on.
    """
    client = _join(setting)
    try:
        yield _Cluster(client, setting).spread
    finally:
        client.close(timeout=1)


class _Cluster:
    """Tasks begun on the workers of a scheduler, and their results."""

    def __init__(self, client: distributed.Client, setting: str) -> None:
        self.client = client
        self.setting = setting
        self.made = made_of()
        self._refuse_others()

    def spread(self, function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
        rest = iter(tasks)
        first = list(islice(rest, INLINE_TASKS + 1))
        if len(first) <= INLINE_TASKS:
            yield from map(function, first)
            return
        ahead = 2 * self._threads()
        yield from _in_order(partial(self._begin, function), self._result, _drop, chain(first, rest), ahead)

    def _refuse_others(self) -> None:
        with self._lost_is_told():
            if not self._threads():
                raise ClusterRefused(f"{self.setting} has no workers: start some with dask worker")
            found = self.client.run(_made_alike, self.made, on_error="return")
        for worker, said in sorted(found.items()):
            if isinstance(said, ClusterRefused):
                raise said
            if isinstance(said, Exception):
                raise ClusterRefused(f"the worker {worker} cannot load this version of Doorstep: {said}")

    def _begin(self, function: Callable[[Any], Any], task: Any) -> distributed.Future[Any]:
        with self._lost_is_told():
            return self.client.submit(_checked, self.made, function, task, pure=False)

    def _result(self, future: distributed.Future[Any]) -> Any:
        from distributed import KilledWorker

        with self._lost_is_told():
            self._wait(future)
        if future.status != "error":
            with self._lost_is_told():
                return future.result()
        try:
            return future.result()  # raises what the task raised
        except KilledWorker as error:
            raise ClusterLost("workers ended one after another at the same task, perhaps for want of memory") from error

    def _wait(self, future: distributed.Future[Any]) -> None:
        """Wait until it is done; not for ever, where nobody is left to do it and nobody comes."""
        import distributed

        left = True
        while not future.done():
            try:
                distributed.wait([future], timeout=PATIENCE_SECONDS)
            except TimeoutError as error:
                if not left and not self._threads():
                    raise ClusterLost(f"{self.setting} has no workers left") from error
                left = self._threads() > 0

    def _threads(self) -> int:
        return sum(self.client.nthreads().values())

    @contextmanager
    def _lost_is_told(self) -> Iterator[None]:
        from distributed.client import ClosedClientError

        try:
            yield
        except (CancelledError, ClosedClientError, OSError) as error:
            raise ClusterLost(f"the scheduler of {self.setting} is gone, and with it what it was at") from error


def _drop(future: distributed.Future[Any]) -> None:
    future.release()  # the scheduler forgets it; one that a worker is at runs out, and nobody waits for it


def _join(setting: str) -> distributed.Client:
    place = urlsplit(setting)
    try:
        known = place.scheme in SCHEMES and place.hostname and place.port and not place.path
    except ValueError:  # no number for a port
        known = False
    if not known:
        raise ClusterRefused(f"{setting!r} not understood: {SETTING}")
    try:
        import dask
        import distributed
    except ImportError as error:
        raise ClusterRefused('a Dask cluster needs the package distributed: pip install "doorstep[dask]"') from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said in one sentence, by ClusterLost
    # A task is as large as it is, and is sent once; Dask would have it scattered.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", distributed.versions.VersionMismatchWarning)  # we look ourselves, and refuse
        try:
            scheduler = f"{SCHEMES[place.scheme]}://{place.netloc}"
            return distributed.Client(scheduler, timeout=JOIN_SECONDS, name="doorstep")
        except (OSError, ImportError) as error:  # TimeoutError is an OSError
            raise ClusterRefused(f"no scheduler answers at {setting}: {error}") from error


@cache
def made_of() -> Made:
    """Give what an answer depends on beside its task: two processes alike in this give the same, to the bit."""
    sources = sha256()
    for folder in ("domain", "kernels"):
        for file in sorted(Path(doorstep.__file__).with_name(folder).rglob("*.py")):
            sources.update(file.read_bytes())
    python = ".".join(map(str, sys.version_info[:2]))
    packages = ((name, version(name)) for name in ("numpy", "numba", "scipy"))
    return (("Python", python), ("Doorstep", doorstep.__version__), *packages, ("kernels", sources.hexdigest()[:12]))


def _made_alike(wanted: Made) -> None:
    """Refuse work that this worker would do otherwise than whoever asks."""
    for (name, here), (_, there) in zip(made_of(), wanted, strict=True):
        if here != there:
            raise ClusterRefused(f"a worker on {platform.node()} has {name} {here}, and this process {there}")


def _checked(wanted: Made, function: Callable[[Any], Any], task: Any) -> Any:
    _made_alike(wanted)  # again with each task: workers come while work goes on
    return function(task)
