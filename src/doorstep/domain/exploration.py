"""Services that nobody knows yet, tried by a small share of orders so that they get measured."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.domain.parcel import Parcel

MOST_TRYING_PPM = 500_000  # of orders, all services together: most go as is known to be best


@dataclass(frozen=True, slots=True)
class ServiceTrial:
    """Of the orders that may try a service, so many do, each for so much more at most."""

    service: str
    share_ppm: int
    most_extra_micros: int  # of the major unit, expected lateness in it


@dataclass(frozen=True, slots=True)
class Exploration:
    """What may be tried; which order tries what follows from its id and the seed alone."""

    trials: tuple[ServiceTrial, ...] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """An order that tries a service, beside the parcel that it would have been sent in."""

    order: str
    service: str
    instead: Parcel
    extra_minor: int  # what it costs more; below nothing: less
    propensity_ppm: int  # of orders like it, so many try this service
