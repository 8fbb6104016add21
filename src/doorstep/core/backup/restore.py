"""Put a backup back: the record becomes what it was, or stays what it is. Nothing in between is ever seen.

The tables are made as they were when the backup was written, filled, read again and compared; then they are brought up
to this version. On PostgreSQL all of it is one transaction; on SQLite a new file, which takes the place of the old one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model

from doorstep.core.backup import engines, lines, tables
from doorstep.core.backup.archive import BackupRefused, Manifest, Reading, Table, reading, sync_folder
from doorstep.core.backup.back_up import Progress
from doorstep.core.backup.dealt import Dealt, deal_no_sscc_twice, deal_none_twice, dealt

IN_USE = "somebody is using the record: stop doorstep serve and doorstep worker first"
NOT_EMPTY = "the record has rows; restore into an empty one, or replace all of it with --force"


def restore(path: Path, *, progress: Progress, force: bool = False) -> Manifest:
    """Restore into an empty record, or in place of whatever there is.

    Raises BackupRefused, before anything is changed: where the file is damaged or from a newer version, the record has
    rows, somebody uses it, or the database does not take or give back a row.
    """
    with reading(path) as kept:
        if newer := tables.unknown(kept.manifest.migrations):
            wrote = kept.manifest.doorstep
            raise BackupRefused(f"{path} was written by a newer version, {wrote} (it has {newer[0]}); upgrade first")
        for done, table in enumerate(kept.manifest.tables):
            progress("checking", done, len(kept.manifest.tables))
            kept.verify(table)
        with _all_or_nothing(kept.manifest, force) as before:
            _fill(kept, progress)
            call_command("migrate", interactive=False, verbosity=0)
            now = tables.models_at(tables.in_force())
            deal_none_twice(_ids(kept.manifest), now)
            deal_none_twice(before.ids, now)
            deal_no_sscc_twice(before.serials)
    return kept.manifest


def _fill(kept: Reading, progress: Progress) -> None:
    manifest = kept.manifest
    executor = MigrationExecutor(connection)
    executor.migrate(tables.newest(manifest.migrations))
    models = tables.models_at(manifest.migrations)
    told = _told_of(kept, models)
    with _loading():
        for done, model in enumerate(models):
            progress("restoring", done, len(models))
            _put_back(kept, model, told[model._meta.db_table])
    progress("restoring", len(models), len(models))
    deal_none_twice(_ids(manifest), models)


def _told_of(kept: Reading, models: list[type[Model]]) -> dict[str, Table]:
    """What the manifest tells of each table. A file that was put together by hand may tell what was never so."""
    told = {table.name: table for table in kept.manifest.tables}
    here = {model._meta.db_table: lines.columns(model) for model in models}
    if here != {name: table.columns for name, table in told.items()}:
        raise BackupRefused(f"{kept.path} is damaged: its tables are not those of the migrations that it names")
    return told


def _put_back(kept: Reading, model: type[Model], table: Table) -> None:
    try:
        engines.pour(model, lines.read(model, kept.lines(table)))
    except (DatabaseError, ValueError) as error:
        raise BackupRefused(f"the database does not take the rows of {table.name}: {_first_line(error)}") from error
    digest = lines.Digest()
    for line in lines.told(model):
        digest.add(line)
    if (digest.rows, digest.sha256) != (table.rows, table.sha256):
        raise BackupRefused(f"the database does not give the rows of {table.name} back as they went in")


def _ids(manifest: Manifest) -> dict[str, int]:
    return {table.name: table.last_id or 0 for table in manifest.tables}


@contextmanager
def _loading() -> Iterator[None]:
    """Look at what rows refer to when all are there."""
    if engines.on_postgresql():
        yield
        return
    with connection.constraint_checks_disabled(), transaction.atomic():
        yield
        try:
            connection.check_constraints()
        except IntegrityError as error:
            raise BackupRefused(f"rows refer to others that are not there: {_first_line(error)}") from error


@contextmanager
def _all_or_nothing(manifest: Manifest, force: bool) -> Iterator[Dealt]:
    """Begin with no tables, or with empty ones that are as the backup's were; what follows happens whole or not.

    Gives what the record that was there had dealt out.
    """
    if not engines.on_postgresql():
        with _new_file(Path(str(connection.settings_dict["NAME"])), manifest, force) as before:
            yield before
        return
    with transaction.atomic():
        before = Dealt()
        if not _to_be_filled_as_it_stands(manifest, force):
            there = tables.all_tables()
            try:
                engines.lock(there)
            except OperationalError as error:  # it was not had in time
                raise BackupRefused(IN_USE) from error
            before = dealt(engines.ask)
            engines.drop(there)
        yield before


def _to_be_filled_as_it_stands(manifest: Manifest, force: bool) -> bool:
    """Whether the tables are there already, and empty: migrations take their time."""
    try:
        rows = tables.has_rows()
        if rows and not force:
            raise BackupRefused(NOT_EMPTY)
        return not rows and tables.in_force() == manifest.migrations
    except DatabaseError as error:
        raise BackupRefused(f"the record cannot be read: {_first_line(error)}") from error


@contextmanager
def _new_file(target: Path, manifest: Manifest, force: bool) -> Iterator[Dealt]:
    """Have all that happens to the record happen to a new file, which then takes the place of the old one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    as_it_stands = target.exists() and _to_be_filled_as_it_stands(manifest, force)
    connection.close()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    aside = Path(name)
    settings: dict[str, Any] = connection.settings_dict
    try:
        with _kept_from_others(target) as old:
            if old and as_it_stands:
                _copy(old, aside)
            before = Dealt() if old is None else dealt(old.execute)
            settings["NAME"] = name
            _say("PRAGMA synchronous=OFF")  # nothing is lost: until it is whole, it is nobody's
            yield before
            _say("PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode=DELETE")
            connection.close()
            _put_in_place(aside, target)
    finally:
        connection.close()
        settings["NAME"] = str(target)
        for left in (aside, aside.with_name(f"{aside.name}-wal"), aside.with_name(f"{aside.name}-shm")):
            left.unlink(missing_ok=True)


@contextmanager
def _kept_from_others(target: Path) -> Iterator[sqlite3.Connection | None]:
    """Refuse where somebody has the record open. Left so, its log would be read into the file that replaces it."""
    if not target.exists():
        yield None
        return
    with closing(sqlite3.connect(target, timeout=0, isolation_level=None)) as old:
        try:
            for one in ("PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=DELETE", "BEGIN EXCLUSIVE", "COMMIT"):
                old.execute(one).fetchone()  # only who alone has it open can do so; from then on nobody else can read
        except sqlite3.OperationalError as error:
            raise BackupRefused(IN_USE) from error
        except sqlite3.DatabaseError as error:
            raise BackupRefused(f"{target} is no database; move it away first") from error
        yield old


def _copy(old: sqlite3.Connection, aside: Path) -> None:
    # By SQLite's own hand: should we open the file ourselves, closing it would give up the lock that keeps others out.
    with closing(sqlite3.connect(aside)) as new:
        old.backup(new)


def _put_in_place(aside: Path, target: Path) -> None:
    if target.exists():
        shutil.copymode(target, aside)
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.replace(target)
    sync_folder(target.parent)


def _say(*statements: str) -> None:
    with connection.cursor() as cursor:
        for one in statements:
            cursor.execute(one)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
