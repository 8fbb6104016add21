"""Durations of a folder: published or refused, what is then promised by them, and what is kept of it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.files.published_brand import EARLIER, NOW, fitted, published_brand

from doorstep.domain.errors import InvalidProblem, OutputRefused
from doorstep.domain.learned import TransitModel
from doorstep.files.demo import demo_brand
from doorstep.files.durations_in import DURATIONS_FILE
from doorstep.files.durations_out import DECISIONS_FILE, decision, durations_bytes, keep_decision, put_in_force
from doorstep.files.folder import read_folder
from doorstep.flows import promise_fit as flow
from doorstep.flows.plan_folder import Selection, folder_durations, plan_folder, problem_of
from doorstep.flows.promise_fit import ground_of, instant_of
from doorstep.flows.promise_quote import quote_promises
from doorstep.flows.promise_wish import Wish
from doorstep.kernels.promise.pace import at_current_pace
from doorstep.kernels.promise.publish import as_published, judge
from doorstep.kernels.run import Run


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fit") / "brand"
    published_brand(folder)
    return folder


@pytest.fixture
def brand(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "brand"))


def decisions(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / DECISIONS_FILE).read_text().splitlines()]


def test_what_is_published_is_in_force_and_its_decision_is_kept(brand: Path) -> None:
    read = read_folder(brand)
    assert read.durations is not None
    assert read.durations.model == as_published(read.history, EARLIER, ground_of(read))
    (kept,) = decisions(brand)
    assert kept["verdict"] == read.durations.verdict
    assert (kept["decided_by"], kept["decided_at"]) == ("ann", NOW.isoformat())
    assert kept["model_sha256"] == read.durations.model_sha256
    assert kept["history_sha256"] == read.durations.history_sha256 != ""
    assert read.durations.verdict["cause"] == "first"


def test_a_later_model_takes_over_and_an_older_one_is_refused(brand: Path) -> None:
    newer = fitted(brand)
    assert newer.verdict.published
    assert newer.verdict.as_of > EARLIER
    before = (brand / DURATIONS_FILE).read_bytes()
    older = fitted(brand, EARLIER)
    assert (older.verdict.published, older.verdict.cause) == (False, "older")
    assert (brand / DURATIONS_FILE).read_bytes() == before
    assert [one["as_of"] for one in decisions(brand)] == [
        one.isoformat() for one in (EARLIER, newer.verdict.as_of, EARLIER)
    ]
    assert decisions(brand)[-1]["verdict"] == older.told["verdict"]


def test_a_corrupted_history_is_refused_and_what_is_in_force_stays(brand: Path) -> None:
    history = brand / "history.csv"
    lines = history.read_text().splitlines()
    column = lines[0].split(",").index("delivered_at")
    for at, line in enumerate(lines[1:], 1):
        cells = line.split(",")
        if len(cells) == lines[0].count(",") + 1 and cells[column]:
            later = datetime.fromisoformat(cells[column]) + timedelta(days=4)
            lines[at] = ",".join([*cells[:column], later.isoformat(), *cells[column + 1 :]])
    true, before = history.read_text(), (brand / DURATIONS_FILE).read_bytes()
    history.write_text("\n".join(lines))
    spoiled = read_folder(brand)
    history.write_text(true)
    sound = read_folder(brand)
    assert sound.durations is not None
    model = as_published(spoiled.history, datetime(2026, 10, 14, tzinfo=UTC), ground_of(sound))
    verdict = judge(model, sound.durations.model, sound.history, ground_of(sound))
    assert (verdict.published, verdict.cause) == (False, "candidate_worse")
    assert (brand / DURATIONS_FILE).read_bytes() == before


def test_a_dry_run_writes_nothing(brand: Path) -> None:
    before = {one.name: one.read_bytes() for one in brand.iterdir()}
    assert fitted(brand, dry_run=True).verdict.published
    assert {one.name: one.read_bytes() for one in brand.iterdir()} == before


def test_who_publishes_meanwhile_is_not_overwritten(brand: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*words: object, **named: object) -> object:
        (brand / DURATIONS_FILE).write_bytes(b"{}")
        return judge(*words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(flow, "judge", slow)
    with pytest.raises(OutputRefused, match="published anew meanwhile"):
        fitted(brand)
    assert (brand / DURATIONS_FILE).read_bytes() == b"{}"
    assert len(decisions(brand)) == 1


def test_what_cannot_be_written_leaves_what_was_there(brand: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (brand / DURATIONS_FILE).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("doorstep.files.durations_out.sync_one", full)
    with pytest.raises(OutputRefused, match="No space left on device; nothing was changed"):
        put_in_force(brand, b"{}")
    assert (brand / DURATIONS_FILE).read_bytes() == before
    assert not [one for one in brand.iterdir() if one.name.startswith(".")]
    with pytest.raises(OutputRefused):
        keep_decision(brand / "nowhere", {})


def test_the_end_of_the_history_is_the_instant_unless_another_is_told(published: Path) -> None:
    history = read_folder(published).history
    end = instant_of(history, None, NOW)
    assert end < NOW
    assert max(one.placed_at for one in history) < end
    assert instant_of(history, None, EARLIER) <= EARLIER
    assert instant_of((), None, NOW) == NOW
    assert instant_of(history, EARLIER, NOW) == EARLIER
    with pytest.raises(InvalidProblem, match="lies in the future"):
        instant_of(history, NOW + timedelta(days=1), NOW)
    with pytest.raises(InvalidProblem, match="tells of nothing after 2026-10-14"):
        instant_of(history, NOW, NOW)


@pytest.mark.parametrize("spoil", [DECISIONS_FILE, DURATIONS_FILE])
def test_a_decision_that_cannot_be_kept_publishes_nothing_and_the_other_way_round(tmp_path: Path, spoil: str) -> None:
    folder = tmp_path / "brand"
    demo_brand(folder, 40, 6)
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    if spoil == DECISIONS_FILE:
        (folder / spoil).mkdir()
        with pytest.raises(OutputRefused, match=r"durations\.jsonl: .*nothing was changed"):
            fitted(folder)
        (folder / spoil).rmdir()
    else:
        (folder / spoil).mkdir()
        with pytest.raises(OutputRefused, match=r"durations\.json: .*nothing was changed"):
            keep_decision(folder, {"published": True}, b"{}")
        assert not (folder / DECISIONS_FILE).exists()
        (folder / DECISIONS_FILE).write_bytes(b"first\n")
        with pytest.raises(OutputRefused):
            keep_decision(folder, {"published": True}, b"{}")
        assert (folder / DECISIONS_FILE).read_bytes() == b"first\n"
        (folder / DECISIONS_FILE).unlink()
        (folder / spoil).rmdir()
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before


def test_what_a_later_fit_would_publish_stays_out_while_its_decision_cannot_be_kept(brand: Path) -> None:
    before = (brand / DURATIONS_FILE).read_bytes()
    (brand / DECISIONS_FILE).unlink()
    (brand / DECISIONS_FILE).mkdir()
    assert fitted(brand, dry_run=True).verdict.published
    with pytest.raises(OutputRefused, match="nothing was changed"):
        fitted(brand)
    assert (brand / DURATIONS_FILE).read_bytes() == before


def test_durations_of_an_instant_yet_to_come_do_not_stand_in_the_way(brand: Path) -> None:
    read = read_folder(brand)
    assert read.durations is not None
    ahead = datetime(2190, 1, 1, tzinfo=UTC)
    model = replace(read.durations.model, as_of=ahead)
    verdict = judge(read.durations.model, None, read.history, ground_of(read))
    put_in_force(brand, durations_bytes(model, decision(model, verdict, "", ahead, "")))
    newer = fitted(brand).verdict
    assert (newer.published, newer.cause, newer.in_force_as_of) == (True, "first", None)
    assert newer.reason.endswith(
        "what was published as of 2190-01-01 is not counted as in force: that day is yet to come"
    )
    after = read_folder(brand).durations
    assert after is not None
    assert after.model.as_of == newer.as_of < NOW
    assert "yet to come" not in fitted(brand).verdict.reason


def marked(folder: Path, as_of: datetime) -> TransitModel:
    """Put a model in force that promises something of its own."""
    read = read_folder(folder)
    model = as_published(read.history, as_of, ground_of(read))
    lanes = tuple(replace(one, arrived_ppm=(*(0,) * 5, *one.arrived_ppm)) for one in model.lanes)
    model = replace(model, lanes=lanes)
    verdict = judge(model, None, read.history, ground_of(read))
    put_in_force(folder, durations_bytes(model, decision(model, verdict, "", NOW, "")))
    return model


def test_plans_and_quotes_promise_by_what_is_in_force(brand: Path, tmp_path: Path) -> None:
    model = marked(brand, EARLIER)
    read = read_folder(brand)
    known = min(one.placed_at for one in read.orders)
    assert problem_of(read, read.orders).transit == at_current_pace(model, read.history, known, read.tariff.services)
    plain = replace(read, durations=None)
    assert problem_of(plain, read.orders).transit != model
    out = tmp_path / "plan"
    planned = plan_folder(brand, out, selection=Selection(), run=Run(), stopwatch=lambda: 0.0, documents=False)
    assert planned.summary["durations"] == "published"
    assert planned.summary["durations_as_of"] == EARLIER.isoformat()
    (brand / DURATIONS_FILE).unlink()
    other = plan_folder(brand, tmp_path / "o", selection=Selection(), run=Run(), stopwatch=lambda: 0.0, documents=False)
    assert "durations" not in other.summary
    assert float(str(planned.summary["mean_promised_days"])) > float(str(other.summary["mean_promised_days"])) + 3


def test_what_was_not_known_yet_is_not_promised_by(brand: Path) -> None:
    read = read_folder(brand)
    assert read.durations is not None
    services = read.tariff.services
    assert folder_durations(read, EARLIER) == at_current_pace(read.durations.model, read.history, EARLIER, services)
    before = EARLIER - timedelta(seconds=1)
    learned = as_published(read.history, before, ground_of(read))
    assert folder_durations(read, before) == at_current_pace(learned, read.history, before, services)
    quoted = quote_promises(brand, Wish("DE", "BY", "80331", (), before), Run())
    assert (quoted.published, quoted.durations_as_of) == (False, before)
    quoted = quote_promises(brand, Wish("DE", "BY", "80331", (), EARLIER), Run())
    assert (quoted.published, quoted.durations_as_of) == (True, EARLIER)
