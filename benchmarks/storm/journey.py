"""Orders on their whole way, each step by the API, whatever fails meanwhile: every step asks how far it has come."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx
from benchmarks.storm.shop import Shop, crowd

FOREVER = "2030-12-31T00:00:00Z"
AT_ONCE = 200  # orders on the way
BENCHES = 8
UNDER_WAY = ("handed_over", "in_transit", "out_for_delivery", "at_pickup_point", "failed", "returning")
DELIVERED_S, DELIVERED_AN_ORDER_S = 600.0, 3.0  # how long it may take until nothing is under way
MOST_STEPS = 400  # at one tote; far more than it has units


@dataclass
class Journey:
    """What was acknowledged on the way."""

    shop: Shop  # the brand's key
    floor: Shop  # the operator's
    carrier: str
    carrier_key: str
    carriers: dict[str, str]  # of a service
    sites: Sequence[str]
    acknowledged: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)  # acknowledged, and not planned
    seconds: dict[str, float] = field(default_factory=dict)
    done_with: set[str] = field(default_factory=set)  # waves

    def travel(self, orders: Sequence[dict[str, Any]], enough: Callable[[], bool] = lambda: False) -> None:
        """From the order to the doorstep, some hundreds of orders at a time, until all are there or it is enough."""
        for start in range(0, len(orders), AT_ONCE):
            if enough():
                return
            self._travel(orders[start : start + AT_ONCE])

    def _travel(self, orders: Sequence[dict[str, Any]]) -> None:
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("place", partial(crowd, self.place, orders)),
            ("release and pick", self.walk_floor),
            ("pack and label", self.pack_all),
            ("hand over", self.hand_over),
            ("deliver", self.deliver),
        )
        for name, step in steps:
            begun = time.monotonic()
            step()
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - begun
        self.done_with.update(self._waves())

    def place(self, order: dict[str, Any]) -> None:
        status, told = self.shop.post("/v1/orders", order, str(order["order"]))
        if status not in (200, 201):
            raise AssertionError((status, told))
        self.acknowledged.add(order["order"])
        if told["state"] != "planned":
            self.waiting.add(order["order"])

    def walk_floor(self) -> None:
        for site in self.sites:
            while True:
                status, told = self.floor.post("/v1/waves", {"site": site, "leaves_until": FOREVER}, "")
                assert status == 201, told
                if not told["parcels"]:
                    break
        waves = self._waves()
        crowd(self._pick_some, [(wave, f"H{number}") for wave in waves for number in range(4)])

    def pack_all(self) -> None:
        self.fill_totes()
        while packed := self._parcels("packed"):  # the carrier did not answer at the bench
            crowd(self._label, packed)

    def fill_totes(self) -> None:
        totes = [one["tote"] for wave in self._waves() for one in self._totes(wave) if not one["packed"]]
        crowd(lambda one: self._pack(*one), [(tote, f"B{n % BENCHES}") for n, tote in enumerate(totes)], BENCHES)

    def hand_over(self) -> None:
        while labelled := self._parcels("labelled"):
            crowd(self._stage, labelled)
        while staged := self._parcels("staged"):
            gates = sorted({(one["site"], self.carriers[one["service"]], one["ship_at"]) for one in staged})
            for site, carrier, departs_at in gates:
                self.floor.post("/v1/manifests", {"site": site, "carrier": carrier, "departs_at": departs_at}, "")

    def deliver(self) -> None:
        """Turn the carrier's clock until nothing is under way; it tells again what was not heard."""
        until = time.monotonic() + DELIVERED_S + DELIVERED_AN_ORDER_S * len(self.acknowledged)
        while any(self._parcels(state, 1) for state in UNDER_WAY):
            self.ask_carrier("/advance", {"steps": 1, "hours": 1})
            if time.monotonic() > until:
                raise TimeoutError("parcels are under way for ever")

    def ask_carrier(self, path: str, body: object) -> Any:
        patience = DELIVERED_S + DELIVERED_AN_ORDER_S * len(
            self.acknowledged
        )  # it tells of all parcels before it answers
        for _ in range(200):
            try:
                answer = httpx.post(
                    self.carrier + path,
                    json=body,
                    headers={"Authorization": f"Bearer {self.carrier_key}"},
                    timeout=patience,
                )
                return answer.raise_for_status().json()
            except httpx.HTTPError:
                time.sleep(0.3)
        raise TimeoutError("the carrier does not answer")

    def _pick_some(self, whose: tuple[str, str]) -> None:
        wave, worker = whose
        while True:
            status, told = self.floor.post(f"/v1/waves/{quote(wave)}/picks/next", {"worker": worker}, "")
            assert status == 200, told
            task = told["pick"]
            if task is None:
                return
            code = task["bin"] if task["next_scan"] == "bin" else task["sku"]
            key = f"pick-{task['pick']}-{task['next_scan']}"
            self.floor.post(f"/v1/picks/{task['pick']}/scan", {"code": code, "worker": worker}, key)

    def _pack(self, tote: str, bench: str) -> None:
        path = f"/v1/totes/{quote(tote)}"
        status, there = self.floor.post(f"{path}/open", {"worker": bench}, f"open-{tote}")
        for _ in range(MOST_STEPS):
            if status != 200:
                there = self.floor.get(path)
            stage = there["stage"]
            if stage in ("packed", "gone"):
                return
            key = f"{tote}-{stage}-{sum(one['scanned'] for one in there['units'])}"
            if stage == "weight":
                weighed = {"weight_g": there["expected_weight_g"], "worker": bench}
                status, told = self.floor.post(f"{path}/close", weighed, key)
            else:
                lacking = [one["sku"] for one in there["units"] if one["scanned"] < one["wanted"]]
                code = lacking[0] if stage == "units" else there["planned_carton"]
                status, told = self.floor.post(f"{path}/scan", {"code": code, "worker": bench}, key)
            there = told.get("tote", there)
        raise AssertionError(f"tote {tote} is never packed: {there}")

    def _label(self, parcel: dict[str, Any]) -> None:
        status, told = self.floor.post(f"/v1/parcels/{quote(parcel['parcel'])}/label", {}, secrets.token_hex(8))
        assert status in (200, 201, 409), told  # 409: the carrier did not answer; asked again

    def _stage(self, parcel: dict[str, Any]) -> None:
        gate = {"site": parcel["site"], "carrier": self.carriers[parcel["service"]], "departs_at": parcel["ship_at"]}
        self.floor.post("/v1/departures/stage", {**gate, "number": parcel["parcel"]}, f"stage-{parcel['parcel']}")

    def _waves(self) -> list[str]:
        """Those that were not done with before."""
        return [one["wave"] for one in self._all("/v1/waves?") if one["wave"] not in self.done_with]

    def _totes(self, wave: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.floor.get(f"/v1/waves/{quote(wave)}/totes")["data"]
        return found

    def _parcels(self, state: str, most: int = 0) -> list[dict[str, Any]]:
        return self._all(f"/v1/parcels?state={state}&", most)

    def _all(self, path: str, most: int = 0) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        after = ""
        while True:
            page = self.floor.get(f"{path}limit={most or 200}" + (f"&after={quote(after)}" if after else ""))
            rows += page["data"]
            after = page["next"] or ""
            if not after or most:
                return rows
