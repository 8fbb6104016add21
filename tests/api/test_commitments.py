"""Contracts and commitment prices of all brands, as a program of the operator sets and reads them."""

from __future__ import annotations

import pytest
from tests.api.shop import Place
from tests.contracts import said

from doorstep.core.tariffs.models import Service

pytestmark = pytest.mark.django_db
PATH = "/v1/commitments"
PRICE = {"service": "", "price_micros": -150_000, "valid_from": None, "valid_to": "2026-12-31"}
PUT = {"carrier": "Postbird", "account": "", "currency": "EUR", "prices": [PRICE], "why": "agreed on Monday"}
CONTRACT = said()
TERMS = {"currency": "EUR", "contracts": [CONTRACT], "why": "signed"}


def test_prices_are_put_told_and_ended(place: Place) -> None:
    shop = place.with_key("operator_admin")
    before = shop.get(PATH).json()
    account = next(one for one in before["data"] if one["carrier"] == "Postbird")
    assert (account["prices"], account["put"], account["reckoned"]) == ([], None, [])
    assert account["services"]
    after = shop.ask("PUT", f"{PATH}/prices", PUT).json()
    account = next(one for one in after["data"] if one["carrier"] == "Postbird")
    assert account["prices"] == [PRICE]
    assert account["put"]["why"] == "agreed on Monday"
    assert account["put"]["put_by"].startswith("key:")
    assert shop.get(PATH).json() == after
    over = shop.ask("PUT", f"{PATH}/prices", {**PUT, "prices": [], "why": "over"}).json()
    assert over["data"] == before["data"]


def test_contracts_are_put_all_together(place: Place) -> None:
    shop = place.with_key("operator_admin")
    (found,) = shop.ask("PUT", f"{PATH}/contracts", TERMS).json()["contracts"]
    assert {name: found[name] for name in CONTRACT} == CONTRACT
    assert (found["currency"], found["put"]["why"]) == ("EUR", "signed")
    assert shop.ask("PUT", f"{PATH}/contracts", {**TERMS, "contracts": [], "why": "over"}).json()["contracts"] == []


def test_a_contract_tells_which_services_count_and_which_are_gone(place: Place) -> None:
    """A tariff may change below a contract; a program is told what the page marks."""
    shop = place.with_key("operator_admin")
    account = next(one for one in shop.get(PATH).json()["data"] if one["carrier"] == "Postbird")
    first, *others = account["services"]
    named = {**CONTRACT, "commitment": "post-std", "service": first}
    both = shop.ask("PUT", f"{PATH}/contracts", {**TERMS, "contracts": [CONTRACT, named]}).json()["contracts"]
    assert told(both) == {"post-q4": (account["services"], []), "post-std": ([first], [])}
    Service.objects.filter(code=first).update(code="renamed")
    after = shop.get(PATH).json()["contracts"]
    assert told(after) == {"post-q4": (sorted(["renamed", *others]), []), "post-std": ([], [first])}
    Service.objects.filter(carrier="Postbird").update(carrier="Another")
    assert told(shop.get(PATH).json()["contracts"]) == {"post-q4": ([], []), "post-std": ([], [first])}


def told(contracts: list[dict[str, object]]) -> dict[object, tuple[object, object]]:
    return {one["commitment"]: (one["services"], one["services_gone"]) for one in contracts}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("prices", {**PUT, "prices": [{**PRICE, "service": "nothing"}]}),
        ("prices", {**PUT, "prices": [PRICE, PRICE]}),
        ("prices", {**PUT, "why": ""}),
        ("prices", {**PUT, "why": "   "}),
        ("prices", {**PUT, "currency": "euro"}),
        ("contracts", {**TERMS, "contracts": [{**CONTRACT, "tiers": []}]}),
        ("contracts", {**TERMS, "contracts": [{**CONTRACT, "ends_on": "2026-01-01"}]}),
        ("contracts", {**TERMS, "contracts": [CONTRACT, CONTRACT]}),
        ("contracts", {**TERMS, "contracts": [{**CONTRACT, "service": "nothing"}]}),
    ],
)
def test_what_cannot_be_is_refused_whole(place: Place, path: str, body: dict[str, object]) -> None:
    shop = place.with_key("operator_admin")
    before = shop.get(PATH).json()
    assert shop.ask("PUT", f"{PATH}/{path}", body).status_code == 422
    assert shop.get(PATH).json() == before


def test_accounts_of_nobody_are_not_there(place: Place) -> None:
    shop = place.with_key("operator_admin")
    assert shop.ask("PUT", f"{PATH}/prices", {**PUT, "carrier": "Nobody"}).status_code == 404
    wrong = {**TERMS, "contracts": [{**CONTRACT, "carrier": "Nobody"}]}
    assert shop.ask("PUT", f"{PATH}/contracts", wrong).status_code == 404


def test_keys_of_a_brand_see_and_change_nothing(place: Place) -> None:
    place.with_key("operator_admin").ask("PUT", f"{PATH}/prices", PUT)
    for role in ("brand_admin", "brand_viewer", "brand_writer", "quote_only"):
        shop = place.with_key(role)
        assert shop.get(PATH).status_code == 403
        for path, body in (("prices", {**PUT, "prices": []}), ("contracts", TERMS)):
            assert shop.ask("PUT", f"{PATH}/{path}", body).status_code in (403, 404)
    steering = place.with_key("brand_admin").get("/v1/brands/tea/steering").json()
    assert steering["commitments"] == []  # those of the operator are not told as its own
    assert "Postbird" not in str(steering)


def test_a_decision_names_the_version(place: Place) -> None:
    from tests.api.shop import order

    shop = place.with_key("operator_admin")
    after = shop.ask("PUT", f"{PATH}/prices", PUT).json()
    put = next(one for one in after["data"] if one["carrier"] == "Postbird")["put"]
    shop.post("/v1/orders", order("V-1", brand="tea"), idempotency_key="v")
    found = shop.get("/v1/orders/V-1/decision").json()
    assert found["steering"] == [{"kind": "account_prices", "version": put["version"], "put_at": put["put_at"]}]
