"""The page of a service says what its contract says, each amount in its own currency."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.files.test_rules_steps import STEPS
from tests.files.test_rules_tariff import put
from tests.record.brand import TEA_SHOP, loaded
from tests.web.test_tenancy import entered

from doorstep.core.accounts.actions import add_user
from doorstep.core.accounts.models import Brand, User
from doorstep.core.tariffs import actions
from doorstep.domain.errors import InputRefused
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


MARKUPS = """client,service,kind,amount,sequence,valid_from,valid_to
acme,,percent,12.5,1,,
acme,express,fixed,0.40,2,2026-01-01,
zeta,parcel,floor,5,1,,2026-12-31
"""


def marked(folder: Path, text: str = MARKUPS) -> Path:
    shutil.copytree(TEA_SHOP, folder)
    (folder / "markups.csv").write_text(text)
    return folder


def told(client: Client, brand: str, service: str) -> str:
    page = client.get(reverse("tariff", args=(brand, service))).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("markups-heading")[2]).split())


@pytest.mark.django_db
def test_what_clients_pay_is_loaded_and_told_with_each_service(tmp_path: Path) -> None:
    scope, brand_id = loaded(marked(tmp_path / "shop"))
    _, other = loaded(operator="south")
    user = add_user("ann@north.example", "Ann", "correct horse battery", "operator_admin", scope.operator)
    client, brand = entered(User.objects.get(pk=user)), Brand.objects.get(pk=brand_id)
    express, parcel = (told(client, brand.code, service) for service in ("express", "parcel"))
    assert re.search(r"acme every service 12\.5 ?% 1 always", express)
    assert re.search(r"acme this service 0\.40 EUR 2 from", express)
    assert "zeta" not in express
    assert re.search(r"zeta this service up to 5\.00 EUR 1 to", parcel)
    assert "0.40" not in parcel
    assert not Brand.objects.get(pk=other).markups.exists()


@pytest.mark.django_db
def test_a_brand_without_mark_ups_says_so_and_wrong_ones_are_refused(tmp_path: Path) -> None:
    scope, brand_id = loaded()
    user = add_user("ann@north.example", "Ann", "correct horse battery", "operator_admin", scope.operator)
    client = entered(User.objects.get(pk=user))
    assert "no mark-up is agreed" in told(client, Brand.objects.get(pk=brand_id).code, "express")
    with pytest.raises(InputRefused) as caught:
        loaded(
            marked(tmp_path / "shop", MARKUPS.replace("express", "balloon").replace("12.5", "120")), operator="south"
        )
    assert [str(fault) for fault in caught.value.faults] == [
        "markups.csv:2 amount: '120' is more than 100 percent",
        "markups.csv:3 service: 'balloon' names no service of services.csv",
    ]


@pytest.mark.django_db
def test_a_page_asks_as_often_for_many_mark_ups_as_for_one(tmp_path: Path) -> None:
    lines = "".join(f"client-{number},express,fixed,1,{number},,\n" for number in range(40))
    asked = []
    for name, text in (("one", MARKUPS), ("many", MARKUPS + lines)):
        scope, brand_id = loaded(marked(tmp_path / name, text), operator=name)
        user = add_user(f"ann@{name}.example", "Ann", "correct horse battery", "operator_admin", scope.operator)
        client, code = entered(User.objects.get(pk=user)), Brand.objects.get(pk=brand_id).code
        with CaptureQueriesContext(connection) as queries:
            told(client, code, "express")
        asked.append(len(queries))
    assert asked[0] == asked[1]
