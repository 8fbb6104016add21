"""Being stopped: Ctrl-C, a closed terminal, `kill`. What was begun is cleared away, whichever it is."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

IMPATIENCE_SECONDS = 5.0  # asked again within it: the clearing away is going on
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Stopped(BaseException):
    """Somebody asked us to stop. No Exception, so that nothing on the way takes it for a failure of its own."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.exit_code = 128 + signum


class _Stop:
    def __init__(self) -> None:
        self.asked_at: float | None = None

    def __call__(self, signum: int, _frame: FrameType | None) -> None:
        now = monotonic()
        if self.asked_at is not None and now - self.asked_at < IMPATIENCE_SECONDS:
            return
        self.asked_at = now
        raise Stopped(signum)


def watch() -> None:
    """Turn the signals into Stopped. One that is ignored on purpose (`nohup`) stays ignored."""
    stop = _Stop()
    for one in _SIGNALS:
        if signal.getsignal(one) is not signal.SIG_IGN:
            signal.signal(one, stop)


@contextmanager
def ending_first(told: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C end a search and the second stop all; yields whether the search is to end.

    One that is ignored on purpose stays ignored.
    """
    former = signal.getsignal(signal.SIGINT)
    asked = False

    def ask(signum: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked and callable(former):
            former(signum, frame)
            return
        asked = True
        told()

    if former is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, former)
