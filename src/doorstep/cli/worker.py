"""`doorstep worker`: the process that does what nobody asks for."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from doorstep.cli.record import _record
from doorstep.cli.terminal import notice

LONGEST_SLEEP_S = 5.0


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

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        notifier = notifier_of()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if notifier is None:
        notice("no mail server is set: messages wait; see DOORSTEP_SMTP_HOST and DOORSTEP_MAIL_FOLDER")
    rota = Rota(chores(notifier))
    while True:  # a signal ends it: between chores, or by rolling back what was begun
        close_old_connections()
        wait_s = rota.turn(datetime.now(UTC))
        if once:
            return
        time.sleep(max(0.1, min(wait_s, LONGEST_SLEEP_S)))
