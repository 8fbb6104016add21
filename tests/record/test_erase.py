"""A shopper is erased: nothing anywhere names them, nobody else is touched, and what the ledger needs stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.core.stock.ledger import assert_moves_add_up
from tests.record.brand import NOW
from tests.record.packed import LATER, House, house
from tests.record.test_accept import asked
from tests.record.two_shoppers import ANN, BEN, Refusing, dumped, journey, rows

from doorstep.core.decisions.models import Decision
from doorstep.core.events.models import Fact
from doorstep.core.messages.models import Message
from doorstep.core.messages.outbox import NewMessage, add
from doorstep.core.orders.models import Erasure, Order, Person
from doorstep.core.parcels import unread
from doorstep.core.parcels.carriers import AccountRow
from doorstep.core.parcels.models import Label, Parcel, Scan, UnreadEvent
from doorstep.core.returns.models import Return, ReturnLabel
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.place import area_of
from doorstep.domain.shopper import Shopper
from doorstep.domain.travel import Scan as Told
from doorstep.flows import paper
from doorstep.flows.accept import accept_order
from doorstep.flows.cancel import cancel_order
from doorstep.flows.edit import edit_order
from doorstep.flows.erase import Erased, erase, erase_due
from doorstep.flows.tell import send_messages
from doorstep.flows.track import read_hook, take_scans
from doorstep.flows.track_page import token_of
from doorstep.plugins.carriers import base as told
from doorstep.server import clock

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = {  # in which a shopper leaves traces on the way
    "decisions_decision", "decisions_quote", "events_answered", "floor_tote", "messages_message", "orders_order",
    "orders_person", "parcels_parcel", "parcels_scan", "parcels_unreadevent",
}  # fmt: skip


@pytest.fixture
def at(
    transactional_db: None,  # noqa: ARG001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with house(tmp_path) as here:
        yield here


def test_nothing_names_an_erased_shopper_and_nobody_else_is_touched(at: House) -> None:
    ids = journey(at, ANN, BEN)
    _what_comes_back_is_in_the_way(at)
    _a_carrier_names_parcels_in_its_own_ways()
    before = rows()
    assert {table for table, _ in rows(ANN.named_in)} >= TABLES
    assert {table for table, _ in rows(BEN.named_in)} >= TABLES
    done = erase(at.scope, [at.brand], Shopper(ANN.email.upper()), now=LATER)
    assert sorted(done.orders) == ["A-1", "A-2", "A-3"]
    assert min(done.rows.values()) >= 1
    after = rows()
    assert {key: row for key, row in after.items() if ANN.named_in(row)} == {}
    assert not ANN.named_in(dumped())
    changed = {key for key, row in before.items() if after.get(key) != row}
    words = {("returns_returnlabel", one.pk) for one in ReturnLabel.objects.filter(of__order_id=ids["A-1"])}
    assert changed - words == {key for key, row in before.items() if ANN.named_in(row)}
    assert not any(BEN.named_in(before[key]) for key in changed)
    assert {table for table, _ in after.keys() - before.keys()} == {"events_fact", "events_pending", "orders_erasure"}
    _the_ledger_stands(at, ids)
    _what_is_left_of_the_order(ids["A-1"])
    assert erase(at.scope, [at.brand], Shopper(ANN.email), now=LATER) == Erased()
    assert erase(at.scope, [at.brand], Shopper(order="A-1"), now=LATER) == Erased()
    assert rows() == after
    _late_words_are_not_kept(at)


def _what_comes_back_is_in_the_way(at: House) -> None:
    returns = Return.objects.filter(order__code="A-1")
    for state in ("asked", "labelled", "on_its_way", "arrived", "received"):
        returns.update(state=state)
        with pytest.raises(Conflict, match=r"A-1 \(its return is under way\)"):
            erase(at.scope, [at.brand], Shopper(order="A-1"), now=LATER)
    returns.update(state="graded")
    ReturnLabel.objects.filter(of__order__code="A-1").update(tracking="R90210", label="lbl_r7")  # sold after all


def _a_carrier_names_parcels_in_its_own_ways() -> None:
    """Ann's by all their names; and Ben's by one that has a number of Ann's in it."""
    label = Label.objects.filter(parcel__order__code="A-1", state="bought")[0]
    parcel, back = label.parcel, ReturnLabel.objects.get(of__order__code="A-1")
    hers = [parcel.code, parcel.sscc, f"00{parcel.sscc}", label.label, back.tracking, back.label]
    said = [json.dumps([name, ANN.mark]) for name in hers]
    his = json.dumps([f"{parcel.tracking}7", f"X{back.tracking}", BEN.mark])
    assert unread.keep(label.account_id, [(one, "nobody knows") for one in (*said, his)], at=LATER) == len(hers) + 1


def _the_ledger_stands(at: House, ids: dict[str, int]) -> None:
    assert_moves_add_up()
    told = Fact.objects.filter(kind="PersonErased").order_by("subject")
    assert [one.subject for one in told] == sorted(f"order:{ids[code]}" for code in ("A-1", "A-2", "A-3"))
    assert all(one.data == {} and one.actor == at.scope.actor for one in told)
    decided = Decision.objects.filter(order_id=ids["A-3"]).latest("pk").record
    assert decided["override"]["reason"] == "erased"
    assert decided["chosen"]
    with pytest.raises(NotFound, match="erased"):
        paper.label(at.scope, Parcel.objects.filter(order_id=ids["A-1"]).exclude(tracking="")[0].code, None, "pdf")
    gone = Client().get(f"/t/{token_of(ids['A-1'], 1)}")
    assert gone.status_code == 410
    assert "Your data were erased" in gone.content.decode()


def _what_is_left_of_the_order(pk: int) -> None:
    order = Order.objects.get(pk=pk)
    assert (order.country, order.region, order.postcode, order.city) == ("DE", "BY", area_of(ANN.postcode), "")
    assert (order.latitude, order.person, order.state) == (None, None, "delivered")
    assert order.lines.get().sku == "mug"
    assert order.answer.wish == "cheaper"
    depots = Scan.objects.filter(parcel__order=order, milestone="accepted")
    assert {one.place for one in depots} == {"Depot 4"}


def _late_words_are_not_kept(at: House) -> None:
    parcel = Parcel.objects.filter(order__code="A-1").exclude(tracking="")[0]
    account = next(one for one in at.accounts.values() if one.pk == parcel.labels.get(state="bought").account_id)
    late = Told("late", parcel.tracking, "delivered", LATER, f"{ANN.mark}'s door", f"{ANN.mark} signed")
    assert take_scans(account, [late], now=LATER + timedelta(days=9)).new == 1
    back = ReturnLabel.objects.get(of__order__code="A-1")
    returned = replace(late, event="back", tracking=back.tracking)
    of_back = next(one for one in at.accounts.values() if one.pk == back.account_id)
    assert take_scans(of_back, [returned], now=LATER + timedelta(days=9)).new == 1
    assert Scan.objects.filter(event="back", place="", reason="").exists()
    for name in (parcel.tracking, parcel.code, f"00{parcel.sscc}", back.tracking, back.label):
        assert _kept_unread(account, name) == ""
    for other in (f"{parcel.tracking}7", f"X{back.tracking}", "4711"):
        assert ANN.named_in(_kept_unread(account, other))
    UnreadEvent.objects.all().delete()
    assert not ANN.named_in(dumped())


def _kept_unread(account: AccountRow, name: str) -> str:
    """What is kept of a message that names something and cannot be read."""

    class Muttering:
        def read_hook(self, headers: object, body: bytes, now: object) -> told.Message:
            del headers, now
            return told.Message((), (told.Unread(body.decode(), "nobody knows"),))

    def mutter(_: AccountRow) -> told.Carrier:
        return Muttering()  # type: ignore[return-value]  # nothing else of it is asked

    UnreadEvent.objects.all().delete()
    body = json.dumps({"what": f"of\n{name}", "said": ANN.mark}).encode()
    read_hook(account.pk, {}, body, now=LATER, carriers=mutter)
    kept = UnreadEvent.objects.get()
    assert kept.why == "nobody knows"
    return kept.raw


def test_an_order_under_way_is_in_the_way_or_is_erased_when_it_has_ended(at: House) -> None:
    scope, who = at.scope, Shopper("ann@example.com")
    first = accept_order(scope, at.brand, replace(asked("N-1"), placed_at=NOW), now=NOW).order_id
    second = accept_order(scope, at.brand, replace(asked("N-2"), placed_at=NOW), now=NOW).order_id
    cancel_order(scope, at.brand, first, "other", now=NOW)
    with pytest.raises(Conflict, match=r"N-2 \(is planned\)"):
        erase(scope, [at.brand], who, now=NOW)
    assert Person.objects.filter(email="ann@example.com").count() == 2
    assert not Erasure.objects.exists()
    done = erase(scope, [at.brand], who, now=NOW, when_done=True)
    assert (done.orders, done.waiting) == (("N-1",), ("N-2",))
    assert erase_due(NOW) == 0
    assert erase(scope, [at.brand], who, now=NOW, when_done=True).waiting == ("N-2",)
    assert Fact.objects.filter(kind="ErasureAsked", subject=f"order:{second}").count() == 1
    edit_order(scope, at.brand, second, lambda one: replace(one, gift_note="late"), now=NOW)  # it needs its data still
    cancel_order(scope, at.brand, second, "other", "said Ann", now=NOW)
    assert erase_due(LATER) == 1
    assert erase_due(LATER) == 0
    row = Order.objects.get(pk=second)
    assert (row.person, row.gift_note, row.detail) == (None, "", "")
    assert Fact.objects.get(kind="PersonErased", subject=f"order:{second}").actor == "system"
    with pytest.raises(Conflict):
        edit_order(scope, at.brand, second, lambda one: replace(one, gift_note="again"), now=LATER)
    assert not Person.objects.filter(email="ann@example.com").exists()


def test_messages_that_wait_are_sent_to_nobody(at: House) -> None:
    pk = accept_order(at.scope, at.brand, replace(asked("N-1"), placed_at=NOW), now=NOW).order_id
    cancel_order(at.scope, at.brand, pk, "other", now=NOW)
    days = {"promised_by": "2026-11-20", "expected_by": "2026-11-21"}
    add(at.brand, [NewMessage(pk, "delay", "disruption:1", days)], at=NOW)
    Message.objects.update(state="sending", claimed_at=NOW)
    with pytest.raises(Conflict, match="a message is being sent"):
        erase(at.scope, [at.brand], Shopper(order="N-1"), now=NOW)
    Message.objects.update(state="waiting")
    erase(at.scope, [at.brand], Shopper(order="N-1"), now=NOW)
    assert send_messages(Refusing(), now=LATER) == 0
    assert Message.objects.get().state == "refused"


def test_neither_another_brand_nor_another_operator_is_reached(at: House) -> None:
    accept_order(at.scope, at.brand, replace(asked("N-1"), placed_at=NOW), now=NOW)
    stranger = replace(at.scope, operator=at.scope.operator + 1, brands=frozenset({at.brand + 1}))
    for brands in ([at.brand], [at.brand + 1]):
        assert erase(stranger, brands, Shopper("ann@example.com"), now=NOW, when_done=True) == Erased()
        with pytest.raises(NotFound):
            erase(stranger, brands, Shopper(order="N-1"), now=NOW)
    assert Person.objects.filter(email="ann@example.com").exists()


@pytest.mark.parametrize("who", [Shopper(), Shopper(" "), Shopper("a@b.example", "N-1")])
def test_a_shopper_is_named_in_one_way(at: House, who: Shopper) -> None:
    with pytest.raises(Conflict, match="name the shopper"):
        erase(at.scope, [at.brand], who, now=NOW)
