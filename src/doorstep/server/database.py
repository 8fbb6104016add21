"""Which database: PostgreSQL where the truth is kept, SQLite for the demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

CONNECT_S = 5  # a server that does not answer is not waited for longer: requests are, and whoever asks if we live
SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536"


def database(url: str, home: Path) -> dict[str, Any]:
    """Read `postgresql://user:password@host:port/name`; empty: SQLite in the home folder."""
    if not url:
        return sqlite(home / "doorstep.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("DOORSTEP_DATABASE begins with postgresql:// or sqlite://")
    return {
        "ENGINE": "doorstep.server.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {"connect_timeout": CONNECT_S, "keepalives_idle": 30, "tcp_user_timeout": 30_000},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def sqlite(file: Path) -> dict[str, Any]:
    """One writer at a time; writers wait their turn instead of failing half way (IMMEDIATE)."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": SQLITE_PRAGMAS},
    }
