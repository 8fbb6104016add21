"""Once a parcel is packed its label is bought, and what keeps it from being bought is kept with its tote."""

from __future__ import annotations

from datetime import datetime

from doorstep.core.floor import bench, packing
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import ship
from doorstep.flows.carriers import Carriers, connected


def label_packed(scope: Scope, tote_pk: int, *, now: datetime, carriers: Carriers = connected) -> bool:
    """Buy the label of a tote's packed parcel; False: it has none yet, and the tote says why.

    Called after the transaction that packs: whatever the carrier says or does not say, the parcel is packed, and its
    label is bought once, however often it is asked for. Raises NotFound.
    """
    tote = bench.get_tote(scope, tote_pk) if scope.may("move_stock") else None
    if tote is None:
        raise NotFound("no such tote")
    if tote.packed_at is None:
        return False
    try:
        ship.buy_label(scope, tote.parcel_pk, now=now, carriers=carriers)
    except (Conflict, NotFound) as why:
        packing.told(tote_pk, f"The label was not bought: {why}.")
        return False
    packing.told(tote_pk, "")
    return True
