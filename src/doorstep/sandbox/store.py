"""What the pretend carrier remembers: a small SQLite file, so that a key stays known when the server starts anew."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS labels (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, asked TEXT NOT NULL, label TEXT NOT NULL UNIQUE,
    tracking TEXT NOT NULL UNIQUE, routing TEXT NOT NULL, scenario TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'sold' CHECK (state IN ('sold', 'void', 'handed_over')), step INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS manifests (key TEXT PRIMARY KEY, manifest TEXT NOT NULL, labels INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS scans (
    id INTEGER PRIMARY KEY, tracking TEXT NOT NULL, status TEXT NOT NULL, at TEXT NOT NULL, place TEXT NOT NULL,
    reason TEXT NOT NULL, expected_by TEXT, sent INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """One connection for all threads, one of them at a time: a pretend carrier need not be fast, only never wrong."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = RLock()
        self._rows = sqlite3.connect(folder / "sandbox.sqlite3", check_same_thread=False, isolation_level=None)
        self._rows.row_factory = sqlite3.Row
        self._rows.executescript(TABLES)

    def close(self) -> None:
        self._rows.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._rows.execute("BEGIN IMMEDIATE")
            try:
                yield self._rows
            except BaseException:
                self._rows.execute("ROLLBACK")
                raise
            self._rows.execute("COMMIT")

    def _read(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._rows.execute(query, values).fetchall()

    def first_of(self, key: str) -> sqlite3.Row | None:
        """What was sold first for a key that does not hold anything back."""
        found = self._read("SELECT * FROM labels WHERE key GLOB ? ORDER BY id LIMIT 1", f"{key}.*")
        return found[0] if found else None

    def sell(
        self, key: str, asked: Mapping[str, Any], routing: str, scenario: str, state: str = "sold"
    ) -> tuple[sqlite3.Row, bool]:
        """The label of the key, sold now if it was not; and whether it asks for the same as before."""
        written = json.dumps(asked, sort_keys=True)
        with self._writing() as rows:
            rows.execute(
                "INSERT OR IGNORE INTO labels (key, asked, label, tracking, routing, scenario, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    key,
                    written,
                    f"lb_{secrets.token_hex(8)}",
                    f"SB{secrets.randbelow(10**12):012d}",
                    routing,
                    scenario,
                    state,
                ),
            )
            row: sqlite3.Row = rows.execute("SELECT * FROM labels WHERE key = ?", (key,)).fetchone()
        return row, row["asked"] == written

    def label(self, column: str, value: str) -> sqlite3.Row | None:
        assert column in ("key", "label", "tracking")
        return next(iter(self._read(f"SELECT * FROM labels WHERE {column} = ?", value)), None)

    def count_labels(self) -> int:
        return int(self._read("SELECT count(*) AS number FROM labels")[0]["number"])

    def void(self, label: str) -> bool:
        """False: it is under way. One that is void stays so."""
        with self._writing() as rows:
            rows.execute("UPDATE labels SET state = 'void' WHERE label = ? AND state = 'sold'", (label,))
            row = rows.execute("SELECT state FROM labels WHERE label = ?", (label,)).fetchone()
        return bool(row["state"] == "void")

    def set_scenario(self, label: str, scenario: str) -> None:
        with self._writing() as rows:
            rows.execute("UPDATE labels SET scenario = ? WHERE label = ?", (scenario, label))

    def hand_over(self, key: str, labels: list[str]) -> str:
        """Take what is sold into the network, once for a key; gives the carrier's own number of it."""
        with self._writing() as rows:
            known = rows.execute("SELECT manifest FROM manifests WHERE key = ?", (key,)).fetchone()
            if known:
                return str(known["manifest"])
            manifest = f"SM{secrets.token_hex(5).upper()}"
            rows.execute("INSERT INTO manifests VALUES (?, ?, ?)", (key, manifest, len(labels)))
            for label in labels:
                rows.execute("UPDATE labels SET state = 'handed_over' WHERE label = ? AND state = 'sold'", (label,))
        return manifest

    def under_way(self) -> list[sqlite3.Row]:
        return self._read("SELECT * FROM labels WHERE state = 'handed_over' ORDER BY id")

    def add_scan(self, label: sqlite3.Row, at: datetime, told: Mapping[str, str | None]) -> None:
        with self._writing() as rows:
            rows.execute("UPDATE labels SET step = ? WHERE id = ?", (label["step"] + 1, label["id"]))
            rows.execute(
                "INSERT INTO scans (tracking, status, at, place, reason, expected_by) VALUES (?, ?, ?, ?, ?, ?)",
                (label["tracking"], told["status"], at.isoformat(), told["place"], told["reason"], told["expected_by"]),
            )

    def scans(self, tracking: str) -> list[sqlite3.Row]:
        return self._read("SELECT * FROM scans WHERE tracking = ? ORDER BY id", tracking)

    def unsent(self) -> list[sqlite3.Row]:
        return self._read("SELECT * FROM scans WHERE sent = 0 ORDER BY id")

    def mark_sent(self, scans: Iterable[int]) -> None:
        with self._writing() as rows:
            rows.executemany("UPDATE scans SET sent = 1 WHERE id = ?", [(one,) for one in scans])

    def setting(self, name: str) -> str:
        found = self._read("SELECT value FROM settings WHERE name = ?", name)
        return str(found[0]["value"]) if found else ""

    def set(self, name: str, value: str) -> None:
        with self._writing() as rows:
            rows.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def take_fault(self, name: str) -> str:
        """Use up one of the faults that were ordered; empty: there is none left."""
        with self._writing() as rows:
            row = rows.execute("SELECT value FROM settings WHERE name = ?", (f"fault:{name}",)).fetchone()
            times, _, value = (row["value"] if row else "0:").partition(":")
            if int(times) < 1:
                return ""
            rows.execute("UPDATE settings SET value = ? WHERE name = ?", (f"{int(times) - 1}:{value}", f"fault:{name}"))
        return str(value)
