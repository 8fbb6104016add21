"""Between the words of Doorstep and those of the sandbox carrier. Pure, both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from doorstep.domain.travel import MILESTONES, Milestone, Scan
from doorstep.plugins.carriers.base import Handover, LabelSold, LabelWanted

_MILESTONES: dict[str, Milestone] = {name: name for name in MILESTONES}
_HALF = re.compile("[\ud800-\udfff]")  # of a pair
_YEARS = range(2000, 2101)  # of a scan: beyond them a database may keep an instant that nobody can read again


def label_request(wanted: LabelWanted) -> dict[str, Any]:
    return {
        "reference": wanted.reference,
        "service": wanted.service,
        "from": asdict(wanted.sender),
        "to": asdict(wanted.receiver),
        "weight_g": wanted.weight_g,
        "size_mm": list(wanted.size_mm) if wanted.size_mm else None,
        "sscc": wanted.sscc,
        "pickup_point": wanted.pickup_point,
        "safe_place": wanted.safe_place,
        "signature": wanted.signature,
        **({"return": True} if wanted.back else {}),
    }


def read_label(told: Mapping[str, Any]) -> LabelSold:
    """Raise ValueError if the answer is none."""
    return LabelSold(_text(told, "label"), _text(told, "tracking"), str(told.get("routing", "")))


def handover_request(handover: Handover) -> dict[str, Any]:
    return {
        "manifest": handover.manifest,
        "at": handover.at.isoformat(),
        "labels": list(handover.labels),
        "dropped_off": handover.dropped_off,
    }


def read_handover(told: Mapping[str, Any]) -> str:
    return _text(told, "manifest")


def read_scan(told: Mapping[str, Any]) -> Scan:
    """Raise ValueError for what cannot be: a milestone that is not known, a time without its zone."""
    milestone = _MILESTONES.get(_text(told, "status"))
    if milestone is None:
        raise ValueError(f"no such status: {told['status']!r}")
    at = datetime.fromisoformat(_text(told, "at"))
    if at.tzinfo is None:
        raise ValueError("the time of a scan has no zone")
    if at.year not in _YEARS:
        raise ValueError(f"no parcel was scanned in the year {at.year}")
    expected = told.get("expected_by")
    return Scan(
        event=_text(told, "event"),
        tracking=_text(told, "tracking"),
        milestone=milestone,
        at=at,
        place=_kept(str(told.get("place") or "")),
        reason=_kept(str(told.get("reason") or "")),
        expected_by=date.fromisoformat(expected) if isinstance(expected, str) else None,
    )


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"the carrier left out {name!r}")
    return _kept(value)


def _kept(text: str) -> str:
    """Raise ValueError for text that no database keeps: a zero character, half of a pair."""
    if (not text.isascii() and _HALF.search(text)) or "\0" in text:
        raise ValueError("there is a character in it that cannot be kept")
    return text
