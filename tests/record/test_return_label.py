"""A carrier's label for a return: bought once whatever is lost on the way, or the slip remains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from tests.record.brand import NOW
from tests.record.packed import LATER, House, house
from tests.sandbox.running import tell

from doorstep.core.accounts.models import Brand
from doorstep.core.events.models import Fact
from doorstep.core.parcels.carriers import AccountRow, put_account
from doorstep.core.parcels.models import CarrierAccount, Parcel, SsccRange
from doorstep.core.returns.labels import label_of, last_scan, under_way
from doorstep.core.returns.models import Return, ReturnLabel
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.travel import Milestone, Scan
from doorstep.flows.back_to_sender import take_in
from doorstep.flows.paper import return_label
from doorstep.flows.return_label import buy_return_label, sweep_return_labels, way_back
from doorstep.flows.returns import ask_return
from doorstep.flows.track import take_scans
from doorstep.plugins.carriers.base import Capabilities, Carrier

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(db: None, tmp_path: Path) -> Iterator[House]:  # noqa: ARG001
    with house(tmp_path) as here:
        Brand.objects.update(address_1="Ring 1", postcode="80331", city="Munich")
        yield here


def asked(at: House) -> tuple[str, int]:
    """A delivered order of which a unit is asked back; gives the return's number and the order."""
    parcel = at.packed()
    Parcel.objects.filter(pk=parcel.pk).update(state="delivered", ended_at=NOW)
    way = way_back(parcel.order_id, at.carriers)
    rma = ask_return(at.scope, at.brand, parcel.order_id, {"1": 1}, "late", now=NOW, way=way)
    return rma, parcel.order_id


def test_it_is_bought_once_and_printed(at: House) -> None:
    rma, order = asked(at)
    assert ReturnLabel.objects.get().state == "asked"
    for _ in range(2):
        buy_return_label(at.scope, rma, now=NOW, carriers=at.carriers)
    row = ReturnLabel.objects.get()
    assert (row.state, bool(row.tracking), len(row.sscc)) == ("bought", True, 18)
    assert at.server.sandbox.store.count_labels() == 1
    fact = Fact.objects.get(kind="ReturnLabelled")
    assert (fact.subject, fact.data) == (f"order:{order}", {"rma": rma, "tracking": row.tracking})
    paper = return_label(at.scope, rma)
    image = pypdfium2.PdfDocument(paper.content)[0].render(scale=300 / 72).to_pil()
    assert {one.text for one in zxingcpp.read_barcodes(image)} >= {row.tracking}
    told = pypdfium2.PdfDocument(paper.content)[0].get_textpage().get_text_bounded()
    assert rma in told
    assert "Ring 1" in told
    stranger = Scope(999, frozenset(), "operator_admin", "user:2")
    assert label_of(stranger, rma) is None
    with pytest.raises(NotFound):
        return_label(stranger, rma)


@pytest.mark.parametrize("kind", ["lost_reply", "error"])
def test_what_was_not_answered_is_asked_again_by_the_sweep(at: House, kind: str) -> None:
    rma, _ = asked(at)
    tell(at.server, "/faults", kind=kind)
    buy_return_label(at.scope, rma, now=NOW, carriers=at.carriers)
    assert ReturnLabel.objects.get().state == "asked"
    assert sweep_return_labels(NOW, at.carriers) == 0  # somebody may be at it still
    assert sweep_return_labels(LATER, at.carriers) == 1
    assert ReturnLabel.objects.get().state == "bought"
    assert at.server.sandbox.store.count_labels() == 1
    assert sweep_return_labels(LATER, at.carriers) == 0


def test_a_refusal_is_kept_and_told(at: House) -> None:
    rma, order = asked(at)
    Parcel.objects.filter(order=order).update(packed_weight_g=400_000)
    buy_return_label(at.scope, rma, now=NOW, carriers=at.carriers)
    row = ReturnLabel.objects.get()
    assert (row.state, "150000" in row.reason) == ("refused", True)
    with pytest.raises(NotFound):
        return_label(at.scope, rma)


def test_one_that_came_in_without_its_label_is_not_bought_any_more(at: House) -> None:
    rma, _ = asked(at)
    take_in(at.scope, rma, "munich", now=NOW)
    assert sweep_return_labels(LATER, at.carriers) == 1
    assert ReturnLabel.objects.get().state == "refused"
    assert at.server.sandbox.store.count_labels() == 0


def test_its_scans_are_told_and_its_label_is_scanned_in(at: House) -> None:
    rma, _ = asked(at)
    buy_return_label(at.scope, rma, now=NOW, carriers=at.carriers)
    tell(at.server, "/advance", steps=2)
    row = label_of(at.scope, rma)
    assert row is not None
    account = next(one for one in at.accounts.values() if one.pk == row.account_id)
    take_scans(account, at.carriers(account).scans([row.tracking]), now=LATER)
    told = last_scan(row)
    assert told is not None
    assert told.milestone == "in_transit"
    assert take_in(at.scope, f"]C100{row.sscc}", "munich", now=LATER) == rma
    assert Return.objects.get().state == "received"


def test_its_scans_move_the_return_and_are_told_once(at: House) -> None:
    rma, order = asked(at)
    buy_return_label(at.scope, rma, now=NOW, carriers=at.carriers)
    row = label_of(at.scope, rma)
    assert row is not None
    assert row.return_state == "labelled"
    account = next(one for one in at.accounts.values() if one.pk == row.account_id)
    assert under_way(account.pk) == [row.tracking]
    told = [
        Scan("e1", row.tracking, "announced", NOW, "Munich"),
        Scan("e3", row.tracking, "delivered", NOW + timedelta(hours=9), "with Bob"),
        Scan("e2", row.tracking, "accepted", NOW + timedelta(hours=2), "Depot 7"),
    ]
    states = []
    for scan in (*told, told[2]):  # the delivery is told before the acceptance, and that twice
        assert take_scans(account, [scan], now=LATER + timedelta(days=1)).unmatched == 0
        states.append(Return.objects.get().state)
    assert states == ["labelled", "arrived", "arrived", "arrived"]
    assert under_way(account.pk) == []
    facts = Fact.objects.filter(subject=f"order:{order}", kind__startswith="Return").order_by("pk")
    assert [(one.kind, one.data.get("milestone"), one.data.get("place")) for one in facts][2:] == [
        ("ReturnScanned", "announced", ""),
        ("ReturnScanned", "delivered", ""),  # who took it is nobody's business
        ("ReturnArrived", None, None),
        ("ReturnScanned", "accepted", "Depot 7"),
    ]
    take_in(at.scope, rma, "munich", now=LATER)
    later = Scan("e4", row.tracking, "returned", LATER + timedelta(days=1))
    assert take_scans(account, [later], now=LATER + timedelta(days=2)).unmatched == 0
    assert Return.objects.get().state == "received"


def test_one_that_is_on_its_way_may_come_back_to_the_shopper(at: House) -> None:
    rma, _ = asked(at)
    buy_return_label(at.scope, rma, now=NOW, carriers=at.carriers)
    row = label_of(at.scope, rma)
    assert row is not None
    account = next(one for one in at.accounts.values() if one.pk == row.account_id)
    states = []
    told: tuple[Milestone, ...] = ("in_transit", "at_pickup_point", "returning", "returned")
    for n, milestone in enumerate(told):
        take_scans(account, [Scan(f"e{n}", row.tracking, milestone, NOW + timedelta(hours=n))], now=LATER)
        states.append(Return.objects.get().state)
    assert states == ["on_its_way", "arrived", "on_its_way", "labelled"]
    assert [one.kind for one in Fact.objects.filter(kind__startswith="Return").order_by("pk")][2::2] == [
        "ReturnScanned", "ReturnScanned", "ReturnScanned", "ReturnScanned",
    ]  # fmt: skip
    assert Fact.objects.filter(kind="ReturnGivenBack").count() == 1


def test_scans_that_came_before_the_label_was_recorded_count_with_it(at: House) -> None:
    rma, _ = asked(at)
    buy_return_label(at.scope, rma, now=NOW, carriers=at.carriers)
    row = label_of(at.scope, rma)
    assert row is not None
    account = next(one for one in at.accounts.values() if one.pk == row.account_id)
    ReturnLabel.objects.update(state="asked", tracking="")
    Return.objects.update(state="asked")
    assert take_scans(account, [Scan("e1", row.tracking, "in_transit", NOW)], now=LATER).unmatched == 1
    buy_return_label(at.scope, rma, now=LATER, carriers=at.carriers)
    assert Return.objects.get().state == "on_its_way"
    assert Fact.objects.filter(kind="ReturnOnItsWay").count() == 1


class _Bare:
    """A carrier that makes no return labels."""

    def __init__(self, carrier: Carrier) -> None:
        self.capabilities: Capabilities = replace(carrier.capabilities, return_labels=False)


def test_without_such_labels_the_slip_remains(at: House) -> None:
    def bare(account: AccountRow) -> Carrier:
        return _Bare(at.carriers(account))  # type: ignore[return-value]  # nothing else of it is asked

    parcel = at.packed()
    Parcel.objects.filter(pk=parcel.pk).update(state="delivered", ended_at=NOW)
    assert way_back(parcel.order_id, bare) is None
    CarrierAccount.objects.update(plugin="pigeon")
    assert way_back(parcel.order_id) is None
    CarrierAccount.objects.all().delete()
    assert way_back(parcel.order_id, at.carriers) is None
    rma = ask_return(at.scope, at.brand, parcel.order_id, {"1": 1}, "late", now=NOW)
    buy_return_label(at.scope, rma, now=NOW, carriers=at.carriers)
    assert ReturnLabel.objects.count() == 0


def test_a_carrier_without_an_api_labels_by_sscc_or_says_why_not(at: House) -> None:
    for name in at.accounts:
        put_account(at.scope.operator, f"hand-{name}".lower().replace(" ", "-")[:30], name, "offline")
    rma, _ = asked(at)
    buy_return_label(at.scope, rma, now=NOW, carriers=at.carriers)
    row = ReturnLabel.objects.get()
    assert (row.state, row.tracking) == ("bought", row.sscc)
    SsccRange.objects.all().delete()
    ReturnLabel.objects.update(state="asked", sscc="", tracking="")
    buy_return_label(at.scope, rma, now=NOW, carriers=at.carriers)
    assert "SSCC" in ReturnLabel.objects.get().reason
