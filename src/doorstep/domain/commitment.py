"""What was agreed with a carrier about volumes, and what it is worth to a parcel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

CommitmentKind = Literal["all_units", "incremental", "minimum", "cap"]
COMMITMENT_KINDS: tuple[CommitmentKind, ...] = get_args(CommitmentKind)
REBATE_KINDS: tuple[CommitmentKind, ...] = ("all_units", "incremental")
Measure = Literal["parcels", "spend"]
MEASURES: tuple[Measure, ...] = get_args(Measure)


@dataclass(frozen=True, slots=True)
class Tier:
    """From this volume on (inclusive), this amount.

    The volume is in millionths of a parcel or of the major unit of money; or of a percent of the last period's. The
    amount is in millionths of the major unit for each parcel, or of a percent of spend.
    """

    from_volume_micros: int
    amount_micros: int


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise of volume to a carrier's account over a period, for all brands of the operator together.

    `all_units`: the amount of the highest tier reached is rebated on all; `incremental`: on what lies beyond each
    tier; `minimum`: what is short of its one tier pays; `cap`: what is over it pays, or, without an amount, is carried
    dearly by somebody else. With `of_last_period` its volumes are percents of what was shipped in the period before:
    a growth clause.
    """

    commitment: str
    carrier: str
    account: str  # of the carrier; empty: all of its accounts
    service: str  # empty: all services of the account
    kind: CommitmentKind
    measure: Measure  # what the volume is of
    per: Measure  # what the amount is of
    starts_on: date
    ends_on: date  # inclusive
    tiers: tuple[Tier, ...]
    fixed_micros: int = 0  # paid once if a minimum is missed or a cap passed
    of_last_period: bool = False
    last_volume_micros: int | None = None  # None: as counted
    refuses: bool = False  # a cap without an amount


@dataclass(frozen=True, slots=True)
class DatedCommitmentPrice:
    """A commitment price, and on which days parcels are chosen by it."""

    carrier: str
    service: str
    price_micros: int
    valid_from: date | None = None  # inclusive
    valid_to: date | None = None  # inclusive


@dataclass(frozen=True, slots=True, order=True)
class AccountKey:
    """Whose prices: a carrier's account as services name it (empty: of those that name none), in a currency."""

    carrier: str
    account: str
    currency: str
