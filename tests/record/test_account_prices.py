"""Commitment prices of a carrier account: one set for all brands of an operator, where a brand has none of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.api.shop import TEA_SHOP
from tests.contracts import contract
from tests.record.brand import NOW, loaded
from tests.record.scarce import stocked
from tests.record.test_quote import cart, ordered

from doorstep.core.accounts.models import Brand
from doorstep.core.decisions.models import Decision
from doorstep.core.events.models import Fact
from doorstep.core.learned import account_terms, steering
from doorstep.core.learned.account_terms import Contract
from doorstep.core.learned.models import AccountTerms
from doorstep.core.tariffs.models import Service
from doorstep.domain.commitment import AccountKey, DatedCommitmentPrice, Tier
from doorstep.domain.errors import Conflict, InvalidProblem, NotFound
from doorstep.domain.rights import Role, Scope
from doorstep.domain.steering import STEERING_KINDS
from doorstep.flows.accept import accept_order
from doorstep.flows.account_contracts import ContractRefused, end_contract, put_contract, put_contracts
from doorstep.flows.account_prices import put_account_prices, weigh_reckoned
from doorstep.flows.load_brand import load_brand
from doorstep.flows.standing import forget
from doorstep.flows.steer import Wished, steer

pytestmark = pytest.mark.django_db
DEAR = 5_000_000_000  # micros: nothing goes by it
KEPT = contract()


@dataclass(frozen=True)
class House:
    """An operator with two brands that send alike."""

    scope: Scope
    tea: int
    cup: int

    def service_of(self, brand: int, code: str, now_in_days: int = 0) -> str:
        order = ordered(code, cart("teapot"), NOW)
        done = accept_order(self.scope, brand, order, now=NOW + timedelta(days=now_in_days))
        (parcel,) = done.parcels
        return parcel.service

    def note(self, brand: int, code: str) -> dict[str, object]:
        found = Decision.objects.filter(order__code=code, order__brand=brand).order_by("-id")
        return dict(found[0].record.get("steering", {}))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    forget()
    scope, tea = loaded()
    folder = tmp_path / "cup"
    shutil.copytree(TEA_SHOP, folder)
    brand = folder / "brand.csv"
    brand.write_text(brand.read_text(encoding="utf-8").replace("\ntea,", "\ncup,"), encoding="utf-8")
    cup = load_brand(scope.operator, folder, now=NOW).brand_id
    for one in (tea, cup):
        stocked(one, 40, 40)
    yield House(replace(scope, brands=frozenset({tea, cup})), tea, cup)
    forget()


def dear(house: House, service: str) -> tuple[AccountKey, DatedCommitmentPrice]:
    carrier, account = carried(house.tea, service)
    return AccountKey(carrier, account, "EUR"), DatedCommitmentPrice(carrier, service, DEAR)


def carried(brand: int, service: str) -> tuple[str, str]:
    row = Service.objects.get(brand_id=brand, code=service)
    return row.carrier, row.account


def test_one_set_weighs_on_every_brand_and_is_told_with_its_version(house: House) -> None:
    usual = house.service_of(house.tea, "A")
    assert house.service_of(house.cup, "A") == usual
    key, price = dear(house, usual)
    (found,) = put_account_prices(house.scope, key, (price,), "  as   agreed ", now=NOW)
    assert (found.key, found.prices, found.by, found.why) == (key, (price,), "user:1", "as agreed")
    for brand in (house.tea, house.cup):
        assert house.service_of(brand, "B") != usual
        assert house.note(brand, "B") == {"account_prices": {"version": found.put.version, "put_at": NOW.isoformat()}}
    put_account_prices(house.scope, key, (), "over", now=NOW)
    assert house.service_of(house.cup, "C") == usual
    assert house.note(house.cup, "C") == {}


def test_a_brand_that_has_its_own_goes_by_that_on_the_days_it_holds(house: House) -> None:
    usual = house.service_of(house.tea, "A")
    key, price = dear(house, usual)
    put_account_prices(house.scope, key, (price,), "agreed", now=NOW)
    nothing = DatedCommitmentPrice(key.carrier, usual, 0, valid_to=NOW.date())
    steer(house.scope, "cup", Wished(commitments=(nothing,)), now=NOW)
    assert house.service_of(house.cup, "B") == usual
    assert set(house.note(house.cup, "B")) == {"commitments"}
    assert house.service_of(house.tea, "B") != usual  # the sister does not
    gone = replace(nothing, valid_to=NOW.date() - timedelta(days=1))
    steer(house.scope, "cup", Wished(commitments=(gone,)), now=NOW)
    assert house.service_of(house.cup, "C") != usual
    assert set(house.note(house.cup, "C")) == {"account_prices"}
    off = Wished(off=frozenset(one for one in STEERING_KINDS if one == "commitments"))
    assert steer(house.scope, "cup", off, now=NOW).commitments == ()
    assert AccountTerms.objects.count() == 1  # what a brand does changes nothing of the operator's


def test_prices_of_an_account_and_of_its_service_add_up_and_hold_on_their_days(house: House) -> None:
    usual = house.service_of(house.tea, "A")
    key, price = dear(house, usual)
    evened = (replace(price, service=""), replace(price, price_micros=-DEAR))
    put_account_prices(house.scope, key, evened, "nothing in all", now=NOW)
    assert house.service_of(house.tea, "B") == usual
    past = replace(price, valid_to=NOW.date() - timedelta(days=1))
    put_account_prices(house.scope, key, (past,), "it is over", now=NOW)
    assert house.service_of(house.tea, "C") == usual
    assert house.note(house.tea, "C") == {}


def test_another_currency_or_account_weighs_nothing(house: House) -> None:
    usual = house.service_of(house.tea, "A")
    key, price = dear(house, usual)
    Brand.objects.filter(pk=house.cup).update(currency="SEK")
    found = put_account_prices(house.scope, key, (price,), "in euros", now=NOW)
    assert [one.key.currency for one in found] == ["EUR"]
    assert steering.in_force(house.cup).pooled == ()
    assert steering.in_force(house.tea).pooled == found
    with pytest.raises(NotFound, match="no brand sends by"):
        put_account_prices(house.scope, replace(key, account="elsewhere"), (price,), "no", now=NOW)


def test_putting_is_a_fact_of_the_operator_and_once(house: House) -> None:
    key, price = dear(house, house.service_of(house.tea, "A"))
    for _ in range(2):
        put_account_prices(house.scope, key, (price,), "agreed", now=NOW)
    put_account_prices(house.scope, key, (), "over", now=NOW)
    put_account_prices(house.scope, key, (), "over", now=NOW)
    facts = list(Fact.objects.filter(kind="AccountPricesSet").order_by("id"))
    assert [(one.brand_id, one.data["rows"], one.actor) for one in facts] == [(None, 1, "user:1"), (None, 0, "user:1")]
    assert "why" not in facts[0].data
    told = account_terms.changes(house.scope.operator, 9)
    assert [(one.rows, one.why, one.by) for one in told] == [(0, "over", "user:1"), (1, "agreed", "user:1")]


def test_what_cannot_be_is_refused_whole(house: House) -> None:
    key, price = dear(house, house.service_of(house.tea, "A"))
    wrong = (
        ((price,), "  ", "say why"),
        ((price,), "x" * 501, "longer than 500"),
        ((replace(price, carrier="Another"),), "why", "Another is not"),
        ((replace(price, service="nothing"),), "why", "nothing is no service of"),
        ((price, price), "why", "two prices of"),
        ((replace(price, price_micros=10**11),), "why", "not understood"),
    )
    for prices, why, said in wrong:
        with pytest.raises(InvalidProblem, match=said):
            put_account_prices(house.scope, key, prices, why, now=NOW)
    assert not AccountTerms.objects.exists()


@pytest.mark.parametrize(
    "role", ["brand_admin", "brand_viewer", "brand_writer", "quote_only", "floor_worker", "planner"]
)
def test_nobody_else_may(house: House, role: Role) -> None:
    key, price = dear(house, house.service_of(house.tea, "A"))
    with pytest.raises(NotFound):
        put_account_prices(replace(house.scope, role=role), key, (price,), "mine", now=NOW)
    with pytest.raises(NotFound):
        put_contracts(replace(house.scope, role=role), (KEPT,), "EUR", "mine", now=NOW)
    with pytest.raises(NotFound):
        put_contract(replace(house.scope, role=role), KEPT, "EUR", "mine", seen=0, now=NOW)
    with pytest.raises(NotFound):
        end_contract(replace(house.scope, role=role), KEPT.commitment, "EUR", "mine", seen=0, now=NOW)


def test_an_administrator_of_some_brands_does_not_act_for_all(house: House) -> None:
    """A key of the operator's that is bound to a brand, and another operator's."""
    key, price = dear(house, house.service_of(house.tea, "A"))
    stranger, _ = loaded(operator="south")
    for scope in (replace(house.scope, brands=frozenset({house.tea})), replace(house.scope, brands=stranger.brands)):
        with pytest.raises(NotFound):
            put_account_prices(scope, key, (price,), "mine", now=NOW)
    put_account_prices(house.scope, key, (price,), "ours", now=NOW)
    assert account_terms.prices_in_force(stranger.operator) == ()
    assert steering.in_force(min(stranger.brands)).pooled == ()
    assert steering.in_force_of(stranger, house.tea).pooled == ()


def test_prices_that_nobody_has_looked_at_are_refused(house: House) -> None:
    key, _ = dear(house, house.service_of(house.tea, "A"))
    with pytest.raises(Conflict, match="meanwhile"):
        weigh_reckoned(house.scope, key, NOW, "as reckoned", now=NOW)


class TestContracts:
    def test_about_a_service_that_no_brand_has_are_refused_but_stay_where_it_is_gone(self, house: House) -> None:
        """By a slip of a name nothing would count towards it, unseen; but a tariff may change below a contract."""
        usual = house.service_of(house.tea, "A")
        carrier, account = carried(house.tea, usual)
        mine = replace(KEPT, carrier=carrier, account=account, service=usual)
        slip = replace(mine, commitment="slip", service="post-typo")
        with pytest.raises(InvalidProblem, match=f"slip: post-typo is no service of {carrier}"):
            put_contracts(house.scope, (mine, slip), "EUR", "signed", now=NOW)
        assert not AccountTerms.objects.exists()
        put_contracts(house.scope, (mine,), "EUR", "signed", now=NOW)
        Service.objects.filter(code=usual).update(code="renamed")
        cap = replace(mine, commitment="cap", service="renamed")
        assert len(put_contracts(house.scope, (mine, cap), "EUR", "and a cap", now=NOW)) == 2

    def test_are_put_changed_and_ended_by_name(self, house: House) -> None:
        more = replace(KEPT, commitment="post-cap", kind="cap", tiers=(Tier(9_000_000, 0),), refuses=True)
        first = put_contracts(house.scope, (KEPT, more), "EUR", "signed", now=NOW)
        assert [(one.commitment, one.currency, one.why) for one in first] == [
            (more, "EUR", "signed"), (KEPT, "EUR", "signed"),
        ]  # fmt: skip
        assert put_contracts(house.scope, (KEPT, more), "EUR", "again", now=NOW) == first
        higher = replace(KEPT, tiers=(Tier(20_000_000, 2_000_000),))
        (last,) = put_contracts(house.scope, (higher,), "EUR", "renewed", now=NOW)
        assert (last.commitment, last.why) == (higher, "renewed")
        facts = [one.data for one in Fact.objects.filter(kind="ContractSet").order_by("id")]
        assert [(one["commitment"], one["rows"]) for one in facts] == [
            ("post-q4", 1), ("post-cap", 1), ("post-cap", 0), ("post-q4", 1),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"ends_on": date(2026, 9, 1)}, "ends before it begins"),
            ({"per": "spend"}, "only all_units"),
            ({"tiers": ()}, "has one tier"),
            ({"tiers": (Tier(1, 1), Tier(2, 2))}, "has one tier"),
            ({"refuses": True}, "only a cap"),
            ({"last_volume_micros": 5}, "is not used"),
            ({"kind": "incremental", "tiers": (Tier(2, 2), Tier(1, 3))}, "rise in their volumes"),
            ({"kind": "incremental", "tiers": (Tier(1, 3), Tier(2, 2))}, "does not fall"),
            ({"kind": "all_units", "fixed_micros": 1}, "no fixed amount"),
            ({"of_last_period": True, "tiers": (Tier(10**10, 1),)}, "1000 percent"),
            ({"tiers": (Tier(1, 10**12),)}, "more than can be agreed on"),
            ({"tiers": (Tier(-1, 1),)}, "a volume is below 0"),
            ({"tiers": (Tier(10**16, 1),)}, "more than can be counted"),
            ({"fixed_micros": -1}, "fixed amount is below 0"),
            ({"of_last_period": True, "last_volume_micros": -1}, "a volume is below 0"),
            ({"kind": "incremental", "tiers": tuple(Tier(n, n) for n in range(101))}, "more than 100 tiers"),
        ],
    )
    def test_that_cannot_be_are_refused(self, house: House, changed: dict[str, object], why: str) -> None:
        with pytest.raises(InvalidProblem, match=why):
            put_contracts(house.scope, (replace(KEPT, **changed),), "EUR", "signed", now=NOW)  # type: ignore[arg-type]
        with pytest.raises(InvalidProblem, match="stands twice"):
            put_contracts(house.scope, (KEPT, KEPT), "EUR", "signed", now=NOW)
        with pytest.raises(NotFound, match="no brand sends by"):
            put_contracts(house.scope, (replace(KEPT, carrier="Nobody"),), "EUR", "signed", now=NOW)
        assert not AccountTerms.objects.exists()

    def test_one_is_put_and_ended_by_the_version_that_somebody_has_seen_and_others_stay(self, house: House) -> None:
        cap = replace(KEPT, commitment="post-cap", kind="cap", tiers=(Tier(9_000_000, 0),), refuses=True)
        put_contracts(house.scope, (cap,), "EUR", "signed", now=NOW)
        first = of(put_contract(house.scope, KEPT, "EUR", "  a new   one ", seen=0, now=NOW), "post-q4")
        assert (first.commitment, first.why, first.by) == (KEPT, "a new one", "user:1")
        higher = replace(KEPT, tiers=(Tier(20_000_000, 2_000_000),))
        found = put_contract(house.scope, higher, "EUR", "more", seen=first.put.version, now=NOW)
        assert [one.commitment for one in found] == [cap, higher]
        assert (
            put_contract(house.scope, higher, "EUR", "again", seen=of(found, "post-q4").put.version, now=NOW) == found
        )
        for stale in (first.put.version, 10**9):
            with pytest.raises(Conflict, match="changed this contract meanwhile"):
                put_contract(house.scope, KEPT, "EUR", "less", seen=stale, now=NOW)
            with pytest.raises(Conflict, match="changed this contract meanwhile"):
                end_contract(house.scope, "post-q4", "EUR", "over", seen=stale, now=NOW)
        version = of(found, "post-q4").put.version
        with pytest.raises(Conflict, match="ended it"):
            end_contract(house.scope, "post-q4", "SEK", "over", seen=version, now=NOW)
        (left,) = end_contract(house.scope, "post-q4", "EUR", "over", seen=version, now=NOW)
        assert left.commitment == cap
        with pytest.raises(Conflict, match="ended it"):
            put_contract(house.scope, higher, "EUR", "still", seen=version, now=NOW)
        facts = [one.data for one in Fact.objects.filter(kind="ContractSet").order_by("id")]
        assert [(one["commitment"], one["rows"]) for one in facts] == [
            ("post-cap", 1), ("post-q4", 1), ("post-q4", 1), ("post-q4", 0),
        ]  # fmt: skip

    def test_what_is_wrong_with_one_is_told_by_field(self, house: House) -> None:
        wrong = replace(KEPT, ends_on=date(2026, 9, 1), per="spend", fixed_micros=-1, service="post-typo", tiers=())
        with pytest.raises(ContractRefused) as refused:
            put_contract(house.scope, wrong, "EUR", " ", seen=0, now=NOW)
        assert [name for name, _ in refused.value.faults] == [
            "why", "ends_on", "per", "fixed_micros", "tiers", "service",
        ]  # fmt: skip
        with pytest.raises(ContractRefused, match="no brand sends by Nobody in EUR"):
            put_contract(house.scope, replace(KEPT, carrier="Nobody"), "EUR", "signed", seen=0, now=NOW)
        with pytest.raises(ContractRefused, match="no brand sends by Postbird in SEK"):
            put_contract(house.scope, KEPT, "SEK", "signed", seen=0, now=NOW)
        put_contract(house.scope, KEPT, "EUR", "signed", seen=0, now=NOW)
        with pytest.raises(ContractRefused, match="of this name already"):
            put_contract(house.scope, KEPT, "EUR", "signed", seen=0, now=NOW)
        assert AccountTerms.objects.count() == 1


def of(contracts: tuple[Contract, ...], name: str) -> Contract:
    return next(one for one in contracts if one.commitment.commitment == name)
