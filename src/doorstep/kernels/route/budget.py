"""How long a search goes on: slices of iterations, by a count of them or by whoever watches the clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorstep.kernels.run import Run, endless

SLICES = 48
"""So often an annealed search is asked how it stands, and cut anew."""
FIRST = 2_000
"""Iterations of the first slice where nobody knows yet how fast they are."""


@dataclass(frozen=True, slots=True)
class Slice:
    """So many iterations, while the share of the budget that is used goes from `since` to `until`."""

    iterations: int
    since: float
    until: float


def slices(run: Run, usual: int) -> Iterator[Slice]:
    """Cut a run into slices. It ends by `run.iterations` or, with none given, when `run.spent` says so.

    With neither, it ends after `usual` iterations. With iterations given, `spent` still ends it early.
    """
    if run.iterations is None and run.spent is not endless:
        yield from _by_clock(run)
        return
    total = usual if run.iterations is None else run.iterations
    done = 0
    while done < total and run.spent() < 1.0:
        more = min(max(1, total // SLICES), total - done)
        yield Slice(more, done / total, (done + more) / total)
        done += more


def _by_clock(run: Run) -> Iterator[Slice]:
    iterations, share = FIRST, run.spent()
    step = 1.0 / (4 * SLICES)  # a guess, mended after the first slice
    while share < 1.0:
        yield Slice(iterations, share, min(1.0, share + step))
        now = run.spent()
        step = (1.0 - now) / max(1, round((1.0 - now) * SLICES))
        pace = max(now - share, 1e-6) / iterations
        iterations = max(FIRST // 4, min(int(step / pace), 8 * iterations))
        share = now
