"""Commitments of an operator, reckoned from the parcels of all its brands: what comes out, for whom, and by what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.flows.commit_brand import COMMITMENTS, SERVICES, TIERS, commit_brand, history

from doorstep.core.accounts import actions as accounts
from doorstep.core.accounts.models import Brand
from doorstep.core.jobs.actions import Taken
from doorstep.core.jobs.models import Job
from doorstep.core.learned import account_terms, commitment_plans
from doorstep.core.learned.insights import Kept
from doorstep.core.learned.models import CommitmentPlan, PastParcel
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.core.tariffs.models import Service
from doorstep.documents.insights.page import InsightPage, read
from doorstep.domain.commitment import AccountKey
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows.account_contracts import put_contracts
from doorstep.flows.account_prices import reckoned_prices, weigh_reckoned
from doorstep.flows.chores import chores
from doorstep.flows.jobs import do
from doorstep.flows.load_brand import load_brand
from doorstep.flows.reckon_commitments import JOB, ask_for_commitments, reckon_commitments, reckon_weekly
from doorstep.flows.standing import forget
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
NORTH = AccountKey("pony", "north", "EUR")
BRAND = "brand,name,currency,country,on_time_target,late_cost,unplanned_cost\n{code},{code},EUR,DE,0.95,5,40.5\n"


def brand(path: Path, operator: int, code: str, **changed: str | None) -> int:
    folder = commit_brand(path / code, 17, brand=BRAND.format(code=code), commitment_prices=None, **changed)
    return load_brand(operator, folder, now=NOW).brand_id


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Scope]:
    """Two brands, each with half of what the contract asks for: neither would reach it alone."""
    forget()
    operator = accounts.add_operator("north", "North")
    ids = [
        brand(tmp_path, operator, "tea", history=history(17, 20)),
        brand(tmp_path, operator, "cup", history=history(17, 20, seed=2), commitments=None, commitment_tiers=None),
    ]
    yield Scope(operator, frozenset(ids), "operator_admin", "user:1")
    forget()


def reckoned(scope: Scope, now: datetime = NOW) -> Kept:
    return reckon_commitments(scope.operator, now=now, run=Run())["EUR"]


def page_of(found: Kept) -> InsightPage:
    return read(found.document)


def parcels_of(found: Kept) -> dict[str, str]:
    (table,) = next(one for one in page_of(found).sections if one.key == "pooled-eur").tables
    return {row[0]: row[1] for row in table.rows}


def booked(found: Kept) -> str:
    (chart,) = next(one for one in page_of(found).sections if one.key == "accounts-eur").charts
    return chart.rows[0][1]


def test_parcels_of_all_brands_count_and_prices_are_of_the_account(pair: Scope) -> None:
    both = reckoned(pair)
    prices = reckoned_prices(both.document)
    assert NORTH in prices
    assert all(one.service == "pony-std" and one.price_micros < 0 for one in prices[NORTH])
    assert parcels_of(both).keys() == {"tea", "cup"}
    cup = Brand.objects.get(code="cup")
    PastParcel.objects.filter(brand=cup).delete()
    alone = reckoned(pair)
    assert int(booked(alone)) < int(booked(both))
    assert parcels_of(alone)["cup"] == "0"
    assert CommitmentPlan.objects.count() == 1  # it takes the place of the one before


def test_brands_whose_like_named_services_go_by_two_accounts_are_planned_together(tmp_path: Path) -> None:
    """One contract of all the carrier's accounts: prices come out for both, under the name that each brand uses."""
    operator = accounts.add_operator("north", "North")
    every = COMMITMENTS.replace("pony,north", "pony,")
    east = SERVICES.replace("pony-std,pony,north", "pony-std,pony,east")
    none = {"commitments": None, "commitment_tiers": None}
    ids = [
        brand(tmp_path, operator, "tea", history=history(17, 20), commitments=every),
        brand(tmp_path, operator, "cup", history=history(17, 20, seed=2), services=east, **none),
    ]
    found = reckoned(Scope(operator, frozenset(ids), "operator_admin", "user:1"))
    assert "Not planned" not in page_of(found).left_out
    prices = reckoned_prices(found.document)
    assert prices.keys() == {NORTH, replace(NORTH, account="east")}
    assert all(one.service == "pony-std" and one.price_micros < 0 for (one,) in prices.values())
    assert parcels_of(found).keys() == {"tea", "cup"}


def test_a_service_that_brands_have_different_is_told(pair: Scope) -> None:
    assert "Brands differ" not in page_of(reckoned(pair)).left_out
    Service.objects.filter(brand__code="cup", code="pony-std").update(speed="express", max_days=1)
    told = page_of(reckoned(pair)).left_out
    assert "Brands differ about pony-std of pony north (speed, max_days): the parcels of each go by its own" in told


def test_a_contract_whose_service_is_gone_is_told(pair: Scope) -> None:
    (north,) = [one.commitment for one in account_terms.contracts_in_force(pair.operator)]
    put_contracts(pair, (replace(north, service="pony-std"),), "EUR", "of one service", now=NOW)
    assert "No brand has" not in page_of(reckoned(pair)).left_out
    assert int(booked(reckoned(pair))) > 0
    Service.objects.filter(code="pony-std").update(code="pony-plus")
    assert "No brand has the service of pony-q2: nothing counts towards it" in page_of(reckoned(pair)).left_out


def test_parcels_that_nobody_follows_count_towards_a_volume_all_the_same(pair: Scope) -> None:
    """What is learned of arrivals leaves them out; a contract counts what was handed over."""
    assert set(Service.objects.filter(code="pony-std").values_list("tracked", flat=True)) == {False}
    before = int(booked(reckoned(pair)))
    sent_by_pony(Brand.objects.get(code="cup"), 7)
    assert int(booked(reckoned(pair))) == before + 7


def sent_by_pony(brand: Brand, count: int) -> None:
    """Put parcels of the record itself beside its history, handed over within the quarter."""
    placed, site = NOW - timedelta(days=9), Site.objects.get(operator=brand.operator, code="ber")
    zero = {f"{name}_minor": 0 for name in ("pick", "carton", "freight", "surcharges", "duty_tax", "lateness")}
    for number in range(count):
        order = Order.objects.create(
            brand=brand, code=f"S-{number}", channel="shop", placed_at=placed, country="DE", postcode="10117",
            state="shipped",
        )  # fmt: skip
        Parcel.objects.create(
            brand=brand, order=order, code=f"S-{number}-1", site=site, carton="S", service="pony-std", weight_g=900,
            billed_weight_g=900, ship_at=placed, promised_by=NOW.date(), on_time_ppm=950_000, contents=[],
            placements=[], left_at=placed + timedelta(days=1), state="in_transit", **zero,
        )  # fmt: skip


def test_nothing_of_it_weighs_until_somebody_has_looked(pair: Scope) -> None:
    from doorstep.core.learned.steering import in_force

    found = reckoned(pair)
    assert all(in_force(one).pooled == () for one in pair.brands)
    with pytest.raises(Conflict, match="meanwhile"):
        weigh_reckoned(pair, NORTH, found.learned_at.replace(hour=7), "as reckoned", now=NOW)
    (weighs,) = weigh_reckoned(pair, NORTH, found.learned_at, "as reckoned", now=NOW)
    assert weighs.prices == reckoned_prices(found.document)[NORTH]
    assert all(in_force(one).pooled == (weighs,) for one in pair.brands)
    with pytest.raises(Conflict, match="no commitment makes"):
        weigh_reckoned(pair, replace(NORTH, account="south"), found.learned_at, "as reckoned", now=NOW)


def test_what_comes_on_the_day_and_later_is_not_read(pair: Scope) -> None:
    before = reckoned(pair).document
    late = PastParcel.objects.filter(brand__code="tea").order_by("pk")[0]
    for number in range(200):
        late.pk, late.parcel, late.placed_at = None, f"late-{number}", NOW
        late.save(force_insert=True)
    assert reckoned(pair).document == before


def test_a_brand_in_another_currency_is_left_out_and_told(pair: Scope) -> None:
    Brand.objects.filter(code="cup").update(currency="SEK")
    found = reckoned(pair)
    assert parcels_of(found).keys() == {"tea"}
    assert "Brands in another currency are not pooled: cup" in page_of(found).left_out


def test_a_growth_clause_waits_for_the_history_of_every_brand(tmp_path: Path) -> None:
    head, row = COMMITMENTS.splitlines()
    grows = f"{head},of_last_period\n{row.replace('2026-04-01,2026-06-30', '2026-05-01,2026-05-31')},1\n"
    operator = accounts.add_operator("north", "North")
    short = "\n".join(history(17).splitlines()[:1] + history(17).splitlines()[-40:]) + "\n"  # its last week
    tiers = TIERS.replace("300", "130")
    ids = [
        brand(tmp_path, operator, "tea", commitments=grows, commitment_tiers=tiers),
        brand(tmp_path, operator, "cup", history=short, commitments=None, commitment_tiers=None),
    ]
    scope = Scope(operator, frozenset(ids), "operator_admin", "user:1")
    found = reckoned(scope)
    assert "the history of cup begins on" in page_of(found).left_out
    assert "give last_volume" in page_of(found).left_out
    assert reckoned_prices(found.document) == {}
    PastParcel.objects.filter(brand=ids[1]).delete()  # a brand of which nothing is known adds nothing
    assert "Not planned" not in page_of(reckoned(scope)).left_out


def test_without_contracts_nothing_is_kept(pair: Scope) -> None:
    reckoned(pair)
    put_contracts(pair, (), "EUR", "all over", now=NOW)
    assert reckon_commitments(pair.operator, now=NOW, run=Run()) == {}
    assert commitment_plans.kept(pair.operator) == {}
    assert reckon_weekly(NOW) == 0


def test_the_weekly_chore_puts_a_job_and_so_does_who_asks(pair: Scope) -> None:
    (chore,) = [one for one in chores(None) if one.name == "commitments"]
    assert (chore.every_s, chore.do) == (7 * 24 * 3600, reckon_weekly)
    assert chore.do(NOW) == 1
    ask_for_commitments(pair, now=NOW)
    job = Job.objects.get(kind=JOB)
    do(Taken(1, pair.operator, JOB, job.key, job.data, 1, "w"), NOW)
    assert commitment_plans.kept(pair.operator).keys() == {"EUR"}
    with pytest.raises(NotFound):
        ask_for_commitments(replace(pair, role="brand_admin"), now=NOW)
