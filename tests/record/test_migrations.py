"""Every migration of every app goes back and forward again on a record that is in use; what stays is as it was.

From the newest to the oldest: each is taken back, and put in force again, with all its rows there. At the end nothing
is left, and everything is made anew from the first migration on. Django makes its classes of all models anew for each
step; here the three steps of a migration share those of the state before it, which is most of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from tests.core.stock.ledger import assert_moves_add_up
from tests.record.full_house import empty_tables, fill
from tests.record.packed import house

from doorstep.core.orders.models import Order
from doorstep.domain.journey import ORDER_STATES

Rows = dict[str, list[dict[str, object]]]  # table -> its rows, by their columns
SAID_OTHERWISE = {  # columns in which a migration, taken back, must say something with fewer words, and what it says
    ("orders", "0002_travel"): ("orders_order", "state", {"part_shipped": "shipped"}),
    ("returns", "0004_on_the_way_back"): ("returns_return", "state", {"on_its_way": "asked"}),
}


@pytest.mark.django_db
def test_no_migration_is_said_to_say_otherwise_that_is_not_there() -> None:
    assert SAID_OTHERWISE.keys() <= {(one.app_label, one.name) for one in ours()}


@pytest.mark.django_db(transaction=True)
def test_every_migration_goes_back_and_forward_on_a_record_in_use(tmp_path: Path) -> None:
    if not MigrationExecutor(connection).loader.applied_migrations:
        pytest.skip("the tables were made without migrations")
    with house(tmp_path) as at:
        fill(at, tmp_path)
    assert empty_tables() == []
    assert set(Order.objects.filter(brand=at.brand).values_list("state", flat=True)) == set(ORDER_STATES)
    assert_moves_add_up()
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    whole = schema()
    try:
        there = rows()
        before = states()
        for migration in reversed(ours()):
            there = _back_and_forward(migration, before.pop((migration.app_label, migration.name)), there)
        assert tables() == []
    finally:
        MigrationExecutor(connection).migrate(newest)
    assert schema() == whole
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def _back_and_forward(migration: Migration, state: ProjectState, before: Rows) -> Rows:
    """Of the rows that are there, gives those that stay; `state` is that before the migration."""
    name = (migration.app_label, migration.name)
    shape = {} if migration.initial else schema(migration.app_label)
    executor = MigrationExecutor(connection)
    _assert_last(migration, executor)
    _ = state.apps  # made here, once for all three
    executor.unapply_migration(state, migration)
    after = rows()
    assert after.keys() <= before.keys(), name
    assert after == shared(said(before, name), after), name
    if migration.initial:  # its tables went with all that was in them
        return after
    executor.apply_migration(state.clone(), migration)
    assert schema(migration.app_label) == shape, name
    assert shared(rows(), after) == after, name
    executor.unapply_migration(state, migration)
    assert rows() == after, name
    return after


def labels() -> tuple[str, ...]:
    return tuple(app.label for app in apps.get_app_configs() if app.name.startswith("doorstep."))


def ours() -> list[Migration]:
    """All migrations of ours, each after those that it needs."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    return [migration for migration, _ in plan if migration.app_label in labels()]


def states() -> dict[tuple[str, str], ProjectState]:
    """What Django knows of all models before each migration of ours."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    found: dict[tuple[str, str], ProjectState] = {}
    state = ProjectState(real_apps=executor.loader.unmigrated_apps)
    for migration, _ in plan:
        if migration.app_label in labels():
            found[migration.app_label, migration.name] = state.clone()
        state = migration.mutate_state(state, preserve=False)
    return found


def _assert_last(migration: Migration, executor: MigrationExecutor) -> None:
    """To take back this one is to take back no other: those that need it are gone already."""
    before = [name for app, name in migration.dependencies if app == migration.app_label]
    plan = executor.migration_plan([(migration.app_label, before[0] if before else None)])
    assert [(one.app_label, one.name) for one, _ in plan] == [(migration.app_label, migration.name)]


def tables(label: str = "") -> list[str]:
    starts = tuple(f"{one}_" for one in ((label,) if label else labels()))
    return sorted(name for name in connection.introspection.table_names() if name.startswith(starts))


def rows() -> Rows:
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [one[0] for one in cursor.description]
            found[table] = [dict(zip(columns, row, strict=True)) for row in _plain(cursor.fetchall())]
            found[table].sort(key=itemgetter("id" if "id" in columns else columns[0]))  # its own, or its owner's
    return found


def _plain(rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        if memoryview in map(type, row):
            yield tuple(bytes(one) if isinstance(one, memoryview) else one for one in row)
        else:
            yield row


def said(found: Rows, name: tuple[str, str]) -> Rows:
    table, column, words = SAID_OTHERWISE.get(name, ("", "", {}))
    if not table:
        return found
    assert {str(row[column]) for row in found[table]} >= words.keys()
    changed = [row | {column: words.get(str(row[column]), row[column])} for row in found[table]]
    return found | {table: changed}


def shared(found: Rows, other: Rows) -> Rows:
    """Of what was found, the tables and columns that the other has, too."""
    return {
        table: [{column: row[column] for column in rows_there[0]} for row in found[table]] if rows_there else []
        for table, rows_there in other.items()
    }


def schema(label: str = "") -> dict[str, object]:
    """Columns, keys, indexes and rules of the tables, without the order in which they came about."""
    asked = connection.introspection
    with connection.cursor() as cursor:
        return {
            table: (
                sorted(repr(one[:7]) for one in asked.get_table_description(cursor, table)),
                sorted(repr(sorted(one.items())) for one in asked.get_constraints(cursor, table).values()),
            )
            for table in tables(label)
        }
