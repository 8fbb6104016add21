"""Pick: take the next task, prove bin and product by scanning them, say what is not there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from doorstep.core.catalog.scanning import scanned
from doorstep.core.catalog.snapshot import product_ids
from doorstep.core.events.actions import record
from doorstep.core.floor import actions, queries, snapshot
from doorstep.core.floor.queries import PickRow
from doorstep.core.orders import actions as orders
from doorstep.core.stock import actions as stock
from doorstep.core.stock import floor as stock_of_floor
from doorstep.domain.errors import Conflict, NotEnough, NotFound
from doorstep.domain.floor import MISSING_REASONS, MissingReason, other_lot
from doorstep.domain.gs1 import bare
from doorstep.domain.ledger import Shelf
from doorstep.domain.rights import Scope
from doorstep.flows.hold_back import hold_back
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.release import choose

ELSEWHERE = "Others lie in another bin of the site: they come at the end of the round."
HELD = "The site has no others. Its order is held, and what was picked for it is to be put back."
WAITS = "The site has no others. The tote waits until goods are there, unless its order was taken back."
LAST = 1_000_000  # stop of what is fetched from elsewhere: the end of the round


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan has done; `refused` says why it has done nothing."""

    done: bool
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Shorted:
    """What became of units that were not there."""

    missing: int
    from_elsewhere: bool  # others of the site take their place, and are to be picked
    held: bool  # there are none: its order is off the floor and waits for a plan


def next_pick(scope: Scope, wave: str, *, now: datetime) -> PickRow | None:
    """Give a worker what they have taken and not done yet, else the next of the wave; None: nothing is left."""
    _may_move(scope)
    row = queries.get_wave(scope, wave)
    if row is None:
        raise NotFound(f"no wave {wave}")
    taken = actions.take_pick(row.pk, scope.brands, scope.actor, now)
    if taken is None:
        return None
    pick = _found(scope, taken)
    # Apart from the taking, which has locked the pick: elsewhere totes are locked before their picks.
    with transaction.atomic():
        if actions.start_tote(pick.tote_pk, now):
            record(
                scope.operator,
                pick.brand_id,
                kind="PickStarted",
                subject=order_reference(pick.order_id),
                data={"wave": pick.wave},
                at=now,
                actor=scope.actor,
            )
    return pick


def scan(scope: Scope, pick_pk: int, code: str, *, now: datetime) -> Scanned:
    """Take a scan for a pick: first its bin, then its product, which ends it. What is wrong is named and counted."""
    pick = _mine(scope, pick_pk)
    if not pick.bin_seen:
        bin = bare(code)
        if bin.casefold() == pick.bin.casefold():
            actions.see_bin(pick_pk)
            return Scanned(False)
        return _refused(pick, f"{bin or 'Nothing'} is not this bin: go to {pick.bin}.")
    wrong = _wrong_product(pick, code, now)
    if wrong:
        return _refused(pick, wrong)
    with transaction.atomic():
        if not actions.hold_tote(pick.tote_pk):
            raise Conflict("this order was taken back: leave the goods where they are")
        if not actions.finish_pick(pick_pk, scope.actor, pick.quantity, now):
            raise Conflict("somebody else has this pick now")
        stock_of_floor.pick(
            pick.brand_id, order_reference(pick.order_id), _shelf(pick), pick.quantity, at=now, actor=scope.actor
        )
    return Scanned(True)


def give_back(scope: Scope, pick_pk: int) -> None:
    """Leave a pick to others, untouched."""
    actions.leave_pick(_mine(scope, pick_pk).pk, scope.actor)


def short(scope: Scope, pick_pk: int, there: int, reason: str, *, now: datetime) -> Shorted:
    """Say that a bin holds fewer units than are to be picked.

    Those that are there are picked. The others go out of sale until a supervisor has looked. Units from elsewhere in
    the site take their place; if there are none the order leaves the floor and waits for a plan. Told again by the
    same worker it does what was left undone, and nothing twice.
    """
    pick = _found(scope, pick_pk)
    if _reported(scope, pick, there):
        return _outcome(scope, pick, pick.quantity - there, now)
    pick = _mine(scope, pick_pk)
    why = next((one for one in MISSING_REASONS if one == reason), None)
    if why is None:
        raise Conflict("say why: not there, or damaged")
    if not 0 <= there < pick.quantity:
        raise Conflict(f"a short pick has fewer than {pick.quantity} units")
    missing = pick.quantity - there
    with transaction.atomic():
        if not actions.hold_tote(pick.tote_pk):
            raise Conflict("this order was taken back: leave the goods where they are")
        if not actions.finish_pick(pick_pk, scope.actor, there, now):
            raise Conflict("somebody else has this pick now")
        _post_short(scope, pick, there, missing, why, now)
    return _outcome(scope, pick, missing, now)


def refill(scope: Scope, brand_id: int, order_pk: int, tote_pk: int, site_pk: int, *, now: datetime) -> bool:
    """Have units fetched for what a tote lacks; False: the site has none. Asked again it does nothing twice."""
    if _add_picks(brand_id, order_pk, tote_pk, site_pk):
        return True
    try:
        with transaction.atomic():
            orders.lock([order_pk])
            if not actions.hold_tote(tote_pk):
                return False
            spare = _spare(_free(brand_id, order_pk, site_pk), _promised(brand_id, order_pk, site_pk))
            lacking = [
                stock.Wanted(site_pk, one, units - spare[one])
                for one, units in snapshot.wanted(tote_pk).items()
                if units > spare[one]
            ]
            stock.reserve(brand_id, lacking, order_reference(order_pk), at=now, actor=scope.actor)
    except NotEnough:
        return False
    return _add_picks(brand_id, order_pk, tote_pk, site_pk)


def _reported(scope: Scope, pick: PickRow, there: int) -> bool:
    """Whether this worker has told this very thing already, as one who has not heard the answer tells it again."""
    _may_move(scope)
    return pick.state == "short" and pick.worker == scope.actor and pick.picked == there


def _outcome(scope: Scope, pick: PickRow, missing: int, now: datetime) -> Shorted:
    """See to the units that are lacking: others in their place, or the order held back."""
    if pick.state == "short" and pick.told:
        return Shorted(missing, pick.told == ELSEWHERE, pick.told == HELD)
    elsewhere = refill(scope, pick.brand_id, pick.order_id, pick.tote_pk, pick.site_pk, now=now)
    held = not elsewhere and hold_back(scope, pick.brand_id, pick.order_id, now=now)
    actions.tell_picker(pick.pk, ELSEWHERE if elsewhere else HELD if held else WAITS)
    return Shorted(missing, elsewhere, held)


def _add_picks(brand_id: int, order_pk: int, tote_pk: int, site_pk: int) -> bool:
    """Pick what is reserved for the order and nobody was told to fetch yet; True: nothing is lacking any more.

    What its parcels need that are still planned stays theirs, or they would be left out of their wave.
    """
    with transaction.atomic():
        orders.lock([order_pk])
        if not actions.hold_tote(tote_pk):
            return False
        lacking = snapshot.wanted(tote_pk)
        free, promised = _free(brand_id, order_pk, site_pk), _promised(brand_id, order_pk, site_pk)
        spare = _spare(free, promised)
        if any(units > spare[product] for product, units in lacking.items()):
            return False
        shelves = choose(lacking, free)
        if shelves is None:
            return False
        actions.add_picks(
            tote_pk,
            [actions.NewPick(shelf.product, shelf.bin, shelf.lot, units, LAST) for shelf, units in shelves.items()],
        )
    return True


def _post_short(scope: Scope, pick: PickRow, there: int, missing: int, why: MissingReason, now: datetime) -> None:
    if why == "not_there":
        actions.note_missing(pick.brand_id, pick.pk, pick.product, missing, why, scope.actor, now)
    record(
        scope.operator,
        pick.brand_id,
        kind="PickShort",
        subject=order_reference(pick.order_id),
        data={"sku": pick.sku, "bin": pick.bin, "quantity": missing},
        at=now,
        actor=scope.actor,
    )
    stock_of_floor.pick(
        pick.brand_id,
        order_reference(pick.order_id),
        _shelf(pick),
        there,
        missing,
        "damaged" if why == "damaged" else "quarantined",
        f"short pick: {why.replace('_', ' ')}",
        at=now,
        actor=scope.actor,
    )


def _wrong_product(pick: PickRow, code: str, now: datetime) -> str:
    """Say why a scan is not a unit of what is to be picked; empty: it is."""
    seen = scanned([pick.brand_id], code, today=now.date(), wanted=[pick.product])
    if seen.names(pick.product):
        return other_lot(seen.lot, {pick.lot})
    if bare(code).casefold() == pick.bin.casefold() != "":
        return f"{seen.text} is the bin: now scan the product, {pick.sku}."
    return seen.fault or f"{seen.told} is not the product: take {pick.sku}."


def _free(brand_id: int, order_pk: int, site_pk: int) -> Counter[Shelf]:
    """What is reserved for the order at the site and nobody was told to fetch."""
    reference = order_reference(order_pk)
    held = stock_of_floor.held(brand_id, [reference]).get(reference, {})
    here = Counter({shelf: units for shelf, units in held.items() if shelf.site == site_pk})
    return here - snapshot.spoken_for([order_pk]).get(order_pk, Counter())


def _promised(brand_id: int, order_pk: int, site_pk: int) -> Counter[int]:
    """Units by product that the order's parcels need which are still planned."""
    needed = snapshot.still_planned(order_pk, site_pk)
    known = product_ids(brand_id, needed)
    return Counter({known[sku]: units for sku, units in needed.items() if sku in known})


def _spare(free: Counter[Shelf], promised: Counter[int]) -> Counter[int]:
    """Units by product that are free and not promised; below zero where the planned parcels are short themselves."""
    spare: Counter[int] = Counter()
    for shelf, units in free.items():
        spare[shelf.product] += units
    spare.subtract(promised)
    return spare


def _refused(pick: PickRow, told: str) -> Scanned:
    actions.refuse_pick_scan(pick.pk, told)
    return Scanned(False, told)


def _mine(scope: Scope, pick_pk: int) -> PickRow:
    _may_move(scope)
    pick = _found(scope, pick_pk)
    if pick.state != "taken" or pick.worker != scope.actor:
        raise Conflict(pick.told if pick.state == "withdrawn" else "this pick is not yours, or it is done")
    return pick


def _found(scope: Scope, pick_pk: int) -> PickRow:
    pick = queries.get_pick(scope, pick_pk)
    if pick is None:
        raise NotFound("no such pick")
    return pick


def _may_move(scope: Scope) -> None:
    if not scope.may("move_stock"):
        raise NotFound("nothing to pick")


def _shelf(pick: PickRow) -> Shelf:
    return Shelf(pick.site_pk, pick.product, pick.bin, pick.lot, "reserved")
