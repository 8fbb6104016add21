"""What `plan-day` says of the bid prices that it learns once the day is planned."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.record.scarce import scarce

from doorstep.cli.record import learn_prices
from doorstep.core.learned.bids import set_heeded
from doorstep.core.learned.models import Bids
from doorstep.core.orders.models import Order
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.rights import Scope
from doorstep.flows import learn_bids as flow

pytestmark = pytest.mark.django_db
Shop = tuple[Scope, int]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = scarce(tmp_path / "brand")
    Order.objects.update(placed_at=timezone.now() - timedelta(days=1))
    return shop


def test_how_many_were_learned(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    learn_prices(*shop, seed=0)
    learned = Bids.objects.get()
    assert learned.learned_by == "user:1"
    number = "1 bid price" if len(learned.rows) == 1 else f"{len(learned.rows)} bid prices"
    assert capsys.readouterr().out == f"{number} of what is short learned from 24 orders\n"


def test_nothing_of_a_brand_that_heeds_none(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    set_heeded(shop[1], False)
    learn_prices(*shop, seed=0)
    assert capsys.readouterr().out == ""
    assert not Bids.objects.exists()


def test_that_the_day_is_planned_whatever_becomes_of_them(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise InvalidProblem("two zones for one place")

    monkeypatch.setattr(flow, "learn_bids", refuse)
    learn_prices(*shop, seed=0)
    said = capsys.readouterr().err.replace("\n", " ")
    assert "no bid prices were learned, the day is planned all the same: two zones for one place" in said
