"""The rooms of cases: evidence and letter, sent, answered, closed, and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.web.filled import Filled
from tests.web.investigated import CASE, case_of
from tests.web.test_pages import INLINE, entered, text_of

from doorstep.core.accounts.models import User
from doorstep.core.cases.models import Case
from doorstep.domain.investigation import CASE_STATES, OUTCOMES


def page_of(filled: Filled) -> str:
    return text_of(entered(filled.admin), reverse("case", args=(CASE,)))


def posted(client: Client, act: str, data: dict[str, str], status: int = 302) -> str:
    response = client.post(reverse(act, args=(CASE,)), data)
    assert response.status_code == status, act
    return response.content.decode()


def test_the_list_names_service_state_and_figures(filled: Filled) -> None:
    page = text_of(entered(filled.admin), reverse("cases"))
    assert page.count('<th scope="row">') == 1
    for words in ("General Parcels gp-std", "state-case-open", "64 of 210", "21.4", "1 letter"):
        assert words in page, words


def test_a_page_shows_chart_letter_lanes_parcels_and_history(filled: Filled) -> None:
    page = page_of(filled)
    assert not INLINE.search(page)
    assert page.count('class="point over"') == 3  # of the weeks above the limit
    for words in ("64 of 210 parcels late", "Dear Sir or Madam,", "DE 3 &gt; FR IDF", "GP-3", "Case opened", "Doorstep",
                  "64 of 210 parcels late", "I have sent it", "about every 240 weeks"):  # fmt: skip
        assert words in page, words
    assert reverse("order", args=("tea", "O-00003")) in page
    assert f'{reverse("order", args=("tea", "O-0"))}"' not in page  # known from its folder alone
    assert "The carrier’s answer" not in page


def test_it_goes_from_letter_to_outcome(filled: Filled) -> None:
    client = entered(filled.admin)
    posted(client, "send_case", {})
    assert "Keep the answer" in page_of(filled)
    posted(client, "answer_case", {"answer": "A <b>new</b> depot."})
    assert "A &lt;b&gt;new&lt;/b&gt; depot." in page_of(filled)
    posted(client, "close_case", {"outcome": "put_right", "note": "On time again."})
    page = page_of(filled)
    for words in (
        "The carrier has put it right.",
        "On time again.",
        "Letter sent",
        "The carrier answered",
        "Case closed",
    ):
        assert words in page, words
    assert "<form" not in page.split("<main")[1]
    assert OUTCOMES["put_right"] in text_of(client, reverse("cases"))


def test_what_is_refused_says_why_and_keeps_what_was_typed(filled: Filled) -> None:
    client = entered(filled.admin)
    page = posted(client, "close_case", {"outcome": "", "note": "Half a <sentence"}, 422)
    assert "Choose how it ended." in page
    assert "Half a &lt;sentence" in page
    page = posted(client, "close_case", {"outcome": "no_answer", "note": "\0"}, 422)
    assert '<option value="no_answer" selected>' in page
    assert "No letter is out" in posted(client, "answer_case", {"answer": "so"}, 422)
    assert Case.objects.get(pk=CASE).state == "open"


def test_only_those_who_plan_enter(filled: Filled) -> None:
    for role, status in (("planner", 200), ("supervisor", 200), ("floor_worker", 403), ("driver", 403)):
        User.objects.filter(pk=filled.floor.pk).update(role=role)
        for address in (reverse("cases"), reverse("case", args=(CASE,))):
            assert entered(filled.floor).get(address).status_code == status, role
    assert entered(filled.brand_admin).get(reverse("case", args=(CASE,))).status_code == 403


def test_lists_are_filtered_and_turn_their_pages(filled: Filled) -> None:
    for number in range(120):
        state = CASE_STATES[number % 4]
        ended = {"outcome": "explained", "note": "so", "closed_at": filled.now} if state == "closed" else {}
        brand = None if number % 2 else filled.sister
        case_of(filled.operator, brand, filled.now, pk=8000 + number, service=f"s-{number}", state=state, **ended)
    client, address, seen = entered(filled.admin), reverse("cases"), list[str]()
    while address:
        page = text_of(client, address)
        seen += re.findall(r'<th scope="row"><a href="[^"]*"><bdi>([^<]*)', page)
        following = re.search(r'rel="next" href="([^"]*)"', page)
        address = reverse("cases") + following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 121
    for query, number in (({"state": "closed"}, 30), ({"brand": "tea"}, 1), ({"brand": "nobody"}, 0)):
        page = text_of(client, f"{reverse('cases')}?{urlencode(query)}")
        assert page.count('<th scope="row">') == number
    assert "No case is like that." in page


def test_queries_do_not_grow_with_cases(filled: Filled) -> None:
    client, counts = entered(filled.admin), []
    for number in (0, 40):
        for at in range(number):
            case_of(filled.operator, filled.sister, filled.now, pk=9000 + at, service=f"s-{at}")
        for address in (reverse("cases"), reverse("case", args=(CASE,))):
            text_of(client, address)  # the first one fills caches
            with CaptureQueriesContext(connection) as captured:
                text_of(client, address)
            counts.append(len(captured))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 12


def test_a_case_without_weeks_or_parcels_says_so(filled: Filled) -> None:
    seen = {"due": 3, "late": 2, "expected": 0.5, "one_in": 7, "weeks": [], "lanes": [], "parcels": []}
    Case.objects.filter(pk=CASE).update(evidence=seen, brand=None, since_on=filled.now.date() - timedelta(days=7))
    page = page_of(filled)
    for words in ("No weeks were kept.", "Several brands send by it.", "one of every 7 parcels"):
        assert words in page, words


@pytest.mark.parametrize("act", ["send_case", "answer_case", "close_case"])
def test_a_case_that_is_not_there_is_not_found(filled: Filled, act: str) -> None:
    assert entered(filled.admin).post(reverse(act, args=(1,))).status_code == 404
