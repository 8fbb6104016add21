"""Write the record into a file, as it is at one moment, while others go on writing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.models import Model

from doorstep import __version__
from doorstep.core.backup import engines, lines, tables
from doorstep.core.backup.archive import BackupRefused, Manifest, Table, Writing, writing

Progress = Callable[[str, int, int], None]


def back_up(path: Path, *, now: datetime, progress: Progress, force: bool = False) -> Manifest:
    """Write all rows of all our tables; the record may be of an older version, but not of a newer one.

    Raises BackupRefused; then the file is as it was before, or not there.
    """
    with writing(path, force) as out, engines.held_still():
        names = tables.in_force()
        if not names:
            raise BackupRefused("the record has no tables yet: there is nothing to back up")
        if newer := tables.unknown(names):
            raise BackupRefused(
                f"a newer version of Doorstep wrote the record (it has {newer[0]}); back it up with that"
            )
        kept = _put_all(out, tables.models_at(names), progress)
        manifest = Manifest(__version__, now, connection.vendor, names, kept)
        out.put_manifest(manifest)
    return manifest


def _put_all(out: Writing, models: list[type[Model]], progress: Progress) -> tuple[Table, ...]:
    kept = []
    for done, model in enumerate(models):
        progress("backing up", done, len(models))
        kept.append(_put(out, model))
    progress("backing up", len(models), len(models))
    return tuple(kept)


def _put(out: Writing, model: type[Model]) -> Table:
    name = model._meta.db_table
    digest = out.put_rows(name, lines.told(model))
    given = engines.last_id(model)  # asked after the rows: of those that took the next one, none can be above it
    last = None if given is None else max(given, engines.highest_id(model))
    return Table(name, model._meta.label, lines.columns(model), digest.rows, digest.sha256, last)
