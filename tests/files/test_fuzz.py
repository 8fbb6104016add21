"""Nothing that a file may hold gives anything but a brand or a refusal that names its faults."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.files.tiny_brand import TINY, write_tiny

from doorstep.domain.errors import InputRefused
from doorstep.files.columns import Table
from doorstep.files.faults import Faults
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.files.schema import TABLES
from doorstep.files.table import read_table

NASTY = (
    *("", " ", "0", "-1", "1e9", "1.5", "nan", "inf", "-inf", "9" * 400, "0x10", "٣", "１２", "½", "²", "1_000", "+1"),
    *("\0", "a\0b", "\ufeff", "\u202e", "\x1b[2J", "\u2028", "'; drop table orders; --", "=1+1", "../../etc/passwd"),
    *("2024-02-30", "2024-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "24:00", "::"),
    *("Mon-", "Mon-Mon-Mon", ",", "-", "BR-", "-BR", "EUR ", "null", "None", "TRUE", "Zulu", "x" * 3000, "日本" * 30),
)


def outcome(folder: Path) -> BrandFolder | InputRefused:
    try:
        return read_folder(folder)
    except InputRefused as refused:
        return refused


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_no_cell_breaks_the_reader(table: Table) -> None:
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in NASTY]
    rows = [",".join([cell] * len(table.columns)) for cell in quoted]
    header = ",".join(column.name for column in table.columns)
    faults = Faults()
    read = read_table("\n".join([header, *rows]), table, table.file, 0, faults)
    assert list(read.rows) == list(range(2, len(NASTY) + 2))
    for column in table.columns:
        sound = [cell for cell in read.texts[column.name] if cell not in read.faulty(column.name)]
        assert len(sound) < len(NASTY)
        for cell in sound:
            if cell:
                column.kind.parse(cell)
    assert faults.count == sum(cell in read.faulty(c.name) for c in table.columns for cell in read.texts[c.name])


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, bytes, bool]:
    """A file of the tiny brand with a few bytes changed, cut or put in."""
    name = draw(st.sampled_from(sorted(TINY)))
    raw = bytearray(TINY[name].encode())
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 6)))
        scrap = st.sampled_from(NASTY).map(str.encode) | st.binary(max_size=4) | st.sampled_from((b'"', b"\n", b"\r"))
        raw[start:end] = draw(scrap)
    packed = draw(st.booleans())
    if packed:
        raw = bytearray(gzip.compress(bytes(raw), mtime=0))
        if draw(st.booleans()):
            at = draw(st.integers(0, len(raw) - 1))
            raw[at] ^= draw(st.integers(0, 255))
    return name, bytes(raw), packed


@settings(max_examples=120, deadline=None)
@given(spoilt())
def test_no_file_breaks_the_reader(spoiling: tuple[str, bytes, bool]) -> None:
    name, raw, packed = spoiling
    with TemporaryDirectory() as place:
        folder = write_tiny(Path(place), **{name: None})
        (folder / f"{name}.csv{'.gz' if packed else ''}").write_bytes(raw)
        first, second = outcome(folder), outcome(folder)
        if isinstance(first, BrandFolder):
            assert first == second
        else:
            assert isinstance(second, InputRefused)
            assert (first.faults, first.count) == (second.faults, second.count)
            assert 1 <= len(first.faults) <= min(1000, first.count)
            assert all(str(fault) and fault.row >= 0 and fault.why for fault in first.faults)
