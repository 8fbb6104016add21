"""How long this process has been running, which began before a line of ours did."""

from __future__ import annotations

import os
import time
from functools import cache
from pathlib import Path

_SEEN = time.perf_counter()
_USED = time.process_time()  # by then: where nobody says when a process began, it is at least so old


def age_s() -> float:
    """Seconds since the process was started, its loading included; to a hundredth where the system tells."""
    return _age_when_seen() + time.perf_counter() - _SEEN


@cache
def _age_when_seen() -> float:
    """Linux keeps when a process began, in ticks since the machine did."""
    try:
        told = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace")
        began = int(told.rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        seen = time.clock_gettime(time.CLOCK_BOOTTIME) - (time.perf_counter() - _SEEN)
    except (OSError, ValueError, IndexError, AttributeError):
        return _USED
    return max(_USED, seen - began)
