"""Every address of the pages, found from the resolver, asked for by those whose it is not.

Refusals are asked for on one engine: it is Python that refuses, and rows are scoped by the same words on either. That
owners are served is asked on both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from tests.addresses import UNKNOWN, operations, served
from tests.api.routes import routes
from tests.core.behind import given_up, stuck
from tests.web.filled import Filled
from tests.web.investigated import CASE

from doorstep.core.accounts.models import ApiKey, User
from doorstep.core.events.models import Fact
from doorstep.core.floor.models import Missing, PutBack
from doorstep.core.parcels.models import CarrierAccount, UnreadEvent
from doorstep.core.parcels.unread import keep
from doorstep.core.webhooks.models import Delivery, Endpoint
from doorstep.web.urls import urlpatterns

OWN_WORDS = (
    "O-0000",
    "C-O-0000",
    "Person O-",
    "Tea & Leaf",
    "Tea &amp; Leaf",
    "TEA-1",
    "Assam",
    "abcd1234",
    "checkout of tea",
    "hooks.tea.example",
    "Shop of tea",
)
OPERATOR_WORDS = ("Lille", "Verona", "Nord Logistik", "nord.example")
OPEN_TO_ALL = frozenset({"login", "second_factor", "logout", "provider", "provider_back"})
OWN_ACCOUNT = frozenset({"change_password", "begin_second_factor", "confirm_second_factor", "remove_second_factor"})
MANAGED = frozenset(
    {
        "add_user",
        "export_shopper",
        "erase_shopper",
        "deactivate_user",
        "change_brand",
        "set_review_rule",
        "heed_bids",
        "weigh_values",
        "try_services",
        "show_by_worth",
        "change_logo",
        "add_channel",
        "rename_channel",
        "give_first_password",
        "reset_second_factor",
        "demand_second_factor",
        "add_key",
        "revoke_key",
        "rotate_key",
    }
)
SETTINGS_OF_A_BRAND = ("set_review_rule", "heed_bids", "weigh_values", "try_services", "show_by_worth")
OF_A_BRAND = ("brand", "brand_logo", "change_brand", "change_logo", "add_channel", *SETTINGS_OF_A_BRAND)
CHANGED = frozenset({"release_hold", "plan_order", "edit_order", "cancel_order", "override_plan"})
WORKED = frozenset(
    {
        "release_wave",
        "withdraw_wave",
        "settle_missing",
        "take_pick",
        "scan_pick",
        "short_pick",
        "leave_pick",
        "find_tote",
        "open_tote",
        "scan_tote",
        "label_tote",
        "repack_tote",
        "leave_tote",
        "refill_tote",
        "confirm_put_back",
    }
)
# Addresses that nobody logs in for and that need no key: what opens them, and where strangers knock at them.
OPENED_OTHERWISE = {
    "hooks/carriers/<int:account>": "the signature of the carrier: tests/api/test_hooks.py",
    "t/<str:token>": "a signed link: tests/web/test_tracking.py",
    "t/<str:token>/logo.png": "a signed link: tests/web/test_tracking.py",
    "t/<str:token>/answer": "a signed link: tests/web/test_tracking.py",
    "t/<str:token>/return": "a signed link: tests/web/test_tracking.py",
    "t/<str:token>/returns/<str:rma>.pdf": "a signed link: tests/web/test_tracking.py",
    "t/<str:token>/returns/<str:rma>/label.pdf": "a signed link: tests/web/test_tracking.py",
    "t/<str:token>/<path:rest>": "nothing: it is not there, and says so to a shopper",
    "t/": "nothing: it is not there, and says so to a shopper",
    "v1/openapi.json": "nothing: it is the same for all",
    "v1/docs": "nothing: it is the same for all",
    "v1/docs.css": "nothing: it is the same for all",
    UNKNOWN: "nothing: it is not there",
}
OF_A_TOTE = ("tote", "open_tote", "scan_tote", "label_tote", "repack_tote", "leave_tote", "refill_tote")
FOR_WORKERS = frozenset({"pick", "bench", "tote", "put_backs", "dispatch", "drop_offs"})  # not of a brand
AT_THE_GATE = frozenset(
    {"stage_parcel", "unstage_parcel", "close_manifest", "enter_scans", "load_parcel", "hand_over", "read_again"}
)  # name no row in their address, but for the last
OF_A_PARCEL = ("parcel_label_pdf", "parcel_label_zpl", "buy_label", "void_label")
LABELS_CHANGED = frozenset({"buy_label", "void_label"})
OF_A_RETURN = ("return", "return_label", "grade_return")
PLANNED = frozenset({"declare_disruption", "worsen_disruption", "end_disruption"})
CASED = frozenset({"send_case", "answer_case", "close_case"})
RETRIED = frozenset({"retry_job", "drop_job", "retry_stuck_fact"})
ASKED = frozenset({"ask_insight"})  # names its brand in its form: tests/web/test_insights.py
PRICED = frozenset({"put_account_prices", "weigh_reckoned", "end_account_prices", "ask_commitments"})  # name an account
PRICED |= {"put_contract", "end_contract"}  # name a contract in their form: tests/web/test_contracts.py
WORKED |= RETRIED | ASKED | PRICED
WORKED |= frozenset({"receive_return", "grade_return"}) | PLANNED | CASED  # rights that no role of a brand has
MOVED = frozenset({"announce_inbound", "receive_stock", "adjust_stock", "send_transfer", "receive_transfer"})
OF_A_WEBHOOK = (*(f"{act}_webhook" for act in ("change", "switch", "remove", "rotate", "test")), "replay_dead_webhooks")
MANAGED |= {"add_webhook", *OF_A_WEBHOOK, "replay_webhook"}
MANAGED |= MOVED  # refused to those without the right, too
TRAILS = ("trail", "trail_lines", "trail_table")
PAGES = {
    **dict.fromkeys(OWN_ACCOUNT, "account"),
    **dict.fromkeys(CHANGED, "order"),
    **dict.fromkeys(LABELS_CHANGED, "shipments"),
    **dict.fromkeys(MANAGED, "users_and_keys"),
    **dict.fromkeys(
        ("change_brand", "set_review_rule", "heed_bids", "change_logo", "add_channel", "rename_channel"), "brand"
    ),
    **dict.fromkeys(("weigh_values", "try_services", "show_by_worth"), "brand"),
    **dict.fromkeys(("announce_inbound", "receive_stock", "adjust_stock"), "inbound"),
    **dict.fromkeys(("send_transfer", "receive_transfer"), "transfers"),
    **dict.fromkeys(("release_wave", "settle_missing"), "floor"),
    **dict.fromkeys(("withdraw_wave", "take_pick"), "wave"),
    **dict.fromkeys(("scan_pick", "short_pick", "leave_pick"), "pick"),
    **dict.fromkeys(("open_tote", "scan_tote", "label_tote", "repack_tote", "leave_tote", "refill_tote"), "tote"),
    **dict.fromkeys(AT_THE_GATE, "dispatch"),
    **dict.fromkeys(PLANNED, "disruptions"),
    **dict.fromkeys(CASED, "case"),
    **dict.fromkeys(RETRIED, "work"),
    **dict.fromkeys(PRICED, "commitments"),
    "ask_insight": "insight_carriers",
    "export_shopper": "shoppers",
    "erase_shopper": "shoppers",
    **dict.fromkeys(OF_A_WEBHOOK, "webhook"),
    "add_webhook": "webhooks",
    "replay_webhook": "webhook_delivery",
    "find_tote": "bench",
    "confirm_put_back": "put_backs",
    "load_parcel": "drop_offs",
    "hand_over": "drop_offs",
    "receive_return": "returns",
    "grade_return": "return",
}  # where the forms are
POSTED = MANAGED | OWN_ACCOUNT | CHANGED | WORKED | AT_THE_GATE | LABELS_CHANGED


def entered(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def names() -> list[str]:
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
    return [str(pattern.name) for pattern in urlpatterns]


def arguments(name: str, filled: Filled) -> dict[str, object] | None:
    """Address the first brand's rows; None: the page names no row."""
    if name in RETRIED:  # made here, since it takes a fact to be stuck
        return _behind(name, filled)
    known: dict[str, dict[str, object]] = {
        "order": {"brand": filled.brand.code, "code": filled.planned.code},
        **{one: {"brand": filled.brand.code, "code": filled.planned.code} for one in TRAILS},
        "order_options": {"brand": filled.brand.code, "code": filled.planned.code},
        **{one: {"brand": filled.brand.code, "code": filled.planned.code} for one in CHANGED},
        "tariff": {"brand": filled.brand.code, "code": "gp-std"},
        **{one: {"code": filled.brand.code} for one in OF_A_BRAND},
        **{one: {"brand": filled.brand.code, "rma": "R-7"} for one in OF_A_RETURN},
        **{one: {"disruption_id": 7001} for one in ("worsen_disruption", "end_disruption")},
        **{one: {"case_id": CASE} for one in ("case", *CASED)},
        "rename_channel": {"code": filled.brand.code, "channel": "shop"},
        **{one: {"brand": filled.brand.code, "code": f"{filled.planned.code}-1"} for one in OF_A_PARCEL},
        "manifest_pdf": {"pk": filled.left.manifest_id},
        "deactivate_user": {"user_id": filled.viewer.pk},
        "give_first_password": {"user_id": filled.viewer.pk},
        "reset_second_factor": {"user_id": filled.viewer.pk},
        "revoke_key": {"key_id": filled.key.pk},
        "rotate_key": {"key_id": filled.key.pk},
        **{one: {"code": filled.wave.code} for one in ("wave", "withdraw_wave", "take_pick")},
        **{
            one: {"pick": filled.wave.picks.get(stop=0).pk} for one in ("pick", "scan_pick", "short_pick", "leave_pick")
        },
        **{one: {"tote": filled.wave.totes.get().pk} for one in OF_A_TOTE},
        "settle_missing": {"missing": Missing.objects.get().pk},
        "confirm_put_back": {"put_back": PutBack.objects.get().pk},
        "read_again": {"event": _unread(filled)},
        **{one: {"webhook_id": Endpoint.objects.get().pk} for one in ("webhook", *OF_A_WEBHOOK)},
        **{one: {"message": str(Delivery.objects.earliest("pk"))} for one in ("webhook_delivery", "replay_webhook")},
    }
    return known.get(name)


def _behind(name: str, filled: Filled) -> dict[str, object]:
    if name == "retry_stuck_fact":
        return {"stuck": stuck(filled.operator.pk, filled.now)}
    return {"job": given_up(filled.operator.pk, filled.now)}


def _unread(filled: Filled) -> int:
    """An event of a carrier of the first operator that cannot be read."""
    account = CarrierAccount.objects.filter(operator=filled.operator).earliest("pk")
    keep(account.pk, [("{}", "it says nothing")], at=filled.now)
    return UnreadEvent.objects.get().pk


def strangers(filled: Filled) -> Iterator[tuple[User, tuple[str, ...]]]:
    yield filled.foreign_admin, (*OWN_WORDS, *OPERATOR_WORDS)
    yield filled.sister_admin, OWN_WORDS


def test_every_address_that_names_a_row_is_known_here(filled: Filled) -> None:
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        named = bool(re.search(r"<", str(pattern.pattern)))
        assert named == (arguments(str(pattern.name), filled) is not None), pattern.name


def test_every_address_of_the_server_is_walked_by_strangers() -> None:
    """The pages below, the operations of the API in its own test, and what opens otherwise: nothing besides."""
    pages = {route for route, name in served().items() if name in names()}
    api = operations(*{one.method for one in routes()})
    assert pages | api | OPENED_OTHERWISE.keys() == set(served())


@pytest.mark.once
@pytest.mark.parametrize("path", ["/v1/openapi.json", "/v1/docs", "/v1/docs.css"])
def test_what_is_open_to_all_says_nothing_of_anybody(filled: Filled, path: str) -> None:
    told = {one.get(path).content for one in (Client(), entered(filled.admin), entered(filled.viewer))}
    assert len(told) == 1
    page = told.pop().decode()
    examples = {"TEA-1", "Tea & Leaf", "Tea &amp; Leaf"}  # of the documentation, too
    words = set(OWN_WORDS + OPERATOR_WORDS) - examples
    assert not [word for word in words if word in page]


@pytest.mark.parametrize("name", names())
def test_rows_of_others_are_not_there(filled: Filled, name: str) -> None:
    address = reverse(name, kwargs=arguments(name, filled))
    facts = Fact.objects.exclude(kind="CarrierSet").count()
    for stranger, words in strangers(filled):
        client = entered(stranger)
        response = client.post(address) if name in POSTED else client.get(address)
        if arguments(name, filled) is not None:
            shut_out = stranger == filled.sister_admin and name in FOR_WORKERS | WORKED | {"read_again", "case"}
            assert response.status_code in ((403, 404) if shut_out else (404,)), (name, stranger.email)
        page = response.content.decode(errors="replace")
        for word in words:
            assert word not in page, (name, stranger.email, word)
    assert Fact.objects.exclude(kind="CarrierSet").count() == facts
    filled.viewer.refresh_from_db()
    filled.key.refresh_from_db()
    assert filled.viewer.is_active
    assert filled.key.revoked_at is None
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize("name", [name for name in names() if name not in POSTED | OPEN_TO_ALL])
def test_their_owners_do_see_them(filled: Filled, name: str) -> None:
    """Else the test before would pass for pages that are broken."""
    for owner in (filled.admin, filled.brand_admin):
        if owner == filled.brand_admin and name in FOR_WORKERS:
            continue
        beyond = name in ("disruptions", "work", "cases", "case", "commitments") and owner == filled.brand_admin
        expected = 403 if beyond else 200  # only the operator plans
        assert entered(owner).get(reverse(name, kwargs=arguments(name, filled))).status_code == expected


@pytest.mark.once
@pytest.mark.parametrize("name", [name for name in names() if name not in OPEN_TO_ALL])
def test_nobody_enters_without_logging_in(filled: Filled, name: str) -> None:
    client = Client()
    address = reverse(name, kwargs=arguments(name, filled))
    response = client.post(address) if name in POSTED else client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("query", ["brand=tea", "q=O-00001", "site=lille", "q=TEA-1", "service=gp-std&risk=unlikely"])
def test_filters_do_not_reach_beyond_the_scope(filled: Filled, query: str) -> None:
    for stranger, words in strangers(filled):
        client = entered(stranger)
        for name in ("orders", "shipments", "stock", "products", "tariffs"):
            page = client.get(f"{reverse(name)}?{query}").content.decode()
            for word in words:
                assert word not in page.replace(f'value="{query.partition("=")[2]}"', ""), (name, word)


@pytest.mark.once
@pytest.mark.parametrize("name", sorted(POSTED))
def test_changes_ask_for_a_token_of_the_form_and_for_the_right(filled: Filled, name: str) -> None:
    address = reverse(name, kwargs=arguments(name, filled))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(filled.admin, backend="django.contrib.auth.backends.ModelBackend")
    refused = strict.post(address)
    assert refused.status_code == 403
    assert "sent too late" in refused.content.decode()
    if name in MANAGED | AT_THE_GATE | LABELS_CHANGED:
        assert entered(filled.viewer).post(address).status_code == 403
    if name in WORKED:
        assert entered(filled.viewer).post(address).status_code in (403, 404)


@pytest.mark.once
@pytest.mark.parametrize("name", sorted(POSTED))
def test_the_address_of_a_form_leads_to_its_page(filled: Filled, name: str) -> None:
    client = entered(filled.admin)
    led = client.get(reverse(name, kwargs=arguments(name, filled)), follow=True)
    assert led.status_code == 200, led.redirect_chain
    assert led.redirect_chain
    assert str(led.resolver_match.url_name) == PAGES[name]
    assert client.head(reverse(name, kwargs=arguments(name, filled))).status_code == 302


@pytest.mark.parametrize("code", ["a/b", "..", "50%", "ü?#&=x"])
def test_the_way_to_a_page_holds_for_any_code(filled: Filled, code: str) -> None:
    type(filled.planned).objects.filter(pk=filled.planned.pk).update(code=code)
    row = {"brand": filled.brand.code, "code": code}
    led = entered(filled.admin).get(reverse("cancel_order", kwargs=row))
    assert led["Location"] == reverse("order", kwargs=row)


def test_programs_are_told_that_the_method_is_wrong(filled: Filled) -> None:
    assert entered(filled.admin).get("/v1/quotes").status_code == 405
