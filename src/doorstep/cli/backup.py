"""`doorstep backup` and `doorstep restore`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from doorstep.cli.record import has_tables, set_up
from doorstep.cli.terminal import bars, out

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup, a zip; say .zip, or what you like.")]
Replace = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]
ReplaceAll = Annotated[bool, typer.Option("--force", help="Replace all that the record has.")]


def backup(file: File, force: Replace = False) -> None:
    """Write the whole record into one file, as it is at one moment; servers and workers go on meanwhile.

    The file is the same whichever database the record is in, and can be restored into either. It holds addresses and
    what passwords are checked by: keep it as you keep the database. DOORSTEP_SECRET_KEY is not in it.

    \b
    Example:
      doorstep backup monday.zip

    Exit codes: 0 written, 1 not, and nothing was changed.
    """
    set_up()
    has_tables()
    from doorstep.core.backup.back_up import back_up

    with bars() as progress:
        kept = back_up(file, now=datetime.now(UTC), progress=progress, force=force)
    out.print(f"{file}: {kept.rows:,} rows of {len(kept.tables)} tables")


def restore(file: File, force: ReplaceAll = False) -> None:
    """Make the record what it was when the backup was written; of an older version, bring it up to this one.

    Stop servers and workers first. Every row is compared with what was written; should anything fail, the record stays
    what it is. Who was logged in logs in anew.

    \b
    Examples:
      doorstep restore monday.zip
      DOORSTEP_DATABASE=postgresql://doorstep@db/doorstep doorstep restore monday.zip

    Exit codes: 0 restored, 1 not, and nothing was changed.
    """
    set_up()
    from doorstep.core.backup.restore import restore as put_back

    with bars() as progress:
        kept = put_back(file, progress=progress, force=force)
    written = kept.created_at.strftime("%Y-%m-%d %H:%M UTC")
    out.print(f"{kept.rows:,} rows of {len(kept.tables)} tables restored, as they were at {written}")
