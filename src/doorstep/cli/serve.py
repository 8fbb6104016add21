"""`doorstep serve`: the tower and the API, for one machine or behind a balancer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doorstep.cli.record import Once, Port, has_tables, set_up
from doorstep.cli.serving import BACKLOG, GRACE_SECONDS, PORT, THREADS, Wish, serve_tower

Host = Annotated[str, typer.Option(metavar="H", help="Which address to listen on; others than this machine need TLS.")]
Socket = Annotated[
    Path | None, typer.Option("--socket", metavar="PATH", help="Listen at a Unix socket, in place of host and port.")
]
Workers = Annotated[
    int | None,
    typer.Option(
        envvar="DOORSTEP_WORKERS", metavar="N", min=1, max=256, help="Processes; one for each core, 4 at most."
    ),
]
Threads = Annotated[
    int, typer.Option(envvar="DOORSTEP_THREADS", metavar="N", min=1, max=256, help="Threads of each process.")
]
Backlog = Annotated[
    int, typer.Option(envvar="DOORSTEP_BACKLOG", metavar="N", min=128, max=65_535, help="How many callers may wait.")
]
Grace = Annotated[
    int,
    typer.Option(envvar="DOORSTEP_GRACE", metavar="S", min=1, max=1_800, help="Seconds for requests to end at a stop."),
]


def serve(
    port: Port = PORT,
    host: Host = "127.0.0.1",
    socket: Socket = None,
    workers: Workers = None,
    threads: Threads = THREADS,
    backlog: Backlog = BACKLOG,
    grace: Grace = GRACE_SECONDS,
    once: Once = False,
) -> None:
    """Serve the tower and the API until Ctrl-C or SIGTERM; SIGHUP replaces the processes without a refused request.

    \b
    Example:
      doorstep serve --port 8000
    """
    set_up()
    has_tables()
    serve_tower(Wish(host, port, socket, workers, threads, backlog, grace), once)
