"""durations.json and durations.jsonl out: the durations in force, and every decision about them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from errno import ENOSPC
from pathlib import Path
from typing import Any

import orjson

from doorstep.domain.errors import OutputRefused
from doorstep.domain.learned import TransitModel
from doorstep.domain.units import PPM
from doorstep.files.durations_in import DURATIONS_FILE, FORMAT, VERSION, PublishedDurations, model_sha256
from doorstep.files.output import beside, open_to_readers, sentence, sync_one
from doorstep.kernels.promise.publish import Comparison, Score, Verdict

DECISIONS_FILE = "durations.jsonl"
DECIMALS = 6


def as_json(noun: Any) -> Any:
    """Give a noun as JSON has it: objects by their fields, lists for tuples, instants and dates as ISO 8601."""
    if is_dataclass(noun) and not isinstance(noun, type):
        return {one.name: as_json(getattr(noun, one.name)) for one in fields(noun)}
    if isinstance(noun, tuple):
        return list(noun) if not noun or type(noun[0]) is int else [as_json(one) for one in noun]
    return noun.isoformat() if isinstance(noun, datetime | date) else noun


def decision(
    model: TransitModel, verdict: Verdict, history_sha256: str, decided_at: datetime, decided_by: str
) -> dict[str, Any]:
    """Give a decision as a line of durations.jsonl has it."""
    return {
        "decided_at": decided_at.isoformat(),
        "decided_by": decided_by,
        "as_of": model.as_of.isoformat(),
        "history_sha256": history_sha256,
        "model_sha256": model_sha256(as_json(model)),
        "verdict": verdict_object(verdict),
    }


def durations_bytes(model: TransitModel, told: Mapping[str, Any]) -> bytes:
    """Give durations.json: the decision, and the model."""
    return orjson.dumps({"format": FORMAT, "version": VERSION, **told, "model": as_json(model)}) + b"\n"


def published_bytes(one: PublishedDurations) -> bytes:
    """Give durations.json anew, as it was read."""
    told = {
        "decided_at": one.decided_at.isoformat(),
        "decided_by": one.decided_by,
        "as_of": one.model.as_of.isoformat(),
        "history_sha256": one.history_sha256,
        "model_sha256": model_sha256(as_json(one.model)),  # not as read: a noun may have learned a field since
        "verdict": dict(one.verdict),
    }
    return durations_bytes(one.model, told)


def put_in_force(folder: Path, raw: bytes) -> None:
    """Write durations.json aside, then rename it into place. Raises OutputRefused; then it is as it was before."""
    target = folder / DURATIONS_FILE
    aside = beside(target, ".part")
    try:
        try:
            aside.touch(mode=0o600, exist_ok=False)
            aside.write_bytes(raw)
            open_to_readers(aside)
            sync_one(aside)
            aside.replace(target)
            with suppress(OSError):  # it is in force already
                sync_one(folder)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise OutputRefused(f"cannot write {target}: {sentence(error)}; nothing was changed there") from error


def keep_decision(folder: Path, told: Mapping[str, Any], raw: bytes | None = None) -> None:
    """Add a decision to durations.jsonl, where none is ever changed, then put what it published (`raw`) in force.

    In this order nothing is in force of which no decision tells. Raises OutputRefused; then both are as before.
    """
    target, line = folder / DECISIONS_FILE, orjson.dumps(told) + b"\n"
    try:
        new = not target.exists()
        with target.open("ab", buffering=0) as out:
            begins = out.tell()
            try:
                if out.write(line) != len(line):
                    raise OSError(ENOSPC, os.strerror(ENOSPC))
                os.fsync(out.fileno())
                if raw is not None:
                    put_in_force(folder, raw)
            except (OSError, OutputRefused):
                if os.fstat(out.fileno()).st_size <= begins + len(line):  # else somebody has written after us
                    out.truncate(begins)
                    if new and not begins:
                        target.unlink()
                raise
    except OSError as error:
        raise OutputRefused(f"cannot write {target}: {sentence(error)}; nothing was changed there") from error


def verdict_object(verdict: Verdict) -> dict[str, Any]:
    """Give a verdict as JSON has it: shares and days to six decimals."""
    return {
        "published": verdict.published,
        "cause": verdict.cause,
        "reason": verdict.reason,
        "as_of": verdict.as_of.isoformat(),
        "in_force_as_of": verdict.in_force_as_of.isoformat() if verdict.in_force_as_of else None,
        "target": verdict.target_ppm / PPM,
        "lanes": verdict.lanes,
        "handled_sites": verdict.handled_sites,
        "trial": _comparison(verdict.trial),
        "candidate": _comparison(verdict.candidate),
    }


def _comparison(one: Comparison | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "since": one.since.isoformat(),
        "until": one.until.isoformat(),
        "seen_days": one.seen_days,
        "parcels": one.parcels,
        "from_order": one.from_order,
        "arrived": one.arrived,
        "known": one.known,
        "decided": one.decided,
        "challenger": _score(one.challenger),
        "in_force": _score(one.in_force),
        "worse_by_days": _ends(one.worse_by),
        "off_by": _ends(one.off_by),
    }


def _score(one: Score | None) -> dict[str, float | None] | None:
    if one is None:
        return None
    on_time = None if one.on_time is None else round(one.on_time, DECIMALS)
    return {"loss_days": round(one.loss_days, DECIMALS), "on_time_rate": on_time}


def _ends(one: tuple[float, float] | None) -> list[float] | None:
    return None if one is None else [round(end, DECIMALS) for end in one]
