"""The worker: tells the subscribers what has happened, does the chores whose turn it is, and the jobs that wait.

Any number of them, on any number of machines, share the record. Each says every few seconds that it is there and keeps
what it has in its hands; what a dead one held is free for the others when its lease has run out.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.db import close_old_connections, connection

from doorstep.core.jobs import actions as jobs
from doorstep.core.jobs import turns, workers
from doorstep.core.jobs.actions import Taken
from doorstep.domain.errors import said
from doorstep.flows.chores import Rota
from doorstep.flows.jobs import KINDS, do
from doorstep.flows.relay import hand_over

log = logging.getLogger("doorstep.worker")
BEAT_S = 5.0  # several of them in a lease
POLL_S = 0.2  # how soon it sees what is new, and that it should end
AWAY_S = 1.0  # how long it leaves a database alone that does not answer
THREADS = 4
SAME_CLOCK, WRONG_CLOCK = timedelta(seconds=1), timedelta(seconds=5)
Clock = Callable[[], datetime]


def worker_name() -> str:
    """Tell this worker from all others, those before it under the same number included."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(3)}"


class RecordClock:
    """The time by the clock of the database, which all workers share; that of this machine may be wrong."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._ahead = clock, timedelta(0)

    def __call__(self) -> datetime:
        return self._clock() + self._ahead

    def set(self) -> None:
        """Look what time it is there."""
        ahead = workers.database_ahead(lambda: datetime.now(UTC)) or timedelta(0)
        if abs(ahead) > WRONG_CLOCK and abs(self._ahead) <= WRONG_CLOCK:
            log.warning("the clock of this machine is %.1f s behind that of the database", ahead.total_seconds())
        self._ahead = ahead if abs(ahead) > SAME_CLOCK else timedelta(0)


class Worker:
    """One worker process. `stop` may be set from anywhere; what is begun is ended first."""

    def __init__(self, rota: Rota, name: str, clock: RecordClock, threads: int = THREADS) -> None:
        self.stop = threading.Event()
        self._listed = threading.Event()
        self._rota, self._name, self._clock = rota, name, clock
        self._threads = threads if connection.vendor == "postgresql" else 1  # SQLite has one writer
        self._entered, self._jobs_first = False, False
        self._in_hand: dict[str | int, Future[None]] = {}  # names of chores, row ids of jobs

    def run(self) -> None:
        """Work until stopped. A database that is away is waited for."""
        beats = threading.Thread(target=self._beat, name="beat", daemon=True)
        beats.start()
        self._listed.wait(BEAT_S)  # whoever holds work can be found among the workers
        with ThreadPoolExecutor(self._threads, thread_name_prefix="work") as pool:
            while not self.stop.is_set():
                self.stop.wait(self._look(pool))
        beats.join()
        self._say_good_bye()

    def once(self) -> None:
        """Do what is due, and what comes of it, in this thread."""
        self._clock.set()
        self._rota.turn(self._clock())
        while True:
            told, taken = hand_over(self._clock()), self._take(1)
            for job in taken:
                self._do_job(job)
            if not told and not taken:
                return

    def _look(self, pool: ThreadPoolExecutor) -> float:
        """Look for work; returns how long to wait before looking again."""
        try:
            close_old_connections()
            if not self._entered:
                self._clock.set()
                self._rota.enter(self._clock())
                self._entered = True
            told = hand_over(self._clock())
            begun = self._begin(pool)
        except Exception:
            log.exception("the record is out of reach")
            return AWAY_S
        return 0.0 if told or begun else POLL_S

    def _begin(self, pool: ThreadPoolExecutor) -> int:
        """Give free threads something to do. Chores never have them all, or jobs would wait while one is due."""
        self._in_hand = {key: future for key, future in self._in_hand.items() if not future.done()}
        if self._threads == 1:
            self._jobs_first = not self._jobs_first
            first, second = (self._begin_jobs, self._begin_chores)[:: 1 if self._jobs_first else -1]
            return first(pool) or second(pool)
        return self._begin_chores(pool) + self._begin_jobs(pool)

    def _begin_chores(self, pool: ThreadPoolExecutor) -> int:
        at_it = sum(isinstance(one, str) for one in self._in_hand)
        free = min(self._threads - len(self._in_hand), max(1, self._threads - 1) - at_it)
        names = [one for one in self._rota.due(self._clock()) if one not in self._in_hand][: max(free, 0)]
        for name in names:
            self._in_hand[name] = pool.submit(self._do_chore, name)
        return len(names)

    def _begin_jobs(self, pool: ThreadPoolExecutor) -> int:
        taken = self._take(self._threads - len(self._in_hand))
        for job in taken:
            self._in_hand[job.pk] = pool.submit(self._do_job, job)
        return len(taken)

    def _take(self, most: int) -> tuple[Taken, ...]:
        return jobs.take(self._name, self._clock(), KINDS, most=most) if most > 0 else ()

    def _do_chore(self, name: str) -> None:
        close_old_connections()
        try:
            self._rota.do(name, self._clock())
        except Exception:
            log.exception("the turn of %s is left to others", name)
        finally:
            close_old_connections()

    def _do_job(self, job: Taken) -> None:
        close_old_connections()
        try:
            try:
                do(job, self._clock())
            except Exception as error:
                log.exception("job %d, %s, failed", job.pk, job.kind)
                jobs.fail(job, self._clock(), said(error))
            else:
                jobs.finish(job)
        except Exception:
            log.exception("job %d, %s, is left to others", job.pk, job.kind)
        finally:
            close_old_connections()

    def _beat(self) -> None:
        """Say that this worker is there until all that it is at has ended."""
        host = socket.gethostname()[:100]
        while not self.stop.is_set() or any(not one.done() for one in list(self._in_hand.values())):
            try:
                close_old_connections()
                self._clock.set()
                now, keys = self._clock(), list(self._in_hand)
                workers.beat(self._name, host, now)
                jobs.renew(self._name, [one for one in keys if isinstance(one, int)], now)
                turns.renew(self._name, [one for one in keys if isinstance(one, str)], now)
            except Exception:
                log.exception("no sign of life can be given")
            self._listed.set()
            _wait(self.stop, BEAT_S)
        connection.close()

    def _say_good_bye(self) -> None:
        try:
            workers.leave(self._name, self._clock())
        except Exception:
            log.exception("no good-bye can be said")


def _wait(stop: threading.Event, seconds: float) -> None:
    """Wait; once asked to stop, look often, so that the end is not waited for."""
    if stop.is_set():
        time.sleep(POLL_S)
    else:
        stop.wait(seconds)
