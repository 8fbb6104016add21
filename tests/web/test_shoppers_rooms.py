"""The rooms Returns and Disruptions as they are worked in."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from tests.web.filled import Filled
from tests.web.test_pages import entered

from doorstep.core.messages.models import Disruption, Message
from doorstep.core.orders.models import OrderLine
from doorstep.core.parcels.models import Parcel
from doorstep.core.returns.models import Return, ReturnLine


def test_a_return_is_scanned_graded_and_done(filled: Filled) -> None:
    made = Return.objects.get()
    line = ReturnLine.objects.create(of=made, line=OrderLine.objects.filter(order=made.order)[0], quantity=1)
    client, room = entered(filled.admin), reverse("return", args=("tea", "R-7"))
    assert "It is on its way" in client.get(room).content.decode()
    wrong = client.post(reverse("receive_return"), {"rma": "R-99", "site": "lille"})
    assert wrong.status_code == 422
    assert "No return R-99" in wrong.content.decode()
    assert client.post(reverse("receive_return"), {"rma": " r-7 ", "site": "lille"})["Location"] == room
    grade = reverse("grade_return", args=("tea", "R-7"))
    assert client.post(grade, {}).status_code == 422
    refused = client.post(grade, {f"{line.pk}-B": "5", f"{line.pk}-B-to": "restock"})
    assert refused.status_code == 422
    assert f'name="{line.pk}-B" min="0" max="1" value="5"' in refused.content.decode()  # what was typed stays
    assert '<option value="restock" selected>back on sale</option>' in refused.content.decode()
    assert client.post(grade, {f"{line.pk}-A": "1", f"{line.pk}-A-to": "restock"}).status_code == 302
    page = client.get(room).content.decode()
    assert "1 × as new: back on sale" in page
    for words in ("Refund due", "12.99 EUR", "Back on sale", "at <bdi>lille</bdi>", "Return received", "Return graded"):
        assert words in page, words
    assert "return R-7, TEA-1, as new, back on sale" in page


def test_a_parcel_that_came_back_is_scanned_in_the_returns_room(filled: Filled) -> None:
    parcel = Parcel.objects.filter(order=filled.planned).order_by("pk")[0]
    client, said = entered(filled.admin), {"rma": parcel.code, "site": "lille"}
    assert "not come back" in client.post(reverse("receive_return"), said).content.decode()
    Parcel.objects.filter(pk=parcel.pk).update(state="returned")
    room = client.post(reverse("receive_return"), said)["Location"]
    assert "It could not be delivered" in client.get(room).content.decode()


def test_a_disruption_is_looked_at_before_it_is_declared(filled: Filled) -> None:
    client, today = entered(filled.admin), filled.now.date()
    said = {
        "kind": "strike", "country": "fr", "starts_on": today.isoformat(), "delay_days": "2",
        "ends_on": (today + timedelta(days=20)).isoformat(), "text": "A strike.",
    }  # fmt: skip
    look = client.post(reverse("declare_disruption"), said)
    assert look.status_code == 200
    assert "at risk" in look.content.decode()
    assert Disruption.objects.count() == 1
    assert client.post(reverse("declare_disruption"), said | {"sure": "1"}).status_code == 302
    made = Disruption.objects.exclude(pk=7001).get()
    told = Message.objects.count()
    assert told > 0
    worse = {"delay_days": "5", "ends_on": said["ends_on"], "text": "Still."}
    assert client.post(reverse("worsen_disruption", args=(made.pk,)), worse).status_code == 302
    assert Message.objects.count() == 2 * told
    assert client.post(reverse("worsen_disruption", args=(made.pk,)), worse | {"ends_on": "x"}).status_code == 422
    assert client.post(reverse("end_disruption", args=(made.pk,))).status_code == 302
    assert client.post(reverse("declare_disruption"), said | {"country": ""}).status_code == 422
