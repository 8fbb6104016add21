"""Scans come in any order and more than once; the parcel, its order and the timeline end as they all say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from tests.record.brand import NOW
from tests.record.packed import LATER, House, house
from tests.record.test_dispatch import close, labelled, put
from tests.sandbox.running import tell

from doorstep.core.events.models import Fact
from doorstep.core.messages.disruptions import mark_late
from doorstep.core.orders.models import Order
from doorstep.core.parcels.carriers import AccountRow, put_account
from doorstep.core.parcels.models import Label, Parcel
from doorstep.core.parcels.models import Scan as Row
from doorstep.core.tariffs.models import Service
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.travel import Milestone, Scan
from doorstep.flows.carriers import register_sandbox
from doorstep.flows.ship import buy_label, sweep_labels
from doorstep.flows.track import Taken, enter_scans, poll, take_scans
from doorstep.plugins.carriers.base import Capabilities, Carrier, CarrierUnreachable

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(db: None, tmp_path: Path) -> Iterator[House]:  # noqa: ARG001
    with house(tmp_path) as here:
        yield here


def left(at: House, code: str = "N-1") -> Parcel:
    parcel = labelled(at, code)
    put(at, parcel)
    close(at, parcel)
    return Parcel.objects.get(pk=parcel.pk)


def account(at: House) -> AccountRow:
    return next(iter(at.accounts.values()))


def scans(parcel: Parcel, *milestones: Milestone, expected_by: date | None = None) -> list[Scan]:
    return [
        Scan(
            f"{parcel.tracking}-{n}", parcel.tracking, one, LATER + timedelta(hours=n), f"Depot {n}", "why", expected_by
        )
        for n, one in enumerate(milestones)
    ]


def take(at: House, *told: Scan) -> Taken:
    return take_scans(account(at), told, now=LATER + timedelta(days=3))


def facts(parcel: Parcel) -> list[str]:
    found = Fact.objects.filter(subject=f"order:{parcel.order_id}", actor__startswith="carrier:").order_by("pk")
    return list(found.values_list("kind", flat=True))


def test_a_parcel_is_delivered_after_two_attempts(at: House) -> None:
    parcel = left(at)
    way: tuple[Milestone, ...] = ("accepted", "out_for_delivery", "failed", "out_for_delivery", "failed", "delivered")
    for scan in scans(parcel, *way):
        take(at, scan)
    parcel.refresh_from_db()
    assert (parcel.state, parcel.attempts, parcel.ended_at) == ("delivered", 2, LATER + timedelta(hours=5))
    assert Order.objects.get(pk=parcel.order_id).state == "delivered"
    assert [kind for kind in facts(parcel) if kind != "ParcelScanned"] == [
        "OutForDelivery", "DeliveryFailed", "OutForDelivery", "DeliveryFailed", "Delivered",
    ]  # fmt: skip
    assert facts(parcel).count("ParcelScanned") == len(way)
    told = Fact.objects.filter(kind="DeliveryFailed").order_by("pk").values_list("data", flat=True)
    assert [one["attempt"] for one in told] == [1, 2]


def test_what_a_carrier_says_of_people_stays_in_the_scan(at: House) -> None:
    parcel = left(at)
    words = {"accepted": "Depot North", "failed": "with neighbour Mueller", "left_at_safe_place": "neighbour Mueller"}
    for scan in scans(parcel, "accepted", "failed", "left_at_safe_place"):
        reason = "Mueller sent us away" if scan.milestone == "failed" else ""
        take(at, replace(scan, place=words[scan.milestone], reason=reason))
    told = str(list(Fact.objects.values_list("data", flat=True)))
    assert "Mueller" not in told
    assert "Depot North" in told
    assert Fact.objects.get(kind="DeliveryFailed").data["reason"] == "other"
    assert "Mueller" in str(list(Row.objects.values_list("place", flat=True)))


@pytest.mark.parametrize(
    ("last", "kind", "order"),
    [
        ("left_at_safe_place", "LeftAtSafePlace", "delivered"),
        ("at_pickup_point", "AtPickupPoint", "shipped"),
        ("failed", "DeliveryFailed", "failed"),
        ("returning", "ReturningToSender", "failed"),
        ("returned", "ReturnedToSender", "returned"),
    ],
)
def test_every_end_has_its_fact(at: House, last: Milestone, kind: str, order: str) -> None:
    parcel = left(at)
    take(at, *scans(parcel, "accepted", last))
    parcel.refresh_from_db()
    assert parcel.state == last
    assert facts(parcel)[-1] == kind
    assert Order.objects.get(pk=parcel.order_id).state == order


def test_any_order_and_any_repetition_end_alike(at: House) -> None:
    ends = set()
    way: tuple[Milestone, ...] = (
        "accepted", "in_transit", "out_for_delivery", "failed", "returning", "delivered", "in_transit",
    )  # fmt: skip
    for seed in range(8):
        parcel = left(at, f"N-{seed}")
        told = scans(parcel, *way, expected_by=date(2026, 11, 20)) * 2
        Random(seed).shuffle(told)
        for start in range(0, len(told), 1 + seed % 4):
            take(at, *told[start : start + 1 + seed % 4])
        parcel.refresh_from_db()
        order = Order.objects.get(pk=parcel.order_id).state
        ends.add((parcel.state, parcel.attempts, parcel.expected_by, parcel.ended_at, parcel.state_reason, order))
        assert Row.objects.filter(parcel=parcel).count() == len(way)
        assert facts(parcel).count("ParcelScanned") == len(way)
        assert facts(parcel).count("Delivered") == 1
    assert len(ends) == 1


def test_a_scan_that_comes_late_is_shown_and_changes_nothing(at: House) -> None:
    parcel = left(at)
    accepted, out, delivered = scans(parcel, "accepted", "out_for_delivery", "delivered")
    take(at, accepted, delivered)
    before = Parcel.objects.get(pk=parcel.pk)
    assert take(at, out) == Taken(1, 0)
    assert take(at, out) == Taken(0, 0)
    after = Parcel.objects.get(pk=parcel.pk)
    assert (after.state, after.ended_at) == (before.state, before.ended_at)
    assert facts(parcel)[-2:] == ["Delivered", "ParcelScanned"]


def test_a_scan_of_nobody_is_kept_and_found_again(at: House) -> None:
    parcel = at.packed()
    assert take(at, Scan("e1", "SB000000000001", "accepted", NOW)) == Taken(1, 1)
    assert Row.objects.get().parcel_id is None
    tell(at.server, "/faults", kind="lost_reply")
    parcel = labelled_after_loss(at, parcel)
    assert Row.objects.filter(parcel=parcel).count() == 1


def labelled_after_loss(at: House, parcel: Parcel) -> Parcel:
    """The reply is lost, and the carrier announces the parcel before the sweep has found its number."""
    with pytest.raises(CarrierUnreachable):
        buy_label(at.scope, parcel.pk, now=NOW, carriers=at.carriers)
    tracking = at.server.sandbox.find(Label.objects.get().key)["tracking"]
    assert take(at, Scan("e2", tracking, "announced", NOW)) == Taken(1, 1)
    assert sweep_labels(LATER, at.carriers).recorded == 1
    return Parcel.objects.get(pk=parcel.pk)


def orphaned(parcel: Parcel, account: AccountRow) -> None:
    """It came while the label was being recorded: neither saw the other."""
    Row.objects.create(
        account_id=account.pk, event="early", tracking=parcel.tracking, milestone="accepted", at=NOW, received_at=NOW
    )


def test_a_scan_that_crossed_its_label_is_found_with_the_next(at: House) -> None:
    parcel = left(at)
    orphaned(parcel, account(at))
    assert take(at, *scans(parcel, "out_for_delivery")) == Taken(1, 0)
    assert Row.objects.filter(parcel=parcel).count() == 2
    assert facts(parcel) == ["ParcelScanned", "ParcelScanned", "OutForDelivery"]


def test_a_scan_that_crossed_its_label_is_found_when_the_parcel_leaves(at: House) -> None:
    parcel = labelled(at, "N-1")
    put(at, parcel)
    orphaned(parcel, account(at))
    close(at, parcel)
    parcel.refresh_from_db()
    assert Row.objects.get().parcel_id == parcel.pk
    assert parcel.state == "in_transit"
    assert facts(parcel) == ["ParcelScanned"]


def test_scans_before_the_manifest_count_once_it_is_closed(at: House) -> None:
    parcel = labelled(at, "N-1")
    put(at, parcel)
    take(at, *scans(parcel, "accepted"))
    assert Parcel.objects.get(pk=parcel.pk).state == "staged"
    close(at, parcel)
    assert Parcel.objects.get(pk=parcel.pk).state == "in_transit"


def test_an_expectation_beyond_the_promise_is_a_risk_told_once(at: House) -> None:
    parcel = left(at)
    late = parcel.promised_by + timedelta(days=2)
    take(at, *scans(parcel, "accepted", expected_by=parcel.promised_by))
    assert "LateRisk" not in facts(parcel)
    first, second = scans(parcel, "accepted", "in_transit", expected_by=late)
    take(at, replace(first, event="x1", at=first.at + timedelta(hours=1)))
    take(at, replace(second, event="x2", at=second.at + timedelta(hours=1)))
    assert facts(parcel).count("LateRisk") == 1
    assert Fact.objects.get(kind="LateRisk").data == {"parcel": parcel.code, "expected_by": late.isoformat()}
    assert Parcel.objects.get(pk=parcel.pk).expected_by == late


def test_a_day_that_the_carrier_names_takes_the_place_of_the_noted_one(at: House) -> None:
    parcel = left(at)
    noted = parcel.promised_by + timedelta(days=1)
    assert mark_late(parcel.code, parcel.brand_id, noted)
    first, second = scans(parcel, "accepted", "in_transit")
    take(at, first)
    assert Parcel.objects.filter(pk=parcel.pk, expected_by=noted, expected_at_earliest=True).exists()
    take(at, replace(second, expected_by=noted))
    assert Parcel.objects.filter(pk=parcel.pk, expected_by=noted, expected_at_earliest=False).exists()


def test_the_sandbox_stands_in_for_every_carrier(at: House) -> None:
    """It tells all its scans at one address, whichever account a label was bought with."""
    registered = register_sandbox(at.scope, at.server.url)
    assert {one.carrier for one in registered} == set(Service.objects.values_list("carrier", flat=True))
    other = put_account(at.scope.operator, "other", "Other", "sandbox", base_url=at.server.url)
    apart = put_account(at.scope.operator, "apart", "Apart", "sandbox", base_url="http://127.0.0.1:9")
    parcel = left(at)
    accepted, delivered = scans(parcel, "accepted", "delivered")
    assert take_scans(apart, [accepted], now=LATER) == Taken(1, 1)
    assert take_scans(other, [delivered], now=LATER) == Taken(1, 0)
    assert Parcel.objects.get(pk=parcel.pk).state == "delivered"


def test_scans_are_entered_by_hand(at: House) -> None:
    parcel = left(at)
    text = f"tracking,milestone,at,place\n{parcel.tracking},delivered,2026-11-17T12:00+01:00,door\n"
    assert enter_scans(at.scope, account(at).code, text, now=LATER) == Taken(1, 0)
    assert enter_scans(at.scope, account(at).code, text, now=LATER) == Taken(0, 0)
    assert Parcel.objects.get(pk=parcel.pk).state == "delivered"
    with pytest.raises(Conflict, match="row 2"):
        enter_scans(at.scope, account(at).code, "tracking,milestone,at\nA,lost,2026\n", now=LATER)
    with pytest.raises(NotFound):
        enter_scans(at.scope, "elsewhere", text, now=LATER)


def test_carriers_without_messages_are_asked(at: House) -> None:
    parcel = left(at)
    tell(at.server, "/advance", steps=3)
    assert poll(LATER, at.carriers) == Taken(0, 0)  # this one sends messages
    quiet = Capabilities("Quiet", online=True, pushes_scans=False, answers_scans=True, takes_manifests=True)

    def asked(account: AccountRow) -> Carrier:
        carrier = at.carriers(account)
        carrier.capabilities = quiet  # type: ignore[misc]
        return carrier

    assert poll(LATER, asked) == Taken(3, 0)
    assert poll(LATER, asked) == Taken(0, 0)
    assert Parcel.objects.get(pk=parcel.pk).state == "in_transit"
    put_account(at.scope.operator, account(at).code, account(at).carrier, "sandbox", base_url="http://127.0.0.1:9")
    assert poll(LATER, asked) == Taken(0, 0)  # asleep: the next time asks again
