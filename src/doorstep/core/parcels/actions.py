from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from doorstep.core.orders import actions as orders
from doorstep.core.parcels.models import Parcel
from doorstep.core.statements import fresh, insert
from doorstep.domain import parcel
from doorstep.domain.errors import Conflict
from doorstep.domain.journey import PARCEL_FOLLOWS, PARCEL_STATES, OrderState, ParcelState, order_state

_STATES: dict[str, ParcelState] = {state: state for state in PARCEL_STATES}


def keep(brand_id: int, parcels: Iterable[parcel.Parcel], orders: Mapping[str, int], sites: Mapping[str, int]) -> None:
    """Keep the parcels of a plan; `orders` and `sites` give row ids of codes."""
    insert(
        [
            fresh(
                Parcel,
                brand_id=brand_id,
                order_id=orders[one.orders[0]],
                code=one.parcel,
                site_id=sites[one.site],
                carton=one.carton,
                service=one.service,
                weight_g=one.weight_g,
                billed_weight_g=one.billed_weight_g,
                ship_at=one.ship_at,
                promised_by=one.promised_by,
                on_time_ppm=one.on_time_ppm,
                pick_minor=one.cost.pick_minor,
                carton_minor=one.cost.carton_minor,
                freight_minor=one.cost.freight_minor,
                surcharges_minor=one.cost.surcharges_minor,
                duty_tax_minor=one.cost.duty_tax_minor,
                lateness_minor=one.cost.lateness_minor,
                contents=[[part.line, part.sku, part.quantity] for part in one.contents],
                placements=[
                    [p.sku, p.unit, p.x_mm, p.y_mm, p.z_mm, p.length_mm, p.width_mm, p.height_mm]
                    for p in one.placements
                ],
            )
            for one in parcels
        ]
    )


def move_on(ids: Iterable[int], before: ParcelState, after: ParcelState, **changed: Any) -> int:
    """Parcels in `before` go into `after`; returns how many did. Whoever comes second finds them gone on.

    `changed` are other columns of the rows. Call `settle` in the same transaction, so that their orders follow.
    """
    if after not in PARCEL_FOLLOWS[before]:
        raise Conflict(f"a parcel does not go from {before} to {after}")
    return Parcel.objects.filter(pk__in=list(ids), state=before).update(state=after, **changed)


def lock(ids: Iterable[int]) -> None:
    """Lock parcels until the transaction ends, in the order of their ids. Their orders are locked after them."""
    list(Parcel.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk").values_list("pk"))


def settle(order_ids: Iterable[int]) -> None:
    """Let orders stand as their parcels do. Locks the orders by id; two queries, and one for each new state."""
    pks = sorted(set(order_ids))
    standing = orders.lock(pks)
    parcels: dict[int, list[ParcelState]] = defaultdict(list)
    for order, state in Parcel.objects.filter(order_id__in=pks).order_by("pk").values_list("order_id", "state"):
        parcels[order].append(_STATES[state])
    moved: dict[tuple[OrderState, OrderState], list[int]] = defaultdict(list)
    for pk, before in standing.items():
        live = [state for state in parcels[pk] if state != "cancelled"]
        if live and before not in ("open", "held", "cancelled"):
            moved[before, order_state(live)].append(pk)
    for (before, after), those in sorted(moved.items()):
        if before != after:
            orders.stand(those, after)
