"""The page of a service says what its contract says, each amount in its own currency."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse
from tests.files.test_rules_steps import STEPS
from tests.files.test_rules_tariff import put
from tests.web.test_tenancy import entered

from doorstep.core.accounts.actions import add_user
from doorstep.core.accounts.models import Brand, User
from doorstep.core.tariffs import actions
from doorstep.files.tariff_in import read_tariff


@pytest.mark.django_db
def test_floors_percents_of_the_value_limits_and_currencies_are_told(brand: Brand, tmp_path: Path) -> None:
    actions.add_tariff(brand.pk, read_tariff(put(tmp_path)).tariff)
    user = add_user("ann@north.example", "Ann", "correct horse battery", "operator_admin", brand.operator_id)
    client = entered(User.objects.get(pk=user))
    page = client.get(reverse("tariff", args=(brand.code, "std"))).content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "CHF a parcel, by zone" in text
    assert "EUR a parcel, by zone" in text
    assert re.search(r"rebate always .*?\W10 ?%", text)
    assert re.search(r"minimum always, zone 1 .*?up to 4\.00 EUR", text)
    assert re.search(r"long over second mm 500 3\.00 CHF", text)
    assert re.search(r"heavy over weight g, area isles 1,000 4\.00 EUR", text)
    assert re.search(r"insurance over value 100 0\.5 ?% of the value, at least 1\.50 EUR", text)


@pytest.mark.django_db
def test_steps_of_the_value_are_told_with_what_is_free(brand: Brand, tmp_path: Path) -> None:
    actions.add_tariff(brand.pk, read_tariff(put(tmp_path, surcharges=STEPS)).tariff)
    user = add_user("ann@north.example", "Ann", "correct horse battery", "operator_admin", brand.operator_id)
    page = entered(User.objects.get(pk=user)).get(reverse("tariff", args=(brand.code, "std"))).content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    said = r"1\.15 CHF for each begun 100\.00 CHF of the value above 50\.50 CHF, at least 3\.45 CHF"
    assert re.search(said, text)
