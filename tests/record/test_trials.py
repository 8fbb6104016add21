"""Services that a brand lets be tried: put in force by a person, drawn by the order's id, told with the decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from tests.record.brand import NOW, loaded
from tests.record.scarce import stocked
from tests.record.test_quote import LATER, cart, ordered, quoted

from doorstep.core.decisions.models import Decision
from doorstep.core.decisions.queries import latest
from doorstep.core.events.models import Fact
from doorstep.core.learned import insights, steering
from doorstep.core.orders.models import Order
from doorstep.core.tariffs.models import Service
from doorstep.domain.errors import Conflict, InvalidProblem
from doorstep.domain.exploration import ServiceTrial
from doorstep.domain.place import Place
from doorstep.domain.rights import Scope
from doorstep.flows.accept import accept_order
from doorstep.flows.order_quoted import accept_quoted
from doorstep.flows.plan_day import plan_day
from doorstep.flows.quote import accept_quote
from doorstep.flows.standing import forget
from doorstep.flows.steer import Wished, steer, try_proposed
from doorstep.kernels.learn.explore import draw
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db
EXPRESS = ServiceTrial("express", 500_000, 20_000_000)
TRYING = Wished(trials=(EXPRESS,))
HAMBURG = Place("DE", "HH", "Hamburg", "20095", 53.55, 9.99)  # both services go there from one site
NONE = Wished(off=frozenset({"trials"}))


@pytest.fixture
def shop() -> Iterator[tuple[Scope, int]]:
    forget()
    scope, brand_id = loaded()
    stocked(brand_id, 40, 40)
    Service.objects.filter(brand=brand_id).update(tracked=True)
    yield scope, brand_id
    forget()


def named(tries: bool) -> Iterator[str]:
    """Ids of orders that draw express, or do not."""
    shares = [(EXPRESS.service, EXPRESS.share_ppm)]
    return (code for code in (f"lot-{n}" for n in count()) if (draw(code, shares, 0) is not None) == tries)


def accepted(shop: tuple[Scope, int], code: str) -> Decision:
    assert accept_order(*shop, ordered(code, cart("teapot", place=HAMBURG), NOW), now=NOW).state == "planned"
    return Decision.objects.get(order__code=code)


def test_who_draws_it_is_sent_by_it_and_told_what_that_costs(shop: tuple[Scope, int]) -> None:
    tries, tries_not = next(named(True)), next(named(False))
    put = steer(shop[0], "tea", TRYING, now=NOW).put["trials"]
    sent, usual = accepted(shop, tries), accepted(shop, tries_not)
    assert [one["service"] for one in sent.record["chosen"]] == ["express"]
    assert [one["service"] for one in usual.record["chosen"]] == ["parcel"]
    trial = sent.record["trial"]
    assert (trial["service"], trial["in_place_of"], trial["propensity"]) == ("express", "parcel", 0.5)
    assert round(100 * trial["extra_cost"]) == sent.cost_minor - usual.cost_minor > 0
    assert "trial" not in usual.record
    version = {"trials": {"version": put.version, "put_at": NOW.isoformat()}}
    assert sent.record["steering"] == usual.record["steering"] == version
    assert sent.record["chosen"][0]["promised_by"] <= usual.record["chosen"][0]["promised_by"]
    receipt = latest(shop[0], sent.order_id)
    assert receipt is not None
    assert receipt.trial is not None
    assert (receipt.trial.extra_minor, receipt.weighed) == (sent.cost_minor - usual.cost_minor, False)


def test_the_bound_holds_and_nothing_is_tried_once_it_is_put_off(shop: tuple[Scope, int]) -> None:
    codes = named(True)
    steer(shop[0], "tea", Wished(trials=(ServiceTrial("express", 500_000, 10_000),)), now=NOW)
    assert "trial" not in accepted(shop, next(codes)).record
    steer(shop[0], "tea", TRYING, now=NOW)
    assert "trial" in accepted(shop, next(codes)).record
    steer(shop[0], "tea", NONE, now=NOW)
    assert accepted(shop, next(codes)).record.get("steering") is None
    assert [one.data["rows"] for one in Fact.objects.filter(kind="SteeringSet").order_by("id")] == [1, 1, 0]


def test_an_order_that_comes_with_a_quote_tries_nothing(shop: tuple[Scope, int]) -> None:
    code = next(named(True))
    steer(shop[0], "tea", TRYING, now=NOW)
    quote = quoted(*shop, cart("teapot", place=HAMBURG))
    accept_quote(shop[0], quote.pk, 0, now=NOW)
    accept_quoted(*shop, ordered(code, cart("teapot", place=HAMBURG)), quote.pk, now=LATER)
    assert "trial" not in Decision.objects.get(order__code=code).record


def test_a_day_that_is_planned_draws_as_an_order_alone_does(shop: tuple[Scope, int]) -> None:
    steer(shop[0], "tea", TRYING, now=NOW)
    waiting = set(Order.objects.filter(state="open").values_list("code", flat=True))
    plan_day(*shop, now=NOW, run=Run())
    told = {one.order.code: one.record for one in Decision.objects.filter(order__code__in=waiting)}
    assert len(told) > 1
    shares = [(EXPRESS.service, EXPRESS.share_ppm)]
    assert {code for code, record in told.items() if "trial" in record} <= {c for c in told if draw(c, shares, 0)}
    assert all("trials" in record["steering"] for record in told.values())


def test_what_was_proposed_is_tried_when_somebody_has_looked(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    with pytest.raises(Conflict, match="meanwhile"):
        try_proposed(scope, "tea", NOW, now=NOW)
    rows = [["express", 20_000, 400_000]]
    insights.keep(brand_id, "carriers", insights.Kept(NOW.date(), NOW, {"trials": rows}), "system")
    assert steering.in_force(brand_id).trials == ()  # the night alone changes nothing
    with pytest.raises(Conflict, match="meanwhile"):
        try_proposed(scope, "tea", NOW - timedelta(seconds=1), now=NOW)
    assert try_proposed(scope, "tea", NOW, now=NOW).trials == (ServiceTrial("express", 20_000, 400_000),)
    insights.keep(brand_id, "carriers", insights.Kept(NOW.date(), NOW, {"trials": []}), "system")
    with pytest.raises(Conflict, match="no service is proposed"):
        try_proposed(scope, "tea", NOW, now=NOW)


@pytest.mark.parametrize(
    "trials",
    [
        (EXPRESS, EXPRESS),
        (ServiceTrial("express", 0, 1),),
        (ServiceTrial("express", 1, -1),),
        (ServiceTrial("express", 400_000, 1), ServiceTrial("parcel", 200_000, 1)),
    ],
)
def test_what_cannot_be_tried_is_refused(shop: tuple[Scope, int], trials: tuple[ServiceTrial, ...]) -> None:
    with pytest.raises(InvalidProblem):
        steer(shop[0], "tea", Wished(trials=trials), now=NOW)
    assert steering.in_force(shop[1]).trials == ()


def test_a_service_that_is_gone_is_not_tried_and_breaks_nothing(shop: tuple[Scope, int]) -> None:
    steer(shop[0], "tea", Wished(trials=(ServiceTrial("gone", 500_000, 20_000_000),)), now=NOW)
    assert accepted(shop, next(named(True))).record.get("steering") is None


def test_a_service_whose_parcels_nobody_follows_is_not_tried(shop: tuple[Scope, int]) -> None:
    """Nothing would be learned of it: an order that would draw it goes as all do, and nothing is said of a trial."""
    Service.objects.filter(brand=shop[1], code="express").update(tracked=False)
    forget()
    steer(shop[0], "tea", TRYING, now=NOW)
    usual = accepted(shop, next(named(True))).record
    assert [one["service"] for one in usual["chosen"]] == ["parcel"]
    assert "trial" not in usual
    assert usual.get("steering") is None
