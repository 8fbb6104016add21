"""Commitments of all brands in the tower: put in force, changed and ended by the operator, with who, when and why."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from tests.contracts import contract
from tests.web.filled import Filled, lone_admin
from tests.web.test_insights import PAGE
from tests.web.test_pages import INLINE, entered, text_of

from doorstep.core.jobs.models import Job
from doorstep.core.learned import account_terms, commitment_plans
from doorstep.core.learned.account_terms import Putting
from doorstep.core.learned.insights import Kept
from doorstep.core.learned.models import AccountTerms
from doorstep.documents.insights.page import InsightPage, plain
from doorstep.domain.commitment import AccountKey, DatedCommitmentPrice
from doorstep.flows.reckon_commitments import JOB, key_of

pytestmark = pytest.mark.django_db
KEY = AccountKey("General Parcels", "", "EUR")
FORM = {"carrier": KEY.carrier, "account": KEY.account, "currency": KEY.currency, "why": "as agreed in May"}
PRICES = {"service": ["", "gp-std", "swift"], "price": ["", "-0.35", ""], "since": "", "until": "2027-01-31"}
OURS = "General Parcels"
CONTRACT = contract(commitment="gp-q4", carrier=OURS)


def reckoned(filled: Filled, page: InsightPage = PAGE, micros: int = -420_000) -> str:
    """What the week found; gives when, as the page names it."""
    until = (filled.now + timedelta(days=30)).date().isoformat()
    rows = [[OURS, "", "gp-std", micros, filled.now.date().isoformat(), until]]
    document = plain(page) | {"currency": "EUR", "prices": rows}
    commitment_plans.keep(filled.operator.pk, "EUR", Kept(filled.now.date(), filled.now, document), "system")
    return filled.now.isoformat()


def in_force(filled: Filled) -> tuple[DatedCommitmentPrice, ...]:
    return next((one.prices for one in account_terms.prices_in_force(filled.operator.pk)), ())


def test_prices_are_put_changed_and_ended_and_the_page_says_by_whom(filled: Filled) -> None:
    client, page = entered(filled.admin), reverse("commitments")
    assert "No price is in force." in text_of(client, page)
    assert client.post(reverse("put_account_prices"), {**FORM, **PRICES}).status_code == 302
    assert in_force(filled) == (DatedCommitmentPrice(OURS, "gp-std", -350_000, None, date(2027, 1, 31)),)
    told = text_of(client, page)
    for words in ("In force since", "operator_admin of nord", "as agreed in May", "−0.35", 'value="-0.35"', "version"):
        assert words in told, words
    assert not INLINE.search(told)
    client.post(reverse("put_account_prices"), {**FORM, **PRICES, "price": ["-0,1", "-0.35", ""], "why": "a fee"})
    assert [one.price_micros for one in in_force(filled)] == [-100_000, -350_000]
    client.post(reverse("end_account_prices"), {**FORM, "why": "the contract is over"})
    assert in_force(filled) == ()
    told = text_of(client, page)
    assert told.count("put in force</strong>") == 2
    assert "ended</strong>" in told
    assert "the contract is over" in told


def test_the_form_begins_with_what_is_in_force_whatever_its_days(filled: Filled) -> None:
    """The API can put prices of several spans; who changes one by hand does not lose the others."""
    client, page = entered(filled.admin), reverse("commitments")
    first, last, then = (filled.now.date() + timedelta(days=days) for days in (30, 119, 120))
    spring, summer = (first, last), (then, None)
    there = (
        DatedCommitmentPrice(OURS, "", -100_000, *spring),
        DatedCommitmentPrice(OURS, "gp-std", -350_000, *summer),
        DatedCommitmentPrice(OURS, "gp-std", -250_000, *spring),
    )
    account_terms.put_prices(filled.operator.pk, KEY, there, Putting(filled.now, "system", "by the API"))
    shown = client.get(page).content.decode()
    assert shown.count("<td>to come</td>") == 3
    assert '<span class="state">in force</span>' not in shown
    found = fields_of(shown)
    assert found["service"] == ["", "gp-std", "gp-std", *found["service"][3:]]
    assert set(found["service"][3:]) <= {"swift"}
    assert found["price"][:3] == ["-0.1", "-0.25", "-0.35"]
    assert found["since"][:3] == [str(first), str(first), str(then)]
    assert found["until"][:3] == [str(last), str(last), ""]
    assert client.post(reverse("put_account_prices"), {**FORM, **found}).status_code == 302
    assert in_force(filled) == there  # nothing has changed, so nothing is put
    assert AccountTerms.objects.count() == 1
    changed = {**found, "price": ["0.7", *found["price"][1:]]}
    wrong = client.post(reverse("put_account_prices"), {**FORM, **changed, "since": ["soon", *found["since"][1:]]})
    assert wrong.status_code == 422
    assert fields_of(wrong.content.decode())["price"] == changed["price"]
    short = client.post(reverse("put_account_prices"), {**FORM, **changed, "until": ["", ""]})
    assert "each price has days of its own" in short.content.decode().lower()
    assert client.post(reverse("put_account_prices"), {**FORM, **changed}).status_code == 302
    assert {one.price_micros for one in in_force(filled)} == {700_000, -250_000, -350_000}


def test_what_somebody_else_has_put_meanwhile_is_not_undone(filled: Filled) -> None:
    client, page = entered(filled.admin), reverse("commitments")
    seen = re.compile(r'name="seen" value="(\d+)"')
    began = seen.findall(client.get(page).content.decode())
    assert set(began) == {"0"}
    other = (DatedCommitmentPrice(OURS, "", -100_000, None, None),)
    version = account_terms.put_prices(filled.operator.pk, KEY, other, Putting(filled.now, "system", "by the API"))
    late = client.post(reverse("put_account_prices"), {**FORM, **PRICES, "seen": "0"})
    assert late.status_code == 422
    assert "somebody has changed these prices meanwhile" in late.content.decode().lower()
    assert client.post(reverse("end_account_prices"), {**FORM, "why": "over", "seen": "0"}).status_code == 422
    assert client.post(reverse("put_account_prices"), {**FORM, **PRICES, "seen": "one"}).status_code == 422
    assert in_force(filled) == other
    now = seen.findall(late.content.decode())
    assert str(version) in now
    assert client.post(reverse("put_account_prices"), {**FORM, **PRICES, "seen": str(version)}).status_code == 302
    assert [one.price_micros for one in in_force(filled)] == [-350_000]


def fields_of(page: str) -> dict[str, list[str]]:
    """Read the form by hand of the account: what a browser would send of it."""
    form = next(
        one
        for one in page.split("<form")
        if reverse("put_account_prices") in one and f'name="carrier" value="{OURS}"' in one
    ).split("</form>")[0]
    found: dict[str, list[str]] = {"service": [], "price": [], "since": [], "until": []}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([a-z]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and name[1] in found:
            found[name[1]].append(value[1] if value else "")
    return found


def test_those_reckoned_weigh_once_somebody_lets_them(filled: Filled) -> None:
    client, page = entered(filled.admin), reverse("commitments")
    at = reckoned(filled)
    told = text_of(client, page)
    assert PAGE.headline in told
    assert "Let those reckoned weigh" in told
    assert client.post(reverse("weigh_reckoned"), {**FORM, "reckoned_at": at}).status_code == 302
    assert [one.price_micros for one in in_force(filled)] == [-420_000]
    assert "Let those reckoned weigh" not in text_of(client, page)  # they are in force already
    reckoned(filled, micros=-90_000)
    stale = (filled.now - timedelta(seconds=1)).isoformat()
    for wrong in (stale, "yesterday", ""):
        assert client.post(reverse("weigh_reckoned"), {**FORM, "reckoned_at": wrong}).status_code == 422
    assert [one.price_micros for one in in_force(filled)] == [-420_000]


def test_what_cannot_be_is_said_and_what_was_typed_stays(filled: Filled) -> None:
    client = entered(filled.admin)
    wrong: list[tuple[dict[str, object], str]] = [
        ({"price": ["", "cheap", ""]}, "the price cheap is not a decimal number"),
        ({"price": ["", "", ""]}, "fill in a price"),
        ({"service": ["", "nothing", ""], "price": ["", "1", ""]}, "nothing is no service of"),
        ({"until": "soon"}, "a day is written as"),
        ({"why": "  "}, "say why"),
    ]
    for said, why in wrong:
        answer = client.post(reverse("put_account_prices"), {**FORM, **PRICES, **said})
        assert answer.status_code == 422
        assert why in answer.content.decode().lower().replace("&#x27;", "'") or why in answer.content.decode()
    answer = client.post(reverse("put_account_prices"), {**FORM, **PRICES, "until": "soon"})
    assert 'value="-0.35"' in answer.content.decode()
    assert 'value="as agreed in May"' in answer.content.decode()
    assert client.post(reverse("put_account_prices"), {**FORM, **PRICES, "carrier": "Nobody"}).status_code == 404
    assert not AccountTerms.objects.exists()


def test_contracts_and_how_they_stand(filled: Filled) -> None:
    client, page = entered(filled.admin), reverse("commitments")
    assert "No contract is known." in text_of(client, page)
    how = Putting(filled.now, f"user:{filled.admin.pk}", "signed in <b>September</b>")
    account_terms.put_contract(filled.operator.pk, CONTRACT, "EUR", how)
    told = text_of(client, page)
    assert "gp-q4" in told
    assert "no brand sends by it" not in told
    account_terms.put_contract(filled.operator.pk, replace(CONTRACT, service="gone"), "EUR", how)
    assert "no brand sends by it" in text_of(client, page)
    assert "signed in &lt;b&gt;September" in told
    assert "Not reckoned yet." in told
    for _ in range(2):
        assert client.post(reverse("ask_commitments")).status_code == 302
    assert Job.objects.get(kind=JOB).key == key_of(filled.operator.pk)
    assert "It is being reckoned." in text_of(client, page)
    Job.objects.update(state="dead", error="InvalidProblem: no unit")
    assert "InvalidProblem: no unit" in text_of(client, page)
    reckoned(filled)
    for broken in ({"currency": "EUR", "prices": []}, {"currency": "EUR", "prices": [], "headline": "x", "tiles": [1]}):
        commitment_plans.keep(filled.operator.pk, "EUR", Kept(filled.now.date(), filled.now, broken), "system")
        assert "of another version" in text_of(client, page)


def test_of_nothing_the_page_says_so(db: None) -> None:  # noqa: ARG001
    told = text_of(entered(lone_admin()), reverse("commitments"))
    assert "No carrier account yet." in told
    assert "Nobody has put anything in force." in told


def test_nobody_of_a_brand_enters_and_nobody_else_sees_it(filled: Filled) -> None:
    entered(filled.admin).post(reverse("put_account_prices"), {**FORM, **PRICES})
    reckoned(filled, replace(PAGE, headline="Of all brands together."))
    for user in (filled.brand_admin, filled.viewer, filled.sister_admin):
        client = entered(user)
        assert client.get(reverse("commitments")).status_code == 403
        for name in ("put_account_prices", "end_account_prices", "weigh_reckoned", "ask_commitments"):
            assert client.post(reverse(name), {**FORM, **PRICES}).status_code in (403, 404)
    page = text_of(entered(filled.brand_admin), reverse("brand", args=(filled.brand.code,)))
    assert "The operator’s commitment prices weigh" in page
    assert "0.35" not in page
    assert "as agreed in May" not in page
    other = text_of(entered(filled.foreign_admin), reverse("commitments"))
    for words in (OURS, "as agreed in May", "Of all brands together."):
        assert words not in other
    assert len(account_terms.changes(filled.operator.pk, 9)) == 1
