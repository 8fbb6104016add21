"""A key may ask as often as its rate says; what one uses up is its own affair."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from tests.api.shop import Place, Shop

from doorstep.core.accounts import rates
from doorstep.core.accounts.models import ApiKey
from doorstep.core.events.models import Fact
from doorstep.domain.rate import Rate, rate
from doorstep.server import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The seconds that the server counts by; a test moves them."""
    now = [1_000.0]
    monkeypatch.setattr(clock, "tick", lambda: now[0])
    rates.forget()
    yield now
    rates.forget()


@override_settings(RATE=Rate(2, 3))
def test_a_flood_is_refused_and_the_next_key_does_not_feel_it(place: Place, ticks: list[float]) -> None:
    flood, calm = place.with_key(), place.with_key()
    assert [flood.get("/v1/orders").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = flood.get("/v1/orders")
    assert refused.json()["code"] == "too_many_requests"
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["RateLimit-Policy"] == '"key";q=3;w=2'
    assert refused.headers["RateLimit"] == '"key";r=0;t=2'
    assert calm.get("/v1/orders").headers["RateLimit"] == '"key";r=2;t=1'
    ticks[0] += 0.5  # one is earned, and those that were refused cost nothing
    assert [flood.get("/v1/orders").status_code for _ in range(2)] == [200, 429]
    ticks[0] += 1_000
    assert [flood.get("/v1/orders").status_code for _ in range(4)] == [200, 200, 200, 429]


@override_settings(RATE=Rate(1, 1))
def test_a_key_may_have_a_rate_of_its_own(place: Place, ticks: list[float]) -> None:
    del ticks
    admin, shop = place.with_key("operator_admin"), place.with_key()
    ApiKey.objects.exclude(role="brand_writer").update(rate_per_s=0)
    number = ApiKey.objects.get(role="brand_writer").pk
    path = f"/v1/keys/{number}/rate"
    assert codes(shop, 2) == [200, 429]
    set_to = admin.ask("PUT", path, {"per_s": 5, "burst": 4})
    assert (set_to.status_code, set_to.json()["rate_per_s"], set_to.json()["rate_burst"]) == (200, 5, 4)
    rates.forget()
    assert codes(shop, 5) == [200, 200, 200, 200, 429]
    assert admin.ask("PUT", path, {"per_s": 0}).status_code == 200
    free = shop.get("/v1/orders")
    assert (free.status_code, "RateLimit" in free.headers) == (200, False)
    assert admin.ask("PUT", path, {"per_s": None}).status_code == 200
    rates.forget()
    assert codes(shop, 2) == [200, 429]
    assert admin.ask("PUT", path, {"per_s": -1}).status_code == 422
    told = Fact.objects.filter(kind="KeyRateSet").order_by("pk").values_list("data", flat=True)
    assert list(told) == [{"per_s": 5, "burst": 4}, {"per_s": 0, "burst": 1}, {"per_s": None, "burst": None}]


def test_nobody_of_a_brand_moves_a_limit(place: Place) -> None:
    shop = place.with_key("brand_admin")
    refused = shop.ask("PUT", f"/v1/keys/{ApiKey.objects.get().pk}/rate", {"per_s": 0})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


def codes(shop: Shop, number: int) -> list[int]:
    return [shop.get("/v1/orders").status_code for _ in range(number)]


def test_processes_count_together(tmp_path: Path) -> None:
    """Four processes at once take 100 each of a burst of 150: 150 are answered, not one more."""
    take = (
        "import sys, django; django.setup()\n"
        "from doorstep.core.accounts import rates\n"
        "from doorstep.domain.rate import Rate\n"
        "print(sum(not rates.take(int(sys.argv[1]), Rate(1, 150), 5.0).wait_s for _ in range(100)))"
    )
    told = {**os.environ, "DOORSTEP_RATE_FILE": str(tmp_path / "rates"), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    run = [subprocess.Popen([sys.executable, "-c", take, "7"], env=told, stdout=subprocess.PIPE) for _ in range(4)]
    assert sum(int(one.communicate()[0]) for one in run) == 150
    other = subprocess.run([sys.executable, "-c", take, "8"], env=told, stdout=subprocess.PIPE, check=True)
    assert int(other.stdout) == 100


def test_rates_are_read_as_they_are_written() -> None:
    assert rate("50/200") == Rate(50, 200)
    assert rate("5") == Rate(5, 5)
    assert rate("0") is None
    assert Rate(3, 10).window_s == 4
    for wrong in ("", "fast", "-1", "5/0", "5/", "99999999"):
        with pytest.raises(ValueError, match="rate"):
            rate(wrong)
