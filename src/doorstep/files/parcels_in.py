"""The parcels of `doorstep rate` in: columns become arrays at once, a row is never made."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import DELIVERS_TO, SPEEDS
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.files.faults import Faults
from doorstep.files.folder import collector_at_rest
from doorstep.files.one_file import read_file
from doorstep.files.rules import Tables, check_coordinates, check_keys
from doorstep.files.schema_rate import PARCELS
from doorstep.files.table import Columns
from doorstep.kernels.carbon.great_circle import great_circle_m
from doorstep.kernels.carbon.problem import UNKNOWN
from doorstep.kernels.rate.problem import Parcels
from doorstep.kernels.rate.validity import DAY_ZERO

Values = dict[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class ParcelFile:
    ids: Sequence[str]
    origins: tuple[Place, ...]
    destinations: tuple[Place, ...]
    parcels: Parcels
    services: Sequence[str]  # that carried them; empty: not told
    goods: tuple[tuple[str, str], ...]  # HS code and country of origin; empty: not told
    kind: NDArray[np.int64]  # which of the goods each parcel holds
    net_weight_g: NDArray[np.int64]
    distance_m: NDArray[np.int64] | None  # great circle, UNKNOWN where it is not told; None: nowhere
    data_version: str  # sha256 of the content


def read_parcels(path: Path, currency: Currency) -> ParcelFile:
    """Read and check the parcels; values are in `currency`.

    Raises InputRefused with the first thousand faults and the count of all.
    """
    with collector_at_rest():
        faults = Faults()
        tables: Tables = {}
        version = hashlib.sha256()
        read_file(path, PARCELS, 0, faults, tables, version.update)
        check_keys(tables)
        check_coordinates(tables)
        faults.refuse_if_any()
        values = tables["parcels"].values
        origins, origin = _places(values, "origin")
        destinations, destination = _places(values, "destination")
        parcels = _parcels(values, origin, destination, currency)
        made: dict[tuple[str, str], int] = {}
        kind = [made.setdefault(one, len(made)) for one in zip(values["hs_code"], values["made_in"], strict=True)]
        weights = zip(values["net_weight_g"], values["weight_g"], strict=True)
        return ParcelFile(
            values["parcel"],
            origins,
            destinations,
            parcels,
            values["service"],
            tuple(made),
            np.array(kind, np.int64),
            np.array([gross if net is None else net for net, gross in weights], np.int64),
            _distances(tables["parcels"]),
            version.hexdigest(),
        )


def _distances(read: Columns) -> NDArray[np.int64] | None:
    """How far each parcel goes: as told, else from the coordinates of both ends."""
    ends = [f"{end}_{axis}" for end in ("origin", "destination") for axis in ("latitude", "longitude")]
    if not read.has("distance_m") and not all(map(read.has, ends)):
        return None
    told = np.array([UNKNOWN if one is None else one for one in read.values["distance_m"]], np.int64)
    degrees = np.array([read.values[name] for name in ends], np.float64).T  # None: not a number
    located = ~np.isnan(degrees).any(axis=1) & (told == UNKNOWN)
    places = np.radians(degrees[located])
    told[located] = great_circle_m(places[:, :2], places[:, 2:])
    return told


def _places(values: Values, end: str) -> tuple[tuple[Place, ...], NDArray[np.int64]]:
    """Return the distinct places of one end, and which of them each parcel has."""
    countries, postcodes = values[f"{end}_country"], values[f"{end}_postcode"]
    index: dict[tuple[str, str], int] = {}
    of = [index.setdefault(route, len(index)) for route in zip(countries, postcodes, strict=True)]
    places = tuple(Place(country, "", "", postcode) for country, postcode in index)
    return places, np.array(of, np.int64)


def _parcels(values: Values, origin: NDArray[np.int64], destination: NDArray[np.int64], currency: Currency) -> Parcels:
    days = {day: day.toordinal() - DAY_ZERO for day in set(values["ship_date"])}
    accepted = {kinds: sum(1 << DELIVERS_TO.index(kind) for kind in kinds) for kinds in set(values["delivers_to"])}
    slowest = {speed: rank for rank, speed in enumerate(SPEEDS)}
    worth = {micros: currency.minor(micros) for micros in set(values["value"])}
    sides = [np.array(values[name], np.int64) for name in ("length_mm", "width_mm", "height_mm")]
    return Parcels(
        origin=origin,
        destination=destination,
        ship_day=np.array([days[day] for day in values["ship_date"]], np.int64),
        weight_g=np.array(values["weight_g"], np.int64),
        size_mm=np.stack(sides, axis=1),
        residential=np.array(values["residential"], np.bool_),
        signature=np.array(values["signature"], np.bool_),
        saturday=np.array(values["saturday"], np.bool_),
        accepts=np.array([accepted[kinds] for kinds in values["delivers_to"]], np.int64),
        slowest=np.array([slowest[speed] for speed in values["speed"]], np.int64),
        value_minor=np.array([worth[micros] for micros in values["value"]], np.int64),
    )
