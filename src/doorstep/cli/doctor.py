"""`doorstep doctor`: what may be wrong with an installation, and how to mend it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from doorstep.cli.terminal import EXIT_FAILED, out

Json = Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")]
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor(as_json: Json = False) -> None:
    """Look at settings, database, migrations, clock, disk and plug-ins; say what is wrong and how to mend it.

    Exit code 1: something must be mended. What is only doubtful is said, and ends with 0.

    \b
    Example:
      doorstep doctor
    """
    found = _found()
    if as_json:
        print(json.dumps([{"check": name, **told} for name, told in found], indent=2, ensure_ascii=False))
    else:
        out.print(_table(found))
    if any(told["state"] == "fail" for _, told in found):
        raise typer.Exit(EXIT_FAILED)


def _found() -> list[tuple[str, dict[str, str]]]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.server.settings")
    try:
        import django

        django.setup()
    except ValueError as error:
        told = {"state": "fail", "said": str(error), "mend": "set it as docs/guides/server.md says"}
        return [("settings", told)]
    from doorstep.flows.doctor import Surroundings, examined
    from doorstep.server import clock

    home = Path(os.environ.get("DOORSTEP_HOME", "demo"))
    around = Surroundings(clock.now, clock.instant, os.environ, home)
    return [(name, asdict(finding)) for name, finding in examined(around)]


def _table(found: list[tuple[str, dict[str, str]]]) -> Table:
    table = Table("check", "", "what was found", "how to mend it")
    for name, told in found:
        state = told["state"]
        table.add_row(name, Text(state, COLOURS[state]), told["said"], told["mend"])
    return table
