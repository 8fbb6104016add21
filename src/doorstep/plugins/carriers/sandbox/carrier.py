"""What the sandbox carrier can do, and how it is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from doorstep.domain.travel import Scan
from doorstep.plugins.carriers.base import (
    Capabilities,
    CarrierUnreachable,
    Handover,
    LabelSold,
    LabelWanted,
    Message,
    Settings,
    Unread,
)
from doorstep.plugins.carriers.hooks import verify
from doorstep.plugins.carriers.sandbox import messages
from doorstep.plugins.carriers.sandbox.client import Client


class SandboxCarrier:
    capabilities = Capabilities(
        "Sandbox", online=True, pushes_scans=True, answers_scans=True, takes_manifests=True, return_labels=True
    )

    def __init__(self, settings: Settings) -> None:
        self._client = Client(settings)
        self._secret = settings.hook_secret

    def buy(self, wanted: LabelWanted) -> LabelSold:
        return self._label(self._client.post("/labels", messages.label_request(wanted), wanted.key))

    def find(self, key: str) -> LabelSold | None:
        told = self._client.get("/labels", key=key)
        return None if told is None else self._label(told)

    def void(self, label: str) -> None:
        self._client.post(f"/labels/{quote(label, safe='')}/void", {})

    def close(self, handover: Handover) -> str:
        told = self._client.post("/manifests", messages.handover_request(handover), handover.key)
        try:
            return messages.read_handover(told)
        except ValueError as error:
            raise CarrierUnreachable(str(error)) from error

    def scans(self, tracking: Sequence[str]) -> tuple[Scan, ...]:
        found: list[Scan] = []
        for number in tracking:
            told = self._client.get(f"/tracking/{quote(number, safe='')}")
            found += [messages.read_scan(one) for one in told["scans"]] if told else []
        return tuple(found)

    def read_hook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Message:
        verify(self._secret, headers, body, now)
        told = json.loads(body)
        events = told.get("scans") if isinstance(told, dict) else None
        if not isinstance(events, list):
            raise ValueError("the message holds no scans")
        scans: list[Scan] = []
        unread: list[Unread] = []
        for event in events:
            try:
                scans.append(self._event(event))
            except ValueError as why:
                unread.append(Unread(json.dumps(event, sort_keys=True), str(why)))
        return Message(tuple(scans), tuple(unread))

    def read_event(self, raw: str) -> Scan:
        return self._event(json.loads(raw))

    @staticmethod
    def _event(told: object) -> Scan:
        if not isinstance(told, dict):
            raise ValueError("an event is no object")
        return messages.read_scan(told)

    @staticmethod
    def _label(told: Mapping[str, object]) -> LabelSold:
        try:
            return messages.read_label(told)
        except ValueError as error:  # it may have been sold all the same: to be asked again, not given up
            raise CarrierUnreachable(str(error)) from error


class WithoutKeys(SandboxCarrier):
    """One whose carrier sells another label each time it is asked, and finds what it sold by our reference."""

    capabilities = replace(SandboxCarrier.capabilities, keeps_keys=False)


def make_without_keys(settings: Settings) -> WithoutKeys:
    return WithoutKeys(settings)


def make(settings: Settings) -> SandboxCarrier:
    return SandboxCarrier(settings)
