"""Each thing that may be wrong is made wrong for real, found, and told how to mend."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from tests.api.shop import opened, order

from doorstep.core.events.actions import record
from doorstep.core.events.pending import Lag
from doorstep.core.jobs import turns, workers
from doorstep.core.jobs.actions import put
from doorstep.core.jobs.models import Job
from doorstep.core.jobs.workers import Beat
from doorstep.core.messages.outbox import NewMessage, add
from doorstep.core.orders import erasing
from doorstep.core.orders.models import Erasure, Order
from doorstep.core.parcels.carriers import put_account
from doorstep.flows import doctor
from doorstep.flows.doctor import Finding, Surroundings
from doorstep.server import clock as server_clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
Around = Callable[..., Surroundings]


@pytest.fixture
def around(tmp_path: Path) -> Around:
    def made(clock: Callable[[], datetime] = server_clock.now, **environment: str) -> Surroundings:
        return Surroundings(clock, server_clock.instant, {"DOORSTEP_SECRET_KEY": "x" * 50, **environment}, tmp_path)

    return made


def looked(name: str, around: Surroundings) -> Finding:
    return dict(doctor.examined(around))[name]


def test_a_sound_installation_has_nothing_to_mend(around: Around) -> None:
    workers.beat("north:7", "north", server_clock.now())
    found = doctor.examined(around())
    assert [name for name, _ in found] == [check.name for check in doctor.CHECKS]
    assert [(name, one) for name, one in found if one.state == "fail"] == []
    if connection.vendor == "postgresql":
        assert dict(found)["database"].said.startswith("PostgreSQL ")


def test_a_migration_that_is_missing_is_named(around: Around) -> None:
    last = max(name for app, name in MigrationRecorder(connection).applied_migrations() if app == "accounts")
    MigrationRecorder(connection).record_unapplied("accounts", last)
    found = looked("migrations", around())
    assert (found.state, found.mend) == ("fail", "doorstep migrate")
    assert f"accounts.{last[:4]}" in found.said


def test_a_record_newer_than_the_program_is_told(around: Around) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', '9999_later', '2026-01-01')"
        )
    assert looked("migrations", around()).state == "warn"


@pytest.mark.parametrize(("ahead_s", "state"), [(0, "ok"), (3, "warn"), (-3, "warn"), (60, "fail"), (-60, "fail")])
def test_a_clock_that_is_off_is_told(around: Around, ahead_s: int, state: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no clock of its own")
    found = looked("clock", around(lambda: server_clock.now() + timedelta(seconds=ahead_s)))
    assert found.state == state
    if ahead_s:
        assert ("ahead of" if ahead_s > 0 else "behind") in found.said
        assert "time server" in found.mend


def test_transactions_of_another_kind_are_refused(around: Around) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows one kind")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_transaction_isolation = 'serializable'")
    found = looked("database", around())
    assert (found.state, found.said) == ("fail", "transactions are serializable")


@pytest.mark.parametrize("place", ["/proc", "/nowhere/at/all"])
def test_a_folder_that_cannot_be_written_to_is_named(around: Around, place: str) -> None:
    found = looked("disk", around(DOORSTEP_MAIL_FOLDER=place))
    assert found.state == "fail"
    assert f"DOORSTEP_MAIL_FOLDER ({place}) cannot be written to" in found.said
    assert place in found.mend


def test_a_disk_that_is_nearly_full_is_told(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "FREE_WARNED", 2**80)  # more than any disk has
    assert looked("disk", around()).state == "warn"
    monkeypatch.setattr(doctor, "FREE_LEAST", 2**80)
    assert looked("disk", around()).state == "fail"


def test_a_plug_in_that_does_not_load_is_named(around: Around, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "swift_carrier-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: swift-carrier\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[doorstep.carriers]\nswift = swift_carrier.nowhere:make\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = looked("plug-ins", around())
    assert found.state == "fail"
    assert "swift (swift_carrier.nowhere:make): ModuleNotFoundError" in found.said


def test_a_carrier_whose_plug_in_or_secret_is_not_there_is_named(around: Around) -> None:
    operator = opened().operator
    put_account(operator, "one", "Postbird", "sandbox", base_url="", key_variable="POSTBIRD_KEY", hook_variable="")
    assert looked("plug-ins", around()).state == "warn"
    assert "POSTBIRD_KEY" in looked("plug-ins", around()).said
    assert looked("plug-ins", around(POSTBIRD_KEY="k")).state == "ok"
    put_account(operator, "two", "Swift", "swift", base_url="", key_variable="", hook_variable="")
    found = looked("plug-ins", around())
    assert (found.state, found.said) == ("fail", "configured and not installed: swift")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"SECURE": True, "ALLOWED_HOSTS": ["localhost"]}, "answers to localhost alone"),
        ({"ALLOWED_HOSTS": ["*"]}, "answers to any name"),
        ({"SECURE": True, "PUBLIC_ADDRESS": "http://shop.example"}, "links to shoppers begin with http://shop.example"),
        ({"SECURE": False, "PUBLIC_ADDRESS": "http://shop.example"}, "speaks plain HTTP beyond this machine"),
        ({"TEST_CLOCK": True}, "is a test installation"),
    ],
)
def test_settings_that_do_not_fit_are_told(around: Around, settings: dict[str, object], said: str) -> None:
    fitting = {"SECURE": True, "ALLOWED_HOSTS": ["shop.example"], "PUBLIC_ADDRESS": "https://shop.example"}
    with override_settings(**fitting):
        assert looked("settings", around()).state == "ok"
        assert "secret key" in looked("settings", around(DOORSTEP_SECRET_KEY="")).said
    with override_settings(**{**fitting, **settings}):
        found = looked("settings", around())
    assert found.state in ("warn", "fail")
    assert said in found.said
    assert found.mend


def test_a_package_that_is_missing_is_named(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        doctor, "requires", lambda _: ["numpy>=2", 'nowhere-at-all>=1; extra == "server"', 'x; extra == "dev"']
    )
    found = looked("packages", around())
    assert (found.state, found.said) == ("fail", "not installed: nowhere-at-all")


def test_a_look_that_fails_is_a_finding(around: Around) -> None:
    def broken(_: Surroundings) -> Finding:
        raise LookupError("lost\nand more")

    found = doctor._looked(doctor.Check("x", broken), around())
    assert (found.state, found.said) == ("fail", "could not be looked at: LookupError: lost")


def test_workers_that_are_silent_are_told(around: Around) -> None:
    def beats(*ages_s: int) -> list[Beat]:
        ages = [NOW - timedelta(seconds=age) for age in ages_s]
        return [Beat(f"north:{n}", "north", at, at, alive=True) for n, at in enumerate(ages)]

    assert looked("workers", around()).said == "no worker is there"
    workers.beat("north:7", "north", server_clock.now())
    assert looked("workers", around()) == Finding("ok", "1 at work")
    assert doctor.of_workers(beats(1, 59), NOW).state == "ok"
    assert doctor.of_workers(beats(1, 600), NOW).state == "warn"
    assert doctor.of_workers(beats(400, 600), NOW).state == "fail"
    assert "north:1 was last heard of" in doctor.of_workers(beats(1, 600), NOW).said


def test_facts_that_wait_are_told(around: Around) -> None:
    place = opened()
    long_ago = server_clock.now() - timedelta(hours=1)
    record(place.operator, None, kind="KeyRevoked", subject="key:1", data={}, at=long_ago, actor="system")
    found = looked("outbox", around())
    assert (found.state, "facts wait" in found.said) == ("fail", True)
    assert doctor.of_outbox(Lag(0, None), 0, NOW).state == "ok"
    assert doctor.of_outbox(Lag(0, None), 1, NOW).state == "warn"
    assert doctor.of_outbox(Lag(9, NOW - timedelta(seconds=30)), 0, NOW).state == "ok"
    assert doctor.of_outbox(Lag(9, NOW - timedelta(minutes=5)), 0, NOW).state == "warn"


def test_a_chore_that_fails_is_named_until_it_does_not(around: Around) -> None:
    turns.enter(["scans"], NOW)
    assert looked("chores", around()).state == "ok"
    for error, state in (("LookupError: of Ann", "warn"), ("", "ok")):
        turns.begin("scans", "north:7", NOW, NOW)
        turns.end("scans", "north:7", NOW, 0, error)
        assert looked("chores", around()).state == state
        if error:
            assert looked("chores", around()).said == "failed at their last turn: scans (LookupError, 1 times)"


def test_jobs_that_were_given_up_are_told(around: Around) -> None:
    put("learn durations", key="brand:1", data={}, operator=opened().operator, at=NOW)
    assert looked("jobs", around()) == Finding("ok", "1 to do, none given up")
    Job.objects.update(state="dead")
    assert looked("jobs", around()).said == "given up: 1 of learn durations"
    assert looked("jobs", around()).state == "warn"


def test_messages_that_nothing_sends_and_erasures_that_wait_for_long_are_told(around: Around) -> None:
    place = opened()
    placed = place.with_key("brand_writer").post("/v1/orders", order(), idempotency_key="1")
    pk = Order.objects.get(code=placed.json()["order"]).pk
    now = server_clock.instant()
    days = {"promised_by": "2026-11-20", "expected_by": "2026-11-21"}
    assert looked("messages", around()).state == "ok"
    add(place.brand, [NewMessage(pk, "delay", "disruption:1", days)], at=now - timedelta(hours=1))
    assert looked("messages", around()).said == "1 wait and nothing is set here that sends them"
    assert looked("messages", around(DOORSTEP_MAIL_FOLDER="letters")) == Finding("ok", "1 wait")
    erasing.ask([pk], at=now - timedelta(days=24), actor="user:1")
    assert looked("erasures", around()).state == "ok"
    Erasure.objects.update(asked_at=now - timedelta(days=26))
    found = looked("erasures", around())
    assert (found.state, placed.json()["order"] in found.said) == ("warn", True)
