"""What people see in a terminal: progress, notices, faults."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.segment import Segment, Segments
from rich.table import Table
from rich.text import Text

from doorstep.domain.errors import DoorstepError, InputRefused, InvalidProblem

out = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)

EXIT_FAILED, EXIT_REFUSED, EXIT_SOME_UNPLANNED = 1, 2, 3


class Bars:
    """Progress bars, one a stage, drawn on standard error when that is a terminal."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report progress, as kernels do."""
        if stage not in self.tasks:
            self.tasks[stage] = self.progress.add_task(stage, total=total)
        self.progress.update(self.tasks[stage], completed=done, total=total, refresh=True)


@contextmanager
def bars(shown: bool = True) -> Iterator[Bars]:
    """Yield a progress callback. It draws only when told, so no thread of its own runs beside the work."""
    drawn = shown and sys.stderr.isatty() and not err.is_dumb_terminal
    columns = (TextColumn("{task.description:>12}"), BarColumn(), TextColumn("{task.completed:,.0f}/{task.total:,.0f}"))
    with Progress(*columns, TimeElapsedColumn(), console=err, auto_refresh=False, disable=not drawn) as progress:
        yield Bars(progress)


def any_encoding() -> None:
    """Write what a terminal of another encoding cannot show as an escape, in place of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def only_ours() -> None:
    """Keep standard output for what we say: what a library prints by itself, as HiGHS does, goes to the errors."""
    try:
        if sys.stdout.fileno() != 1:
            return
        sys.stdout.flush()
        os.fstat(2)  # closed, there is nowhere to lead it, and a copy of ours would take its place
        ours = os.dup(1)
        os.dup2(2, 1)
    except (OSError, AttributeError, io.UnsupportedOperation):  # closed, or somebody's own
        return
    sys.stdout = os.fdopen(ours, "w", encoding=sys.stdout.encoding, errors="backslashreplace")


def notice(text: str) -> None:
    """Say something beside the result."""
    err.print(Text(text, style="yellow"))


def print_table(table: Table) -> None:
    """Print a table as wide as it is: a cell that is cut off tells nobody anything."""
    wide = max(Measurement.get(out, out.options.update(max_width=1_000), table).maximum, 1)
    if wide <= out.width:
        out.print(table, width=wide, crop=False)
        return
    # A console prints nothing wider than itself, unless it is given line by line.
    for line in out.render_lines(table, out.options.update(width=wide, max_width=wide), pad=False):
        out.print(Segments([*line, Segment.line()]), crop=False)


def print_error(error: DoorstepError) -> int:
    """Say what is wrong, every fault on its line; return the exit code."""
    if isinstance(error, InputRefused):
        for fault in error.faults:
            err.print(str(fault))
        if error.count > len(error.faults):
            err.print(f"... and {error.count - len(error.faults):,} more")
        faults = f"{error.count:,} fault{'s' * (error.count != 1)}"
        err.print(Text.assemble(("refused", "bold red"), f": {faults}; nothing was done"))
        return EXIT_REFUSED
    err.print(Text.assemble((error.code, "bold red"), f": {error}"))
    return EXIT_REFUSED if isinstance(error, InvalidProblem) else EXIT_FAILED
