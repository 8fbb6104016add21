"""Numbers that the record has dealt out, which are on papers and with carriers, whatever becomes of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from doorstep.core.backup import engines
from doorstep.core.parcels.models import SsccRange

Ask = Callable[[str], Iterable[tuple[Any, ...]]]  # runs a query
_SSCCS = SsccRange._meta.db_table


@dataclass(frozen=True, slots=True)
class Dealt:
    """The last ids by their tables, and the last serial numbers of SSCCs by their company prefix."""

    ids: Mapping[str, int] = field(default_factory=dict)
    serials: Mapping[str, int] = field(default_factory=dict)


def dealt(ask: Ask) -> Dealt:
    """What a record has dealt out, of whichever version its tables are."""
    there = {name for (name,) in ask(engines.TABLES[engines.on_postgresql()])}
    ids = engines.LAST_IDS[engines.on_postgresql()]
    counted: dict[str, int] = dict(ask(ids)) if engines.on_postgresql() or "sqlite_sequence" in there else {}
    serials = f"SELECT company_prefix, MAX(serial) FROM {_SSCCS} GROUP BY company_prefix"
    return Dealt(counted, dict(ask(serials)) if _SSCCS in there else {})


def deal_none_twice(ids: Mapping[str, int], models: Iterable[type[Model]]) -> None:
    """Have the tables go on after these ids, where they are not beyond them."""
    for model in models:
        here, given = engines.last_id(model), ids.get(model._meta.db_table, 0)
        if here is not None and here < given:
            engines.raise_last_id(model, given)


def deal_no_sscc_twice(serials: Mapping[str, int]) -> None:
    """The same of SSCCs: by their prefix, which is one company's, as whichever operator it was entered."""
    for prefix, serial in serials.items():
        SsccRange.objects.filter(company_prefix=prefix, serial__lt=serial).update(serial=serial)
