"""What a brand's choices go by beside money: put in force by a person, for one brand or for all of an operator's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from doorstep.domain.commitment import AccountKey, DatedCommitmentPrice
from doorstep.domain.exploration import ServiceTrial
from doorstep.domain.units import PPM
from doorstep.domain.worth import LearnedValue

SteeringKind = Literal["values", "showing", "commitments", "trials"]
STEERING_KINDS: tuple[SteeringKind, ...] = get_args(SteeringKind)


@dataclass(frozen=True, slots=True)
class Showing:
    """Which options quotes show, and in which order, is chosen by what they are worth to the shopper.

    Money in millionths of the major unit.
    """

    most: int  # options
    borne_micros: int = 0  # of an option's cost, which the shop does not ask the shopper for
    margin_micros: int = 0  # what the shop earns of the goods, if they are bought
    surplus_ppm: int = PPM  # of the shopper's expected surplus that counts beside what the shop earns


@dataclass(frozen=True, slots=True)
class Put:
    """Which version of a kind is in force, and since when."""

    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountPrices:
    """Commitment prices of a carrier account, put in force by a person of the operator for all its brands at once.

    A price without a service is of all services of the account.
    """

    key: AccountKey
    prices: tuple[DatedCommitmentPrice, ...]
    put: Put
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Steering:
    """All that is in force of a brand; nothing, unless somebody put it there.

    `pooled` are its operator's, in the brand's currency; `pooled_put`: the newest change of any of them, by which all
    of them can be found again.
    """

    values: tuple[LearnedValue, ...] = ()
    showing: Showing | None = None
    commitments: tuple[DatedCommitmentPrice, ...] = ()
    trials: tuple[ServiceTrial, ...] = ()
    put: Mapping[SteeringKind, Put] = field(default_factory=dict)  # of what is in force
    pooled: tuple[AccountPrices, ...] = ()
    pooled_put: Put | None = None


NOTHING = Steering()
