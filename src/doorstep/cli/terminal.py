"""What people see in a terminal: progress, faults, figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from doorstep.domain.errors import DoorstepError, InputRefused

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

EXIT_FAILED, EXIT_REFUSED, EXIT_SOME_UNPLANNED = 1, 2, 3
FAULTS_SHOWN = 1_000


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
    columns = (TextColumn("{task.description:>12}"), BarColumn(), TextColumn("{task.completed:,.0f}/{task.total:,.0f}"))
    with Progress(
        *columns, TimeElapsedColumn(), console=err, auto_refresh=False, disable=not shown or not err.is_terminal
    ) as progress:
        yield Bars(progress)


def print_error(error: DoorstepError) -> int:
    """Say what is wrong, every fault on its line; return the exit code."""
    if isinstance(error, InputRefused):
        for fault in error.faults[:FAULTS_SHOWN]:
            err.print(str(fault), markup=False, soft_wrap=True)
        if error.count > len(error.faults):
            err.print(f"... and {error.count - len(error.faults):,} more")
        err.print(f"[bold red]refused[/]: {error.count:,} fault{'s' * (error.count != 1)}; nothing was done")
        return EXIT_REFUSED
    err.print(f"[bold red]{error.code}[/]:", end=" ")
    err.print(str(error), markup=False, soft_wrap=True)
    return EXIT_FAILED
