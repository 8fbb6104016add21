"""Every version that has landed on the main branch can go on with this one: its record is carried over, and works."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from tests.record.elsewhere import Rows, record

LANDINGS = sorted(Path(__file__).with_name("landings").glob("*.zip"))
MOST_AHEAD = 15  # migrations since the newest landing that was kept; a landing brings about ten
# What migrations since made of what was kept: landing -> columns (`orders_order.state`) that need not be as they were,
# each with the reason. Rows and all other columns are.
MADE_ANEW: dict[str, dict[str, str]] = {}


def manifest(file: Path) -> dict[str, Any]:
    with zipfile.ZipFile(file) as there:
        found: dict[str, Any] = json.loads(there.read("manifest.json"))
    return found


def kept_cells(file: Path) -> dict[str, dict[str, list[Any]]]:
    """Column -> its cells by row id, of each table; read from the file alone."""
    found: dict[str, dict[str, list[Any]]] = {}
    with zipfile.ZipFile(file) as there:
        for table in manifest(file)["tables"]:
            rows = [json.loads(line) for line in there.read(f"tables/{table['name']}.jsonl").splitlines()]
            found[table["name"]] = {name: [row[n] for row in rows] for n, name in enumerate(table["columns"])}
    return found


def now_cells(rows: Rows) -> dict[str, dict[str, list[Any]]]:
    return {
        table: {name: [row[n] for row in there["rows"]] for n, name in enumerate(there["columns"])}
        for table, there in rows.items()
    }


def plain(cells: list[Any]) -> list[Any]:
    """Instants, days and bytes as a backup writes them."""
    from doorstep.core.backup.lines import _plain

    return [json.loads(json.dumps(one, default=_plain)) for one in cells]


@pytest.mark.parametrize("landing", LANDINGS, ids=lambda one: one.stem)
@pytest.mark.usefixtures("django_db_setup")
def test_what_was_kept_at_a_landing_is_carried_over_and_works(landing: Path, tmp_path: Path) -> None:
    free = MADE_ANEW.get(landing.stem, {})
    with record(tmp_path / "record", str(connection.vendor)) as made:
        made.doorstep("restore", landing)
        now = now_cells(made.rows())
        for table, columns in kept_cells(landing).items():
            for column, cells in columns.items():
                if f"{table}.{column}" not in free:
                    assert column in now.get(table, {}), f"{table}.{column} is gone, and nobody says why"
                    assert plain(now[table][column]) == cells, f"{table}.{column}"
        made.do("work")


def test_the_newest_landing_that_was_kept_is_not_far_behind() -> None:
    kept = manifest(LANDINGS[-1])["migrations"]
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    since = [f"{app}.{name}" for app, name in known if app in kept and name not in kept[app]]
    assert len(since) <= MOST_AHEAD, f"say make landing; migrations since: {', '.join(sorted(since))}"


def test_what_is_made_anew_is_of_a_landing_that_is_kept() -> None:
    there = {one.stem: kept_cells(one) for one in LANDINGS}
    for landing, columns in MADE_ANEW.items():
        for place in columns:
            table, column = place.split(".")
            assert column in there[landing][table], place
