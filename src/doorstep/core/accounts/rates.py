"""How often a key may ask, counted for all processes of a server together.

Each key has one number: when it will have earned all it has used (the generic cell rate algorithm: a token bucket that
fills itself). The processes of a server keep the numbers in one file, eight bytes a key; a row in the database would
cost every request a write. Without a file the process counts alone.
"""

from __future__ import annotations

import math
import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from django.conf import settings

from doorstep.domain.rate import Rate

with suppress(ImportError):  # where there is none, one process serves
    import fcntl

NUMBER = struct.Struct("d")
_lock = Lock()
_alone: dict[int, float] = {}
_files: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a key's rate after this request."""

    rate: Rate
    left: int
    wait_s: float  # until the next request is answered; 0: this one is
    full_in_s: float  # until nothing is used any more


def take(key_id: int, rate: Rate, tick: float) -> Quota:
    """Count one request at `tick`, in seconds that only go forward; one that has to wait is not counted."""
    with _lock:  # the lock of the file is one of processes, and not of threads
        if settings.RATE_FILE is None:
            found = _counted(_alone.get(key_id, 0.0), rate, tick)
            _alone[key_id] = tick + found.full_in_s
            return found
        return _take_together(_file(settings.RATE_FILE), key_id, rate, tick)


def forget() -> None:
    _alone.clear()


def _counted(earned_at: float, rate: Rate, tick: float) -> Quota:
    each_s = 1 / rate.per_s
    used_s = max(earned_at - tick, 0.0)
    wait_s = used_s + each_s - rate.burst * each_s
    if wait_s > each_s * 1e-6:
        return Quota(rate, 0, wait_s, used_s)
    left = math.floor(rate.burst - (used_s + each_s) * rate.per_s + 1e-6)
    return Quota(rate, max(left, 0), 0.0, used_s + each_s)


def _take_together(file: int, key_id: int, rate: Rate, tick: float) -> Quota:
    place = key_id * NUMBER.size
    fcntl.lockf(file, fcntl.LOCK_EX, NUMBER.size, place)
    try:
        kept = os.pread(file, NUMBER.size, place)
        found = _counted(NUMBER.unpack(kept)[0] if len(kept) == NUMBER.size else 0.0, rate, tick)
        os.pwrite(file, NUMBER.pack(tick + found.full_in_s), place)
    finally:
        fcntl.lockf(file, fcntl.LOCK_UN, NUMBER.size, place)
    return found


def _file(path: str) -> int:
    """Open it once: closing any handle of a file gives up all its locks."""
    if path not in _files:
        _files[path] = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    return _files[path]
