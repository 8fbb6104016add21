"""Every action of the ledger against a toy, in whatever order, while days pass and lots expire.

The short form is part of the suite, with the same draws every time; `-m long` runs 10,000 steps.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.core.stock.ledger import assert_moves_add_up, quantities
from tests.core_fixtures import NOW, make_brand, make_operator, make_product, make_site

from doorstep.core.stock import actions, snapshot, transfers
from doorstep.core.stock.actions import Wanted
from doorstep.domain.errors import Conflict, NotEnough, NotFound
from doorstep.domain.ledger import ADJUST_REASONS, AdjustReason, State

pytestmark = pytest.mark.django_db
LAST_DAY: dict[str, date | None] = {
    "a": NOW.date() + timedelta(days=1),
    "b": NOW.date() + timedelta(days=3),
    "c": None,
}  # of each lot, soonest first; a lot lies in one bin of each site
SITES = ("north", "south")
ENDS: dict[AdjustReason, tuple[State | None, State | None]] = {
    "count": (None, "available"),
    "found": (None, "available"),
    "loss": ("available", None),
    "damage": ("available", "damaged"),
    "quarantine": ("available", "quarantined"),
    "clearance": ("quarantined", "available"),
}
sites, lots, units = st.sampled_from(SITES), st.sampled_from(tuple(LAST_DAY)), st.integers(1, 9)
references = st.sampled_from(("order:1", "order:2", "order:3"))
journeys = st.sampled_from(("T-1", "T-2", "T-3", "T-4"))
Toy = Counter[tuple[str, str, State]]  # units by site, lot and state


class House(RuleBasedStateMachine):
    """`toy` says what should lie where, `held` what each order has reserved, `travelling` what is on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        operator = make_operator("house")
        brand = make_brand(operator, "tea")
        self.brand, self.product = brand.pk, make_product(brand, "assam").pk
        self.sites = {code: make_site(operator, code).pk for code in SITES}
        self.at = NOW
        self.toy: Toy = Counter()
        self.held: dict[str, Counter[tuple[str, str]]] = {}
        self.travelling: dict[str, tuple[str, Counter[str]]] = {}
        self.sent: set[str] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def for_sale(self, site: str) -> dict[str, int]:
        """Units by lot, those that expire first first; every site here keeps the clock of Berlin, an hour ahead."""
        today = (self.at + timedelta(hours=1)).date()
        good = [lot for lot, day in LAST_DAY.items() if day is None or day >= today]
        return {lot: self.toy[site, lot, "available"] for lot in good if self.toy[site, lot, "available"]}

    def chosen(self, site: str, quantity: int) -> Counter[str] | None:
        taken: Counter[str] = Counter()
        for lot, there in self.for_sale(site).items():
            taken[lot] = min(there, quantity - taken.total())
        return +taken if taken.total() == quantity else None

    @rule()
    def a_day_passes(self) -> None:
        self.at += timedelta(days=1)

    @rule(site=sites, lot=lots, quantity=units)
    def receive(self, site: str, lot: str, quantity: int) -> None:
        actions.receive(
            self.brand, self.sites[site], self.product, quantity, "A", lot, LAST_DAY[lot], at=self.at, actor="user:1"
        )
        self.toy[site, lot, "available"] += quantity

    @rule(site=sites, lot=lots, quantity=units, reason=st.sampled_from(ADJUST_REASONS), fewer=st.booleans())
    def adjust(self, site: str, lot: str, quantity: int, reason: AdjustReason, fewer: bool) -> None:
        source, target = ENDS[reason]
        signed = quantity
        if reason == "count" and fewer:
            source, target, signed = target, source, -quantity
        if source is None and not self.toy[site, lot, "available"]:
            return  # of a lot that nobody has received the ledger would not know the day
        lacks = source is not None and self.toy[site, lot, source] < quantity
        try:
            actions.adjust(
                self.brand, self.sites[site], self.product, signed, reason=reason, bin="A", lot=lot, at=self.at,
                actor="user:1",
            )  # fmt: skip
        except NotEnough:
            assert lacks
            return
        assert not lacks
        if source is not None:
            self.toy[site, lot, source] -= quantity
        if target is not None:
            self.toy[site, lot, target] += quantity

    @rule(site=sites, quantity=units, reference=references)
    def reserve(self, site: str, quantity: int, reference: str) -> None:
        taken = self.chosen(site, quantity)
        try:
            wanted = [Wanted(self.sites[site], self.product, quantity)]
            actions.reserve(self.brand, wanted, reference, at=self.at, actor="user:1")
        except NotEnough:
            assert taken is None
            return
        assert taken is not None
        for lot, number in taken.items():
            self.toy[site, lot, "available"] -= number
            self.toy[site, lot, "reserved"] += number
            self.held.setdefault(reference, Counter())[site, lot] += number

    @rule(reference=references)
    def release(self, reference: str) -> None:
        actions.release(self.brand, reference, at=self.at, actor="user:1")
        for (site, lot), number in self.held.pop(reference, Counter()).items():
            self.toy[site, lot, "reserved"] -= number
            self.toy[site, lot, "available"] += number

    @rule(origin=sites, quantity=units, reference=journeys)
    def send(self, origin: str, quantity: int, reference: str) -> None:
        to = next(one for one in SITES if one != origin)
        taken = self.chosen(origin, quantity)
        goods = {self.product: quantity}
        try:
            transfers.send(self.brand, self.sites[origin], self.sites[to], goods, reference, at=self.at, actor="user:1")
        except NotEnough:
            assert taken is None
            return
        except Conflict:
            assert reference in self.sent
            return
        assert taken is not None
        assert reference not in self.sent
        self.sent.add(reference)
        self.travelling[reference] = to, taken
        for lot, number in taken.items():
            self.toy[origin, lot, "available"] -= number
            self.toy[to, lot, "in_transit"] += number

    @rule(reference=journeys)
    def take_in(self, reference: str) -> None:
        try:
            transfers.receive(self.brand, reference, bin="A", at=self.at, actor="user:1")
        except NotFound:
            assert reference not in self.sent
            return
        except Conflict:
            assert reference in self.sent
            assert reference not in self.travelling
            return
        to, taken = self.travelling.pop(reference)
        for lot, number in taken.items():
            self.toy[to, lot, "in_transit"] -= number
            self.toy[to, lot, "available"] += number

    @invariant()
    def the_ledger_is_the_toy(self) -> None:
        names = {pk: code for code, pk in self.sites.items()}
        found: Toy = Counter()
        for shelf, number in quantities().items():
            found[names[shelf.site], shelf.lot, shelf.state] += number
        assert found == +self.toy
        for_sale = {one.site: one.on_hand for one in snapshot.available(self.brand, at=self.at)}
        assert for_sale == {site: sum(self.for_sale(site).values()) for site in SITES if self.for_sale(site)}
        assert_moves_add_up()


def played(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_action_does_what_the_toy_does() -> None:
    played(10, 30)


@pytest.mark.long
def test_every_action_does_what_the_toy_does_for_10000_steps() -> None:
    played(200, 50)
