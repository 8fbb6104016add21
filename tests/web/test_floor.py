"""The pages of the floor, form by form: what is refused is said on the page, and nothing is booked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.core_fixtures import NOW, make_product
from tests.record.on_the_floor import LEAVES, carton, planned, stocked
from tests.web.test_tenancy import entered

from doorstep.core.accounts.actions import add_user
from doorstep.core.accounts.models import User
from doorstep.core.catalog.models import Carton
from doorstep.core.events.models import Fact
from doorstep.core.floor.models import Missing, Pick, PutBack, Tote, Wave
from doorstep.core.parcels.models import Parcel
from doorstep.domain.rights import Role, Scope
from doorstep.flows.release import release
from doorstep.flows.take_back import take_back

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand, Operator
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(operator: Operator) -> Client:
    return person(operator, "floor_worker")


def person(operator: Operator, role: Role, name: str = "") -> Client:
    pk = add_user(f"{name or role}@example.org", role, "correct horse battery", role, operator.pk)
    return entered(User.objects.get(pk=pk))


def sent(client: Client, name: str, *named: object, status: int = 302, **said: Any) -> str:
    answer = client.post(reverse(name, args=named), said)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode() if status != 302 else str(answer["Location"])


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_departure_is_released_once(
    brand: Brand, site: Site, product: Product, operator: Operator, worker: Client
) -> None:
    stocked(brand, site, product, A1=5)
    planned(brand, site, "W-1", {product: 1})
    said: dict[str, Any] = {"site": "north", "service": "std", "leaves_at": LEAVES.isoformat()}
    assert "Release" in shown(worker, reverse("floor"))
    assert sent(worker, "release_wave", **said) == reverse("wave", args=("north-0302-1630-1",))
    assert "somebody else has done it already" in sent(worker, "release_wave", status=422, **said)
    for wrong in ("", "yesterday", "2026-03-02T16:30:00"):
        sent(worker, "release_wave", status=404, **{**said, "leaves_at": wrong})
    planner = person(operator, "planner")
    page = shown(planner, reverse("wave", args=("north-0302-1630-1",)))
    assert "Take the wave back" in page
    assert "Pack bench" not in page
    assert sent(planner, "withdraw_wave", "north-0302-1630-1") == reverse("floor")
    assert Parcel.objects.get().state == "planned"


def test_a_pick_is_shown_scanned_and_reported_short(
    brand: Brand, site: Site, product: Product, scope: Scope, operator: Operator, worker: Client
) -> None:
    stocked(brand, site, product, A1=2, B1=2)
    planned(brand, site, "W-1", {product: 2})
    wave = release(scope, site="north", until=LEAVES, now=NOW).waves[0]
    address = sent(worker, "take_pick", wave)
    pick = Pick.objects.get()
    assert address == reverse("pick", args=(pick.pk,))
    assert "Scan the bin" in shown(worker, address)
    other = person(operator, "floor_worker", "other")
    assert "Somebody else has this pick." in shown(other, address)
    assert "not yours" in sent(other, "scan_pick", pick.pk, status=422, scan="A1")
    assert sent(other, "take_pick", wave) == reverse("wave", args=(wave,))
    sent(worker, "scan_pick", pick.pk, scan="A1")
    assert "Scan the product" in shown(worker, address)
    assert "Say how many units are there" in sent(worker, "short_pick", pick.pk, status=422, there="-1")
    assert "say why" in sent(worker, "short_pick", pick.pk, status=422, there="0", reason="bored")
    sent(worker, "short_pick", pick.pk, there="1", reason="not_there")
    assert "Others lie in another bin" in shown(worker, address)
    second = Pick.objects.exclude(pk=pick.pk).get()
    assert sent(worker, "take_pick", wave) == reverse("pick", args=(second.pk,))
    sent(worker, "leave_pick", second.pk)
    sent(worker, "take_pick", wave)
    sent(worker, "scan_pick", second.pk, scan="b1")
    assert sent(worker, "scan_pick", second.pk, scan="assam") == reverse("wave", args=(wave,))
    missing = Missing.objects.get().pk
    sent(worker, "settle_missing", missing, status=404, found="1", reason="there")
    supervisor = person(operator, "supervisor")
    assert "Say how many units were found" in sent(supervisor, "settle_missing", missing, status=422, found="all")
    assert "0 to 1 units" in sent(supervisor, "settle_missing", missing, status=422, found="2")
    assert "say why" in sent(supervisor, "settle_missing", missing, status=422, found="0")
    for _ in range(2):  # a second press changes nothing
        sent(supervisor, "settle_missing", missing, found="0", reason="stolen")
    assert Fact.objects.get(kind="MissingSettled").data["lost"] == 1
    assert "Missing from their bins" not in shown(supervisor, reverse("floor"))


def test_a_tote_is_packed_at_one_bench(
    brand: Brand, site: Site, product: Product, scope: Scope, operator: Operator, worker: Client
) -> None:
    carton(brand)
    stocked(brand, site, product, A1=9)
    order = planned(brand, site, "W-1", {product: 1}, {product: 1})
    wave = release(scope, site="north", until=LEAVES, now=NOW).waves[0]
    assert "is no tote, parcel or order" in sent(worker, "find_tote", status=422, scan="x")
    assert "Which of them?" in sent(worker, "find_tote", status=422, scan="W-1")
    tote = Tote.objects.get(parcel__code="W-1-1")
    address = sent(worker, "find_tote", scan=tote.code)
    assert "still to be picked" in shown(worker, address)
    assert "not everything is picked yet" in sent(worker, "scan_tote", tote.pk, status=422, scan="assam")
    sent(worker, "take_pick", wave)
    for task in Pick.objects.order_by("stop"):
        sent(worker, "scan_pick", task.pk, scan="A1")
        sent(worker, "scan_pick", task.pk, scan="assam")
    other = person(operator, "floor_worker", "other")
    assert "another bench has it" in sent(other, "find_tote", status=422, scan=tote.code)
    assert "Take it over" not in shown(other, address)
    supervisor = person(operator, "supervisor")
    assert "Take it over" in shown(supervisor, address)
    sent(supervisor, "open_tote", tote.pk, take_over="yes")
    assert "not at your bench" in sent(worker, "scan_tote", tote.pk, status=422, scan="assam")
    sent(supervisor, "scan_tote", tote.pk, scan="assam")
    sent(supervisor, "repack_tote", tote.pk)
    assert "0 of 1" in shown(supervisor, address)
    assert sent(supervisor, "leave_tote", tote.pk) == reverse("bench")
    sent(worker, "open_tote", tote.pk)
    for code in ("assam", "S", "500"):
        sent(worker, "scan_tote", tote.pk, scan=code)
    page = shown(worker, address)
    assert "Packed in S, 500 g." in page
    assert "The label was not bought: the brand has no service std any more." in page
    assert "It has no label yet." in page
    assert sent(worker, "label_tote", tote.pk) == address
    assert "is no tote" in sent(worker, "find_tote", status=422, scan=tote.code)
    take_back(scope, brand.pk, order.pk, now=NOW)
    assert "was taken back" in shown(worker, reverse("tote", args=(Tote.objects.get(parcel__code="W-1-2").pk,)))
    assert Wave.objects.get().state == "closed"
    back = PutBack.objects.earliest("pk").pk
    sent(worker, "confirm_put_back", back, scan="B9")
    assert "B9 is not the bin: A1 is." in shown(worker, reverse("put_backs"))
    sent(worker, "confirm_put_back", back, scan="A1")
    sent(worker, "confirm_put_back", back, status=404, scan="A1")


def test_a_mailer_is_drawn_at_the_bench_as_thick_as_it_will_be(
    brand: Brand, site: Site, product: Product, scope: Scope, worker: Client
) -> None:
    carton(brand)
    Carton.objects.update(mailer=True, padding_mm=5)
    stocked(brand, site, product, A1=2)
    planned(brand, site, "W-1", {product: 2})
    lying = [["assam", 1, 5, 5, 5, 90, 90, 60], ["assam", 2, 5, 5, 65, 90, 90, 60]]
    Parcel.objects.update(placements=lying)
    wave = release(scope, site="north", until=LEAVES, now=NOW).waves[0]
    sent(worker, "take_pick", wave)
    for task in Pick.objects.order_by("stop"):
        for scan in ("A1", "assam"):
            sent(worker, "scan_pick", task.pk, scan=scan)
    page = shown(worker, sent(worker, "find_tote", scan=Tote.objects.get().code))
    assert "Mailer from the corner, 1 unit in place" in page
    assert page.count('class="seam"') == page.count('class="room"') == 1
    assert "on the floor of the box" in page
    side = page[page.index("Mailer from the side") - 200 :]
    assert 'width="270" height="130"' in side  # 400 less 130: two of 60, 5 on either side


def test_a_page_costs_the_same_however_long_the_round(
    brand: Brand, site: Site, product: Product, scope: Scope, worker: Client
) -> None:
    stocked(brand, site, product, A1=99)
    costs = []
    for number in (1, 30):
        for one in range(number):
            planned(brand, site, f"W-{number}-{one}", {product: 1})
        wave = release(scope, site="north", until=LEAVES, now=NOW).waves[0]
        address = sent(worker, "take_pick", wave)
        tote = Pick.objects.filter(state="taken").latest("pk").tote_id
        for page in (reverse("floor"), reverse("wave", args=(wave,)), address, reverse("tote", args=(tote,))):
            shown(worker, page)
            with CaptureQueriesContext(connection) as asked:
                shown(worker, page)
            costs.append(len(asked))
    assert costs[:4] == costs[4:]
    assert max(costs) <= 20


def test_hostile_codes_stay_words(brand: Brand, site: Site, scope: Scope, worker: Client) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    product = make_product(brand, hostile)
    stocked(brand, site, product, A1=1)
    planned(brand, site, hostile, {product: 1})
    wave = release(scope, site="north", until=LEAVES, now=NOW).waves[0]
    address = sent(worker, "take_pick", wave)
    sent(worker, "scan_pick", Pick.objects.get().pk, scan=hostile)
    pages = [address, reverse("floor"), reverse("wave", args=(wave,)), sent(worker, "find_tote", scan=hostile)]
    for page in pages:
        assert "<img" not in shown(worker, page)
    assert "<img" not in sent(worker, "find_tote", status=422, scan=hostile + "!")


def test_the_page_of_the_sites_says_what_a_cart_holds(worker: Client, site: Site) -> None:
    assert "<dt>Totes on a cart</dt><dd>12</dd>" in worker.get(reverse("sites")).content.decode()
    site.cart_parcels = 30
    site.save()
    assert "<dt>Totes on a cart</dt><dd>30</dd>" in worker.get(reverse("sites")).content.decode()
