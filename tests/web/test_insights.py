"""The pages of insight: what was worked out last, and when it will be where nothing was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from markupsafe import Markup
from tests.web.filled import Filled
from tests.web.investigated import CASE
from tests.web.test_pages import INLINE, entered, text_of

from doorstep.core.accounts.models import User
from doorstep.core.cases.models import Case
from doorstep.core.jobs.models import Job, Turn
from doorstep.core.learned.insights import KINDS, InsightKind, Kept, keep
from doorstep.core.learned.models import Insight
from doorstep.documents.insights.page import InsightPage, Section, Table, plain
from doorstep.documents.report.charts import Chart
from doorstep.documents.report.tiles import Tile
from doorstep.documents.report.wording import day
from doorstep.flows.insights import CHORE, JOB, POSITION, key_of

pytestmark = pytest.mark.django_db
CHART = Chart(
    "c", "Parts", "Freight is most.", Markup('<svg class="picture"></svg>'), ("Part", "Share"), (("Freight", "9"),)
)
PAGE = InsightPage(
    "41 orders cost 300.00 EUR to serve.",
    (Tile("Cost to serve", "300.00 EUR", "41 orders", "worse"),),
    (
        Section(
            "parts", "Where the money goes", (CHART,), (Table("By sku", ("Sku", "Cost"), (("TEA-1", "7"),), more=12),)
        ),
        Section("changed", "What changed", empty="No month before."),
    ),
    (("Cost to serve", "What a parcel costs."),),
    "3 orders of which no parcel has left",
)


def learned(filled: Filled, kind: InsightKind = "costs", page: InsightPage = PAGE) -> None:
    keep(filled.brand.pk, kind, Kept(filled.now.date(), filled.now, plain(page)), "system")


def test_what_was_worked_out_stands_there(filled: Filled) -> None:
    learned(filled)
    page = text_of(entered(filled.viewer), reverse("insight_costs"))
    for words in (
        PAGE.headline,
        "300.00 EUR",
        '<svg class="picture">',
        "TEA-1",
        "12 more are not shown",
        "No month before.",
        f"was known when {day(filled.now.date())} began",
        PAGE.left_out,
    ):
        assert words in page
    assert not INLINE.search(page)
    assert "Work it out now" not in page  # who may only look does not set anybody to work


@pytest.mark.parametrize("kind", KINDS)
def test_before_the_first_night_the_page_says_when(filled: Filled, kind: InsightKind) -> None:
    client, address = entered(filled.admin), f"{reverse(f'insight_{kind}')}?brand={filled.brand.code}"
    assert "as soon as a worker is there" in text_of(client, address)
    chore, often = (POSITION, "once a week") if kind == "position" else (CHORE, "once a night")
    Turn.objects.create(name=chore, next_at=filled.now.replace(hour=23, minute=51))
    assert f"It is worked out {often}" in text_of(client, address)
    assert "23:51" in text_of(client, address)
    assert "23:51" in text_of(entered(filled.viewer), address)


def test_it_is_asked_for_once_and_the_page_tells_how_it_stands(filled: Filled) -> None:
    client, form = entered(filled.admin), {"kind": "costs", "brand": filled.brand.code}
    address = f"{reverse('insight_costs')}?brand={filled.brand.code}"
    for _ in range(2):
        asked = client.post(reverse("ask_insight"), form)
        assert asked.status_code == 302
        assert asked["Location"] == address
    job = Job.objects.get(kind=JOB)
    assert (job.key, job.data["kind"]) == (key_of(filled.brand.pk, "costs"), "costs")
    assert "It is being worked out." in text_of(client, address)
    learned(filled)
    assert "A newer one is being worked out." in text_of(client, address)
    Job.objects.update(state="dead", error="InvalidProblem: no unit")
    page = text_of(client, address)
    assert "It went wrong the last time" in page
    assert PAGE.headline in page  # what was there stays there
    Insight.objects.all().delete()
    page = text_of(client, address)
    assert "InvalidProblem: no unit" in page
    assert "Work it out now" in page


def test_who_may_not_plan_does_not_ask(filled: Filled) -> None:
    form = {"kind": "costs", "brand": filled.brand.code}
    assert entered(filled.viewer).post(reverse("ask_insight"), form).status_code == 403
    assert entered(filled.foreign_admin).post(reverse("ask_insight"), form).status_code == 404
    for wrong in ({"kind": "weather", "brand": filled.brand.code}, {"kind": "costs"}, {}):
        assert entered(filled.admin).post(reverse("ask_insight"), wrong).status_code == 404
    assert not Job.objects.exists()


def test_nobody_elses_are_shown(filled: Filled) -> None:
    learned(filled)
    address = f"{reverse('insight_costs')}?brand={filled.brand.code}"
    for user in (filled.foreign_admin, filled.sister_admin):
        page = text_of(entered(user), address)
        assert "Not understood" in page
        assert PAGE.headline not in page


def test_each_brand_has_its_own(filled: Filled) -> None:
    learned(filled)
    keep(
        filled.sister.pk,
        "costs",
        Kept(filled.now.date(), filled.now, plain(replace(PAGE, headline="Of cups."))),
        "system",
    )
    client, address = entered(filled.admin), reverse("insight_costs")
    assert "Of cups." in text_of(client, address)  # the first by its code
    page = text_of(client, f"{address}?brand={filled.brand.code}")
    assert PAGE.headline in page
    assert f"{reverse('insight_demand')}?brand={filled.brand.code}" in page


def test_what_another_version_kept_is_not_shown_as_ours(filled: Filled) -> None:
    learned(filled)
    kept: list[object] = [
        {},
        {"headline": "x", "tiles": [{"size": 3}]},
        plain(PAGE) | {"sections": [{"no": 1}]},
        [],
        "x",
    ]
    for broken in kept:
        Insight.objects.update(document=broken)
        page = text_of(entered(filled.admin), f"{reverse('insight_costs')}?brand={filled.brand.code}")
        assert "of another version" in page


def test_words_stay_words(filled: Filled) -> None:
    hostile = "</script><img src=x onerror=alert(1)>"
    table = Table(hostile, (hostile,), ((hostile,),))
    learned(
        filled, page=InsightPage(hostile, (Tile(hostile, hostile, hostile),), (Section("k", hostile, (), (table,)),))
    )
    assert "<img src" not in text_of(entered(filled.viewer), reverse("insight_costs"))


def test_as_many_queries_as_without(filled: Filled) -> None:
    client, address = entered(filled.admin), f"{reverse('insight_costs')}?brand={filled.brand.code}"

    def queries() -> int:
        text_of(client, address)
        with CaptureQueriesContext(connection) as captured:
            text_of(client, address)
        return len(captured)

    without = queries()
    many = tuple(replace(PAGE.sections[0], key=f"s{at}") for at in range(30))
    learned(filled, page=replace(PAGE, sections=many))
    Job.objects.create(
        operator=filled.operator, kind=JOB, key=key_of(filled.brand.pk, "costs"), state="dead",
        due_at=filled.now, put_at=filled.now - timedelta(days=1),
    )  # fmt: skip
    assert queries() == without <= 11


def test_what_is_to_be_looked_into_leads_to_its_live_case(filled: Filled) -> None:
    looked = Table("To look into", ("Service", "Late"), (("gp-std", "64"), ("swift", "9")), of_cases=True)
    ranked = Table("Services, the best first", ("Service", "Late"), (("gp-std", "64"),))
    learned(filled, "carriers", replace(PAGE, sections=(Section("watch", "Watch", tables=(looked, ranked)),)))
    address = f"{reverse('insight_carriers')}?brand={filled.brand.code}"
    link = f'<a href="{reverse("case", args=(CASE,))}"><bdi>gp-std</bdi></a>'

    def links(user: User) -> int:
        return text_of(entered(user), address).count(link)

    assert links(filled.admin) == 1
    assert "<bdi>swift</bdi></th>" in text_of(entered(filled.admin), address)
    assert links(filled.viewer) == 0  # who may not enter is not led there
    Case.objects.update(brand=None)
    assert links(filled.admin) == 1  # one of several brands, this one among them
    for other in ({"brand": filled.sister}, {"brand": filled.brand, "carrier": "Another"}):
        Case.objects.update(**other)
        assert links(filled.admin) == 0
    Case.objects.update(carrier="General Parcels", state="closed", outcome="explained", closed_at=filled.now)
    assert links(filled.admin) == 0
