"""Labels and manifests as documents: what the record knows, set on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from doorstep.core.accounts.queries import operator_name
from doorstep.core.orders.erasing import is_erased
from doorstep.core.parcels import departures
from doorstep.core.parcels.shipping import Shipping, logo_png, shipping, shipping_of
from doorstep.core.returns import labels
from doorstep.documents.labels.manifest import ManifestSheet, manifest_pdf
from doorstep.documents.labels.pdf import label_pdf
from doorstep.documents.labels.sheet import LabelSheet
from doorstep.documents.labels.zpl import label_zpl
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.travel import Party

Format = Literal["pdf", "zpl"]
TYPES: dict[Format, str] = {"pdf": "application/pdf", "zpl": "application/zpl; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Paper:
    content: bytes
    content_type: str
    name: str  # of the file


def label(scope: Scope, code: str, brand: str | None, form: Format) -> Paper:
    """Print the label of a parcel. Raises NotFound, also if no label was bought for it or its addressee was erased."""
    one = shipping_of(scope, code, brand)
    if one is None:
        raise NotFound(f"no parcel {code}")
    if not one.tracking:
        raise NotFound(f"no label was bought for parcel {one.parcel} yet")
    if is_erased(one.order_id):
        raise NotFound(f"whom parcel {one.parcel} goes to was erased: there is no label of it any more")
    sheet = _sheet(one)
    content = label_pdf(sheet) if form == "pdf" else label_zpl(sheet).encode()
    return Paper(content, TYPES[form], f"label-{one.tracking}.{form}")


def return_label(scope: Scope, rma: str, brand: str | None = None) -> Paper:
    """Print the carrier's label of a return. Raises NotFound, also if none was bought for it.

    Whoever has the link to the shopper's page can print it: of the shopper it tells the place, no name and no street.
    """
    one = labels.label_of(scope, rma, brand)
    if one is None or one.state != "bought":
        raise NotFound(f"no label was bought for return {rma}")
    parcel = shipping(scope, one.parcel_id)
    if parcel is None:
        raise NotFound(f"no return {rma}")
    came_to = parcel.receiver
    sheet = LabelSheet(
        reference=rma,
        number=1,
        of=1,
        carrier=one.carrier,
        service="Return",
        routing=one.routing,
        tracking=one.tracking,
        sscc=one.sscc,
        weight_g=parcel.weight_g,
        sender=Party(f"Return {rma}", "", "", "", "", came_to.city, "", came_to.country),
        returns=parcel.returns,
        receiver=parcel.returns,
        logo=logo_png(one.brand_id),
    )
    return Paper(label_pdf(sheet), TYPES["pdf"], f"return-label-{rma}.pdf")


def manifest(scope: Scope, pk: int) -> Paper:
    """Print a manifest; those of a brand see the parcels that are theirs. Raises NotFound."""
    one = departures.manifest(scope, pk)
    if one is None:
        raise NotFound(f"no manifest {pk}")
    rows = departures.on_manifest(scope, pk)
    sheet = ManifestSheet(
        title="Drop-off sheet" if one.kind == "drop_off" else "Manifest",
        code=one.code,
        operator=operator_name(scope),
        site=one.site_name or one.site,
        carrier=one.carrier,
        departs=_local(one.departs_at, one.time_zone),
        closed=_local(one.closed_at, one.time_zone) if one.closed_at else "",
        reference=one.reference,
        rows=tuple((row.parcel, row.tracking, row.sscc, f"{row.country} {row.postcode}", row.weight_g) for row in rows),
    )
    return Paper(manifest_pdf(sheet), TYPES["pdf"], f"{one.code}.pdf")


def _sheet(one: Shipping) -> LabelSheet:
    return LabelSheet(
        reference=one.parcel,
        number=one.number,
        of=one.of,
        carrier=one.carrier,
        service=one.service_name or one.service,
        routing=one.routing,
        tracking=one.tracking,
        sscc=one.sscc,
        weight_g=one.weight_g,
        sender=one.sender,
        returns=one.returns,
        receiver=one.receiver,
        pickup_point=one.pickup_point,
        logo=logo_png(one.brand_id),
    )


def _local(at: datetime, time_zone: str) -> str:
    return at.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%d %H:%M")
