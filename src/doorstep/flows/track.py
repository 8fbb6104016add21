"""Scans come in by webhook, by asking, or by hand; in any order, and more than once. Parcels stand as they all say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime

from django.db import transaction

from doorstep.core.parcels import carriers as accounts
from doorstep.core.parcels import erasing as travelled
from doorstep.core.parcels import scans as kept_scans
from doorstep.core.parcels import unread
from doorstep.core.parcels.carriers import AccountRow
from doorstep.core.parcels.numbers import of_parcels
from doorstep.core.parcels.unread import UnreadRow
from doorstep.core.returns import erasing as sent_back
from doorstep.core.returns import labels as return_labels
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.travel import Milestone, Scan, names_one_of, without_words
from doorstep.flows.carriers import Carriers, connected
from doorstep.flows.carry_back import carry_back
from doorstep.flows.stand import let_stand
from doorstep.plugins.carriers.base import CarrierRefused, CarrierUnreachable, Unread
from doorstep.plugins.carriers.offline.messages import read_scans, said_by_hand

AT_ONCE = 200  # scans of a transaction


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of scans that were told; all others had been told before."""

    new: int
    unmatched: int  # kept, and of no parcel or return that we know
    unread: tuple[Unread, ...] = ()  # events that could not be read: kept as they came


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
    of_carrier = accounts.same_carrier(account.pk)
    for start in range(0, len(scans), AT_ONCE):
        some = scans[start : start + AT_ONCE]
        with transaction.atomic():
            known = of_parcels(of_carrier, {one.tracking for one in some} - {""})  # refused labels have none
            told = _as_may_be_kept(of_carrier, some, known.erased)
            kept = kept_scans.keep(account.pk, told, known.parcels, at=now)
            # One that came while the label was being recorded belongs to nobody yet: with the next it is found.
            named = {one.scan.tracking: one.parcel for one in kept if one.parcel is not None}
            earlier = kept_scans.adopt(of_carrier, named) if named else []
            let_stand([*kept, *earlier], actor or account.actor, now)
            astray = [one.scan for one in kept if one.parcel is None]
            of_returns = carry_back(of_carrier, astray, actor or account.actor, now) if astray else 0
        new += len(kept)
        unmatched += len(astray) - of_returns
    return Taken(new, unmatched)


def read_hook(account_pk: int, headers: dict[str, str], body: bytes, *, now: datetime, carriers: Carriers) -> Taken:
    """Take what can be read of a carrier's message, and keep the rest as it came. Raises NotFound, HookRefused,
    ValueError.
    """
    account = accounts.account(account_pk)
    if account is None:
        raise NotFound("no such account with a carrier")
    told = carriers(account).read_hook(headers, body, now)
    if told.unread:
        bare = _of_erased(account, told.unread)
        unread.keep(account.pk, [(one.raw, one.why) for one in told.unread], at=now, bare=bare)
    return replace(take_scans(account, told.scans, now=now), unread=told.unread)


def _as_may_be_kept(of_carrier: Sequence[int], scans: Sequence[Scan], erased: frozenset[str]) -> list[Scan]:
    """A carrier's words come late, too: of a shopper who was erased they are not kept.

    `erased`: numbers of such parcels; those of such returns are among no parcels'.
    """
    told = {one.tracking for one in scans} - {""}
    bare = erased | sent_back.erased_numbers(of_carrier, told)
    return [without_words(one) if one.tracking in bare else one for one in scans]


def _of_erased(account: AccountRow, events: Sequence[Unread]) -> set[str]:
    """Those of the events, as they came, that name a parcel of a shopper who was erased."""
    text = "\n".join(one.raw for one in events).replace("\0", "")
    if not text:
        return set()
    names = travelled.erased_names(account.operator, text) | sent_back.erased_names(account.operator, text)
    return {one.raw for one in events if names_one_of(one.raw, names)}


def read_again(scope: Scope, pk: int, *, now: datetime, carriers: Carriers = connected) -> Taken:
    """Read an event that could not be read when it came, as its carrier's plug-in reads it now.

    One that was read already changes nothing. Raises NotFound, Conflict with the reason when it still cannot be.
    """
    row, account = _unread(scope, pk)
    try:
        scan = carriers(account).read_event(row.raw)
    except ValueError as why:
        unread.still_not(pk, str(why))
        raise Conflict(f"it still cannot be read: {why}") from None
    taken = take_scans(account, [scan], now=now)
    unread.settle(pk, at=now)
    return taken


def set_aside(scope: Scope, pk: int, *, now: datetime) -> None:
    """Take an event that says nothing off the list; it stays kept. Raises NotFound."""
    _unread(scope, pk)
    unread.settle(pk, at=now)


def _unread(scope: Scope, pk: int) -> tuple[UnreadRow, AccountRow]:
    row = unread.unread_one(scope, pk) if scope.may("move_stock") else None
    account = accounts.account(row.account_id) if row else None
    if row is None or account is None:
        raise NotFound("no such event of a carrier")
    return row, account


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
