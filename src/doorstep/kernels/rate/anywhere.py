"""A tariff compiled once for wherever parcels may go, so that a new destination costs a look-up and no compilation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.carriage import Service, Tariff
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.kernels.rate.tables import TariffTables, compiled_with_cells, with_limits
from doorstep.kernels.rate.zones import Cells, route_key


@dataclass(frozen=True, slots=True)
class AnyDestination:
    """`tables` has a class of destinations for each of the `cells` that the zones and areas cut the postcodes into."""

    tables: TariffTables
    cells: Cells

    def to(self, places: Sequence[Place]) -> TariffTables:
        """Give the tables of these destinations, as `compile_tariff` would make them."""
        of = self.cells.of
        classes = np.fromiter((of(route_key(one.country, one.postcode)) for one in places), np.int32, len(places))
        lanes = self.tables.lanes._replace(destination_class=classes)
        return replace(self.tables, destinations=tuple(places), lanes=lanes)

    def with_limits(self, services: Sequence[Service]) -> AnyDestination:
        """Give the tables of these services, see `tables.with_limits`."""
        return replace(self, tables=with_limits(self.tables, services))


def compile_anywhere(tariff: Tariff, currency: Currency, origins: Sequence[Place]) -> AnyDestination:
    """Compile a tariff for all destinations. Raises InvalidProblem as `compile_tariff` does."""
    tables, cells = compiled_with_cells(tariff, currency, origins, None)
    return AnyDestination(tables, cells)
