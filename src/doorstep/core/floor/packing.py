"""What is written at a pack bench."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from doorstep.core.floor.models import Check, Tote


def claim(tote_id: int, packer: str, *, from_another: bool = False) -> bool:
    """Have a tote at one's bench; False: another bench has it."""
    free = Tote.objects.filter(pk=tote_id, live=True, packed_at=None)
    if not from_another:
        free = free.filter(packer__in=("", packer))
    return bool(free.update(packer=packer))


def leave(tote_id: int, packer: str) -> None:
    Tote.objects.filter(pk=tote_id, packer=packer, packed_at=None).update(packer="", told="")


def count_unit(tote_id: int, product: int) -> bool:
    """Count a unit in; False: all of that product are in already."""
    missing = Check.objects.filter(tote_id=tote_id, product_id=product, scanned__lt=F("wanted"))
    return bool(missing.update(scanned=F("scanned") + 1))


def empty(tote_id: int) -> None:
    """Begin again: no unit is in, no carton chosen, nothing weighed."""
    Check.objects.filter(tote_id=tote_id).update(scanned=0)
    Tote.objects.filter(pk=tote_id, packed_at=None).update(carton="", carton_reason="", weight_g=None, told="")


def confirm_carton(tote_id: int, carton: str, reason: str) -> None:
    Tote.objects.filter(pk=tote_id, packed_at=None).update(carton=carton, carton_reason=reason[:200], told="")


def weigh(tote_id: int, weight_g: int, told: str) -> None:
    """Keep a weight that has to be confirmed."""
    Tote.objects.filter(pk=tote_id, packed_at=None).update(weight_g=weight_g, told=told[:300])


def refuse(tote_id: int, told: str) -> None:
    """Count a wrong scan and keep what was said of it."""
    Tote.objects.filter(pk=tote_id).update(wrong_scans=F("wrong_scans") + 1, told=told[:300])


def told(tote_id: int, words: str) -> None:
    Tote.objects.filter(pk=tote_id).update(told=words[:300])


def finish(tote_id: int, weight_g: int, at: datetime) -> bool:
    return bool(
        Tote.objects.filter(pk=tote_id, live=True, packed_at=None).update(packed_at=at, weight_g=weight_g, told="")
    )
