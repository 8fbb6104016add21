"""The pretend carrier itself: what it answers, and how its shipments travel. Its clock is turned by hand."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Row
from typing import Any

import httpx
from standardwebhooks import Webhook

from doorstep.sandbox.scenarios import SCENARIOS, choose, place_of
from doorstep.sandbox.store import Store

HEAVIEST_G = 150_000  # as the freight service of the demonstration
STEP_HOURS = 6
FAULTS = ("lost_reply", "error", "timeout", "duplicate_hooks", "shuffle_hooks")
PLACES = ("labels", "void", "manifests")  # where the first three may strike
HOOK_TIMEOUT_S = 10.0
MOST_OF_A_HOOK = 100  # scans


class Refused(Exception):
    """What is asked cannot be."""

    def __init__(self, detail: str, status: int = 422) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status


class Sandbox:
    """`now` is the real time, which signatures need; what happens to shipments goes by a clock of its own."""

    def __init__(
        self, folder: Path, *, key: str, secret: str, now: Callable[[], datetime], seed: int = 0, keys: bool = True
    ) -> None:
        self.store = Store(folder)
        self.key = key
        self._secret = secret
        self._now = now
        self._seed = seed
        self._keys = keys  # without: a label is sold each time one is asked for

    def buy(self, key: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        if not key or len(key) > 255:
            raise Refused("send an Idempotency-Key of at most 255 characters", 400)
        weight, to = asked.get("weight_g"), asked.get("to")
        if not isinstance(weight, int) or not 0 < weight <= HEAVIEST_G:
            raise Refused(f"a parcel weighs between 1 and {HEAVIEST_G} g")
        if not isinstance(to, dict) or not to.get("postcode") or not to.get("country"):
            raise Refused("the address lacks its postcode or its country")
        back = asked.get("return") is True  # its shopper drops it off: no manifest tells of it
        scenario = choose(
            self._seed,
            str(asked.get("reference", "")),
            str(asked.get("pickup_point") or ""),
            str(asked.get("safe_place") or ""),
        )
        scenario = "delivered" if back else scenario
        routing = f"{to['country']}-{str(to['postcode'])[:5]}".upper()
        sold_as = key if self._keys else f"{key}.{secrets.token_hex(8)}"
        row, same = self.store.sell(sold_as, asked, routing, scenario, "handed_over" if back else "sold")
        if not same:
            raise Refused("this Idempotency-Key was used for another label", 409)
        return _label(row)

    def find(self, key: str) -> dict[str, Any]:
        row = self.store.label("key", key) if self._keys else self.store.first_of(key)
        if row is None:
            raise Refused("no label was sold for this key", 404)
        return _label(row)

    def void(self, label: str) -> dict[str, Any]:
        if self.store.label("label", label) is None:
            raise Refused("there is no such label", 404)
        if not self.store.void(label):
            raise Refused("the parcel is under way; its label cannot be given back", 409)
        return {"label": label, "state": "void"}

    def close(self, key: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        labels = asked.get("labels")
        if not key or not isinstance(labels, list) or not all(isinstance(one, str) for one in labels):
            raise Refused("a manifest has an Idempotency-Key and a list of labels")
        unknown = [one for one in labels if self.store.label("label", one) is None]
        if unknown:
            raise Refused(f"there is no label {unknown[0]}")
        return {"manifest": self.store.hand_over(key, labels)}

    def tracking(self, number: str) -> dict[str, Any]:
        if self.store.label("tracking", number) is None:
            raise Refused("there is no such shipment", 404)
        return {"tracking": number, "scans": [_scan(row) for row in self.store.scans(number)]}

    def set_scenario(self, label: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        name = asked.get("scenario")
        if name not in SCENARIOS or self.store.label("label", label) is None:
            raise Refused(f"there is no such label, or no such scenario; there are {', '.join(SCENARIOS)}")
        self.store.set_scenario(label, str(name))
        return {"label": label, "scenario": name}

    def set_hook(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        url = str(asked.get("url") or "")
        if url and not url.startswith(("http://", "https://")):
            raise Refused("the address of a webhook begins with http:// or https://")
        scans = asked.get("scans", 1)
        if not isinstance(scans, int) or not 0 < scans <= MOST_OF_A_HOOK:
            raise Refused(f"a message holds 1 to {MOST_OF_A_HOOK} scans")
        self.store.set("hook", url)
        self.store.set("scans of a hook", str(scans))
        return {"url": url, "scans": scans}

    def order_fault(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        kind, on, times = asked.get("kind"), asked.get("on", "labels"), asked.get("times", 1)
        if kind not in FAULTS or on not in PLACES or not isinstance(times, int):
            raise Refused(f"a fault is one of {', '.join(FAULTS)}, on one of {', '.join(PLACES)}, so many times")
        name = on if kind in FAULTS[:3] else kind
        self.store.set(f"fault:{name}", f"{times}:{kind}")
        return {"kind": kind, "on": name, "times": times}

    def advance(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Turn the clock: every shipment under way makes a step; then tell what has not been told yet."""
        steps, hours = asked.get("steps", 1), asked.get("hours", STEP_HOURS)
        if not (isinstance(steps, int) and isinstance(hours, int) and 0 <= steps <= 100 and 0 <= hours <= 1_000):
            raise Refused("steps and hours are whole numbers")
        made = 0
        for _ in range(steps):
            at = self.clock() + timedelta(hours=hours)
            self.store.set("clock", at.isoformat())
            made += sum(self._step(row, at) for row in self.store.under_way())
        return {"clock": self.clock().isoformat(), "scans": made, "sent": self._tell()}

    def clock(self) -> datetime:
        written = self.store.setting("clock")
        return datetime.fromisoformat(written) if written else self._now()

    def _step(self, label: Row, at: datetime) -> bool:
        steps = SCENARIOS[label["scenario"]]
        if label["step"] >= len(steps):
            return False
        step, asked = steps[label["step"]], json.loads(label["asked"])
        left = len(steps) - label["step"] - 1
        expected = (at + timedelta(hours=STEP_HOURS * left, days=step.late_days)).date()
        told = {
            "status": step.status,
            "place": place_of(step, str(asked.get("from", {}).get("postcode", "")), str(asked["to"]["postcode"])),
            "reason": step.reason,
            "expected_by": expected.isoformat() if left else None,
        }
        self.store.add_scan(label, at, told)
        return True

    def _tell(self) -> int:
        """Send every scan that was not acknowledged yet, at least once, in messages of as many as were asked for."""
        url = self.store.setting("hook")
        if not url:
            return 0
        waiting = self.store.unsent()
        if self.store.take_fault("shuffle_hooks"):
            waiting.reverse()
        again = 2 if self.store.take_fault("duplicate_hooks") else 1
        sent, most = 0, int(self.store.setting("scans of a hook") or 1)
        with httpx.Client(timeout=HOOK_TIMEOUT_S) as client:
            for start in range(0, len(waiting), most):
                rows = waiting[start : start + most]
                for _ in range(again):
                    if not self._sent(client, url, rows):
                        return sent  # tried again when the clock is next turned
                self.store.mark_sent([row["id"] for row in rows])
                sent += len(rows)
        return sent

    def _sent(self, client: httpx.Client, url: str, rows: Sequence[Row]) -> bool:
        body, now = json.dumps({"scans": [_scan(row) for row in rows]}), self._now()
        number = f"msg_{rows[0]['id']}"
        headers = {
            "Content-Type": "application/json",
            "webhook-id": number,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self._secret).sign(number, now, body),
        }
        try:
            return client.post(url, content=body, headers=headers).is_success
        except httpx.HTTPError:
            return False


def _label(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("label", "tracking", "routing", "state", "scenario")}


def _scan(row: Row) -> dict[str, Any]:
    told = {name: row[name] for name in ("tracking", "status", "at", "place", "reason", "expected_by")}
    return {"event": f"ev_{row['tracking']}_{row['id']}", **told}
