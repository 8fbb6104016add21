"""Pairs that are bought together are found; those of few people, and those by chance, are not told."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.learn.affinity import affinity


def baskets(n: int, seed: int) -> list[tuple[str, frozenset[str]]]:
    """Tea and mugs go together; all else comes by chance."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(n):
        inside = {f"p{one}" for one in np.flatnonzero(rng.random(12) < 0.15)}
        if rng.random() < 0.2:
            inside |= {"tea", "mug"} if rng.random() < 0.7 else {"tea"}
        made.append((f"c{number}", frozenset(inside)))
    return made


def test_what_goes_together_is_found_and_nothing_else() -> None:
    found = affinity(baskets(2_000, 1), least_customers=20)
    assert [(one.one, one.two) for one in found] == [("mug", "tea")]
    assert found[0].low < found[0].lift < found[0].high
    assert found[0].support == found[0].baskets / 2_000
    assert 4 < found[0].lift < 6


def test_pairs_of_few_people_are_not_told() -> None:
    one_buyer = [("same", frozenset({"tea", "mug"})) for _ in range(200)]
    others = [(f"c{one}", frozenset({"pot"})) for one in range(2_000)]
    assert affinity(one_buyer + others, least_customers=20) == ()


def test_baskets_of_a_wholesaler_say_nothing() -> None:
    large = [(f"c{one}", frozenset(f"p{number}" for number in range(70))) for one in range(50)]
    assert affinity(large, least_customers=2) == ()
    assert affinity([], least_customers=2) == ()
