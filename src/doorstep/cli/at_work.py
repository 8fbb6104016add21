"""What a kernel works with when a person waits: bars, processes, and a word before the first compilation."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from doorstep.cli.first_run import NOTICE, must_compile
from doorstep.cli.terminal import bars, notice

if TYPE_CHECKING:
    from doorstep.compute import Map
    from doorstep.kernels.run import Run


def spread_over(workers: int | None) -> AbstractContextManager[Map]:
    """Give the map of a command: so many processes here, or else what DOORSTEP_COMPUTE names."""
    from doorstep.compute import chosen_map

    return chosen_map(workers, os.environ.get("DOORSTEP_COMPUTE", ""))


@contextmanager
def at_work(workers: int | None, shown: bool, seed: int = 0) -> Iterator[Run]:
    """Give a run; the kernel must be loaded before, or nobody can say whether it is compiled."""
    from doorstep.kernels.run import Run

    if must_compile():
        notice(NOTICE)
    with bars(shown) as progress, spread_over(workers) as spread:
        yield Run(seed=seed, progress=progress, map=spread)
