"""A record in which every table has rows and an order stands in every state, filled by the flows that people use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.db.models import Model
from tests.api.shop import Place, order
from tests.core.behind import given_up, stuck
from tests.core_fixtures import make_product
from tests.record.brand import NOW, loaded
from tests.record.packed import LATER, House
from tests.record.test_accept import asked
from tests.web.filled import png
from tests.web.investigated import case_of
from tests.web.told_outside import tell_outside

from doorstep.core.accounts import test_clock, totp
from doorstep.core.accounts.models import Brand, Operator
from doorstep.core.decisions import quotes
from doorstep.core.floor import bench
from doorstep.core.floor.models import Tote
from doorstep.core.jobs import turns, workers
from doorstep.core.learned import account_terms, commitment_plans
from doorstep.core.learned.account_terms import Putting
from doorstep.core.learned.insights import Kept
from doorstep.core.orders.models import Order
from doorstep.core.parcels import unread
from doorstep.core.parcels.models import Parcel
from doorstep.core.returns.models import Return, Window
from doorstep.core.tariffs.actions import keep_rules
from doorstep.core.tariffs.models import (
    AreaRule,
    DivisorRule,
    DutyRule,
    EmissionFactor,
    ExchangeRate,
    Markup,
    Service,
    TerritoryRule,
)
from doorstep.domain import carriage, emission
from doorstep.domain.commitment import AccountKey, DatedCommitmentPrice
from doorstep.domain.demand import Order as NewOrder
from doorstep.domain.demand import OrderLine
from doorstep.domain.disruption import Disruption
from doorstep.domain.parcel import OWN_BOX
from doorstep.domain.rights import Scope
from doorstep.domain.shopper import Shopper
from doorstep.domain.travel import Milestone, Scan
from doorstep.domain.worth import LearnedValue
from doorstep.files.demo import demo_brand
from doorstep.flows import (
    accounts,
    authenticate,
    back_to_sender,
    brand_look,
    dispatch,
    pack,
    pick,
    returns,
    second_factor,
)
from doorstep.flows.accept import accept_order
from doorstep.flows.cancel import cancel_order
from doorstep.flows.define_barcodes import set_barcodes
from doorstep.flows.define_kit import define_kit
from doorstep.flows.disruption import declare
from doorstep.flows.erase import erase
from doorstep.flows.insights import learn_insight
from doorstep.flows.learn import learn
from doorstep.flows.learn_bids import learn_bids
from doorstep.flows.plan_day import plan_day
from doorstep.flows.release import release
from doorstep.flows.return_label import buy_return_label, way_back
from doorstep.flows.review_rule import set_review_rule
from doorstep.flows.ship import buy_label
from doorstep.flows.steer import Wished, steer
from doorstep.flows.stock import Receipt, Sending, announce, receive, send_transfer
from doorstep.flows.survey import answer_survey
from doorstep.flows.tell import send_messages
from doorstep.flows.track import take_scans
from doorstep.flows.track_page import followed, revoke_link
from doorstep.kernels.run import Run
from doorstep.plugins.notifiers.folder.notifier import Folder

SITE = "berlin"
CART = {"to": {"country": "DE", "region": "BY", "postcode": "80331"}, "lines": [{"sku": "mug", "quantity": 1}]}
TWO_PARCELS = (OrderLine("1", "tray", 1, 49_000_000), OrderLine("2", "mug", 1, 9_000_000))
LATE = NOW + timedelta(days=8)
ENDS: Mapping[str, tuple[Milestone, ...]] = {
    "delivered": ("accepted", "out_for_delivery", "delivered"),
    "failed": ("out_for_delivery", "failed"),
    "returned": ("failed", "returning", "returned"),
    "shipped": ("accepted",),
}


@dataclass(frozen=True, slots=True)
class FullHouse:
    """What the steps share."""

    at: House
    ids: dict[str, int]  # of orders, by their codes, which say how they will stand

    @property
    def scope(self) -> Scope:
        return self.at.scope

    def accept(self, *codes: str, asking: Callable[[str], NewOrder] = asked) -> None:
        for code in codes:
            accepted = accept_order(self.scope, self.at.brand, replace(asking(code), placed_at=NOW), now=NOW)
            self.ids[code] = accepted.order_id


def empty_tables() -> list[str]:
    return [model._meta.label for model in models() if not model._default_manager.exists()]


def models() -> list[type[Model]]:
    """Every model of ours, and what joins two of them."""
    return [
        model
        for app in apps.get_app_configs()
        if app.name.startswith("doorstep.core")
        for model in app.get_models(include_auto_created=True)
    ]


def fill(at: House, folder: Path) -> None:
    """Fill the record; needs the tea shop and the carrier that serves it."""
    house = FullHouse(at, {})
    _people(house)
    _goods(house)
    _orders_wait(house)
    _floor(house)
    _leave(house)
    _come_back(house)
    _messages(house, folder)
    _work_behind(house)
    tell_outside(Brand.objects.get(pk=at.brand), house.ids["planned"], "planned", NOW)
    demo_brand(folder / "demo", 20, 5)
    history = folder / "demo" / "history.csv"
    history.write_text("".join(history.read_text().splitlines(keepends=True)[:300]))  # thousands would show no more
    scope, brand = loaded(folder / "demo", "south")
    learn(scope, brand, now=NOW, run=Run())
    plan_day(scope, brand, now=NOW, run=Run())
    learn_bids(scope, brand, now=NOW)
    learn_insight(scope, brand, "carriers", now=NOW, run=Run())
    steer(at.scope, "tea", Wished((LearnedValue("day_sooner", 420_000),)), now=NOW)
    how, key = Putting(NOW, "user:1", "agreed in May"), AccountKey("General Parcels", "", "EUR")
    price = DatedCommitmentPrice("General Parcels", "gp-std", -350_000, None, None)
    account_terms.put_prices(at.scope.operator, key, (price,), how)
    commitment_plans.keep(at.scope.operator, "EUR", Kept(NOW.date(), NOW, {"currency": "EUR", "prices": []}), "system")
    quotes.forget_offered(
        datetime.now(UTC) + timedelta(days=1), 100
    )  # they were made by today's clock; nobody took them up
    case_of(Operator.objects.get(pk=at.scope.operator), None, NOW)


def _people(house: FullHouse) -> None:
    test_clock.advance(timedelta(hours=1))  # heeded by test installations alone
    scope, brand = house.scope, "tea"
    user = accounts.add_user(
        scope,
        email="v@tea.example",
        name="V",
        password="a long enough password",
        role="brand_viewer",
        brands=[brand],
        now=NOW,
    )
    own = replace(scope, actor=f"user:{user}")
    secret = second_factor.begin(own)
    second_factor.confirm(own, totp.code_at(secret, NOW), now=NOW)
    authenticate.refused("192.0.2.7", now=NOW)
    brand_look.put_logo(scope, brand, png(), now=NOW)
    brand_look.add_channel(scope, brand, code="fair", name="Fair", kind="marketplace", now=NOW)
    set_review_rule(scope, brand, 90_000, now=NOW)
    Window.objects.create(brand_id=house.at.brand, days=20)


def _goods(house: FullHouse) -> None:
    scope, brand = house.scope, house.at.brand
    make_product(Brand.objects.get(pk=brand), "set")
    AreaRule.objects.create(brand_id=brand, area="islands", country="DE", prefix="18565")
    Markup.objects.create(brand_id=brand, client="acme", kind="percent", amount_micros=10_000_000, sequence=1)
    ExchangeRate.objects.create(brand_id=brand, currency="USD", rate_nanos=900_000_000)
    TerritoryRule.objects.create(brand_id=brand, territory="EU", country="DE")
    factor = emission.EmissionFactor("hub", "", "site", None, 0, 0, 300, 600, 900, "measured")
    EmissionFactor.objects.create(brand_id=brand, **asdict(factor))
    keep_rules(brand, '[[rule]]\nid = "whole"\nkind = "max_parcels"\nparcels = 3\n')
    duty = carriage.DutyRule("duty", "CH", "", "6912", 5_000_000)
    DutyRule.objects.create(brand_id=brand, **asdict(duty))
    service = Service.objects.filter(brand_id=brand)[0]
    DivisorRule.objects.create(
        service=service, when="over_length_mm", threshold=10**5, dim_divisor_cm3_per_kg=5000, sequence=1
    )
    set_barcodes(scope, brand, "mug", ["4006381333931"], now=NOW)
    define_kit(scope, brand, "set", {"teapot": 1, "mug": 2}, now=NOW)
    for bin, units in (("A-1", 30), ("A-2", 5)):
        receive(scope, brand, Receipt(SITE, "mug", units, bin), now=NOW)
    receive(scope, brand, Receipt(SITE, "tray", 4, "C-1"), now=NOW)
    send_transfer(scope, brand, Sending("T-1", "munich", SITE, {"mug": 12}), now=NOW)  # all orders leave from one site
    announce(scope, brand, SITE, "teapot", 9, NOW + timedelta(days=3), now=NOW)


def _orders_wait(house: FullHouse) -> None:
    scope, brand = house.scope, house.at.brand
    house.accept("held", asking=lambda code: asked(code, sku="samovar"))
    accept_order(scope, brand, asked("open", "teapot", 3), now=NOW, on_shortage="back_order")
    shop = Place(scope.operator, brand).with_key()
    quote, _ = (shop.post("/v1/quotes", CART).json()["quote"] for _ in range(2))
    shop.post(f"/v1/quotes/{quote}/accept", {"option": 0}, idempotency_key="quote")
    said = order("quoted", quote=quote)
    assert shop.post("/v1/orders", said, idempotency_key="order").json()["state"] == "planned"


def _floor(house: FullHouse) -> None:
    scope = house.scope
    house.accept(*ENDS, "packed", "cancelled", "short")
    house.accept("part_shipped", asking=lambda code: replace(asked(code), lines=TWO_PARCELS))
    waves = _released(house)
    task = pick.next_pick(scope, waves[0], now=NOW)
    assert task is not None
    pick.scan(scope, task.pk, task.bin, now=NOW)
    pick.short(scope, task.pk, 0, "not_there", now=NOW)
    for wave in waves:
        _pick_all(scope, wave)
    for tote in Tote.objects.filter(packed_at=None, parcel__state="released"):
        _pack(scope, tote.pk)
    cancel_order(scope, house.at.brand, house.ids["cancelled"], "other", now=NOW, carriers=house.at.carriers)
    house.accept("released")
    _released(house)
    house.accept("planned")


def _released(house: FullHouse) -> tuple[str, ...]:
    return release(house.scope, site=SITE, until=NOW + timedelta(days=9), now=NOW).waves


def _pick_all(scope: Scope, wave: str) -> None:
    while (task := pick.next_pick(scope, wave, now=NOW)) is not None:
        if not task.bin_seen:
            pick.scan(scope, task.pk, task.bin, now=NOW)
        assert pick.scan(scope, task.pk, task.sku, now=NOW).done


def _pack(scope: Scope, tote: int) -> None:
    pack.open_tote(scope, tote)
    row = bench.get_tote(scope, tote)
    assert row is not None
    scans = [one.sku for one in row.checks for _ in range(one.wanted)]
    if row.planned_carton != OWN_BOX:
        scans.append(row.planned_carton)
    for code in (*scans, str(row.planned_weight_g)):
        assert pack.scan(scope, tote, code, now=NOW).refused == ""


def _leave(house: FullHouse) -> None:
    scope, carriers = house.scope, house.at.carriers
    going = [*Parcel.objects.filter(order__code__in=ENDS), *Parcel.objects.filter(order__code="part_shipped")[:1]]
    for parcel in going:
        buy_label(scope, parcel.pk, now=NOW, carriers=carriers)
        parcel.refresh_from_db()
        carrier = Service.objects.get(brand_id=house.at.brand, code=parcel.service).carrier
        dispatch.stage(scope, parcel.sscc, SITE, carrier, parcel.ship_at, now=NOW)
    for carrier, departs_at in {(carrier, one.ship_at) for one in going}:
        dispatch.close_manifest(scope, SITE, carrier, departs_at, now=LATER, carriers=carriers)


def _come_back(house: FullHouse) -> None:
    scope = house.scope
    account = next(iter(house.at.accounts.values()))
    for code, way in ENDS.items():
        number = Parcel.objects.get(order__code=code).tracking
        told = [Scan(f"{code}-{n}", number, one, LATER + timedelta(hours=n)) for n, one in enumerate(way)]
        take_scans(account, told, now=LATER + timedelta(days=1))
    take_scans(account, [Scan("nobody", "SB-NOBODY", "accepted", LATER)], now=LATER)
    unread.keep(account.pk, [("{}", "it says nothing")], at=LATER)
    back_to_sender.take_in(scope, Parcel.objects.get(order__code="returned").sscc, SITE, now=LATE)
    asking = (scope, house.at.brand, house.ids["delivered"], {"1": 1}, "damaged")
    rma = returns.ask_return(*asking, now=LATER + timedelta(days=2), way=way_back(house.ids["delivered"]))
    buy_return_label(scope, rma, now=LATER + timedelta(days=2))
    returns.receive_return(scope, rma, SITE, now=LATE)
    returns.grade_return(scope, rma, [returns.FoundUnits("1", "A", 1)], now=LATE)
    delivered = Order.objects.get(code="delivered")
    Return.objects.create(
        brand_id=house.at.brand, order=delivered, rma="R-BACK", reason="late", asked_at=LATE, state="on_its_way"
    )
    token = revoke_link(scope, "tea", "delivered", now=LATER).rsplit("/", 1)[1]
    answer_survey(followed(token), "cheaper", True, now=LATE)


def _messages(house: FullHouse, folder: Path) -> None:
    strike = Disruption("DE", "", "", "", "", "", date(2026, 11, 16), date(2026, 11, 20), 2)
    declare(house.scope, "strike", strike, "The drivers are on strike.", now=NOW)
    assert send_messages(Folder(folder / "letters"), now=NOW)
    erase(house.scope, [house.at.brand], Shopper(order="planned"), now=NOW, when_done=True)


def _work_behind(house: FullHouse) -> None:
    given_up(house.scope.operator, NOW)
    stuck(house.scope.operator, NOW)
    turns.enter(["messages"], NOW)
    workers.beat("host:1:abc", "host", NOW)
