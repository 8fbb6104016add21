"""`doorstep demo-tower`: the demonstration brand in a fresh record, and beside it all that an order needs to travel."""

from __future__ import annotations

import logging
import os
import re
import secrets
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer

from doorstep.cli import record
from doorstep.cli.children import PATIENCE_SECONDS, child, free_port
from doorstep.cli.dated import as_of
from doorstep.cli.options import BrandFolder, Seed
from doorstep.cli.record import Once, Port
from doorstep.cli.serving import PORT, Wish, serve_tower
from doorstep.cli.terminal import err, out
from doorstep.cli.worker import new_worker
from doorstep.domain.rights import Scope
from doorstep.sandbox import HOOK_VARIABLE, KEY_VARIABLE

DEMO_EMAIL = "demo@example.com"
FILE = "demonstration.sqlite3"
MAILS, LOGS, SANDBOX, DATED = "mails", "logs", "sandbox", "brand-of-yesterday"


def demo_tower(folder: BrandFolder, port: Port = PORT, once: Once = False, seed: Seed = 0) -> None:
    """Load a brand folder into a fresh record on this machine, plan its orders, and serve the tower.

    The orders are taken as if the last of them had come in yesterday, so that there is something to do today. Beside
    the tower runs a pretend carrier, and in this process the worker, so that a parcel can be packed, labelled, sent and
    followed; they end with it. The record goes into DOORSTEP_HOME (default: demo); a former demonstration there is
    replaced. A real one is not touched: DOORSTEP_DATABASE must not be set.

    \b
    Example:
      doorstep demo-tower demo/brand
    """
    if os.environ.get("DOORSTEP_DATABASE"):
        raise typer.BadParameter("DOORSTEP_DATABASE is set; the demonstration keeps to a file of its own")
    home = record.home()
    _clear(home)
    found = free_port(port)
    if found != port:
        err.print(f"port {port} is taken; the tower will be at {found}")
    os.environ["DOORSTEP_DATABASE"] = f"sqlite:///{(home / FILE).absolute()}"
    os.environ.setdefault("DOORSTEP_PUBLIC_ADDRESS", f"http://localhost:{found}")
    os.environ[KEY_VARIABLE] = secrets.token_hex(24)
    os.environ[HOOK_VARIABLE] = "whsec_" + b64encode(secrets.token_bytes(24)).decode()
    with ExitStack() as ending:
        place = str(home / SANDBOX)
        carrier = ending.enter_context(
            child(["sandbox", "--port", "0", "--folder", place], home / LOGS / "sandbox.log", {})
        )
        record.migrate()
        scope, password = _filled(as_of(folder, home / DATED, datetime.now(UTC).date()), seed)
        url = _listening(carrier, home)
        _joined(scope, url, found)

        def there() -> None:
            if not once:  # it would end before it has begun
                ending.enter_context(_working(home))
            _say(scope, password, url, home)

        os.environ.setdefault("DOORSTEP_LOG_LEVEL", "warning")  # what it says is for the person before it
        serve_tower(Wish(port=found), once, there)


@contextmanager
def _working(home: Path) -> Iterator[None]:
    """Have the worker in this process, which has nothing to do but wait for the server."""
    logging.basicConfig(
        filename=home / LOGS / "worker.log", level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    one = new_worker(1, {"DOORSTEP_MAIL_FOLDER": str((home / MAILS).absolute())})
    thread = threading.Thread(target=one.run, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        one.stop.set()
        thread.join(PATIENCE_SECONDS)


def _clear(home: Path) -> None:
    """Forget the former demonstration: its record, what its carrier has sold, its mails."""
    files = [home / FILE, home / SANDBOX / "sandbox.sqlite3"]
    for file in files:
        for end in ("", "-wal", "-shm", "-journal"):
            file.with_name(file.name + end).unlink(missing_ok=True)
    for mail in (home / MAILS).glob("*.eml"):
        mail.unlink()


def _filled(folder: Path, seed: int) -> tuple[Scope, str]:
    loaded = record.load_folder(folder, "operator")
    scope = Scope(record.operator_id("operator"), frozenset({loaded.brand_id}), "operator_admin", "system")
    record.say_day(record.plan(scope, loaded.brand_id, seed, leaving_from=datetime.now(UTC)))
    password = secrets.token_urlsafe(9)
    from doorstep.core.accounts import actions

    actions.add_user(DEMO_EMAIL, "Demonstration", password, "operator_admin", scope.operator)
    return scope, password


def _listening(carrier: subprocess.Popen[str], home: Path) -> str:
    """Where the carrier listens, as it says itself."""
    assert carrier.stdout is not None
    for line in carrier.stdout:
        if found := re.search(r"http://[\w.]+:\d+", line):
            return found[0]
    err.print(f"the sandbox carrier did not start; {home / LOGS / 'sandbox.log'} says why")
    raise typer.Exit(1)


def _joined(scope: Scope, url: str, port: int) -> None:
    """Have the carrier known to the record, and the record to the carrier."""
    import httpx

    from doorstep.flows.carriers import register_sandbox

    accounts = register_sandbox(scope, url)
    if accounts:
        hook = f"http://localhost:{port}/hooks/carriers/{accounts[0].pk}"
        key = {"Authorization": f"Bearer {os.environ[KEY_VARIABLE]}"}
        httpx.post(f"{url}/hook", json={"url": hook}, headers=key, timeout=10).raise_for_status()


def _say(scope: Scope, password: str, url: str, home: Path) -> None:
    from doorstep.core.orders.queries import list_orders
    from doorstep.flows.track_page import tracking_url

    planned = list_orders(scope, state="planned", limit=1).rows
    out.print(f"log in as {DEMO_EMAIL} with the password {password}", highlight=False)
    if planned:
        told = f"a shopper follows order {planned[0].order} at {tracking_url(planned[0].pk)}"
        out.print(told, soft_wrap=True, highlight=False)
    out.print(f"mails to shoppers go into {home / MAILS}, complaints of the worker into {home / LOGS}", highlight=False)
    told = f"the sandbox carrier is at {url}; parcels handed over make a step each time you say"
    out.print(told, soft_wrap=True, highlight=False)
    advance = f"curl -X POST -H 'Authorization: Bearer {os.environ[KEY_VARIABLE]}' -d '{{}}' {url}/advance"
    out.print(f"  {advance}", soft_wrap=True, highlight=False, markup=False)
