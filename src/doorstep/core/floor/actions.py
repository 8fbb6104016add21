"""What is written of waves, picks and put-backs. Every change is guarded: whoever comes second finds it made.

Rows are locked in one order: the site when waves are made, then parcels, orders, totes by id, picks; the brand's stock
clock last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from doorstep.core.floor.models import Check, Missing, Pick, PutBack, Tote, Wave
from doorstep.core.network.models import Site
from doorstep.domain.floor import TO_PICK, MissingReason

BATCH = 500


@dataclass(frozen=True, slots=True)
class NewPick:
    product: int
    bin: str
    lot: str
    quantity: int
    stop: int


@dataclass(frozen=True, slots=True)
class NewTote:
    """A parcel that goes into a wave: row ids, its picks, and the units of each product that belong into it."""

    brand: int
    parcel: int
    slot: int
    picks: tuple[NewPick, ...]
    wanted: Mapping[int, int]


def hold_site(site_id: int) -> None:
    """Let nobody else make waves of this site until the transaction ends."""
    Site.objects.select_for_update(no_key=True).get(pk=site_id)


def open_wave(
    operator_id: int,
    site_id: int,
    leaves_at: datetime,
    service: str,
    totes: Sequence[NewTote],
    *,
    at: datetime,
    actor: str,
) -> tuple[int, str]:
    """Make a wave with its totes and picks; returns row id and code. Call within a transaction that holds the site."""
    site = Site.objects.get(pk=site_id)
    stem = f"{site.code}-{leaves_at.astimezone(ZoneInfo(site.time_zone)):%m%d-%H%M}"
    number = 1 + Wave.objects.filter(operator_id=operator_id, code__startswith=f"{stem}-").count()
    wave = Wave.objects.create(
        operator_id=operator_id,
        site_id=site_id,
        code=f"{stem}-{number}",
        leaves_at=leaves_at,
        service=service,
        released_at=at,
        released_by=actor,
    )
    rows = Tote.objects.bulk_create(
        [
            Tote(wave=wave, brand_id=one.brand, parcel_id=one.parcel, slot=one.slot, code=f"{wave.code}-{one.slot:02d}")
            for one in totes
        ],
        batch_size=BATCH,
    )
    Pick.objects.bulk_create(
        (_pick(row, new) for row, one in zip(rows, totes, strict=True) for new in one.picks), batch_size=BATCH
    )
    Check.objects.bulk_create(
        (
            Check(tote=row, product_id=product, wanted=units)
            for row, one in zip(rows, totes, strict=True)
            for product, units in sorted(one.wanted.items())
        ),
        batch_size=BATCH,
    )
    return wave.pk, wave.code


def add_picks(tote_id: int, picks: Iterable[NewPick]) -> None:
    """Fetch units from elsewhere, at the end of the round."""
    tote = Tote.objects.get(pk=tote_id)
    Pick.objects.bulk_create(_pick(tote, one) for one in picks)


def withdraw_unpicked(wave_id: int) -> bool:
    """Take a wave apart; False: picking has begun, and the caller rolls back."""
    list(Tote.objects.select_for_update().filter(wave_id=wave_id).order_by("pk").values_list("pk"))
    picks = Pick.objects.filter(wave_id=wave_id)
    picks.filter(state="open").update(state="withdrawn")
    if picks.exclude(state="withdrawn").exists():
        return False
    Tote.objects.filter(wave_id=wave_id).update(live=False)
    Wave.objects.filter(pk=wave_id).update(state="withdrawn")
    return True


def take_pick(wave_id: int, brands: Collection[int], worker: str, at: datetime) -> int | None:
    """Give a worker the next pick of a wave, by its row id. None: nothing is left.

    What they have taken already comes first. Two workers never get the same one: rows that another is about to take
    are skipped where rows can be locked, and the guard of the update holds everywhere.
    """
    mine = Pick.objects.filter(wave_id=wave_id, tote__brand_id__in=brands, worker=worker, state="taken")
    kept = mine.order_by("stop", "pk").values_list("pk", flat=True).first()
    if kept is not None:
        return kept
    while True:
        with transaction.atomic():
            left = Pick.objects.select_for_update(skip_locked=True, of=("self",)).filter(
                wave_id=wave_id, tote__brand_id__in=brands, tote__parcel__state="released", state="open"
            )
            found = left.order_by("stop", "pk").values_list("pk", flat=True).first()
            if found is None:
                return None
            if Pick.objects.filter(pk=found, state="open").update(state="taken", worker=worker, taken_at=at):
                return found


def leave_pick(pick_id: int, worker: str) -> bool:
    """Give a pick back untouched, for anybody to take."""
    mine = Pick.objects.filter(pk=pick_id, worker=worker, state="taken")
    return bool(mine.update(state="open", worker="", taken_at=None, bin_seen=False, told=""))


def start_tote(tote_id: int, at: datetime) -> bool:
    """Note that picking for it has begun; True: just now, and as the first of its order in the wave."""
    if not Tote.objects.filter(pk=tote_id, started_at=None).update(started_at=at):
        return False
    tote = Tote.objects.select_related("parcel").get(pk=tote_id)
    others = Tote.objects.filter(wave_id=tote.wave_id, parcel__order_id=tote.parcel.order_id, started_at__isnull=False)
    return not others.exclude(pk=tote_id).exists()


def hold_tote(tote_id: int) -> bool:
    """Let nobody else change a tote until the transaction ends; False: its parcel is not to be picked any more."""
    held = Tote.objects.select_for_update(of=("self",)).filter(pk=tote_id, live=True, parcel__state="released")
    return bool(list(held.values_list("pk")))


def see_bin(pick_id: int) -> None:
    Pick.objects.filter(pk=pick_id, state="taken").update(bin_seen=True, told="")


def refuse_pick_scan(pick_id: int, told: str) -> None:
    """Count a wrong scan and keep what was said of it."""
    Pick.objects.filter(pk=pick_id).update(wrong_scans=F("wrong_scans") + 1, told=told[:300])


def tell_picker(pick_id: int, told: str) -> None:
    Pick.objects.filter(pk=pick_id).update(told=told[:300])


def finish_pick(pick_id: int, worker: str, picked: int, at: datetime) -> bool:
    """End a pick; with fewer units than it asks for it is short. False: it is no longer this worker's."""
    mine = Pick.objects.filter(pk=pick_id, worker=worker, state="taken")
    if mine.filter(quantity=picked).update(state="done", picked=picked, done_at=at, told=""):
        return True
    return bool(mine.filter(quantity__gt=picked).update(state="short", picked=picked, done_at=at, told=""))


def note_missing(
    brand_id: int, pick_id: int, product: int, quantity: int, reason: MissingReason, worker: str, at: datetime
) -> None:
    Missing.objects.create(
        brand_id=brand_id,
        pick_id=pick_id,
        product_id=product,
        quantity=quantity,
        reason=reason,
        worker=worker,
        at=at,
    )


def settle_missing(missing_id: int, found: int, at: datetime) -> bool:
    """Note what somebody found who looked; False: somebody else has looked already."""
    open_rows = Missing.objects.filter(pk=missing_id, settled_at=None, quantity__gte=found)
    return bool(open_rows.update(settled_at=at, found=found))


def hold_totes(totes: Collection[int]) -> None:
    list(Tote.objects.select_for_update().filter(pk__in=totes).order_by("pk").values_list("pk"))


def take_out(totes: Collection[int], at: datetime) -> int:
    """Take totes, which the caller holds, out of their waves; returns the units that have to be put back.

    What was picked into them stays picked until somebody has confirmed that it lies in its bin.
    """
    Pick.objects.filter(tote_id__in=totes, state__in=TO_PICK).update(
        state="withdrawn", told="Taken back: leave the goods where they are."
    )
    picked = list(Pick.objects.filter(tote_id__in=totes, picked__gt=0).select_related("wave", "tote").order_by("pk"))
    PutBack.objects.bulk_create(
        PutBack(
            brand_id=one.tote.brand_id,
            site_id=one.wave.site_id,
            tote_id=one.tote_id,
            product_id=one.product_id,
            bin=one.bin,
            lot=one.lot,
            quantity=one.picked,
            asked_at=at,
        )
        for one in picked
    )
    Tote.objects.filter(pk__in=totes).update(live=False)
    return sum(one.picked for one in picked)


def finish_put_back(put_back_id: int, worker: str, at: datetime) -> bool:
    waiting = PutBack.objects.filter(pk=put_back_id, done_at=None)
    return bool(waiting.update(done_at=at, worker=worker, told=""))


def refuse_put_back_scan(put_back_id: int, told: str) -> None:
    PutBack.objects.filter(pk=put_back_id).update(wrong_scans=F("wrong_scans") + 1, told=told[:300])


def close_done(waves: Collection[int]) -> None:
    """Close those of the waves in which no parcel waits to be packed."""
    waiting = Tote.objects.filter(wave_id=OuterRef("pk"), live=True, packed_at=None, parcel__state="released")
    Wave.objects.filter(pk__in=waves, state="open").exclude(Exists(waiting)).update(state="closed")


def _pick(tote: Tote, new: NewPick) -> Pick:
    return Pick(
        tote=tote,
        wave_id=tote.wave_id,
        product_id=new.product,
        bin=new.bin,
        lot=new.lot,
        stop=new.stop,
        quantity=new.quantity,
        bin_seen=not new.bin,  # goods without a bin are found by their sku alone
    )
