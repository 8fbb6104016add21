"""The command tree, and what a failure looks like."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from doorstep import __version__
from doorstep.cli import carriers, demonstration, folders, record
from doorstep.cli.accounts import accounts
from doorstep.cli.backup import backup, restore
from doorstep.cli.cartons import cartons
from doorstep.cli.commitments import commitments
from doorstep.cli.doctor import doctor as examine
from doorstep.cli.epcis import epcis
from doorstep.cli.importers import importers
from doorstep.cli.insight import insight
from doorstep.cli.network import network
from doorstep.cli.pack import pack
from doorstep.cli.plan import plan
from doorstep.cli.position import position
from doorstep.cli.promise import promise
from doorstep.cli.rate import rate
from doorstep.cli.replan import replan
from doorstep.cli.replay_decision import replay_decision
from doorstep.cli.roads import roads
from doorstep.cli.route import route
from doorstep.cli.rules import rules
from doorstep.cli.serve import serve
from doorstep.cli.shoppers import shopper
from doorstep.cli.simulate import simulate
from doorstep.cli.slots import slots
from doorstep.cli.stopping import Stopped, watch
from doorstep.cli.tariff_importers import layouts
from doorstep.cli.tariffs import tariffs
from doorstep.cli.terminal import EXIT_FAILED, any_encoding, err, only_ours, print_error
from doorstep.cli.worker import worker
from doorstep.domain.errors import DoorstepError

app = typer.Typer(
    name="doorstep",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(plan)
app.command("replay-decision")(replay_decision)
app.command()(pack)
app.command()(cartons)
app.command()(rate)
app.command()(route)
app.command()(replan)
app.command()(slots)
app.command()(simulate)
app.command()(commitments)
app.command()(position)
app.command()(network)
app.command()(folders.check)
app.command()(folders.new)
app.command("demo-brand")(folders.demo_brand)
for command in (record.migrate, record.load, record.learn, record.add_user, record.plan_day):
    app.command(command.__name__.replace("_", "-"))(command)
app.command()(serve)
app.command("doctor")(examine)
app.command("demo-tower")(demonstration.demo_tower)
app.command()(carriers.sandbox)
app.command("add-carrier")(carriers.add_carrier)
app.command()(worker)
app.command()(epcis)
app.command()(backup)
app.command()(restore)
app.add_typer(importers, name="import")
app.add_typer(promise, name="promise")
app.add_typer(insight, name="insight")
tariffs.add_typer(layouts, name="import")
app.add_typer(tariffs, name="tariffs")
app.add_typer(rules, name="rules")
app.add_typer(roads, name="roads")
app.add_typer(shopper, name="shopper")
app.add_typer(accounts, name="accounts")


def _version(asked: bool) -> None:
    if asked:
        print(f"doorstep {__version__}")
        raise typer.Exit


@app.callback()
def doorstep(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The last mile of an online shop: a date it can keep, at the lowest cost, and the reason why.

    \b
    Examples:
      doorstep demo-brand demo --orders 2000
      doorstep check demo
      doorstep plan demo --out plan
    """


def run() -> None:
    """Entry point of the `doorstep` script."""
    any_encoding()
    if "--json" in sys.argv:
        only_ours()
    watch()
    try:
        app(prog_name="doorstep")
    except DoorstepError as error:
        sys.exit(print_error(error))
    except Stopped as stopped:
        err.print("stopped; nothing half-written is left behind")
        sys.exit(stopped.exit_code)
    except MemoryError:
        err.print("out of memory; plan fewer orders at a time with --from and --to, or with fewer --workers")
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    run()
