"""OSRM's programs and real extracts, for the tests that need them; and an extract read without OSRM."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorstep.plugins.maps.base import MapRefused
from doorstep.plugins.maps.osrm.embedded import installed_in
from doorstep.plugins.maps.osrm.executables import Executables, found

MONACO = ((43.7384, 7.4246), (43.731, 7.415), (43.747, 7.434), (43.7335, 7.4195), (43.741, 7.43))


def programs_or_skip() -> Executables:
    try:
        return found(os.environ.get("DOORSTEP_OSRM", ""), installed_in())
    except MapRefused as why:
        pytest.skip(f"NO OSRM: {why}")


def extract_or_skip(data_root: Path, name: str) -> Path:
    path = data_root / "osm" / f"{name}.osm.pbf"
    if not path.exists():
        pytest.skip(f"NO EXTRACT {path}")
    return path


def nodes(extract: Path) -> set[tuple[int, int]]:
    """Every point of an extract in millionths of a degree, read from the file itself: dense nodes of its blocks."""
    found_nodes: set[tuple[int, int]] = set()
    content = extract.read_bytes()
    at = 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 4])
        header = dict(_fields(content[at + 4 : at + 4 + length]))
        at += 4 + length
        size = header[3]
        assert isinstance(size, int)
        if header[1] == b"OSMData":
            blob = dict(_fields(content[at : at + size]))
            raw = blob.get(1)
            packed = blob.get(3)
            block = raw if isinstance(raw, bytes) else zlib.decompress(packed if isinstance(packed, bytes) else b"")
            found_nodes |= _block(block)
        at += size
    return found_nodes


def _block(block: bytes) -> set[tuple[int, int]]:
    fields = list(_fields(block))
    settings = {number: value for number, value in fields if isinstance(value, int)}
    grain, latitude_0, longitude_0 = settings.get(17, 100), settings.get(19, 0), settings.get(20, 0)
    points: set[tuple[int, int]] = set()
    for number, group in fields:
        if number != 2 or not isinstance(group, bytes):
            continue
        for kind, dense in _fields(group):
            if kind != 2 or not isinstance(dense, bytes):
                continue
            columns = {column: value for column, value in _fields(dense) if isinstance(value, bytes)}
            y = x = 0
            for step_y, step_x in zip(_zigzags(columns[8]), _zigzags(columns[9]), strict=True):
                y, x = y + step_y, x + step_x
                # millionths: OSRM cuts the nine digits that a file may hold
                points.add((round((latitude_0 + grain * y) / 1000), round((longitude_0 + grain * x) / 1000)))
    return points


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        if key & 7 == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
        else:
            assert key & 7 == 2
            length, at = _varint(message, at)
            yield key >> 3, message[at : at + length]
            at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _zigzags(packed: bytes) -> Iterator[int]:
    at = 0
    while at < len(packed):
        value, at = _varint(packed, at)
        yield (value >> 1) ^ -(value & 1)
