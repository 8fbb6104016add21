"""Durations of a brand in the record: decided upon, kept, and promised by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.files.published_brand import EARLIER, fitted, published_brand
from tests.record.brand import NOW, loaded

from doorstep.core.learned import decisions
from doorstep.core.learned.models import Durations
from doorstep.core.orders.snapshot import open_orders
from doorstep.domain.errors import Conflict, InputRefused, InvalidProblem, NotFound
from doorstep.domain.rights import Scope
from doorstep.files.demo import demo_brand
from doorstep.files.durations_out import decision, durations_bytes, put_in_force
from doorstep.files.folder import read_folder
from doorstep.flows import durations
from doorstep.flows import learn as flow
from doorstep.flows.durations import durations_in_force
from doorstep.flows.learn import learn
from doorstep.flows.plan_folder import problem_of
from doorstep.flows.promise_fit import ground_of
from doorstep.flows.record_problem import day_problem
from doorstep.flows.standing import forget, standing
from doorstep.kernels.promise.publish import judge
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 10, 14, tzinfo=UTC)
Shop = tuple[Scope, int]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    demo_brand(tmp_path / "brand", 40, 6)
    forget()
    yield loaded(tmp_path / "brand")
    forget()


def test_what_is_learned_is_published_and_the_next_is_held_against_it(shop: Shop) -> None:
    scope, brand = shop
    assert durations_in_force(brand, NOW) is None
    first = learn(scope, brand, now=NOW, run=Run(), as_of=EARLIER)
    assert first.cause == "first"
    model = durations_in_force(brand, NOW)
    assert model is not None
    assert model.as_of == EARLIER
    assert durations_in_force(brand, EARLIER - timedelta(seconds=1)) is None
    assert durations_in_force(brand, EARLIER) is model  # the very same, read once
    assert learn(scope, brand, now=NOW, run=Run(), as_of=LATER).published
    older = learn(scope, brand, now=NOW, run=Run(), as_of=EARLIER)
    assert (older.published, older.cause) == (False, "older")
    kept = list(Durations.objects.order_by("id").values_list("published", "as_of", "decided_at", "decided_by"))
    assert kept == [(True, EARLIER, NOW, "user:1"), (True, LATER, NOW, "user:1"), (False, EARLIER, NOW, "user:1")]
    refused = Durations.objects.get(published=False)
    assert (refused.content, refused.reason) == ("", older.reason)
    assert refused.verdict["cause"] == "older"
    assert len(refused.history_sha256) == 64
    found = durations_in_force(brand, NOW)
    assert found is not None
    assert found.as_of == LATER


def test_the_same_again_is_decided_and_not_kept_a_second_time(shop: Shop) -> None:
    scope, brand = shop
    learn(scope, brand, now=NOW, run=Run())
    upon, model = decisions.in_force(brand), durations_in_force(brand, NOW)
    again = learn(scope, brand, now=NOW, run=Run())
    assert (again.published, again.cause) == (True, "same")
    first, second = Durations.objects.order_by("id")
    assert (bool(first.content), second.content, second.verdict["cause"]) == (True, "", "same")
    assert decisions.in_force(brand) == upon
    durations._held.clear()
    assert durations_in_force(brand, NOW) == model is not None


def test_durations_of_an_instant_yet_to_come_do_not_stand_in_the_way(tmp_path: Path) -> None:
    published_brand(tmp_path / "brand")
    read = read_folder(tmp_path / "brand")
    assert read.durations is not None
    ahead = datetime(2190, 1, 1, tzinfo=UTC)
    model = replace(read.durations.model, as_of=ahead)
    verdict = judge(read.durations.model, None, read.history, ground_of(read))
    put_in_force(tmp_path / "brand", durations_bytes(model, decision(model, verdict, "", ahead, "")))
    scope, brand = loaded(tmp_path / "brand")
    assert durations_in_force(brand, NOW) is None
    newer = learn(scope, brand, now=NOW, run=Run())
    assert (newer.published, newer.cause) == (True, "first")
    assert "as of 2190-01-01 is not counted as in force" in newer.reason
    found = durations_in_force(brand, NOW)
    assert found is not None
    assert found.as_of == newer.as_of
    assert learn(scope, brand, now=NOW, run=Run()).cause == "same"


def test_plans_and_quotes_promise_by_what_is_in_force_at_once(shop: Shop) -> None:
    scope, brand = shop
    before = standing(scope.operator, brand, NOW)
    assert before.ground.problem.transit.as_of == NOW
    learn(scope, brand, now=NOW, run=Run(), as_of=EARLIER)
    after = standing(scope.operator, brand, NOW)
    published = durations_in_force(brand, NOW)
    assert published is not None
    assert after.ground.problem.transit.as_of == published.as_of == EARLIER
    assert after.ground.problem.transit.paces  # published without: they are of the hour
    assert not published.paces
    assert after.ground.problem.transit != before.ground.problem.transit
    problem = day_problem(brand, open_orders(brand).values(), None)
    assert problem.transit == after.ground.problem.transit


def test_a_folder_with_durations_in_force_is_loaded_with_them(tmp_path: Path) -> None:
    published_brand(tmp_path / "brand")
    folder = read_folder(tmp_path / "brand")
    assert folder.durations is not None
    _, brand = loaded(tmp_path / "brand")
    row = Durations.objects.get()
    assert (row.published, row.decided_by, row.verdict) == (True, "ann", folder.durations.verdict)
    assert row.model_sha256 == folder.durations.model_sha256
    durations._held.clear()
    assert durations_in_force(brand, NOW) == folder.durations.model
    promised = problem_of(folder, folder.orders).transit
    assert promised.as_of == folder.durations.model.as_of
    assert promised.handling == folder.durations.model.handling
    newer = fitted(tmp_path / "brand").verdict
    assert newer.published


def test_another_brand_is_not_told_of_nor_learned(shop: Shop) -> None:
    scope, brand = shop
    learn(scope, brand, now=NOW, run=Run(), as_of=EARLIER)
    with pytest.raises(NotFound):
        learn(replace(scope, brands=frozenset()), brand, now=NOW, run=Run())
    _, other = loaded(operator="south")
    assert durations_in_force(other, NOW) is None
    assert decisions.in_force(other) is None


def test_who_publishes_meanwhile_is_not_overwritten(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    scope, brand = shop

    def slow(*words: object, **named: object) -> object:
        monkeypatch.setattr(flow, "judge", judge)
        learn(scope, brand, now=NOW, run=Run(), as_of=LATER)
        return judge(*words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(flow, "judge", slow)
    with pytest.raises(Conflict, match="published meanwhile"):
        learn(scope, brand, now=NOW, run=Run(), as_of=EARLIER)
    assert Durations.objects.get().as_of == LATER


def test_a_shop_without_a_past_publishes_nothing_and_the_future_is_not_asked(shop: Shop) -> None:
    scope, brand = shop
    with pytest.raises(InvalidProblem, match="future"):
        learn(scope, brand, now=NOW, run=Run(), as_of=NOW + timedelta(days=1))
    young, tea = loaded(operator="south")
    verdict = learn(young, tea, now=NOW, run=Run())
    assert not verdict.published
    assert Durations.objects.get(brand_id=tea).content == ""
    assert durations_in_force(tea, NOW) is None


def test_a_spoiled_row_is_refused(shop: Shop) -> None:
    scope, brand = shop
    learn(scope, brand, now=NOW, run=Run(), as_of=EARLIER)
    row = Durations.objects.get()
    Durations.objects.update(content=row.content.replace("1000000", "2000000"), model_sha256="0" * 64)
    durations._held.clear()
    with pytest.raises(InputRefused):
        durations_in_force(brand, NOW)
