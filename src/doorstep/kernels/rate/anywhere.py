"""A tariff compiled once for wherever parcels may go, so that a new destination costs a look-up and no compilation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.carriage import Tariff
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.kernels.rate.tables import TariffTables, compile_tariff
from doorstep.kernels.rate.zones import route_key

NOWHERE = Place("", "", "", "")


@dataclass(frozen=True, slots=True)
class AnyDestination:
    """`tables` has one destination for each prefix that a zone rule names, and one that none of them covers."""

    tables: TariffTables
    class_of: dict[str, int]  # a prefix, country included, -> class of destinations in the tables
    lengths: tuple[int, ...]  # of the prefixes, longest first

    def to(self, places: Sequence[Place]) -> TariffTables:
        """Give the tables of these destinations, as `compile_tariff` would make them."""
        classes = np.fromiter((self._class(place) for place in places), np.int32, len(places))
        lanes = self.tables.lanes._replace(destination_class=classes)
        return replace(self.tables, destinations=tuple(places), lanes=lanes)

    def _class(self, place: Place) -> int:
        key = route_key(place.country, place.postcode)
        for length in self.lengths:
            found = self.class_of.get(key[:length]) if len(key) >= length else None
            if found is not None:
                return found
        return self.class_of[""]


def compile_anywhere(tariff: Tariff, currency: Currency, origins: Sequence[Place]) -> AnyDestination:
    """Compile a tariff for all destinations. Raises InvalidProblem as `compile_tariff` does."""
    prefixes = {route_key(rule.destination_country, rule.destination_prefix): rule for rule in tariff.zones}
    ends = [Place(rule.destination_country, "", "", rule.destination_prefix) for rule in prefixes.values()]
    tables = compile_tariff(tariff, currency, origins, [*ends, NOWHERE])
    classes = tables.lanes.destination_class.tolist()
    class_of = dict(zip([*prefixes, ""], classes, strict=True))
    return AnyDestination(tables, class_of, tuple(sorted({len(prefix) for prefix in prefixes}, reverse=True)))
