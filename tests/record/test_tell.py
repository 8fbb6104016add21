"""The outbox: a message goes out once, whatever the mail server, the worker or a name does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import pytest
from tests.plugins.mail_server import mail_server
from tests.record.brand import NOW
from tests.web.filled import fill

from doorstep.core.events.models import Fact
from doorstep.core.messages.models import Message
from doorstep.core.messages.outbox import NewMessage, add, unsettled
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.domain.letter import Carried, Letter, Outcome
from doorstep.domain.rights import Scope
from doorstep.flows.chores import Chore, Rota, note_late
from doorstep.flows.tell import send_messages

pytestmark = pytest.mark.django_db
DATES = {"promised_by": "2026-11-18", "expected_by": "2026-11-20", "text": "A storm <b>rages</b>."}


@dataclass
class Pretended:
    outcomes: list[Outcome]
    letters: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> Carried:
        self.letters.append(letter)
        return Carried(self.outcomes.pop(0), "as told")


@pytest.fixture
def order() -> Order:
    made = fill(NOW).planned
    add(made.brand_id, [NewMessage(made.pk, "delayed", "disruption:1:2026-11-20", DATES)], at=NOW)
    return made


def state() -> str:
    return Message.objects.get().state


def test_a_message_is_written_and_sent_once(order: Order) -> None:
    assert add(order.brand_id, [NewMessage(order.pk, "delayed", "disruption:1:2026-11-20", DATES)], at=NOW)
    notifier = Pretended(["sent"])
    assert send_messages(notifier, now=NOW) == 1
    assert send_messages(notifier, now=NOW + timedelta(days=1)) == 0
    (letter,) = notifier.letters
    assert letter.to == "o-00001@example.org"
    assert "Friday, 20 November" in letter.text
    assert "http://localhost:8000/t/" in letter.text
    assert "<b>" not in letter.html
    fact = Fact.objects.get(kind="ShopperTold")
    assert fact.data == {"message": Message.objects.get().pk, "template": "delayed"}


def test_a_server_that_says_later_is_asked_again_with_patience(order: Order) -> None:
    del order
    notifier, now = Pretended(["later"] * 8), NOW
    for _ in range(8):
        send_messages(notifier, now=now)
        send_messages(notifier, now=now)  # not before its time
        now += timedelta(days=1)
    assert len(notifier.letters) == 8
    assert len({one.message_id for one in notifier.letters}) == 1
    assert state() == "refused"


@pytest.mark.parametrize("outcome", ["refused", "unknown"])
def test_what_is_final_is_put_before_a_person(order: Order, outcome: Outcome) -> None:
    notifier = Pretended([outcome])
    for days in range(3):
        send_messages(notifier, now=NOW + timedelta(days=days))
    assert len(notifier.letters) == 1
    scope = Scope(order.brand.operator_id, frozenset({order.brand_id}), "planner", "user:1")
    assert [(one.order, one.state, one.error) for one in unsettled(scope)] == [("O-00001", outcome, "as told")]
    assert not Fact.objects.filter(kind="ShopperTold").exists()


def test_a_worker_that_dies_between_sending_and_recording_never_sends_again(order: Order) -> None:
    del order

    class Dies:
        def send(self, letter: Letter) -> Carried:
            del letter
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_messages(Dies(), now=NOW)
    notifier = Pretended([])
    assert send_messages(notifier, now=NOW + timedelta(minutes=1)) == 0
    assert state() == "sending"
    assert send_messages(notifier, now=NOW + timedelta(minutes=11)) == 0
    assert state() == "unknown"
    assert notifier.letters == []


def test_a_cut_after_the_message_was_given_is_not_tried_again(order: Order) -> None:
    del order
    with mail_server("cuts") as (server, smtp):
        for days in range(3):
            send_messages(smtp, now=NOW + timedelta(days=days))
    assert len(server.taken) == 1
    assert state() == "unknown"


def test_an_order_without_an_address_is_not_sent_to(order: Order) -> None:
    assert order.person is not None
    order.person.email = "a@b.example\nBcc: all@example.com"
    order.person.save()
    notifier = Pretended([])
    assert send_messages(notifier, now=NOW) == 0
    assert state() == "refused"


def test_a_message_that_cannot_be_written_holds_up_no_other(order: Order) -> None:
    add(order.brand_id, [NewMessage(order.pk, "delayed", "disruption:2:2026-11-20", {})], at=NOW - timedelta(hours=1))
    assert send_messages(Pretended(["sent"]), now=NOW) == 1
    broken = Message.objects.get(data={})
    assert (broken.state, broken.error) == ("refused", "it cannot be written: KeyError")


def test_each_message_of_a_long_turn_is_claimed_at_its_own_instant(order: Order) -> None:
    add(order.brand_id, [NewMessage(order.pk, "delayed", "disruption:2:2026-11-20", DATES)], at=NOW)
    instants = iter([NOW + timedelta(minutes=5 * n) for n in range(4)])
    assert send_messages(Pretended(["sent", "sent"]), now=NOW, clock=lambda: next(instants)) == 2
    claimed = list(Message.objects.order_by("pk").values_list("claimed_at", flat=True))
    assert claimed == [NOW, NOW + timedelta(minutes=10)]


def test_a_promise_that_has_passed_is_noted_once(order: Order) -> None:
    del order
    later = NOW + timedelta(days=30)
    under_way = Parcel.objects.exclude(order__state="delivered")
    Parcel.objects.filter(order__state="delivered").update(state="delivered", ended_at=NOW)
    assert note_late(later) == under_way.count() > 0
    assert note_late(later) == 0
    assert Fact.objects.filter(kind="LateRisk").count() == under_way.count()
    assert Message.objects.count() == 1


def test_a_day_passes_when_it_passes_at_the_site(order: Order) -> None:
    parcel = Parcel.objects.filter(order=order).select_related("site").get()
    Parcel.objects.exclude(pk=parcel.pk).update(expected_by=NOW.date())
    Parcel.objects.filter(pk=parcel.pk).update(promised_by=NOW.date(), expected_by=None)
    evening = datetime.combine(NOW.date(), time(23, 30), UTC)
    parcel.site.time_zone = "America/New_York"
    parcel.site.save()
    assert note_late(evening + timedelta(hours=1)) == 0  # there it is still the promised evening
    parcel.site.time_zone = "Europe/Paris"
    parcel.site.save()
    assert note_late(evening) == 1  # and here half past midnight
    parcel.refresh_from_db()
    assert parcel.expected_by == NOW.date() + timedelta(days=1)


@pytest.mark.parametrize("state", ["returning", "at_pickup_point"])
def test_what_is_no_longer_on_its_way_to_the_shopper_is_not_late(order: Order, state: str) -> None:
    del order
    Parcel.objects.update(state=state, expected_by=None)
    assert note_late(NOW + timedelta(days=30)) == 0


def test_a_chore_that_fails_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    done: list[datetime] = []

    def works(now: datetime) -> int:
        done.append(now)
        return 1

    def fails(now: datetime) -> int:
        raise RuntimeError(str(now))

    rota = Rota([Chore("fails", 10, fails), Chore("works", 60, works)])
    rota.turn(NOW)
    rota.turn(NOW + timedelta(seconds=10))
    rota.turn(NOW + timedelta(seconds=60))
    assert len(done) == 2
    assert caplog.text.count("chore fails failed") == 3
