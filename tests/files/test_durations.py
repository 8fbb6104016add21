"""durations.json: what is written is read again; what is not what the formats say is refused, and nothing is run."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.files.published_brand import published_brand

from doorstep.domain.errors import InputRefused
from doorstep.domain.learned import HandlingCurve, Lane, ServicePace, TransitModel
from doorstep.files import durations_in
from doorstep.files.durations_in import (
    DURATIONS_FILE,
    KEYS,
    PublishedDurations,
    durations_of,
    model_of,
    model_sha256,
)
from doorstep.files.durations_out import as_json, published_bytes, verdict_object
from doorstep.files.faults import Faults
from doorstep.files.folder import read_folder
from doorstep.kernels.promise.publish import Comparison, Score, Verdict

AT = datetime(2026, 10, 1, 12, 30, tzinfo=UTC)
MODEL = TransitModel(
    AT,
    (
        Lane(4, "post", "", "", "", "", "", 90, (0, 500_000, 990_000)),
        Lane(2, "post", "", "", "DE", "BY", "", 40, (0, 400_000)),
    ),
    (HandlingCurve("berlin", "", 50, (700_000, 990_000), (800_000, 990_000)),),
    (ServicePace("", 1_000_000), ServicePace("post", 700_000)),
)
PUBLISHED = PublishedDurations(MODEL, AT, "ann", "ab12", model_sha256(as_json(MODEL)), {"published": True})


def read(raw: bytes) -> tuple[PublishedDurations | None, list[str]]:
    faults = Faults()
    found = durations_of(raw, faults)
    try:
        faults.refuse_if_any()
    except InputRefused as refused:
        assert found is None
        return None, [f"{one.file} {one.column}: {one.why}" for one in refused.faults]
    return found, []


def test_what_is_written_is_read_again() -> None:
    assert read(published_bytes(PUBLISHED)) == (PUBLISHED, [])
    assert set(json.loads(published_bytes(PUBLISHED))) == set(KEYS)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_model_comes_back(data: st.DataObject) -> None:
    shares = st.lists(st.integers(0, 10**6), min_size=1, max_size=9).map(lambda found: tuple(sorted(found)))
    words = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, categories=["L", "N", "P"]), max_size=9)
    lanes = data.draw(
        st.lists(
            st.builds(Lane, st.integers(0, 4), words, words, words, words, words, words, st.integers(0, 99), shares),
            max_size=4,
            unique_by=lambda one: (one.level, one.service, *dataclasses.astuple(one)[2:7]),
        )
    )
    model = TransitModel(AT, tuple(lanes))
    one = PublishedDurations(model, AT, "", "", model_sha256(as_json(model)), {})
    assert read(published_bytes(one)) == (one, [])


def spoiled(change: Callable[[dict[str, Any]], object]) -> list[str]:
    told = json.loads(published_bytes(PUBLISHED))
    change(told)
    told["model_sha256"] = model_sha256(told.get("model"))
    found, why = read(orjson.dumps(told))
    assert found is None
    return why


def lane(**changes: object) -> Callable[[dict[str, Any]], object]:
    return lambda told: told["model"]["lanes"][1].update(changes)


def hand(**changes: object) -> Callable[[dict[str, Any]], object]:
    return lambda told: told["model"]["handling"][0].update(changes)


def verdict(**changes: object) -> Callable[[dict[str, Any]], object]:
    return lambda told: told["verdict"].update(changes)


def paced(*paces: tuple[str, int]) -> Callable[[dict[str, Any]], object]:
    return lambda told: told["model"].update(paces=[{"service": name, "pace_ppm": pace} for name, pace in paces])


def nested(deep: int) -> object:
    found: object = 1
    for _ in range(deep):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda told: told.update(version=2), "version: is not 1, the version that is understood here"),
        (lambda told: told.update(version=True), "version: is not 1, the version that is understood here"),
        (lambda told: told.pop("verdict"), "verdict: is missing"),
        (lambda told: told.update(more=1), "more: is not a key of this file"),
        (lambda told: told.update(verdict=[]), "verdict: is not an object"),
        (verdict(reason="a\0b"), "verdict.reason: is not a text of at most 2000 characters without control"),
        (verdict(reason="a" * 2001), "verdict.reason: is not a text of at most 2000 characters"),
        (verdict(reason=nested(250)), "verdict.reason: is not a text"),
        (verdict(more=nested(250)), "verdict.more: is not a key that is known here"),
        (verdict(trial=nested(250)), "verdict.trial: is not an object"),
        (verdict(trial={"challenger": {"loss_days": nested(99)}}), "verdict.trial.challenger.loss_days: is not"),
        (verdict(trial={"worse_by_days": [1]}), "verdict.trial.worse_by_days: has not 2 values"),
        (verdict(trial={"off_by": [0.5, "x"]}), "verdict.trial.off_by[1]: is not a number"),
        (verdict(candidate={"since": "2026-10-01\x0012:00:00"}), "verdict.candidate.since: is not an instant"),
        (verdict(candidate={"since": None}), "verdict.candidate.since: is not an instant"),
        (verdict(lanes=1.5), "verdict.lanes: is not a whole number"),
        (verdict(published=1), "verdict.published: is neither true nor false"),
        (paced(("post", 0)), "model.paces[0].pace_ppm: is not between 1 and 100000000"),
        (paced(("post", -5)), "model.paces[0].pace_ppm: is not between 1 and 100000000"),
        (paced(("", 10**8 + 1)), "model.paces[0].pace_ppm: is not between 1 and 100000000"),
        (paced(("post", 5), ("", 5), ("post", 6)), "model.paces[2]: is there twice"),
        (lambda told: told.update(decided_by="a\nb"), "decided_by: is not a text of at most 2000 characters"),
        (lambda told: told.update(decided_at="2026-10-01"), "decided_at: is not an instant with an offset"),
        (lambda told: told.update(decided_at="2026-09-01T00:00:00Z"), "decided_at: is before what the model knows"),
        (lambda told: told.update(as_of="2026-09-01T00:00:00Z"), "as_of: is not that of the model"),
        (lambda told: told.update(model=[]), "model: is not an object"),
        (lambda told: told["model"].pop("as_of"), "model.as_of: is missing"),
        (lambda told: told["model"].update(as_of=5), "model.as_of: is not an instant"),
        (lambda told: told["model"].update(lanes={}), "model.lanes: is not a list"),
        (lambda told: told["model"].update(speed=5), "model.speed: is not a field that is known here"),
        (lambda told: told["model"]["lanes"].append(7), "model.lanes[2]: is not an object"),
        (lambda told: told["model"]["lanes"].append(told["model"]["lanes"][0]), "model.lanes[2]: is there twice"),
        (lane(level=5), "model.lanes[1].level: is not between 0 and 4"),
        (lane(level=1.5), "model.lanes[1].level: is not a whole number"),
        (lane(parcels=-1), "model.lanes[1].parcels: is below 0"),
        (lane(parcels=2**60), "model.lanes[1].parcels: is not a whole number"),
        (lane(service=None), "model.lanes[1].service: is not a text"),
        (lane(arrived_ppm=[]), "model.lanes[1].arrived_ppm: has not between 1 and 400 shares"),
        (lane(arrived_ppm=[0] * 401), "model.lanes[1].arrived_ppm: has not between 1 and 400 shares"),
        (lane(arrived_ppm=[0, 5, 4]), "model.lanes[1].arrived_ppm: falls"),
        (lane(arrived_ppm=[0, 1_000_001]), "model.lanes[1].arrived_ppm: has a share that is not between"),
        (lane(arrived_ppm=[-1, 0]), "model.lanes[1].arrived_ppm: has a share that is not between"),
        (lane(arrived_ppm=[0, 0.5]), "model.lanes[1].arrived_ppm: holds something else than whole numbers"),
        (lane(arrived_ppm=[False, True]), "model.lanes[1].arrived_ppm: holds something else than whole numbers"),
        (lane(arrived_ppm="abc"), "model.lanes[1].arrived_ppm: is not a list"),
        (hand(same_day_ppm=[700_000]), "model.handling[0]: has two curves that do not end alike"),
        (hand(same_day_ppm=[900_000, 990_000]), "model.handling[0]: lets a later order leave before an earlier one"),
        (lambda told: told["model"]["handling"].extend(told["model"]["handling"]), "model.handling[1]: is there twice"),
    ],
)  # fmt: skip
def test_broken_content_is_refused_by_its_place(change: Callable[[dict[str, Any]], object], why: str) -> None:
    assert any(f"{DURATIONS_FILE} {why}" in one for one in spoiled(change)), spoiled(change)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'{"format": "other"}',
        b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94\x8c\x06system\x94\x93\x94.",
        b"[" * 100_000,
        b'{"format": "doorstep-durations", "version": 1, "model": ' + b'{"lanes":' * 5_000 + b"}" * 5_001,
        b'{"format": "doorstep-durations", "version": NaN}',
    ],
)
def test_hostile_content_is_refused(raw: bytes) -> None:
    found, why = read(raw)
    assert found is None
    assert why


@pytest.mark.parametrize("key", ["reason", "trial", "unheard_of"])
def test_a_verdict_nested_deeper_than_can_be_written_is_refused(key: str) -> None:
    deep = b'{"' + key.encode() + b'":' + b"[" * 300 + b"]" * 300 + b"}"
    raw = published_bytes(PUBLISHED)
    assert b'{"published":true}' in raw
    found, why = read(raw.replace(b'{"published":true}', deep))
    assert found is None
    assert f"verdict.{key}" in why[0]


def test_a_verdict_comes_back_whole_and_its_instants_as_we_write_them() -> None:
    score = Score(0.25, None)
    compared = Comparison(AT, AT, 3, 100, 50, 90, 95, 80, score, Score(0.5, 0.95), (-0.5, 0.25), (0.0, 0.125))
    alone = Comparison(AT, AT, 0, 100, 50, 90, 95, 80, score)
    told = verdict_object(Verdict("not_worse", "better", AT, AT, 950_000, 2, 1, compared, alone))
    one = dataclasses.replace(PUBLISHED, verdict=told)
    assert read(published_bytes(one)) == (one, [])
    odd = published_bytes(one).replace(
        b'"since":"2026-10-01T12:30:00+00:00"', b'"since":"2026-10-01\\u000012:30:00+00:00"'
    )
    assert odd != published_bytes(one)
    assert read(odd) == (one, [])


def test_a_model_that_was_changed_by_hand_is_refused() -> None:
    raw = published_bytes(PUBLISHED).replace(b"990000", b"980000")
    assert raw != published_bytes(PUBLISHED)
    assert "somebody has changed it by hand" in read(raw)[1][0]


def test_all_faults_are_told_at_once() -> None:
    def change(told: dict[str, Any]) -> None:
        told["decided_by"] = 5
        for one in told["model"]["lanes"]:
            one["level"] = 9

    assert len(spoiled(change)) == 3


def types_in(kind: Any) -> set[Any]:
    if is_dataclass(kind):
        return {of for name in fields(kind) for of in types_in(get_type_hints(kind)[name.name])}
    inner = [one for one in get_args(kind) if one is not Ellipsis and one is not type(None)]
    return {of for one in inner for of in types_in(one)} if inner else {kind}


def test_every_type_of_the_model_can_be_written() -> None:
    assert types_in(TransitModel) <= durations_in._SIMPLE.keys()


@dataclass(frozen=True, slots=True)
class Grown:
    """The model, once it has learned more."""

    as_of: datetime
    lanes: tuple[Lane, ...] = ()
    handling: tuple[HandlingCurve, ...] = ()
    pace: float = 1.0
    paces: tuple[ServicePace, ...] = ()
    gaits: tuple[tuple[str, float], ...] = ()
    ends: date | None = None
    rough: bool = False


def test_a_field_that_is_learned_later_keeps_its_default_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durations_in, "TransitModel", Grown)
    faults: list[str] = []

    def say(where: str, _: object, why: str) -> None:
        faults.append(f"{where} {why}")

    def again(noun: object) -> object:
        return model_of(orjson.loads(orjson.dumps(as_json(noun))), say)

    assert again(MODEL) == Grown(MODEL.as_of, MODEL.lanes, MODEL.handling, paces=MODEL.paces)
    grown = Grown(AT, gaits=(("post", 1.25), ("air", 0.5)), pace=0.75, ends=date(2026, 1, 2), rough=True)
    assert again(grown) == grown
    assert faults == []
    wrong = as_json(grown) | {"pace": "fast", "gaits": [["post"]], "ends": "soon", "rough": 1}
    assert model_of(wrong, say) is None
    assert [one.split()[0] for one in faults] == ["model.pace", "model.gaits[0]", "model.ends", "model.rough"]


def test_a_folder_is_another_one_once_durations_are_in_force_and_is_refused_with_spoiled_ones(tmp_path: Path) -> None:
    published_brand(tmp_path / "brand")
    file = tmp_path / "brand" / DURATIONS_FILE
    folder = read_folder(tmp_path / "brand")
    assert folder.durations is not None
    assert folder.durations.model.lanes
    raw = file.read_bytes()
    file.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(InputRefused) as refused:
        read_folder(tmp_path / "brand")
    assert [one.file for one in refused.value.faults] == [DURATIONS_FILE]
    assert "is not JSON" in refused.value.faults[0].why
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(InputRefused, match="1 fault"):
        read_folder(tmp_path / "brand")
    file.unlink()
    file.mkdir()
    with pytest.raises(InputRefused, match="1 fault"):
        read_folder(tmp_path / "brand")
    file.rmdir()
    without = read_folder(tmp_path / "brand")
    assert without.durations is None
    assert without.data_version != folder.data_version


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published_brand(tmp_path / "brand")
    monkeypatch.setattr(durations_in, "MOST_BYTES", 100)
    with pytest.raises(InputRefused) as refused:
        read_folder(tmp_path / "brand")
    assert refused.value.faults[0].why == "is larger than 100 bytes"
