"""Products that are bought together more often than chance would have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, log
from statistics import NormalDist

from doorstep.kernels.learn.rates import LEVEL

MOST_IN_BASKET = 60  # larger ones are a wholesaler's, and their pairs say nothing


@dataclass(frozen=True, slots=True)
class Pair:
    """Two products of one basket.

    `support` is the share of baskets with both, `lift` that share against what it would be if they were bought
    independently, with its 95 % interval; `customers` how many people bought both at once.
    """

    one: str
    two: str
    baskets: int
    customers: int
    support: float
    lift: float
    low: float
    high: float


def affinity(baskets: Sequence[tuple[str, frozenset[str]]], least_customers: int) -> tuple[Pair, ...]:
    """Find pairs that are surely bought together, the highest lower end of the lift first.

    Parameters
    ----------
    baskets
        Customer and products of each order; those of more than 60 products are left out.
    least_customers
        Pairs of fewer different customers are not told.

    References
    ----------
    R. Agrawal, T. Imielinski, A. Swami, SIGMOD 1993: support. S. Brin, R. Motwani, J. Ullman, S. Tsur, SIGMOD 1997:
    lift (there: interest). The interval is that of a ratio of counts on the logarithm, with Bonferroni's correction for
    as many pairs as are looked at.
    """
    told = [(who, skus) for who, skus in baskets if len(skus) <= MOST_IN_BASKET]
    alone = Counter(sku for _, skus in told for sku in skus)
    frequent = {sku for sku, count in alone.items() if count >= least_customers}
    both: Counter[tuple[str, str]] = Counter()
    people: dict[tuple[str, str], set[str]] = {}
    for who, skus in told:
        for pair in combinations(sorted(skus & frequent), 2):
            both[pair] += 1
            people.setdefault(pair, set()).add(who)
    enough = {pair: len(people[pair]) for pair in both if len(people[pair]) >= least_customers}
    z = NormalDist().inv_cdf(1 - (1 - LEVEL) / 2 / max(1, len(enough)))
    found = []
    for pair, customers in enough.items():
        count, total = both[pair], len(told)
        lift = count * total / (alone[pair[0]] * alone[pair[1]])
        error = (1 / count - 1 / total + 1 / alone[pair[0]] + 1 / alone[pair[1]]) ** 0.5
        low, high = exp(log(lift) - z * error), exp(log(lift) + z * error)
        found.append(Pair(*pair, count, customers, count / total, lift, low, high))
    return tuple(sorted((one for one in found if one.low > 1), key=lambda one: (-one.low, one.one, one.two)))
