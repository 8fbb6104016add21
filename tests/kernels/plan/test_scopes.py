"""Whom rules concern is the same, looked up or asked one by one; and long lists take no longer than they must."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
from tests.kernels.plan.scenes import order, product

from doorstep.domain.rules import Rule, RuleScope
from doorstep.kernels.plan.scopes import FEW, goods_of, orders_of


def random_scope(rng: Random) -> RuleScope:
    skus = [f"S-{rng.randrange(40)}" for _ in range(rng.choice((0, 1, FEW, 30)))]
    skus += rng.choices(["S-1*", "*7", "*", "S-*-"], k=rng.choice((0, 0, 1, 2)))
    people = [f"c{rng.randrange(40)}" for _ in range(rng.choice((0, 1, FEW + 1, 30)))]
    return RuleScope(
        customers=tuple(dict.fromkeys(people)),
        channels=rng.choice(((), ("web",))),
        countries=rng.choice(((), ("DE", "FR"))),
        skus=tuple(dict.fromkeys(skus)),
        categories=rng.choice(((), ("home",))),
        dangerous=rng.random() < 0.2,
        gift=rng.choice((None, True, False)),
    )


def test_looked_up_or_asked_it_is_the_same() -> None:
    rng = Random(4)
    products = [
        replace(product(f"S-{n}"), category=rng.choice(("home", "toys")), hazmat_class=rng.choice(("", "3")))
        for n in range(40)
    ]
    orders = [
        replace(order(str(n), "S-1"), customer=f"c{n}", channel=rng.choice(("web", "app")), gift_note=rng.choice("x "))
        for n in range(40)
    ]
    rules = [Rule(f"r{n}", "never_split", random_scope(rng)) for n in range(300)]
    goods, concerned = goods_of(rules, products), orders_of(rules, orders)
    assert np.array_equal(goods, [[rule.scope.takes(one) for one in products] for rule in rules])
    assert np.array_equal(concerned, [[rule.scope.meets(one) for one in orders] for rule in rules])
    assert goods.any()
    assert not goods.all()
    assert concerned.any()
    assert not concerned.all()


def test_each_name_of_a_long_list_is_read_once() -> None:
    class Counted(str):
        compared = 0

        def __eq__(self, other: object) -> bool:
            Counted.compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    names = tuple(Counted(f"S-{n}") for n in range(2_000))
    products = [product(f"S-{n}") for n in range(1_500, 2_500)]
    found = goods_of([Rule("r", "never_split", RuleScope(skus=names))], products)
    assert found.sum() == 500
    assert Counted.compared < 20_000


def test_nothing_to_look_up() -> None:
    assert goods_of([], []).shape == (0, 0)
    assert orders_of([Rule("r", "never_split")], []).shape == (1, 0)
