"""A backup is the record at one moment, whole; restored, it is the same row for row, in this database or the other."""

from __future__ import annotations

import io
import json
import sqlite3
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.record.elsewhere import Record, record
from tests.record.test_landings import LANDINGS, manifest

from doorstep.core.backup.archive import BackupRefused, reading, writing
from doorstep.core.backup.lines import Digest
from doorstep.core.backup.restore import restore
from doorstep.kernels.run import silent


@pytest.fixture(scope="module")
def engine(django_db_setup: None) -> str:  # noqa: ARG001
    return str(connection.vendor)


@pytest.fixture(scope="module")
def empty(engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Record]:
    """A record with its tables, and nothing in them."""
    like = Record("", request.getfixturevalue("migrated")) if engine == "sqlite" else None
    with record(tmp_path_factory.mktemp("empty") / "record", engine, like) as made:
        if not like:
            made.doorstep("migrate")
        yield made


@pytest.fixture(scope="module")
def full(engine: str, empty: Record, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    """A record with rows in every table."""
    with record(tmp_path_factory.mktemp("full") / "record", engine, empty) as made:
        made.do("fill")
        yield made


@pytest.fixture(scope="module")
def file(full: Record) -> Path:
    kept = full.folder / "kept.zip"
    full.doorstep("backup", kept)
    return kept


def cells(file: Path, table: str) -> list[dict[str, Any]]:
    """Rows of a table as the file has them."""
    columns = next(one["columns"] for one in manifest(file)["tables"] if one["name"] == table)
    with zipfile.ZipFile(file) as there:
        lines = there.read(f"tables/{table}.jsonl").splitlines()
    return [dict(zip(columns, json.loads(line), strict=True)) for line in lines]


def content(file: Path) -> dict[str, object]:
    """What the manifest says of rows and ids, which is all but when, and where it was read from."""
    said = manifest(file)
    return {name: said[name] for name in ("migrations", "tables")}


def last_ids(file: Path) -> dict[str, int]:
    return {table["name"]: table["last_id"] for table in manifest(file)["tables"]}


def test_a_restored_record_is_the_same_row_for_row_and_works(
    full: Record, empty: Record, file: Path, tmp_path: Path, engine: str
) -> None:
    there = full.rows()
    assert all(table["rows"] for table in there.values())
    assert file.stat().st_mode & 0o777 == 0o600
    with record(tmp_path / "same", engine, empty) as same:
        same.doorstep("restore", file)
        assert same.rows() == there
        same.doorstep("backup", tmp_path / "again.zip")
        assert content(tmp_path / "again.zip") == content(file)
        same.do("work")


def test_a_record_moves_to_the_other_database_and_back(
    full: Record, empty: Record, file: Path, tmp_path: Path, engine: str
) -> None:
    if engine != "postgresql":
        pytest.skip("without PostgreSQL there is no other database")
    there = full.rows()
    with record(tmp_path / "far", "sqlite") as far, record(tmp_path / "back", engine, empty) as back:
        far.doorstep("restore", file)
        assert far.rows() == there
        far.doorstep("backup", tmp_path / "far.zip")
        assert last_ids(tmp_path / "far.zip") == last_ids(file)
        assert content(tmp_path / "far.zip") == content(file)
        back.doorstep("restore", tmp_path / "far.zip")
        assert back.rows() == there
        far.do("work")


def test_what_is_written_meanwhile_is_there_whole_or_not_at_all(full: Record, tmp_path: Path, engine: str) -> None:
    with record(tmp_path / "busy", engine, full) as busy:
        writing = busy.begin("write")
        try:
            written = busy.folder / "written"
            while not written.exists() or written.stat().st_size < 3:
                assert writing.poll() is None
                time.sleep(0.1)
            before = written.stat().st_size
            busy.doorstep("backup", tmp_path / "busy.zip")
            assert writing.poll() is None, "nobody who writes fails"
            assert written.stat().st_size > before, "nor waits"
        finally:
            writing.kill()
            writing.wait()
    sums: Counter[int] = Counter()
    for move in cells(tmp_path / "busy.zip", "stock_move"):
        sums[move["target_id"]] += move["quantity"]
        sums[move["source_id"]] -= move["quantity"]
    levels = {level["id"]: level["quantity"] for level in cells(tmp_path / "busy.zip", "stock_level")}
    assert levels == {pk: sums[pk] for pk in levels}


def test_a_record_in_use_is_replaced_by_force_alone(full: Record, file: Path, tmp_path: Path, engine: str) -> None:
    there = full.rows()
    with record(tmp_path / "used", engine, full) as used:
        used.do("work")
        now = used.rows()
        assert "the record has rows" in used.doorstep("restore", file, code=1)
        assert f"{file} exists" in used.doorstep("backup", file, code=1)
        assert "is a folder" in used.doorstep("backup", tmp_path, code=1)
        assert used.rows() == now != there
        used.doorstep("backup", tmp_path / "used.zip")
        used.doorstep("restore", file, "--force")
        after = used.rows()
        serials = [one.pop("parcels_ssccrange") for one in (there, now, after)]
        assert after == there
        assert serials[1] == serials[2] != serials[0], "an SSCC that is on a parcel would be given out again"
        used.doorstep("backup", tmp_path / "after.zip")
        assert last_ids(tmp_path / "after.zip") == last_ids(tmp_path / "used.zip") != last_ids(file)


def test_a_backup_that_contradicts_itself_changes_nothing(
    empty: Record, file: Path, tmp_path: Path, engine: str
) -> None:
    contrary = tmp_path / "contrary.zip"
    with reading(file) as kept, writing(contrary) as out:
        tables = []
        for table in kept.manifest.tables:
            lines = [] if table.name == "catalog_product" else list(kept.lines(table))
            digest = out.put_rows(table.name, lines)
            tables.append(replace(table, rows=digest.rows, sha256=digest.sha256))
        out.put_manifest(replace(kept.manifest, tables=tuple(tables)))
    with record(tmp_path / "spared", engine, empty) as spared:
        said = spared.doorstep("restore", contrary, code=1)
        assert "refer to others" in said or "does not take the rows" in said
        assert not any(table["rows"] for table in spared.rows().values())
    assert sorted(one.name for one in spared.folder.iterdir() if ".part" in one.name) == []


def test_who_uses_a_file_is_not_robbed_of_it(full: Record, file: Path, tmp_path: Path, engine: str) -> None:
    if engine != "sqlite":
        pytest.skip("PostgreSQL has locks for it")
    with record(tmp_path / "open", engine, full) as used:
        user = sqlite3.connect(used.folder / "doorstep.sqlite3")
        user.execute("PRAGMA journal_mode=WAL")
        before = user.execute("SELECT COUNT(*) FROM orders_order").fetchone()
        assert "somebody is using the record" in used.doorstep("restore", file, "--force", code=1)
        assert user.execute("SELECT COUNT(*) FROM orders_order").fetchone() == before
        user.close()


Damage = Callable[[bytes], bytes]
PRODUCTS, MANIFEST = "tables/catalog_product.jsonl", "manifest.json"
DAMAGES: dict[str, tuple[Damage, str]] = {
    "cut short": (lambda there: there[: len(there) // 2], "is no backup of Doorstep, or damaged"),
    "something else": (lambda _: b"id,name\n1,mug\n", "is no backup of Doorstep, or damaged"),
    "empty": (lambda _: b"", "is no backup of Doorstep, or damaged"),
    "a letter changed": (lambda there: told_anew(there, PRODUCTS, b"mug", b"mog"), "not those that were written"),
    "a row gone": (lambda there: told_anew(there, PRODUCTS, b"\n", b"", 1), "not those that were written"),
    "no table": (lambda there: told_anew(there, MANIFEST, b"catalog_product", b"catalog_produce"), "damaged"),
    "newer in form": (lambda there: told_anew(there, MANIFEST, b'"format": 1', b'"format": 2'), "upgrade first"),
    "newer": (lambda there: told_anew(there, MANIFEST, b"0001_initial", b"9999_later", 1), "upgrade first"),
    "of another kind": (lambda there: told_anew(there, MANIFEST, b"doorstep-backup", b"elsewhere"), "damaged"),
}


def told_anew(there: bytes, name: str, old: bytes, new: bytes, count: int = -1) -> bytes:
    """Write the zip again with something said otherwise in it, as whoever tampers with it would."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(there)) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.namelist():
            content = source.read(entry)
            assert entry != name or old in content
            target.writestr(entry, content.replace(old, new, count) if entry == name else content)
    return out.getvalue()


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.usefixtures("engine")
def test_a_damaged_or_newer_backup_is_refused_before_anything_is_done(damage: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    alter, why = DAMAGES[damage]
    broken.write_bytes(alter(LANDINGS[-1].read_bytes()))
    with pytest.raises(BackupRefused, match=why):
        restore(broken, progress=silent)  # the database is closed to this test: asking it would fail otherwise


@pytest.mark.parametrize(
    ("one", "other"), [([1e16], [10**16]), ([1e23], [10**23]), ([-0.0], [0]), ([1.0, {"a": 2.0}], [1, {"a": 2}])]
)
def test_a_digest_is_the_same_whichever_way_a_database_says_a_number(one: object, other: object) -> None:
    assert digest([1, one]) == digest([1, other]) != digest([2, one])


def test_a_digest_tells_numbers_apart() -> None:
    assert len({digest([one]) for one in (1, 1.5, "1", "1.5", 2**53, 2**53 - 1, None, True)}) == 8


def digest(*rows: object) -> str:
    made = Digest()
    for row in rows:
        made.add(json.dumps(row, separators=(",", ":")).encode() + b"\n")
    return made.sha256
