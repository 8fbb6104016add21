"""What is learned of a site's queue and packing, and what promises make of it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.promise.networks import (
    AS_OF,
    SAO_PAULO,
    Network,
    answers,
    call,
    day,
    epoch,
    handling,
    legs,
    service,
    site,
)

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import HandlingCurve, PastParcel, TransitModel
from doorstep.kernels.promise.handling import HandlingParams, fit_handling
from doorstep.kernels.promise.promise import OK, TARGET_NOT_REACHED

ZONE = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2018, 3, 20, 3, 0, tzinfo=UTC)  # midnight at the site
ONE = HandlingParams(min_parcels=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def past(
    placed: str,
    handed_over: str = "",
    times: int = 1,
    by: str = "post",
    where: str = "centre",
    approved: str = "",
    status: str = "delivered",
) -> list[PastParcel]:
    one = PastParcel(
        "p", "o", by, where, "", "BR", "01310", "BR", "SP", "01310", 500, at(placed), status,
        handed_over_at=at(handed_over) if handed_over else None,
        approved_at=at(approved) if approved else None,
    )  # fmt: skip
    return [replace(one, parcel=f"{placed}-{number}") for number in range(times)]


def fit(
    history: list[PastParcel], params: HandlingParams = ONE, as_of: datetime = NOW
) -> dict[tuple[str, str], HandlingCurve]:
    sites, calls, services = (site(), site(name="other")), (call(), call(site="other")), (service(), service("slow"))
    return {(one.site, one.service): one for one in fit_handling(history, as_of, sites, calls, services, params)}


def shares(history: list[PastParcel], as_of: datetime = NOW) -> list[tuple[float, float]]:
    found = fit(history, as_of=as_of)["centre", ""]
    return [(a / 1e6, b / 1e6) for a, b in zip(found.same_day_ppm, found.next_day_ppm, strict=True)]


def test_departures_are_counted_from_the_first_possible_one() -> None:
    # Wednesday before and after the cut-off; Friday after it can leave on Monday, and left on Tuesday.
    in_time = past("2018-03-07T09:00", "2018-03-07T17:00", 60) + past("2018-03-07T09:00", "2018-03-08T17:00", 40)
    too_late = past("2018-03-09T15:00", "2018-03-12T17:00", 90) + past("2018-03-09T15:00", "2018-03-13T17:00", 10)
    assert shares(in_time + too_late) == [(0.6, 0.9), (1.0, 1.0)]


def test_a_hand_over_on_a_day_off_counts_with_the_next_departure() -> None:
    history = past("2018-03-09T09:00", "2018-03-10T11:00", 30) + past("2018-03-09T09:00", "2018-03-09T17:00", 70)
    assert shares(history)[0][0] == 0.7
    early = past("2018-03-09T15:00", "2018-03-10T11:00", 100)  # before its first possible departure, on Monday
    assert shares(early) == [(1.0, 1.0)]


def test_the_day_of_a_hand_over_is_that_of_the_sites_zone() -> None:
    utc = [replace(one, handed_over_at=at("2018-03-07T23:30").astimezone(UTC)) for one in past("2018-03-07T09:00")]
    assert shares(utc * 50) == [(1.0, 1.0)]


def test_an_order_is_ready_when_its_payment_is_approved() -> None:
    history = past("2018-03-07T09:00", "2018-03-08T17:00", 50, approved="2018-03-07T16:00")
    assert shares(history) == [(1.0, 1.0)]
    assert shares(past("2018-03-07T09:00", "2018-03-08T17:00", 50))[0][0] == 0.0


def test_what_waits_is_censored_and_not_dropped() -> None:
    # Half of Monday's orders left at once; what was placed on the eve of the fit tells of the first departure alone.
    old = past("2018-03-12T09:00", "2018-03-12T17:00", 50) + past("2018-03-12T09:00", "2018-03-13T17:00", 50)
    waiting = past("2018-03-19T09:00", "2018-03-19T17:00", 25) + past("2018-03-19T09:00", "", 75, status="shipped")
    (first, _), *_ = shares(old + waiting)
    assert first == pytest.approx(75 / 200, abs=1e-6)
    (dropped, _), *_ = shares(old + waiting[:25])
    assert dropped == pytest.approx(75 / 125, abs=1e-6)


def test_the_day_of_the_fit_tells_nothing_yet() -> None:
    noon = at("2018-03-20T18:00")
    today = past("2018-03-20T09:00", "2018-03-20T17:00", 50)
    assert fit(today, as_of=noon) == {}
    assert fit(today, as_of=at("2018-03-21T00:00"))["centre", ""].same_day_ppm == (1_000_000,)


def test_an_order_called_off_counts_as_waiting_until_that_is_known() -> None:
    history = past("2018-03-07T09:00", "2018-03-07T17:00", 99) + past("2018-03-07T09:00", status="canceled")
    assert shares(history)[-1] == (0.99, 0.99)
    assert shares(history, as_of=NOW + timedelta(days=60)) == [(1.0, 1.0)]


def test_contradictions_and_other_places_are_passed_over() -> None:
    wrong = past("2018-03-07T09:00", "2018-03-06T17:00", 9) + past("2018-03-07T09:00", "2018-03-07T17:00", 9, where="x")
    assert fit(wrong) == {}
    left = [replace(one, delivered_at=at("2018-03-09T12:00")) for one in past("2018-03-07T09:00", times=9)]
    assert fit(left) == {}  # nobody says when


def test_a_site_with_few_parcels_stays_as_stated_and_leans_on_nobody() -> None:
    history = past("2018-03-07T09:00", "2018-03-08T17:00", 40) + past("2018-03-07T09:00", "", 19, where="other")
    assert set(fit(history, HandlingParams())) == {("centre", ""), ("centre", "post")}


def test_a_service_with_few_parcels_is_drawn_towards_its_site() -> None:
    history = past("2018-03-07T09:00", "2018-03-07T17:00", 900) + past("2018-03-07T09:00", "2018-03-08T17:00", 100)
    found = fit(history + past("2018-03-07T09:00", "2018-03-08T17:00", 2, by="slow"))
    # The slow one does not call here: it counts for the site, and has no curve of its own.
    assert set(found) == {("centre", ""), ("centre", "post")}
    sites, calls = (site(),), (call(), call(service="slow"))
    few = history + past("2018-03-07T09:00", "2018-03-08T17:00", 2, by="slow")
    own = {one.service: one for one in fit_handling(few, NOW, sites, calls, (service(), service("slow")), ONE)}
    assert 0.3 < own["slow"].same_day_ppm[0] / own[""].same_day_ppm[0] < 1
    assert own["post"].same_day_ppm[0] == pytest.approx(900_000, abs=3_000)


def test_a_later_order_is_never_ahead_of_an_earlier_one_whatever_the_history_says() -> None:
    # Before the cut-off half leave with the second departure; after it all leave with their first, which is that one.
    in_time = past("2018-03-07T09:00", "2018-03-07T17:00", 50) + past("2018-03-07T09:00", "2018-03-12T17:00", 50)
    too_late = past("2018-03-07T15:00", "2018-03-08T17:00", 100)
    found = fit(in_time + too_late)["centre", ""]
    for earlier, later in zip(found.same_day_ppm[1:], found.next_day_ppm, strict=False):
        assert earlier >= later
    assert all(a <= b for a, b in zip(found.same_day_ppm, found.next_day_ppm, strict=True))
    assert found.same_day_ppm[-1] == found.next_day_ppm[-1]


def test_the_order_of_the_history_does_not_matter_and_the_future_does_not_either() -> None:
    draw = random.Random(3)
    history: list[PastParcel] = []
    for number in range(300):
        placed = at("2018-03-01T00:00") + timedelta(minutes=draw.randrange(30 * 1440))
        handed_over = placed + timedelta(hours=draw.randrange(1, 90))
        one = past("2018-03-07T09:00")[0]
        history.append(
            replace(
                one,
                parcel=str(number),
                placed_at=placed,
                approved_at=placed + timedelta(hours=1),
                handed_over_at=handed_over,
                delivered_at=handed_over + timedelta(days=2),
                sample_weight=draw.choice([1.0, 5.97]),
            )
        )
    expected = fit(history)
    draw.shuffle(history)
    assert fit(history) == expected

    def unknown(when: datetime | None) -> datetime | None:
        return when if when is None or when < NOW else None

    known = [
        replace(one, approved_at=unknown(one.approved_at), handed_over_at=unknown(one.handed_over_at),
                delivered_at=unknown(one.delivered_at))
        for one in history
        if one.placed_at < NOW
    ]  # fmt: skip
    assert 0 < len(known) < 300
    assert fit(known) == expected


def test_shares_that_were_true_are_found_again() -> None:
    draw = random.Random(7)
    history: list[PastParcel] = []
    for _ in range(2000):
        number = draw.choices([0, 1, 2], [0.7, 0.25, 0.05])[0]
        handed_over = f"2018-03-{7 + number:02}T17:00"  # Wednesday to Friday
        history += past("2018-03-07T09:00", handed_over)
    found = [share for share, _ in shares(history)]
    assert found == pytest.approx([0.7, 0.95, 1.0], abs=0.03)


@pytest.mark.parametrize("wrong", [{"min_parcels": 0}, {"horizon": 0}, {"status_known_days": -1}])
def test_parameters_that_mean_nothing_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidProblem):
        HandlingParams(**wrong)


def test_an_instant_without_offset_and_a_weight_below_nothing_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="offset"):
        fit([], as_of=NOW.replace(tzinfo=None))
    with pytest.raises(InvalidProblem, match="weight"):
        fit([replace(one, sample_weight=-1.0) for one in past("2018-03-07T09:00")])


PLAIN = Network((site(),), (call(),), (service(),), (SAO_PAULO,))


def handled(*curves: HandlingCurve) -> Network:
    return replace(PLAIN, transit=TransitModel(AS_OF, (), curves))


def test_a_promise_reckons_with_the_departures_that_are_missed() -> None:
    # Stated are two to four days, 95% by the fourth: 80% x 95% + 20% x 63.3% are too few on Tuesday; Wednesday has 97%.
    network = handled(handling((800_000, 1_000_000), (900_000, 1_000_000)))
    asked = legs([epoch("2018-03-07T13:59:59"), epoch("2018-03-07T14:00")])
    result = answers(network, asked)
    assert result.ship_day.tolist() == [day("2018-03-07"), day("2018-03-08")]
    assert result.promised_day.tolist() == [day("2018-03-14"), day("2018-03-14")]
    assert result.on_time_ppm.tolist() == [970_000, 918_333]
    assert result.reason.tolist() == [OK, OK]


def test_a_parcel_that_is_to_leave_later_is_ahead_of_its_queue() -> None:
    network = handled(handling((500_000, 900_000, 1_000_000), (800_000, 1_000_000, 1_000_000)))
    asked = legs([epoch("2018-03-05T09:00")] * 3, shift=[0, 1, 2], promised_by=day("2018-03-09"))
    # By Friday: four, three and two days of transit for what leaves on Monday, Tuesday and Wednesday.
    expected = [0.5 * 0.95 + 0.4 * 0.633333 + 0.1 * 0.316666, 0.9 * 0.633333 + 0.1 * 0.316666, 0.316666]
    assert answers(network, asked).on_time_ppm.tolist() == pytest.approx([share * 1e6 for share in expected], abs=1)


def test_the_curve_of_the_service_comes_before_that_of_its_site() -> None:
    slow = handling((0, 1_000_000), (0, 1_000_000))
    assert answers(handled(slow), legs([epoch("2018-03-07T09:00")])).promised_day.tolist() == [day("2018-03-14")]
    fast = handling((1_000_000,), (1_000_000,), service="post")
    network = handled(slow, fast)
    plain = answers(PLAIN, legs([epoch("2018-03-07T09:00")]))
    assert answers(network, legs([epoch("2018-03-07T09:00")])).promised_day.tolist() == plain.promised_day.tolist()


def test_a_target_that_is_missed_because_too_much_never_leaves_is_marked() -> None:
    network = handled(handling((500_000, 800_000), (700_000, 800_000)))
    result = answers(network, legs([epoch("2018-03-07T09:00")]))
    assert result.reason.tolist() == [TARGET_NOT_REACHED]
    assert result.on_time_ppm.tolist() == [800_000]


@pytest.mark.parametrize(
    ("same_day", "next_day", "why"),
    [
        ((), (), "no curve"),
        ((500_000,), (500_000, 600_000), "unlike length"),
        ((500_000,), (600_000,), "two shares"),
        ((600_000, 900_000), (500_000, 900_000), "falls"),
        ((500_000, 600_000, 900_000), (700_000, 700_000, 900_000), "falls"),
        ((500_000, 1_000_001), (700_000, 1_000_001), "falls"),
    ],
)
def test_curves_that_contradict_themselves_are_refused(
    same_day: tuple[int, ...], next_day: tuple[int, ...], why: str
) -> None:
    with pytest.raises(InvalidProblem, match=why):
        handled(handling(same_day, next_day)).tables(day("2018-03-01"), day("2018-04-01"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6 * 1440), st.integers(0, 8 * 24)), min_size=1, max_size=60))
def test_whatever_the_history_the_curves_can_be_promised_on(waits: list[tuple[int, int]]) -> None:
    history = [
        replace(one, placed_at=placed, handed_over_at=placed + timedelta(hours=hours))
        for minutes, hours in waits
        for one in past("2018-03-07T09:00")
        for placed in [at("2018-03-05T00:00") + timedelta(minutes=minutes)]
    ]
    curves = tuple(fit(history).values())
    ready = [epoch("2018-03-07T09:00") + 3600 * hour for hour in range(0, 240, 5)]
    result = answers(replace(PLAIN, transit=TransitModel(AS_OF, (), curves)), legs(ready))
    assert (result.promised_day[1:] >= result.promised_day[:-1]).all()
