"""Places where a site could be, in: candidates.csv, whole or refused with every fault."""

from __future__ import annotations

from pathlib import Path

from doorstep.domain.place import Place
from doorstep.domain.placement import Candidate
from doorstep.files.columns import Table, must, opt
from doorstep.files.faults import Faults
from doorstep.files.kinds import code, country, measure, money, text, whole
from doorstep.files.one_file import read_file
from doorstep.files.rules import Tables

CANDIDATES = Table(
    "candidates",
    "Places where a site could be.",
    (
        must("name", code(), "of the place"),
        must("latitude", measure(-90, 90), "degrees north"),
        must("longitude", measure(-180, 180), "degrees east"),
        must("country", country(), "ISO 3166-1 alpha-2"),
        opt("postcode", text(), "by which tariffs find its zone; empty: that of the nearest region"),
        opt("fixed_cost", money(), "of a month, in the brand's currency"),
        opt("daily_order_capacity", whole(1, 10**7), "orders a day; empty: any number"),
    ),
    keys=(("name",),),
    optional=True,
)


def read_candidates(path: Path) -> tuple[Candidate, ...]:
    """Read and check a file of candidates. Raises InputRefused."""
    faults = Faults()
    tables: Tables = {}
    read_file(path, CANDIDATES, 0, faults, tables, lambda _: None)
    faults.refuse_if_any()
    values = tables["candidates"].values
    columns = ("name", "country", "postcode", "latitude", "longitude", "fixed_cost", "daily_order_capacity")
    return tuple(
        Candidate(name, Place(where, "", name, postcode or "", north, east), cost, room)
        for name, where, postcode, north, east, cost, room in zip(*(values[one] for one in columns), strict=True)
    )
