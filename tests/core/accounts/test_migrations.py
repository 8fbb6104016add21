"""What is in the record stays when the accounts' tables gain their second factor and looks, and when they lose them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

FIRST, SECOND = ("accounts", "0001_initial"), ("accounts", "0002_second_factor_and_look")


@contextmanager
def nothing_there() -> Iterator[None]:
    """An empty database behind the connection, of the same engine: no other app has to be taken back for this one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA empty")
            cursor.execute("SET search_path TO empty")
            try:
                yield
            finally:
                cursor.execute("SET search_path TO DEFAULT")
                cursor.execute("DROP SCHEMA empty CASCADE")
        return
    kept, name = connection.connection, connection.settings_dict["NAME"]
    connection.connection, connection.settings_dict["NAME"] = None, ":memory:"
    try:
        connection.connect()
        yield
        connection.connection.close()
    finally:
        connection.connection, connection.settings_dict["NAME"] = kept, name


@pytest.mark.django_db(transaction=True)
def test_people_and_brands_outlive_the_migration_in_both_directions() -> None:
    if not MigrationExecutor(connection).loader.applied_migrations:
        pytest.skip("the tables were made without migrations")
    with nothing_there():
        assert connection.introspection.table_names() == []
        old = MigrationExecutor(connection).migrate([FIRST]).apps
        operator = old.get_model("accounts", "Operator").objects.create(code="north", name="North")
        user = old.get_model("accounts", "User").objects.create(email="a@b.example", operator=operator, role="planner")
        new = MigrationExecutor(connection).migrate([SECOND]).apps
        kept = new.get_model("accounts", "User").objects.get(pk=user.pk)
        assert (kept.email, kept.totp_secret, kept.first_password) == ("a@b.example", "", False)
        MigrationExecutor(connection).migrate([FIRST])
        assert old.get_model("accounts", "User").objects.get(pk=user.pk).email == "a@b.example"
    assert "accounts_user" in connection.introspection.table_names()
