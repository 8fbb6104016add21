"""A label is bought once, whatever is lost on the way; given back; and what was left open is settled by the sweep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from tests.record.brand import NOW
from tests.record.packed import COMPANY, LATER, House, house
from tests.sandbox.running import tell

from doorstep.core.events.models import Fact
from doorstep.core.orders.models import Order
from doorstep.core.parcels.actions import move_on
from doorstep.core.parcels.carriers import AccountRow, put_account, set_company_prefix
from doorstep.core.parcels.models import CarrierAccount, Label, Parcel, SsccRange
from doorstep.core.tariffs.models import Service
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.sscc import is_sscc
from doorstep.flows import ship
from doorstep.flows.ship import buy_label, sweep_labels, void_label
from doorstep.plugins.carriers.base import Carrier, CarrierRefused, CarrierUnreachable, LabelSold, LabelWanted
from doorstep.plugins.carriers.sandbox.carrier import SandboxCarrier

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(db: None, tmp_path: Path) -> Iterator[House]:  # noqa: ARG001
    with house(tmp_path) as here:
        yield here


def buy(at: House, parcel: Parcel) -> ship.Bought:
    return buy_label(at.scope, parcel.pk, now=NOW, carriers=at.carriers)


def kinds(parcel: Parcel) -> list[str]:
    return list(Fact.objects.filter(subject=f"order:{parcel.order_id}").order_by("pk").values_list("kind", flat=True))


def test_a_packed_parcel_gets_its_label(at: House) -> None:
    parcel = at.packed()
    bought = buy(at, parcel)
    parcel.refresh_from_db()
    assert (parcel.state, parcel.tracking, parcel.sscc) == ("labelled", bought.tracking, bought.sscc)
    assert is_sscc(parcel.sscc)
    assert parcel.sscc[1:8] == COMPANY
    fact = Fact.objects.get(kind="ParcelLabelled")
    assert fact.data == {"parcel": parcel.code, "service": parcel.service, "tracking": parcel.tracking}
    assert Order.objects.get(pk=parcel.order_id).state == "packed"
    assert buy(at, parcel) == bought
    assert at.server.sandbox.store.count_labels() == Fact.objects.filter(kind="ParcelLabelled").count() == 1


def test_ssccs_are_given_once_and_end(at: House) -> None:
    codes = {buy(at, at.packed(f"N-{n}")).sscc for n in range(3)}
    assert len(codes) == 3
    SsccRange.objects.update(serial=10**9 - 1)
    with pytest.raises(Conflict, match="used up"):
        buy(at, at.packed("N-9"))
    set_company_prefix(at.scope.operator, "40123456")
    assert buy(at, Parcel.objects.get(order__code="N-9")).sscc[1:9] == "40123456"


def test_a_parcel_that_is_not_packed_gets_none(at: House) -> None:
    parcel = at.packed()
    move_on([parcel.pk], "packed", "released")
    with pytest.raises(Conflict, match="is released"):
        buy(at, parcel)
    assert not Label.objects.exists()
    stranger = Scope(at.scope.operator, frozenset(), "supervisor", "user:2")
    with pytest.raises(NotFound):
        buy_label(stranger, parcel.pk, now=NOW, carriers=at.carriers)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"max_weight_g": 10}, r"takes 10 g; the parcel weighs \d+ g"),
        ({"max_length_mm": 10}, "the carton is .* long"),
        ({"max_girth_mm": 10}, "a girth of 10 mm"),
    ],
)
def test_the_service_is_checked_anew(at: House, changed: dict[str, int], why: str) -> None:
    parcel = at.packed()
    Service.objects.update(**changed)
    with pytest.raises(Conflict, match=why):
        buy(at, parcel)
    assert at.server.sandbox.store.count_labels() == 0


def test_without_an_account_it_is_said_which_is_missing(at: House) -> None:
    parcel = at.packed()
    CarrierAccount.objects.all().delete()
    with pytest.raises(Conflict, match="no account with the carrier"):
        buy(at, parcel)


def test_a_held_order_gets_no_label(at: House) -> None:
    parcel = at.packed()
    Order.objects.filter(pk=parcel.order_id).update(state="held")
    with pytest.raises(Conflict, match="is held"):
        buy(at, parcel)


def test_a_refusal_is_kept_and_a_new_attempt_is_free(at: House) -> None:
    parcel = at.packed()
    Parcel.objects.filter(pk=parcel.pk).update(packed_weight_g=320_000)
    Service.objects.update(max_weight_g=500_000)
    with pytest.raises(CarrierRefused, match="weighs between"):
        buy(at, parcel)
    assert Label.objects.get().state == "refused"
    Parcel.objects.filter(pk=parcel.pk).update(packed_weight_g=900)
    assert buy(at, parcel).tracking
    assert sorted(Label.objects.values_list("state", flat=True)) == ["bought", "refused"]


def test_a_lost_reply_is_asked_for_again(at: House) -> None:
    parcel = at.packed()
    tell(at.server, "/faults", kind="lost_reply")
    with pytest.raises(CarrierUnreachable):
        buy(at, parcel)
    parcel.refresh_from_db()
    assert (parcel.state, Label.objects.get().state) == ("packed", "asked")
    Parcel.objects.filter(pk=parcel.pk).update(packed_weight_g=901)  # weighed anew: the carrier refuses the key ...
    bought = buy(at, parcel)  # ... and says what it has sold for it
    assert at.server.sandbox.store.count_labels() == 1
    assert Label.objects.get().tracking == bought.tracking


def test_the_sweep_finds_what_was_sold(at: House) -> None:
    parcel = at.packed()
    tell(at.server, "/faults", kind="lost_reply")
    with pytest.raises(CarrierUnreachable):
        buy(at, parcel)
    assert sweep_labels(NOW, at.carriers) == ship.Swept(0, 0, 0, 0)  # too young: somebody may be at it
    assert sweep_labels(LATER, at.carriers) == ship.Swept(1, 0, 0, 0)
    parcel.refresh_from_db()
    assert (parcel.state, kinds(parcel)[-1]) == ("labelled", "ParcelLabelled")
    assert sweep_labels(LATER, at.carriers) == ship.Swept(0, 0, 0, 0)


def test_the_sweep_gives_up_what_the_carrier_never_heard_of(at: House) -> None:
    parcel = at.packed()
    tell(at.server, "/faults", kind="error", times=2)
    with pytest.raises(CarrierUnreachable):
        buy(at, parcel)
    assert sweep_labels(NOW + timedelta(minutes=2), at.carriers).open == 1
    assert sweep_labels(LATER, at.carriers) == ship.Swept(0, 0, 1, 0)
    with pytest.raises(CarrierUnreachable):
        buy(at, parcel)
    assert buy(at, parcel).tracking
    assert at.server.sandbox.store.count_labels() == 1


def test_a_refusal_is_looked_at_again_and_then_left_alone(at: House) -> None:
    parcel = at.packed()
    Parcel.objects.filter(pk=parcel.pk).update(packed_weight_g=400_000)
    Service.objects.update(max_weight_g=500_000)
    with pytest.raises(CarrierRefused):
        buy(at, parcel)
    why = Label.objects.get().reason
    assert sweep_labels(NOW + timedelta(minutes=2), at.carriers).open == 1
    assert sweep_labels(LATER, at.carriers).abandoned == 1
    row = Label.objects.get()
    assert (row.state, row.reason) == ("abandoned", why)
    assert sweep_labels(LATER, at.carriers) == ship.Swept(0, 0, 0, 0)


def test_a_parcel_taken_back_meanwhile_keeps_no_label(at: House) -> None:
    parcel = at.packed()
    tell(at.server, "/faults", kind="lost_reply")
    with pytest.raises(CarrierUnreachable):
        buy(at, parcel)
    move_on([parcel.pk], "packed", "cancelled")
    assert sweep_labels(LATER, at.carriers).recorded == 1
    assert Label.objects.get().state == "voided"
    assert at.server.sandbox.find(Label.objects.get().key)["state"] == "void"
    assert "ParcelLabelled" not in kinds(parcel)


class Overtaken:
    """While its call is under way, another with the same key is refused, and the carrier has not sold it yet."""

    def __init__(self, at: House, parcel: Parcel, account: AccountRow, *, again: bool) -> None:
        self.at, self.parcel, self.carrier, self.again = at, parcel, at.carriers(account), again

    def buy(self, wanted: LabelWanted) -> LabelSold:
        with pytest.raises(CarrierRefused, match="in progress"):
            buy_label(self.at.scope, self.parcel.pk, now=NOW, carriers=lambda _: cast(Carrier, Refusing()))
        assert Label.objects.get().state == "refused"
        if self.again:
            buy(self.at, self.parcel)
        return self.carrier.buy(wanted)

    def void(self, label: str) -> None:
        self.carrier.void(label)


class Refusing:
    capabilities = SandboxCarrier.capabilities

    def buy(self, wanted: LabelWanted) -> LabelSold:  # noqa: ARG002
        raise CarrierRefused("a request with this key is in progress")

    def find(self, key: str) -> None:  # noqa: ARG002
        return None


def test_what_is_sold_after_anothers_refusal_is_the_parcels(at: House) -> None:
    parcel = at.packed()
    bought = buy_label(
        at.scope, parcel.pk, now=NOW, carriers=lambda one: cast(Carrier, Overtaken(at, parcel, one, again=False))
    )
    label = Label.objects.get()
    assert (label.state, label.tracking, label.reason) == ("bought", bought.tracking, "")
    assert buy(at, parcel) == bought
    assert at.server.sandbox.store.count_labels() == 1


def test_what_is_sold_too_late_is_given_back(at: House) -> None:
    parcel = at.packed()
    with pytest.raises(Conflict, match="given back"):
        buy_label(
            at.scope, parcel.pk, now=NOW, carriers=lambda one: cast(Carrier, Overtaken(at, parcel, one, again=True))
        )
    assert sorted(Label.objects.values_list("state", flat=True)) == ["bought", "voided"]
    assert at.server.sandbox.find(Label.objects.get(state="voided").key)["state"] == "void"
    assert Parcel.objects.get(pk=parcel.pk).tracking == Label.objects.get(state="bought").tracking


def test_a_label_is_given_back_and_another_bought(at: House) -> None:
    parcel = at.packed()
    first = buy(at, parcel)
    void_label(at.scope, parcel.pk, now=LATER, carriers=at.carriers, reason="wrong carton")
    parcel.refresh_from_db()
    assert (parcel.state, parcel.tracking, parcel.sscc) == ("packed", "", first.sscc)
    assert Fact.objects.get(kind="LabelVoided").data == {"parcel": parcel.code, "reason": "wrong carton"}
    second = buy(at, parcel)
    assert second.tracking != first.tracking
    assert at.server.sandbox.find(Label.objects.get(state="voided").key)["state"] == "void"
    with pytest.raises(NotFound):
        void_label(replace(at.scope, brands=frozenset()), parcel.pk, now=LATER, carriers=at.carriers)


def test_a_label_is_given_back_even_if_the_carrier_sleeps(at: House) -> None:
    parcel = at.packed()
    buy(at, parcel)
    tell(at.server, "/faults", kind="error", on="void")
    void_label(at.scope, parcel.pk, now=LATER, carriers=at.carriers)
    assert Label.objects.get().state == "voiding"
    assert sweep_labels(LATER + timedelta(hours=1), at.carriers) == ship.Swept(0, 1, 0, 0)
    assert Label.objects.get().state == "voided"
    with pytest.raises(Conflict, match="no label"):
        void_label(at.scope, parcel.pk, now=LATER, carriers=at.carriers)


def test_a_carrier_without_an_api_labels_by_sscc(at: House) -> None:
    for name, account in at.accounts.items():
        put_account(at.scope.operator, account.code, name, "offline")
    bought = buy(at, at.packed())
    assert bought.tracking == bought.sscc
    assert at.server.sandbox.store.count_labels() == 0


def test_an_account_whose_plug_in_is_gone_keeps_nobody_waiting(at: House) -> None:
    parcel = at.packed()
    tell(at.server, "/faults", kind="lost_reply")
    with pytest.raises(CarrierUnreachable):
        buy(at, parcel)
    plugin = CarrierAccount.objects.values_list("plugin", flat=True)[0]
    CarrierAccount.objects.update(plugin="pigeon")
    assert sweep_labels(LATER, at.carriers) == ship.Swept(0, 0, 0, 1)
    CarrierAccount.objects.update(plugin=plugin)
    assert sweep_labels(LATER, at.carriers).recorded == 1


def test_one_poisoned_label_does_not_stop_the_sweep(at: House) -> None:
    poisoned, good = at.packed("N-1"), at.packed("N-2")
    for parcel in (poisoned, good):
        tell(at.server, "/faults", kind="lost_reply")
        with pytest.raises(CarrierUnreachable):
            buy(at, parcel)
    key = Label.objects.get(parcel=poisoned).key

    class Stumbling:
        def __init__(self, carrier: Carrier) -> None:
            self.carrier = carrier

        def find(self, asked: str) -> LabelSold | None:
            if asked == key:
                raise RuntimeError("the plug-in has a fault")
            return self.carrier.find(asked)

    swept = sweep_labels(LATER, lambda account: cast(Carrier, Stumbling(at.carriers(account))))
    assert swept == ship.Swept(1, 0, 0, 1)
    assert Parcel.objects.get(pk=good.pk).state == "labelled"
    assert sweep_labels(LATER, at.carriers) == ship.Swept(1, 0, 0, 0)


@pytest.mark.parametrize("sold", [("L" * 101, "T", ""), ("L", "T" * 81, ""), ("L", "T", "R" * 61)])
def test_names_longer_than_are_kept_are_not_believed(sold: tuple[str, str, str]) -> None:
    with pytest.raises(CarrierUnreachable, match="of more than"):
        LabelSold(*sold)
