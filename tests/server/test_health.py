"""What balancers and Prometheus ask for: by any name, without TLS, and told nothing else."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client, override_settings

from doorstep.server import health

pytestmark = pytest.mark.django_db
LATER = "INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', '9999_later', '2026-01-01')"


def test_it_lives_without_a_database(django_assert_num_queries: pytest.FixtureRequest) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        answer = Client().get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


@override_settings(ALLOWED_HOSTS=["shop.example"], SECURE_SSL_REDIRECT=True)
@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_a_balancer_asks_by_its_own_name_and_is_not_sent_elsewhere(path: str) -> None:
    client = Client(headers={"Host": "10.0.0.7:8000"})
    assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405
    assert client.get("/login").status_code in (301, 400)  # all others go by name and TLS


def test_it_is_not_ready_while_a_migration_is_missing() -> None:
    assert Client().get("/health/ready").json() == {"status": "ready"}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'accounts' AND name LIKE '0007%'")
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "unready", "reason": "migrations_missing"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_newer_migrations_than_the_programs_are_no_fault() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', '9999_later', '2026-01-01')"
        )
    assert health.unready() == ""


def test_it_is_not_ready_while_nothing_can_be_written() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no read-only transactions; root may write any file")
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        assert health.unready() == "database_read_only"


def test_metrics_are_for_this_machine_or_for_who_knows_the_token() -> None:
    def status(**headers: str) -> int:
        return (
            Client(headers={name.replace("_", "-"): text for name, text in headers.items()}).get("/metrics").status_code
        )

    assert status() == 200
    assert status(X_Forwarded_For="127.0.0.1") == 401
    assert Client(REMOTE_ADDR="203.0.113.9").get("/metrics").status_code == 401
    with override_settings(METRICS_TOKEN="a token of some length"):
        assert status() == 401
        assert status(Authorization="Bearer a token of another length") == 401
        assert status(Authorization="Bearer a token of some length", X_Forwarded_For="203.0.113.9") == 200
    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        assert status() == 401
