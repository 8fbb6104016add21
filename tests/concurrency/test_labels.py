"""Many buy the same label at once; a process is killed between the call and the record. It is paid for once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from urllib.parse import quote

import pytest
from django.db import connection
from tests.concurrency.test_last_units import crowd
from tests.core.stock.ledger import assert_moves_add_up
from tests.record.brand import NOW
from tests.record.packed import LATER, House, house
from tests.record.test_dispatch import close, labelled, put
from tests.sandbox.running import HOOK, KEY

from doorstep.core.events.models import Fact
from doorstep.core.parcels.carriers import put_account
from doorstep.core.parcels.models import Label, Manifest, Parcel
from doorstep.core.stock.models import Move
from doorstep.domain.travel import Scan
from doorstep.flows.dispatch import Closed
from doorstep.flows.ship import Bought, buy_label, sweep_labels
from doorstep.flows.track import Taken, take_scans
from doorstep.plugins.carriers.base import Carrier, CarrierRefused, LabelSold, LabelWanted
from doorstep.plugins.carriers.sandbox.carrier import SandboxCarrier

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
BUYERS = 20
KILLED = """
import os, signal, sys
import django
django.setup()
from datetime import datetime
from doorstep.domain.rights import Scope
from doorstep.flows.carriers import connected
from doorstep.flows.ship import buy_label

class Killed:
    def __init__(self, account):
        self.carrier = connected(account)
    def buy(self, wanted):
        self.carrier.buy(wanted)
        os.kill(os.getpid(), signal.SIGKILL)

operator, brand, parcel = map(int, sys.argv[1:4])
scope = Scope(operator, frozenset({brand}), "supervisor", "user:1")
buy_label(scope, parcel, now=datetime.fromisoformat(sys.argv[4]), carriers=Killed)
"""


@pytest.fixture
def at(transactional_db: None, tmp_path: Path) -> Iterator[House]:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    with house(tmp_path) as here:
        yield here
        assert_moves_add_up()


def test_one_label_is_bought_by_twenty(at: House) -> None:
    parcel = at.packed()
    answers = crowd([lambda: buy_label(at.scope, parcel.pk, now=NOW, carriers=at.carriers)] * BUYERS)
    assert all(isinstance(answer, Bought) for answer in answers), answers
    assert len({str(answer) for answer in answers}) == 1
    assert at.server.sandbox.store.count_labels() == Label.objects.count() == 1
    assert Fact.objects.filter(kind="ParcelLabelled").count() == 1


def address_of_database() -> str:
    """For a process of its own."""
    said = connection.settings_dict
    password = f":{quote(said['PASSWORD'])}" if said["PASSWORD"] else ""
    return f"postgresql://{said['USER']}{password}@{said['HOST']}:{said['PORT']}/{said['NAME']}"


def killed_after_buying(at: House, parcel: Parcel) -> None:
    """Have a process buy the label, and kill it before it can say so."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DOORSTEP_DATABASE": address_of_database(),
        "KEY_OF_THE_TEST": KEY,
        "HOOK_OF_THE_TEST": HOOK,
    }
    for name, account in at.accounts.items():
        put_account(
            at.scope.operator,
            account.code,
            name,
            account.plugin,
            base_url=account.base_url,
            key_variable="KEY_OF_THE_TEST",
        )
    arguments = [str(at.scope.operator), str(at.brand), str(parcel.pk), NOW.isoformat()]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], env=environment, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert at.server.sandbox.store.count_labels() == 1


def test_a_label_outlives_a_process_that_is_killed(at: House) -> None:
    parcel = at.packed()
    killed_after_buying(at, parcel)
    parcel.refresh_from_db()
    assert (parcel.state, Label.objects.get().state) == ("packed", "asked")
    assert sweep_labels(LATER, at.carriers).recorded == 1
    parcel.refresh_from_db()
    assert parcel.state == "labelled"
    assert parcel.tracking == at.server.sandbox.find(Label.objects.get().key)["tracking"]
    assert buy_label(at.scope, parcel.pk, now=LATER, carriers=at.carriers).tracking == parcel.tracking
    assert at.server.sandbox.store.count_labels() == 1


class Refusing:
    """What a buyer meets whose call comes before that of another with the same key: a no, and nothing sold yet."""

    capabilities = SandboxCarrier.capabilities

    def buy(self, wanted: LabelWanted) -> LabelSold:
        raise CarrierRefused(f"not at this moment: {wanted.key}")

    def find(self, key: str) -> None:  # noqa: ARG002
        return None


def test_a_label_sold_to_a_process_that_is_killed_outlives_the_refusal_of_another(at: House) -> None:
    parcel = at.packed()
    killed_after_buying(at, parcel)
    with pytest.raises(CarrierRefused):
        buy_label(at.scope, parcel.pk, now=NOW, carriers=lambda _: cast(Carrier, Refusing()))
    assert Label.objects.get().state == "refused"
    assert sweep_labels(LATER, at.carriers).recorded == 1
    parcel.refresh_from_db()
    assert parcel.state == "labelled"
    assert parcel.tracking == at.server.sandbox.find(Label.objects.get().key)["tracking"]
    assert at.server.sandbox.store.count_labels() == 1


def test_a_manifest_closed_by_many_hands_over_once(at: House) -> None:
    parcels = [labelled(at, f"N-{n}") for n in range(4)]
    for parcel in parcels:
        put(at, parcel)
    answers = crowd([lambda: close(at, parcels[0])] * 6)
    assert any(isinstance(answer, Closed) for answer in answers), answers
    assert Manifest.objects.count() == 1
    assert set(Parcel.objects.values_list("state", flat=True)) == {"handed_over"}
    assert Fact.objects.filter(kind="ParcelHandedOver").count() == Move.objects.filter(reason="dispatch").count() == 4


def test_the_same_scans_told_by_many_at_once_count_once(at: House) -> None:
    parcel = labelled(at, "N-1")
    put(at, parcel)
    close(at, parcel)
    account = next(iter(at.accounts.values()))
    told = [Scan(f"e{n}", parcel.tracking, one, LATER) for n, one in enumerate(("accepted", "failed", "delivered"))]  # type: ignore[arg-type]
    answers = crowd([lambda order=order: take_scans(account, told[::order], now=LATER) for order in (1, -1) * 5])  # type: ignore[misc]
    assert all(isinstance(answer, Taken) for answer in answers), answers
    assert sum(answer.new for answer in answers if isinstance(answer, Taken)) == 3
    parcel.refresh_from_db()
    assert (parcel.state, parcel.attempts) == ("delivered", 1)
    assert Fact.objects.filter(kind="Delivered").count() == 1
