"""Contracts about volumes in the tower: added, changed, ended by the operator; what cannot be stands by its field."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.filled import Filled
from tests.web.test_commitments import CONTRACT, OURS
from tests.web.test_pages import INLINE, entered, text_of

from doorstep.core.accounts.models import User
from doorstep.core.events.models import Fact
from doorstep.core.learned import account_terms, commitment_plans
from doorstep.core.learned.account_terms import Contract, Putting
from doorstep.core.learned.insights import Kept
from doorstep.core.learned.models import AccountTerms
from doorstep.core.tariffs.models import Service
from doorstep.domain.commitment import Commitment, Tier
from doorstep.web.words.contracts import terms_of

pytestmark = pytest.mark.django_db
WHOSE = json.dumps([OURS, "", "EUR"])
MINIMUM = {
    "seen": "0", "commitment": "gp-2027", "whose": WHOSE, "service": "gp-std", "kind": "minimum", "measure": "parcels",
    "per": "parcels", "starts_on": "2027-01-01", "ends_on": "2027-03-31", "from_volume": ["1200", "", ""],
    "amount": ["0,85", "", ""], "fixed": "50", "last_volume": "", "why": "signed in December",
}  # fmt: skip
REBATE = {
    **MINIMUM, "commitment": "gp-back", "service": "", "kind": "all_units", "measure": "parcels", "per": "spend",
    "from_volume": ["100", "150", ""], "amount": ["3", "4.5", ""], "fixed": "", "of_last_period": "yes",
    "last_volume": "900",
}  # fmt: skip
Said = Mapping[str, object]


def contracts(filled: Filled) -> dict[str, Contract]:
    found = account_terms.contracts_in_force(filled.operator.pk)
    assert len({one.commitment.commitment for one in found}) == len(found)
    return {one.commitment.commitment: one for one in found}


def there(filled: Filled, contract: Commitment = CONTRACT, currency: str = "EUR") -> int:
    how = Putting(filled.now, "system", "by the API")
    return account_terms.put_contract(filled.operator.pk, contract, currency, how)


def put(client: Client, said: Said, status: int = 302) -> str:
    answer = client.post(reverse("put_contract"), said)
    assert answer.status_code == status, beside(answer.content.decode())
    if status == 302:
        assert answer["Location"] == f"{reverse('commitments')}#contracts-heading"
    return answer.content.decode()


def opened(client: Client, name: str, currency: str = "EUR") -> str:
    """Follow the link that stands in the contract's row."""
    return text_of(client, link_in(text_of(client, reverse("commitments")), name, currency))


def link_in(page: str, name: str, currency: str = "EUR") -> str:
    """The whole address: a page that refuses is answered elsewhere, and has the same links."""
    (found,) = re.findall(rf'href="([^"]*\?contract={name}&amp;currency={currency})#contract-form"', page)
    return html.unescape(found)


def form_in(page: str, name: str = "put_contract") -> dict[str, list[str]]:
    """Read a form as a browser would send it."""
    (form,) = [one.split("</form>")[0] for one in page.split("<form")[1:] if f'action="{reverse(name)}#' in one]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind = re.search(r'name="([a-z_]+)"', tag)
        if kind and ("checkbox" not in tag or " checked" in tag):
            value = re.search(r' value="([^"]*)"', tag)
            found.setdefault(kind[1], []).append(html.unescape(value[1]) if value else "")
    for kind_of, options in re.findall(r'<select name="([a-z_]+)".*?>(.*?)</select>', form, re.DOTALL):
        every = re.findall(r"<option([^>]*)>([^<]*)", options)
        chosen = next((one for one in every if " selected" in one[0]), every[0])
        value = re.search(r'value="([^"]*)"', chosen[0])
        found[kind_of] = [html.unescape(value[1] if value else chosen[1])]
    return found


def beside(page: str) -> dict[str, str]:
    """Read what stands beside the fields; each is named by the field that it is about."""
    found = dict(re.findall(r'<p class="fault" id="([a-z0-9_-]+)-fault">(.*?)\.</p>', page))
    for key in found:
        assert f'aria-describedby="{key}-fault"' in page, key
    return {key: html.unescape(text) for key, text in found.items()}


def test_a_contract_is_added_changed_and_ended_and_the_page_says_by_whom(filled: Filled) -> None:
    client = entered(filled.admin)
    put(client, MINIMUM)
    first = contracts(filled)["gp-2027"]
    assert first.commitment == Commitment(
        "gp-2027", OURS, "", "gp-std", "minimum", "parcels", "parcels", date(2027, 1, 1), date(2027, 3, 31),
        (Tier(1_200_000_000, 850_000),), fixed_micros=50_000_000,
    )  # fmt: skip
    assert (first.currency, first.by, first.why) == ("EUR", f"user:{filled.admin.pk}", "signed in December")
    page = opened(client, "gp-2027")
    assert "short of 1,200 parcels: 0.85 EUR a parcel" in page
    assert not INLINE.search(page)
    refused = put(client, {**MINIMUM, "commitment": "other", "from_volume": [""]}, 422)
    assert client.get(link_in(refused, "gp-2027")).status_code == 200
    form = form_in(page)
    assert form["seen"] == [str(first.put.version)]
    assert form["from_volume"][:2] == ["1200", ""]
    assert form["amount"][:2] == ["0.85", ""]
    put(client, {**form, "why": "the same"})
    assert AccountTerms.objects.count() == 1  # nothing has changed, so nothing is put
    put(client, {**form, "amount": ["0.95", ""], "ends_on": "2027-06-30", "why": "half a year"})
    second = contracts(filled)["gp-2027"]
    assert (second.commitment.ends_on, second.commitment.tiers[0].amount_micros) == (date(2027, 6, 30), 950_000)
    end = form_in(opened(client, "gp-2027"), "end_contract")
    commitment_plans.keep(filled.operator.pk, "EUR", Kept(filled.now.date(), filled.now, {}), "system")
    assert client.post(reverse("end_contract"), {**end, "why": "we go elsewhere"}).status_code == 302
    assert contracts(filled) == {}
    assert commitment_plans.kept(filled.operator.pk) == {}  # what was reckoned by it holds no longer
    told = text_of(client, reverse("commitments"))
    assert "No contract is known." in told
    assert told.count("put in force</strong>") == 2
    assert "we go elsewhere" in told
    assert [one.data["rows"] for one in Fact.objects.filter(kind="ContractSet").order_by("id")] == [1, 1, 0]


@pytest.mark.parametrize("said", [MINIMUM, REBATE])
def test_the_form_of_a_contract_sends_it_back_as_it_is(filled: Filled, said: Said) -> None:
    client, name = entered(filled.admin), str(said["commitment"])
    put(client, said)
    before = contracts(filled)[name]
    put(client, {**form_in(opened(client, name)), "why": "looked at"})
    assert contracts(filled)[name] == before


def test_names_are_kept_as_they_are(filled: Filled) -> None:
    """Codes may hold two spaces, quotes and letters of any script; the form finds the contract again by them."""
    name, account = 'q4  "é" <b>&', "nörd  'x'"
    Service.objects.filter(brand=filled.brand, code="gp-std").update(account=account)
    there(filled, replace(CONTRACT, commitment=name, account=account))
    client = entered(filled.admin)
    page = text_of(client, f"{reverse('commitments')}?{urlencode({'contract': name, 'currency': 'EUR'})}")
    form = form_in(page)
    assert (form["commitment"], json.loads(form["whose"][0])) == ([name], [OURS, account, "EUR"])
    put(client, {**form, "fixed": "7", "why": "and once"})
    assert contracts(filled)[name].commitment == replace(
        CONTRACT, commitment=name, account=account, fixed_micros=7_000_000
    )


def test_a_cap_that_takes_no_more_has_no_amount(filled: Filled) -> None:
    client = entered(filled.admin)
    cap = {**MINIMUM, "kind": "cap", "amount": ["", "", ""], "fixed": ""}
    assert beside(put(client, cap, 422)) == {"put-tier-1-amount": "Fill it in"}
    put(client, {**cap, "refuses": "yes"})
    found = contracts(filled)["gp-2027"]
    assert (found.commitment.refuses, found.commitment.tiers) == (True, (Tier(1_200_000_000, 0),))
    page = opened(client, "gp-2027")
    assert "over 1,200 parcels: takes no more" in page
    put(client, {**form_in(page), "why": "again"})
    assert contracts(filled)["gp-2027"] == found


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({"commitment": ""}, {"put-commitment": "Fill it in"}),
        ({"whose": '["Nobody", "", "EUR"]'}, {"put-whose": "Choose whose contract it is"}),
        ({"whose": "["}, {"put-whose": "Choose whose contract it is"}),
        ({"service": "nothing"}, {"put-service": f"Nothing is no service of {OURS}"}),
        ({"kind": "gift"}, {"put-kind": "is not one of"}),
        ({"kind": "all_units"}, {"put-fixed": "A rebate has no fixed amount"}),
        ({"per": "spend"}, {"put-per": "Only all_units may count one thing"}),
        ({"starts_on": "soon"}, {"put-starts_on": "Soon is not a date"}),
        ({"ends_on": "2026-12-31"}, {"put-ends_on": "It ends before it begins"}),
        ({"from_volume": ["many", "", ""]}, {"put-tier-1-volume": "Many is not a decimal number"}),
        ({"from_volume": ["1,200", "", ""]}, {"put-tier-1-volume": "without a comma"}),
        ({"from_volume": ["", "", ""]}, {"put-tier-1-volume": "Fill it in"}),
        ({"from_volume": ["-3", "", ""]}, {"put-tier-1-volume": "-3"}),
        ({"from_volume": ["x", "", ""], "amount": ["y", "", ""]}, {"put-tier-1-volume": "X", "put-tier-1-amount": "Y"}),
        ({"amount": ["10001", "", ""]}, {"put-tier-1-amount": "10001"}),
        ({"from_volume": ["", "", ""], "amount": ["", "", ""]}, {"put-tiers": "Fill in a volume"}),
        ({"from_volume": ["1", "2", ""], "amount": ["1", "2", ""]}, {"put-tiers": "A minimum has one tier"}),
        ({"fixed": "-1"}, {"put-fixed": "-1"}),
        ({"last_volume": "9"}, {"put-last_volume": "is not used"}),
        ({"refuses": "yes"}, {"put-refuses": "Only a cap takes no more"}),
        ({"why": "  "}, {"put-why": "Say why"}),
        ({"why": "x" * 501}, {"put-why": "Say why, in at most 500 characters"}),
        ({"ends_on": "2026-01-01", "refuses": "yes", "why": ""}, {"put-ends_on": "", "put-refuses": "", "put-why": ""}),
        ({"starts_on": "1", "ends_on": "2", "fixed": "3x"}, {"put-starts_on": "", "put-ends_on": "", "put-fixed": ""}),
    ],
)
def test_what_cannot_be_stands_beside_its_field_and_what_was_typed_stays(
    filled: Filled, said: Said, faults: Mapping[str, str]
) -> None:
    page = put(entered(filled.admin), {**MINIMUM, **said}, 422)
    found = beside(page)
    assert found.keys() == faults.keys()
    for key, words in faults.items():
        assert words in found[key]
    assert 'role="alert">It was not put in force' in page
    assert re.search(r"<details[^>]* open><summary>Add a contract", page)
    back, typed = form_in(page), {**MINIMUM, **said}
    for name in ("commitment", "starts_on", "ends_on", "fixed", "from_volume", "amount", "measure", "service"):
        wanted = typed[name] if isinstance(typed[name], list) else [typed[name]]
        assert back[name] == wanted, name
    assert not AccountTerms.objects.exists()


def test_more_tiers_have_room_and_nothing_is_put_by_asking_for_it(filled: Filled) -> None:
    client = entered(filled.admin)
    page = put(client, {**REBATE, "more": "yes"}, 200)
    form = form_in(page)
    assert form["from_volume"] == ["100", "150", "", "", "", ""]
    assert beside(page) == {}
    assert not AccountTerms.objects.exists()
    volumes = [str(number) for number in range(100, 600, 100)]
    amounts = [str(number) for number in range(1, 6)]
    put(client, {**form, "from_volume": volumes, "amount": amounts})
    assert len(contracts(filled)["gp-back"].commitment.tiers) == 5


def test_what_somebody_else_has_done_meanwhile_is_not_undone(filled: Filled) -> None:
    client = entered(filled.admin)
    first = there(filled)
    form = form_in(opened(client, "gp-q4"))
    changed = {**form, "amount": ["0.5"], "from_volume": ["9"], "why": "less"}
    other = replace(CONTRACT, fixed_micros=7_000_000)
    second = there(filled, other)
    page = put(client, changed, 422)
    assert "somebody has changed this contract meanwhile" in page.lower()
    assert "once: 7.00 EUR" in page  # how it stands now
    back = form_in(page)
    assert (back["seen"], back["amount"], back["why"]) == ([str(second)], ["0.5"], ["less"])
    for seen in (str(first), "0", "one", "", "-1", "9" * 30):
        assert put(client, {**changed, "seen": seen}, 422)
        said = {"commitment": "gp-q4", "currency": "EUR", "why": "over", "seen": seen}
        assert client.post(reverse("end_contract"), said).status_code == 422
    assert contracts(filled)["gp-q4"].commitment == other
    put(client, back)
    assert contracts(filled)["gp-q4"].commitment.tiers == (Tier(9_000_000, 500_000),)


def test_what_somebody_else_has_ended_meanwhile_is_told(filled: Filled) -> None:
    client = entered(filled.admin)
    there(filled)
    page = opened(client, "gp-q4")
    form, end = form_in(page), form_in(page, "end_contract")
    account_terms.end_contract(filled.operator.pk, CONTRACT, "EUR", Putting(filled.now, "system", "by the API"))
    refused = client.post(reverse("end_contract"), {**end, "why": "over"})
    assert refused.status_code == 422
    assert "somebody has ended it" in refused.content.decode()
    page = put(client, {**form, "from_volume": ["9"], "amount": ["3"], "why": "more"}, 422)
    assert "somebody has ended it" in page
    assert contracts(filled) == {}
    again = form_in(page)  # it would be a new one, as it was typed
    assert (again["seen"], again["commitment"], again["amount"]) == (["0"], ["gp-q4"], ["3"])
    put(client, again)
    assert contracts(filled)["gp-q4"].why == "more"
    gone = f"{reverse('commitments')}?contract=gp-q9&currency=EUR"
    assert "No contract <bdi>gp-q9</bdi> is in force any more." in text_of(client, gone)


def test_a_name_that_is_taken_is_refused_but_in_another_currency(filled: Filled) -> None:
    client = entered(filled.admin)
    there(filled)
    page = put(client, {**MINIMUM, "commitment": "gp-q4"}, 422)
    assert beside(page) == {"put-commitment": "There is a contract of this name already: change that one"}
    assert contracts(filled)["gp-q4"].commitment == CONTRACT
    filled.sister.currency = "SEK"
    filled.sister.save()
    row = Service.objects.filter(brand=filled.brand, code="gp-std").get()
    row.pk, row.brand = None, filled.sister
    row.save(force_insert=True)
    put(client, {**MINIMUM, "commitment": "gp-q4", "whose": json.dumps([OURS, "", "SEK"])})
    both = {one.currency: one.commitment for one in account_terms.contracts_in_force(filled.operator.pk)}
    assert both["EUR"] == CONTRACT
    assert both["SEK"].service == "gp-std"
    krona = form_in(opened(client, "gp-q4", "SEK"))
    assert (krona["currency"], krona["whose"]) == (["SEK"], [json.dumps([OURS, "", "SEK"])])
    end = form_in(opened(client, "gp-q4", "SEK"), "end_contract")
    assert client.post(reverse("end_contract"), {**end, "why": "over"}).status_code == 302
    assert contracts(filled)["gp-q4"].currency == "EUR"


def test_one_whose_service_is_gone_can_be_mended_and_ended(filled: Filled) -> None:
    client = entered(filled.admin)
    there(filled, replace(CONTRACT, service="gone"))
    page = opened(client, "gp-q4")
    assert "no brand sends by it" in page
    form = form_in(page)
    assert form["service"] == ["gone"]
    assert beside(put(client, {**form, "ends_on": "2027-01-31", "why": "longer"}, 422)).keys() == {"put-service"}
    put(client, {**form, "service": "gp-std", "why": "its new name"})
    assert "no brand sends by it" not in text_of(client, reverse("commitments"))
    there(filled, replace(CONTRACT, carrier="Bygone", account="north", commitment="old"))
    page = opened(client, "old")
    assert "Bygone north (EUR), by which no brand sends" in page
    refused = client.post(reverse("end_contract"), {**form_in(page, "end_contract"), "why": " "})
    assert refused.status_code == 422
    assert beside(refused.content.decode()).keys() == {"end-why"}
    assert client.post(reverse("end_contract"), {**form_in(page, "end_contract"), "why": "gone"}).status_code == 302
    assert contracts(filled).keys() == {"gp-q4"}


def test_a_contract_of_one_account_goes_to_another(filled: Filled) -> None:
    """Its row of before ends with it, so that it does not count twice."""
    client = entered(filled.admin)
    Service.objects.filter(brand=filled.brand, code="gp-std").update(account="north")
    put(client, {**MINIMUM, "whose": json.dumps([OURS, "north", "EUR"])})
    form = form_in(opened(client, "gp-2027"))
    assert form["whose"] == [json.dumps([OURS, "north", "EUR"])]
    put(client, {**form, "whose": WHOSE, "service": "", "why": "of all accounts"})
    assert contracts(filled)["gp-2027"].commitment.account == ""


def test_only_the_operator_changes_its_own(filled: Filled) -> None:
    version = there(filled)
    end = {"commitment": "gp-q4", "currency": "EUR", "seen": str(version), "why": "mine"}
    change = {**MINIMUM, **end}
    for user in (filled.brand_admin, filled.viewer, filled.sister_admin, filled.floor):
        client = entered(user)
        for said in (MINIMUM, change, {**MINIMUM, "more": "yes"}, {**MINIMUM, "kind": "gift"}):
            assert client.post(reverse("put_contract"), said).status_code in (403, 404)
        assert client.post(reverse("end_contract"), end).status_code in (403, 404)
    foreign = entered(filled.foreign_admin)
    asked: list[tuple[str, Said]] = [("put_contract", change), ("end_contract", end), ("put_contract", MINIMUM)]
    for name, body in asked:
        answer = foreign.post(reverse(name), body)
        assert answer.status_code == 422
        assert "by the API" not in answer.content.decode()
    assert "by the API" not in text_of(foreign, f"{reverse('commitments')}?contract=gp-q4&currency=EUR")
    assert [one.put.version for one in contracts(filled).values()] == [version]
    assert AccountTerms.objects.count() == 1


def test_who_plans_sees_contracts_and_no_form(filled: Filled) -> None:
    there(filled)
    planner = User.objects.create(email="plan@nord.example", operator=filled.operator, role="planner")
    client = entered(planner)
    page = text_of(client, f"{reverse('commitments')}?contract=gp-q4&currency=EUR")
    assert "short of 10 parcels" in page
    assert "Change or end" not in page
    assert "Add a contract" not in page
    assert client.post(reverse("put_contract"), MINIMUM).status_code == 403


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ("short of 300 parcels: 2.00 EUR a parcel",)),
        ({"fixed_micros": 50_500_000}, ("short of 300 parcels: 2.00 EUR a parcel", "once: 50.50 EUR")),
        ({"kind": "cap", "refuses": True}, ("over 300 parcels: takes no more",)),
        ({"kind": "all_units", "per": "spend"}, ("from 300 parcels: 2 % of spend back",)),
        ({"kind": "incremental", "measure": "spend"}, ("from 300.00 EUR: 2.00 EUR a parcel back",)),
        (
            {"of_last_period": True, "last_volume_micros": 1_000_000},
            ("short of 300 % of the period before: 2.00 EUR a parcel", "the period before: 1 parcel"),
        ),
    ],
)
def test_terms_in_words(changed: dict[str, object], said: tuple[str, ...]) -> None:
    one = replace(CONTRACT, tiers=(Tier(300_000_000, 2_000_000),), **changed)  # type: ignore[arg-type]
    assert terms_of(one, "EUR") == said
