"""A tea shop in which Berlin's teapots are short: express parcels leave from there alone, others from Munich, too."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from django.db.models import Sum
from tests.record.brand import NOW, TEA_SHOP, loaded

from doorstep.core.catalog.models import Product
from doorstep.core.network.models import Site
from doorstep.core.stock.actions import receive
from doorstep.core.stock.models import Level
from doorstep.domain.carriage import Speed
from doorstep.domain.demand import Contact, Order, OrderLine
from doorstep.domain.place import Place
from doorstep.domain.rights import Scope

ANN = Contact(name="Ann", address_1="Ring 1", email="ann@example.com")
DAY = timedelta(days=1)
HAMBURG = "DE,HH,Hamburg,20095,53.55,10.00"
HEAD = "order,channel,placed_at,customer,country,region,city,postcode,latitude,longitude,speed"


def scarce_folder(folder: Path, express: int = 4, standard: int = 2, days: int = 4) -> Path:
    """The tea shop with so many orders of a teapot on each of the days before NOW."""
    shutil.copytree(TEA_SHOP, folder)
    orders, lines = [HEAD], ["order,line,sku,quantity,unit_price"]
    for day in range(1, days + 1):
        for n in range(express + standard):
            at = (NOW - day * DAY + n * timedelta(minutes=1)).isoformat()
            orders.append(f"P-{day}-{n},web,{at},eva,{HAMBURG},{'express' if n < express else ''}")
            lines.append(f"P-{day}-{n},1,teapot,1,34.00")
    (folder / "orders.csv").write_text("\n".join(orders) + "\n")
    (folder / "order_lines.csv").write_text("\n".join(lines) + "\n")
    return folder


def scarce(folder: Path, berlin: int = 1, munich: int = 40, operator: str = "north") -> tuple[Scope, int]:
    """Load it; the orders of the days before wait, and hold nothing."""
    if not folder.exists():
        scarce_folder(folder)
    stock = f"site,sku,on_hand\nberlin,teapot,{berlin}\nmunich,teapot,{munich}\n"
    (folder / "stock.csv").write_text(stock)
    return loaded(folder, operator)


def stocked(brand: int, berlin: int, munich: int) -> None:
    """Have so many teapots lie there, which are more than there were."""
    product = Product.objects.get(brand_id=brand, sku="teapot")
    for code, units in (("berlin", berlin), ("munich", munich)):
        site = Site.objects.get(operator__brands=brand, code=code)
        there = Level.objects.filter(site=site, product=product, state="available").aggregate(units=Sum("quantity"))
        more = units - (there["units"] or 0)
        if more:
            receive(brand, site.pk, product.pk, more, at=NOW, actor="user:1")


def teapot(code: str, speed: Speed | None = None, units: int = 1) -> Order:
    place = Place("DE", "HH", "Hamburg", "20095", 53.55, 10.0)
    return Order(code, "web", NOW, "ann", place, (OrderLine("1", "teapot", units, 34_000_000),), speed, contact=ANN)
