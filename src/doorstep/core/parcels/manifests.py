"""Writes of dispatch: parcels staged, taken off again, claimed by a manifest and handed over with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from doorstep.core.catalog.models import Product
from doorstep.core.parcels.actions import move_on
from doorstep.core.parcels.carriers import AccountRow, account_row
from doorstep.core.parcels.models import CarrierAccount, Manifest, Parcel
from doorstep.core.stock.leaving import Leaving
from doorstep.domain.errors import Conflict


@dataclass(frozen=True, slots=True)
class Claimed:
    """A parcel that a manifest has claimed, and what it takes with it."""

    pk: int
    brand_id: int
    order_id: int
    code: str
    tracking: str
    leaving: Leaving


@dataclass(frozen=True, slots=True)
class ManifestRow:
    pk: int
    operator: int
    site: int
    account: AccountRow
    kind: str
    state: str
    departs_at: datetime

    @property
    def code(self) -> str:
        return f"M-{self.pk:06d}"


def stage(parcel_pk: int) -> bool:
    """False: somebody else did, or it is no longer labelled."""
    return move_on([parcel_pk], "labelled", "staged") == 1


def unstage(parcel_pk: int) -> bool:
    """Take a parcel off again; False: it is not staged, or a manifest has claimed it."""
    # One statement: a manifest that claims it in this moment comes before or after it, and not between two questions.
    free = Parcel.objects.filter(pk=parcel_pk, state="staged", manifest=None)
    return free.update(state="labelled") == 1


def begin(
    operator: int, site: int, account_pk: int, departs_at: datetime, kind: str, *, at: datetime
) -> tuple[ManifestRow, bool]:
    """Begin a manifest, or give the one that is closing still at this place; and whether it was begun now."""
    try:
        with transaction.atomic():
            row = Manifest.objects.create(
                operator_id=operator, site_id=site, account_id=account_pk, kind=kind, departs_at=departs_at, begun_at=at
            )
            return _row(row), True
    except IntegrityError:
        closing = Manifest.objects.filter(site_id=site, account_id=account_pk, state="closing").first()
        if closing is None:
            raise Conflict("another manifest was closed in this moment; try again") from None
        return _row(closing), False


def claim(manifest: ManifestRow) -> int:
    """Claim what is staged for this departure and those before it; returns how many there are."""
    staged = _of_departure(manifest.site, manifest.account.pk, manifest.departs_at).filter(state="staged")
    ids = list(staged.filter(manifest=None).values_list("pk", flat=True))
    return Parcel.objects.filter(pk__in=ids, state="staged", manifest=None).update(manifest_id=manifest.pk)


def drop(manifest: ManifestRow) -> None:
    """Forget a manifest that claims nothing."""
    Manifest.objects.filter(pk=manifest.pk, parcels=None, state="closing").delete()


def claimed(manifest_pk: int) -> dict[int, list[Claimed]]:
    """Parcels that a manifest has claimed and not handed over yet, by brand; locked by id. Call in a transaction."""
    rows = Parcel.objects.select_for_update().filter(manifest_id=manifest_pk, state="staged").order_by("pk")
    found = list(rows)
    skus = {sku for one in found for _, sku, _ in one.contents}
    brands = {one.brand_id for one in found}
    known = Product.objects.filter(brand_id__in=brands, sku__in=skus).values_list("brand_id", "sku", "pk")
    products = {(brand, sku): pk for brand, sku, pk in known}
    answers: dict[int, list[Claimed]] = defaultdict(list)
    for one in found:
        leaving = Leaving(f"order:{one.order_id}", one.site_id, _units(one, products))
        answers[one.brand_id].append(Claimed(one.pk, one.brand_id, one.order_id, one.code, one.tracking, leaving))
    return dict(sorted(answers.items()))


def release(parcel_pks: Iterable[int]) -> None:
    """Let a manifest go of parcels that cannot leave; they stay staged."""
    Parcel.objects.filter(pk__in=list(parcel_pks), state="staged").update(manifest=None)


def hand_over(parcel_pks: Iterable[int], *, at: datetime) -> int:
    return move_on(parcel_pks, "staged", "handed_over", left_at=at)


def end(manifest_pk: int, *, at: datetime) -> datetime:
    """Gives when it was closed: now, or by whoever came first."""
    if Manifest.objects.filter(pk=manifest_pk, state="closing").update(state="closed", closed_at=at):
        return at
    return Manifest.objects.values_list("closed_at", flat=True).get(pk=manifest_pk) or at


def told(manifest_pk: int, reference: str, *, at: datetime) -> None:
    """The carrier has heard of it."""
    Manifest.objects.filter(pk=manifest_pk, told_at=None).update(told_at=at, reference=reference[:100])


def refused(manifest_pk: int, why: str) -> None:
    """The carrier will not hear of it, however often it is told."""
    Manifest.objects.filter(pk=manifest_pk, told_at=None).update(refused=why[:300] or "refused")


def left_open(limit: int = 100) -> tuple[ManifestRow, ...]:
    """Manifests that are not closed, or of which the carrier has not heard and may still; of all operators."""
    found = Manifest.objects.filter(told_at=None, refused="").select_related("account").order_by("pk")[:limit]
    return tuple(_row(one) for one in found)


def label_names(manifest_pk: int) -> tuple[str, ...]:
    """How the carrier names the labels of what was handed over."""
    handed = Parcel.objects.filter(manifest_id=manifest_pk, labels__state="bought", left_at__isnull=False)
    return tuple(handed.order_by("pk").values_list("labels__label", flat=True))


def _of_departure(site: int, account_pk: int, departs_at: datetime) -> QuerySet[Parcel]:
    carried = Parcel.objects.filter(labels__state="bought", labels__account_id=account_pk)
    return carried.filter(site_id=site, ship_at__lte=departs_at)


def _units(one: Parcel, products: Mapping[tuple[int, str], int]) -> dict[int, int]:
    units: dict[int, int] = defaultdict(int)
    for _, sku, quantity in one.contents:
        units[products[one.brand_id, sku]] += quantity
    return dict(units)


def _row(one: Manifest) -> ManifestRow:
    account = account_row(CarrierAccount.objects.get(pk=one.account_id))
    return ManifestRow(one.pk, one.operator_id, one.site_id, account, one.kind, one.state, one.departs_at)
