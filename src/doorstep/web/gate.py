"""The departure at which somebody stands with a scanner, as an address says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import QueryDict

from doorstep.core.parcels.departures import Departure

LONGEST = 200  # characters of a scan
WRONG = {
    "unknown": "Not known",
    "already_staged": "Staged already",
    "gone": "Gone already",
    "cancelled": "Cancelled: put aside",
    "held": "Held: put aside",
    "not_labelled": "No label",
    "wrong_site": "Other site",
    "wrong_carrier": "Other carrier",
    "too_early": "Later departure",
}


@dataclass(frozen=True, slots=True)
class Gate:
    site: str
    carrier: str
    departs_at: datetime

    @property
    def query(self) -> str:
        return urlencode({"site": self.site, "carrier": self.carrier, "leaves": self.departs_at.isoformat()})


def gate_of(said: QueryDict) -> Gate | None:
    """None: no departure is named, or it cannot be one."""
    site, carrier = (said.get(name, "").replace("\0", "")[:LONGEST] for name in ("site", "carrier"))
    try:
        at = datetime.fromisoformat(said.get("leaves", ""))
        return Gate(site, carrier, at.astimezone(UTC)) if site and carrier and at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def link_of(one: Departure) -> str:
    return Gate(one.site, one.carrier, one.departs_at).query


def scanned_of(said: QueryDict) -> str:
    return said.get("number", "").replace("\0", "")[:LONGEST]
