"""`doorstep worker`: the process that does what nobody asks for."""

from __future__ import annotations

import signal
import time
from types import FrameType
from typing import Annotated

import typer

from doorstep.cli.record import _record, has_tables
from doorstep.cli.terminal import notice

LONGEST_SLEEP_S = 0.5  # how soon it notices that it should end


class _Asked:
    """Asked to end: the chore that is being done is finished first, so that no message is left in doubt."""

    def __init__(self) -> None:
        self.to_end = False

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        del signum, frame
        self.to_end = True


def worker(once: Annotated[bool, typer.Option("--once", help="Do what is due, and end.")] = False) -> None:
    """Send messages and watch over promises until stopped; several may run at once.

    Messages go out by DOORSTEP_SMTP_HOST (with _PORT, _TLS, _USER, _PASSWORD and DOORSTEP_MAIL_FROM), or as files into
    DOORSTEP_MAIL_FOLDER.

    \b
    Example:
      doorstep worker
    """
    _record()
    from django.db import close_old_connections

    from doorstep.flows.chores import Rota, chores, notifier_of
    from doorstep.server.clock import instant

    try:
        notifier = notifier_of()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    has_tables()
    if notifier is None:
        notice("no mail server is set: messages wait; see DOORSTEP_SMTP_HOST and DOORSTEP_MAIL_FOLDER")
    rota = Rota(chores(notifier, instant))
    asked = _Asked()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, asked)
    while not asked.to_end:
        close_old_connections()
        rota.turn(instant())
        if once:
            return
        time.sleep(LONGEST_SLEEP_S)
