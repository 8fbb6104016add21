"""A carrier's scans shuffled, told twice, one in a hundred broken: parcels stand as if all had come in order."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from benchmarks.storm.copies import under_way
from django.db import transaction
from standardwebhooks import Webhook
from tests.record.packed import LATER, House, house
from tests.record.test_track import account, left
from tests.sandbox.running import HOOK

from doorstep.core.events.models import Fact
from doorstep.core.parcels.models import Parcel, Scan, UnreadEvent
from doorstep.flows.track import read_hook
from doorstep.sandbox.scenarios import SCENARIOS

STORM = os.environ.get("DOORSTEP_STORM") == "1"
PARCELS = 14_000 if STORM else 140  # about seven scans each
POST, SEED = 100, 7
NOW = LATER + timedelta(days=9)
pytestmark = pytest.mark.django_db
Event = dict[str, Any]


@pytest.fixture
def at(db: None, tmp_path: Path) -> Iterator[House]:  # noqa: ARG001
    with house(tmp_path) as here:
        yield here


def told(numbers: Sequence[str]) -> list[Event]:
    """All that the carrier has to say, in the order in which it happened."""
    draw = Random(SEED)
    events = []
    for number in numbers:
        steps = SCENARIOS[draw.choice(sorted(SCENARIOS))]
        for n, step in enumerate(steps):
            at = LATER + timedelta(hours=6 * n + draw.random())
            events.append(
                {
                    "event": f"ev_{number}_{n}",
                    "tracking": number,
                    "status": step.status,
                    "at": at.isoformat(),
                    "place": step.place,
                    "reason": step.reason,
                    "expected_by": (at + timedelta(days=step.late_days)).date().isoformat(),
                }
            )
    return sorted(events, key=lambda one: (str(one["at"]), str(one["event"])))


def broken(events: Sequence[Event], draw: Random) -> list[Event]:
    """One in a hundred once more, damaged in some way."""
    ways = ({"at": "yesterday"}, {"status": "beamed"}, {"tracking": None}, {"event": ""})
    return [{**one, **draw.choice(ways)} for one in draw.sample(list(events), len(events) // 100)]


def post(at: House, events: Sequence[Event]) -> None:
    carrier = account(at)
    for start in range(0, len(events), POST):
        body = json.dumps({"scans": events[start : start + POST]})
        now = datetime.now(UTC)
        headers = {
            "webhook-id": f"msg_{start}",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(HOOK).sign(f"msg_{start}", now, body),
        }
        read_hook(carrier.pk, headers, body.encode(), now=now, carriers=at.carriers)


def standing() -> dict[str, tuple[object, ...]]:
    """How every parcel and its order stand, and what was told of it."""
    names = ("code", "state", "state_reason", "expected_by", "attempts", "ended_at", "order__state")
    found = {row[0]: row[1:] for row in Parcel.objects.values_list(*names)}
    scans = Scan.objects.values_list("parcel__code", "event", "milestone", "at")
    for code, *scan in scans.order_by("parcel", "event"):
        found[code] += tuple(scan)
    return found


def test_any_order_ends_as_the_right_one(at: House) -> None:
    events = told(under_way(left(at), PARCELS, "TN"))
    before = transaction.savepoint()
    post(at, events)
    in_order, facts = standing(), Fact.objects.filter(kind__in=("Delivered", "ReturnedToSender")).count()
    assert {row[0] for row in in_order.values()} >= {"delivered", "left_at_safe_place", "returned"}
    transaction.savepoint_rollback(before)

    draw = Random(SEED)
    damaged = broken(events, draw)
    storm = [*events, *draw.sample(events, len(events) // 2), *damaged]
    draw.shuffle(storm)
    post(at, storm)
    assert standing() == in_order
    assert Fact.objects.filter(kind__in=("Delivered", "ReturnedToSender")).count() == facts
    assert UnreadEvent.objects.count() == len({json.dumps(one, sort_keys=True) for one in damaged})
