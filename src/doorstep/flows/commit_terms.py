"""Commitments as a folder says them, made into contracts of the kernel: what they count, and what is booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from doorstep.domain.commitment import Commitment
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.money import Currency
from doorstep.flows.commit_parcels import EPOCH, PastParcels
from doorstep.kernels.position.commit_problem import MOST_RATE, BoolArray, Contract, Step

MICROS = 1_000_000
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Span:
    """A period, its last day in it."""

    first: date
    last: date

    @property
    def before(self) -> Span:
        """The period before: as many whole months, where it is whole months, else as many days."""
        after = self.last + timedelta(days=1)
        if self.first.day == 1 and after.day == 1:
            months = (after.year - self.first.year) * 12 + after.month - self.first.month
            at = self.first.year * 12 + self.first.month - 1 - months
            return Span(date(at // 12, at % 12 + 1, 1), self.first - timedelta(days=1))
        return Span(self.first - (after - self.first), self.first - timedelta(days=1))


def account_of(one: Commitment) -> str:
    """Name the account: the carrier's name, and the account's where it is given."""
    return f"{one.carrier} {one.account}".strip()


def counted(one: Commitment, past: PastParcels) -> BoolArray:
    """Tell which services count, [1, s]."""
    return np.array(
        [
            [
                offer.carrier == one.carrier
                and one.account in ("", offer.account)
                and one.service in ("", offer.service)
                for offer in past.services
            ]
        ],
        bool,
    )


def booked(one: Commitment, past: PastParcels, span: Span, until: date) -> tuple[int, int]:
    """Count what went by a commitment's services in a span and before `until`: parcels, and spend in minor units."""
    days = past.parcels.day + EPOCH
    inside = (days >= span.first.toordinal()) & (days <= span.last.toordinal()) & (days < until.toordinal())
    inside &= (past.went_by >= 0) & counted(one, past)[0][past.went_by]
    weight = past.parcels.stands_for[inside]
    return round(float(weight.sum())), round(float(np.nansum(past.paid_minor[inside] * weight)))


def contract_of(
    one: Commitment, past: PastParcels, span: Span, as_of: date, currency: Currency, dear_minor: int
) -> Contract:
    """Make a contract of a commitment over a span, as it stands on a day.

    `dear_minor` is what a parcel costs that nobody else would carry. Raises InvalidProblem where the period before must
    be counted and the history of a brand that is pooled does not reach back that far.
    """
    in_spend, of_spend = one.measure == "spend", one.per == "spend"
    minor = currency.micros_per_minor
    unit = minor if in_spend else MICROS  # micros of a unit of volume
    counts = counted(one, past)
    last = _last_volume(one, past, span, as_of, unit) if one.of_last_period else None
    steps: list[Step] = []
    for tier in one.tiers:
        micros = tier.from_volume_micros
        volume = -(-micros // unit) if last is None else -(-micros * last // (PERCENT * MICROS))
        rate = tier.amount_micros // PERCENT if of_spend else tier.amount_micros * MICROS // minor
        if one.refuses:
            rate = _dear(counts, past, in_spend, dear_minor)
        if not steps or volume > steps[-1].volume:
            steps.append(Step(volume, rate))
        else:  # of a tiny volume before, two tiers are one
            steps[-1] = Step(volume, rate)
    parcels, spend = booked(one, past, span, as_of)
    return Contract(
        one.commitment,
        one.kind,
        counts,
        tuple(steps),
        in_spend,
        of_spend,
        parcels,
        spend,
        currency.minor(one.fixed_micros),
        account_of(one),
    )


def _last_volume(one: Commitment, past: PastParcels, span: Span, as_of: date, unit: int) -> int:
    if one.last_volume_micros is not None:
        return -(-one.last_volume_micros // unit)
    before = span.before
    late = [f"{brand} begins on {first}" for brand, first in past.since if first > before.first]
    if late or not past.since:
        # A brand whose first months are not known would make the period before too small, and the aim too low.
        why = f"the history of {late[0]}" if late else "there is no history"
        raise InvalidProblem(f"{one.commitment} grows on the period from {before.first}, and {why}: give last_volume")
    return booked(one, past, before, as_of)[1 if one.measure == "spend" else 0]


def _dear(counts: BoolArray, past: PastParcels, in_spend: bool, dear_minor: int) -> int:
    """What a unit over a cap costs that its carrier refuses: the dearest other way of any parcel that counts."""
    parcels = past.parcels
    mine = parcels.eligible & counts
    if not mine.any():
        return min(MOST_RATE, dear_minor * MICROS)
    other = np.where(parcels.eligible & ~counts, parcels.price_minor, -np.inf).max(axis=1)
    other = np.where(np.isfinite(other), other, dear_minor)
    more = np.where(mine, np.maximum(0.0, other[:, None] - parcels.price_minor), 0.0)
    if not in_spend:
        return min(MOST_RATE, int(np.ceil(more.max())) * MICROS + MICROS)
    per_unit = np.where(mine, more / np.maximum(parcels.price_minor, 1.0), 0.0)
    return min(MOST_RATE, int(np.ceil(per_unit.max() * MICROS)) + 1)


def in_force(commitments: Sequence[Commitment], day: date) -> tuple[Commitment, ...]:
    """Those whose period holds the day."""
    return tuple(one for one in commitments if one.starts_on <= day <= one.ends_on)
