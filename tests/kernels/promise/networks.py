"""Small networks, and random ones, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import strategies as st

from doorstep.domain.carriage import SPEEDS, Service, Speed
from doorstep.domain.clock import WorkingDays, parse_time_of_day
from doorstep.domain.learned import HandlingCurve, Lane, TransitModel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site
from doorstep.kernels.promise.network import PromiseTables, compile_network
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.promise import PromiseResult, promise

AS_OF = datetime(2018, 1, 1, tzinfo=UTC)
UNLEARNED = TransitModel(as_of=AS_OF)
EPOCH = date(1970, 1, 1)
SAO_PAULO = Place("BR", "SP", "Sao Paulo", "01310", -23.56, -46.65)
MANAUS = Place("BR", "AM", "Manaus", "69005", -3.13, -60.02)


def day(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH).days


def epoch(text: str, zone: str = "America/Sao_Paulo", fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp())


def site(
    place: Place = SAO_PAULO,
    zone: str = "America/Sao_Paulo",
    working: str = "Mon-Fri",
    calendar: str = "BR-SP",
    cutoff: str = "14:00",
    name: str = "centre",
) -> Site:
    return Site(
        site=name,
        kind="fulfilment_centre",
        name=name,
        place=place,
        time_zone=zone,
        working_days=WorkingDays.parse(working),
        holiday_calendar=calendar,
        order_cutoff_s=parse_time_of_day(cutoff),
        pick_cost_per_order_micros=0,
        pick_cost_per_unit_micros=0,
    )


def call(time: str = "17:00", working: str = "Mon-Fri", site: str = "centre", service: str = "post") -> Collection:
    return Collection(site, service, parse_time_of_day(time), WorkingDays.parse(working))


def service(
    name: str = "post", speed: Speed = "standard", working: str = "Mon-Fri", days: tuple[int, int] = (2, 4)
) -> Service:
    return Service(
        service=name,
        carrier="carrier",
        name=name,
        speed=speed,
        delivers_to="home",
        max_weight_g=30_000,
        max_length_mm=1_000,
        max_girth_mm=None,
        dim_divisor_cm3_per_kg=0,
        working_days=WorkingDays.parse(working),
        min_days=days[0],
        max_days=days[1],
    )


def lane(curve: tuple[int, ...], level: int = 4, service: str = "post", **area: str) -> Lane:
    empty = dict.fromkeys(
        ("origin_country", "origin_prefix", "destination_country", "destination_region", "destination_prefix"), ""
    )
    return Lane(level=level, service=service, parcels=100, arrived_ppm=curve, **{**empty, **area})


@dataclass(frozen=True)
class Network:
    sites: tuple[Site, ...]
    collections: tuple[Collection, ...]
    services: tuple[Service, ...]
    destinations: tuple[Place, ...]
    transit: TransitModel = UNLEARNED
    target_ppm: int = 900_000

    def tables(self, first_day: int, last_day: int) -> PromiseTables:
        return compile_network(
            self.sites,
            self.collections,
            self.services,
            self.destinations,
            self.transit,
            self.target_ppm,
            first_day,
            last_day,
        )


def legs(
    ready_at: Sequence[int],
    site: int | Sequence[int] = 0,
    service: int | Sequence[int] = 0,
    destination: int | Sequence[int] = 0,
    shift: int | Sequence[int] = 0,
    not_before: int | Sequence[int] = -1,
    promised_by: int | Sequence[int] = -1,
) -> Legs:
    ready = np.array(ready_at, dtype=np.int64)
    columns = [
        np.broadcast_to(np.array(value, dtype=np.int64), ready.shape)
        for value in (site, service, destination, shift, not_before, promised_by)
    ]
    at, by, to, later, nominated, promised = columns
    return Legs(at, by, to, ready, later, nominated, promised)


def answers(network: Network, asked: Legs, around: str = "2018-03-01") -> PromiseResult:
    return promise(PromiseProblem(network.tables(day(around) - 60, day(around) + 120), asked))


ZONES = ("America/Sao_Paulo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
PLACES = (
    SAO_PAULO,
    MANAUS,
    Place("BR", "BR-RJ", "Rio de Janeiro", "20040"),
    Place("DE", "BY", "Muenchen", "80331"),
    Place("US", "California", "San Diego", "92101"),
    Place("GB", "", "London", "SW1A 1AA"),
    Place("XX", "1", "Nowhere", ""),
)
PATTERNS = tuple(map(WorkingDays.parse, ("Mon-Fri", "Mon-Sat", "Mon,Wed,Fri", "Sun", "Sat-Mon", "Mon-Sun")))
CALENDARS = ("", "BR", "BR-SP", "DE-BY", "US")
# Nights on which the clocks change in one of the zones, and weeks with holidays.
STARTS = tuple(
    map(day, ("2017-10-14", "2018-02-16", "2018-03-10", "2018-03-24", "2018-03-30", "2018-10-06", "2018-12-22"))
)


@st.composite
def curves(draw: st.DrawFn) -> tuple[int, ...]:
    steps = draw(st.lists(st.integers(0, 400_000), min_size=1, max_size=8))
    shares = tuple(int(share) for share in np.minimum(np.cumsum(steps), 1_000_000))
    return shares[: shares.index(1_000_000) + 1] if 1_000_000 in shares else shares


def handling(
    same_day: tuple[int, ...], next_day: tuple[int, ...], site: str = "centre", service: str = ""
) -> HandlingCurve:
    return HandlingCurve(site, service, 100, same_day, next_day)


@st.composite
def handlings(draw: st.DrawFn, site: str, service: str) -> HandlingCurve:
    departures = draw(st.integers(1, 4))
    chained = sorted(draw(st.lists(st.integers(0, 1_000_000), min_size=2 * departures, max_size=2 * departures)))
    same_day, next_day = chained[::2], chained[1::2]
    same_day[-1] = next_day[-1]
    return handling(tuple(same_day), tuple(next_day), site, service)


AREAS: tuple[dict[str, str], ...] = (
    {"origin_country": "BR", "origin_prefix": "01", "destination_country": "BR", "destination_prefix": "69"},
    {"origin_country": "BR", "origin_prefix": "0", "destination_country": "BR", "destination_region": "RJ"},
    {"destination_country": "BR", "destination_region": "SP"},
    {"destination_country": "BR"},
    {},
)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    clock = st.integers(0, 95).map(lambda quarter: quarter * 900)
    sites = tuple(
        Site(
            f"s{index}",
            "store",
            "",
            draw(st.sampled_from(PLACES)),
            draw(st.sampled_from(ZONES)),
            draw(st.sampled_from(PATTERNS)),
            draw(st.sampled_from(CALENDARS)),
            draw(clock),
            0,
            0,
        )
        for index in range(draw(st.integers(1, 3)))
    )
    services = []
    for index in range(draw(st.integers(1, 3))):
        least = draw(st.integers(0, 4))
        speed = draw(st.sampled_from(SPEEDS))
        services.append(
            Service(
                f"v{index}", "c", "", speed, "home", 1, 1, None, 0, draw(st.sampled_from(PATTERNS)),
                least, least + draw(st.integers(0, 4)),
            )
        )  # fmt: skip
    ends = tuple(draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=4)))
    calls = st.builds(
        Collection,
        st.sampled_from([site.site for site in sites]),
        st.sampled_from([service.service for service in services]),
        clock,
        st.sampled_from(PATTERNS),
    )
    wanted = draw(st.sets(st.tuples(st.integers(0, 4), st.sampled_from(["", *(s.service for s in services)]))))
    lanes = tuple(lane(draw(curves()), level, name, **AREAS[level]) for level, name in sorted(wanted))
    named = st.tuples(st.sampled_from([site.site for site in sites]), st.sampled_from(["", "v0", "v1"]))
    handled = tuple(draw(handlings(*name)) for name in sorted(draw(st.sets(named, max_size=3))))
    return Network(
        sites,
        tuple(draw(st.lists(calls, max_size=8))),
        tuple(services),
        ends,
        TransitModel(AS_OF, lanes, handled),
        draw(st.integers(1, 999_999)),
    )


@st.composite
def asked_legs(draw: st.DrawFn, network: Network, start: int) -> Legs:
    maybe_day = st.one_of(st.just(-1), st.integers(start - 3, start + 60))
    size = draw(st.integers(1, 8))

    def column(values: st.SearchStrategy[int]) -> list[int]:
        return draw(st.lists(values, min_size=size, max_size=size))

    return legs(
        column(st.integers(start * 86_400, (start + 4) * 86_400)),
        column(st.integers(0, len(network.sites) - 1)),
        column(st.integers(0, len(network.services) - 1)),
        column(st.integers(0, len(network.destinations) - 1)),
        column(st.integers(0, 3)),
        column(maybe_day),
        column(maybe_day),
    )
