"""What a kernel works with when a person waits: bars, processes, and a word before the first compilation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from doorstep.cli.first_run import NOTICE, must_compile
from doorstep.cli.terminal import bars, notice

if TYPE_CHECKING:
    from doorstep.kernels.run import Run


@contextmanager
def at_work(workers: int | None, shown: bool, seed: int = 0) -> Iterator[Run]:
    """Give a run; the kernel must be loaded before, or nobody can say whether it is compiled."""
    from doorstep.compute import local_map
    from doorstep.kernels.run import Run

    if must_compile():
        notice(NOTICE)
    with bars(shown) as progress, local_map(workers) as spread:
        yield Run(seed=seed, progress=progress, map=spread)
