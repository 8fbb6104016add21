"""What may be wrong with an installation, looked at one by one, each with the way to mend it.

A look never raises: what stands in its way is what it finds. Nothing is written, but for an empty file that is removed.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, distribution, entry_points, requires
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from doorstep.core.events import pending
from doorstep.core.events.pending import Lag
from doorstep.core.jobs.queries import Waiting, standing
from doorstep.core.jobs.turns import TurnRow, turns
from doorstep.core.jobs.workers import Beat, database_ahead, workers
from doorstep.core.messages.outbox import due_count
from doorstep.core.orders import erasing
from doorstep.core.parcels.carriers import all_accounts
from doorstep.flows.chores import notifier_of
from doorstep.plugins.carriers.registry import GROUP, names

State = Literal["ok", "warn", "fail"]
OLDEST_POSTGRESQL = 14  # that Django still speaks to
SKEW_WARNED, SKEW_MOST = timedelta(seconds=1), timedelta(seconds=5)
FREE_WARNED, FREE_LEAST = 2**30, 100 * 2**20  # bytes
BEAT_WARNED = timedelta(minutes=1)
LAG_WARNED, LAG_MOST = timedelta(minutes=1), timedelta(minutes=15)
ERASURE_WARNED = timedelta(days=25)  # the law gives a month
NAMED = 5  # of what may be many
LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Finding:
    state: State
    said: str
    mend: str = ""  # what to do about it; empty: nothing


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the looks are told: the clock, the time that the record goes by, the environment, and its folder."""

    clock: Callable[[], datetime]
    instant: Callable[[], datetime]  # the same, but where a test clock was turned
    environment: Mapping[str, str]
    home: Path


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    look: Callable[[Surroundings], Finding]


def examined(around: Surroundings) -> tuple[tuple[str, Finding], ...]:
    return tuple((check.name, _looked(check, around)) for check in CHECKS)


def _looked(check: Check, around: Surroundings) -> Finding:
    try:
        return check.look(around)
    except DatabaseError as error:
        connection.close()
        return Finding(
            "fail", f"the database does not answer: {_first_line(error)}", "see what is said of the database"
        )
    except Exception as error:
        return Finding(
            "fail", f"could not be looked at: {type(error).__name__}: {_first_line(error)}", "tell its makers"
        )


def packages(_around: Surroundings) -> Finding:
    try:
        asked = requires("doorstep") or []
    except PackageNotFoundError:
        return Finding("warn", "runs from a source tree that is not installed", "pip install -e '.[server]'")
    needed = [one for one in asked if "extra ==" not in one or re.search(r"""extra == ['"]server['"]""", one)]
    missing = [name for name in map(_name, needed) if not _installed(name)]
    if missing:
        return Finding("fail", f"not installed: {', '.join(sorted(missing))}", "pip install 'doorstep[server]'")
    python = ".".join(map(str, sys.version_info[:3]))
    return Finding("ok", f"Doorstep {distribution('doorstep').version} on Python {python}, all it needs is installed")


def configuration(around: Surroundings) -> Finding:
    wrong = list(_misconfigured(around))
    if not wrong:
        return Finding("ok", f"serves {', '.join(settings.ALLOWED_HOSTS)}, links lead to {settings.PUBLIC_ADDRESS}")
    worst: State = "fail" if any(one.state == "fail" for one in wrong) else "warn"
    return Finding(worst, "; ".join(one.said for one in wrong), "; ".join(one.mend for one in wrong))


def _misconfigured(around: Surroundings) -> list[Finding]:
    secure, public = bool(settings.SECURE), urlsplit(settings.PUBLIC_ADDRESS)
    found = []
    kept = around.home / "secret_key"
    if not around.environment.get("DOORSTEP_SECRET_KEY") and not kept.exists():
        said = "there is no secret key: sessions and links end with the process"
        found.append(Finding("warn", said, "set DOORSTEP_SECRET_KEY to 50 random letters, the same on every server"))
    if secure and set(settings.ALLOWED_HOSTS) <= LOCAL:
        found.append(Finding("warn", "answers to localhost alone", "set DOORSTEP_HOSTS to the names it is called by"))
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Finding("warn", "answers to any name", "set DOORSTEP_HOSTS to the names it is called by"))
    if secure and public.scheme != "https":
        said = f"links to shoppers begin with {settings.PUBLIC_ADDRESS}"
        mend = "set DOORSTEP_PUBLIC_ADDRESS to the https:// address that shoppers reach this server by"
        found.append(Finding("warn" if public.hostname in LOCAL else "fail", said, mend))
    if not secure and public.hostname not in LOCAL:
        found.append(Finding("fail", "speaks plain HTTP beyond this machine", "unset DOORSTEP_PLAIN_HTTP"))
    if settings.TEST_CLOCK:
        said = "is a test installation, whose clock anybody with an operator's key turns"
        found.append(Finding("warn", said, "unset DOORSTEP_TEST_CLOCK where real parcels travel"))
    return found


def database(_around: Surroundings) -> Finding:
    try:
        with connection.cursor() as cursor:
            return _database(cursor)
    except DatabaseError as error:
        connection.close()
        mend = "start PostgreSQL, or mend host, user and password in DOORSTEP_DATABASE"
        return Finding("fail", f"does not answer: {_first_line(error)}", mend)


def _database(cursor: object) -> Finding:
    if connection.vendor != "postgresql":
        said = f"SQLite at {connection.settings_dict['NAME']}: one writer at a time"
        return Finding("warn", said, "set DOORSTEP_DATABASE=postgresql://... for anything but a demonstration")
    version = int(_shown(cursor, "server_version_num")) // 10_000
    told = {name: _shown(cursor, name) for name in ("transaction_read_only", "server_encoding")}
    isolation = _shown(cursor, "default_transaction_isolation")
    if version < OLDEST_POSTGRESQL:
        return Finding("fail", f"PostgreSQL {version}", f"upgrade it to {OLDEST_POSTGRESQL} or newer")
    if isolation != "read committed":
        said = f"transactions are {isolation}"
        return Finding("fail", said, "set default_transaction_isolation to 'read committed' for this role and database")
    if told["transaction_read_only"] == "on":
        return Finding("fail", "nothing can be written: a standby, or set so", "point DOORSTEP_DATABASE at the primary")
    if told["server_encoding"] != "UTF8":
        return Finding(
            "fail", f"its encoding is {told['server_encoding']}", "make the database anew with encoding UTF8"
        )
    return Finding("ok", f"PostgreSQL {version}, read committed, UTF8")


def migrations(_around: Surroundings) -> Finding:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    if missing:
        first = f"{missing[0][0].app_label}.{missing[0][0].name}"
        return Finding("fail", f"{len(missing)} not applied, the first is {first}", "doorstep migrate")
    if unknown:
        said = f"the record is newer than the program by {len(unknown)}"
        return Finding("warn", said, "install the version of Doorstep that migrated it")
    return Finding("ok", "all applied")


def clocks(around: Surroundings) -> Finding:
    ahead = database_ahead(around.clock)
    if ahead is None:
        return Finding("ok", "the database goes by the clock of this machine")
    skew = abs(ahead)
    where = "ahead of" if ahead < timedelta(0) else "behind"
    said = f"this machine is {skew.total_seconds():.1f} s {where} the database"
    if skew > SKEW_WARNED:
        state: State = "fail" if skew > SKEW_MOST else "warn"
        return Finding(state, said, "have both machines follow a time server (chrony, systemd-timesyncd)")
    return Finding("ok", said)


def disk(around: Surroundings) -> Finding:
    places = {"DOORSTEP_HOME": around.home, "the folder of temporary files": Path(tempfile.gettempdir())}
    if around.environment.get("DOORSTEP_MAIL_FOLDER"):
        places["DOORSTEP_MAIL_FOLDER"] = Path(around.environment["DOORSTEP_MAIL_FOLDER"])
    found = [_place(name, path) for name, path in places.items()]
    for state in ("fail", "warn"):
        wrong = [one for one in found if one.state == state]
        if wrong:
            return Finding(wrong[0].state, "; ".join(one.said for one in wrong), "; ".join(one.mend for one in wrong))
    return Finding("ok", "; ".join(one.said for one in found))


def _place(name: str, path: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=path):
            free = shutil.disk_usage(path).free
    except OSError as error:
        why = f"{name} ({path}) cannot be written to: {error.strerror or type(error).__name__}"
        return Finding("fail", why, f"make {path} a folder that user {_user()} may write to")
    said = f"{name} has {free / 2**30:,.1f} GiB left"
    if free < FREE_WARNED:
        return Finding("fail" if free < FREE_LEAST else "warn", said, f"free space on the disk of {path}")
    return Finding("ok", said)


def plugins(around: Surroundings) -> Finding:
    broken = list[str]()
    for one in entry_points(group=GROUP):
        try:
            one.load()
        except Exception as error:  # whatever somebody else's package does when it is imported
            broken.append(f"{one.name} ({one.value}): {type(error).__name__}: {_first_line(error)}")
    if broken:
        return Finding("fail", f"cannot be loaded: {'; '.join(broken)}", "install the package of the plug-in anew")
    accounts = all_accounts()
    missing = sorted({one.plugin for one in accounts} - set(names()))
    if missing:
        return Finding("fail", f"configured and not installed: {', '.join(missing)}", "install the package that has it")
    asked = {name for one in accounts for name in (one.key_variable, one.hook_variable) if name}
    unset = sorted(name for name in asked if not around.environment.get(name))
    if unset:
        return Finding(
            "warn", f"secrets of carriers are not set here: {', '.join(unset)}", "set them for every process"
        )
    return Finding("ok", f"{', '.join(names())}; {len(accounts)} accounts")


def heartbeats(around: Surroundings) -> Finding:
    now = around.instant()
    return of_workers(workers(now), now)


def of_workers(beats: Sequence[Beat], now: datetime) -> Finding:
    late = [one for one in beats if now - one.at > BEAT_WARNED]
    if len(beats) == len(late):
        return Finding("fail", _silent(late) or "no worker is there", "start one: doorstep worker")
    if late:
        return Finding("warn", _silent(late), "look at its log, and start it again: doorstep worker")
    return Finding("ok", f"{len(beats)} at work")


def _silent(late: Sequence[Beat]) -> str:
    return "; ".join(f"{one.worker} was last heard of at {one.at.isoformat(timespec='seconds')}" for one in late)


def outbox(around: Surroundings) -> Finding:
    return of_outbox(pending.lag(), pending.stuck_count(), around.instant())


def of_outbox(lag: Lag, stuck: int, now: datetime) -> Finding:
    waited = now - lag.oldest_at if lag.oldest_at else timedelta(0)
    said = f"{lag.count:,} facts wait, the oldest for {round(waited.total_seconds()):,} s; {stuck:,} are stuck"
    if waited <= LAG_WARNED and not stuck:
        return Finding("ok", said)
    state: State = "fail" if waited > LAG_MOST else "warn"
    return Finding(state, said, "start more workers, and look at the page of the work behind for what fails")


def chores(_around: Surroundings) -> Finding:
    return of_chores(turns())


def of_chores(told: Sequence[TurnRow]) -> Finding:
    failed = [f"{one.name} ({one.error.partition(':')[0]}, {one.failures:,} times)" for one in told if one.failures]
    if failed:
        return Finding("warn", f"failed at their last turn: {', '.join(failed)}", "look at the log of the workers")
    return Finding("ok", f"{len(told)}, and none failed at its last turn")


def jobs(_around: Surroundings) -> Finding:
    return of_jobs(standing())


def of_jobs(told: Sequence[Waiting]) -> Finding:
    dead = [f"{one.count:,} of {one.kind}" for one in told if one.state == "dead"]
    if dead:
        return Finding("warn", f"given up: {', '.join(dead)}", "see why on the page of the work behind, and retry them")
    return Finding("ok", f"{sum(one.count for one in told):,} to do, none given up")


def messages(around: Surroundings) -> Finding:
    waiting = due_count(around.instant())
    try:
        notifier = notifier_of(around.environment)
    except ValueError as error:
        return Finding("fail", f"the mail server is not well named: {error}", "mend DOORSTEP_SMTP_HOST and its kin")
    if waiting and notifier is None:
        mend = "set DOORSTEP_SMTP_HOST or DOORSTEP_MAIL_FOLDER for every worker"
        return Finding("warn", f"{waiting:,} wait and nothing is set here that sends them", mend)
    return Finding("ok", f"{waiting:,} wait")


def erasures(around: Surroundings) -> Finding:
    late = erasing.late(around.instant() - ERASURE_WARNED)
    if not late:
        return Finding("ok", f"none has waited for {ERASURE_WARNED.days} days")
    named = ", ".join(late[:NAMED]) + (", ..." if len(late) > NAMED else "")
    said = f"{len(late):,} shoppers were to be erased more than {ERASURE_WARNED.days} days ago: orders {named}"
    return Finding("warn", said, "bring the orders and their returns to an end, and see that a worker is there")


CHECKS: tuple[Check, ...] = (
    Check("packages", packages),
    Check("settings", configuration),
    Check("database", database),
    Check("migrations", migrations),
    Check("workers", heartbeats),
    Check("outbox", outbox),
    Check("chores", chores),
    Check("jobs", jobs),
    Check("messages", messages),
    Check("erasures", erasures),
    Check("clock", clocks),
    Check("disk", disk),
    Check("plug-ins", plugins),
)


def _shown(cursor: object, name: str) -> str:
    cursor.execute(f"SHOW {name}")  # type: ignore[attr-defined]  # Django has no type of its cursors
    (told,) = cursor.fetchone()  # type: ignore[attr-defined]
    return str(told)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def _name(requirement: str) -> str:
    return re.split(r"[\[><=~!; ]", requirement)[0]


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "of this process"
