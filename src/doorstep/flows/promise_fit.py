"""Learn the durations of a brand folder, judge them, and publish them or leave those in force where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from doorstep.domain.errors import InvalidProblem, OutputRefused
from doorstep.domain.learned import PastParcel
from doorstep.files import content
from doorstep.files.durations_in import DURATIONS_FILE
from doorstep.files.durations_out import decision, durations_bytes, keep_decision
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.files.output import digest
from doorstep.kernels.promise.judged import Ground, told_until
from doorstep.kernels.promise.publish import Verdict, as_published, judge
from doorstep.kernels.run import Run

QUIET = timedelta(days=14)  # in which a shop may rest


@dataclass(frozen=True, slots=True)
class FitWish:
    """What is asked for. `as_of`, `target_ppm`: None: the end of the history, the brand's; `by`: who asks."""

    as_of: datetime | None = None
    target_ppm: int | None = None
    by: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Fitted:
    """The decision, and as it was written."""

    verdict: Verdict
    told: dict[str, Any]


def promise_fit(folder: Path, wish: FitWish, *, run: Run, now: datetime) -> Fitted:
    """Write durations.json where the verdict is to publish, and a line of durations.jsonl in any case.

    Raises InputRefused with every fault, InvalidProblem for an instant in the future, or OutputRefused; in each case
    what is in force stays so.
    """
    before = digest(folder / DURATIONS_FILE)
    read = read_folder(folder, run.progress)
    ground = ground_of(read, wish.target_ppm)
    in_force = read.durations.model if read.durations else None
    as_of = instant_of(read.history, wish.as_of, now)
    model = as_published(read.history, as_of, ground)
    ahead = in_force.as_of if in_force and in_force.as_of > now else None
    verdict = judge(model, None if ahead else in_force, read.history, ground, run=run)
    verdict = with_ahead(verdict, ahead)
    told = decision(model, verdict, _history_sha256(folder), now, wish.by)
    if not wish.dry_run:
        if digest(folder / DURATIONS_FILE) != before:
            raise OutputRefused(f"{folder / DURATIONS_FILE} was published anew meanwhile; nothing was changed there")
        keep_decision(folder, told, durations_bytes(model, told) if verdict.published else None)
    return Fitted(verdict, told)


def with_ahead(verdict: Verdict, ahead: datetime | None) -> Verdict:
    """Say in a verdict that what was published knows of an instant yet to come, and was not counted as in force.

    Nothing is promised by it before that instant, and every candidate would be older: it would stand in the way for
    ever.
    """
    if ahead is None:
        return verdict
    why = f"what was published as of {ahead.date()} is not counted as in force: that day is yet to come"
    return replace(verdict, reason=f"{verdict.reason}; {why}")


def ground_of(folder: BrandFolder, target_ppm: int | None = None) -> Ground:
    """The network of a folder, and the target: that of the brand unless another is given."""
    target = folder.brand.on_time_target_ppm if target_ppm is None else target_ppm
    return Ground(folder.sites, folder.collections, folder.tariff.services, target)


def _history_sha256(folder: Path) -> str:
    found = content.find(folder, "history.csv")
    return digest(found) if found else ""


def instant_of(history: Sequence[PastParcel], wished: datetime | None, now: datetime) -> datetime:
    """When it is learned: as wished, else when the history ends, just after the last thing that it tells of.

    What is open then would count as open ever since: a history that ended weeks before says nothing of these weeks.
    Raises InvalidProblem for an instant in the future, or so long after the end.
    """
    if wished is not None and wished > now:
        raise InvalidProblem(f"{wished.isoformat()} lies in the future: nobody knows yet what will have happened")
    last = told_until(history, wished or now)
    if wished is None:
        return now if last is None else min(now, last.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1))
    if last is not None and wished > last + QUIET:
        raise InvalidProblem(
            f"history tells of nothing after {last.date()}: what was open then would count as open"
            f" until {wished.date()}; learn as of an earlier day"
        )
    return wished
