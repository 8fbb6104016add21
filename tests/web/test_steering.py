"""Learned values are let weigh from the page that shows them; the brand's page says what its quotes show."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from tests.web.filled import Filled
from tests.web.test_insights import PAGE
from tests.web.test_pages import entered, text_of

from doorstep.core.events.models import Fact
from doorstep.core.learned.insights import Kept, keep
from doorstep.core.learned.steering import in_force, put, rows_of
from doorstep.core.tariffs.models import Service
from doorstep.documents.insights.page import plain
from doorstep.domain.exploration import ServiceTrial
from doorstep.domain.steering import Showing, Steering
from doorstep.domain.worth import LearnedValue

pytestmark = pytest.mark.django_db
FOUND = plain(PAGE) | {"values": [["day_sooner", 420_000, "loyal", ""]]}


def learned(filled: Filled, worth: str = "day_sooner", micros: int = 420_000) -> str:
    """What the night found; gives when, as the page names it."""
    document = FOUND | {"values": [[worth, micros, "loyal", ""]]}
    keep(filled.brand.pk, "customers", Kept(filled.now.date(), filled.now, document), "system")
    return filled.now.isoformat()


def test_values_weigh_once_somebody_lets_them(filled: Filled) -> None:
    client, code = entered(filled.admin), filled.brand.code
    page = reverse("insight_customers") + f"?brand={code}"
    learned(filled)
    assert "No learned value weighs" in text_of(client, page)
    assert "0.42" in text_of(client, page)
    address = reverse("weigh_values", args=(code,))
    named = re.search(r'name="learned_at" value="([^"]*)"', client.get(page).content.decode())
    assert named
    assert client.post(address, {"weigh": "yes", "learned_at": named[1]}).status_code == 302
    assert in_force(filled.brand.pk).values == (LearnedValue("day_sooner", 420_000, "loyal", ""),)
    assert "Let none weigh" in text_of(client, page)
    assert client.post(address).status_code == 422
    assert in_force(filled.brand.pk).values
    client.post(address, {"weigh": "no"})
    assert in_force(filled.brand.pk).values == ()
    assert [one.data["rows"] for one in Fact.objects.filter(kind="SteeringSet").order_by("id")] == [1, 0]


def test_values_that_nobody_has_looked_at_are_refused(filled: Filled) -> None:
    """Those learned anew on the same day, too."""
    seen = learned(filled)
    keep(filled.brand.pk, "customers", Kept(filled.now.date(), filled.now + timedelta(seconds=1), FOUND), "system")
    client, address = entered(filled.admin), reverse("weigh_values", args=(filled.brand.code,))
    for at in (seen, "yesterday", "", "2026-10-01"):
        answer = client.post(address, {"weigh": "yes", "learned_at": at})
        assert answer.status_code == 422
    assert in_force(filled.brand.pk).values == ()


def test_values_that_cannot_weigh_are_refused_on_the_page(filled: Filled) -> None:
    learned_at, code = learned(filled, "scatter", 0), filled.brand.code
    answer = entered(filled.admin).post(
        reverse("weigh_values", args=(code,)), {"weigh": "yes", "learned_at": learned_at}
    )
    assert answer.status_code == 422
    assert "scatter of 0 is not understood" in answer.content.decode()
    assert in_force(filled.brand.pk).values == ()


def test_values_in_force_stand_beside_those_learned_last(filled: Filled) -> None:
    weighs = (LearnedValue("day_sooner", 300_000, "loyal", ""), LearnedValue("next_day", 70_000))
    put(filled.brand.pk, "values", rows_of(Steering(weighs))["values"], filled.now, "key:1")
    client, page = entered(filled.admin), reverse("insight_customers") + f"?brand={filled.brand.code}"
    learned(filled)
    rows = re.findall(
        r'<td class="number">([^<]*)</td><td class="number">([^<]*)</td>', client.get(page).content.decode()
    )
    assert [one for one in rows if "0." in one[0]] == [("0.30", "0.42"), ("0.07", "–")]


def test_the_brand_says_what_its_quotes_show(filled: Filled) -> None:
    client, code = entered(filled.admin), filled.brand.code
    address = reverse("show_by_worth", args=(code,))
    assert client.post(address, {"showing": "yes", "most": "2"}).status_code == 302
    assert in_force(filled.brand.pk).showing == Showing(2)
    assert 'value="2"' in text_of(client, reverse("brand", args=(code,)))
    assert client.post(address, {"most": "2"}).status_code == 422
    for most in ("9", "many"):
        assert client.post(address, {"showing": "yes", "most": most}).status_code == 422
    client.post(address, {"showing": "no"})
    assert in_force(filled.brand.pk).showing is None


def test_saving_the_page_keeps_what_it_does_not_ask_for(filled: Filled) -> None:
    put(filled.brand.pk, "showing", rows_of(Steering(showing=Showing(2, 1, 2, 3)))["showing"], filled.now, "key:1")
    address = reverse("show_by_worth", args=(filled.brand.code,))
    assert entered(filled.admin).post(address, {"showing": "yes", "most": "4"}).status_code == 302
    assert in_force(filled.brand.pk).showing == Showing(4, 1, 2, 3)


def test_who_may_not_manage_neither_sees_nor_changes_it(filled: Filled) -> None:
    learned_at = learned(filled)
    client, code = entered(filled.viewer), filled.brand.code
    assert "learned last" not in text_of(client, reverse("insight_customers") + f"?brand={code}")
    assert (
        client.post(reverse("weigh_values", args=(code,)), {"weigh": "yes", "learned_at": learned_at}).status_code
        == 403
    )
    assert in_force(filled.brand.pk).values == ()


def test_services_are_tried_once_somebody_lets_them(filled: Filled) -> None:
    client, code = entered(filled.admin), filled.brand.code
    page = reverse("insight_carriers") + f"?brand={code}"
    document = plain(PAGE) | {"trials": [["courier", 20_000, 400_000]]}
    keep(filled.brand.pk, "carriers", Kept(filled.now.date(), filled.now, document), "system")
    assert "No service is tried" in text_of(client, page)
    assert "courier" in text_of(client, page)
    address = reverse("try_services", args=(code,))
    named = re.search(r'name="learned_at" value="([^"]*)"', client.get(page).content.decode())
    assert named
    assert client.post(address, {"try": "yes", "learned_at": "yesterday"}).status_code == 422
    assert client.post(address, {"try": "yes", "learned_at": named[1]}).status_code == 302
    assert in_force(filled.brand.pk).trials == (ServiceTrial("courier", 20_000, 400_000),)
    assert "it is not there, or not tracked" in text_of(client, page)
    Service.objects.create(
        brand=filled.brand, code="courier", carrier="C", name="Courier", speed="express", delivers_to="home",
        tracked=True, max_weight_g=9_000, max_length_mm=900, dim_divisor_cm3_per_kg=0, working_days=31, min_days=1,
        max_days=1,
    )  # fmt: skip
    assert "not tracked" not in text_of(client, page)
    assert "Let none be tried" in text_of(client, page)
    client.post(address, {"try": "no"})
    assert in_force(filled.brand.pk).trials == ()
