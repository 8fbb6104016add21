"""What a brand's choices go by beside money, set upon a problem: it weighs, is told, and is never paid."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from doorstep.domain.bids import BidPrices, CommitmentPrice
from doorstep.domain.exploration import Exploration
from doorstep.domain.steering import Put, Steering, SteeringKind
from doorstep.flows.commitment_prices import commitment_prices_on
from doorstep.flows.learned_values import with_values
from doorstep.kernels.plan.problem import PlanProblem


def with_steering(problem: PlanProblem, steering: Steering, now: datetime, speed: bool = True) -> PlanProblem:
    """Set commitment prices of today, and the values of speed and carbon, beside the bid prices of a problem.

    And which services may be tried. `speed` false: whoever is served chooses among dates himself, so that no value
    weighs and nothing is tried. What is not there any more weighs nothing. A service whose parcels cannot be followed
    is not tried: of what nobody tells when it came nothing is learned, so that a trial would cost and teach nothing.
    The problem itself, where nothing weighs and nothing is tried; else its version is another one.
    """
    weighed = problem.bid_prices
    prices = (*_own(problem, steering, now.date()), *_pooled(problem, steering, now.date()))
    if prices:
        weighed = replace(weighed or BidPrices(), commitments=prices)
    if speed:
        weighed = with_values(weighed, steering.values, problem.orders)
    followed = {one.service for one in problem.tariff.services if one.tracked}
    trials = tuple(one for one in steering.trials if one.service in followed) if speed else ()
    if weighed is problem.bid_prices and not trials:
        return problem
    tried = Exploration(trials) if trials else None
    told = (problem.data_version, weighed, *((tried,) if tried else ()))
    version = hashlib.sha256(repr(told).encode()).hexdigest()
    return replace(problem, bid_prices=weighed, exploration=tried, data_version=version)


def steering_note(problem: PlanProblem, steering: Steering, now: datetime) -> dict[str, Any]:
    """What a decision's record says of what it went by: the versions of it, by which the decision comes out again."""
    weighed = problem.bid_prices
    told: dict[str, Any] = {}
    if weighed and (weighed.speed or weighed.carbon):
        told["values"] = put_record(steering, "values")
    if weighed and weighed.commitments:
        today = now.date()
        if _own(problem, steering, today):
            told["commitments"] = put_record(steering, "commitments")
        if steering.pooled_put and _pooled(problem, steering, today):
            told["account_prices"] = _told(steering.pooled_put)
    if problem.exploration is not None:
        told["trials"] = put_record(steering, "trials")
    return {"steering": told} if told else {}


def _own(problem: PlanProblem, steering: Steering, day: date) -> tuple[CommitmentPrice, ...]:
    """Prices that the brand itself has put in force, of carriers and services that are there."""
    there = {one.carrier for one in problem.tariff.services}
    pairs = {(one.carrier, one.service) for one in problem.tariff.services}
    known = (
        one
        for one in steering.commitments
        if ((one.carrier, one.service) in pairs if one.service else one.carrier in there)
    )
    found = commitment_prices_on(known, day)
    return found.commitments if found else ()


def _pooled(problem: PlanProblem, steering: Steering, day: date) -> tuple[CommitmentPrice, ...]:
    """Prices of the operator's accounts, service by service; of a carrier that the brand has a price of, the brand's.

    An account's are those of the services that name it. A price below its carrier's own goes on top of it.
    """
    own = {one.carrier for one in _own(problem, steering, day)}
    by_account = {(one.key.carrier, one.key.account): one.prices for one in steering.pooled}
    found = []
    for service in problem.tariff.services:
        prices = by_account.get((service.carrier, service.account), ())
        mine = commitment_prices_on((one for one in prices if one.service in ("", service.service)), day)
        if mine and service.carrier not in own:
            worth = sum(one.price_micros for one in mine.commitments)
            found.append(CommitmentPrice(service.carrier, service.service, worth))
    return tuple(found)


def put_record(steering: Steering, kind: SteeringKind) -> dict[str, Any]:
    """Which version of a kind is in force, and since when."""
    return _told(steering.put[kind])


def _told(put: Put) -> dict[str, Any]:
    return {"version": put.version, "put_at": put.at.isoformat()}
