"""What shoppers say: the survey, what they call about, and the score they give, joined with what was delivered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.customer import DELIVERY_WISHES, ContactMade, SurveyReply
from doorstep.domain.demand import Order
from doorstep.domain.learned import PastParcel
from doorstep.kernels.learn.customers_problem import CustomersProblem, days_late, kept
from doorstep.kernels.learn.privacy import told_apart
from doorstep.kernels.learn.rates import Estimate, of_enough, rate_per, share
from doorstep.kernels.learn.reviews import LatenessEffect, Reviewed, SpanScore, lateness_effect

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
        _told_of_enough(_lateness(problem), least_people),
    )


def _wished(replies: list[SurveyReply], standing: Mapping[str, str], least: int) -> tuple[Wished, ...]:
    if not replies:
        return ()
    groups = {"all": replies}
    for name in STANDINGS:
        groups[name] = [one for one in replies if standing.get(one.order, "undecided") == name]
    told = told_apart({name: len(groups[name]) for name in STANDINGS}, least)
    shown = [name for name in groups if (name == "all" and len(replies) >= least) or name in told]
    return tuple(_wishes(name, groups[name], least) for name in shown)


def _wishes(name: str, replies: list[SurveyReply], least: int) -> Wished:
    counts = Counter(one.wish for one in replies)
    said = [one.satisfied for one in replies if one.satisfied is not None]
    wishes = {str(wish): share(counts[wish], len(replies)) for wish in DELIVERY_WISHES}
    return Wished(name, len(replies), wishes, of_enough(share(sum(said), len(said)), least))


def _reasons(
    contacts: tuple[ContactMade, ...], known: set[str], standing: Mapping[str, str], least: int
) -> tuple[Reason, ...]:
    """Reasons by how often; those of few orders are told together as others, and not at all where still few."""
    by: dict[str, list[ContactMade]] = {}
    for one in contacts:
        by.setdefault(one.reason, []).append(one)
    told = {reason for reason, some in by.items() if len(_about(some)) >= least}  # no total is told that gives one away
    merged: dict[str, list[ContactMade]] = {}
    for one in contacts:
        merged.setdefault(one.reason if one.reason in told else OTHERS, []).append(one)
    counts = Counter(standing.get(one, "") for one in known)
    apart = told_apart(counts, least)
    bases = {one: counts[one] for one in apart}
    found = [
        _reason(reason, some, known, standing, bases, least)
        for reason, some in merged.items()
        if len(_about(some)) >= least
    ]
    return tuple(sorted(found, key=lambda one: (one.reason == OTHERS, -one.contacts, one.reason)))


def _reason(
    reason: str,
    contacts: list[ContactMade],
    known: set[str],
    standing: Mapping[str, str],
    bases: Mapping[str, int],
    least: int,
) -> Reason:
    by: dict[str, list[ContactMade]] = {}
    for one in contacts:
        by.setdefault(standing.get(one.order, ""), []).append(one)
    return Reason(
        reason,
        len(contacts),
        len({one.order for one in contacts if one.order}),
        _per_1000(contacts, len(known)),
        _per_1000(by.get("kept", []), bases.get("kept", 0)),
        _per_1000(by.get("broken", []), bases.get("broken", 0)),
        _outcomes(contacts, least),
    )


def _about(contacts: Iterable[ContactMade]) -> Counter[str]:
    """Contacts by the order that they are about; one that names none stands for itself."""
    return Counter(one.order or f"contact {one.contact}" for one in contacts)


def _per_1000(contacts: list[ContactMade], orders: int) -> Estimate:
    """Contacts per 1,000 orders; who calls twice of one order says less than two who call once."""
    clusters = list(_about(contacts).values())
    together = sum(one * one for one in clusters) / sum(clusters) if clusters else 1.0
    return rate_per(len(contacts), orders, 1_000, together)


def _outcomes(contacts: list[ContactMade], least: int) -> dict[str, int]:
    """Contacts by outcome; the words of a rare one are not told, they may be of somebody."""
    by: dict[str, list[ContactMade]] = {}
    for one in contacts:
        by.setdefault(one.outcome or "not said", []).append(one)
    told = told_apart({outcome: len(_about(some)) for outcome, some in by.items()}, least)
    counts: Counter[str] = Counter()
    for outcome, some in by.items():
        counts[outcome if outcome in told else OTHERS] += len(some)
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _lateness(problem: CustomersProblem) -> LatenessEffect:
    """Scores of late parcels against others of the same region and class of price."""
    value = order_values(problem.orders)
    rows = [
        (float(one.review_score), late, one.sample_weight, _region(one), value.get(one.order, 0))
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


def _region(one: PastParcel) -> str:
    return f"{one.destination_country} {one.destination_region}"


def _told_of_enough(effect: LatenessEffect, least: int) -> LatenessEffect:
    """Leave out scores of few parcels, and those that would give them away."""
    if min(effect.late, effect.parcels - effect.late) < least:
        hidden = tuple(SpanScore(one.first, one.last, Estimate(one.score.n)) for one in effect.spans)
        plain, adjusted = Estimate(effect.plain.n), Estimate(effect.adjusted.n)
        return replace(effect, plain=plain, adjusted=adjusted, spans=hidden)
    told: set[str] = set()
    for late in (True, False):  # each of the two means is told by their difference
        sizes = {
            str(one.first): one.score.n for one in effect.spans if (one.first is not None and one.first > 0) is late
        }
        told |= told_apart(sizes, least)
    spans = (
        one if str(one.first) in told else SpanScore(one.first, one.last, Estimate(one.score.n)) for one in effect.spans
    )
    return replace(effect, spans=tuple(spans))


def order_values(orders: tuple[Order, ...]) -> dict[str, int]:
    """What the goods of each order cost, in micros."""
    return {one.order: sum(line.quantity * line.unit_price_micros for line in one.lines) for one in orders}
