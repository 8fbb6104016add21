"""From the quote at the checkout to the doorstep, and to the shopper's answer: one order, each step by its own page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.journeys.steps import printed
from tests.journeys.world import World
from tests.sandbox.running import tell

from doorstep.core.parcels.models import Label, Parcel

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TOLD = [
    "Placed", "Ordered as quoted", "Promised", "Released to the floor", "Picking began", "Packed", "Label bought",
    "Staged for its carrier", "Handed to the carrier", *["Scanned by the carrier"] * 4, "Out for delivery",
    "Scanned by the carrier", "Delivered", "Shopper answered",
]  # fmt: skip


def test_an_order_travels_from_the_quote_to_the_doorstep(world: World) -> None:
    option = world.order("T-100", "mug", 2, gift_note="For the new kitchen")
    _is_seen(world, option["promised_by"])
    _is_picked(world)
    sscc = _is_packed(world)
    _leaves(world, sscc)
    _arrives(world)
    _is_told_in_full(world)
    assert not any(world.complaints)


def _is_seen(world: World, promised_by: str) -> None:
    tower = world.go("/orders")
    world.seen(tower)
    tower.get_by_role("link", name="T-100").click()
    expect(tower.get_by_role("heading", level=1)).to_contain_text("T-100")
    world.seen(tower)
    parcel = Parcel.objects.get(order__code="T-100")
    assert parcel.promised_by.isoformat() == promised_by
    world.go("/")
    world.seen(tower)


def _is_picked(world: World) -> None:
    tower = world.go("/floor")
    world.seen(tower)
    tower.get_by_role("button", name="Release").first.click()
    tower.wait_for_url("**/floor/waves/**")
    world.seen(tower)
    tower.get_by_role("button", name="Pick", exact=True).click()
    tower.wait_for_url("**/floor/picks/**")
    world.scan("B-01")
    world.refused("B-01 is not this bin: go to A-02.")
    world.seen(tower)
    world.scan("A-02")
    world.scan("teapot")
    world.refused("teapot is not the product: take mug.")
    world.scan("mug")
    tower.wait_for_url("**/floor/waves/**")
    world.seen(tower)


def _is_packed(world: World) -> str:
    """Pack it, with everything wrong first; gives the SSCC as it is read from the printed label."""
    tower = world.go("/floor/bench")
    world.seen(tower)
    world.scan("T-100")
    world.scan("teapot")
    world.refused("teapot is none of the units of this parcel.")
    world.scan("mug")
    world.seen(tower, "bench")
    world.scan("mug")
    parcel = Parcel.objects.get(order__code="T-100")
    other = "large" if parcel.carton == "small" else "small"
    world.scan(other)
    world.refused(f"{parcel.carton} is planned: say why it is {other}")
    world.scan(parcel.carton)
    world.scan(str(parcel.weight_g))
    expect(tower.get_by_role("status")).to_contain_text("The label is bought: SB")
    expect(tower.get_by_role("link", name="Print the label")).to_be_focused()
    world.seen(tower, "label-bought")
    parcel.refresh_from_db()
    read = printed(world)
    assert read == {"Text": parcel.tracking, "GS1": f"(00){parcel.sscc}"}
    assert Label.objects.get().tracking == parcel.tracking
    return read["GS1"].replace("(00)", "00")


def _leaves(world: World, sscc: str) -> None:
    tower = world.go("/dispatch")
    world.seen(tower)
    tower.get_by_role("link", name="Postbird").first.click()
    tower.wait_for_url("**/dispatch?**")
    world.scan("SB000000000000")
    world.refused("Not known")
    world.scan(sscc)
    expect(tower.get_by_role("status").first).to_contain_text("Staged")
    world.seen(tower, "dispatch")
    tower.get_by_role("button", name="Close the manifest").click()
    expect(tower.get_by_role("status").first).to_contain_text("1 parcel handed over.")
    world.seen(tower)
    sheet = tower.request.get(
        world.url + str(tower.get_by_role("link", name="Print the manifest").get_attribute("href"))
    )
    assert sheet.body().startswith(b"%PDF")


def _arrives(world: World) -> None:
    label = Label.objects.get()
    tell(world.carrier, f"/labels/{label.label}/scenario", scenario="delivered")
    link = _followed(world)
    world.phone.goto(link)
    expect(world.phone.get_by_text("of 100 such parcels arrive by then")).to_be_visible()
    world.seen(world.phone)
    world.advance(4)
    world.phone.reload()
    expect(world.phone.get_by_role("heading", level=1)).to_have_text("Out for delivery")
    world.seen(world.phone, "shopper-out-for-delivery")
    world.advance()
    world.phone.reload()
    expect(world.phone.get_by_role("heading", level=1)).to_have_text("Delivered")
    world.phone.get_by_role("button", name="Cheaper").tap()
    expect(world.phone.get_by_role("button", name="Cheaper")).to_have_attribute("aria-pressed", "true")
    world.seen(world.phone, "shopper-delivered")


def _followed(world: World) -> str:
    """The shopper's link, as the shop gets it from the API."""
    return str(world.ask("/v1/orders/T-100")["tracking_url"])


def _is_told_in_full(world: World) -> None:
    tower = world.go("/orders/tea/T-100")
    world.seen(tower, "timeline")
    told = [one.strip() for one in tower.locator(".timeline strong").all_inner_texts()]
    assert told == TOLD
