"""A carrier whose labels are made here, whose manifest is paper, and whose scans somebody enters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from doorstep.domain.travel import Scan
from doorstep.plugins.carriers.base import (
    Capabilities,
    CarrierRefused,
    Handover,
    HookRefused,
    LabelSold,
    LabelWanted,
    Message,
    Settings,
)


class OfflineCarrier:
    capabilities = Capabilities(
        "Offline", online=False, pushes_scans=False, answers_scans=False, takes_manifests=False, return_labels=True
    )

    def buy(self, wanted: LabelWanted) -> LabelSold:
        """The SSCC is the tracking number: it names the parcel in the whole world, and nobody else gives one."""
        if not wanted.sscc:
            raise CarrierRefused("a label without a carrier's number needs an SSCC; set the operator's company prefix")
        receiver = wanted.receiver
        return LabelSold(wanted.sscc, wanted.sscc, f"{receiver.country}-{receiver.postcode}".upper())

    def find(self, key: str) -> LabelSold | None:  # noqa: ARG002
        """Nothing is kept outside: what this process did not record has not happened."""
        return None

    def void(self, label: str) -> None:
        """A label that is torn up is void."""

    def close(self, handover: Handover) -> str:
        return handover.manifest

    def scans(self, tracking: Sequence[str]) -> tuple[Scan, ...]:  # noqa: ARG002
        return ()

    def read_hook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Message:  # noqa: ARG002
        raise HookRefused("this carrier sends no messages")

    def read_event(self, raw: str) -> Scan:  # noqa: ARG002
        raise ValueError("this carrier sends no messages")


def make(settings: Settings) -> OfflineCarrier:  # noqa: ARG001
    return OfflineCarrier()
