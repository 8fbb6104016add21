"""A tariff alone in: the files of a folder that say what carriers offer and ask, checked as in a brand folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from doorstep.domain.carriage import Markup, Tariff
from doorstep.domain.emission import EmissionFactor
from doorstep.domain.money import Currency
from doorstep.files import build
from doorstep.files.emissions import with_defaults
from doorstep.files.faults import Faults
from doorstep.files.folder import collector_at_rest, read_tables
from doorstep.files.rules_exchange import NAMELESS, own_currency
from doorstep.files.rules_tariff import RULES
from doorstep.files.schema_demand import BRAND
from doorstep.files.schema_rate import TARIFF_TABLES
from doorstep.kernels.run import Progress, silent

_WANTED = (replace(BRAND, optional=True), *TARIFF_TABLES)


@dataclass(frozen=True, slots=True)
class TariffFolder:
    tariff: Tariff
    currency: Currency  # of all amounts
    markups: tuple[Markup, ...]
    ioss: bool  # the brand has an IOSS number
    emission_factors: tuple[EmissionFactor, ...]
    data_version: str  # sha256 of the content: equal for equal data, packed or not


def read_tariff(path: Path, progress: Progress = silent) -> TariffFolder:
    """Read and check the tariff of a folder; a brand folder is one.

    Amounts are in the currency of brand.csv where that is there, else in the first that rates.csv names and that has no
    rate of exchange, else in one without a name. Raises InputRefused with the first thousand faults and the count of
    all.
    """
    with collector_at_rest():
        faults = Faults()
        tables, version = read_tables(path, _WANTED, faults, progress)
        for rule in RULES:
            rule(tables)
        faults.refuse_if_any()
        tariff = build.tariff(tables)
        factors = with_defaults(build.emission_factors(tables))
        ioss = any(tables["brand"].values["ioss"]) if "brand" in tables else False
        currency = own_currency(tables) or NAMELESS
        return TariffFolder(tariff, currency, build.markups(tables), ioss, factors, version)
