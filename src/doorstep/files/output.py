"""An output folder that is there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from doorstep.domain.errors import OutputRefused

SUMMARY_FILE = "summary.json"
RECORD_FILE = "record.json"
SIMULATE_FILE = "simulate.json"
ROADS_FILE = "roads.json"
MARK = "written_by"
WRITER = "doorstep"
PACKAGE_FILE = "datapackage.json"
RESULT_NAMES = frozenset(
    {"plan.csv", "placements.csv", "unplanned.csv", "decisions.jsonl", "report.html", SUMMARY_FILE, "documents"}
    | {"parcels.csv", "unpacked.csv"}  # of packing
    | {"cartons.csv", "chosen.csv", "curve.csv"}  # of choosing cartons
    | {"placement.csv", "transfers.csv", "purchases.csv", "frontier.csv", "next_sites.csv"}  # of where stock lives
    | {RECORD_FILE}  # of promises
    | {"carriers.csv", "lanes.csv", "pairs.csv", "investigations.csv", "letters"}  # of carriers
    | {"explore.csv"}  # of what to measure
    | {"demand.csv", "demand_total.csv", "shares.csv", "backtest.csv"}  # of demand
    | {"costs.csv", "costs_by.csv", "changes.csv"}  # of costs
    | {SIMULATE_FILE, "days.csv", "director.html"}  # of simulations
    | {"solution.sol", "routes.csv", "rounds.csv", "routes.geojson", "map.html", "sheets.pdf"}  # of routing
    | {"unserved.csv", "left.csv", "notices.csv"}
    | {"vans_now.csv", "events_known.csv", "changes.csv"}  # of a day under way
    | {"slots.csv", "slots.html"}  # of what is offered
    | {"shares.csv", "prices.csv", "regret.csv", "commitment_prices.csv"}  # of commitments
    | {"worth.csv", "reasons.csv", "places.csv", "favourites.csv", "pairs.csv", "cohorts.csv"}  # of customers
    | {"values.csv"}  # of what a delivery is worth to them
)


@contextmanager
def output_folder(
    path: Path | str, force: bool = False, reading: Path | tuple[Path, ...] | None = None
) -> Iterator[Path]:
    """Yield a folder beside `path` to write into; on success it takes the place of `path`, else it vanishes.

    An existing folder is replaced when it is empty, when `force` says so, or when it holds nothing but a former output
    of this program (see `replaceable`); never when it is, or holds, a file or folder `reading` that the input comes
    from. Raises OutputRefused, also for any OSError on the way.
    """
    target = Path(path)
    try:
        target = target.resolve()
        sources = (reading,) if isinstance(reading, Path) else reading or ()
        if any(source.resolve().is_relative_to(target) for source in sources):
            raise OutputRefused(f"{path} holds the input; name another folder")
        _refuse_unless_replaceable(target, force)
        target.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise OutputRefused(f"cannot write {path}: {sentence(error)}") from error
    aside = beside(target, ".part")
    try:  # from before the folder is there, so that whoever stops us at any moment finds it cleared away
        aside.mkdir(mode=0o700)
        yield aside
        open_to_readers(aside)
        _sync(aside)
        _refuse_unless_replaceable(target, force)
        _put_in_place(aside, target)
    except OSError as error:
        raise OutputRefused(f"cannot write {path}: {sentence(error)}; nothing was changed there") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def beside(target: Path, suffix: str) -> Path:
    """A name next to `target` that nobody else has."""
    return target.parent / f".{target.name}.{secrets.token_hex(6)}{suffix}"


def replaceable(folder: Path) -> bool:
    """Whether a folder holds nothing but what this program wrote, so that replacing it loses nobody's work.

    A result: summary.json, record.json, simulate.json or roads.json bears our mark and no other file has joined. A
    brand folder: every file still has the sha256 that its datapackage.json gives, and no other has joined; one edited
    since is never replaced unasked.
    """
    names = {entry.name for entry in folder.iterdir()}
    for told in (SUMMARY_FILE, RECORD_FILE, SIMULATE_FILE):
        if told in names:
            return _object(folder / told).get(MARK) == WRITER and names <= RESULT_NAMES
    if ROADS_FILE in names:
        return _object(folder / ROADS_FILE).get(MARK) == WRITER and all(name.startswith("roads.") for name in names)
    if PACKAGE_FILE in names:
        hashes = _object(folder / PACKAGE_FILE).get("written")
        if not isinstance(hashes, dict) or names != {PACKAGE_FILE, *hashes}:
            return False
        return all(digest(folder / name) == known for name, known in hashes.items())
    return False


def _object(path: Path) -> dict[str, object]:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def digest(path: Path) -> str:
    """The sha256 of a file; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _refuse_unless_replaceable(target: Path, force: bool) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputRefused(f"{target} is a file, not a folder")
    here = Path.cwd()
    if target in (Path.home(), here, *here.parents):
        raise OutputRefused(f"{target} is the home folder or holds the current one; name a folder of its own")
    if not force and any(target.iterdir()) and not replaceable(target):
        raise OutputRefused(f"{target} exists and holds other files; name another folder, or replace it with --force")


def open_to_readers(path: Path) -> None:
    """Give a folder or file the rights of any new one: a temporary one is its owner's alone."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)


def _sync(folder: Path) -> None:
    """Have the content on disk before its name."""
    for directory, _, files in os.walk(folder):
        if len(files) > 100:
            os.sync()  # a folder of many documents: once for all instead of once for each
            return
        for name in files:
            sync_one(Path(directory, name))
        sync_one(Path(directory))


def sync_one(path: Path) -> None:
    """Have a file, or the names in a folder, on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _put_in_place(aside: Path, target: Path) -> None:
    """Rename in; a folder that was there is renamed away first, and back should anything intervene."""
    if not target.exists():
        aside.rename(target)
        sync_one(target.parent)
        return
    former = beside(target, ".old")
    try:
        try:
            target.rename(former)
            aside.rename(target)
        except BaseException:
            if not target.exists():
                former.rename(target)
            raise
        sync_one(target.parent)
    finally:
        shutil.rmtree(former, ignore_errors=True)


def sentence(error: BaseException) -> str:
    """What went wrong, to stand within a sentence."""
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).rstrip(".")
