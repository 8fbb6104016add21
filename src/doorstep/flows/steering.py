"""What a brand's choices go by beside money, set upon a problem: it weighs, is told, and is never paid."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from doorstep.domain.bids import BidPrices
from doorstep.domain.exploration import Exploration
from doorstep.domain.steering import Steering, SteeringKind
from doorstep.flows.commitment_prices import commitment_prices_on
from doorstep.flows.learned_values import with_values
from doorstep.kernels.plan.problem import PlanProblem


def with_steering(problem: PlanProblem, steering: Steering, now: datetime, speed: bool = True) -> PlanProblem:
    """Set commitment prices of today, and the values of speed and carbon, beside the bid prices of a problem.

    And which services may be tried. `speed` false: whoever is served chooses among dates himself, so that no value
    weighs and nothing is tried. What is not there any more weighs nothing. The problem itself, where nothing weighs and
    nothing is tried; else its version is another one.
    """
    there = {one.carrier for one in problem.tariff.services}
    pairs = {(one.carrier, one.service) for one in problem.tariff.services}
    known = (
        one
        for one in steering.commitments
        if ((one.carrier, one.service) in pairs if one.service else one.carrier in there)
    )
    weighed = problem.bid_prices
    prices = commitment_prices_on(known, now.date())
    if prices is not None:
        weighed = replace(weighed or BidPrices(), commitments=prices.commitments)
    if speed:
        weighed = with_values(weighed, steering.values, problem.orders)
    offers = {one.service for one in problem.tariff.services}
    trials = tuple(one for one in steering.trials if one.service in offers) if speed else ()
    if weighed is problem.bid_prices and not trials:
        return problem
    tried = Exploration(trials) if trials else None
    told = (problem.data_version, weighed, *((tried,) if tried else ()))
    version = hashlib.sha256(repr(told).encode()).hexdigest()
    return replace(problem, bid_prices=weighed, exploration=tried, data_version=version)


def steering_note(problem: PlanProblem, steering: Steering) -> dict[str, Any]:
    """What a decision's record says of what it went by: the versions of it, by which the decision comes out again."""
    weighed = problem.bid_prices
    found: tuple[tuple[SteeringKind, bool], ...] = (
        ("values", bool(weighed and (weighed.speed or weighed.carbon))),
        ("commitments", bool(weighed and weighed.commitments)),
        ("trials", problem.exploration is not None),
    )
    told = {kind: put_record(steering, kind) for kind, used in found if used}
    return {"steering": told} if told else {}


def put_record(steering: Steering, kind: SteeringKind) -> dict[str, Any]:
    """Which version of a kind is in force, and since when."""
    put = steering.put[kind]
    return {"version": put.version, "put_at": put.at.isoformat()}
