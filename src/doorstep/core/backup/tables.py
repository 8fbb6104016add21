"""The tables of the record as they were at some migration, and which migrations are in force."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import TopologicalSorter

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

Names = dict[str, list[str]]  # app -> migrations
Node = tuple[str, str]


def labels() -> list[str]:
    """Our apps, which have all that is kept; sessions and throttled logins are of today, and end with it."""
    return sorted(one.label for one in apps.get_app_configs() if one.name.startswith("doorstep."))


def in_force() -> Names:
    """Migrations of our apps that this database has, in the order of their names."""
    applied = MigrationLoader(connection).applied_migrations
    ours = set(labels())
    found: Names = {}
    for app, name in sorted(applied):
        if app in ours:
            found.setdefault(app, []).append(name)
    return found


def unknown(names: Names) -> list[str]:
    """Of these migrations, those that this version does not have."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return [f"{app}.{name}" for app, found in names.items() for name in found if (app, name) not in known]


def newest(names: Names) -> list[Node]:
    """Of these migrations, those that no other of them builds upon within its app."""
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    nodes = {(app, name) for app, found in names.items() for name in found}
    built_upon = {
        node
        for node in nodes
        for child in graph.node_map[node].children
        if child.key in nodes and child.key[0] == node[0]
    }
    return sorted(nodes - built_upon)


def models_at(names: Names) -> list[type[Model]]:
    """Our models as these migrations leave them, each after those that it refers to."""
    state = MigrationExecutor(connection).loader.project_state(newest(names))
    there = state.apps.get_models(include_auto_created=True)
    found = {model._meta.label: model for model in there if model._meta.app_label in names}
    before = {label: _before(found[label]) for label in sorted(found)}
    return [found[label] for label in TopologicalSorter(before).static_order()]


def _before(model: type[Model]) -> Iterable[str]:
    """What it refers to; a row that refers to another of its own table may stand before that."""
    referred = {one.related_model._meta.label for one in model._meta.concrete_fields if one.is_relation}  # type: ignore[union-attr]
    return sorted(referred - {model._meta.label})


def own_tables() -> list[str]:
    """Tables that are there and are ours, as the migrations in force made them; of others nothing is touched."""
    made = {model._meta.db_table for model in models_at(in_force())} if in_force() else set()
    return sorted(set(connection.introspection.table_names()) & made)


def all_tables() -> list[str]:
    """Tables that are there and are ours or those of the apps we build upon."""
    there = set(connection.introspection.table_names())
    of_django = {"django_migrations", *connection.introspection.django_table_names()}
    return sorted(there & (of_django | set(own_tables())))


def has_rows() -> bool:
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table in own_tables():
            cursor.execute(f"SELECT 1 FROM {quoted(table)} LIMIT 1")
            if cursor.fetchone():
                return True
    return False
