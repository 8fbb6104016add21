"""What a model said of past parcels, held against what came: reckoned again day by day, in the plainest way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from tests.kernels.promise.grounds import GROUND, later
from tests.kernels.promise.histories import drawn, noon, parcel
from tests.kernels.promise.networks import service

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import HandlingCurve, Lane, PastParcel, TransitModel
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL
from doorstep.kernels.promise.judged import Judged, judged, scored

SINCE, AS_OF = noon(60), noon(100)
CURVE = (0, 200_000, 500_000, 800_000, 900_000, 950_000)
HANDLING = (HandlingCurve("berlin", "", 90, (700_000, 900_000), (800_000, 900_000)),)


def model(handling: tuple[HandlingCurve, ...] = ()) -> TransitModel:
    lanes = tuple(Lane(4, name, "", "", "", "", "", 99, CURVE) for name in ("post", "express"))
    return TransitModel(SINCE, lanes, handling)


def laid(history: list[PastParcel]) -> Judged:
    return judged(history, SINCE, AS_OF, GROUND)


def transit(days: int) -> float:
    """Share arrived so many days after the hand-over; afterwards half of what the stated tail leaves each day."""
    if days < 0:
        return 0.0
    if days < len(CURVE):
        return CURVE[max(days, 0)] / 1e6
    return -1.0


def loss(one: PastParcel, arrived_by_day: list[float], begun: date) -> float:
    """The ranked probability score of a parcel over the whole days before the last one."""
    total = 0.0
    for step, share in enumerate(arrived_by_day):
        day = begun + timedelta(days=step)
        if day >= AS_OF.date():
            break
        came = one.delivered_at is not None and one.delivered_at < AS_OF and one.delivered_at.date() <= day
        total += (share - came) ** 2
    return total


def test_the_loss_from_the_hand_over_is_reckoned_day_by_day() -> None:
    few = [parcel(f"p{n}", 94 + n % 3, (3, 1, None)[n % 3], site="") for n in range(3)]
    found = scored(laid(few), model(), GROUND)
    for one, ours in zip(few, found.loss_days, strict=True):
        assert one.handed_over_at is not None
        begun = one.handed_over_at.date()
        told = [transit(days) for days in range(6)]
        told[0] = 0.0  # not a service of the same day
        assert ours == pytest.approx(loss(one, told, begun))


def test_the_loss_from_the_order_takes_handling_in() -> None:
    """Ordered at noon, after the cut-off: the first departure is the next day's, then 80% leave, then 10%."""
    few = [parcel("a", 95, 3), parcel("b", 96, 2)]
    found = scored(laid(few), model(HANDLING), GROUND)
    for one, ours in zip(few, found.loss_days, strict=True):
        told = [0.8 * max(0.0, transit(days - 1)) + 0.1 * max(0.0, transit(days - 2)) for days in range(5)]
        assert ours == pytest.approx(loss(one, told, one.placed_at.date()), abs=1e-5)


def test_the_promise_is_the_day_of_the_target() -> None:
    from_order, from_hand_over = parcel("a", 70, 3), parcel("b", 70, 3, site="")
    days = scored(laid([from_order, from_hand_over]), model(), GROUND).promised_day
    handed_over = from_order.handed_over_at
    assert handed_over is not None
    due = handed_over.toordinal() - EPOCH_ORDINAL + 4  # 90% of the curve
    assert days.tolist() == [due, due]


def test_only_what_began_in_the_span_is_judged_and_what_is_open_is_among_it() -> None:
    history = [parcel("a", 59, 3), parcel("b", 60, None), parcel("c", 99, 4), parcel("d", 100, 1)]
    found = laid(history)
    assert found.began_day.tolist() == [noon(day).toordinal() - EPOCH_ORDINAL for day in (60, 99)]
    assert found.came_day.tolist() == [-1, -1]  # the second came after the instant
    assert (found.known_day == AS_OF.toordinal() - EPOCH_ORDINAL - 1).all()


def test_contradictions_and_services_that_are_not_offered_are_left_out() -> None:
    history = [
        parcel("a", 70, 3, service="gone"),
        parcel("b", 70, 3, handed_over_at=noon(75)),  # delivered before
        parcel("c", 70, None, handed_over_at=noon(65)),  # handed over before the order: judged from there
        parcel("d", 70, 3, service="", site=""),  # by a service that nobody wrote down
        parcel("e", 61, None, status="canceled", handed_over_at=None),  # known to be called off by now
        parcel("f", 90, None, status="canceled", handed_over_at=None),
        parcel("g", 70, None, site="", handed_over_at=None),
        parcel("h", 70, 3, site="", service="elsewhere"),
    ]
    found = laid(history)
    assert found.site.tolist() == [-1, -1, 0]
    assert found.service.tolist() == [0, 0, 0]


def test_an_approval_makes_an_order_ready_later() -> None:
    approved = parcel("a", 70, 9, approved_at=noon(72), handed_over_at=noon(73))
    too_late = parcel("b", 70, 9, approved_at=noon(75), handed_over_at=noon(73))
    ready = laid([approved, too_late]).ready_at.tolist()
    assert ready == [int(noon(day).timestamp()) for day in (72, 70)]


def test_days_are_those_of_the_clock_that_was_written_by() -> None:
    west = timezone(timedelta(hours=-10))
    late = datetime(2025, 3, 20, 23, 0, tzinfo=west)
    found = judged([replace(parcel("a", 70, 9), placed_at=late, handed_over_at=late)], SINCE, AS_OF, GROUND)
    assert found.began_day[0] == date(2025, 3, 20).toordinal() - EPOCH_ORDINAL
    midnight = datetime(2025, 4, 11, tzinfo=UTC)
    found = judged([parcel("a", 70, 9)], SINCE, midnight, GROUND)
    assert found.known_day[0] == date(2025, 4, 10).toordinal() - EPOCH_ORDINAL


def test_an_unrecorded_service_without_a_standard_one_is_left_out() -> None:
    ground = replace(GROUND, services=(service("express", speed="express"),))
    assert not len(judged([parcel("d", 70, 3, service="", site="")], SINCE, AS_OF, ground))


def test_a_weight_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="sample weight of parcel a"):
        laid([parcel("a", 70, 3, sample_weight=float("nan"))])


def test_a_slower_model_loses_where_parcels_were_fast_and_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    history = drawn(3, 100, 10)
    parcels = laid(history + [replace(one, parcel=f"x{one.parcel}", site="") for one in history])
    whole = scored(parcels, model(HANDLING), GROUND)
    slow = scored(parcels, later(model(HANDLING), 2), GROUND)
    assert slow.loss_days.mean() > whole.loss_days.mean()
    assert (slow.promised_day >= whole.promised_day).all()
    monkeypatch.setattr("doorstep.kernels.promise.judged.BLOCK", 7)
    blocks = scored(parcels, model(HANDLING), GROUND)
    assert blocks.loss_days == pytest.approx(whole.loss_days, rel=1e-12)
    assert (blocks.promised_day == whole.promised_day).all()
