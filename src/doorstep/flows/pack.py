"""Pack: every unit proved by a scan, the carton confirmed, the parcel weighed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from doorstep.core.catalog.scanning import scanned
from doorstep.core.events.actions import record
from doorstep.core.floor import actions, bench, packing
from doorstep.core.floor.bench import BenchRow
from doorstep.core.parcels import actions as parcels
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.floor import other_lot
from doorstep.domain.gs1 import bare
from doorstep.domain.parcel import OWN_BOX
from doorstep.domain.rights import Scope
from doorstep.domain.units import PPM
from doorstep.flows.keep_plan import order_reference

TOLERANCE_G = 50  # between what is planned and what is weighed; or a share of it, whichever is more
TOLERANCE_PPM = 50_000
MOST_G = 1_000_000
_WEIGHT = re.compile(r"(?P<number>\d{1,7}(?:[.,]\d{1,3})?)\s*(?P<unit>k?g)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan at the bench has done; `refused` says why it has done nothing, and is kept with the tote."""

    packed: bool
    refused: str = ""


def open_tote(scope: Scope, tote_pk: int, *, take_over: bool = False) -> None:
    """Have a tote at one's bench. Raises Conflict when another bench has it; a supervisor may take it over."""
    tote = _found(scope, tote_pk)
    if not packing.claim(tote_pk, scope.actor, from_another=take_over and scope.may("plan")):
        raise Conflict(f"another bench has it: {tote.packer}" if tote.live else "it was taken back from its wave")


def leave_tote(scope: Scope, tote_pk: int) -> None:
    packing.leave(_found(scope, tote_pk).pk, scope.actor)


def begin_again(scope: Scope, tote_pk: int) -> None:
    """Unpack what was scanned: no unit is in, no carton confirmed."""
    packing.empty(_mine(scope, tote_pk).pk)


def scan(scope: Scope, tote_pk: int, code: str, *, reason: str = "", now: datetime) -> Scanned:
    """Take a scan: units first, then the carton, then the weight, which ends it. What is wrong is named and counted.

    `reason` says why another carton is taken than the planned one. Raises Conflict when the tote is at another bench,
    or not to be packed (yet).
    """
    tote = _mine(scope, tote_pk)
    if tote.stage == "units":
        return _unit(scope, tote, code, now)
    code = bare(code)
    if tote.stage == "carton":
        return _carton(tote, code, reason.strip())
    if tote.stage == "weight":
        return _weight(scope, tote, code, now)
    if tote.stage == "picking":
        raise Conflict("not everything is picked yet")
    raise Conflict("it is packed already" if tote.stage == "packed" else "it was taken back from its wave")


def planned_weight_g(tote: BenchRow) -> int:
    """Give what the parcel should weigh, in the carton that was taken."""
    if tote.carton in ("", tote.planned_carton):
        return tote.planned_weight_g
    known = bench.cartons(tote.brand_id, tote.site)
    if tote.carton not in known or tote.planned_carton not in known:
        return tote.planned_weight_g
    return tote.planned_weight_g + known[tote.carton].tare_g - known[tote.planned_carton].tare_g


def read_weight_g(text: str) -> int | None:
    """Read what a scale or a person writes: `640`, `640 g`, `0.64 kg`; None: not a weight."""
    found = _WEIGHT.fullmatch(text.strip())
    if found is None:
        return None
    number = Decimal(found["number"].replace(",", "."))
    grams = number * 1_000 if (found["unit"] or "g").lower() == "kg" else number
    if grams != int(grams) or not 0 < grams <= MOST_G:
        return None
    return int(grams)


def _unit(scope: Scope, tote: BenchRow, code: str, now: datetime) -> Scanned:
    wanted = {one.product: one for one in tote.checks}
    seen = scanned([tote.brand_id], code, today=now.date(), wanted=wanted.keys())
    named = next((one for product, one in wanted.items() if seen.names(product)), None)
    if named is None:
        return _refused(tote, seen.fault or _not_of_this(scope, tote, code, now))
    wrong = other_lot(seen.lot, bench.lots_of(tote.pk, named.product)) if seen.lot else ""
    if wrong:
        return _refused(tote, wrong)
    if not packing.count_unit(tote.pk, named.product):
        belongs = "1 unit belongs" if named.wanted == 1 else f"{named.wanted} units belong"
        return _refused(tote, f"One too many: {belongs} in here of {named.sku}, and no more.")
    packing.told(tote.pk, "")
    return Scanned(False)


def _not_of_this(scope: Scope, tote: BenchRow, code: str, now: datetime) -> str:
    """Say whose unit it is: another tote of the wave, perhaps of another brand, may want it."""
    seen = scanned(scope.brands, code, today=now.date(), wanted=bench.wanted_of(scope, tote.wave_pk))
    other = bench.whose(scope, tote.wave_pk, seen.skus.keys(), tote.pk)
    if other:
        return f"{seen.told} does not belong here: tote {other} wants it."
    return f"{seen.told} is none of the units of this parcel."


def _carton(tote: BenchRow, code: str, reason: str) -> Scanned:
    known = bench.cartons(tote.brand_id, tote.site)
    taken = next((one for one in known.values() if one.code.casefold() == code.casefold()), None)
    if code.casefold() == tote.planned_carton.casefold():
        packing.confirm_carton(tote.pk, tote.planned_carton, "")
        return Scanned(False)
    if taken is None:
        return _refused(tote, f"{code or 'Nothing'} is no carton of this brand; {tote.planned_carton} is planned.")
    planned = known.get(tote.planned_carton)
    weight_g = tote.planned_weight_g + taken.tare_g - (planned.tare_g if planned else 0)
    if weight_g > taken.max_weight_g:
        return _refused(tote, f"{taken.code} bears {taken.max_weight_g} g, and this parcel weighs {weight_g} g.")
    if not reason:
        return _refused(tote, f"{tote.planned_carton} is planned: say why it is {taken.code}, and scan it again.")
    packing.confirm_carton(tote.pk, taken.code, reason)
    return Scanned(False)


def _weight(scope: Scope, tote: BenchRow, text: str, now: datetime) -> Scanned:
    weight_g = read_weight_g(text)
    if weight_g is None:
        return _refused(tote, f"{text or 'Nothing'} is not a weight; write grams, such as 640, or 0.64 kg.")
    expected = planned_weight_g(tote)
    tolerance = max(TOLERANCE_G, expected * TOLERANCE_PPM // PPM)
    if abs(weight_g - expected) > tolerance and weight_g != tote.weight_g:
        told = f"{weight_g} g, and {expected} g is planned. Look into the box; if it is right, enter {weight_g} again."
        packing.weigh(tote.pk, weight_g, told)
        return Scanned(False, told)
    _commit(scope, tote, weight_g, now)
    return Scanned(True)


def _commit(scope: Scope, tote: BenchRow, weight_g: int, now: datetime) -> None:
    carton = tote.carton or OWN_BOX
    with transaction.atomic():
        packed = {"packed_carton": carton, "packed_weight_g": weight_g, "packed_at": now}
        if not parcels.move_on([tote.parcel_pk], "released", "packed", **packed):
            raise Conflict("it was packed or taken back meanwhile")
        parcels.settle([tote.order_id])
        if not packing.finish(tote.pk, weight_g, now):
            raise Conflict("it was packed or taken back meanwhile")
        actions.close_done([tote.wave_pk])
        record(
            scope.operator,
            tote.brand_id,
            kind="ParcelPacked",
            subject=order_reference(tote.order_id),
            data={"parcel": tote.parcel, "carton": carton, "weight_g": weight_g},
            at=now,
            actor=scope.actor,
        )


def _refused(tote: BenchRow, told: str) -> Scanned:
    packing.refuse(tote.pk, told)
    return Scanned(False, told)


def _mine(scope: Scope, tote_pk: int) -> BenchRow:
    tote = _found(scope, tote_pk)
    if tote.packer != scope.actor and tote.packed_at is None:
        raise Conflict("it is not at your bench: scan its tote first")
    return tote


def _found(scope: Scope, tote_pk: int) -> BenchRow:
    if not scope.may("move_stock"):
        raise NotFound("nothing to pack")
    tote = bench.get_tote(scope, tote_pk)
    if tote is None:
        raise NotFound("no such tote")
    return tote
