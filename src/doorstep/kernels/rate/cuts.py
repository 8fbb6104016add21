"""A tariff with its freight rates cut: tables that rate the parcels of one service under several cuts at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from doorstep.kernels.rate.compiled import Ladders, Offers
from doorstep.kernels.rate.tables import TariffTables

_BY_SIZE = ("dim_when", "dim_threshold", "dim_other")


def cut_tables(tables: TariffTables, service: int, cuts: Sequence[int]) -> TariffTables:
    """Give tables of one service in which its tariff stands several times, one cut after the other.

    Parameters
    ----------
    tables, service
        The tariff, and the service that is kept of it.
    cuts
        Thousandths by which freight rates are cut; what is left of one is rounded down to the part.

    Returns
    -------
    TariffTables
        Their day d lies in epoch d: of the n-th cut, epoch e of the tariff is n x epochs + e.
    """
    many, ladders, charges = len(cuts), tables.ladders, tables.charges
    each = [_cut(ladders, cut) for cut in cuts]
    count, breaks = len(ladders.start) - 1, len(ladders.up_to_g)
    starts = [ladders.start[:-1] + n * breaks for n in range(many)]
    offers = _of_service(tables.offers, service)
    return replace(
        tables,
        services=tables.services[service : service + 1],
        changes=np.arange(1, many * (len(tables.changes) + 1)),
        offers=offers._replace(
            signature=np.tile(offers.signature, (1, many)), saturday=np.tile(offers.saturday, (1, many))
        ),
        lanes=tables.lanes._replace(code=np.ascontiguousarray(tables.lanes.code[:, :, service : service + 1])),
        ladders=Ladders(
            of=np.concatenate([ladders.of + n * count for n in range(many)], axis=1).astype(np.int32),
            start=np.append(np.concatenate(starts), many * breaks).astype(np.int32),
            up_to_g=np.tile(ladders.up_to_g, many),
            price_minor=np.concatenate([one.price_minor for one in each]),
            price_parts=np.concatenate([one.price_parts for one in each]),
            extra_parts=np.concatenate([one.extra_parts for one in each]),
            parts_per_minor=np.tile(ladders.parts_per_minor, many),
            steps=np.tile(ladders.steps, many),
            shift=ladders.shift,
            below=ladders.below,
        ),
        charges=charges._replace(of=np.tile(charges.of[service : service + 1], (1, many))),
    )


def _cut(ladders: Ladders, per_mille: int) -> Ladders:
    price = ladders.price_parts * (1000 - per_mille) // 1000
    extra = np.where(ladders.extra_parts < 0, -1, ladders.extra_parts * (1000 - per_mille) // 1000)
    fine = ladders.parts_per_minor
    return ladders._replace(price_parts=price, extra_parts=extra, price_minor=(2 * price + fine) // (2 * fine))


def _of_service(offers: Offers, service: int) -> Offers:
    """Give what one service takes."""
    first, last = (int(at) for at in offers.dim_start[service : service + 2])
    parts = {name: getattr(offers, name) for name in Offers._fields if name != "dim_start"}
    return Offers(
        dim_start=np.array([0, last - first]),
        **{name: part[first:last] if name in _BY_SIZE else part[service : service + 1] for name, part in parts.items()},
    )
