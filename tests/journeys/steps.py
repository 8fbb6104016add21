"""Steps that every order makes, done on their pages as somebody who makes no mistake."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.journeys.world import World, codes

SAID = ("Bin", "Product")


def release(world: World) -> None:
    tower = world.go("/floor")
    tower.get_by_role("button", name="Release").first.click()
    tower.wait_for_url("**/floor/waves/**")


def pick_all(world: World) -> None:
    """Go the round of the wave that is shown: each page says the bin and the product."""
    tower = world.tower
    tower.get_by_role("button", name="Pick", exact=True).click()
    tower.wait_for_url("**/floor/picks/**")
    while "/floor/picks/" in tower.url:
        for code in [tower.locator(f".task div:has(dt:text-is('{name}')) dd bdi").first.inner_text() for name in SAID]:
            world.scan(code)


def pack(world: World, order: str, sku: str, carton: str, weight_g: int) -> str:
    """Pack a parcel of one unit; gives the SSCC as a scanner reads it from the printed label."""
    world.go("/floor/bench")
    for code in (order, sku, carton, str(weight_g)):
        world.scan(code)
    expect(world.tower.get_by_role("status")).to_contain_text("The label is bought")
    return printed(world)["GS1"].replace("(00)", "00")


def printed(world: World) -> dict[str, str]:
    """Print the label that the bench offers, and read its bars."""
    link = world.tower.get_by_role("link", name="Print the label").get_attribute("href")
    sheet = world.tower.request.get(world.url + str(link))
    assert (sheet.status, sheet.headers["content-type"]) == (200, "application/pdf")
    return codes(sheet.body())


def hand_over(world: World, *ssccs: str) -> None:
    tower = world.go("/dispatch")
    tower.get_by_role("link", name="Postbird").first.click()
    tower.wait_for_url("**/dispatch?**")
    for sscc in ssccs:
        world.scan(sscc)
        expect(tower.get_by_role("status").first).to_contain_text("Staged")
    tower.get_by_role("button", name="Close the manifest").click()
    expect(tower.get_by_role("status").first).to_contain_text("handed over.")
