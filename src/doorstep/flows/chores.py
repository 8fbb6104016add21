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

from doorstep.core.events.actions import record
from doorstep.core.messages import disruptions
from doorstep.flows import dispatch, quote, ship, track
from doorstep.flows.fill_back_orders import fill_all
from doorstep.flows.foresee import foresee_all
from doorstep.flows.learn_bids import learn_next_bids
from doorstep.flows.return_label import sweep_return_labels
from doorstep.flows.tell import send_messages
from doorstep.flows.webhooks import forget_webhooks, send_webhooks
from doorstep.plugins.notifiers.base import Notifier
from doorstep.plugins.notifiers.folder.notifier import Folder
from doorstep.plugins.notifiers.smtp.notifier import Smtp

log = logging.getLogger("doorstep.chores")


@dataclass(frozen=True, slots=True)
class Chore:
    name: str
    every_s: int
    do: Callable[[datetime], int]


class Rota:
    """Which chore is due when; the clock is the caller's."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = chores
        self._next: dict[str, datetime] = {}

    def turn(self, now: datetime) -> None:
        """Do what is due."""
        for chore in self._chores:
            if self._next.get(chore.name, now) <= now:
                self._next[chore.name] = now + timedelta(seconds=chore.every_s)
                _try(chore, now)


def chores(notifier: Notifier | None, clock: Callable[[], datetime] | None = None) -> tuple[Chore, ...]:
    """All of them; messages stay in the outbox while no notifier is set."""
    found = [
        Chore("late risks", 300, note_late),
        Chore("foresight", 3600, foresee_all),
        Chore("back-orders", 60, fill_all),
        Chore("bid prices", 300, learn_next_bids),
        Chore("quotes", 30, quote.expire),
        Chore("labels", 60, lambda now: settled(ship.sweep_labels(now))),
        Chore("return labels", 60, sweep_return_labels),
        Chore("manifests", 60, dispatch.sweep_manifests),
        Chore("scans", 300, lambda now: track.poll(now).new),
        Chore("webhooks", 2, lambda now: send_webhooks(now=now, clock=clock)),
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


def _try(chore: Chore, now: datetime) -> None:
    try:
        done = chore.do(now)
    except Exception:
        log.exception("chore %s failed", chore.name)
        return
    if done:
        log.info("chore %s: %d", chore.name, done)
