"""Parcels of the past as they could have gone: rated on every service, and gathered into lanes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Protocol

import numpy as np

from doorstep.domain.carriage import DELIVERS_TO, SPEEDS, Service, Tariff
from doorstep.domain.demand import Brand
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import PastParcel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site
from doorstep.kernels.position.commit_lanes import IntArray, Parcels, numbered
from doorstep.kernels.position.commit_problem import BoolArray, FloatArray
from doorstep.kernels.rate.problem import Parcels as Rated
from doorstep.kernels.rate.problem import RateProblem
from doorstep.kernels.rate.rate import rate
from doorstep.kernels.rate.tables import compile_tariff

EPOCH = date(1970, 1, 1).toordinal()
BANDS_G = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 31_500)
CALLED_OFF = ("cancelled", "canceled", "unavailable")
Key = tuple[str, str, str]  # carrier, account, service
ALIKE = tuple(one.name for one in fields(Service) if one.name != "name")  # in which services of one key may differ
MOST_NAMED = 5  # services in a notice


@dataclass(frozen=True, slots=True)
class LaneName:
    """What the parcels of a lane have in common; `zones` names the zone of each service that takes them."""

    site: str
    country: str
    zones: tuple[tuple[str, str], ...]
    over_g: int  # of weight, exclusive
    up_to_g: int | None  # inclusive
    speed: str  # no slower than this
    delivers_to: str


@dataclass(frozen=True, slots=True, eq=False)
class PastParcels:
    """Parcels of all brands on the services of all: rated, in lanes, and what each really went by and cost."""

    parcels: Parcels
    lanes: tuple[LaneName, ...]
    services: tuple[Service, ...]  # of every carrier's account; two accounts may name one alike
    went_by: IntArray  # [p] index of its service; -1: not recorded
    paid_minor: FloatArray  # [p] as recorded, else as rated; nan: neither is known
    recorded_minor: FloatArray  # [p] as recorded; nan: it is not
    unserved: int  # parcels that no service takes by the tariff; they are left out
    since: tuple[tuple[str, date], ...] = ()  # each brand that has parcels, and the day of its first
    differing: tuple[str, ...] = ()  # services that brands have alike by name and account, and otherwise not

    @property
    def names(self) -> tuple[str, ...]:
        """Name each service, and its account beside it where another one is named alike."""
        return names_of(self.services)


class Ships(Protocol):
    """What is pooled of a brand, out of a folder or of the record."""

    @property
    def brand(self) -> Brand: ...
    @property
    def tariff(self) -> Tariff: ...
    @property
    def sites(self) -> Sequence[Site]: ...
    @property
    def collections(self) -> Sequence[Collection]: ...
    @property
    def history(self) -> Sequence[PastParcel]: ...


def past_parcels(folders: Sequence[Ships], day: date, until: date | None = None) -> PastParcels:
    """Rate what was placed before `until` (None: before `day`) by the tariff of `day`.

    Sizes are not recorded in a history: parcels are billed by their weight. A parcel may go by any service that calls
    at its site, is no slower than the one it went by, and delivers to the same kind of place. Services of one name on
    several accounts are several; one that brands have different is to each as its own tariff says. Raises
    InvalidProblem where folders are in several currencies.
    """
    services = _services(folders)
    parts = [_rated(one, services, day, until or day) for one in folders]
    keys = [key for part in parts for key in part.keys]
    known, lane = numbered([(key,) for key in keys])
    parcels = Parcels(
        np.concatenate([part.day for part in parts]),
        lane,
        np.concatenate([part.price for part in parts]),
        np.concatenate([part.eligible for part in parts]),
        np.concatenate([part.stands_for for part in parts]),
    )
    went, recorded = (np.concatenate([getattr(part, name) for part in parts]) for name in ("went_by", "recorded"))
    rows = np.arange(len(went))
    as_rated = np.where((went >= 0) & parcels.eligible[rows, went], parcels.price_minor[rows, went], np.nan)
    names = tuple(key for (key,) in known if isinstance(key, LaneName))
    unserved = sum(part.unserved for part in parts)
    firsts = [(folder.brand.brand, part.day) for folder, part in zip(folders, parts, strict=True) if len(part.day)]
    since = tuple((brand, date.fromordinal(int(days.min()) + EPOCH)) for brand, days in firsts)
    paid = np.where(np.isnan(recorded), as_rated, recorded)
    return PastParcels(parcels, names, services, went, paid, recorded, unserved, since, _differing(folders))


def _services(folders: Sequence[Ships]) -> tuple[Service, ...]:
    found: dict[Key, Service] = {}
    for folder in folders:
        for one in folder.tariff.services:
            found.setdefault(_key(one), one)
        if folder.brand.currency != folders[0].brand.currency:
            raise InvalidProblem(f"{folder.brand.brand} is in {folder.brand.currency.code}; contracts are not")
    return tuple(found.values())


def _differing(folders: Sequence[Ships]) -> tuple[str, ...]:
    """Name services of one account that brands have different, and in what: `pony-std of pony north (speed)`."""
    first: dict[Key, Service] = {}
    found: dict[Key, dict[str, None]] = {}
    for folder in folders:
        for one in folder.tariff.services:
            other = first.setdefault(_key(one), one)
            differs = [name for name in ALIKE if getattr(one, name) != getattr(other, name)]
            if differs:
                found.setdefault(_key(one), {}).update(dict.fromkeys(differs))
    return tuple(
        f"{service} of {' '.join(filter(None, (carrier, account)))} ({', '.join(names)})"
        for (carrier, account, service), names in sorted(found.items())
    )


def differing_words(past: PastParcels) -> tuple[str, ...]:
    """Say in a notice which services brands have different; none: they have them alike."""
    some, more = past.differing[:MOST_NAMED], len(past.differing) - MOST_NAMED
    if not some:
        return ()
    others = f" and {more:,} more" if more > 0 else ""
    return (f"Brands differ about {'; '.join(some)}{others}: the parcels of each go by its own tariff.",)


def names_of(services: Sequence[Service]) -> tuple[str, ...]:
    """Name services of several accounts apart: by themselves, or by their account too where that is not enough."""
    times = Counter(one.service for one in services)
    names = [
        one.service if times[one.service] == 1 else f"{one.service}@{'/'.join(filter(None, _key(one)[:2]))}"
        for one in services
    ]
    alike = Counter(names)  # codes may hold what we join them with
    return tuple(name if alike[name] == 1 else f"{name}#{number}" for number, name in enumerate(names, start=1))


def _key(one: Service) -> Key:
    return one.carrier, one.account, one.service


def _numbers(folder: Ships, services: tuple[Service, ...]) -> dict[str, int]:
    """Say which service a folder means by a name: its own, or else the only one of all that are pooled."""
    times = Counter(one.service for one in services)
    others = {one.service: s for s, one in enumerate(services) if times[one.service] == 1}
    number = {_key(one): s for s, one in enumerate(services)}
    return others | {one.service: number[_key(one)] for one in folder.tariff.services}


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    day: IntArray
    keys: list[LaneName]
    price: FloatArray
    eligible: BoolArray
    stands_for: FloatArray
    went_by: IntArray
    recorded: FloatArray
    unserved: int


def _rated(folder: Ships, services: tuple[Service, ...], day: date, until: date) -> _Part:
    past = [one for one in folder.history if one.placed_at.date() < until and one.status not in CALLED_OFF]
    number = _numbers(folder, services)
    origins, origin = _places(folder, past)
    destinations, destination = numbered(
        [(one.destination_country, one.destination_region, one.destination_postcode) for one in past]
    )
    went = np.array([number.get(one.service, -1) for one in past], np.int64)
    own_services = {number[one.service]: one for one in folder.tariff.services}
    means = tuple(own_services.get(s, one) for s, one in enumerate(services))  # each as this brand has it
    count = len(past)
    tables = compile_tariff(
        folder.tariff, folder.brand.currency, origins, [Place(str(c), str(r), "", str(p)) for c, r, p in destinations]
    )
    result = rate(RateProblem(tables, _to_rate(past, means, origin, destination, went, day)))
    own = [number[one.service] for one in folder.tariff.services]
    eligible, price = np.zeros((count, len(services)), bool), np.zeros((count, len(services)))
    eligible[:, own] = result.eligible & _calling(folder, past)
    price[:, own] = result.price_minor
    zone = np.full((count, len(services)), -1)
    zone[:, own] = result.zone
    served: BoolArray = np.asarray(eligible.any(axis=1), np.bool_)
    names = names_of(services)
    keys = [
        _lane(one, means, names, eligible[p], zone[p], tables.zone_names, int(went[p]))
        for p, one in enumerate(past)
        if served[p]
    ]
    minor = folder.brand.currency.micros_per_minor
    recorded = [
        np.nan if one.freight_paid_micros is None or not _gone(one, until) else one.freight_paid_micros / minor
        for one in past
    ]
    return _Part(
        np.array([one.placed_at.date().toordinal() - EPOCH for one in past], np.int64)[served],
        keys,
        price[served],
        eligible[served],
        np.array([one.sample_weight for one in past], np.float64)[served],
        went[served],
        np.array(recorded, np.float64)[served],
        int((~served).sum()),
    )


def _gone(one: PastParcel, until: date) -> bool:
    """Whether a parcel had left before a day, so that what it cost was known; without dates it is taken to have."""
    left = one.handed_over_at or one.delivered_at
    return left is None or left.date() < until


def _to_rate(
    past: Sequence[PastParcel],
    services: tuple[Service, ...],
    origin: IntArray,
    destination: IntArray,
    went: IntArray,
    day: date,
) -> Rated:
    """Parcels as the rate kernel takes them: without a size, no slower than they went, to the same kind of place."""
    count = len(past)
    plain = np.zeros(count, bool)
    return Rated(
        origin=origin,
        destination=destination,
        ship_day=np.full(count, day.toordinal() - EPOCH),
        weight_g=np.array([one.weight_g for one in past], np.int64),
        size_mm=np.ones((count, 3), np.int64),
        residential=~plain,
        signature=plain,
        saturday=plain,
        accepts=np.array([_accepts(services, s) for s in went.tolist()], np.int64),
        slowest=np.array([SPEEDS.index(services[s].speed) if s >= 0 else 0 for s in went.tolist()], np.int64),
    )


def _places(folder: Ships, past: Sequence[PastParcel]) -> tuple[list[Place], IntArray]:
    """Where parcels leave: their site, or where the history says."""
    sites = {site.site: site.place for site in folder.sites}
    found = []
    for one in past:
        site = sites.get(one.site)
        found.append((one.origin_country, one.origin_postcode) if site is None else (site.country, site.postcode))
    known, number = numbered(list(found))
    return [Place(str(country), "", "", str(postcode)) for country, postcode in known], number


def _accepts(services: tuple[Service, ...], went: int) -> int:
    return (1 << len(DELIVERS_TO)) - 1 if went < 0 else 1 << DELIVERS_TO.index(services[went].delivers_to)


def _calling(folder: Ships, past: Sequence[PastParcel]) -> BoolArray:
    """Which services call where each parcel left; all, where no site is recorded."""
    calls = {(one.site, one.service) for one in folder.collections}
    known = {site.site for site in folder.sites}
    names = [one.service for one in folder.tariff.services]
    row = {site: [(site, name) in calls for name in names] for site in known}
    every = [True] * len(names)
    return np.array([row.get(one.site, every) for one in past], np.bool_).reshape(len(past), len(names))


def _lane(
    one: PastParcel,
    services: tuple[Service, ...],
    names: tuple[str, ...],
    eligible: BoolArray,
    zone: IntArray,
    zone_names: Sequence[str],
    went: int,
) -> LaneName:
    zones = tuple((names[s], zone_names[zone[s]]) for s in np.flatnonzero(eligible))
    edges = (0, *BANDS_G)
    band = next((k for k, most in enumerate(BANDS_G) if one.weight_g <= most), len(BANDS_G))
    speed, kind = (services[went].speed, services[went].delivers_to) if went >= 0 else ("", "")
    up_to = BANDS_G[band] if band < len(BANDS_G) else None
    return LaneName(one.site, one.destination_country, zones, edges[band], up_to, speed, kind)
