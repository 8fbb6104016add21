"""The emission factors that come with Doorstep, and what a folder puts in their place."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from doorstep.domain.emission import EmissionFactor
from doorstep.files import build
from doorstep.files.faults import Faults
from doorstep.files.rules import Tables, check_keys
from doorstep.files.rules_emissions import check_factors
from doorstep.files.schema_emissions import EMISSION_FACTORS
from doorstep.files.table import read_table


@cache
def default_factors() -> tuple[EmissionFactor, ...]:
    """Every one of them, each with its source; read as a folder's own are."""
    faults = Faults()
    text = files("doorstep.files").joinpath(EMISSION_FACTORS.file).read_text(encoding="utf-8")
    tables: Tables = {EMISSION_FACTORS.name: read_table(text, EMISSION_FACTORS, EMISSION_FACTORS.file, 0, faults)}
    check_keys(tables)
    check_factors(tables)
    faults.refuse_if_any()
    return build.emission_factors(tables)


def with_defaults(own: Iterable[EmissionFactor]) -> tuple[EmissionFactor, ...]:
    """A folder's rows of a leg and mode take the place of all that Doorstep has of it; the others stay."""
    own = tuple(own)
    given = {(one.leg, one.mode) for one in own}
    return (*own, *(one for one in default_factors() if (one.leg, one.mode) not in given))
