"""The rooms Returns and Disruptions as they are worked in."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from tests.web.filled import Filled
from tests.web.test_pages import entered

from doorstep.core.catalog.models import Barcode, Product
from doorstep.core.messages.models import Disruption, Message
from doorstep.core.orders.models import OrderLine
from doorstep.core.parcels.models import Parcel
from doorstep.core.returns.models import Return, ReturnLine


def test_a_return_is_scanned_graded_and_done(filled: Filled) -> None:
    made = Return.objects.get()
    line = ReturnLine.objects.create(of=made, line=OrderLine.objects.filter(order=made.order)[0], quantity=1)
    client, room = entered(filled.admin), reverse("return", args=("tea", "R-7"))
    assert "It is with the shopper still" in client.get(room).content.decode()
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


def test_a_unit_that_came_back_is_found_by_its_bar_code(filled: Filled) -> None:
    made = Return.objects.get()
    sold = OrderLine.objects.filter(order=made.order)[0]
    line = ReturnLine.objects.create(of=made, line=sold, quantity=1)
    assert sold.product is not None
    other = Product.objects.filter(brand=sold.product.brand).exclude(pk=sold.product.pk)[0]
    for product, code in ((sold.product, "4006381333931"), (other, "96385074")):
        Barcode.objects.create(brand=product.brand, product=product, code=code, key=code.zfill(14))
    client, room = entered(filled.admin), reverse("return", args=("tea", "R-7"))
    assert 'name="scan"' not in client.get(room, {"scan": "4006381333931"}).content.decode()  # it has not come yet
    client.post(reverse("receive_return"), {"rma": "R-7", "site": "lille"})
    page = client.get(room, {"scan": "]d20104006381333931" + "10L-7\x1d21S"}).content.decode()
    assert page.count('<span class="chip">scanned</span>') == 1
    assert f'name="{line.pk}-A" min="0"' in page
    for scan, told in (
        ("96385074", f"96385074 ({other.sku}) is none of the goods of this return."),
        ("4006381333932", "its check digit is wrong. Scan it again."),
    ):
        page = client.get(room, {"scan": scan}).content.decode()
        assert f"{told}</p>" in page
        assert '<span class="chip">scanned</span>' not in page


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


def test_carrier_and_service_are_chosen_and_what_was_typed_stays(filled: Filled) -> None:
    client, today = entered(filled.admin), filled.now.date()
    page = client.get(reverse("disruptions")).content.decode()
    for name, known in (("carrier", "General Parcels"), ("service", "gp-std")):
        choice = page.split(f'<select name="{name}">')[1].split("</select>")[0]
        assert f"<option>{known}</option>" in choice
    assert "Sud" not in page
    said = {
        "kind": "port", "carrier": "General Parcels", "service": "swift", "site": "verona", "postcode_prefix": "80",
        "region": "Bavaria", "starts_on": today.isoformat(), "ends_on": "", "delay_days": "3", "text": "We are sorry.",
    }  # fmt: skip
    refused = client.post(reverse("declare_disruption"), said)
    assert refused.status_code == 422
    page = refused.content.decode()
    for kept in (
        "<option selected>port</option>", "<option selected>General Parcels</option>",
        "<option selected>swift</option>", '<option value="verona" selected>', 'value="80"', 'value="Bavaria"',
        'value="3"', 'value="We are sorry."',
    ):  # fmt: skip
        assert kept in page, kept
    elsewhere = client.post(
        reverse("declare_disruption"), {**said, "country": "DE", "ends_on": "2099-01-01", "site": "nowhere"}
    )
    assert (elsewhere.status_code, "No site nowhere." in elsewhere.content.decode()) == (422, True)


def test_a_refused_change_stays_in_its_own_form(filled: Filled) -> None:
    address = reverse("worsen_disruption", args=(7001,))
    said = {"ends_on": "2000-01-01", "delay_days": "9", "text": "Longer."}
    refused = entered(filled.admin).post(address, said)
    assert refused.status_code == 422
    new, declared = refused.content.decode().split('id="declared-heading"')
    assert "Longer." not in new
    assert "It ends before it begins." not in new
    assert "<details open>" in declared
    assert "It ends before it begins." in declared
    for kept in ('value="2000-01-01"', 'value="9"', 'value="Longer."'):
        assert kept in declared
