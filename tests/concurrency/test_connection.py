"""A connection outlives its request. PostgreSQL itself says what it was asked, and by whom it was left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from django.db import connection

from doorstep.server.clock import now
from doorstep.server.postgresql.base import SILENCE

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def connected(transactional_db: None) -> Iterator[None]:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    connection.close()  # as a server's first request finds it
    connection.ensure_connection()
    yield
    connection.close()


def process_of() -> int:
    return int(ask("SELECT pg_backend_pid()"))


def ask(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(text)
        return str(cursor.fetchone()[0])


def told_last(process: int) -> str:
    """What a process of the database was asked last, as another connection sees it."""
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [process])
        return str(cursor.fetchone()[0])


def next_request() -> None:
    connection.close_if_unusable_or_obsolete()
    connection.close_if_health_check_failed()


def test_a_server_that_was_heard_just_now_is_not_asked_whether_it_is_there() -> None:
    process = process_of()
    next_request()
    ask("SELECT 'of the first request'")
    next_request()
    assert told_last(process) == "SELECT 'of the first request'"
    connection.heard_at = now() - SILENCE  # type: ignore[attr-defined]
    next_request()
    assert told_last(process) == "SELECT 1"


def test_a_request_after_the_server_has_ended_the_connection_gets_another() -> None:
    process = process_of()
    next_request()
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, %s)", [process, int(1_000 * PATIENCE_S)])
        assert cursor.fetchone()[0]
    next_request()
    assert process_of() != process
