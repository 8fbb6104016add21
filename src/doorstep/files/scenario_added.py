"""What a scenario adds to the world: services, sites, cut-offs, cartons, a placement, purchases, disruptions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doorstep.domain.catalog import Carton
from doorstep.domain.place import Place
from doorstep.domain.units import MICROS, PPM
from doorstep.files import build
from doorstep.files.columns import Table
from doorstep.files.one_file import read_file
from doorstep.files.rules import Tables, check_cartons, check_keys
from doorstep.files.scenario_keys import (
    Reader,
    country_code,
    day,
    degrees,
    factor,
    flag,
    holding,
    in_order,
    money,
    named,
    once,
    share,
    time,
    whole,
)
from doorstep.files.schema_placement import PLACEMENT
from doorstep.files.schema_supply import CARTONS, MAX_WEIGHT_G
from doorstep.kernels.simulate.changes import (
    MOST_LEAD_DAYS,
    MOST_TRANSIT_DAYS,
    CutoffChange,
    Disruption,
    NewService,
    NewSite,
    OwnRate,
    Placed,
    Replenishment,
)
from doorstep.kernels.simulate.days import DAY_S
from doorstep.kernels.simulate.station import Station

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Added:
    """Each kind as read; with faults, some fields may be None."""

    new_services: Rows
    new_sites: Rows
    cutoffs: Rows
    disruptions: Rows
    stations: Rows
    replenish: dict[str, Any] | None
    placement: tuple[Placed, ...]
    cartons: tuple[Carton, ...] | None

    def built(self) -> dict[str, Any]:
        """Fields of a `Scenario`; only when there was no fault."""
        return {
            "new_services": tuple(NewService(**row) for row in self.new_services),
            "new_sites": tuple(NewSite(**row) for row in self.new_sites),
            "cutoffs": tuple(CutoffChange(**row) for row in self.cutoffs),
            "disruptions": tuple(Disruption(**row) for row in self.disruptions),
            "stations": tuple(Station(**row) for row in self.stations),
            "replenish": None if self.replenish is None else Replenishment(**self.replenish),
            "placement": self.placement,
            "cartons": self.cartons,
        }


def read_added(reader: Reader, said: dict[str, Any], base: Path) -> Added:
    """Take what is added out of a scenario; files are named from the folder `base`."""
    services = [(where, _service(reader, row, where)) for where, row in reader.tables(said, "new_service")]
    once(reader, "service", [(where, row["service"]) for where, row in services])
    sites = [(where, _site(reader, row, where)) for where, row in reader.tables(said, "new_site")]
    once(reader, "site", [(where, row["site"]) for where, row in sites])
    cutoffs = [
        {
            "cutoff_s": reader.take(row, where, "order_cutoff", time),
            "collection_s": reader.take(row, where, "collection_time", time, None),
            "site": reader.take(row, where, "site", named, ""),
        }
        for where, row in reader.tables(said, "cutoff")
    ]
    disruptions = [_disruption(reader, row, where) for where, row in reader.tables(said, "disruption")]
    stations = [(where, _station(reader, row, where)) for where, row in reader.tables(said, "station")]
    once(reader, "site", [(where, row["site"]) for where, row in stations])
    terms = _replenish(reader, said)
    named_file = reader.take(said, "", "placement", named, "")
    placement = _placement(reader, base, named_file) if named_file else ()
    if terms is not None and not named_file:
        reader.fault("placement", None, "is missing; replenish orders up to the targets of a placement")
    boxes = reader.take(said, "", "cartons", named, "")
    cartons = _cartons(reader, base, boxes) if boxes else None
    rows = [row for _, row in services], [row for _, row in sites]
    return Added(*rows, cutoffs, disruptions, [row for _, row in stations], terms, placement, cartons)


def _service(reader: Reader, row: dict[str, Any], where: str) -> dict[str, Any]:
    found = {
        "service": reader.take(row, where, "service", named),
        "like": reader.take(row, where, "like", named),
        "carrier": reader.take(row, where, "carrier", named, ""),
    }
    own = [_rate(reader, rate, place) for place, rate in _inner(reader, row, where, "rate")]
    if own and "factor" in row:
        reader.fault(f"{where} factor", None, "stands beside own rates; say one of both")
    found["factor_ppm"] = reader.take(row, where, "factor", factor, PPM)
    steps = [(rate["zone"], rate["up_to_g"]) for rate in own]
    if len(set(steps)) < len(steps):
        reader.fault(f"{where} rate", None, "has a weight twice in a zone")
    if len({not zone for zone, _ in steps}) > 1:
        reader.fault(f"{where} rate", None, "names a zone in some rates only; name it in all or in none")
    bounds = [reader.take(row, where, key, whole(0, MOST_TRANSIT_DAYS), None) for key in ("min_days", "max_days")]
    if (bounds[0] is None) != (bounds[1] is None):
        reader.fault(where, None, "says one of min_days and max_days; say both or none")
    elif bounds[0] is not None and bounds[0] > bounds[1]:
        reader.fault(f"{where} max_days", bounds[1], f"is less than min_days, which is {bounds[0]}")
    found["rates"] = tuple(OwnRate(**rate) for rate in own)
    found["days"] = None if bounds[0] is None else (bounds[0], bounds[1])
    return found


def _inner(reader: Reader, row: dict[str, Any], where: str, key: str) -> list[tuple[str, dict[str, Any]]]:
    """Tables of a list within a table; their keys are all taken by the caller, and what is left is a fault."""
    return [(f"{where} {place}", inner) for place, inner in reader.tables_in(row, where, key)]


def _rate(reader: Reader, row: dict[str, Any], where: str) -> dict[str, Any]:
    found = {
        "up_to_g": reader.take(row, where, "up_to_g", whole(1, MAX_WEIGHT_G)),
        "price_micros": reader.take(row, where, "price", money),
        "per_extra_kg_micros": reader.take(row, where, "per_extra_kg", money, None),
        "zone": reader.take(row, where, "zone", named, ""),
    }
    reader.none_left(row, where)
    return found


def _site(reader: Reader, row: dict[str, Any], where: str) -> dict[str, Any]:
    return {
        "site": reader.take(row, where, "site", named),
        "like": reader.take(row, where, "like", named),
        "place": Place(
            reader.take(row, where, "country", country_code, ""),
            reader.take(row, where, "region", named, ""),
            reader.take(row, where, "city", named, ""),
            reader.take(row, where, "postcode", named, ""),
            reader.take(row, where, "latitude", degrees(90)),
            reader.take(row, where, "longitude", degrees(180)),
        ),
        "stock_ppm": reader.take(row, where, "stock_share", share, 0),
    }


def _disruption(reader: Reader, row: dict[str, Any], where: str) -> dict[str, Any]:
    found = {
        "first": reader.take(row, where, "from", day),
        "until": reader.take(row, where, "to", day),
        "service": reader.take(row, where, "service", named, ""),
        "country": reader.take(row, where, "country", country_code, ""),
        "region": reader.take(row, where, "region", named, ""),
        "announced": reader.take(row, where, "announced", flag, False),
    }
    in_order(reader, [(where, found["first"], found["until"])])
    if not found["service"] and not found["country"]:
        reader.fault(where, None, "names neither a service nor a country")
    if found["region"] and not found["country"]:
        reader.fault(f"{where} region", found["region"], "is without its country")
    return found


def _station(reader: Reader, row: dict[str, Any], where: str) -> dict[str, Any]:
    seconds = reader.take(row, where, "seconds", money)
    if seconds is not None and not 0 < seconds <= DAY_S * MICROS:
        reader.fault(f"{where} seconds", seconds // MICROS, "is not more than 0 and at most a day")
    found = {
        "site": reader.take(row, where, "site", named),
        "mean_ms": 0 if seconds is None else max(1, seconds // 1_000),
        "cv_ppm": reader.take(row, where, "variation", share, PPM),
        "opens_s": reader.take(row, where, "opens", time, 0),
        "closes_s": reader.take(row, where, "closes", time, DAY_S),
    }
    if None not in (found["opens_s"], found["closes_s"]) and found["opens_s"] >= found["closes_s"]:
        reader.fault(f"{where} closes", None, "is not after opens")
    return found


def _replenish(reader: Reader, said: dict[str, Any]) -> dict[str, Any] | None:
    where = "replenish"
    row = said.pop(where, None)
    if row is None:
        return None
    if not isinstance(row, dict):
        reader.fault(where, None, "is not a table; write [replenish]")
        return None
    least = reader.take(row, where, "lead_days", whole(1, MOST_LEAD_DAYS))
    most = reader.take(row, where, "most_lead_days", whole(1, MOST_LEAD_DAYS), least)
    if least is not None and most is not None and most < least:
        reader.fault(f"{where} most_lead_days", most, f"is less than lead_days, which is {least}")
    found = {
        "least_days": least,
        "most_days": most,
        "order_micros": reader.take(row, where, "order_cost", money, 0),
        "holding_ppm": reader.take(row, where, "holding_pct_per_year", holding, 0),
    }
    reader.none_left(row, where)
    return found


def _tables(reader: Reader, base: Path, name: str, table: Table) -> Tables:
    tables: Tables = {}
    reader.rank += 1
    read_file(base / name, table, reader.rank, reader.faults, tables, lambda _: None)
    check_keys(tables)
    return tables


def _placement(reader: Reader, base: Path, name: str) -> tuple[Placed, ...]:
    tables = _tables(reader, base, name, PLACEMENT)
    read = tables.get("placement")
    if read is None or reader.faults.count:
        return ()
    columns = [read.values[key] for key in ("site", "sku", "target", "reorder_point")]
    found = tuple(Placed(*row) for row in zip(*columns, strict=True))
    finding = read.rule("reorder_point")
    for row, one in zip(read.rows, found, strict=True):
        if one.reorder_point > one.target:
            finding.add(row, str(one.reorder_point), f"is above target, which is {one.target}")
    return found


def _cartons(reader: Reader, base: Path, name: str) -> tuple[Carton, ...] | None:
    tables = _tables(reader, base, name, CARTONS)
    check_cartons(tables)
    read = tables.get("cartons")
    return None if read is None or reader.faults.count else build.cartons(read)
