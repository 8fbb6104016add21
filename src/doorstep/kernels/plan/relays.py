"""Linehauls as services: one for each linehaul and local service that calls at its depot.

Such a service, a relay, collects at the linehaul's site when that leaves. It takes what the local service takes,
charges what that charges from the depot and the linehaul besides, and is promised from the collection there. So the
choice, its bound and its explanations know nothing of linehauls. A problem without one is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.parcel import Injection
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection
from doorstep.kernels.plan.problem import PlanProblem, Relay
from doorstep.kernels.promise.promise import PromiseResult
from doorstep.kernels.promise.relay import compile_relay
from doorstep.kernels.promise.tables import PromiseTables
from doorstep.kernels.rate.anywhere import AnyDestination, compile_anywhere
from doorstep.kernels.rate.result import RateResult
from doorstep.kernels.rate.tables import TariffTables, compile_tariff
from doorstep.kernels.rate.take_over import take_over

IntArray = NDArray[np.int64]
GRAMS_PER_KG = 1000


@dataclass(frozen=True, slots=True)
class Relays:
    """Relays x as arrays; small enough to travel to another process."""

    first: int  # service index of the first; all services before it collect where parcels leave
    local: IntArray  # [X] index of the service that takes over
    depot: IntArray  # [X] of the site where it does
    pool: IntArray  # [X] service index of the first relay of the same linehaul
    parcel_micros: IntArray  # [X]
    kg_micros: IntArray  # [X]
    micros_per_minor: int

    def linehaul_minor(self, relay: IntArray, weight_g: IntArray) -> IntArray:
        """Charge line of the linehaul, rounded half up once; in parts, so that all stays within 64 bits."""
        kilograms, grams = np.divmod(weight_g, GRAMS_PER_KG)
        minor, micros = np.divmod(self.parcel_micros[relay] + self.kg_micros[relay] * kilograms, self.micros_per_minor)
        rest = micros * GRAMS_PER_KG + self.kg_micros[relay] * grams
        unit = GRAMS_PER_KG * self.micros_per_minor
        return np.asarray(minor + (2 * rest + unit) // (2 * unit))

    def charged(self, rates: RateResult, weight_g: IntArray) -> RateResult:
        """Add the linehaul to the freight of parcels [n] that a relay takes."""
        freight = rates.freight_minor.copy()
        line = self.linehaul_minor(np.arange(len(self.local)), weight_g[:, None])
        freight[:, self.first :] += np.where(rates.reason[:, self.first :] == 0, line, 0)
        return replace(rates, freight_minor=freight)


def with_relays(problem: PlanProblem) -> PlanProblem:
    """Write the linehauls of a problem as services and collections."""
    if not problem.linehauls or problem.relays:
        return problem
    calls = {(call.site, call.service) for call in problem.collections}
    relays, services, collections = [], [], []
    for one in problem.linehauls:
        for local in problem.tariff.services:
            if (one.depot, local.service) not in calls:
                continue
            name = f"{local.service} through {one.depot} by {one.linehaul}"
            relays.append(Relay(name, one, local.service))
            services.append(replace(local, service=name))
            collections.append(
                Collection(one.site, name, one.departure_time_s, one.working_days, one.daily_parcel_capacity)
            )
    return replace(
        problem,
        tariff=replace(problem.tariff, services=(*problem.tariff.services, *services)),
        collections=(*problem.collections, *collections),
        relays=tuple(relays),
    )


def index_relays(problem: PlanProblem) -> Relays | None:
    """Give the relays of a problem as arrays; None: there are none."""
    if not problem.relays:
        return None
    first, hauls = len(problem.tariff.services) - len(problem.relays), [one.linehaul for one in problem.relays]
    service = {one.service: v for v, one in enumerate(problem.tariff.services)}
    site, pool = {one.site: k for k, one in enumerate(problem.sites)}, dict[str, int]()
    for x, one in enumerate(hauls):
        pool.setdefault(one.linehaul, first + x)
    return Relays(
        first=first,
        local=np.array([service[one.local] for one in problem.relays], np.int64),
        depot=np.array([site[one.depot] for one in hauls], np.int64),
        pool=np.array([pool[one.linehaul] for one in hauls], np.int64),
        parcel_micros=np.array([one.cost_per_parcel_micros for one in hauls], np.int64),
        kg_micros=np.array([one.cost_per_kg_micros for one in hauls], np.int64),
        micros_per_minor=problem.brand.currency.micros_per_minor,
    )


def tariff_to(problem: PlanProblem, relays: Relays | None, places: Sequence[Place]) -> TariffTables:
    """Compile the tariff of a problem to some destinations."""
    tables = compile_tariff(problem.tariff, problem.brand.currency, [site.place for site in problem.sites], places)
    return tables if relays is None else take_over(tables, relays.local, relays.depot)


def tariff_anywhere(problem: PlanProblem, relays: Relays | None) -> AnyDestination:
    """Compile the tariff of a problem for all destinations."""
    found = compile_anywhere(problem.tariff, problem.brand.currency, [site.place for site in problem.sites])
    return found if relays is None else replace(found, tables=take_over(found.tables, relays.local, relays.depot))


def relayed_network(problem: PlanProblem, tables: PromiseTables) -> PromiseTables:
    """Have the network of a problem with relays promise them."""
    relays = index_relays(problem)
    if relays is None:
        return tables
    hauls = [one.linehaul for one in problem.relays]
    return replace(tables, relay=compile_relay(tables, problem.sites, hauls, relays.local, relays.depot))


def handed_days(network: PromiseTables, service: IntArray, legs: PromiseResult) -> IntArray:
    """Say for legs [n] on which day the service takes the parcel over: the day of leaving, but for relays."""
    relay = network.relay
    if relay is None:
        return legs.ship_day
    there = (service >= relay.first) & (legs.ship_day >= 0)
    x, day = np.where(there, service - relay.first, 0), np.where(there, legs.ship_day - network.calendars.first_day, 0)
    return np.where(there, relay.handed_day[x, day], legs.ship_day)


def local_name(problem: PlanProblem, service: int) -> str:
    """Id of the service that brings a parcel to its door."""
    first = len(problem.tariff.services) - len(problem.relays)
    return problem.relays[service - first].local if service >= first else problem.tariff.services[service].service


def injection(
    problem: PlanProblem, relays: Relays | None, network: PromiseTables, service: int, ship_day: int, weight_g: int
) -> Injection | None:
    """How a parcel comes to its service; None: that collects it at its site."""
    relay = network.relay
    if relays is None or relay is None or service < relays.first:
        return None
    x = service - relays.first
    depot = problem.sites[int(relays.depot[x])]
    at = int(relay.handed_at[x, ship_day - network.calendars.first_day])
    return Injection(
        linehaul=problem.relays[x].linehaul.linehaul,
        depot=depot.site,
        handed_at=datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(depot.time_zone)),
        cost_minor=int(relays.linehaul_minor(np.array([x]), np.array([weight_g]))[0]),
    )
