"""Rounds in: an instance of research, or STOPS.csv with VEHICLES.csv; which of them, the content says."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from doorstep.domain.errors import InvalidProblem
from doorstep.files import content
from doorstep.files.faults import Faults
from doorstep.files.route_csv import Crow, day_of
from doorstep.files.route_described import instance_of
from doorstep.files.route_instance import Convention, Form, Instance, Notice
from doorstep.files.route_lines import Lines
from doorstep.files.route_solomon import li_lim, solomon
from doorstep.files.route_vrplib import described
from doorstep.files.rules import Tables
from doorstep.files.rules_route import ROUTE_RULES
from doorstep.files.schema_route import STOPS, TRAFFIC, VEHICLES
from doorstep.files.table import read_table

_GZIP = b"\x1f\x8b"
_FIELD = re.compile(r"\s*(NAME|COMMENT|TYPE|DIMENSION|CAPACITY|EDGE_WEIGHT_TYPE|[A-Z_]+_SECTION)\s*(:|$)")
_READERS = {"vrplib": described, "solomon": solomon, "lilim": li_lim}
CROW = Crow()


def read_instance(
    path: Path,
    vehicles: Path | None = None,
    convention: Convention = "",
    crow: Crow = CROW,
    traffic: Path | None = None,
) -> Instance:
    """Read what is to be driven.

    Parameters
    ----------
    path
        VRPLIB, Solomon or Li & Lim text, or STOPS.csv; plain or packed.
    vehicles
        VEHICLES.csv, with STOPS.csv only.
    convention
        Of research: how distances are rounded, where a benchmark wants it otherwise than the file.
    crow
        Of STOPS.csv: detour and speed beside the great circle.
    traffic
        TRAFFIC.csv, with STOPS.csv only.

    Raises
    ------
    InputRefused
        With the first thousand faults and the count of all.
    """
    faults = Faults()
    text = text_of(path, 0, faults)
    form = guessed(text) if text is not None else None
    if form == "csv":
        return _day(path, text or "", vehicles, traffic, crow, faults)
    if vehicles is not None and form:
        faults.rule(str(vehicles), 1).add(0, "", f"is not needed: {path.name} says itself which vehicles there are")
    if traffic is not None and form:
        faults.rule(str(traffic), 2).add(0, "", f"is not heeded: {path.name} says itself how long ways take")
    if text is not None and not form:
        why = "is none of VRPLIB, Solomon or Li & Lim text, and no CSV file with a column stop"
        faults.rule(str(path), 0).add(0, "", why)
    faults.refuse_if_any()
    assert text is not None
    assert form is not None
    lines = Lines(str(path), text.splitlines(), faults)
    found = _READERS[form](lines, path.name.split(".")[0])
    faults.refuse_if_any()
    assert found is not None
    return sound(path, faults, lambda: instance_of(found, convention, version_of(text)))


def _day(path: Path, text: str, vehicles: Path | None, traffic: Path | None, crow: Crow, faults: Faults) -> Instance:
    tables, version = day_tables(path, text, vehicles, traffic, faults)
    for rule in ROUTE_RULES:
        rule(tables)
    faults.refuse_if_any()
    return sound(path, faults, lambda: day_of(tables, path.name.split(".")[0], crow, version))


def day_tables(
    path: Path, text: str, vehicles: Path | None, traffic: Path | None, faults: Faults
) -> tuple[Tables, str]:
    """Read STOPS.csv and what goes with it, not yet held against the rules; and the version of all of it."""
    tables: Tables = {"stops": read_table(text, STOPS, str(path), 0, faults)}
    fleet = None
    if vehicles is None:
        faults.rule(str(path), 0).add(0, "", "says where to stop; who drives is told by --vehicles VEHICLES.csv")
    else:
        fleet = text_of(vehicles, 1, faults)
    if fleet is not None:
        tables["vehicles"] = read_table(fleet, VEHICLES, str(vehicles), 1, faults)
    periods = None if traffic is None else text_of(traffic, 2, faults)
    if periods is not None:
        tables["traffic"] = read_table(periods, TRAFFIC, str(traffic), 2, faults)
    return tables, version_of(text, fleet or "", *filter(None, [periods]))


def sound(path: Path, faults: Faults, made: Callable[[], Instance]) -> Instance:
    """Whatever the rules have let through, a problem that contradicts itself is the file's fault."""
    try:
        return made()
    except InvalidProblem as why:
        faults.rule(str(path), 0).add(0, "", str(why))
    faults.refuse_if_any()
    raise AssertionError


def version_of(*texts: str) -> str:
    found = hashlib.sha256()
    for text in texts:
        canonical = content.canonical(text)
        found.update(f"{len(canonical)}\n".encode() + canonical)
    return found.hexdigest()


def guessed(text: str) -> Form | None:
    """Which kind of file a text is; None: none of them."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    if not lines:
        return None
    cells = {cell.strip(' "') for cell in re.split("[,;\t]", lines[0])}
    if cells & {"stop", "latitude", "service_seconds"}:
        return "csv"
    if any(_FIELD.match(line) for line in lines):
        return "vrplib"
    if any(line.strip().upper() == "CUSTOMER" for line in lines):
        return "solomon"
    if len(lines) > 1 and len(lines[0].split()) in (2, 3) and len(lines[1].split()) == 9:
        return "lilim"
    return None


def stands(path: Path) -> bool:
    """Whether a file is there, packed or not."""
    return path.exists() or path.with_name(f"{path.name}.gz").exists()


def text_of(path: Path, rank: int, faults: Faults) -> str | None:
    """The text of a file, packed or not, whatever its name says; None, and a fault, where there is none."""
    packed = path.with_name(f"{path.name}.gz")
    path = packed if not path.exists() and packed.exists() else path
    try:
        if not path.exists():
            raise content.Unreadable("is not there")
        found = content.read_bytes(path)
        if found[:2] == _GZIP:
            found = gzip.decompress(found)
        return content.decode(found)
    except content.Unreadable as error:
        faults.rule(str(path), rank).add(error.row, "", error.why)
    except (OSError, ValueError, EOFError) as error:
        faults.rule(str(path), rank).add(0, "", f"cannot be read: {error}")
    return None


__all__ = ["Crow", "Instance", "Notice", "guessed", "read_instance"]
