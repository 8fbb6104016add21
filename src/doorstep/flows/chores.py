"""What is to be done from time to time without anybody asking. Each chore may run in several workers at once.

A chore takes the instant and returns how much it did. It fails alone: the others go on.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from doorstep.core.accounts.queries import all_brands
from doorstep.core.events.actions import record
from doorstep.core.jobs import turns
from doorstep.core.jobs.actions import put
from doorstep.core.messages import disruptions
from doorstep.flows import dispatch, quote, ship, track
from doorstep.flows.erase import erase_due
from doorstep.flows.fill_back_orders import fill_all
from doorstep.flows.foresee import foresee_all
from doorstep.flows.insights import CHORE, POSITION, learn_insights_nightly, position_weekly
from doorstep.flows.learn_bids import learn_next_bids
from doorstep.flows.reckon_commitments import CHORE as COMMITMENTS
from doorstep.flows.reckon_commitments import reckon_weekly
from doorstep.flows.relay import retry_stuck
from doorstep.flows.return_label import sweep_return_labels
from doorstep.flows.tell import send_messages
from doorstep.flows.watch_carriers import watch_weekly
from doorstep.flows.webhooks import forget_webhooks, send_webhooks
from doorstep.plugins.notifiers.base import Notifier
from doorstep.plugins.notifiers.folder.notifier import Folder
from doorstep.plugins.notifiers.smtp.notifier import Smtp

log = logging.getLogger("doorstep.chores")


@dataclass(frozen=True, slots=True)
class Chore:
    """What comes round. `by_all`: every worker does it at once, since each claims what it works on."""

    name: str
    every_s: int
    do: Callable[[datetime], int]
    by_all: bool = False


class Rota:
    """Whose turn it is, shared by all workers through the record; the clock is the caller's."""

    def __init__(
        self, chores: Sequence[Chore], worker: str = "alone", clock: Callable[[], datetime] | None = None
    ) -> None:
        self._chores = {one.name: one for one in chores}
        self._shared = [one.name for one in chores if not one.by_all]
        self._own: dict[str, datetime] = {}  # when what all do is due here
        self._worker, self._clock = worker, clock

    def enter(self, now: datetime) -> None:
        """Have every chore known, a new one due at once."""
        turns.enter(self._shared, now)

    def due(self, now: datetime) -> tuple[str, ...]:
        own = [one.name for one in self._chores.values() if one.by_all and self._own.get(one.name, now) <= now]
        return (*own, *turns.due(self._shared, now))

    def turn(self, now: datetime) -> None:
        """Do what is due, one after the other."""
        self.enter(now)
        for name in self.due(now):
            self.do(name, now)

    def do(self, name: str, now: datetime) -> bool:
        """Do a chore if its turn is free; whether it was."""
        chore = self._chores[name]
        if chore.by_all:
            self._own[name] = now + timedelta(seconds=chore.every_s)
            _try(chore, now)
            return True
        if not turns.begin(name, self._worker, now, now + timedelta(seconds=chore.every_s)):
            return False
        done, error = _try(chore, now)
        turns.end(name, self._worker, self._clock() if self._clock else now, done, error)
        return True


def chores(notifier: Notifier | None, clock: Callable[[], datetime] | None = None) -> tuple[Chore, ...]:
    """All of them; messages stay in the outbox while no notifier is set."""
    found = [
        Chore("stuck facts", 5, retry_stuck),
        Chore("durations", 24 * 3600, learn_nightly),
        Chore("carriers", 7 * 24 * 3600, watch_weekly),
        Chore(CHORE, 24 * 3600, learn_insights_nightly),
        Chore(POSITION, 7 * 24 * 3600, position_weekly),
        Chore(COMMITMENTS, 7 * 24 * 3600, reckon_weekly),
        Chore("late risks", 300, note_late),
        Chore("foresight", 3600, foresee_all),
        Chore("back-orders", 60, fill_all),
        Chore("bid prices", 300, learn_next_bids),
        Chore("quotes", 30, quote.expire),
        Chore("labels", 60, lambda now: settled(ship.sweep_labels(now))),
        Chore("erasures", 300, erase_due),
        Chore("return labels", 60, sweep_return_labels),
        Chore("manifests", 60, dispatch.sweep_manifests),
        Chore("scans", 300, lambda now: track.poll(now).new),
        Chore("webhooks", 2, lambda now: send_webhooks(now=now, clock=clock), by_all=True),
        Chore("webhook log", 300, forget_webhooks),
    ]
    if notifier is not None:
        found.append(Chore("messages", 10, lambda now: send_messages(notifier, now=now, clock=clock)))
    return tuple(found)


def notifier_of(environment: Mapping[str, str] = os.environ) -> Notifier | None:
    """DOORSTEP_SMTP_HOST names a mail server, DOORSTEP_MAIL_FOLDER a folder; neither: None. Raises ValueError."""
    if environment.get("DOORSTEP_SMTP_HOST"):
        return Smtp.of(environment)
    folder = environment.get("DOORSTEP_MAIL_FOLDER")
    return Folder(Path(folder)) if folder else None


def settled(swept: ship.Swept) -> int:
    """Count what a sweep of labels has settled; what is still open is tried again."""
    return swept.recorded + swept.voided + swept.abandoned


def learn_nightly(now: datetime) -> int:
    """Have the durations of every brand learned anew: a job for each, for any worker."""
    brands = all_brands()
    for operator, brand in brands:
        put("learn durations", key=f"brand:{brand}", data={"brand": brand}, operator=operator, at=now)
    return len(brands)


def note_late(now: datetime) -> int:
    """Note parcels not there on their promised day: expected today at the earliest. Nobody is sent a message."""
    noted = 0
    for operator, brand, order, parcel, today in disruptions.late(now):
        with transaction.atomic():
            if disruptions.mark_late(parcel, brand, today):
                record(
                    operator,
                    brand,
                    kind="LateRisk",
                    subject=f"order:{order}",
                    data={"parcel": parcel, "expected_by": today.isoformat()},
                    at=now,
                    actor="system",
                )
                noted += 1
    return noted


def _try(chore: Chore, now: datetime) -> tuple[int, str]:
    try:
        done = chore.do(now)
    except Exception as error:
        log.exception("chore %s failed", chore.name)
        return 0, type(error).__name__  # its words may be of any operator; the log has them
    if done:
        log.info("chore %s: %d", chore.name, done)
    return done, ""
