"""rules.toml beside the tables of a brand folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from doorstep.domain.carriage import Service
from doorstep.domain.catalog import Product
from doorstep.domain.supply import Site
from doorstep.files import content
from doorstep.files.faults import Faults
from doorstep.files.rules import Tables
from doorstep.files.rules_toml import FILE, Known, ReadRules, parse_rules


def read_rules(folder: Path, tables: Tables, faults: Faults) -> ReadRules:
    """Read the rules of a folder against its tables; none where there is no such file."""
    path = folder / FILE
    try:
        if not (path.exists() or path.is_symlink()):
            return ReadRules()
        text = content.decode(content.read_bytes(path))
    except content.Unreadable as error:
        faults.rule(FILE, len(tables)).add(error.row, "", error.why)
        return ReadRules()
    except (OSError, ValueError) as error:
        faults.rule(FILE, len(tables)).add(0, "", f"cannot be read: {error}")
        return ReadRules()
    return ReadRules(parse_rules(text, FILE, _known(tables), faults), text)


def with_rules(version: str, text: str) -> str:
    """Version of a folder's data, its rules included; without rules it is that of the tables."""
    return hashlib.sha256(f"{version} {FILE}\n".encode() + content.canonical(text)).hexdigest() if text else version


def known_of(sites: tuple[Site, ...], services: tuple[Service, ...], products: tuple[Product, ...]) -> Known:
    """What rules may name in a folder that is read already."""
    return Known(
        sites=frozenset(one.site for one in sites),
        services={one.service: (one.carrier, one.speed, one.mode) for one in services},
        skus=frozenset(one.sku for one in products),
        categories=frozenset(one.category for one in products),
    )


def _known(tables: Tables) -> Known:
    """What rules may name; of a file that could not be read whole nobody can say."""
    offers = _columns(tables, "services", "service", "carrier", "speed", "mode")
    return Known(
        sites=_names(tables, "sites", "site"),
        services=None if offers is None else {row[0]: (row[1], row[2], row[3]) for row in zip(*offers, strict=True)},
        skus=_names(tables, "products", "sku"),
        categories=_names(tables, "products", "category"),
    )


def _names(tables: Tables, table: str, column: str) -> frozenset[str] | None:
    found = _columns(tables, table, column)
    return None if found is None else frozenset(found[0])


def _columns(tables: Tables, table: str, *columns: str) -> list[list[str]] | None:
    read = tables.get(table)
    if read is None or not read.complete:
        return None
    optional = {column.name for column in read.table.columns if column.optional}
    if not all(read.has(name) or name in optional for name in columns):
        return None
    return [list(read.texts[name]) if read.has(name) else [""] * len(read.rows) for name in columns]
