"""Replay the contracts in force over periods that are over: what planning by prices would have cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from doorstep.domain.commitment import Commitment
from doorstep.domain.demand import Brand
from doorstep.domain.errors import InvalidProblem
from doorstep.flows.commit_parcels import EPOCH, PastParcels
from doorstep.flows.commit_terms import Span, contract_of
from doorstep.kernels.position.commit_replay import Replayed, ReplayParams, replay
from doorstep.kernels.run import Progress

LEAST_DAYS = 28  # of history before a period that is replayed


@dataclass(frozen=True, slots=True)
class Period:
    """A period that is over, the commitments held against it, and what it would have cost."""

    commitments: tuple[str, ...]
    span: Span
    replayed: Replayed


def replayed_periods(
    past: PastParcels,
    commitments: Sequence[Commitment],
    brand: Brand,
    most: int,
    params: ReplayParams,
    seed: int,
    progress: Progress,
) -> tuple[Period, ...]:
    """Replay at most so many periods before, the latest first; commitments of equal periods together, each in turn.

    Contracts are those of today and prices the tariff of today. A period is left out where less than four weeks are
    known before it, or where a growth clause has nothing to grow on.
    """
    if not len(past.parcels):
        return ()
    known = date.fromordinal(int(past.parcels.day.min()) + EPOCH)
    spans = sorted({(one.starts_on, one.ends_on) for one in commitments})
    back = [Span(*span).before for span in spans]
    groups = [[one for one in commitments if (one.starts_on, one.ends_on) == span] for span in spans]
    found: list[Period] = []
    turns = deque(range(len(spans)))  # one period each in turn: no group takes them all
    while turns and len(found) < most:
        at = turns.popleft()
        if back[at].first - timedelta(days=LEAST_DAYS) < known:
            continue
        period = _replayed(past, groups[at], brand, back[at], params, seed)
        found += [period] if period is not None else []
        progress("replaying", len(found), most)
        back[at] = back[at].before
        turns.append(at)
    return tuple(sorted(found, key=lambda one: (one.span.last, one.span.first), reverse=True))


def _replayed(
    past: PastParcels, group: Sequence[Commitment], brand: Brand, span: Span, params: ReplayParams, seed: int
) -> Period | None:
    dear = brand.currency.minor(brand.unplanned_cost_micros)
    try:
        contracts = tuple(contract_of(one, past, span, span.first, brand.currency, dear) for one in group)
    except InvalidProblem:  # a growth clause whose period before is not known
        return None
    first, end = span.first.toordinal() - EPOCH, span.last.toordinal() + 1 - EPOCH
    told = replay(past.parcels, contracts, past.names, first, end, params, seed)
    return Period(tuple(one.commitment for one in group), span, told)
