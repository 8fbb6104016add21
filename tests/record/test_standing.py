"""What is held in memory is kept while nothing is written, and renewed within two seconds of anything that is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.core_fixtures import make_product
from tests.record.brand import NOW, loaded

from doorstep.core.accounts.models import Brand, Operator
from doorstep.core.catalog.models import Carton, Product
from doorstep.core.learned.bids import Learned, keep, set_heeded
from doorstep.core.learned.steering import put
from doorstep.core.network.models import Collection, Site
from doorstep.core.tariffs.models import RateBreak, Service, Surcharge, ZoneRule
from doorstep.domain.bids import BidPrice
from doorstep.domain.disruption import Disruption
from doorstep.domain.learned import Lane, TransitModel
from doorstep.domain.rights import Scope
from doorstep.domain.steering import NOTHING
from doorstep.domain.worth import LearnedValue
from doorstep.files.durations_in import PublishedDurations, model_sha256
from doorstep.files.durations_out import as_json
from doorstep.flows.define_kit import define_kit
from doorstep.flows.disruption import declare
from doorstep.flows.durations import keep_published
from doorstep.flows.record_problem import ground_version
from doorstep.flows.standing import RENEW_AFTER, forget, standing

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + RENEW_AFTER
LEARNED = "learned_pastparcel"  # asked for again every hour, whatever was written


@pytest.fixture
def shop(transactional_db: None) -> Iterator[tuple[Scope, int]]:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    forget()
    yield loaded()
    forget()


def strike(scope: Scope) -> None:
    today = NOW.date()
    what = Disruption("DE", "", "", "", "", "", today, today + timedelta(days=5), 2)
    declare(scope, "strike", what, "", now=NOW)


def dearer(scope: Scope) -> None:  # noqa: ARG001
    row = RateBreak.objects.first()
    assert row is not None
    RateBreak.objects.filter(pk=row.pk).update(price_micros=row.price_micros + 10_000)


def learned(scope: Scope) -> None:
    """Durations of another process, by which this one promises as soon as it asks."""
    (brand,) = scope.brands
    model = TransitModel(NOW - timedelta(days=1), (Lane(4, "parcel", "", "", "", "", "", 90, (0, 10**6)),))
    one = PublishedDurations(model, NOW, "ann", "", model_sha256(as_json(model)), {"reason": "the first"})
    keep_published(brand, one)


CHANGES: dict[str, Callable[[Scope], object]] = {
    "a price": dearer,
    "a zone": lambda _: ZoneRule.objects.filter(pk=ZoneRule.objects.order_by("pk").values("pk")[:1]).update(zone="9"),
    "a surcharge gone": lambda _: Surcharge.objects.all().delete(),
    "a service": lambda _: Service.objects.update(max_weight_g=1_000),
    "a price that ends": lambda _: RateBreak.objects.update(valid_to=date(2030, 1, 1)),
    "a cut-off": lambda _: Site.objects.update(order_cutoff_s=3_600),
    "a call": lambda _: Collection.objects.update(collection_time_s=3_600),
    "a weight": lambda _: Product.objects.filter(sku="mug").update(weight_g=9),
    "a carton": lambda _: Carton.objects.update(tare_g=9),
    "a brand": lambda _: Brand.objects.update(late_cost_micros=9),
    "an operator": lambda _: Operator.objects.update(name="Other"),
    "a strike": strike,
    "durations": learned,
}


def test_what_nobody_wrote_to_is_kept_by_one_question(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    before = standing(scope.operator, brand_id, NOW)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        after = standing(scope.operator, brand_id, LATER)
    assert len(asked) == 1
    assert after.ground.loaded_at == LATER
    assert after.ready is before.ready
    assert after.products is before.products


@pytest.mark.parametrize("change", CHANGES)
def test_what_anybody_wrote_is_read(shop: tuple[Scope, int], change: str) -> None:
    scope, brand_id = shop
    before = standing(scope.operator, brand_id, NOW)
    CHANGES[change](scope)
    after = standing(scope.operator, brand_id, LATER)
    assert (before.ground.problem, before.ground.disruptions, before.products) != (
        after.ground.problem,
        after.ground.disruptions,
        after.products,
    )


def test_a_kit_is_read_by_processes_that_did_not_define_it(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    make_product(Brand.objects.get(pk=brand_id), "set")
    before = ground_version(scope.operator, brand_id)
    assert before == ground_version(scope.operator, brand_id)
    define_kit(scope, brand_id, "set", {"teapot": 1, "mug": 2}, now=NOW)
    assert before != ground_version(scope.operator, brand_id)


def test_prices_that_others_learn_or_switch_off_are_read(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    assert standing(scope.operator, brand_id, NOW).bids is None
    keep(brand_id, Learned(NOW, 9, (BidPrice("berlin", "mug", "", 1),)), "system", NOW)
    heeded = standing(scope.operator, brand_id, LATER).bids
    assert heeded is not None
    assert list(heeded.of_sku) == ["mug"]
    set_heeded(brand_id, False)
    assert standing(scope.operator, brand_id, LATER + RENEW_AFTER).bids is None


def test_what_others_put_in_force_is_read(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    assert standing(scope.operator, brand_id, NOW).steering == NOTHING
    put(brand_id, "values", [("day_sooner", 420_000, "", "")], NOW, "ann")
    assert standing(scope.operator, brand_id, LATER).steering.values == (LearnedValue("day_sooner", 420_000),)
    put(brand_id, "values", [], NOW, "ann")
    assert standing(scope.operator, brand_id, LATER + RENEW_AFTER).steering == NOTHING


def test_every_table_that_is_read_is_asked_about(shop: tuple[Scope, int]) -> None:
    """Whoever reads another table for what is held must ask about it, or what is written there is never noticed."""
    scope, brand_id = shop

    def tables(asked: CaptureQueriesContext) -> set[str]:
        text = " ".join(one["sql"] for one in asked.captured_queries)
        return set(re.findall(r'(?:FROM|JOIN) "?([a-z_]+)"?', text))

    with CaptureQueriesContext(connection) as question:
        ground_version(scope.operator, brand_id)
    with CaptureQueriesContext(connection) as reading:
        standing(scope.operator, brand_id, NOW)
    assert len(tables(reading)) > 10
    assert tables(reading) - {LEARNED} == tables(question)
