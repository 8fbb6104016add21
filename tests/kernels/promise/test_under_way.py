"""Which past parcels were under way at an instant, and that nothing later is looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from tests.kernels.promise.networks import MANAUS, call, day, lane, service, site

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import PastParcel, TransitModel
from doorstep.kernels.promise.remaining import RemainingProblem, remaining
from doorstep.kernels.promise.under_way import Open, destination_of, open_parcels, remaining_problem

AT = datetime(2018, 3, 14, 15, 0, tzinfo=UTC)
SITES, CALLS = (site(),), (call(),)
SERVICES = (service("swift", "express"), service())
MODEL = TransitModel(AT, (lane((0, 200_000, 600_000, 900_000, *[980_000] * 40)),))


def ago(days: float) -> datetime:
    return AT - timedelta(days=days)


def past(name: str, **fields: Any) -> PastParcel:
    plain = PastParcel(
        parcel=name,
        order=name,
        service="post",
        site="centre",
        seller="",
        origin_country="BR",
        origin_postcode="01310",
        destination_country="BR",
        destination_region="SP",
        destination_postcode="01310",
        weight_g=500,
        placed_at=ago(5),
        status="delivered",
        promised_by=date(2018, 3, 20),
    )
    return replace(plain, **fields)


def names(*history: PastParcel) -> tuple[list[str], dict[str, int]]:
    found = open_parcels(history, AT, SITES, SERVICES)
    return [row.parcel.parcel for row in found.rows], dict(found.aside)


def asked(rows: tuple[Open, ...]) -> RemainingProblem:
    return remaining_problem(rows, AT, SITES, CALLS, SERVICES, MODEL, 900_000)


def test_what_is_placed_and_not_there_is_under_way() -> None:
    history = (
        past("waits"),
        past("left", handed_over_at=ago(3)),
        past("arrives later", handed_over_at=ago(3), delivered_at=AT),
        past("there", handed_over_at=ago(3), delivered_at=ago(1)),
        past("not yet placed", placed_at=ago(-1)),
        past("placed now", placed_at=AT),
    )
    assert names(*history) == (["waits", "left", "arrives later", "placed now"], {})


def test_what_cannot_be_answered_is_counted_by_reason() -> None:
    history = (
        past("nowhere", site=""),
        past("elsewhere", site="", handed_over_at=ago(3)),
        past("by nobody", service="gone"),
        past("unrecorded", service=""),
        past("lost", placed_at=ago(140), handed_over_at=ago(121)),
        past("forgotten", placed_at=ago(121)),
        past("backwards", handed_over_at=ago(6)),
    )
    assert names(*history) == (
        ["elsewhere", "unrecorded"],
        {"contradictory": 1, "lost": 2, "no_service": 1, "no_site": 1},
    )
    found = open_parcels((past("unrecorded", service=""),), AT, SITES, SERVICES[:1])
    assert (found.rows, found.aside) == ((), {"no_service": 1})


def test_what_was_called_off_is_known_some_time_later() -> None:
    history = (
        past("lately", status="canceled", placed_at=ago(29)),
        past("long ago", status="canceled", placed_at=ago(31)),
        past("on its way", status="canceled", placed_at=ago(95), handed_over_at=ago(89)),
        past("long on its way", status="canceled", placed_at=ago(95), handed_over_at=ago(91)),
    )
    assert names(*history) == (["lately", "on its way"], {})


def test_an_order_is_ready_when_its_payment_is_approved_if_that_is_known() -> None:
    history = (
        past("approved", approved_at=ago(4)),
        past("to be approved", approved_at=ago(-1)),
        past("approved before", approved_at=ago(6)),
    )
    found = open_parcels(history, AT, SITES, SERVICES)
    assert [row.ready_at for row in found.rows] == [ago(4), ago(5), ago(5)]


def test_nothing_later_is_looked_at() -> None:
    history = (past("waits"), past("left", handed_over_at=ago(3)))
    changed = tuple(
        replace(one, delivered_at=ago(-2), handed_over_at=one.handed_over_at or ago(-1), status="lost")
        for one in history
    )
    rows = [open_parcels(some, AT, SITES, SERVICES).rows for some in (history, changed)]
    one, other = (remaining(asked(some)) for some in rows)
    np.testing.assert_array_equal(one.arrived_ppm, other.arrived_ppm)
    np.testing.assert_array_equal(one.late_ppm, other.late_ppm)


def test_the_question_holds_each_parcel_as_it_stands() -> None:
    history = (
        past("waits", promised_by=None),
        past("left", handed_over_at=ago(3), service=""),
        past("from elsewhere", site="", origin_postcode="69005", handed_over_at=ago(3), destination_region="AM"),
    )
    rows = open_parcels(history, AT, SITES, SERVICES).rows
    problem = asked(rows)
    parcels = problem.parcels
    assert parcels.site.tolist() == [0, 0, 1]
    assert parcels.service.tolist() == [1, 1, 1]
    assert parcels.destination.tolist() == [0, 0, 1]
    assert parcels.left_at.tolist() == [-1, int(ago(3).timestamp()), int(ago(3).timestamp())]
    assert parcels.ready_at.tolist() == [int(ago(5).timestamp())] * 3
    assert parcels.promised_by.tolist() == [-1, day("2018-03-20"), day("2018-03-20")]
    result = remaining(problem)
    assert (result.today == day("2018-03-14")).all()
    # It left on Sunday, so that Wednesday is the third working day: of the 40 % left after Tuesday, three quarters.
    assert result.arrived_ppm[1:, 0].tolist() == [750_000, 750_000]
    assert destination_of(history[2]) == replace(MANAUS, city="", postcode="01310", latitude=None, longitude=None)


def test_without_parcels_or_sites_there_is_an_empty_answer() -> None:
    assert remaining(asked(())).late_ppm.tolist() == []
    rows = open_parcels((past("left", handed_over_at=ago(3)),), AT, (), SERVICES).rows
    problem = remaining_problem(rows, AT, (), (), SERVICES, MODEL, 900_000)
    assert remaining(problem).arrived_ppm[0, 0] == 750_000


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="offset"):
        open_parcels((), datetime(2018, 3, 14), SITES, SERVICES)  # noqa: DTZ001
