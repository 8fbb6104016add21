"""`doorstep sandbox`: a pretend carrier as a server of its own; `doorstep add-carrier`: how the record reaches one."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from doorstep.cli.record import OperatorCode, has_tables, operator_id, set_up
from doorstep.cli.terminal import EXIT_FAILED, err, out
from doorstep.domain.rights import Scope
from doorstep.sandbox import HOOK_VARIABLE, KEY_VARIABLE

PORT = 8400


def sandbox(
    port: Annotated[
        int, typer.Option(metavar="P", min=0, max=65_535, help="Where to listen; 0: any free port.")
    ] = PORT,
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Where it remembers what it has sold.")] = Path(
        "demo/sandbox"
    ),
    seed: Annotated[int, typer.Option(metavar="N", help="Fixes what becomes of each shipment.")] = 0,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Sell another label each time, as some carriers do.")
    ] = False,
) -> None:
    """Serve a pretend carrier on this machine until Ctrl-C: labels, manifests, scans by signed webhook.

    The key that opens it is DOORSTEP_SANDBOX_KEY, the secret of its webhooks DOORSTEP_SANDBOX_HOOK_SECRET; what is not
    set is made and printed.

    \b
    Example:
      doorstep sandbox --port 8400 --folder demo/sandbox
    """
    from doorstep.sandbox.carrier import Sandbox
    from doorstep.sandbox.server import SandboxServer

    key, hook = _secret(KEY_VARIABLE, ""), _secret(HOOK_VARIABLE, "whsec_")
    carrier = Sandbox(folder, key=key, secret=hook, now=lambda: datetime.now(UTC), seed=seed, keys=not without_keys)
    try:
        server = SandboxServer(("127.0.0.1", port), carrier)
    except OSError as why:
        carrier.store.close()
        err.print(f"the carrier cannot listen at port {port}: {why.strerror}; choose another with --port")
        raise typer.Exit(EXIT_FAILED) from None
    out.print(f"the sandbox carrier is at {server.url}")
    out.print("stop it with Ctrl-C")
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        server.server_close()


def add_carrier(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A short name of your own: small letters and digits.")],
    carrier: Annotated[str, typer.Option(metavar="NAME", help="The carrier, as the services name it.")],
    plugin: Annotated[str, typer.Option(metavar="PLUGIN", help="`sandbox`, `offline`, or one that was installed.")],
    url: Annotated[str, typer.Option(metavar="URL", help="Where its API is.")] = "",
    key_variable: Annotated[str, typer.Option(metavar="NAME", help="The variable that holds the API key.")] = "",
    hook_variable: Annotated[str, typer.Option(metavar="NAME", help="And that with the secret of its webhooks.")] = "",
    company_prefix: Annotated[
        str, typer.Option(metavar="DIGITS", help="The operator's prefix of GS1, under which SSCCs are given out.")
    ] = "",
    operator: OperatorCode = "operator",
) -> None:
    """Add the operator's account with a carrier, or set it anew. Secrets stay in the environment.

    \b
    Example:
      doorstep add-carrier post --carrier Postbird --plugin sandbox --url http://127.0.0.1:8400
    """
    set_up()
    has_tables()
    from doorstep.core.accounts.queries import brand_ids
    from doorstep.core.parcels.carriers import carriers_of, set_company_prefix
    from doorstep.flows import carriers

    found = operator_id(operator)
    scope = Scope(found, frozenset(brand_ids(found).values()), "operator_admin", "system")
    said = {"base_url": url, "key_variable": key_variable, "hook_variable": hook_variable}
    row = carriers.add_carrier(scope, code, carrier, plugin, now=datetime.now(UTC), **said)
    if company_prefix:
        set_company_prefix(scope.operator, company_prefix)
    named = carriers_of(scope)
    if named and carrier not in named:  # added all the same: its tariffs may be loaded later
        err.print(f"no tariff names {carrier}; they name {', '.join(named)}")
    out.print(f"{carrier} is reached by {plugin}; it sends its scans to /hooks/carriers/{row.pk}", highlight=False)


def _secret(variable: str, before: str) -> str:
    """What the environment says; else a new one, told, so that it can be said to the record, too."""
    known = os.environ.get(variable)
    if known:
        return known
    made = before + secrets.token_hex(24)
    out.print(f"{variable}={made}", soft_wrap=True, highlight=False)
    return made
