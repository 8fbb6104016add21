"""`doorstep worker`: the process that does what nobody asks for."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.record import has_tables, set_up
from doorstep.cli.terminal import notice

if TYPE_CHECKING:
    from doorstep.server.worker import Worker

Threads = Annotated[int, typer.Option("--threads", min=1, max=64, help="How much it does at once; on SQLite one.")]


def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what is due, and end.")] = False, threads: Threads = 4
) -> None:
    """Do what nobody waits for, until stopped; any number may run at once, on any number of machines.

    It tells subscribers what has happened, does the chores whose turn it is, and the jobs of the queue. What a killed
    one was at, another takes up within half a minute. Messages go out by DOORSTEP_SMTP_HOST (with _PORT, _TLS, _USER,
    _PASSWORD and DOORSTEP_MAIL_FROM), or as files into DOORSTEP_MAIL_FOLDER.

    \b
    Example:
      doorstep worker
    """
    set_up()
    one = new_worker(threads)
    if once:
        one.once()
        return

    def stop(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        one.stop.set()  # what is being done is finished first, so that no message is left in doubt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    one.run()


def new_worker(threads: int, environment: Mapping[str, str] | None = None) -> Worker:
    """Make a worker of this process. Raises BadParameter for settings that cannot be."""
    from doorstep.flows.chores import Rota, chores, notifier_of
    from doorstep.server.clock import instant
    from doorstep.server.worker import RecordClock, Worker, worker_name

    try:
        notifier = notifier_of(environment or os.environ)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    has_tables()
    if notifier is None:
        notice("no mail server is set: messages wait; see DOORSTEP_SMTP_HOST and DOORSTEP_MAIL_FOLDER")
    name, clock = worker_name(), RecordClock(instant)
    return Worker(Rota(chores(notifier, clock), name, clock), name, clock, threads)
