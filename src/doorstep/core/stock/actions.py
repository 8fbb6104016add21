"""What is done with stock. Everything ends in one posting; see `posting`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from doorstep.core.stock.choosing import Wanted, choose, held_for, insist, moved
from doorstep.core.stock.models import Inbound, Level
from doorstep.core.stock.posting import Overtaken, check_ends, post, shelf_of, tick
from doorstep.domain.errors import Conflict, NotEnough, NotFound
from doorstep.domain.ledger import LONGEST_REFERENCE, TRANSFER_BIN, AdjustReason, Shelf, Shift, State

__all__ = (
    "AdjustReason", "NotEnough", "Wanted", "adjust", "expect", "post", "receive", "receive_transfer", "release",
    "reserve", "reserve_all", "send_transfer",
)  # fmt: skip

_ENDS: dict[AdjustReason, tuple[State | None, State | None]] = {
    "count": (None, "available"),  # turned round when fewer were counted
    "found": (None, "available"),
    "loss": ("available", None),
    "damage": ("available", "damaged"),
    "quarantine": ("available", "quarantined"),
    "clearance": ("quarantined", "available"),
}


def reserve(brand_id: int, wanted: Sequence[Wanted], reference: str, *, at: datetime, actor: str) -> int:
    """Reserve for one reference. Raises NotEnough, and nothing is reserved then."""
    return reserve_all(brand_id, {reference: wanted}, at=at, actor=actor)


def reserve_all(brand_id: int, wanted: Mapping[str, Iterable[Wanted]], *, at: datetime, actor: str) -> int:
    """Reserve for several references in one posting: what expires first goes first, then what came first.

    Units keep their bin and lot. Levels are chosen without a lock; when others took from them meanwhile it is chosen
    again, so that NotEnough says that the units are truly gone.
    """
    asked = [(reference, one) for reference, several in wanted.items() for one in several]

    def once() -> int:
        chosen = choose(brand_id, asked, lambda shelf: moved(shelf, state="reserved"), "reservation", at)
        return post(brand_id, chosen.shifts, at=at, actor=actor, there=chosen.there)

    return insist(once)


def release(brand_id: int, reference: str, *, at: datetime, actor: str) -> int:
    """Make available again what the reference still holds; nothing happens when that is nothing."""

    def once() -> int:
        held = held_for(brand_id, reference)
        shifts = [
            Shift(shelf, moved(shelf, state="available"), units, "release", reference=reference)
            for shelf, units in held.items()
        ]
        return post(brand_id, shifts, at=at, actor=actor, still=lambda: held_for(brand_id, reference) == held)

    return insist(once, Overtaken)  # NotEnough: somebody took what was reserved; trying again would not mend it


def receive(
    brand_id: int,
    site: int,
    product: int,
    quantity: int,
    bin: str = "",
    lot: str = "",
    expires_on: date | None = None,
    *,
    inbound: int | None = None,
    note: str = "",
    at: datetime,
    actor: str,
) -> int:
    """Take goods in. `inbound` names the expected goods they are; fewer leave the rest expected.

    Raises Conflict when the expected goods have been received already, NotFound when they are none of this brand's.
    """
    reference = "" if inbound is None else f"inbound:{inbound}"
    shelf = Shelf(site, product, bin, lot, "available")
    with transaction.atomic():
        if inbound is not None:
            _arrive(brand_id, inbound, shelf, quantity, at)
        shift = Shift(None, shelf, quantity, "receipt", note=note, reference=reference, expires_on=expires_on)
        return post(brand_id, [shift], at=at, actor=actor)


def expect(brand_id: int, site: int, product: int, quantity: int, expected_at: datetime) -> int:
    """Announce goods on their way; returns the row's id. The stock gets a new version, for it shows them."""
    with transaction.atomic():
        check_ends(brand_id, {site}, {product})
        row = Inbound.objects.create(
            brand_id=brand_id, site_id=site, product_id=product, quantity=quantity, expected_at=expected_at
        )
        tick(brand_id)
        return row.pk


def adjust(
    brand_id: int,
    site: int,
    product: int,
    quantity: int,
    *,
    reason: AdjustReason,
    bin: str = "",
    lot: str = "",
    note: str = "",
    reference: str = "",
    at: datetime,
    actor: str,
) -> int:
    """Set the record right. Of a count, `quantity` is the difference and may be negative; of all else it is units.

    Raises ValueError on a reason that is none or no quantity, NotEnough when the bin holds fewer.
    """
    if reason not in _ENDS:
        raise ValueError(f"{reason} is no reason to adjust stock")
    source, target = _ENDS[reason]
    if reason == "count" and quantity < 0:
        source, target, quantity = target, source, -quantity
    shift = Shift(
        None if source is None else Shelf(site, product, bin, lot, source),
        None if target is None else Shelf(site, product, bin, lot, target),
        quantity,
        reason,
        note=note,
        reference=reference,
    )
    return post(brand_id, [shift], at=at, actor=actor)


def send_transfer(
    brand_id: int,
    origin: int,
    destination: int,
    goods: Mapping[int, int],
    reference: str,
    *,
    at: datetime,
    actor: str,
) -> int:
    """Send units (by product id) to another site, where they are in transit until received."""
    if origin == destination:
        raise Conflict("a transfer goes from one site to another")
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        raise Conflict(f"the reference of a transfer has 1 to {LONGEST_REFERENCE} characters")
    asked = [(_transfer(reference), Wanted(origin, product, units)) for product, units in goods.items()]

    def once() -> int:
        chosen = choose(brand_id, asked, lambda shelf: _on_the_way(shelf, destination, reference), "transfer", at)
        return post(brand_id, chosen.shifts, at=at, actor=actor)

    return insist(once)


def receive_transfer(
    brand_id: int,
    destination: int,
    reference: str,
    *,
    bin: str = "",
    at: datetime,
    actor: str,
) -> int:
    """Take in what is in transit under the reference; a second time does nothing. Raises NotFound if none ever was."""

    def once() -> int:
        rows = Level.objects.filter(
            brand_id=brand_id, site_id=destination, bin=_transfer(reference), state="in_transit"
        ).order_by("id")
        levels = list(rows)
        if not levels:
            raise NotFound("no such transfer")
        shifts = [
            Shift(
                shelf_of(level),
                moved(shelf_of(level), state="available", bin=bin),
                level.quantity,
                "transfer",
                reference=_transfer(reference),
            )
            for level in levels
            if level.quantity
        ]
        return post(brand_id, shifts, at=at, actor=actor)

    return insist(once)


def _arrive(brand_id: int, inbound: int, shelf: Shelf, quantity: int, at: datetime) -> None:
    """Cross off expected goods; locked, so that they are not received twice."""
    row = Inbound.objects.select_for_update().filter(brand_id=brand_id, pk=inbound).first()
    if row is None or (row.site_id, row.product_id) != (shelf.site, shelf.product):
        raise NotFound("no such goods are expected")
    if row.received_at is not None:
        raise Conflict("these goods have been received already")
    if quantity < row.quantity:
        row.quantity -= quantity
    else:
        row.received_at = at
    row.save(update_fields=["quantity", "received_at"])


def _on_the_way(shelf: Shelf, destination: int, reference: str) -> Shelf:
    return Shelf(destination, shelf.product, _transfer(reference), shelf.lot, "in_transit")


def _transfer(reference: str) -> str:
    return f"{TRANSFER_BIN}{reference}"
