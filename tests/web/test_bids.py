"""What one more unit is worth on the stock page, and the brand's word whether its orders heed it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.filled import Filled
from tests.web.test_pages import entered, text_of

from doorstep.core.accounts.models import Brand
from doorstep.core.events.models import Fact
from doorstep.core.learned.bids import Learned, keep
from doorstep.core.stock.models import Level
from doorstep.domain.bids import BidPrice

pytestmark = pytest.mark.django_db
WORTH = "One more is worth"


def learned(filled: Filled, *more: BidPrice) -> Level:
    """Prices of the first position of the page, and others; gives the position."""
    level = Level.objects.filter(brand=filled.brand).order_by("site__code", "product__sku").first()
    assert level is not None
    row = BidPrice(level.site.code, level.product.sku, "", 4_256_000)
    at = filled.now - timedelta(hours=1)
    keep(filled.brand.pk, Learned(at, 9, (row, *more)), "system", at)
    return level


def stock(client: Client) -> str:
    return text_of(client, reverse("stock"))


def test_it_stands_beside_the_units(filled: Filled) -> None:
    client = entered(filled.admin)
    assert WORTH not in stock(client)
    level = learned(filled)
    page = stock(client)
    assert WORTH in page
    row = next(one for one in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if "4.26" in one)
    assert level.product.sku in row
    assert level.site.code in row
    assert "What room is worth" not in page


def test_room_is_told_below(filled: Filled) -> None:
    level = learned(filled, BidPrice("lille", "", "", 300_000), BidPrice("lille", "", "gp-std", 1_250_000))
    page = stock(entered(filled.admin))
    rows = re.findall(r"<tr>.*?</tr>", page[page.index("What room is worth") :], re.DOTALL)
    assert ["parcel by" in one for one in rows[1:]] == [True, False]
    assert "1.25" in rows[1]
    assert "not heeded" not in page
    Brand.objects.filter(pk=filled.brand.pk).update(heeds_bids=False)
    page = stock(entered(filled.admin))
    assert page[page.index("What room is worth") :].count("not heeded") == 2
    other = "verona" if level.site.code == "lille" else level.site.code
    assert "What room is worth" not in text_of(entered(filled.admin), f"{reverse('stock')}?site={other}")


def test_nobody_elses_are_shown(filled: Filled) -> None:
    learned(filled)
    for user in (filled.foreign_admin, filled.sister_admin):
        assert WORTH not in stock(entered(user))
    assert WORTH in stock(entered(filled.viewer))


def test_a_brand_says_whether_its_orders_heed_them(filled: Filled) -> None:
    learned(filled)
    client, code = entered(filled.admin), filled.brand.code
    address = reverse("heed_bids", args=(code,))
    assert client.post(address, {"heeded": "no"}).status_code == 302
    assert not Brand.objects.get(pk=filled.brand.pk).heeds_bids
    assert "not heeded" in stock(client)
    assert re.search(r'value="no" selected', text_of(client, reverse("brand", args=(code,))))
    client.post(address, {"heeded": "no"})
    client.post(address, {"heeded": "yes"})
    assert Brand.objects.get(pk=filled.brand.pk).heeds_bids
    facts = Fact.objects.filter(kind="BidPricesHeeded", brand=filled.brand).order_by("id")
    assert list(facts.values_list("data", flat=True)) == [{"heeded": False}, {"heeded": True}]
    assert "not heeded" not in stock(client)


def test_who_may_not_manage_does_not_change_it(filled: Filled) -> None:
    refused = entered(filled.viewer).post(reverse("heed_bids", args=(filled.brand.code,)), {"heeded": "no"})
    assert refused.status_code == 403
    assert entered(filled.foreign_admin).post(
        reverse("heed_bids", args=(filled.brand.code,)), {"heeded": "no"}
    ).status_code in (403, 404)
    assert Brand.objects.get(pk=filled.brand.pk).heeds_bids
