"""Two shoppers go the whole way, each with words that stand nowhere else; what one table or another keeps of them."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import connection
from scripts.postgres import find
from tests.api.shop import Place, Shop
from tests.api.shop import order as asked
from tests.record.brand import NOW
from tests.record.packed import LATER, House

from doorstep.core.catalog.models import Carton
from doorstep.core.floor import bench
from doorstep.core.floor.models import Tote
from doorstep.core.orders.models import Order
from doorstep.core.parcels import unread
from doorstep.core.parcels.models import Parcel
from doorstep.core.tariffs.models import Service
from doorstep.domain.disruption import Disruption
from doorstep.domain.letter import Carried, Letter
from doorstep.domain.travel import Milestone, Scan
from doorstep.flows import dispatch, pack, pick
from doorstep.flows.disruption import declare
from doorstep.flows.override import options, override
from doorstep.flows.release import release
from doorstep.flows.return_label import buy_return_label, way_back
from doorstep.flows.returns import FoundUnits, ask_return, grade_return, receive_return
from doorstep.flows.ship import buy_label
from doorstep.flows.survey import answer_survey
from doorstep.flows.tell import send_messages
from doorstep.flows.track import take_scans
from doorstep.flows.track_page import followed, token_of

SITE = "berlin"
WAY: tuple[Milestone, ...] = ("accepted", "failed", "delivered")
Rows = dict[tuple[str, object], str]  # table and key -> the row as it was written


@dataclass(frozen=True, slots=True)
class Who:
    """A shopper, each of whose words begins so that it can stand nowhere by chance."""

    mark: str  # letters that no word has
    postcode: str
    latitude: float
    code: str  # of their orders

    @property
    def email(self) -> str:
        return f"{self.mark}.Anna@shopper.example"

    @property
    def to(self) -> dict[str, Any]:
        return {
            "name": f"{self.mark} Übelacker",
            "company": f"{self.mark} GmbH",
            "address_1": f"{self.mark}weg 7",
            "address_2": f"{self.mark} back house",
            "phone": f"+49 89 {self.mark}",
            "email": self.email,
            "city": f"{self.mark}stadt",
            "region": "BY",
            "postcode": self.postcode,
            "country": "DE",
            "latitude": self.latitude,
            "longitude": 11.5,
        }

    @property
    def traces(self) -> tuple[re.Pattern[str], ...]:
        """Their words, their postcode and how far north they live, wherever these stand by themselves."""
        numbers = (re.escape(self.postcode), re.escape(str(self.latitude)))
        return (re.compile(self.mark, re.IGNORECASE), *(re.compile(rf"(?<![\d.]){one}(?![\d])") for one in numbers))

    def named_in(self, text: str) -> bool:
        return any(one.search(text) for one in self.traces)


ANN = Who("Zqxv", "80798", 48.131313, "A")
BEN = Who("Wjkq", "81547", 48.171717, "B")


class Refusing:
    """A mail server that takes nothing, and says of whom."""

    def send(self, letter: Letter) -> Carried:
        return Carried("refused", f"550 no such mailbox: {letter.to}")


def journey(at: House, *shoppers: Who) -> dict[str, int]:
    """Let shoppers place, edit, receive, answer and return; gives row ids of orders by code.

    Each has an order that was delivered and came back (`A-1`), one cancelled with a note (`A-2`) after it was held for
    its postcode, and one overridden that was delivered (`A-3`).
    """
    key = Place(at.scope.operator, at.brand).with_key()
    for who in shoppers:
        _place(key, who)
        _cancelled(key, who)
    ids = dict(Order.objects.filter(brand_id=at.brand).values_list("code", "pk"))
    for who in shoppers:
        _overridden(at, who, ids[f"{who.code}-3"])
    to_the_bench(at, {who.code: who.mark for who in shoppers})
    hand_over(at)
    strike = Disruption("DE", "", "8", "", "", "", date(2026, 11, 16), date(2026, 11, 20), 2)
    declare(at.scope, "strike", strike, "The drivers are on strike.", now=LATER)
    send_messages(Refusing(), now=LATER)
    for who in shoppers:
        _arrive(at, who)
        _back(at, ids[f"{who.code}-1"])
    return ids


def _place(shop: Shop, who: Who) -> None:
    cart = {"to": {name: who.to[name] for name in ("country", "region", "postcode")}, "lines": _lines()}
    quote = shop.post("/v1/quotes", cart).json()["quote"]
    taken = shop.post(f"/v1/quotes/{quote}/accept", {"option": 0}, idempotency_key=f"q{who.code}")
    assert taken.json()["state"] == "accepted", taken.json()
    said: dict[str, Any] = {
        "to": who.to,
        "customer": f"{who.mark}-17",
        "gift_note": f"Dear {who.mark}",
        "safe_place": f"behind {who.mark}'s shed",
    }
    for number, more in ((1, {"quote": quote}), (3, {})):
        code = f"{who.code}-{number}"
        made = shop.post("/v1/orders", asked(code, **said, **more), idempotency_key=code)
        assert made.json()["state"] == "planned", made.json()
        changed = {"to": {"address_2": f"{who.mark}, second floor"}, "gift_note": f"For {who.mark}"}
        assert shop.ask("PATCH", f"/v1/orders/{code}", changed).status_code == 200


def _cancelled(shop: Shop, who: Who) -> None:
    code = f"{who.code}-2"
    wrong = {**who.to, "postcode": f"{who.postcode}{who.mark}"}
    held = shop.post("/v1/orders", asked(code, to=wrong, customer=who.mark), idempotency_key=code)
    assert held.json()["state"] == "held"
    assert who.mark in str(held.json()["faults"])
    said = {"reason": "other", "note": f"{who.mark} rang"}
    assert shop.post(f"/v1/orders/{code}/cancel", said).status_code == 200


def _lines() -> list[dict[str, Any]]:
    return [{"sku": "mug", "quantity": 1}]


def _overridden(at: House, who: Who, pk: int) -> None:
    legs = next(one.legs for one in options(at.scope, at.brand, pk, now=NOW) if one.open and one.legs)
    override(at.scope, at.brand, pk, legs, f"{who.mark} asked on the telephone", now=NOW)


def to_the_bench(at: House, marks: Mapping[str, str]) -> None:
    """Release, pick and pack all there is; the packer's words are those of the shopper, by the first letter."""
    sites = {one.site.code for one in Parcel.objects.exclude(state="cancelled").select_related("site")}
    waves = [
        wave
        for site in sorted(sites)
        for wave in release(at.scope, site=site, until=NOW + timedelta(days=9), now=NOW).waves
    ]
    for wave in waves:
        while (task := pick.next_pick(at.scope, wave, now=NOW)) is not None:
            if not task.bin_seen and task.bin:
                pick.scan(at.scope, task.pk, task.bin, now=NOW)
            assert pick.scan(at.scope, task.pk, task.sku, now=NOW).done
    for tote in Tote.objects.filter(packed_at=None).select_related("parcel__order"):
        _pack(at, tote, marks[tote.parcel.order.code[0]])


def hand_over(at: House) -> None:
    """Buy the labels of all that is packed, and hand it to its carriers."""
    going = list(Parcel.objects.filter(state="packed").select_related("site").order_by("pk"))
    for parcel in going:
        buy_label(at.scope, parcel.pk, now=NOW, carriers=at.carriers)
        parcel.refresh_from_db()
        carrier = Service.objects.get(brand_id=at.brand, code=parcel.service).carrier
        dispatch.stage(at.scope, parcel.sscc, parcel.site.code, carrier, parcel.ship_at, now=NOW)
        dispatch.close_manifest(at.scope, parcel.site.code, carrier, parcel.ship_at, now=LATER, carriers=at.carriers)


def _pack(at: House, tote: Tote, mark: str) -> None:
    """Into another carton than the planned one, for a reason in the packer's words."""
    pack.open_tote(at.scope, tote.pk)
    row = bench.get_tote(at.scope, tote.pk)
    assert row is not None
    for code in (one.sku for one in row.checks for _ in range(one.wanted)):
        assert pack.scan(at.scope, tote.pk, code, now=NOW).refused == ""
    cartons = Carton.objects.filter(brand_id=at.brand, mailer=False).order_by("-inner_length_mm")
    other = cartons.exclude(code=row.planned_carton)[0]
    weight_g = row.planned_weight_g + other.tare_g - cartons.get(code=row.planned_carton).tare_g
    assert pack.scan(at.scope, tote.pk, other.code, reason=f"{mark} likes it large", now=NOW).refused == ""
    assert pack.scan(at.scope, tote.pk, str(weight_g), now=NOW).refused == ""


def _arrive(at: House, who: Who) -> None:
    for parcel in Parcel.objects.filter(order__code__startswith=who.code).exclude(tracking=""):
        label = parcel.labels.get(state="bought")
        account = next(one for one in at.accounts.values() if one.pk == label.account_id)
        unread.keep(account.pk, [(json.dumps([parcel.tracking, who.mark]), f"what is {who.mark}?")], at=LATER)
        told = [
            Scan(
                f"{parcel.code}-{number}",
                parcel.tracking,
                milestone,
                LATER + timedelta(hours=number),
                "Depot 4" if milestone == "accepted" else f"at {who.mark}'s",
                f"left with {who.mark}",
            )
            for number, milestone in enumerate(WAY)
        ]
        take_scans(account, told, now=LATER + timedelta(days=1))


def _back(at: House, pk: int) -> None:
    later = LATER + timedelta(days=2)
    answer_survey(followed(token_of(pk, 1)), "cheaper", True, now=later)
    scope = replace(at.scope, actor="shopper")
    rma = ask_return(scope, at.brand, pk, {"1": 1}, "damaged", now=later, way=way_back(pk))
    buy_return_label(at.scope, rma, now=later, carriers=at.carriers)
    receive_return(at.scope, rma, SITE, now=later)
    grade_return(at.scope, rma, [FoundUnits("1", "A", 1)], now=later)


def rows(keep: Callable[[str], bool] = lambda _: True) -> Rows:
    """Every row of every table of the database, as text."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [one[0] for one in cursor.description]
            for row in cursor.fetchall():
                told = dict(zip(names, row, strict=True))
                text = " | ".join(f"{name}={_text(value)}" for name, value in told.items())
                if keep(text):
                    found[table, told.get("id", row[0])] = text
    return found


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    text = str(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return f"{text} {text.encode().decode('unicode_escape', errors='replace')}" if "\\u" in text else text


def dumped() -> str:
    """The whole database as its own tool writes it: committed rows only."""
    if connection.vendor == "sqlite":
        return "\n".join(_lines_of_sqlite())
    tools = find()
    assert tools is not None
    told = connection.settings_dict
    address = f"postgresql://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"
    done = subprocess.run([tools / "pg_dump", "--data-only", address], capture_output=True, check=True)
    return done.stdout.decode()


def _lines_of_sqlite() -> Iterator[str]:
    yield from connection.connection.iterdump()
