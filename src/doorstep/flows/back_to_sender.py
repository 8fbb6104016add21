"""A parcel that a carrier brought back is taken in: the house makes its return itself, for nobody asked for it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from doorstep.core.orders import actions as orders
from doorstep.core.parcels import departures
from doorstep.core.parcels.departures import Found
from doorstep.core.returns import actions, queries
from doorstep.core.returns.labels import rma_of_label
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.sscc import read_scanned
from doorstep.flows.returns import receive_return


def take_in(scope: Scope, scanned: str, site: str, *, now: datetime) -> str:
    """Receive what was scanned: a return by its number or label, or a parcel by its code, tracking number or SSCC.

    Gives the number of the return; a second scan does nothing. Raises NotFound, and Conflict for a parcel that has
    not come back to its sender.
    """
    rma = scanned.upper()
    if queries.get_return(scope, rma) is not None:
        receive_return(scope, rma, site, now=now)
        return rma
    labelled = rma_of_label(scope, read_scanned(scanned))
    if labelled is not None:
        receive_return(scope, labelled, site, now=now)
        return labelled
    found = departures.scanned(scope, read_scanned(scanned))
    if found is None:
        raise NotFound(f"no return {rma}")
    if found.state != "returned":
        raise Conflict(f"parcel {found.parcel} is {found.state.replace('_', ' ')}: it has not come back to its sender")
    with transaction.atomic():  # with its receipt: a site that is none leaves no return behind
        rma = _return_of(scope, found, now)
        receive_return(scope, rma, site, now=now, brand=found.brand)
    return rma


def _return_of(scope: Scope, found: Found, now: datetime) -> str:
    orders.lock([found.order_id])  # two scans at once make one return
    made = queries.of_parcel(scope, found.pk)
    if made is not None:
        return made
    units = queries.packed_lines(scope, found.pk)
    if not units:
        raise Conflict(f"no line of its order is known to lie in parcel {found.parcel}")
    _, rma = actions.add(found.brand_id, found.order_id, "returned_to_sender", units, parcel_pk=found.pk, at=now)
    return rma
