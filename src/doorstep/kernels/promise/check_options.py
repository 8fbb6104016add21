"""Verify what is told of options, the slow way: every date of every leg anew, by the verifier of promises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from doorstep.domain.carriage import Service
from doorstep.domain.learned import TransitModel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site
from doorstep.kernels.promise.check import EPOCH, EVER, MILLION, Leaving, Verifier, check, date_of
from doorstep.kernels.promise.check_days import at
from doorstep.kernels.promise.options import OptionParams, OptionsResult
from doorstep.kernels.promise.problem import Legs


def check_options(
    sites: Sequence[Site],
    collections: Sequence[Collection],
    services: Sequence[Service],
    destinations: Sequence[Place],
    transit: TransitModel,
    target_ppm: int,
    legs: Legs,
    params: OptionParams,
    result: OptionsResult,
    *,
    covered: tuple[int, int] | None = None,
) -> tuple[str, ...]:
    """Tell every leg anew and compare.

    Parameters
    ----------
    sites, collections, services, destinations, transit, target_ppm
        As given to `compile_network`, with the defaults of `NetworkParams` and `PromiseParams`.
    legs, params, result
        n questions, what is to be told, and n answers.
    covered
        First and last day (since 1970-01-01) that the tables cover; None: all days.

    Returns
    -------
    tuple
        A sentence per column of a leg that is told wrongly; empty when all is well.
    """
    faults = list(
        check(sites, collections, services, destinations, transit, target_ppm, legs, result.promised, covered=covered)
    )
    rows = {len(column) for column in (result.quantile_day, result.arrived_ppm, result.value_day, result.countdown_s)}
    if rows | {len(result.value_ppm)} != {len(legs)}:
        return (*faults, "the result does not have one answer per leg")
    verifier = Verifier(sites, collections, services, destinations, transit, target_ppm)
    verifier.covered, verifier.stated_on_time_ppm, verifier.early_ppm = covered or EVER, 950_000, 50_000
    for leg in range(len(legs)):
        told = _Told(verifier, legs, leg, params) if result.promised.promised_day[leg] >= 0 else None
        faults += (f"leg {leg}: {fault}" for fault in _faults(told, leg, params, result))
    return tuple(faults)


class _Told:
    """What is to be told of one leg that is promised."""

    def __init__(self, verifier: Verifier, legs: Legs, leg: int, params: OptionParams) -> None:
        site, service = verifier.sites[int(legs.site[leg])], verifier.services[int(legs.service[leg])]
        destination = verifier.destinations[int(legs.destination[leg])]
        calls = verifier.calls(site, service)
        curve = verifier.curve(site, service, destination)[0]
        leaving = verifier.leaving(legs, leg, curve, calls)
        ready = datetime.fromtimestamp(int(legs.ready_at[leg]), UTC)
        self.begins = leaving.day()
        last = EPOCH + timedelta(days=verifier.covered[1])
        days = [self.begins + timedelta(days=step) for step in range(params.span_days)]
        self.chances = {day: leaving.chance(curve, day, service, destination) for day in days if day <= last}
        not_before = date_of(int(legs.not_before[leg])) or self.begins
        self.hopeful = {day: share for day, share in self.chances.items() if day >= not_before and share}
        self.placed = ready.astimezone(ZoneInfo(site.time_zone)).date()
        self.countdown_s = _countdown_s(leaving, ready, site, calls)

    def quantile(self, share_ppm: int) -> int:
        return _number(min((day for day, share in self.hopeful.items() if share >= share_ppm), default=None))

    def best(self, params: OptionParams) -> date | None:
        def value(day: date) -> Fraction:
            late = Fraction(MILLION - self.hopeful[day], MILLION)
            return -params.value_per_day_micros * Fraction((day - self.placed).days) - params.late_cost_micros * late

        return max(sorted(self.hopeful), key=value, default=None)


def _countdown_s(leaving: Leaving, ready: datetime, site: Site, calls: Sequence[Collection]) -> int:
    if leaving.passed:
        return -1
    day, zone = leaving.day(), ZoneInfo(site.time_zone)
    last = max(at(day, call.collection_time_s, zone) for call in calls if day.weekday() in call.working_days)
    return int((min(at(day, site.order_cutoff_s, zone), last) - ready).total_seconds())


def _number(day: date | None) -> int:
    return -1 if day is None else (day - EPOCH).days


def _faults(told: _Told | None, leg: int, params: OptionParams, result: OptionsResult) -> Iterator[str]:
    nothing = [-1] * params.span_days
    arrived, quantiles, best, share, countdown_s = nothing, [-1] * len(params.quantiles_ppm), -1, 0, -1
    if told is not None:
        chances = list(told.chances.values())
        arrived = chances + nothing[len(chances) :]
        quantiles = [told.quantile(share_ppm) for share_ppm in params.quantiles_ppm]
        day = told.best(params)
        best, share = _number(day), 0 if day is None else told.hopeful[day]
        countdown_s = told.countdown_s
    for name, expected, given in (
        ("arrived_ppm", arrived, result.arrived_ppm[leg].tolist()),
        ("quantile_day", quantiles, result.quantile_day[leg].tolist()),
        ("value_day", best, int(result.value_day[leg])),
        ("value_ppm", share, int(result.value_ppm[leg])),
        ("countdown_s", countdown_s, int(result.countdown_s[leg])),
    ):
        if expected != given:
            yield f"{name}: expected {expected}, given {given}"
