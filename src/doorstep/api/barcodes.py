"""/v1/products/{sku}/barcodes: what scanners read off a unit of a product."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, ConfigDict, Field

from doorstep.api.answers import shown
from doorstep.api.auth import allowed
from doorstep.api.fields import Barcode, Code
from doorstep.api.products import ProductOut, named_product, one_product
from doorstep.core.accounts.queries import brand_id
from doorstep.domain.gs1 import MOST_CODES
from doorstep.flows.define_barcodes import set_barcodes

router = Router(tags=["products"])


class BarcodesIn(BaseModel):
    model_config = ConfigDict(extra="forbid", **shown({"barcodes": ["4006381333931", "X00-TEA-100"]}))

    barcodes: list[Barcode] = Field(
        max_length=MOST_CODES,
        description="GTINs of 8, 12, 13 or 14 digits, or codes of the house that are not digits alone",
    )


@router.put("/{path:sku}/barcodes", response=ProductOut, operation_id="putBarcodes", summary="Set its bar codes")
def put_barcodes(
    request: HttpRequest,
    sku: Annotated[Code, Path()],
    payload: BarcodesIn,
    brand: Annotated[Code | None, Query(None, description="needed when the key acts for several brands that have it")],
) -> HttpResponse:
    """These and no others; each stands for one product of the brand. Needs the right `manage`."""
    caller = allowed(request, "manage")
    row = named_product(caller, sku, brand)
    of = brand_id(caller.scope, row.brand)
    assert of is not None  # its product was found within the scope
    set_barcodes(caller.scope, of, sku, payload.barcodes, now=caller.now)
    return one_product(caller, row)
