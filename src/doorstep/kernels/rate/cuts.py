"""Parcels of one service, rated again and again with its freight rates cut by other shares."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import numpy as np

from doorstep.kernels.rate.compiled import Ladders, Offers, ParcelRows, Quotes, rate_parcels
from doorstep.kernels.rate.problem import RateProblem
from doorstep.kernels.rate.result import BoolArray, IntArray, RateResult
from doorstep.kernels.rate.tables import TariffTables

_BY_SIZE = ("dim_when", "dim_threshold", "dim_other")


class CutRates:
    """What a service asks for some parcels of a problem, with its freight rates cut.

    All but the rates is cut out of the tables and the parcels once. Neither is validated again: the problem was, and
    no cut rate is larger than it was there.

    Parameters
    ----------
    problem, service
        Parcels and their tariff, and the service that is kept of it.
    parcel
        [n] of the problem's parcels.
    """

    def __init__(self, problem: RateProblem, service: int, parcel: IntArray) -> None:
        tables, parcels = problem.tables, problem.parcels
        day = parcels.ship_day[parcel] if parcels.ship_day.ndim == 1 else parcels.ship_day[parcel, service]
        parts = {name: getattr(parcels, name)[parcel] for name in ParcelRows._fields if name != "epoch"}
        self.rows = ParcelRows(**parts, epoch=tables.epochs(day).astype(np.int32).reshape(-1, 1))
        self.tables = of_service(tables, service)

    def rated(self, per_mille: int) -> RateResult:
        """Rate the parcels, [n, 1], with so many thousandths off; a rate is then rounded down to the part."""
        count, tables = len(self.rows.weight_g), self.tables
        shape = count, 1
        found = Quotes(
            reason=np.zeros(shape, np.uint8),
            freight_minor=np.zeros(shape, np.int64),
            surcharges_minor=np.zeros(shape, np.int64),
            billed_weight_g=np.zeros(shape, np.int64),
            zone=np.zeros(shape, np.int32),
        )
        ladders = cut_ladders(tables.ladders, per_mille)
        rate_parcels(0, count, self.rows, tables.offers, tables.lanes, ladders, tables.charges, found)
        return RateResult(*found)

    def some(self, rows: BoolArray) -> CutRates:
        """Keep some of the parcels."""
        kept = copy(self)
        kept.rows = ParcelRows(**{name: part[rows] for name, part in self.rows._asdict().items()})
        return kept

    def price_minor(self, per_mille: int) -> IntArray:
        """Freight and surcharges [n] with so many thousandths off; 0 where the service does not take the parcel."""
        return self.rated(per_mille).price_minor[:, 0]


def of_service(tables: TariffTables, service: int) -> TariffTables:
    """Keep one service of a tariff."""
    first, last = (int(at) for at in tables.offers.dim_start[service : service + 2])
    parts = {name: getattr(tables.offers, name) for name in Offers._fields if name != "dim_start"}
    kept = {name: part[first:last] if name in _BY_SIZE else part[service : service + 1] for name, part in parts.items()}
    code = np.ascontiguousarray(tables.lanes.code[:, :, service : service + 1])
    return replace(
        tables,
        services=tables.services[service : service + 1],
        offers=Offers(dim_start=np.array([0, last - first]), **kept),
        lanes=tables.lanes._replace(code=code),
        charges=tables.charges._replace(of=tables.charges.of[service : service + 1]),
    )


def cut_ladders(ladders: Ladders, per_mille: int) -> Ladders:
    """Cut the prices of all breaks by thousandths, rounded down to the part."""
    price = ladders.price_parts * (1000 - per_mille) // 1000
    extra = np.where(ladders.extra_parts < 0, -1, ladders.extra_parts * (1000 - per_mille) // 1000)
    fine = ladders.parts_per_minor
    return ladders._replace(price_parts=price, extra_parts=extra, price_minor=(2 * price + fine) // (2 * fine))
