"""Distances and durations that were asked for once, kept in one file, so that an engine is asked for the others alone.

A row of the file holds all that is known from one place: targets, metres, seconds. So a thousand stops are a thousand
rows and not a million, and a new stop adds a little to each. The version of the data is part of the key: new roads,
another profile or another engine never meet an old answer, and what is no longer asked for falls out in time.

SQLite sees to it that what was being written when a process was killed is there whole or not at all; a lock beside the
file, that one process at a time reads or writes it; a check sum over each row, that what a disk has spoilt is noticed.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from doorstep.plugins.maps.base import IntArray

try:
    import fcntl
except ImportError:  # a platform without such locks: SQLite's own have to do
    fcntl = None  # type: ignore[assignment]

FORM = 1  # of the file; one of another form is begun anew
MOST_BYTES = 1 << 30
KEPT_SHARE = 0.8  # of that, once it was reached
BUSY_S = 60.0
MANY = 500  # places of one query
ROW = np.dtype([("target", "<i8"), ("distance", "<i4"), ("duration", "<i4")])
Ways = NDArray[np.void]
Told = Callable[[str], None]
Found = TypeVar("Found")

TABLES = f"""
CREATE TABLE sources (
    id INTEGER PRIMARY KEY, version TEXT NOT NULL, place INTEGER NOT NULL, used INTEGER NOT NULL, size INTEGER NOT NULL,
    UNIQUE (version, place)
);
CREATE TABLE ways (id INTEGER PRIMARY KEY, crc INTEGER NOT NULL, content BLOB NOT NULL);
CREATE INDEX by_use ON sources (used);
PRAGMA user_version = {FORM};
"""


# What says nothing of the file's content: busy, no right to write, no room.
NOT_THE_FILE = frozenset(
    getattr(sqlite3, f"SQLITE_{name}")
    for name in ("BUSY", "LOCKED", "READONLY", "IOERR", "FULL", "CANTOPEN", "PERM", "NOMEM")
)


class Damaged(Exception):
    """The file is not what was written."""


def untold(_text: str) -> None:
    """Tell nobody."""


class Store:
    """One file. Whatever is wrong with it costs the answers in it and nothing else: it is told, and begun anew."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES, told: Told = untold) -> None:
        self.path = path
        self._most_bytes = most_bytes
        self._told = told
        self._off = False  # it cannot be used at all, which was told

    def ways_from(self, version: str, places: IntArray) -> dict[int, Ways]:
        """All that is known from these places, targets ascending; and note that it was used."""
        return self._within(lambda rows: _read(rows, version, places.tolist()), {})

    def add(self, version: str, fresh: Mapping[int, Ways]) -> None:
        """Keep what was learned, beside what another process has learned meanwhile."""
        self._within(lambda rows: _write(rows, version, fresh, self._most_bytes), None)

    def size(self) -> int:
        """Bytes of answers that are kept."""
        return self._within(_size, 0)

    def _within(self, do: Callable[[sqlite3.Connection], Found], without: Found) -> Found:
        """Do it in one transaction; what does not work is told and costs what was kept."""
        if self._off:
            return without
        try:
            with self._locked():
                try:
                    return self._once(do)
                except (Damaged, sqlite3.DatabaseError, ValueError, TypeError, OverflowError) as error:
                    if getattr(error, "sqlite_errorcode", 0) & 0xFF in NOT_THE_FILE:
                        raise
                    self._told(f"{self.path} is damaged ({error}); what was kept is asked for again")
                    self._begin_anew()
                    return self._once(do)
        except (OSError, sqlite3.DatabaseError, Damaged) as error:
            self._off = True
            self._told(f"{self.path} cannot be used ({error}); nothing is kept")
            return without

    def _once(self, do: Callable[[sqlite3.Connection], Found]) -> Found:
        with closing(sqlite3.connect(self.path, BUSY_S, isolation_level=None)) as rows:
            rows.execute("PRAGMA synchronous = NORMAL")
            if _form(rows) != FORM:
                if rows.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    raise Damaged("of another form")
                rows.executescript(TABLES)
            rows.execute("BEGIN IMMEDIATE")
            try:
                found = do(rows)
            except BaseException:
                rows.execute("ROLLBACK")
                raise
            rows.execute("COMMIT")
            return found

    def _begin_anew(self) -> None:
        for ending in ("", "-journal", "-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if fcntl is not None:
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)  # and with it the lock; also when the process is killed


def ways_of(targets: IntArray, distances: IntArray, durations: IntArray) -> Ways:
    """Put columns together, targets ascending."""
    ways = np.empty(len(targets), ROW)
    ways["target"], ways["distance"], ways["duration"] = targets, distances, durations
    return ways[np.argsort(ways["target"], kind="stable")]


def _form(rows: sqlite3.Connection) -> int:
    return int(rows.execute("PRAGMA user_version").fetchone()[0])


def _sum(version: str, place: int, content: bytes) -> int:
    """A check sum that also says to whom the content belongs."""
    return zlib.crc32(content, zlib.crc32(f"{version}\n{place}\n".encode()))


def _known(rows: sqlite3.Connection, version: str, places: Iterable[int]) -> Iterator[tuple[int, int, Ways]]:
    """Id, place and content of those that there are. Raises Damaged."""
    asked = list(places)
    for start in range(0, len(asked), MANY):
        part = asked[start : start + MANY]
        query = (
            "SELECT s.id, s.place, w.crc, w.content FROM sources s LEFT JOIN ways w ON w.id = s.id"
            f" WHERE s.version = ? AND s.place IN ({','.join('?' * len(part))})"
        )
        for number, place, crc, content in rows.execute(query, (version, *part)).fetchall():
            if not isinstance(content, bytes) or len(content) % ROW.itemsize or crc != _sum(version, place, content):
                raise Damaged("a check sum is wrong")
            yield number, place, np.frombuffer(content, ROW)


def _next_use(rows: sqlite3.Connection) -> int:
    return int(rows.execute("SELECT coalesce(max(used), 0) + 1 FROM sources").fetchone()[0])


def _read(rows: sqlite3.Connection, version: str, places: list[int]) -> dict[int, Ways]:
    found, used, seen = {}, _next_use(rows), []
    for number, place, ways in _known(rows, version, places):
        found[place] = ways
        seen.append((used, number))
    rows.executemany("UPDATE sources SET used = ? WHERE id = ?", seen)
    return found


def _write(rows: sqlite3.Connection, version: str, fresh: Mapping[int, Ways], most_bytes: int) -> None:
    used = _next_use(rows)
    before = {place: (number, ways) for number, place, ways in _known(rows, version, fresh)}
    for place, ways in fresh.items():
        if place in before:
            number, known = before[place]
            content = _joined(known, ways).tobytes()
            rows.execute("UPDATE sources SET used = ?, size = ? WHERE id = ?", (used, len(content), number))
            rows.execute(
                "UPDATE ways SET crc = ?, content = ? WHERE id = ?", (_sum(version, place, content), content, number)
            )
        else:
            content = ways.tobytes()
            made = rows.execute(
                "INSERT INTO sources (version, place, used, size) VALUES (?, ?, ?, ?)",
                (version, place, used, len(content)),
            )
            rows.execute("INSERT INTO ways VALUES (?, ?, ?)", (made.lastrowid, _sum(version, place, content), content))
    _make_room(rows, most_bytes)


def _joined(known: Ways, fresh: Ways) -> Ways:
    """Both, the known one of a target that is in both."""
    new = fresh[~np.isin(fresh["target"], known["target"])]
    both = np.concatenate((known, new))
    return both[np.argsort(both["target"], kind="stable")]


def _size(rows: sqlite3.Connection) -> int:
    return int(rows.execute("SELECT coalesce(sum(size), 0) FROM sources").fetchone()[0])


def _make_room(rows: sqlite3.Connection, most_bytes: int) -> None:
    """Give up those that were used longest ago; their pages are written again by what comes."""
    over = _size(rows) - most_bytes
    if over <= 0:
        return
    over += int((1 - KEPT_SHARE) * most_bytes)
    gone = []
    for number, size in rows.execute("SELECT id, size FROM sources ORDER BY used, id"):
        if over <= 0:
            break
        gone.append((number,))
        over -= size
    rows.executemany("DELETE FROM sources WHERE id = ?", gone)
    rows.executemany("DELETE FROM ways WHERE id = ?", gone)
