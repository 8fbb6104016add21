"""An excuse needs a reason, and a disruption on the way to the promised date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from tests.kernels.promise.test_record import by_hand

from doorstep.domain.disruption import DeclaredDisruption, Disruption
from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.excuses import Whereabouts, excused, meeting, uses
from doorstep.kernels.promise.figures import outcomes_at
from doorstep.kernels.promise.record import RecordParams, record

PLACED = date(2018, 1, 1)
ANY = Disruption("", "", "", "", "", "", PLACED, PLACED + timedelta(days=2), 3)
STRIKE = DeclaredDisruption(ANY, "strike", "the drivers are on strike", True, PLACED)
PLACES = Whereabouts(("BR",) * 7, ("01 310",) * 6 + ("99",), ("hub",) * 7)


def whom(one: DeclaredDisruption, places: Whereabouts | None = PLACES) -> list[bool]:
    walked = by_hand()
    return [bool(one) for one in excused(walked, meeting(walked, [one], places), np.full(7, 8))]


def narrowed(**narrow: object) -> DeclaredDisruption:
    return replace(STRIKE, what=replace(ANY, **narrow))  # type: ignore[arg-type]


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_excuse_without_a_reason_is_refused(reason: str) -> None:
    with pytest.raises(InvalidProblem, match="excuses and has no reason"):
        record(by_hand(), RecordParams(900_000), declared=[replace(STRIKE, reason=reason)])
    made = record(by_hand(), RecordParams(900_000), declared=[replace(STRIKE, reason=reason, excuses=False)])
    assert made.overall.figures.excused == 0


def test_a_disruption_ends_after_it_starts() -> None:
    with pytest.raises(InvalidProblem, match="before it starts"):
        meeting(by_hand(), [narrowed(ends_on=PLACED - timedelta(days=1))])


@pytest.mark.parametrize(
    ("narrow", "concerned"),
    [
        ({}, 7),
        ({"carrier": "c", "service": "s", "region": "D"}, 7),
        ({"carrier": "other"}, 0),
        ({"service": "other"}, 0),
        ({"region": "O"}, 0),  # the destination's is asked
        ({"country": "BR"}, 7),
        ({"country": "DE"}, 0),
        ({"site": "hub"}, 7),
        ({"site": "ber"}, 0),
        ({"postcode_prefix": "01"}, 6),
        ({"postcode_prefix": "99"}, 1),
    ],
)
def test_each_field_narrows(narrow: dict[str, str], concerned: int) -> None:
    assert sum(whom(narrowed(**narrow))) == concerned


def test_what_is_not_known_of_a_parcel_does_not_excuse_it() -> None:
    assert sum(whom(narrowed(country="BR"), None)) == 0
    assert sum(whom(narrowed(site="hub"), None)) == 0
    assert sum(whom(STRIKE, None)) == 7


@pytest.mark.parametrize(
    ("first", "last", "met"), [(-9, -1, False), (-9, 0, True), (8, 20, True), (9, 20, False), (3, 4, True)]
)
def test_a_disruption_is_met_between_placing_and_the_promised_day(first: int, last: int, met: bool) -> None:
    days = {"starts_on": PLACED + timedelta(days=first), "ends_on": PLACED + timedelta(days=last)}
    assert whom(narrowed(**days)) == [met] * 7


def test_only_the_late_are_excused_and_told_apart() -> None:
    made = record(by_hand(), RecordParams(900_000), declared=[STRIKE, replace(STRIKE, excuses=False, reason="")])
    own = made.overall.figures
    assert (own.late, own.excused) == (2, 2)
    assert own.on_time_rate == pytest.approx(0.5)
    assert own.on_time_rate_without_excused == pytest.approx(1.0)
    assert [use.excused for use in made.excuses] == [2, 0]
    assert [use.met for use in made.excuses] == [7, 7]
    assert made.excuses[0].declared.reason == "the drivers are on strike"


@pytest.mark.parametrize(("told", "before", "after"), [(0, 2, 0), (1, 0, 0), (8, 0, 0), (9, 0, 2)])
def test_it_is_told_whether_a_disruption_was_known(told: int, before: int, after: int) -> None:
    walked = by_hand()
    one = replace(STRIKE, declared_on=PLACED + timedelta(days=told))
    (use,) = uses(walked, meeting(walked, [one]), outcomes_at(walked, 1))
    assert (use.told_before, use.told_after) == (before, after)


def test_places_are_as_many_as_promises() -> None:
    with pytest.raises(InvalidProblem, match="differ in number"):
        meeting(by_hand(), [STRIKE], Whereabouts(("BR",), ("1",), ("hub",)))
