"""What shoppers say: the survey, what they call about, and the score they give, joined with what was delivered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from doorstep.domain.customer import DELIVERY_WISHES, ContactMade, SurveyReply
from doorstep.domain.demand import Order
from doorstep.kernels.learn.customers_problem import CustomersProblem, days_late, kept
from doorstep.kernels.learn.privacy import told_apart
from doorstep.kernels.learn.rates import Estimate, rate_per, share
from doorstep.kernels.learn.reviews import LatenessEffect, Reviewed, lateness_effect

STANDINGS = ("kept", "broken", "undecided")
PRICE_CLASSES = 5
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Wished:
    """Answers of those whose promise stood so: share of each wish, and of the satisfied among who said."""

    standing: str  # all, kept, broken, undecided
    answers: int
    wishes: dict[str, Estimate]
    satisfied: Estimate


@dataclass(frozen=True, slots=True)
class Reason:
    """Contacts for a reason: per 1,000 orders, and per 1,000 of those whose promise was kept, or broken."""

    reason: str
    contacts: int
    orders: int  # different ones that they were about
    all_orders: Estimate
    kept: Estimate
    broken: Estimate
    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Voice:
    """`unmatched` answers and contacts name an order that nobody knows; `without_order` contacts name none."""

    wished: tuple[Wished, ...]
    unmatched_answers: int
    reasons: tuple[Reason, ...]
    orders: int
    unmatched_contacts: int
    contacts_without_order: int
    lateness: LatenessEffect


def standings(problem: CustomersProblem) -> dict[str, str]:
    """How the promise of each order stands: broken where it is for any of its parcels, kept where it is for all."""
    found: dict[str, str] = {}
    for parcel in problem.history:
        one = kept(parcel, problem.as_of)
        standing = "undecided" if one is None else "kept" if one else "broken"
        name = parcel.order or parcel.parcel
        former = found.get(name, standing)
        worst = {standing, former}
        found[name] = "broken" if "broken" in worst else "undecided" if "undecided" in worst else "kept"
    return found


def learn_voice(problem: CustomersProblem, least_people: int) -> Voice:
    """Join what shoppers say with what they got; the problem holds what was known."""
    standing = standings(problem)
    known = {one.order for one in problem.orders} | standing.keys()
    replies = [one for one in problem.replies if one.order in known]
    reasons = _reasons(problem.contacts, known, standing, least_people)
    return Voice(
        _wished(replies, standing, least_people),
        len(problem.replies) - len(replies),
        reasons,
        len(known),
        sum(bool(one.order) and one.order not in known for one in problem.contacts),
        sum(not one.order for one in problem.contacts),
        _lateness(problem),
    )


def _wished(replies: list[SurveyReply], standing: Mapping[str, str], least: int) -> tuple[Wished, ...]:
    if not replies:
        return ()
    groups = {"all": replies}
    for name in STANDINGS:
        groups[name] = [one for one in replies if standing.get(one.order, "undecided") == name]
    told = told_apart({name: len(groups[name]) for name in STANDINGS}, least)
    shown = [name for name in groups if (name == "all" and len(replies) >= least) or name in told]
    return tuple(_wishes(name, groups[name]) for name in shown)


def _wishes(name: str, replies: list[SurveyReply]) -> Wished:
    counts = Counter(one.wish for one in replies)
    said = [one.satisfied for one in replies if one.satisfied is not None]
    wishes = {str(wish): share(counts[wish], len(replies)) for wish in DELIVERY_WISHES}
    return Wished(name, len(replies), wishes, share(sum(said), len(said)))


def _reasons(
    contacts: tuple[ContactMade, ...], known: set[str], standing: Mapping[str, str], least: int
) -> tuple[Reason, ...]:
    """Reasons by how often; those of few orders are told together as others, and not at all where still few."""
    about: dict[str, set[str]] = {}
    for one in contacts:
        about.setdefault(one.reason, set()).add(one.order or f"contact {one.contact}")
    told = {reason for reason, orders in about.items() if len(orders) >= least}  # no total is told that gives one away
    merged: dict[str, list[ContactMade]] = {}
    for one in contacts:
        merged.setdefault(one.reason if one.reason in told else OTHERS, []).append(one)
    counts = Counter(standing.values())
    found = [
        _reason(reason, some, known, standing, counts)
        for reason, some in merged.items()
        if len({one.order or one.contact for one in some}) >= least
    ]
    return tuple(sorted(found, key=lambda one: (one.reason == OTHERS, -one.contacts, one.reason)))


def _reason(
    reason: str, contacts: list[ContactMade], known: set[str], standing: Mapping[str, str], counts: Mapping[str, int]
) -> Reason:
    by = Counter(standing.get(one.order, "") for one in contacts)
    outcomes = Counter(one.outcome or "not said" for one in contacts)
    return Reason(
        reason,
        len(contacts),
        len({one.order for one in contacts if one.order}),
        rate_per(len(contacts), len(known), 1_000),
        rate_per(by["kept"], counts.get("kept", 0), 1_000),
        rate_per(by["broken"], counts.get("broken", 0), 1_000),
        dict(sorted(outcomes.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def _lateness(problem: CustomersProblem) -> LatenessEffect:
    """Scores of late parcels against others of the same region and class of price."""
    value = order_values(problem.orders)
    rows = [
        (float(one.review_score), late, one.sample_weight, one.destination_region, value.get(one.order, 0))
        for one in problem.history
        if one.review_score is not None and (late := days_late(one)) is not None
    ]
    prices = np.array([row[4] for row in rows], dtype=np.float64)
    cuts = np.quantile(prices, np.arange(1, PRICE_CLASSES) / PRICE_CLASSES) if rows else np.zeros(0)
    classes = np.searchsorted(cuts, prices, side="left")
    names = [f"{row[3]} {one}" for row, one in zip(rows, classes, strict=True)]
    stratum = np.unique(names, return_inverse=True)[1] if names else np.zeros(0, dtype=np.int64)
    return lateness_effect(
        Reviewed(
            np.array([row[0] for row in rows], dtype=np.float64),
            np.array([row[1] for row in rows], dtype=np.int64),
            np.array([row[2] for row in rows], dtype=np.float64),
            stratum.astype(np.int64),
        )
    )


def order_values(orders: tuple[Order, ...]) -> dict[str, int]:
    """What the goods of each order cost, in micros."""
    return {one.order: sum(line.quantity * line.unit_price_micros for line in one.lines) for one in orders}
