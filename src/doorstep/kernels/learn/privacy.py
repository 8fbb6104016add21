"""Which groups of people may be told apart: those that are large enough, and whose telling gives no small one away."""

from __future__ import annotations

from collections.abc import Mapping


def told_apart(people: Mapping[str, int], least: int) -> frozenset[str]:
    """Names of the groups that may be told.

    A group of fewer than `least` people is not. Where those left out come to fewer than `least` together, the smallest
    of the others is left out too: total less the groups told would give them away (complementary suppression; L.
    Willenborg, T. de Waal, "Elements of Statistical Disclosure Control", Springer 2001, chapter 6). Groups without
    people give nobody away.
    """
    told = {name: count for name, count in people.items() if count >= least}
    left = sum(count for name, count in people.items() if name not in told)
    while told and 0 < left < least:
        smallest = min(told, key=lambda name: (told[name], name))
        left += told.pop(smallest)
    return frozenset(told)


def told_within(whole: Mapping[str, int], parts: Mapping[str, Mapping[str, int]], least: int) -> frozenset[str]:
    """Names of the parts that may be told beside the wholes that they make up.

    Of each whole by itself, since it is told less its parts told; and of none that is left out, since its parts would
    tell it.
    """
    apart = told_apart(whole, least)
    return frozenset(name for one in sorted(apart) for name in told_apart(parts[one], least))
