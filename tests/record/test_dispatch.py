"""Staged by scan, handed over with a manifest, brand by brand; stopped half way it is gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from django.db import connection
from tests.core.stock.ledger import assert_moves_add_up, quantities
from tests.record.brand import NOW
from tests.record.packed import LATER, House, house
from tests.sandbox.running import tell

from doorstep.core.events.models import Fact
from doorstep.core.orders.models import Order
from doorstep.core.parcels import departures, manifests
from doorstep.core.parcels.models import Label, Manifest, Parcel
from doorstep.core.stock.models import Move
from doorstep.core.tariffs.models import Service
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import dispatch, paper
from doorstep.flows.dispatch import WrongScan, close_manifest, stage, sweep_manifests, unstage
from doorstep.flows.ship import buy_label
from doorstep.plugins.carriers.base import Capabilities, Carrier, CarrierRefused, CarrierUnreachable, Handover

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(db: None, tmp_path: Path) -> Iterator[House]:  # noqa: ARG001
    with house(tmp_path) as here:
        yield here
        assert_moves_add_up()


def labelled(at: House, code: str, pick: bool = True) -> Parcel:
    parcel = at.packed(code, pick=pick)
    buy_label(at.scope, parcel.pk, now=NOW, carriers=at.carriers)
    return Parcel.objects.select_related("site", "order").get(pk=parcel.pk)


def carrier_of(parcel: Parcel) -> str:
    return Service.objects.get(brand_id=parcel.brand_id, code=parcel.service).carrier


def put(at: House, parcel: Parcel, number: str = "") -> dispatch.Staged:
    number = number or parcel.sscc
    return stage(at.scope, number, parcel.site.code, carrier_of(parcel), parcel.ship_at, now=NOW)


def close(at: House, parcel: Parcel, kind: dispatch.Kind = "collection") -> dispatch.Closed:
    return close_manifest(
        at.scope, parcel.site.code, carrier_of(parcel), parcel.ship_at, now=LATER, kind=kind, carriers=at.carriers
    )


def test_what_is_staged_is_handed_over_and_leaves_the_stock(at: House) -> None:
    going, staying = labelled(at, "N-1"), labelled(at, "N-2")
    (departure,) = departures.departures(at.scope, NOW)
    assert (departure.parcels, departure.staged, departure.missing) == (2, 0, 2)
    assert put(at, going).parcel == going.code
    closed = close(at, going)
    assert (closed.parcels, closed.told) == (1, True)
    assert [one.parcel for one in closed.left_behind] == [staying.code]
    going.refresh_from_db()
    assert (going.state, going.left_at, going.manifest_id) == ("handed_over", LATER, closed.manifest)
    assert Order.objects.get(pk=going.order_id).state == "shipped"
    picked = sum(units for shelf, units in quantities().items() if shelf.state == "picked")
    assert picked == 1  # the other parcel's
    move = Move.objects.get(reason="dispatch")
    assert (move.target, move.reference, move.quantity) == (None, f"order:{going.order_id}", 1)
    fact = Fact.objects.get(kind="ParcelHandedOver")
    assert fact.data == {"parcel": going.code, "manifest": closed.code}
    assert Manifest.objects.get().reference.startswith("SM")


@pytest.mark.parametrize("written", ["{sscc}", "]C100{sscc}", "(00){sscc}", "{tracking}", " {code} "])
def test_any_of_its_numbers_names_a_parcel(at: House, written: str) -> None:
    parcel = labelled(at, "N-1")
    number = written.format(sscc=parcel.sscc, tracking=parcel.tracking, code=parcel.code)
    assert put(at, parcel, number).parcel == parcel.code


def wrong(at: House, parcel: Parcel, number: str = "", **other: object) -> str:
    said = {"site": parcel.site.code, "carrier": carrier_of(parcel), "departs_at": parcel.ship_at, **other}
    with pytest.raises(WrongScan) as scan:
        stage(at.scope, number or parcel.sscc, now=NOW, **said)  # type: ignore[arg-type]
    return scan.value.wrong


def test_a_wrong_scan_is_named(at: House) -> None:
    parcel, bare = labelled(at, "N-1"), at.packed("N-2")
    assert wrong(at, parcel, "4711") == "unknown"
    assert wrong(at, parcel, " ") == "unknown"
    assert wrong(at, parcel, bare.code) == "not_labelled"
    assert wrong(at, parcel, site="elsewhere") == "wrong_site"
    assert wrong(at, parcel, carrier="Other") == "wrong_carrier"
    assert wrong(at, parcel, departs_at=parcel.ship_at - timedelta(minutes=1)) == "too_early"
    Order.objects.filter(pk=parcel.order_id).update(state="cancelled")
    assert wrong(at, parcel) == "cancelled"
    Order.objects.filter(pk=parcel.order_id).update(state="held")
    assert wrong(at, parcel) == "held"
    Order.objects.filter(pk=parcel.order_id).update(state="packed")
    put(at, parcel)
    assert wrong(at, parcel) == "already_staged"
    close(at, parcel)
    assert wrong(at, parcel) == "gone"
    assert Fact.objects.filter(kind="ParcelStaged").count() == 1


def test_another_operators_parcel_is_unknown(at: House) -> None:
    parcel = labelled(at, "N-1")
    stranger = Scope(at.scope.operator + 1, frozenset(), "supervisor", "user:2")
    with pytest.raises(WrongScan, match="no parcel of ours"):
        stage(stranger, parcel.sscc, parcel.site.code, carrier_of(parcel), parcel.ship_at, now=NOW)
    with pytest.raises(NotFound):
        close_manifest(stranger, parcel.site.code, carrier_of(parcel), parcel.ship_at, now=NOW, carriers=at.carriers)


def test_a_parcel_is_taken_off_again(at: House) -> None:
    parcel = labelled(at, "N-1")
    put(at, parcel)
    unstage(at.scope, parcel.sscc)
    assert Parcel.objects.get().state == "labelled"
    with pytest.raises(WrongScan, match="not on a pile"):
        unstage(at.scope, parcel.sscc)
    with pytest.raises(Conflict, match="nothing is staged"):
        close(at, parcel)
    assert not Manifest.objects.exists()


def test_a_manifest_that_claims_it_in_this_moment_keeps_it(at: House) -> None:
    parcel = labelled(at, "N-1")
    put(at, parcel)
    row, _ = manifests.begin(
        at.scope.operator, parcel.site_id, at.accounts[carrier_of(parcel)].pk, parcel.ship_at, "collection", at=NOW
    )

    waiting = [row]

    def claimed_before(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if sql.startswith("UPDATE") and waiting:
            manifests.claim(waiting.pop())
        return execute(sql, *more)

    with connection.execute_wrapper(claimed_before), pytest.raises(WrongScan, match="being closed"):
        unstage(at.scope, parcel.sscc)
    assert not waiting
    assert Parcel.objects.get().state == "staged"


def test_the_carrier_is_told_of_nothing_that_is_still_here(at: House) -> None:
    parcel, other = labelled(at, "N-1"), labelled(at, "N-2")
    put(at, parcel)
    closed = close(at, parcel)
    Parcel.objects.filter(pk=other.pk).update(manifest_id=closed.manifest)
    assert manifests.label_names(closed.manifest) == (Label.objects.get(parcel=parcel).label,)


def test_goods_that_were_not_picked_stay_behind(at: House) -> None:
    good, bad = labelled(at, "N-1"), labelled(at, "N-2", pick=False)
    put(at, good)
    put(at, bad)
    closed = close(at, good)
    assert closed.parcels == 1
    assert [(one.parcel, one.state) for one in closed.left_behind] == [(bad.code, "staged")]
    with pytest.raises(Conflict, match="not picked"):
        close(at, bad)
    at.pick(bad.order_id)
    assert close(at, bad).parcels == 1


def test_closing_that_was_stopped_is_gone_on_with(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    parcel = labelled(at, "N-1")
    put(at, parcel)

    def stopped(*_: object) -> None:
        raise RuntimeError("the power failed")

    with monkeypatch.context() as broken:
        broken.setattr(dispatch, "_leave", stopped)
        with pytest.raises(RuntimeError):
            close(at, parcel)
    assert Manifest.objects.get().state == "closing"
    with pytest.raises(WrongScan, match="being closed"):
        unstage(at.scope, parcel.sscc)
    assert sweep_manifests(LATER, at.carriers) == 1
    assert Parcel.objects.get().state == "handed_over"
    assert Fact.objects.filter(kind="ParcelHandedOver").count() == 1
    assert sweep_manifests(LATER, at.carriers) == 0


def test_a_departure_that_was_stopped_is_finished_before_the_next(at: House) -> None:
    early, late, later = labelled(at, "N-1"), labelled(at, "N-2"), labelled(at, "N-3")
    moved = {"ship_at": early.ship_at + timedelta(hours=3)}
    Parcel.objects.filter(pk__in=(late.pk, later.pk)).update(**moved)
    put(at, early)
    account = at.accounts[carrier_of(early)].pk
    stopped, _ = manifests.begin(at.scope.operator, early.site_id, account, early.ship_at, "collection", at=NOW)
    manifests.claim(stopped)
    for parcel in (late, later):
        parcel.refresh_from_db()
        put(at, parcel)
    closed = close(at, late, "drop_off")
    assert (closed.parcels, closed.told, closed.left_behind) == (2, True, ())
    rows = Manifest.objects.order_by("pk").values_list("pk", "state", "kind", "departs_at")
    assert list(rows) == [
        (stopped.pk, "closed", "collection", early.ship_at),
        (closed.manifest, "closed", "drop_off", late.ship_at),
    ]
    assert Parcel.objects.filter(state="handed_over").count() == 3


def test_a_carrier_that_sleeps_is_told_later(at: House) -> None:
    parcel = labelled(at, "N-1")
    put(at, parcel)
    tell(at.server, "/faults", kind="lost_reply", on="manifests")
    closed = close(at, parcel, "drop_off")
    assert (closed.parcels, closed.told) == (1, False)
    assert sweep_manifests(LATER, at.carriers) == 1
    row = Manifest.objects.get()
    assert (row.kind, row.told_at) == ("drop_off", LATER)
    assert paper.manifest(at.scope, row.pk).content.startswith(b"%PDF")


class Strict:
    """Takes every message of a key alike, or refuses them all."""

    capabilities = Capabilities("Strict", online=True, pushes_scans=True, answers_scans=True, takes_manifests=True)

    def __init__(self, says: type[Conflict]) -> None:
        self.says, self.heard = says, list[Handover]()

    def close(self, handover: Handover) -> str:
        self.heard.append(handover)
        raise self.says("the depot is shut")


def test_a_carrier_is_told_again_in_the_same_words(at: House) -> None:
    parcel = labelled(at, "N-1")
    put(at, parcel)
    strict = Strict(CarrierUnreachable)
    close(replace(at, carriers=lambda _: cast(Carrier, strict)), parcel)
    assert sweep_manifests(LATER + timedelta(hours=1), lambda _: cast(Carrier, strict)) == 0
    first, second = strict.heard
    assert first == second
    assert first.at == LATER


def test_a_manifest_that_is_refused_is_not_told_again(at: House) -> None:
    parcel = labelled(at, "N-1")
    put(at, parcel)
    strict = Strict(CarrierRefused)
    closed = close(replace(at, carriers=lambda _: cast(Carrier, strict)), parcel)
    assert (closed.parcels, closed.told) == (1, False)
    assert Manifest.objects.get().refused == "the depot is shut"
    assert sweep_manifests(LATER, lambda _: cast(Carrier, strict)) == 0
    assert len(strict.heard) == 1
    assert departures.manifests(at.scope).rows[0].refused == "the depot is shut"


def test_reading_departures_costs_the_same_for_many(at: House, django_assert_num_queries: object) -> None:
    for n in range(3):
        labelled(at, f"N-{n}")
    with django_assert_num_queries(1):  # type: ignore[operator]
        departures.departures(at.scope, NOW)
