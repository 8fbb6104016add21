"""Both carriers pass what third parties' carriers must pass; and what is the sandbox's own."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from tests.sandbox.running import AT, HOOK, sandbox, settings, tell

from doorstep.domain.errors import NotFound
from doorstep.files.demo.tariff import SERVICES
from doorstep.plugins.carriers.base import (
    Carrier,
    CarrierRefused,
    CarrierUnreachable,
    Handover,
    HookRefused,
    Message,
    Settings,
)
from doorstep.plugins.carriers.conformance import NOW, WANTED, CarrierConformance
from doorstep.plugins.carriers.offline.messages import read_scans
from doorstep.plugins.carriers.registry import GROUP, OURS, names, open_carrier
from doorstep.plugins.carriers.sandbox.messages import read_scan
from doorstep.sandbox.server import SandboxServer

PROJECT = Path(__file__).resolve().parents[3] / "pyproject.toml"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SandboxServer]:
    with sandbox(tmp_path) as running:
        yield running


class TestSandbox(CarrierConformance):
    @pytest.fixture
    def carrier(self, server: SandboxServer) -> Carrier:
        return open_carrier("sandbox", settings(server))


class TestOffline(CarrierConformance):
    @pytest.fixture
    def carrier(self) -> Carrier:
        return open_carrier("offline", Settings())


def test_the_project_names_the_same_entry_points() -> None:
    told = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["entry-points"][GROUP]
    assert told == OURS
    assert set(OURS) <= set(names())


def test_a_plug_in_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="pigeon"):
        open_carrier("pigeon", Settings())


def test_a_key_for_another_parcel_is_refused(server: SandboxServer) -> None:
    carrier = open_carrier("sandbox", settings(server))
    carrier.buy(WANTED)
    with pytest.raises(CarrierRefused, match="another label"):
        carrier.buy(replace(WANTED, weight_g=900))


@pytest.mark.parametrize("kind", ["lost_reply", "error"])
def test_what_is_not_answered_may_be_asked_again(server: SandboxServer, kind: str) -> None:
    carrier = open_carrier("sandbox", settings(server))
    tell(server, "/faults", kind=kind)
    with pytest.raises(CarrierUnreachable):
        carrier.buy(WANTED)
    assert (carrier.find(WANTED.key) is not None) == (kind == "lost_reply")
    sold = carrier.buy(WANTED)
    assert carrier.find(WANTED.key) == sold
    assert server.sandbox.store.count_labels() == 1


def test_a_carrier_that_does_not_answer_is_given_up(server: SandboxServer) -> None:
    tell(server, "/faults", kind="timeout")
    with pytest.raises(CarrierUnreachable, match="ReadTimeout"):
        open_carrier("sandbox", settings(server, timeout_s=0.05)).buy(WANTED)
    assert server.sandbox.store.count_labels() == 0


def test_a_wrong_key_is_refused(server: SandboxServer) -> None:
    with pytest.raises(CarrierRefused, match="not known"):
        open_carrier("sandbox", replace(settings(server), api_key="x")).buy(WANTED)


def test_a_port_without_a_carrier_is_unreachable() -> None:
    with pytest.raises(CarrierUnreachable):
        open_carrier("sandbox", Settings(base_url="http://127.0.0.1:9", api_key="x")).find("1")


def test_a_signed_message_is_read_and_an_old_or_changed_one_is_not(server: SandboxServer) -> None:
    carrier = open_carrier("sandbox", settings(server))
    scan = {"event": "e1", "tracking": "SB1", "status": "delivered", "at": AT.isoformat(), "place": "door"}
    body = json.dumps({"scans": [scan]})
    headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(NOW.timestamp())),
        "Webhook-Signature": f"v1,other {Webhook(HOOK).sign('msg_1', NOW, body)}",
    }
    assert carrier.read_hook(headers, body.encode(), NOW) == Message((read_scan(scan),))
    for odd in ({"place": "a\0b"}, {"reason": "\ud800"}, {"at": "9999-12-31T23:59:59-14:00"}):
        with pytest.raises(ValueError, match=r"kept|year"):
            read_scan(scan | odd)
    for later in (timedelta(minutes=6), timedelta(minutes=-6)):
        with pytest.raises(HookRefused, match="too long ago"):
            carrier.read_hook(headers, body.encode(), NOW + later)
    with pytest.raises(HookRefused, match="signature"):
        carrier.read_hook(headers, body.replace("door", "hall").encode(), NOW)
    with pytest.raises(HookRefused):
        carrier.read_hook({**headers, "Webhook-Timestamp": "soon"}, body.encode(), NOW)


def test_a_shipment_travels_through_depots(server: SandboxServer) -> None:
    carrier = open_carrier("sandbox", settings(server))
    sold = carrier.buy(WANTED)
    tell(server, f"/labels/{sold.label}/scenario", scenario="returned")
    assert tell(server, "/advance")["scans"] == 0  # it is not handed over yet
    carrier.close(Handover("m", "M-1", NOW, (sold.label,)))
    tell(server, "/advance", steps=20)
    scans = carrier.scans([sold.tracking])
    assert [scan.milestone for scan in scans] == [
        "accepted", "in_transit", "in_transit", "out_for_delivery", "failed", "out_for_delivery", "failed", "returning",
        "returned",
    ]  # fmt: skip
    assert all(scan.place for scan in scans)
    with pytest.raises(CarrierRefused, match="under way"):
        carrier.void(sold.label)


def test_what_the_demonstration_ships_can_be_sold_a_label(server: SandboxServer) -> None:
    heaviest = max(one.max_weight_g for one in SERVICES)
    assert open_carrier("sandbox", settings(server)).buy(replace(WANTED, key="freight", weight_g=heaviest)).tracking


def test_a_key_outlives_the_server(tmp_path: Path) -> None:
    with sandbox(tmp_path) as first:
        sold = open_carrier("sandbox", settings(first)).buy(WANTED)
    with sandbox(tmp_path) as second:
        carrier = open_carrier("sandbox", settings(second))
        assert carrier.find(WANTED.key) == carrier.buy(WANTED) == sold


def test_scans_are_read_from_a_file() -> None:
    text = "tracking,milestone,at,place\n340123450000000017,delivered,2026-11-16T12:00+01:00,door\n"
    (scan,) = read_scans(text)
    assert (scan.milestone, scan.place) == ("delivered", "door")
    assert read_scans(text) == read_scans("\ufeff" + text)  # the same row is the same event
    with pytest.raises(ValueError, match=r"row 2: 'lost' is none of .*; row 3: .*has no zone"):
        read_scans("tracking,milestone,at\nA,lost,2026-11-16T12:00Z\nA,delivered,2026-11-16T12:00\n")
    with pytest.raises(ValueError, match="the first row names"):
        read_scans("number\nA\n")
