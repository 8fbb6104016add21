"""One line that says how a search stands: what the best rounds cost, what they leave, and how long it has taken."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rich.live import Live
from rich.text import Text

from doorstep.cli.terminal import err, notice

LEAST_S = 0.2  # between two drawings


class SearchLine:
    """Drawn only when told, so no thread of its own runs beside the search."""

    def __init__(self, live: Live | None, seconds: float) -> None:
        self.live = live
        self.seconds = seconds
        self.best = "searching"
        self.age_s = 0.0
        self.drawn_s = -LEAST_S

    def better(self, told: str) -> None:
        """Take notice of better rounds."""
        self.best = told
        self.draw()

    def at(self, age_s: float) -> None:
        """Take notice of the time."""
        self.age_s = age_s
        if age_s - self.drawn_s >= LEAST_S:
            self.draw()

    def notice(self, text: str) -> None:
        notice(text)

    def ending(self) -> None:
        err.print("ending the search: the best rounds are written; Ctrl-C again stops at once")

    def draw(self) -> None:
        self.drawn_s = self.age_s
        if self.live is not None:
            self.live.update(Text(self.text), refresh=True)

    @property
    def text(self) -> str:
        return f"{self.best}, {self.age_s:.0f} of {self.seconds:g} s"


@contextmanager
def search_line(seconds: float, shown: bool) -> Iterator[SearchLine]:
    """Yield a line on standard error, drawn when that is a terminal; it vanishes when the search is over."""
    drawn = shown and sys.stderr.isatty() and not err.is_dumb_terminal
    live = Live(console=err, auto_refresh=False, transient=True)
    with live if drawn else nullcontext():
        yield SearchLine(live if drawn else None, seconds)
