"""What a brand's choices go by beside money: put in force by a person, for one brand, until something else is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from doorstep.domain.commitment import DatedCommitmentPrice
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
class Steering:
    """All that is in force of a brand; nothing, unless somebody put it there."""

    values: tuple[LearnedValue, ...] = ()
    showing: Showing | None = None
    commitments: tuple[DatedCommitmentPrice, ...] = ()
    trials: tuple[ServiceTrial, ...] = ()
    put: Mapping[SteeringKind, Put] = field(default_factory=dict)  # of what is in force


NOTHING = Steering()
