"""Duty and tax of the parcels of a file: what goes over a border with each service, who pays it, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import Service
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.place import Place
from doorstep.files.parcels_in import ParcelFile
from doorstep.files.rates_out import DutyCells
from doorstep.files.tariff_in import TariffFolder
from doorstep.kernels.rate.duty import TOO_MUCH, Consignments, Owed, owed, too_much
from doorstep.kernels.rate.duty_tables import DutyTables, duty_book
from doorstep.kernels.rate.duty_text import explain_duty
from doorstep.kernels.rate.problem import Parcels
from doorstep.kernels.rate.result import RateResult


@dataclass(frozen=True, slots=True)
class Border:
    """The duties of a tariff, looked up for all goods of a file."""

    tables: DutyTables
    read: ParcelFile
    dispatch: NDArray[np.int64]  # [origins] index of the country
    destination: NDArray[np.int64]  # [destinations]

    def owed(self, first: int, parcels: Parcels, result: RateResult) -> tuple[Consignments, Owed]:
        """Reckon what some parcels owe, of which the first is that of the file.

        Raises InvalidProblem where an amount of a parcel might not be added exactly.
        """
        some, count = slice(first, first + len(parcels)), len(parcels)
        asked = Consignments(
            dispatch=self.dispatch[parcels.origin],
            destination=self.destination[parcels.destination],
            content=np.arange(count),
            goods_minor=parcels.value_minor,
            day=parcels.ship_day,
            freight_minor=result.price_minor,
            item_start=np.arange(count + 1),
            item_kind=self.read.kind[some],
            item_value_minor=parcels.value_minor,
            item_weight_g=self.read.net_weight_g[some],
        )
        if (at := too_much(self.tables, asked)) is not None:
            raise InvalidProblem(f"parcel {self.read.ids[first + at]}: {TOO_MUCH}")
        return asked, owed(self.tables, asked)

    def columns(
        self, first: int, parcels: Parcels, result: RateResult, services: Sequence[Service]
    ) -> list[list[DutyCells]]:
        """Tell, for each service, the cells of each parcel; empty where there is no price."""
        asked, found = self.owed(first, parcels, result)
        said: dict[tuple[int, ...], str] = {}
        return [list(self._cells(asked, found, result, s, offer, said)) for s, offer in enumerate(services)]

    def _cells(
        self,
        asked: Consignments,
        found: Owed,
        result: RateResult,
        service: int,
        offer: Service,
        said: dict[tuple[int, ...], str],
    ) -> Iterator[DutyCells]:
        """Tell the cells of a service; `said` keeps every explanation by all that it hangs on."""
        money, payer = self.tables.book.currency.text, "sender" if offer.incoterm == "DDP" else "receiver"
        columns = (
            asked.dispatch, asked.destination, asked.day, asked.item_kind, asked.item_value_minor, asked.item_weight_g
        )  # fmt: skip
        inputs = list(zip(*(one.tolist() for one in columns), strict=True))
        freights, territory = asked.freight_minor[:, service].tolist(), self.tables.territory
        undeclared = (asked.goods_minor == 0) & (territory[asked.dispatch] != territory[asked.destination])
        duties, taxes = found.duty_minor[:, service].tolist(), found.tax_minor[:, service].tolist()
        for p, (priced, duty, tax) in enumerate(zip(result.eligible[:, service].tolist(), duties, taxes, strict=True)):
            if not priced:
                yield "", "", "", ""
                continue
            if (why := said.get(key := (*inputs[p], freights[p]))) is None:
                why = said[key] = explain_duty(self.tables, asked, p, service)
            if undeclared[p]:
                yield "", "", "", why
                continue
            yield money(duty), money(tax), payer if duty + tax else "", why


def border_of(tariff: TariffFolder, read: ParcelFile) -> Border | None:
    """Look the duties up; None where the tariff has none. Raises InvalidProblem where they contradict themselves."""
    if not tariff.tariff.duties:
        return None
    index: dict[str, int] = {}

    def numbered(places: Sequence[Place]) -> NDArray[np.int64]:
        return np.array([index.setdefault(place.country, len(index)) for place in places], np.int64)

    dispatch, destination = numbered(read.origins), numbered(read.destinations)
    tables = duty_book(tariff.tariff, tariff.currency, tariff.ioss).tables(tuple(index), read.goods)
    return Border(tables, read, dispatch, destination)
