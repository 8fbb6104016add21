"""A tariff in which some services are another one that takes parcels over elsewhere, and charges from there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from doorstep.kernels.rate.compiled import Offers
from doorstep.kernels.rate.result import IntArray
from doorstep.kernels.rate.tables import TariffTables

_BY_SIZE = ("dim_start", "dim_when", "dim_threshold", "dim_other")


def take_over(tables: TariffTables, local: IntArray, origin: IntArray) -> TariffTables:
    """Let the last X services charge what others do from other origins, wherever the parcel leaves.

    Parameters
    ----------
    tables
        A tariff that describes these services and has no lines of theirs.
    local, origin
        [X] the service whose charges they have, and the origin that these are reckoned from.

    Returns
    -------
    TariffTables
        The other services as they were.
    """
    source = np.arange(len(tables.services))
    source[len(source) - len(local) :] = local
    code, lanes = tables.lanes.code.copy(), tables.lanes
    for n, (service, at) in enumerate(zip(local.tolist(), origin.tolist(), strict=True), len(source) - len(local)):
        code[:, :, n] = lanes.code[lanes.origin_class[at], :, service]
    return replace(
        tables,
        offers=_offers(tables.offers, source),
        lanes=lanes._replace(code=code),
        charges=tables.charges._replace(of=np.ascontiguousarray(tables.charges.of[source])),
    )


def _offers(offers: Offers, source: IntArray) -> Offers:
    """Give each service the limits of its source."""
    first, many = offers.dim_start[source], np.diff(offers.dim_start)[source]
    start = np.concatenate([[0], np.cumsum(many)]).astype(np.int64)
    rows = np.repeat(first - start[:-1], many) + np.arange(start[-1])
    parts = {name: getattr(offers, name) for name in Offers._fields}
    by_service = {name: part[source] for name, part in parts.items() if name not in _BY_SIZE}
    by_size = {name: parts[name][rows] for name in _BY_SIZE if name != "dim_start"}
    return offers._replace(dim_start=start, **by_service, **by_size)
