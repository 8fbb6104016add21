"""Decisions under bid prices: what they say of them, before the verifier and when they are made again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.record.brand import NOW
from tests.record.scarce import scarce, stocked, teapot

from doorstep.core.decisions.models import Decision
from doorstep.core.decisions.queries import latest
from doorstep.core.learned import bids
from doorstep.core.learned.models import Bids
from doorstep.core.orders.models import Order
from doorstep.domain.rights import Scope
from doorstep.files.plan_out import decision_record
from doorstep.flows import accept, replan
from doorstep.flows.accept import Accepted, accept_order
from doorstep.flows.bids import Heeded, with_bids
from doorstep.flows.learn_bids import APART, learn_bids
from doorstep.flows.plan_now import plan_now
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanProblem, PlanResult
from doorstep.kernels.plan.plan import plan as real
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db
Shop = tuple[Scope, int]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return scarce(tmp_path / "brand")


def site(accepted: Accepted) -> str:
    (parcel,) = accepted.parcels
    return parcel.site


class TestDecisions:
    """What is decided under prices stands before the verifier, and comes out the same again."""

    @pytest.mark.parametrize("way", [accept, replan])
    def test_are_accepted_by_the_verifier_and_replayed(
        self, shop: Shop, way: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, brand = shop
        learn_bids(*shop, now=NOW)
        seen: list[tuple[PlanProblem, PlanResult]] = []

        def watched(problem: PlanProblem, **how: Any) -> PlanResult:
            result = real(problem, **how)
            seen.append((problem, result))
            return result

        monkeypatch.setattr(way, "plan", watched)
        if way is accept:
            accept_order(*shop, teapot("S"), now=NOW)
        else:
            plan_now(*shop, Order.objects.get(code="P-1-4").pk, now=NOW)
        ((problem, result),) = seen
        assert problem.bid_prices is not None
        assert check(problem, result.plan) == ()
        decision = Decision.objects.get()
        stored = dict(decision.record)
        learned_at = stored.pop("bid_prices")["learned_at"]

        stocked(brand, 400, 400)
        learn_bids(*shop, now=NOW + APART)  # other prices are in force since
        at = next(one for one in Bids.objects.all() if one.learned_at.isoformat() == learned_at).learned_at
        told = bids.learned(brand, at, at)
        assert told is not None
        heeded = Heeded(at, (), {"teapot": told.rows})
        bare = replace(problem, bid_prices=None)
        again = replace(with_bids(bare, heeded, NOW), data_version=decision.data_version)
        assert again == problem
        (repeated,) = real(again).decisions(Run(seed=decision.seed))
        currency = problem.brand.currency
        assert orjson.loads(orjson.dumps(decision_record(repeated, currency))) == stored

    def test_tell_what_was_seen_by_another_version_of_the_data(self, shop: Shop) -> None:
        scope, brand = shop
        versions = []
        for learned in (False, True):
            if learned:
                learn_bids(scope, brand, now=NOW)
            order = replace(teapot("E", "express"), order=f"E-{learned}")
            accept_order(*shop, order, now=NOW)
            stocked(brand, 1, 40)
            versions.append(Decision.objects.latest("id").data_version)
        assert len(set(versions)) == 2

    def test_weigh_and_are_not_paid(self, shop: Shop) -> None:
        learn_bids(*shop, now=NOW)
        accepted = accept_order(*shop, teapot("E", "express"), now=NOW)
        decision = Decision.objects.get()
        assert decision.record["weights"] == [{"what": "1 x teapot at berlin", "amount": pytest.approx(45, abs=10)}]
        assert decision.cost_minor == sum(one.cost.total_minor for one in accepted.parcels) < 2_000

    def test_are_read_with_what_weighed(self, shop: Shop) -> None:
        scope, _ = shop
        learn_bids(*shop, now=NOW)
        accept_order(*shop, teapot("E", "express"), now=NOW)
        receipt = latest(scope, Order.objects.get(code="E").pk)
        assert receipt is not None
        assert receipt.bids_learned_at == NOW
        assert [one.what for one in receipt.weights] == ["1 x teapot at berlin"]
        assert receipt.lower_bound_minor > receipt.cost_minor
        assert receipt.lower_bound_minor == pytest.approx(receipt.cost_minor + receipt.weights_minor, abs=2)
