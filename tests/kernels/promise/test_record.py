"""Records say what became of promises; the verifier agrees, and rejects what was altered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.promise.walks import MONDAY, World, walk

from doorstep.domain.disruption import DeclaredDisruption, Disruption
from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.check_record import check_record
from doorstep.kernels.promise.record import RecordParams, placed_between, record
from doorstep.kernels.promise.recorded import Record
from doorstep.kernels.promise.walked import Walked
from doorstep.kernels.run import Run

START = date(2018, 1, 1)
PARAMS = RecordParams(900_000, late_cost_micros=5_000_000, day_value_micros=100_000, samples=200)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    return World(
        parcels=draw(st.integers(0, 300)),
        days=draw(st.integers(1, 150)),
        seed=draw(st.integers(0, 1_000)),
        targets=draw(st.sampled_from([(900_000,), (500_000, 900_000), (300_000, 500_000, 800_000, 900_000, 990_000)])),
        never=draw(st.sampled_from([0.0, 0.03, 0.3])),
        slower_from=draw(st.integers(0, 150)),
        slower_days=draw(st.integers(0, 8)),
        known_days=draw(st.integers(0, 250)),
        weights=draw(st.sampled_from([(1.0,), (1.0, 5.97), (0.0, 1.0)])),
        regions=draw(st.integers(1, 4)),
        carriers=draw(st.integers(1, 3)),
    )


@st.composite
def disruptions(draw: st.DrawFn) -> DeclaredDisruption:
    first = draw(st.integers(-20, 150))
    what = Disruption(
        country="",
        region=draw(st.sampled_from(["", "R0", "R1"])),
        postcode_prefix="",
        site="",
        carrier=draw(st.sampled_from(["", "c0"])),
        service=draw(st.sampled_from(["", "c1-std"])),
        starts_on=START + timedelta(days=first),
        ends_on=START + timedelta(days=first + draw(st.integers(0, 30))),
        delay_days=2,
    )
    excuses = draw(st.booleans())
    told = START + timedelta(days=first + draw(st.integers(-5, 40)))
    return DeclaredDisruption(what, "strike", "the post is on strike" if excuses else "", excuses, told)


@settings(deadline=None, max_examples=60)
@given(worlds(), st.lists(disruptions(), max_size=3))
def test_the_verifier_accepts_every_record(world: World, declared: list[DeclaredDisruption]) -> None:
    walked = walk(world)
    made = record(walked, PARAMS, declared=declared)
    assert check_record(walked, PARAMS, made, declared) == []
    assert made.overall.figures.excused <= made.overall.figures.late
    for by in ("carrier", "service", "lane", "destination_region", "week", "month"):
        assert sum(group.figures.n for group in made.of(by)) == len(walked)
        assert sum(group.figures.late for group in made.of(by)) == made.overall.figures.late


def altered(made: Record, which: int) -> Record:
    """Alter one thing."""
    figures = made.overall.figures
    better = replace(made.groups[0].figures, on_time_rate=(made.groups[0].figures.on_time_rate or 0.0) + 0.001)
    chart = made.drift[0]
    return [
        replace(made, overall=replace(made.overall, figures=replace(figures, late=figures.late - 1))),
        replace(made, overall=replace(made.overall, figures=replace(figures, stated=0.5))),
        replace(made, groups=made.groups[1:]),
        replace(made, groups=(replace(made.groups[0], figures=better), *made.groups[1:])),
        replace(made, groups=(replace(made.groups[0], gap=0.5), *made.groups[1:])),
        replace(made, shop=replace(made.shop, mean_early_days=0.0)),
        replace(made, reliability=made.reliability[1:]),
        replace(made, calibration_error=0.9),
        replace(
            made, cheapest_ppm=made.what_if[-1].target_ppm if made.cheapest_ppm != made.what_if[-1].target_ppm else 1
        ),
        replace(made, what_if=(replace(made.what_if[0], late_cost_micros=0), *made.what_if[1:])),
        replace(made, excuses=(replace(made.excuses[0], excused=made.excuses[0].excused + 1),)),
        replace(made, drift=(replace(chart, alarms=()), *made.drift[1:])),
        replace(made, drift=(replace(chart, points=chart.points[:-1]), *made.drift[1:])),
        replace(made, worst=replace(made.worst, groups=made.worst.groups[::-1])),
    ][which]


@pytest.mark.parametrize("which", range(14))
def test_the_verifier_rejects_an_altered_record(which: int) -> None:
    walked = walk(World(parcels=1_500, slower_from=60, slower_days=4))
    everywhere = Disruption("", "", "", "", "", "", START, START + timedelta(days=30), 1)
    declared = [DeclaredDisruption(everywhere, "weather", "snow", True, START)]
    made = record(walked, PARAMS, declared=declared)
    assert check_record(walked, PARAMS, made, declared) == []
    assert check_record(walked, PARAMS, altered(made, which), declared) != []


def by_hand() -> Walked:
    """Seven parcels promised within 5 and within 8 days: in time, late, never, and not yet known."""
    arrived = np.array([3, 5, 6, 9, -1, -1, -1])
    return Walked(
        parcel=tuple("abcdefg"),
        service=("s",) * 7,
        carrier=("c",) * 7,
        origin_region=("O",) * 7,
        destination_region=("D",) * 7,
        placed_day=np.full(7, MONDAY),
        targets_ppm=np.array([600_000, 900_000]),
        promised_days=np.tile(np.array([5, 8], dtype=np.int16), (7, 1)),
        stated_ppm=np.tile(np.array([650_000, 900_000], dtype=np.int32), (7, 1)),
        arrived_days=arrived,
        shop_days=np.array([10, 10, 10, 10, 10, -1, -1]),
        known_days=np.array([50, 50, 50, 50, 50, 8, 3]),
        weight=np.array([1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0]),
    )


def test_figures_by_hand() -> None:
    made = record(by_hand(), PARAMS)
    own = made.overall.figures
    # Days 3, 5 and 6 keep the 8th; day 9 does not, nor what never came; the last day known is still the promised one.
    assert (own.n, own.delivered, own.decided, own.open, own.late) == (7, 4, 5, 2, 2)
    assert own.on_time_rate == pytest.approx(3 / 6)
    assert own.on_time_rate_delivered == pytest.approx(3 / 4)
    assert own.mean_promised_days == pytest.approx(8.0)
    assert own.mean_early_days == pytest.approx((5 + 3 + 2 - 1) / 4)
    assert own.mean_late_days == pytest.approx(1 / 4)
    assert own.pinball_loss == pytest.approx((0.1 * (5 + 3 + 2) + 0.9 * 1) / 4)
    assert own.brier == pytest.approx((3 * 0.01 + 3 * 0.81) / 6)
    assert made.overall.gap == pytest.approx(0.5 - 0.9)
    assert (made.shop.n, made.shop.late, made.shop.stated) == (5, 1, None)
    first = made.what_if[0].figures
    assert (first.decided, first.late, first.open) == (6, 4, 1)  # by the fifth day it is known of one more
    assert made.what_if[0].late_cost_micros == round(5_000_000 * 5 / 7)
    saved = made.what_if[0].late_cost_micros - made.what_if[1].late_cost_micros
    assert made.what_if[1].implied_day_micros == round(saved / 3)


def test_a_promise_that_keeps_its_word_is_told_so() -> None:
    made = record(walk(World(parcels=20_000)), RecordParams(900_000))
    assert made.overall.gap_interval is not None
    assert made.overall.gap_interval.low < 0.01
    assert made.overall.gap_interval.high > -0.01
    assert made.calibration_error is not None
    assert made.calibration_error < 0.01
    assert made.overall.interval is not None
    assert made.overall.interval.method == "week_blocks"
    assert {group.interval.method for group in made.of("week") if group.interval} == {"wilson"}


def test_a_group_that_falls_short_leads_and_a_tiny_one_does_not() -> None:
    walked = walk(World(parcels=6_000, seed=2))
    region = np.array(walked.destination_region)
    tiny = np.flatnonzero(region == "R0")[:51]
    named = region.astype("<U8").copy()
    named[tiny] = "tiny"
    arrived = walked.arrived_days.copy()
    slow = (named == "R3") & (np.arange(len(walked)) % 4 == 0)
    arrived[slow] = 50  # a quarter of a large region comes late
    arrived[tiny[:15]] = 50  # and three in ten of a tiny one
    made = record(
        replace(walked, destination_region=tuple(named.tolist()), arrived_days=arrived), RecordParams(900_000)
    )
    leading = [one for one in made.worst.groups if one.group.by == "lane"]  # of one origin: the regions
    assert [one.group.key for one in leading][:1] == ["HUB > R3"]
    assert leading[0].sure
    rates = {group.key: group.figures.on_time_rate or 0.0 for group in made.of("lane")}
    assert rates["HUB > tiny"] < rates["HUB > R3"]


def test_the_order_of_parcels_and_the_future_of_others_do_not_matter() -> None:
    walked = walk(World(parcels=400, never=0.05))
    order = np.random.default_rng(1).permutation(len(walked))
    made, again = record(walked, PARAMS), record(shuffled(walked, order), PARAMS)
    assert again.overall.figures.late == made.overall.figures.late
    assert [group.key for group in again.groups] == [group.key for group in made.groups]
    assert [chart.alarms for chart in again.drift] == [chart.alarms for chart in made.drift]
    assert made == record(walked, PARAMS)
    assert made != record(walked, PARAMS, Run(seed=1))  # other draws of weeks


def shuffled(walked: Walked, order: npt.NDArray[np.int64]) -> Walked:
    columns: dict[str, Any] = {name: getattr(walked, name) for name in Walked.__slots__ if name != "targets_ppm"}
    for name, value in columns.items():
        columns[name] = tuple(value[at] for at in order) if isinstance(value, tuple) else value[order]
    return Walked(**columns, targets_ppm=walked.targets_ppm)


def test_a_span_is_half_open() -> None:
    walked = walk(World(parcels=300, days=30))
    kept = placed_between(walked, MONDAY + 5, MONDAY + 9)
    assert set(kept.placed_day.tolist()) == {MONDAY + 5, MONDAY + 6, MONDAY + 7, MONDAY + 8}
    assert len(placed_between(walked, None, None)) == 300
    assert set(kept.parcel) <= set(walked.parcel)


def test_nothing_promised_is_a_record_of_nothing() -> None:
    made = record(walk(World(parcels=0)), PARAMS)
    assert (made.overall.figures.n, made.overall.figures.on_time_rate, made.first_day) == (0, None, None)
    assert (made.groups, made.reliability, made.drift, made.what_if, made.cheapest_ppm) == ((), (), (), (), None)


def test_what_contradicts_itself_is_refused() -> None:
    walked = walk(World(parcels=5))
    with pytest.raises(InvalidProblem, match=r"no promise was made at a target of 0\.91"):
        record(walked, RecordParams(910_000))
    with pytest.raises(InvalidProblem, match="negative or no number"):
        record(replace(walked, weight=np.array([1.0, 1.0, np.nan, 1.0, 1.0])), PARAMS)
    with pytest.raises(InvalidProblem, match="do not rise"):
        record(replace(walked, targets_ppm=walked.targets_ppm[::-1].copy()), PARAMS)
