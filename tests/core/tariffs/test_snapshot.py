"""A tariff comes out of the record as it went in, whatever its contracts say."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from tests.files.test_rules_duty import DUTIES, TERRITORIES
from tests.files.test_rules_tariff import TARIFF, put

from doorstep.core.accounts.models import Brand
from doorstep.core.tariffs import actions, snapshot
from doorstep.domain.carriage import Tariff
from doorstep.files.tariff_in import read_tariff

STEP = "std,cover,always,,value_step,1.15,5,3.45,,,,CHF,100,50.5"

pytestmark = pytest.mark.django_db


def test_every_field_of_every_line_is_kept(brand: Brand, tmp_path: Path) -> None:
    services = TARIFF["services"].replace("account", "account,incoterm").replace("A-1", "A-1,DDP")
    text = TARIFF["surcharges"].replace(",group,currency\n", ",group,currency,value_step,value_free\n", 1)
    head, *lines = text.splitlines()
    surcharges = "\n".join([head, *(f"{line},," for line in lines), STEP])
    folder = put(tmp_path, surcharges=surcharges, duties=DUTIES, territories=TERRITORIES, services=services)
    tariff = read_tariff(folder).tariff
    assert all(getattr(tariff, one.name) for one in fields(Tariff))
    actions.add_tariff(brand.pk, tariff)
    assert snapshot.tariff(brand.pk) == tariff
