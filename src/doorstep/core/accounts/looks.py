"""Writes of how a brand shows itself, and of where it sells."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from doorstep.core.accounts.models import Brand, Channel, Logo
from doorstep.domain.errors import Conflict


def change_brand(brand_id: int, changes: Mapping[str, str]) -> tuple[str, ...]:
    """Write the fields that differ; gives their names."""
    row = Brand.objects.get(pk=brand_id)
    changed = tuple(sorted(name for name, value in changes.items() if getattr(row, name) != value))
    if changed:
        Brand.objects.filter(pk=brand_id).update(**{name: changes[name] for name in changed})
    return changed


def put_logo(brand_id: int, png: bytes, width_px: int, height_px: int) -> bool:
    """Put a picture in the place of the one before; False: it is the same."""
    digest = hashlib.sha256(png).hexdigest()
    if Logo.objects.filter(brand_id=brand_id, digest=digest).exists():
        return False
    said = {"png": png, "digest": digest, "width_px": width_px, "height_px": height_px}
    Logo.objects.update_or_create(brand_id=brand_id, defaults=said)
    return True


def remove_logo(brand_id: int) -> bool:
    return Logo.objects.filter(brand_id=brand_id).delete()[0] > 0


def add_channel(brand_id: int, code: str, name: str, kind: str) -> None:
    """Raise Conflict if the brand has a channel of this code."""
    try:
        with transaction.atomic():
            Channel.objects.create(brand_id=brand_id, code=code, name=name, kind=kind)
    except IntegrityError:
        raise Conflict(f"there is a channel {code} already") from None


def rename_channel(brand_id: int, code: str, name: str) -> bool | None:
    """False: it has this name already; None: there is no such channel."""
    row = Channel.objects.filter(brand_id=brand_id, code=code)
    if not row.exists():
        return None
    return row.exclude(name=name).update(name=name) == 1
