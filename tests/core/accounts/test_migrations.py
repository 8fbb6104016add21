"""What is in the record stays when the accounts' tables gain their second factor and looks, and when they lose them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

FIRST, SECOND = ("accounts", "0001_initial"), ("accounts", "0002_second_factor_and_look")


@pytest.mark.django_db(transaction=True)
def test_people_and_brands_outlive_the_migration_in_both_directions() -> None:
    if not MigrationExecutor(connection).loader.applied_migrations:
        pytest.skip("the tables were made without migrations")
    before = MigrationExecutor(connection)
    newest = [node for node in before.loader.graph.leaf_nodes() if node[0] != "axes"]
    try:
        old = before.migrate([FIRST]).apps
        operator = old.get_model("accounts", "Operator").objects.create(code="north", name="North")
        user = old.get_model("accounts", "User").objects.create(email="a@b.example", operator=operator, role="planner")
        forward = MigrationExecutor(connection)
        new = forward.migrate([SECOND]).apps
        kept = new.get_model("accounts", "User").objects.get(pk=user.pk)
        assert (kept.email, kept.totp_secret, kept.first_password) == ("a@b.example", "", False)
        MigrationExecutor(connection).migrate([FIRST])
        assert old.get_model("accounts", "User").objects.get(pk=user.pk).email == "a@b.example"
        old.get_model("accounts", "User").objects.all().delete()
        old.get_model("accounts", "Operator").objects.all().delete()
    finally:
        MigrationExecutor(connection).migrate(newest)
