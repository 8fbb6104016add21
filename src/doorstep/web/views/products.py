from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from doorstep.core.catalog.barcodes import barcodes_of
from doorstep.core.catalog.kits import parts_of
from doorstep.core.catalog.queries import products
from doorstep.domain.rights import Scope
from doorstep.web.asked import Asked
from doorstep.web.room import furnished, room

PAGE = 50


@room("see")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    asked = Asked(request.GET)
    search, brand = asked.text("q"), asked.text("brand")
    page = asked.page(lambda after: products(scope, brand=brand, search=search, after=after, limit=PAGE))
    parts = parts_of(scope, [row.pk for row in page.rows])
    codes = barcodes_of(scope, [row.pk for row in page.rows])
    context = {
        "asked": asked,
        "rows": [(row, parts.get(row.pk, ()), codes.get(row.pk, ())) for row in page.rows],
        "next": asked.next_link(page),
        "search": search or "",
        "brand": brand,
    }
    return furnished(request, scope, "products.html", context, current="products")
