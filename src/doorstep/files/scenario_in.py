"""A scenario in: a TOML file of changes to the world of a simulation, whole or refused with every fault."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from doorstep.domain.units import PPM
from doorstep.files.faults import Faults, Finding
from doorstep.files.scenario_added import read_added
from doorstep.files.scenario_keys import Reader, day, factor, flag, in_order, named, once, percent, target, whole
from doorstep.kernels.simulate.scenario import (
    MOST_SLOWER_DAYS,
    Closure,
    Scenario,
    ServiceChange,
    Slowdown,
    StockChange,
)

MOST_BYTES = 1_000_000


def read_scenario(path: Path) -> Scenario:
    """Read and check a scenario file. Raises InputRefused with every fault; names are checked against the folder later.

    Faults have no rows: the column says where, as in `closed 2 from`. A placement and cartons stand in files of their
    own, named from the scenario's folder; their faults have rows, and come with the others.
    """
    faults = Faults()
    finding = faults.rule(path.name, 0)
    said = _toml(path, finding)
    faults.refuse_if_any()
    scenario = _scenario(Reader(path.name, faults), said, path.parent)
    faults.refuse_if_any()
    return scenario


def _toml(path: Path, finding: Finding) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            finding.add(0, "", f"is larger than {MOST_BYTES:,} bytes")
            return {}
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        finding.add(0, "", f"cannot be read: {error.strerror or error}")
    except UnicodeDecodeError:
        finding.add(0, "", "is not UTF-8")
    except RecursionError:
        finding.add(0, "", "nests too deeply")
    except (tomllib.TOMLDecodeError, ValueError, ArithmeticError) as error:
        finding.add(0, "", f"is not TOML: {error}")
    return {}


def _scenario(reader: Reader, said: dict[str, Any], base: Path) -> Scenario:
    before = reader.faults.count
    demand = reader.take(said, "", "demand", factor, PPM)
    weighs = {name: reader.take(said, "", name, flag, False) for name in ("values", "commitment_prices")}
    target_ppm = reader.take(said, "", "on_time_target", target, None)
    stock = [
        StockChange(
            reader.take(row, where, "factor", factor) or 0,
            reader.take(row, where, "site", named, ""),
            reader.take(row, where, "sku", named, ""),
        )
        for where, row in reader.tables(said, "stock")
    ]
    closed = [
        (where, reader.take(row, where, "site", named), *_span(reader, row, where))
        for where, row in reader.tables(said, "closed")
    ]
    services = [
        (where, reader.take(row, where, "service", named), *_change(reader, row, where))
        for where, row in reader.tables(said, "service")
    ]
    slower = [
        (
            where,
            reader.take(row, where, "slower_days", whole(0, MOST_SLOWER_DAYS)),
            reader.take(row, where, "from", day),
            reader.take(row, where, "to", day, None),
            reader.take(row, where, "service", named, ""),
        )
        for where, row in reader.tables(said, "transit")
    ]
    added = read_added(reader, said, base)
    reader.none_left(said)
    in_order(reader, [(where, first, until) for where, _, first, until in closed])
    in_order(reader, [(where, first, until) for where, _, first, until, _ in slower])
    once(reader, "service", [(where, name) for where, name, *_ in services])
    if reader.faults.count > before:
        return Scenario()
    return Scenario(
        demand,
        tuple(stock),
        tuple(Closure(*row[1:]) for row in closed),
        tuple(ServiceChange(*row[1:]) for row in services),
        tuple(Slowdown(*row[1:]) for row in slower),
        on_time_target_ppm=target_ppm,
        **weighs,
        **added.built(),
    )


def _span(reader: Reader, row: dict[str, Any], where: str) -> tuple[Any, Any]:
    return reader.take(row, where, "from", day), reader.take(row, where, "to", day)


def _change(reader: Reader, row: dict[str, Any], where: str) -> tuple[bool, int]:
    """A service is removed or dearer; one of both must be said."""
    if "removed" not in row and "dearer_pct" not in row:
        reader.fault(where, None, "says neither removed nor dearer_pct")
    removed = reader.take(row, where, "removed", flag, False)
    dearer = reader.take(row, where, "dearer_pct", percent, 0)
    if removed and dearer:
        reader.fault(where, None, "is removed and dearer at once")
    return removed, dearer
