"""What if, continued: a new service or site, a cut-off, cartons, a placement, goods ordered anew, a disruption."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from doorstep.domain.place import Place
from doorstep.domain.units import PPM

DAY_S = 86_400
MOST_LEAD_DAYS = 365
MOST_TRANSIT_DAYS = 60
MOST_PRICE_MICROS = 10**12  # a million of the major unit, of a parcel or a purchase order
MOST_UNITS = 10**9  # at a site, of a product


@dataclass(frozen=True, slots=True)
class OwnRate:
    """A price of a new service up to a billed weight; an empty zone stands for all zones of the service it is like."""

    up_to_g: int
    price_micros: int
    per_extra_kg_micros: int | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class NewService:
    """A service that calls wherever another one does, at the other's prices times a factor or at its own.

    Limits, zones, surcharges and what was learned of the other's transit are its, too; with a stated transit nothing
    learned is.
    """

    service: str
    like: str
    factor_ppm: int = PPM
    carrier: str = ""  # empty: that of the other
    rates: tuple[OwnRate, ...] = ()  # in place of the other's
    days: tuple[int, int] | None = None  # stated transit, least and most, in working days


@dataclass(frozen=True, slots=True)
class CutoffChange:
    """Until when orders leave the same day, and when carriers call; an empty site stands for all."""

    cutoff_s: int  # after local midnight
    collection_s: int | None = None
    site: str = ""


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site that works as another does, somewhere else; a share of the other's units begins there."""

    site: str
    like: str
    place: Place  # empty fields: as the other's
    stock_ppm: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """Units of a product that a site begins with and is filled up to, and at which it orders anew."""

    site: str
    sku: str
    target: int
    reorder_point: int


@dataclass(frozen=True, slots=True)
class Replenishment:
    """Goods are ordered anew, at the end of each day, as the placement says.

    What is ordered on a day lies on the shelf `least_days` to `most_days` days later, before that day's planning; each
    number of days between is as likely. Suppliers have everything.
    """

    least_days: int
    most_days: int
    order_micros: int = 0  # of each order of a product for a site
    holding_ppm: int = 0  # of the product's value, for a unit that lies there for a year


@dataclass(frozen=True, slots=True)
class Disruption:
    """A service that leaves nowhere, or a country or region where nothing is delivered, from a day to before another.

    Unless it is announced no policy knows, and promises stay as they are.
    """

    first: date
    until: date
    service: str = ""  # empty: all
    country: str = ""  # empty: it is about leaving, not about where to
    region: str = ""
    announced: bool = False


def change_faults(services: tuple[NewService, ...], sites: tuple[NewSite, ...]) -> Iterator[str]:
    """Say what of new services and sites cannot be."""
    for one in services:
        if one.days is not None and not 0 <= one.days[0] <= one.days[1] <= MOST_TRANSIT_DAYS:
            yield f"the stated transit of {one.service}"
        if one.rates and one.factor_ppm != PPM:
            yield f"{one.service} has own rates and a factor"
        steps = [(rate.zone, rate.up_to_g) for rate in one.rates]
        if len(set(steps)) < len(steps) or len({not zone for zone, _ in steps}) > 1:
            yield f"the rates of {one.service} contradict one another"
        if any(rate.up_to_g < 1 or not 0 <= rate.price_micros <= MOST_PRICE_MICROS for rate in one.rates):
            yield f"a rate of {one.service}"
    for site in sites:
        if not 0 <= site.stock_ppm <= PPM:
            yield f"the share of stock of {site.site}"


def flow_faults(
    cutoffs: tuple[CutoffChange, ...],
    placement: tuple[Placed, ...],
    replenish: Replenishment | None,
    disruptions: tuple[Disruption, ...],
) -> Iterator[str]:
    """Say what of the others cannot be."""
    for cut in cutoffs:
        times = (cut.cutoff_s,) if cut.collection_s is None else (cut.cutoff_s, cut.collection_s)
        if not all(0 <= time < DAY_S for time in times):
            yield f"the cut-off of {cut.site or 'all sites'}"
    cells = [(one.site, one.sku) for one in placement]
    if len(set(cells)) < len(cells):
        yield "a placement names a product twice at a site"
    if any(not 0 <= one.reorder_point <= MOST_UNITS or not 0 <= one.target <= MOST_UNITS for one in placement):
        yield "units of the placement"
    if any(one.reorder_point > one.target for one in placement):
        yield "a reorder point of the placement lies above its target"
    if replenish is not None:
        if not 1 <= replenish.least_days <= replenish.most_days <= MOST_LEAD_DAYS:
            yield "the lead time"
        if not (0 <= replenish.order_micros <= MOST_PRICE_MICROS and 0 <= replenish.holding_ppm <= 10 * PPM):
            yield "a cost of the replenishment"
        if not placement:
            yield "goods are ordered anew, and no placement says up to where"
    for one in disruptions:
        if one.first >= one.until:
            yield "a disruption ends before it begins"
        if not (one.service or one.country) or (one.region and not one.country):
            yield "a disruption names neither a service nor a country"
