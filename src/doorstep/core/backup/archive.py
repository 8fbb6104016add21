"""The file of a backup: a zip with the rows of each table as JSON lines, and a manifest that says what must be there.

Written beside its name, by its owner alone to be read, and renamed when it is whole and on disk.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from doorstep.core.backup.lines import Digest
from doorstep.domain.errors import DoorstepError

KIND, FORMAT = "doorstep-backup", 1
MANIFEST = "manifest.json"
MOST_MANIFEST_BYTES = 4 << 20
MOST_LINE_BYTES = 256 << 20  # a row is never so large; what claims to be would only fill the memory
_LEVEL = 3  # of zlib: who waits for a backup waits for it, not for the disk
_BROKEN = (  # what a file that is damaged, or something else, makes zipfile and json raise
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
    *(LookupError, ValueError, TypeError, AttributeError),
)


class BackupRefused(DoorstepError):
    """A backup cannot be written there, or not be restored: damaged, of a newer version, or into a record in use."""

    code = "backup_refused"


@dataclass(frozen=True, slots=True)
class Table:
    """What the manifest says of a table."""

    name: str
    model: str  # as in `orders.Order`
    columns: tuple[str, ...]  # in the order of the cells of a line
    rows: int
    sha256: str
    last_id: int | None  # given out so far, that of rows which are gone included; None where ids are those of others


@dataclass(frozen=True, slots=True)
class Manifest:
    doorstep: str  # the version that wrote it
    created_at: datetime
    engine: str  # that it was read from; any can take it
    migrations: dict[str, list[str]]  # app -> all that were in force
    tables: tuple[Table, ...]  # each after those that it refers to

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


class Writing:
    """A backup that is being written."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    def put_rows(self, table: str, lines: Iterable[bytes]) -> Digest:
        digest = Digest()
        with self._file.open(_entry(table), "w", force_zip64=True) as entry, io.BufferedWriter(entry, 1 << 20) as out:
            for line in lines:
                digest.add(line)
                out.write(line)
        return digest

    def put_manifest(self, manifest: Manifest) -> None:
        said = {"kind": KIND, "format": FORMAT, **asdict(manifest), "created_at": manifest.created_at.isoformat()}
        self._file.writestr(MANIFEST, json.dumps(said, indent=1))


@contextmanager
def writing(path: Path, force: bool = False) -> Iterator[Writing]:
    """Yield a backup to write; it takes its name when the block ends well, and vanishes when not."""
    target = path.resolve()
    _refuse_taken(target, force)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)  # 0600
    except OSError as error:
        raise BackupRefused(f"cannot write {path}: {error.strerror}") from error
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as file:
                yield Writing(file)
            out.flush()
            os.fsync(out.fileno())
        _refuse_taken(target, force)
        aside.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise BackupRefused(f"cannot write {path}: {error.strerror or error}; nothing was changed there") from error
    finally:
        aside.unlink(missing_ok=True)


def _refuse_taken(target: Path, force: bool) -> None:
    if target.is_dir():
        raise BackupRefused(f"{target} is a folder; name a file")
    if target.exists() and not force:
        raise BackupRefused(f"{target} exists; name another file, or replace it with --force")


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Reading:
    """A backup that is read. What is damaged is refused, as it is come upon."""

    def __init__(self, path: Path, file: zipfile.ZipFile) -> None:
        self.path = path
        self._file = file
        self.manifest = self._manifest()

    def lines(self, table: Table) -> Iterator[bytes]:
        with self._damage_is_told(), self._file.open(_entry(table.name)) as entry:
            buffered = io.BufferedReader(entry, 1 << 20)  # type: ignore[type-var]
            while line := buffered.readline(MOST_LINE_BYTES):
                if not line.endswith(b"\n"):
                    raise ValueError("a line has no end")
                yield line

    def verify(self, table: Table) -> None:
        """Read all rows of a table; refuse where they are not those that were written."""
        digest = Digest()
        for line in self.lines(table):
            digest.add(line)
        if (digest.rows, digest.sha256) != (table.rows, table.sha256):
            raise BackupRefused(f"{self.path} is damaged: the rows of {table.name} are not those that were written")

    def _manifest(self) -> Manifest:
        with self._damage_is_told():
            if self._file.getinfo(MANIFEST).file_size > MOST_MANIFEST_BYTES:
                raise ValueError("the manifest is too large")
            said = json.loads(self._file.read(MANIFEST))
            if said["kind"] != KIND:
                raise ValueError("it is something else")
            if said["format"] > FORMAT:
                raise BackupRefused(
                    f"{self.path} was written by Doorstep {said['doorstep']}, which is newer; upgrade first"
                )
            return _manifest(said)
        raise AssertionError

    @contextmanager
    def _damage_is_told(self) -> Iterator[None]:
        try:
            yield
        except _BROKEN as error:
            raise BackupRefused(f"{self.path} is no backup of Doorstep, or damaged: {error}") from error


def _manifest(said: dict[str, Any]) -> Manifest:
    return Manifest(
        doorstep=str(said["doorstep"]),
        created_at=datetime.fromisoformat(said["created_at"]),
        engine=str(said["engine"]),
        migrations={str(app): list(map(str, names)) for app, names in said["migrations"].items()},
        tables=tuple(Table(**one | {"columns": tuple(one["columns"])}) for one in said["tables"]),
    )


@contextmanager
def reading(path: Path) -> Iterator[Reading]:
    try:
        file = zipfile.ZipFile(path)
    except OSError as error:
        raise BackupRefused(f"cannot read {path}: {error.strerror or error}") from error
    except _BROKEN as error:
        raise BackupRefused(f"{path} is no backup of Doorstep, or damaged: {error}") from error
    with file:
        yield Reading(path, file)


def _entry(table: str) -> str:
    return f"tables/{table}.jsonl"
