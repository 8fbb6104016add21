"""The pages of insight in Chromium, full of what was worked out of months of orders."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer
from tests.chromium import accessible, complaints_of, go, keep, log_in, scrolls_one_way
from tests.web.filled import PASSWORD, Filled, fill
from tests.web.travelled import let_travel

from doorstep.core.learned.insights import KINDS
from doorstep.core.learned.models import Insight
from doorstep.domain.rights import Scope
from doorstep.flows.insights import learn_insight
from doorstep.flows.steer import weigh_learned
from doorstep.kernels.run import Run
from doorstep.web.views.insights import NAMES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def filled(request: pytest.FixtureRequest) -> Filled:
    request.getfixturevalue("transactional_db")
    made, now = fill(timezone.now()), timezone.now()
    let_travel(made.brand, now)
    scope = Scope(made.operator.pk, frozenset({made.brand.pk}), "operator_admin", "system")
    for kind in KINDS:
        learn_insight(scope, made.brand.pk, kind, now=now, run=Run())
    let_weigh(made)
    made.admin.set_password(PASSWORD)
    made.admin.save()
    return made


def let_weigh(made: Filled) -> None:
    """Values that weigh, as after a few hundred quotes."""
    row = Insight.objects.get(brand=made.brand, kind="customers")
    row.document |= {"values": [["day_sooner", 420_000, "", ""], ["next_day", -80_000, "loyal", ""]]}
    row.save()
    scope = Scope(made.operator.pk, frozenset({made.brand.pk}), "operator_admin", "system")
    weigh_learned(scope, made.brand.code, row.learned_at, now=timezone.now())


def test_they_are_accessible_on_a_telephone_and_on_a_desk(
    browser: Browser, filled: Filled, live_server: LiveServer
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints = complaints_of(page, live_server.url)
    log_in(page, f"{live_server.url}/insights", filled.admin.email, PASSWORD)
    for kind in KINDS:
        page.set_viewport_size({"width": 1280, "height": 900})
        go(page, live_server.url + reverse(f"insight_{kind}") + "?brand=tea")
        expect(page.get_by_role("link", name=NAMES[kind], exact=True)).to_have_attribute("aria-current", "page")
        assert page.locator("figure.chart, table").count() > 0
        keep(page, f"insights-{kind}")
        for summary in page.locator("main summary").all():
            summary.click()
        accessible(page)
        page.set_viewport_size({"width": 390, "height": 844})
        page.emulate_media(color_scheme="dark")
        go(page, live_server.url + reverse(f"insight_{kind}") + "?brand=tea")
        scrolls_one_way(page)
        accessible(page)
        keep(page, f"insights-{kind}-390")
        page.emulate_media(color_scheme="light")
    go(page, f"{live_server.url}/insights/costs?brand=cup")
    page.get_by_role("button", name="Work it out now").click()
    expect(page.get_by_role("status")).to_contain_text("It is being worked out.")
    accessible(page)
    keep(page, "insights-asked")
    assert complaints == []
    page.close()
