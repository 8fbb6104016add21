"""durations.json in: the learned durations in force, checked in every value, or refused with every fault.

The file holds numbers and texts only; reading it runs nothing. The fields of the model are those of the nouns in
`domain.learned`: a field that a noun has learned since the file was written keeps the noun's default.
"""

from __future__ import annotations

import hashlib
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import chain, pairwise
from math import isfinite
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

from doorstep.domain.learned import HandlingCurve, Lane, ServicePace, TransitModel
from doorstep.domain.units import PPM
from doorstep.files import content
from doorstep.files.faults import Faults, Finding, shown
from doorstep.files.kinds import MAX_TEXT

DURATIONS_FILE = "durations.json"
FORMAT, VERSION = "doorstep-durations", 1
MOST_BYTES = 2**28
MOST_NUMBER = 2**53
MOST_DAYS = 400  # of a curve
MOST_LEVEL = 4
MOST_PACE_PPM = 100 * PPM
KEYS = ("format", "version", "model_sha256", "decided_at", "decided_by", "as_of", "history_sha256", "verdict", "model")
LANE = (
    "level", "service", "origin_country", "origin_prefix", "destination_country", "destination_region",
    "destination_prefix",
)  # fmt: skip

Say = Callable[[str, object, str], None]  # where, what, why


@dataclass(frozen=True, slots=True)
class PublishedDurations:
    """The durations in force, and the decision that put them there."""

    model: TransitModel
    decided_at: datetime
    decided_by: str
    history_sha256: str
    model_sha256: str
    verdict: Mapping[str, Any]


def read_durations(folder: Path, faults: Faults, rank: int) -> tuple[PublishedDurations | None, bytes]:
    """Read what is in force, and its bytes, that they may count as content; nothing is in force: None and no bytes."""
    path = folder / DURATIONS_FILE
    finding = faults.rule(DURATIONS_FILE, rank)
    try:
        if not path.exists() and not path.is_symlink():
            return None, b""
        if path.is_file() and path.stat().st_size > MOST_BYTES:
            raise content.Unreadable(f"is larger than {MOST_BYTES} bytes")
        text = content.decode(content.read_bytes(path))
    except content.Unreadable as error:
        finding.add(error.row, "", error.why)
        return None, b""
    except OSError as error:
        finding.add(0, "", f"cannot be read: {error}")
        return None, b""
    raw = content.canonical(text)
    return durations_of(raw, faults, rank), raw


def durations_of(raw: bytes, faults: Faults, rank: int = 0) -> PublishedDurations | None:
    """Understand the bytes of the file; None where anything in them is not what docs/formats.md says."""
    whole, columns = faults.rule(DURATIONS_FILE, rank), dict[str, Finding]()
    try:
        told = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        whole.add(0, "", f"is not JSON: {error}")
        return None
    before = faults.count

    def say(where: str, what: object, why: str) -> None:
        if where not in columns:
            columns[where] = faults.rule(DURATIONS_FILE, rank, where, len(columns))
        columns[where].add(0, _short(what), why)

    if not isinstance(told, dict) or told.get("format") != FORMAT:
        whole.add(0, "", f'is not a file of durations: "format" is not "{FORMAT}"')
        return None
    if type(told.get("version")) is not int or told["version"] != VERSION:  # true equals 1
        say("version", told.get("version"), f"is not {VERSION}, the version that is understood here")
        return None
    for name in sorted(told.keys() ^ set(KEYS)):
        say(name, "", "is missing" if name in KEYS else "is not a key of this file")
    decided_at = _instant(told.get("decided_at"), "decided_at", say)
    for name in ("decided_by", "history_sha256", "model_sha256"):
        _text(told.get(name), name, say)
    verdict = _known(told.get("verdict"), VERDICT, "verdict", say)
    model = model_of(told.get("model"), say)
    if faults.count == before and model is not None and decided_at is not None:
        _agree(told, model, decided_at, say)
    if faults.count > before or model is None or decided_at is None:
        return None
    by, history, digest = (str(told[name]) for name in ("decided_by", "history_sha256", "model_sha256"))
    return PublishedDurations(model, decided_at, by, history, digest, verdict)


def _agree(told: Mapping[str, Any], model: TransitModel, decided_at: datetime, say: Say) -> None:
    if told["as_of"] != told["model"]["as_of"]:
        say("as_of", told["as_of"], "is not that of the model")
    if model.as_of > decided_at:
        say("decided_at", told["decided_at"], "is before what the model knows")
    if told["model_sha256"] != model_sha256(told["model"]):
        say("model_sha256", told["model_sha256"], "is not that of the model: somebody has changed it by hand")


def model_sha256(model: Any) -> str:
    """The sha256 of a model as it is written: compact JSON in UTF-8, keys in their order."""
    return hashlib.sha256(orjson.dumps(model)).hexdigest()


def model_of(told: object, say: Say) -> TransitModel | None:
    """Build the model; None, and every fault said, where a value is not of its type or contradicts another one."""
    count = 0

    def counted(where: str, what: object, why: str) -> None:
        nonlocal count
        count += 1
        say(where, what, why)

    model = _value(told, TransitModel, "model", counted)
    if count or not isinstance(model, TransitModel):
        return None
    _lanes(model.lanes, counted)
    _handling(model.handling, counted)
    _paces(model.paces, counted)
    return None if count else model


def _lanes(lanes: tuple[Lane, ...], say: Say) -> None:
    known: set[object] = set()
    for at, one in enumerate(lanes):
        where = f"model.lanes[{at}]"
        key = tuple(getattr(one, name) for name in LANE)
        if key in known:
            say(where, one.service, "is there twice")
        known.add(key)
        if not 0 <= one.level <= MOST_LEVEL:
            say(f"{where}.level", one.level, f"is not between 0 and {MOST_LEVEL}")
        if one.parcels < 0:
            say(f"{where}.parcels", one.parcels, "is below 0")
        _curve(one.arrived_ppm, f"{where}.arrived_ppm", say)


def _handling(curves: tuple[HandlingCurve, ...], say: Say) -> None:
    known: set[tuple[str, str]] = set()
    for at, one in enumerate(curves):
        where = f"model.handling[{at}]"
        if (one.site, one.service) in known:
            say(where, one.site, "is there twice")
        known.add((one.site, one.service))
        if one.parcels < 0:
            say(f"{where}.parcels", one.parcels, "is below 0")
        same, following = one.same_day_ppm, one.next_day_ppm
        if not _curve(same, f"{where}.same_day_ppm", say) or not _curve(following, f"{where}.next_day_ppm", say):
            continue
        if len(same) != len(following) or same[-1] != following[-1]:
            say(where, one.site, "has two curves that do not end alike")
        elif any(two < first for first, two in pairwise(chain.from_iterable(zip(same, following, strict=True)))):
            say(where, one.site, "lets a later order leave before an earlier one")


def _paces(paces: tuple[ServicePace, ...], say: Say) -> None:
    known: set[str] = set()
    for at, one in enumerate(paces):
        where = f"model.paces[{at}]"
        if one.service in known:
            say(where, one.service, "is there twice")
        known.add(one.service)
        if not 1 <= one.pace_ppm <= MOST_PACE_PPM:
            say(f"{where}.pace_ppm", one.pace_ppm, f"is not between 1 and {MOST_PACE_PPM}")


def _curve(shares: tuple[int, ...], where: str, say: Say) -> bool:
    """Whether it is a curve: shares in parts per million that do not fall."""
    why = ""
    if not 1 <= len(shares) <= MOST_DAYS:
        why = f"has not between 1 and {MOST_DAYS} shares"
    elif shares[0] < 0 or max(shares) > PPM:
        why = f"has a share that is not between 0 and {PPM}"
    elif any(two < one for one, two in pairwise(shares)):
        why = "falls"
    if why:
        say(where, "", why)
    return not why


def _value(told: Any, kind: Any, where: str, say: Say) -> Any:
    """Build a value of a type from what JSON has; says what is wrong with it."""
    if is_dataclass(kind) and isinstance(kind, type):
        return _noun(told, kind, where, say)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (one,) = (option for option in inner if option is not type(None))
        return None if told is None and type(None) in inner else _value(told, one, where, say)
    if origin is tuple:
        return _row(told, inner, where, say)
    return _SIMPLE[kind](told, where, say)


def _noun(told: Any, kind: Any, where: str, say: Say) -> Any:
    if not isinstance(told, dict):
        return say(where, told, "is not an object")
    types_of, known = _hints(kind)
    for name in sorted(told.keys() - types_of.keys()):
        say(f"{where}.{shown(name)}", "", "is not a field that is known here")
    for name in sorted(known - told.keys()):
        say(f"{where}.{name}", "", "is missing")
    values = {name: _value(told[name], of, f"{where}.{name}", say) for name, of in types_of.items() if name in told}
    # A fault was said of what is missing; the noun is not used then.
    return None if known - told.keys() else kind(**values)


@lru_cache(maxsize=32)
def _hints(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """Types of the fields of a noun, and the fields without a default."""
    hints = get_type_hints(kind)
    needed = (one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING)
    return {one.name: hints[one.name] for one in fields(kind)}, frozenset(needed)


def _row(told: Any, inner: tuple[Any, ...], where: str, say: Say) -> Any:
    if not isinstance(told, list):
        return say(where, told, "is not a list")
    if len(inner) != 2 or inner[1] is not Ellipsis:
        if len(told) != len(inner):
            return say(where, told, f"has not {len(inner)} values")
        return tuple(
            _value(one, of, f"{where}[{at}]", say) for at, (one, of) in enumerate(zip(told, inner, strict=True))
        )
    if inner[0] is int:  # curves: hundreds of thousands of numbers, looked at together
        if set(map(type, told)) - {int} or (told and not -MOST_NUMBER <= min(told) <= max(told) <= MOST_NUMBER):
            return say(where, "", "holds something else than whole numbers")
        return tuple(told)
    return tuple(_value(one, inner[0], f"{where}[{at}]", say) for at, one in enumerate(told))


def _whole(told: Any, where: str, say: Say) -> int:
    if type(told) is not int or abs(told) > MOST_NUMBER:
        say(where, told, "is not a whole number")
        return 0
    return told


def _real(told: Any, where: str, say: Say) -> float:
    if type(told) not in (int, float) or not isfinite(told) or abs(told) > MOST_NUMBER:
        say(where, told, "is not a number")
        return 0.0
    return float(told)


def _text(told: Any, where: str, say: Say) -> str:
    if not isinstance(told, str) or len(told) > MAX_TEXT or not told.isprintable():
        say(where, told, f"is not a text of at most {MAX_TEXT} characters without control characters")
        return ""
    return told


def _truth(told: Any, where: str, say: Say) -> bool:
    if not isinstance(told, bool):
        say(where, told, "is neither true nor false")
    return bool(told)


def _instant(told: Any, where: str, say: Say) -> datetime | None:
    try:
        found = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is None or not 1971 <= found.year <= 2198:
        say(where, told, "is not an instant with an offset such as 2026-10-15T12:00:00+02:00")
        return None
    return found


def _date(told: Any, where: str, say: Say) -> date | None:
    try:
        return date.fromisoformat(told)
    except (TypeError, ValueError):
        say(where, told, "is not a date such as 2026-10-15")
        return None


_SIMPLE: dict[Any, Callable[[Any, str, Say], Any]] = {
    int: _whole, float: _real, str: _text, bool: _truth, datetime: _instant, date: _date,
}  # fmt: skip


def _written(told: Any, where: str, say: Say) -> str | None:
    """An instant as we write it: what was read may have any character between date and time."""
    found = _instant(told, where, say)
    return found.isoformat() if found else None


def _ends(told: Any, where: str, say: Say) -> list[float]:
    return list(_row(told, (float, float), where, say) or ())


def _known(told: Any, keys: Mapping[str, Callable[[Any, str, Say], Any]], where: str, say: Say) -> dict[str, Any]:
    """Build an object anew from the keys that are known; any other is a fault, so nothing comes in unseen."""
    if not isinstance(told, dict):
        say(where, told, "is not an object")
        return {}
    for name in sorted(told.keys() - keys.keys()):
        say(f"{where}.{shown(name)}", "", "is not a key that is known here")
    return {name: read(told[name], f"{where}.{name}", say) for name, read in keys.items() if name in told}


def _or_null(read: Callable[[Any, str, Say], Any]) -> Callable[[Any, str, Say], Any]:
    return lambda told, where, say: None if told is None else read(told, where, say)


def _object(keys: Mapping[str, Callable[[Any, str, Say], Any]]) -> Callable[[Any, str, Say], Any]:
    return _or_null(lambda told, where, say: _known(told, keys, where, say))


_SCORE = _object({"loss_days": _real, "on_time_rate": _or_null(_real)})
_COMPARISON = _object(
    {"since": _written, "until": _written}
    | dict.fromkeys(("seen_days", "parcels", "from_order", "arrived", "known", "decided"), _whole)
    | {"challenger": _SCORE, "in_force": _SCORE, "worse_by_days": _or_null(_ends), "off_by": _or_null(_ends)}
)
VERDICT = {
    "published": _truth, "cause": _text, "reason": _text, "as_of": _written, "in_force_as_of": _or_null(_written),
    "target": _real, "lanes": _whole, "handled_sites": _whole, "trial": _COMPARISON, "candidate": _COMPARISON,
}  # fmt: skip


def _short(told: object) -> str:
    return shown(told if isinstance(told, str) else "" if isinstance(told, dict | list) else str(told))
