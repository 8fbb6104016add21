"""Scans come in by webhook, by asking, or by hand; in any order, and more than once. Parcels stand as they all say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime

from django.db import transaction

from doorstep.core.parcels import carriers as accounts
from doorstep.core.parcels import scans as kept_scans
from doorstep.core.parcels.carriers import AccountRow
from doorstep.core.returns import labels as return_labels
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.travel import Milestone, Scan
from doorstep.flows.carriers import Carriers, connected
from doorstep.flows.carry_back import carry_back
from doorstep.flows.stand import let_stand
from doorstep.plugins.carriers.base import CarrierRefused, CarrierUnreachable
from doorstep.plugins.carriers.offline.messages import read_scans, said_by_hand

AT_ONCE = 200  # scans of a transaction


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of scans that were told; all others had been told before."""

    new: int
    unmatched: int  # kept, and of no parcel or return that we know


@dataclass(frozen=True, slots=True)
class Entered:
    """A scan as somebody enters it."""

    tracking: str
    milestone: Milestone
    at: datetime
    place: str = ""
    reason: str = ""
    expected_by: date | None = None


def take_scans(account: AccountRow, scans: Sequence[Scan], *, now: datetime, actor: str = "") -> Taken:
    """Take scans in; told again they change nothing."""
    new = unmatched = 0
    for start in range(0, len(scans), AT_ONCE):
        with transaction.atomic():
            kept = kept_scans.keep(account.pk, scans[start : start + AT_ONCE], at=now)
            # One that came while the label was being recorded belongs to nobody yet: with the next it is found.
            named = {one.scan.tracking: one.parcel for one in kept if one.parcel is not None}
            earlier = kept_scans.adopt(account.pk, named) if named else []
            let_stand([*kept, *earlier], actor or account.actor, now)
            astray = [one.scan for one in kept if one.parcel is None]
            of_returns = carry_back(account.pk, astray, actor or account.actor, now) if astray else 0
        new += len(kept)
        unmatched += len(astray) - of_returns
    return Taken(new, unmatched)


def read_hook(account_pk: int, headers: dict[str, str], body: bytes, *, now: datetime, carriers: Carriers) -> Taken:
    """Take what a carrier's message says. Raises NotFound, HookRefused, ValueError."""
    account = accounts.account(account_pk)
    if account is None:
        raise NotFound("no such account with a carrier")
    return take_scans(account, carriers(account).read_hook(headers, body, now), now=now)


def enter_scans(scope: Scope, account_code: str, text: str, *, now: datetime) -> Taken:
    """Take scans from a CSV file, of a carrier that has no other way to tell them. Raises NotFound, Conflict."""
    account = _account(scope, account_code)
    try:
        scans = read_scans(text)
    except ValueError as why:
        raise Conflict(str(why)) from None
    return take_scans(account, scans, now=now, actor=scope.actor)


def enter_listed(scope: Scope, account_code: str, entered: Sequence[Entered], *, now: datetime) -> Taken:
    """The same, of scans that were read already. Raises NotFound."""
    scans = [said_by_hand(*astuple(one)) for one in entered]
    return take_scans(_account(scope, account_code), scans, now=now, actor=scope.actor)


def _account(scope: Scope, code: str) -> AccountRow:
    if not scope.may("move_stock"):
        raise NotFound("no such account with a carrier")
    for one in accounts.accounts(scope.operator):
        if one.code == code:
            return one
    raise NotFound("no such account with a carrier")


def poll(now: datetime, carriers: Carriers = connected) -> Taken:
    """Ask the carriers that send no messages, and answer questions, for what is under way."""
    new = unmatched = 0
    for account in accounts.all_accounts():
        try:
            carrier = carriers(account)
            if carrier.capabilities.pushes_scans or not carrier.capabilities.answers_scans:
                continue
            scans = carrier.scans([*kept_scans.under_way(account.pk), *return_labels.under_way(account.pk)])
        except (CarrierUnreachable, CarrierRefused, NotFound, ValueError):
            continue  # asleep, or talking nonsense: the next time asks again, and the others do not wait for it
        taken = take_scans(account, scans, now=now)
        new, unmatched = new + taken.new, unmatched + taken.unmatched
    return Taken(new, unmatched)
