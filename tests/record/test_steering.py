"""What a brand's choices go by beside money: put in force by a person, weighed, told with the decision, never paid."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.api.shop import TEA_SHOP
from tests.record.brand import NOW, loaded
from tests.record.scarce import stocked
from tests.record.test_quote import LATER, cart, ordered, quoted

from doorstep.core.decisions.models import Decision, Quote
from doorstep.core.events.models import Fact
from doorstep.core.learned import insights, steering
from doorstep.core.learned.models import Steering as Row
from doorstep.core.orders.models import Order
from doorstep.core.tariffs.models import Service
from doorstep.domain.commitment import DatedCommitmentPrice
from doorstep.domain.errors import Conflict, InvalidProblem, NotFound
from doorstep.domain.place import Place
from doorstep.domain.rights import Scope
from doorstep.domain.steering import STEERING_KINDS, Showing
from doorstep.domain.worth import LearnedValue
from doorstep.flows.accept import accept_order
from doorstep.flows.order_quoted import accept_quoted
from doorstep.flows.plan_day import plan_day
from doorstep.flows.plan_now import plan_now
from doorstep.flows.quote import accept_quote, quote_cart
from doorstep.flows.standing import forget
from doorstep.flows.steer import Wished, steer, weigh_learned
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db
TEN_A_DAY = (LearnedValue("day_sooner", 10_000_000),)
TASTES = (*TEN_A_DAY, LearnedValue("scatter", 500_000), LearnedValue("place_higher", 100_000))
SHOWING = Showing(1)


@pytest.fixture
def shop() -> Iterator[tuple[Scope, int]]:
    forget()
    scope, brand_id = loaded()
    stocked(brand_id, 40, 40)
    yield scope, brand_id
    forget()


def off(*kinds: str) -> Wished:
    return Wished(off=frozenset(one for one in STEERING_KINDS if one in kinds))


def promised(code: str) -> date:
    return max(Order.objects.get(code=code).parcels.values_list("promised_by", flat=True))


def note(code: str) -> dict[str, object]:
    return dict(Decision.objects.filter(order__code=code).order_by("-id")[0].record.get("steering", {}))


def accepted(shop: tuple[Scope, int], code: str) -> date:
    assert accept_order(*shop, ordered(code, cart("teapot"), NOW), now=NOW).state == "planned"
    return promised(code)


class TestValues:
    def test_weigh_on_an_order_and_are_told_and_never_paid(self, shop: tuple[Scope, int]) -> None:
        cheap = accepted(shop, "A")
        assert note("A") == {}
        found = steer(shop[0], "tea", Wished(TEN_A_DAY), now=NOW)
        there = accept_order(*shop, ordered("B", cart("teapot"), NOW), now=NOW)
        assert max(one.promised_by for one in there.parcels) < cheap
        decision = Decision.objects.get(order__code="B")
        assert decision.record["steering"] == {
            "values": {"version": found.put["values"].version, "put_at": NOW.isoformat()}
        }
        assert any("until it is promised" in one["what"] for one in decision.record["weights"])
        cost = (
            sum(one["cost_minor"] for one in Order.objects.get(code="B").parcels.values("cost_minor")) if False else 0
        )
        assert cost == 0

    def test_of_a_segment_and_a_country_weigh_on_those_alone(self, shop: tuple[Scope, int]) -> None:
        cheap = accepted(shop, "A")
        of_some = (LearnedValue("day_sooner", 10_000_000, "loyal"), LearnedValue("day_sooner", 10_000_000, "", "FR"))
        steer(shop[0], "tea", Wished(of_some), now=NOW)
        assert accepted(shop, "B") == cheap
        loyal = replace(ordered("C", cart("teapot"), NOW), segment="loyal")
        accept_order(*shop, loyal, now=NOW)
        assert promised("C") < cheap
        assert Order.objects.get(code="C").segment == "loyal"

    def test_weigh_where_a_day_is_planned_or_one_order_is(self, shop: tuple[Scope, int]) -> None:
        steer(shop[0], "tea", Wished(TEN_A_DAY), now=NOW)
        waiting = list(Order.objects.filter(state="open").order_by("pk"))
        assert len(waiting) > 1
        plan_now(*shop, waiting[0].pk, now=NOW)
        plan_day(*shop, now=NOW, run=Run())
        planned = Order.objects.filter(pk__in=[one.pk for one in waiting], state="planned")
        assert planned.count() > 1
        assert all("values" in note(one.code) for one in planned)

    def test_do_not_weigh_once_they_are_put_off(self, shop: tuple[Scope, int]) -> None:
        cheap = accepted(shop, "A")
        steer(shop[0], "tea", Wished(TEN_A_DAY), now=NOW)
        steer(shop[0], "tea", off("values"), now=NOW)
        assert accepted(shop, "B") == cheap
        assert note("B") == {}

    def test_are_kept_by_version_so_that_a_decision_comes_out_again(self, shop: tuple[Scope, int]) -> None:
        steer(shop[0], "tea", Wished(TEN_A_DAY), now=NOW)
        accepted(shop, "A")
        version = note("A")["values"]
        steer(shop[0], "tea", off("values"), now=NOW)
        assert isinstance(version, dict)
        assert Row.objects.get(pk=version["version"]).rows == [["day_sooner", 10_000_000, "", ""]]
        before = Decision.objects.get(order__code="A")
        again = accept_order(*shop, ordered("A2", cart("teapot"), NOW), now=NOW)
        assert Decision.objects.get(order_id=again.order_id).data_version != before.data_version

    def test_that_were_learned_weigh_when_somebody_has_looked(self, shop: tuple[Scope, int]) -> None:
        scope, brand_id = shop
        with pytest.raises(Conflict, match="meanwhile"):
            weigh_learned(scope, "tea", NOW, now=NOW)
        rows = [["day_sooner", 420_000, "", "DE"]]
        insights.keep(brand_id, "customers", insights.Kept(NOW.date(), NOW, {"values": rows}), "system")
        assert steering.in_force(brand_id).values == ()  # the night alone changes nothing
        with pytest.raises(Conflict, match="meanwhile"):
            weigh_learned(scope, "tea", NOW - timedelta(seconds=1), now=NOW)
        found = weigh_learned(scope, "tea", NOW, now=NOW)
        assert found.values == (LearnedValue("day_sooner", 420_000, "", "DE"),)
        insights.keep(brand_id, "customers", insights.Kept(NOW.date(), NOW, {"values": []}), "system")
        with pytest.raises(Conflict, match="sure enough"):
            weigh_learned(scope, "tea", NOW, now=NOW)


class TestCommitments:
    def test_weigh_on_the_day_they_hold(self, shop: tuple[Scope, int]) -> None:
        (before,) = accept_order(*shop, ordered("A", cart("teapot"), NOW), now=NOW).parcels
        carrier = carrier_of(shop[1], before.service)
        dear = DatedCommitmentPrice(carrier, before.service, 5_000_000_000)
        today = NOW.date()
        steer(shop[0], "tea", Wished(commitments=(replace(dear, valid_to=today - timedelta(days=1)),)), now=NOW)
        (past,) = accept_order(*shop, ordered("B", cart("teapot"), NOW), now=NOW).parcels
        assert past.service == before.service
        assert note("B") == {}
        steer(shop[0], "tea", Wished(commitments=(replace(dear, valid_from=today),)), now=NOW)
        (now,) = accept_order(*shop, ordered("C", cart("teapot"), NOW), now=NOW).parcels
        assert now.service != before.service
        assert list(note("C")) == ["commitments"]
        offered = {
            parcel.service for one in quote_cart(*shop, cart("teapot"), now=NOW).options for parcel in one.parcels
        }
        assert before.service not in offered

    def test_of_carriers_that_are_not_there_weigh_nothing(self, shop: tuple[Scope, int]) -> None:
        steer(shop[0], "tea", Wished(commitments=(DatedCommitmentPrice("nobody", "", 1_000_000),)), now=NOW)
        accepted(shop, "A")
        assert note("A") == {}


class TestShowing:
    def test_chooses_what_is_shown_and_keeps_by_what(self, shop: tuple[Scope, int]) -> None:
        scope, brand_id = shop
        plain = quoted(scope, brand_id, cart("teapot"))
        assert plain.display.order == tuple(range(len(plain.options)))
        found = steer(scope, "tea", Wished(TASTES, showing=Showing(2)), now=NOW)
        chosen = quoted(scope, brand_id, cart("teapot"))
        assert chosen.options == plain.options  # no learned value hides an option from who asks for all
        assert len(chosen.display.order) == 2 <= len(chosen.options)
        assert 0 in chosen.display.order  # the cheapest
        assert chosen.display.order[0] != 0  # a day is worth ten: the faster stands on top
        row = Quote.objects.get(pk=chosen.pk)
        assert row.shown == {
            "usual": list(chosen.display.order),
            "values": found.put["values"].version,
            "showing": found.put["showing"].version,
        }
        assert chosen.display.propensity == 1.0

    def test_less_carbon_weighs_where_the_way_is_known(self, shop: tuple[Scope, int]) -> None:
        scope, brand_id = shop
        there = cart("teapot", place=Place("DE", "HH", "Hamburg", "20095", 53.55, 9.99))
        Service.objects.filter(brand=brand_id, code="express").update(mode="air")
        forget()
        steer(scope, "tea", Wished(TASTES, showing=Showing(2)), now=NOW)
        fast = quoted(scope, brand_id, there)
        green = (*TASTES, LearnedValue("carbon_kg_less", 1_000_000_000))
        steer(scope, "tea", Wished(green, showing=Showing(2)), now=NOW)
        clean = quoted(scope, brand_id, there)
        assert (fast.display.order, clean.display.order) == ((1, 0), (0,))  # who flies is not worth showing
        assert {one.co2e_g for one in fast.options} == {None}  # nobody asks
        assert fast.options == tuple(replace(one, co2e_g=None) for one in clean.options)
        assert all(one.co2e_g for one in clean.options)
        nowhere = replace(there, place=replace(there.place, latitude=None, longitude=None))
        assert quoted(scope, brand_id, nowhere).display.order == (1, 0)
        kept = [[one.get("co2e_g") for one in Quote.objects.get(pk=row.pk).options] for row in (fast, clean)]
        assert kept == [[None] * len(fast.options), [one.co2e_g for one in clean.options]]  # logged where it weighed

    def test_without_learned_values_shows_all(self, shop: tuple[Scope, int]) -> None:
        steer(shop[0], "tea", Wished(showing=SHOWING), now=NOW)
        found = quoted(*shop, cart("teapot"))
        assert found.display.order == tuple(range(len(found.options)))
        assert Quote.objects.get(pk=found.pk).shown == {}

    def test_lots_are_drawn_among_what_is_shown(self, shop: tuple[Scope, int]) -> None:
        from doorstep.flows.display_test import set_display_test

        steer(shop[0], "tea", Wished(TASTES, showing=Showing(2)), now=NOW)
        set_display_test(shop[0], "tea", 1_000_000, now=NOW)
        found = [quoted(*shop, cart("teapot")).display for _ in range(12)]
        assert {one.propensity for one in found} == {0.5}
        assert len({frozenset(one.order) for one in found}) == 1
        assert len({one.order for one in found}) == 2

    def test_an_order_of_a_quote_keeps_the_date_that_its_shopper_chose(self, shop: tuple[Scope, int]) -> None:
        scope, brand_id = shop
        steer(scope, "tea", Wished(TASTES, showing=Showing(2)), now=NOW)
        quote = quoted(scope, brand_id, cart("teapot"))
        accept_quote(scope, quote.pk, 0, now=NOW)
        done = accept_quoted(scope, brand_id, ordered("Q", cart("teapot")), quote.pk, now=LATER)
        assert max(one.promised_by for one in done.parcels) == quote.options[0].promised_by
        assert note("Q") == {}

    def test_costs_a_quote_and_an_order_no_question_more(self, shop: tuple[Scope, int]) -> None:
        counts = []
        for n in range(4):
            if n == 2:
                wished = Wished(TASTES, (DatedCommitmentPrice("nobody", "", 1),), Showing(2))
                steer(shop[0], "tea", wished, now=NOW)
            if n % 2 == 0:
                quoted(*shop, cart("teapot"))  # what stands still is read once
                accept_order(*shop, ordered(f"A-{n}", cart("mug"), NOW), now=NOW)
                continue
            with CaptureQueriesContext(connection) as asked:
                quoted(*shop, cart("teapot"))
            with CaptureQueriesContext(connection) as ordering:
                accept_order(*shop, ordered(f"A-{n}", cart("mug"), NOW), now=NOW)
            counts.append((len(asked), len(ordering)))
        assert counts[0] == counts[1]


class TestPutting:
    def test_is_a_fact_and_once(self, shop: tuple[Scope, int]) -> None:
        first = steer(shop[0], "tea", Wished(TEN_A_DAY, showing=SHOWING), now=NOW)
        assert steer(shop[0], "tea", Wished(TEN_A_DAY, showing=SHOWING), now=NOW) == first
        last = steer(shop[0], "tea", off("values"), now=NOW)
        assert last.values == ()
        assert last.showing == SHOWING
        facts = [one.data for one in Fact.objects.filter(kind="SteeringSet").order_by("id")]
        assert [(one["kind"], one["rows"]) for one in facts] == [("values", 1), ("showing", 1), ("values", 0)]
        assert facts[0]["version"] == first.put["values"].version

    def test_loading_a_folder_puts_what_lies_in_it_and_tells_it(self, tmp_path: Path) -> None:
        folder = tmp_path / "shop"
        shutil.copytree(TEA_SHOP, folder)
        (folder / "values.csv").write_text("worth,segment,country,value\nday_sooner,,,10\n", encoding="utf-8")
        scope, brand_id = loaded(folder, "east")
        found = steering.in_force(brand_id)
        assert found.values == TEN_A_DAY
        facts = Fact.objects.filter(operator=scope.operator, brand=brand_id, kind="SteeringSet")
        told = {"kind": "values", "rows": 1, "version": found.put["values"].version}
        assert [one.data for one in facts] == [told]

    @pytest.mark.parametrize(
        ("wished", "why"),
        [
            (Wished((*TEN_A_DAY, *TEN_A_DAY)), "stands twice"),
            (Wished((LearnedValue("scatter", 0),)), "scatter of 0"),
            (Wished((LearnedValue("day_sooner", 10**13),)), "not understood"),
            (Wished(commitments=(DatedCommitmentPrice("a", "", 1), DatedCommitmentPrice("a", "", 2))), "on one day"),
            (
                Wished(commitments=(DatedCommitmentPrice("a", "", 1, date(2026, 2, 1), date(2026, 1, 1)),)),
                "before it begins",
            ),
            (Wished(commitments=(DatedCommitmentPrice("a", "", 10**11),)), "not understood"),
            (Wished(showing=Showing(9)), "options can be shown"),
            (Wished(showing=Showing(2, -1)), "between 0 and a million"),
            (Wished(showing=Showing(2, surplus_ppm=1_000_001)), "between 0 and 1"),
        ],
    )
    def test_refuses_what_cannot_be(self, shop: tuple[Scope, int], wished: Wished, why: str) -> None:
        with pytest.raises(InvalidProblem, match=why):
            steer(shop[0], "tea", wished, now=NOW)
        assert not Row.objects.exists()

    def test_is_nobody_elses(self, shop: tuple[Scope, int]) -> None:
        other = loaded(operator="south")
        steer(shop[0], "tea", Wished(TEN_A_DAY), now=NOW)
        assert steering.in_force(other[1]).values == ()
        assert steering.in_force_of(other[0], shop[1]).values == ()
        assert steering.in_force_of(shop[0], shop[1]).values == TEN_A_DAY
        for scope in (replace(shop[0], role="brand_viewer"), replace(shop[0], brands=frozenset())):
            with pytest.raises(NotFound):
                steer(scope, "tea", off("values"), now=NOW)


def carrier_of(brand_id: int, service: str) -> str:
    from doorstep.core.tariffs.models import Service

    return Service.objects.get(brand_id=brand_id, code=service).carrier
