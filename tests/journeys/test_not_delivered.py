"""What goes wrong: a strike, an address that is not found, a parcel that comes back, goods that are sent back."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from playwright.sync_api import expect
from tests.journeys.steps import hand_over, pack, pick_all, release
from tests.journeys.world import World, codes
from tests.sandbox.running import tell

from doorstep.core.parcels.models import Label, Parcel

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FAILS, KEPT = "T-200", "T-300"


def test_orders_are_delayed_fail_and_come_back(world: World) -> None:
    _leave(world)
    _are_delayed(world)
    _one_fails(world)
    _the_other_is_sent_back(world)
    assert not any(world.complaints)


def _leave(world: World) -> None:
    world.order(FAILS, "mug", 1)
    world.order(KEPT, "teapot", 1)
    release(world)
    pick_all(world)
    scanned = []
    for order, sku in ((FAILS, "mug"), (KEPT, "teapot")):
        parcel = Parcel.objects.get(order__code=order)
        scanned.append(pack(world, order, sku, parcel.carton, parcel.weight_g))
    hand_over(world, *scanned)
    for order, scenario in ((FAILS, "returned"), (KEPT, "delivered")):
        label = Label.objects.get(parcel__order__code=order)
        tell(world.carrier, f"/labels/{label.label}/scenario", scenario=scenario)


def _are_delayed(world: World) -> None:
    """A strike is declared; each shopper hears of it once, with the honest new day."""
    world.advance()
    tower = world.go("/disruptions")
    world.seen(tower)
    tower.get_by_label("Kind").select_option("strike")
    tower.get_by_label("Country it goes to").fill("DE")
    tower.get_by_label("Postcodes begin with").fill("80")
    tower.get_by_label("Until").first.fill("2026-11-19")
    tower.get_by_label("Delays by working days").first.fill("2")
    tower.get_by_label("Words for shoppers").first.fill("The drivers are on strike.")
    tower.get_by_role("button", name="Show whom it concerns").click()
    expect(tower.get_by_text("2 orders at risk.")).to_be_visible()
    world.seen(tower, "disruption")
    tower.get_by_role("button", name="Declare it").click()
    expect(tower.get_by_role("heading", name="Strike")).to_be_visible()
    world.seen(tower)
    world.work()
    world.watch.now = world.watch.now.replace(minute=59)
    world.work()
    letters = [message_from_bytes(one, policy=policy.default) for one in world.mails.taken]
    assert sorted(order for order in (FAILS, KEPT) for one in letters if order in str(one["Subject"])) == [FAILS, KEPT]
    assert [str(one["To"]) for one in letters] == ["ann@shopper.example"] * 2
    words = letters[0].get_body(("plain",))
    assert words is not None
    assert "The drivers are on strike." in words.get_content()
    assert f"{world.url}/t/" in words.get_content()
    _opened(world, FAILS)
    expect(world.phone.locator(".promise")).to_contain_text("are sorry: this is the day we now expect")
    world.seen(world.phone, "shopper-delayed")


def _one_fails(world: World) -> None:
    world.advance(4)
    _opened(world, FAILS)
    expect(world.phone.get_by_role("heading", level=1)).to_have_text("The delivery was tried and did not work")
    expect(world.phone.locator(".journey")).to_contain_text("The carrier says: nobody was at home.")
    world.seen(world.phone, "shopper-failed")
    tower = world.go(f"/orders/tea/{FAILS}")
    expect(tower.locator("main")).to_contain_text("nobody home")
    world.seen(tower)
    world.advance()
    _opened(world, FAILS)
    expect(world.phone.get_by_role("heading", level=1)).to_have_text("Out for delivery")
    world.advance(2)
    _opened(world, FAILS)
    expect(world.phone.get_by_role("heading", level=1)).to_have_text("Your parcel is going back to the shop")
    world.seen(world.phone)
    world.advance()
    tower = world.go(f"/orders/tea/{FAILS}")
    expect(tower.locator("main")).to_contain_text("address not found")
    world.seen(tower)
    assert world.ask(f"/v1/orders/{FAILS}")["state"] == "returned"
    tower = world.go("/shipments?state=returned")
    expect(tower.locator("main")).to_contain_text(FAILS)
    world.seen(tower)


def _the_other_is_sent_back(world: World) -> None:
    _opened(world, KEPT)
    phone, before = world.phone, _available(world)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Delivered")
    phone.get_by_text("Choose what goes back").tap()
    phone.get_by_label("Teapot").fill("1")
    phone.get_by_label("Why?").select_option("damaged")
    world.seen(phone)
    phone.get_by_role("button", name="Ask to return").tap()
    slip = phone.get_by_role("link", name="Return slip (PDF)")
    expect(slip).to_be_visible()
    world.seen(phone)
    (rma,) = codes(phone.request.get(world.url + str(slip.get_attribute("href"))).body()).values()
    tower = world.go("/returns")
    world.seen(tower)
    tower.get_by_label("Scan the slip").fill("R99999999")
    tower.get_by_role("button", name="Receive").click()
    world.refused("R99999999")
    tower.get_by_label("Scan the slip").fill(rma)
    tower.get_by_label("Site").first.select_option("berlin")
    tower.get_by_role("button", name="Receive").click()
    tower.wait_for_url(f"**/returns/tea/{rma}")
    tower.get_by_label("Units of teapot found: as new").fill("1")
    world.seen(tower, "return-graded")
    tower.get_by_role("button", name="Keep the grades").click()
    expect(tower.locator("main")).to_contain_text("back on sale")
    world.seen(tower)
    assert _available(world) == before + 1
    _opened(world, KEPT)
    expect(phone.locator("#returns")).to_contain_text("9.00 EUR go back to you")
    world.seen(phone)
    world.go("/stock?q=teapot")
    world.seen(tower)


def _opened(world: World, order: str) -> None:
    world.phone.goto(str(world.ask(f"/v1/orders/{order}")["tracking_url"]))


def _available(world: World) -> int:
    rows = world.ask("/v1/stock?sku=teapot&site=berlin")["data"]
    return sum(int(one["available"]) for one in rows)
