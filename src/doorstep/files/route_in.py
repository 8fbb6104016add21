"""Rounds in: an instance of research, or STOPS.csv with VEHICLES.csv; which of them, the content says."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

from doorstep.domain.errors import InvalidProblem
from doorstep.files import content
from doorstep.files.faults import Faults
from doorstep.files.route_described import Described, instance_of
from doorstep.files.route_instance import Convention, Form, Instance, Notice
from doorstep.files.route_lines import Lines
from doorstep.files.route_solomon import li_lim, solomon
from doorstep.files.route_vrplib import described

_GZIP = b"\x1f\x8b"
_FIELD = re.compile(r"\s*(NAME|COMMENT|TYPE|DIMENSION|CAPACITY|EDGE_WEIGHT_TYPE|[A-Z_]+_SECTION)\s*(:|$)")
_READERS = {"vrplib": described, "solomon": solomon, "lilim": li_lim}


def read_instance(path: Path, vehicles: Path | None = None, convention: Convention = "") -> Instance:
    """Read what is to be driven.

    Parameters
    ----------
    path
        VRPLIB, Solomon or Li & Lim text, or STOPS.csv; plain or packed.
    vehicles
        VEHICLES.csv, with STOPS.csv only.
    convention
        Of research: how distances are rounded, where the file leaves it open or a benchmark wants it otherwise.

    Raises
    ------
    InputRefused
        With the first thousand faults and the count of all.
    """
    faults = Faults()
    text = _text(path, faults)
    faults.refuse_if_any()
    form = guessed(text)
    if vehicles is not None:
        faults.rule(str(vehicles), 1).add(0, "", f"is not needed: {path.name} says itself which vehicles there are")
    if form not in _READERS:
        why = "is none of VRPLIB, Solomon or Li & Lim text, and no CSV file with a column stop"
        faults.rule(str(path), 0).add(0, "", why)
    faults.refuse_if_any()
    assert form is not None
    lines = Lines(str(path), text.splitlines(), faults)
    found = _READERS[form](lines, path.name.split(".")[0])
    faults.refuse_if_any()
    assert found is not None
    return _instance(path, found, convention, faults, hashlib.sha256(content.canonical(text)).hexdigest())


def _instance(path: Path, found: Described, convention: Convention, faults: Faults, version: str) -> Instance:
    try:
        return instance_of(found, convention, version)
    except InvalidProblem as why:
        faults.rule(str(path), 0).add(0, "", str(why))
    faults.refuse_if_any()
    raise AssertionError


def guessed(text: str) -> Form | None:
    """Which kind of file a text is; None: none of them."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    if not lines:
        return None
    cells = [cell.strip(' "') for cell in lines[0].split(",")]
    if "stop" in cells or "latitude" in cells:
        return "csv"
    if any(_FIELD.match(line) for line in lines):
        return "vrplib"
    if any(line.strip().upper() == "CUSTOMER" for line in lines):
        return "solomon"
    if len(lines) > 1 and len(lines[0].split()) in (2, 3) and len(lines[1].split()) == 9:
        return "lilim"
    return None


def _text(path: Path, faults: Faults) -> str:
    """The text of a file, packed or not, whatever its name says."""
    try:
        if not path.exists():
            raise content.Unreadable("is not there")
        found = content.read_bytes(path)
        if found[:2] == _GZIP:
            found = gzip.decompress(found)
        return content.decode(found)
    except content.Unreadable as error:
        faults.rule(str(path), 0).add(error.row, "", error.why)
    except (OSError, ValueError, EOFError) as error:
        faults.rule(str(path), 0).add(0, "", f"cannot be read: {error}")
    return ""


__all__ = ["Instance", "Notice", "guessed", "read_instance"]
