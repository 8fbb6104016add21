"""The ledger against a dictionary, whatever is asked of it in whatever order. DOORSTEP_STORM=1: for longer."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.core.stock.ledger import assert_moves_add_up, quantities
from tests.core_fixtures import NOW, make_brand, make_operator, make_product, make_site

from doorstep.core.stock import actions
from doorstep.core.stock.models import Move
from doorstep.core.stock.posting import version_of
from doorstep.domain.errors import NotEnough
from doorstep.domain.ledger import Shelf, Shift, State

STORM = os.environ.get("DOORSTEP_STORM") == "1"
EXAMPLES, STEPS = (200, 50) if STORM else (10, 30)
STATES: tuple[State, ...] = ("available", "reserved", "damaged")
Ends = tuple[int, int, str, str, State]
ends = st.tuples(
    st.integers(0, 1), st.integers(0, 1), st.sampled_from(("", "A")), st.sampled_from(("", "l1")),
    st.sampled_from(STATES),
)  # fmt: skip
units = st.integers(1, 9)
pairs = st.tuples(st.none() | ends, st.none() | ends, units).filter(lambda one: one[0] != one[1])
references = st.sampled_from(("order:1", "order:2", "order:3"))


class Ledger(RuleBasedStateMachine):
    """`units` and `held` are the toy: what lies where, and what each reference has reserved."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        operator = make_operator("harbour")
        self.brand = make_brand(operator, "tea").pk
        self.sites = [make_site(operator, code).pk for code in ("north", "south")]
        products = [make_product(operator.brands.get(), sku) for sku in ("assam", "rooibos")]
        self.products = [product.pk for product in products]
        self.units: Counter[Shelf] = Counter()
        self.held: Counter[tuple[str, Shelf]] = Counter()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def shelf(self, end: Ends) -> Shelf:
        site, product, bin, lot, state = end
        return Shelf(self.sites[site], self.products[product], bin, lot, state)

    @rule(end=ends, quantity=st.integers(1, 30))
    def arrive(self, end: Ends, quantity: int) -> None:
        self.posting([Shift(None, self.shelf(end), quantity, "found")])

    @rule(pairs=st.lists(pairs, min_size=1, max_size=4))
    def move(self, pairs: list[tuple[Ends | None, Ends | None, int]]) -> None:
        self.posting(
            [
                Shift(
                    None if source is None else self.shelf(source),
                    None if target is None else self.shelf(target),
                    quantity,
                    "count",
                )
                for source, target, quantity in pairs
            ]
        )

    def posting(self, shifts: list[Shift]) -> None:
        given: Counter[Shelf] = Counter()
        for shift in shifts:
            if shift.source is not None:
                given[shift.source] += shift.quantity
        before = version_of(self.brand)
        if all(self.units[shelf] >= quantity for shelf, quantity in given.items()):
            assert actions.post(self.brand, shifts, at=NOW, actor="system") == before + 1
            for shift in shifts:
                self.shift(shift.source, shift.target, shift.quantity)
        else:
            moves = Move.objects.count()
            with pytest.raises(NotEnough):
                actions.post(self.brand, shifts, at=NOW, actor="system")
            assert (version_of(self.brand), Move.objects.count()) == (before, moves)

    def shift(self, source: Shelf | None, target: Shelf | None, quantity: int) -> None:
        if source is not None:
            self.units[source] -= quantity
        if target is not None:
            self.units[target] += quantity

    @rule(site=st.integers(0, 1), product=st.integers(0, 1), quantity=units, reference=references)
    def reserve(self, site: int, product: int, quantity: int, reference: str) -> None:
        wanted = actions.Wanted(self.sites[site], self.products[product], quantity)
        there = [s for s in self.units if (s.site, s.product, s.state) == (wanted.site, wanted.product, "available")]
        before = version_of(self.brand)
        if sum(self.units[shelf] for shelf in there) < quantity:
            with pytest.raises(NotEnough):
                actions.reserve(self.brand, [wanted], reference, at=NOW, actor="system")
            assert version_of(self.brand) == before
            return
        version = actions.reserve(self.brand, [wanted], reference, at=NOW, actor="system")
        # Which level is another test's matter; here: units of this product, at this site, kept in bin and lot.
        left = quantity
        for shelf in sorted(there):
            target = Shelf(shelf.site, shelf.product, shelf.bin, shelf.lot, "reserved")
            moves = Move.objects.filter(version=version, source__bin=shelf.bin, source__lot=shelf.lot)
            taken = sum(move.quantity for move in moves)
            self.shift(shelf, target, taken)
            self.held[reference, target] += taken
            left -= taken
        assert left == 0

    @rule(reference=references)
    def release(self, reference: str) -> None:
        held = {shelf: units for (whose, shelf), units in self.held.items() if whose == reference and units}
        before = version_of(self.brand)
        if any(self.units[shelf] < quantity for shelf, quantity in held.items()):
            with pytest.raises(NotEnough):  # moved on without naming the reference
                actions.release(self.brand, reference, at=NOW, actor="system")
            assert version_of(self.brand) == before
            return
        version = actions.release(self.brand, reference, at=NOW, actor="system")
        assert version == before + bool(held)
        for shelf, quantity in held.items():
            self.shift(shelf, Shelf(shelf.site, shelf.product, shelf.bin, shelf.lot, "available"), quantity)
            self.held[reference, shelf] = 0

    @invariant()
    def levels_are_those_of_the_toy_and_of_the_moves(self) -> None:
        assert quantities() == {shelf: quantity for shelf, quantity in self.units.items() if quantity}
        assert_moves_add_up()


@pytest.mark.django_db
def test_levels_are_what_was_moved_whatever_is_asked() -> None:
    few = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Ledger, settings=few)
