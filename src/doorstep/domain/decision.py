"""Why: what was chosen, what lost, and what would have changed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from doorstep.domain.carriage import Incoterm
from doorstep.domain.emission import Footprint
from doorstep.domain.fleet import Ride
from doorstep.domain.parcel import CostParts, Injection, Parcel
from doorstep.domain.supply import StockLevel

MAX_REJECTED = 20
FlipKind = Literal["", "stock", "capacity", "cut_off", "collection", "rate", "weight"]  # empty: only in words
FLIP_KINDS: tuple[FlipKind, ...] = get_args(FlipKind)
FlipUnit = Literal["", "units", "a_day", "minutes", "per_mille", "g"]


@dataclass(frozen=True, slots=True)
class AtBorder:
    """Duty and tax that a parcel is estimated to owe where it enters a customs territory; the brand's if DDP."""

    incoterm: Incoterm
    duty_minor: int
    tax_minor: int
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One parcel of an option, named."""

    site: str
    carton: str
    service: str
    ship_date: str
    promised_by: str
    on_time_ppm: int
    cost: CostParts
    skus: tuple[str, ...]
    at_border: AtBorder | None = None  # None: it crosses no border, or no duties are known
    footprint: Footprint | None = None
    injection: Injection | None = None  # None: the service collects it at its site
    ride: Ride | None = None  # None: its service has no vans of the brand's own
    orders: tuple[str, ...] = ()  # that share the parcel; of its cost this is the part of one of them


@dataclass(frozen=True, slots=True)
class Rung:
    """What one service asks for a chosen parcel, from the same site, or why it does not carry it."""

    service: str
    freight_minor: int = 0
    surcharges_minor: int = 0
    duty_tax_minor: int = 0
    promised_by: str = ""
    on_time_ppm: int = 0
    footprint: Footprint | None = None
    chosen: bool = False
    refusal: str = ""  # all that stands in the way, with the smallest change of each; empty: it carries it

    @property
    def price_minor(self) -> int:
        return self.freight_minor + self.surcharges_minor + self.duty_tax_minor


@dataclass(frozen=True, slots=True)
class Rejected:
    """An alternative that lost: by its cost, or by the constraint that ruled it out."""

    option: str
    cost_minor: int | None  # None: never priced
    constraint: str  # empty when it lost by cost; an option whose stock went to others has both
    footprint: Footprint | None = None


@dataclass(frozen=True, slots=True)
class Flip:
    """A change that would alter the choice, all else being equal: in words, and for one that can be made in numbers.

    `by` says how much of `unit` it takes: more units of `sku` at `site`; more orders a day at `site`, or with a
    `service` more of its parcels; minutes by which the cut-off of `site`, or the last collection of `service` there on
    the weekday of `day`, would have to be later; thousandths off the freight rates of `service`; grams off each unit of
    `sku`.
    """

    change: str
    amount: str
    to: str  # the option then chosen
    kind: FlipKind = ""
    by: int = 0
    unit: FlipUnit = ""
    site: str = ""
    sku: str = ""
    service: str = ""
    day: str = ""
    least: bool = True  # no less will do; False: less might


@dataclass(frozen=True, slots=True)
class Weight:
    """What weighed on a choice beside its cost, without being paid; below nothing: it spoke for the choice."""

    what: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Trial:
    """That a service was chosen to be measured, in place of the one that would have been; what that costs more."""

    service: str
    instead: str
    extra_minor: int  # below nothing: it costs less
    propensity_ppm: int  # of orders like it, so many try this service


@dataclass(frozen=True, slots=True)
class Decision:
    """What was chosen for an order, and why.

    Of orders that share parcels each has its part of what they cost and of the bound; what lost is what all of them
    together could have had, at what it would have cost together.
    """

    order: str
    chosen: tuple[Choice, ...]
    cost_minor: int
    rejected: tuple[Rejected, ...]
    flip: Flip | None
    lower_bound_minor: int  # with the whole stock to itself: the optimum where exact, else no more; with weights
    exact: bool  # the bound is the optimum over all options, given the packer's verdicts
    packing_proven: bool  # no carton was ruled out by a heuristic
    data_version: str
    seed: int
    ladders: tuple[tuple[Rung, ...], ...] = ()  # of each chosen parcel, where they are asked for
    weights: tuple[Weight, ...] = ()  # where bid prices, commitments or a value of speed are given
    flips: tuple[Flip, ...] = ()  # changes that can be made, each enough by itself; where they are asked for
    shared_with: tuple[str, ...] = ()  # the other orders, where some parcel of theirs or its own is shared
    together_minor: int = 0  # what all of them cost
    trial: Trial | None = None  # None: it was chosen on its merits

    @property
    def compared_minor(self) -> int:
        """What the costs of what lost are to be compared with."""
        return self.together_minor if self.shared_with else self.cost_minor


@dataclass(frozen=True, slots=True)
class Conflict:
    """One of the constraints that together leave an order no plan: without any one of a group there would be one.

    Groups have no constraint in common, and something of each must give way. `enough`: this fix alone is, all else
    being as it is.
    """

    constraint: str  # a stable code
    detail: str
    fix: str
    group: int = 1
    enough: bool = True


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an order that is left can wait for: goods that are announced, and the day on which it would be there."""

    due: datetime  # aware, in a site's zone: what it counts on is announced by then, and nothing leaves before
    expected_by: date  # local at the destination
    units: tuple[StockLevel, ...]  # announced units that it counts on; the rest of it is on hand
    parcels: tuple[Parcel, ...]  # as it would go then; their ids are not those of the plan


@dataclass(frozen=True, slots=True)
class Unplanned:
    order: str
    reason: str  # a stable code
    detail: str
    remedy: str
    conflicts: tuple[Conflict, ...] = ()  # where they are asked for and known
    waiting: Waiting | None = None  # where announced goods can serve it and are looked at
