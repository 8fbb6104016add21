from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.promise.networks import service

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import Lane, PastParcel
from doorstep.kernels.promise.curves import complete, kaplan_meier, stated_curve
from doorstep.kernels.promise.transit import TransitParams, fit_transit

BRAZIL = timezone(timedelta(hours=-3))
AS_OF = datetime(2018, 3, 1, tzinfo=BRAZIL)
ONE = TransitParams(min_parcels=1)
POST = (service(working="Mon-Sat"),)


def past(
    handed_over: datetime | None, delivered: datetime | None, parcel: str = "p", status: str = "", **changes: object
) -> PastParcel:
    plain = PastParcel(
        parcel=parcel,
        order=parcel,
        service="post",
        site="",
        seller="",
        origin_country="BR",
        origin_postcode="13023",
        destination_country="BR",
        destination_region="SP",
        destination_postcode="01310",
        weight_g=500,
        placed_at=datetime(2017, 1, 1, tzinfo=BRAZIL),
        status=status or ("delivered" if delivered else "shipped"),
        handed_over_at=handed_over,
        delivered_at=delivered,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRAZIL)


def coarsest(history: list[PastParcel], as_of: datetime = AS_OF, params: TransitParams = ONE) -> Lane:
    return fit_transit(history, as_of, params, services=POST).lanes[0]


@pytest.mark.parametrize(
    ("handed_over", "delivered", "days"),
    [
        ("2018-02-05T18:00", "2018-02-05T20:00", 0),
        ("2018-02-05T18:00", "2018-02-06T09:00", 1),
        ("2018-02-02T18:00", "2018-02-05T09:00", 2),  # over a Saturday and a Sunday
        ("2018-02-02T18:00", "2018-02-04T09:00", 2),  # a Sunday counts with the Monday
        ("2017-12-22T18:00", "2017-12-26T09:00", 2),  # Christmas Day does not count
    ],
)
def test_transit_counts_the_working_days_of_the_service_at_the_destination(
    handed_over: str, delivered: str, days: int
) -> None:
    curve = coarsest([past(at(handed_over), at(delivered))]).arrived_ppm
    assert curve == (0,) * days + (1_000_000,)


def test_parcels_still_under_way_are_censored_not_dropped() -> None:
    # Of two parcels one arrived on day 1, the other had travelled for 2 days: after day 1 nothing more is known.
    history = [past(at("2018-02-26T10:00"), at("2018-02-27T10:00")), past(at("2018-02-26T10:00"), None)]
    assert coarsest(history).arrived_ppm == (0, 500_000, 500_000)


def test_kaplan_meier_of_a_worked_example() -> None:
    # Ten parcels: 2 arrive on day 1, 1 is last seen then; of the 7 left 3 arrive on day 2; 4 are last seen on day 3.
    curve = kaplan_meier(np.array([0, 2, 3, 0, 0]), np.array([0, 1, 0, 4, 0]))
    assert curve == (0, 200_000, 542_857, 542_857)


def test_censoring_raises_the_quantiles_over_dropping() -> None:
    done = [past(at("2018-02-05T10:00"), at("2018-02-05T10:00") + timedelta(days=k)) for k in range(1, 8)]
    open_ = [past(at("2018-02-05T10:00"), None) for _ in range(7)]
    dropped, censored = coarsest(done).arrived_ppm, coarsest(done + open_).arrived_ppm
    assert all(late <= early for late, early in zip(censored, dropped, strict=False))
    assert max(censored) < max(dropped)


def test_sample_weights_count() -> None:
    history = [
        past(at("2018-02-05T10:00"), at("2018-02-06T10:00"), sample_weight=3.0),
        past(at("2018-02-05T10:00"), at("2018-02-07T10:00")),
    ]
    assert coarsest(history).arrived_ppm == (0, 750_000, 1_000_000)


def test_a_lane_needs_enough_effective_parcels() -> None:
    parcels = [past(at("2018-02-05T10:00"), at("2018-02-06T10:00"), sample_weight=weight) for weight in [1.0] * 4]
    assert fit_transit(parcels, AS_OF, TransitParams(min_parcels=4), services=POST).lanes
    parcels[0] = replace(parcels[0], sample_weight=2.0)
    assert not fit_transit(parcels, AS_OF, TransitParams(min_parcels=4), services=POST).lanes


def test_lanes_are_named_from_anywhere_to_postcode_areas() -> None:
    model = fit_transit([past(at("2018-02-05T10:00"), at("2018-02-06T10:00"))], AS_OF, ONE, services=POST)
    areas = [
        (
            lane.level,
            lane.origin_country,
            lane.origin_prefix,
            lane.destination_country,
            lane.destination_region,
            lane.destination_prefix,
        )
        for lane in model.lanes
    ]
    assert areas == [
        (4, "", "", "", "", ""),
        (3, "", "", "BR", "", ""),
        (2, "", "", "BR", "SP", ""),
        (1, "BR", "1", "BR", "SP", ""),
        (0, "BR", "13", "BR", "", "01"),
    ]


def test_unrecorded_services_inform_those_of_standard_speed() -> None:
    services = (service("slow", "economy"), service("post", "standard"), service("fast", "express"))
    history = [past(at("2018-02-05T10:00"), at("2018-02-06T10:00"), service="")]
    assert {lane.service for lane in fit_transit(history, AS_OF, ONE, services=services).lanes} == {"post"}
    assert {lane.service for lane in fit_transit(history, AS_OF, ONE).lanes} == {""}


def test_a_parcel_called_off_is_under_way_until_that_can_be_known() -> None:
    called_off = past(at("2018-01-10T10:00"), None, status="canceled")
    arrived = past(at("2018-01-10T10:00"), at("2018-01-11T10:00"))
    assert coarsest([called_off, arrived]).arrived_ppm[-1] == 500_000
    assert coarsest([called_off, arrived], at("2018-07-01T00:00")).arrived_ppm[-1] == 1_000_000


def test_a_lost_parcel_stays_under_way_for_good() -> None:
    lost = past(at("2017-03-10T10:00"), None, status="lost")
    arrived = past(at("2017-03-10T10:00"), at("2017-03-11T10:00"))
    assert coarsest([lost, arrived]).arrived_ppm == (0,) + (500_000,) * 60


def test_a_record_that_contradicts_itself_is_left_out() -> None:
    assert not fit_transit([past(at("2018-02-05T10:00"), at("2018-02-04T10:00"))], AS_OF, ONE, services=POST).lanes


def test_bad_input_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="sample weight"):
        fit_transit([past(at("2018-02-05T10:00"), None, sample_weight=-1.0)], AS_OF)
    with pytest.raises(InvalidProblem, match="offset"):
        fit_transit([], AS_OF.replace(tzinfo=None))
    with pytest.raises(InvalidProblem, match="min_parcels"):
        TransitParams(min_parcels=0)


@st.composite
def histories(draw: st.DrawFn) -> list[PastParcel]:
    start = datetime(2018, 1, 1, tzinfo=BRAZIL)
    rows = draw(
        st.lists(
            st.tuples(
                st.one_of(st.none(), st.integers(0, 2_000)),
                st.one_of(st.none(), st.integers(0, 600)),
                st.sampled_from(["01310", "20040", "2", ""]),
                st.sampled_from(["SP", "BR-RJ", ""]),
                st.sampled_from(["delivered", "shipped", "canceled", "lost"]),
                st.sampled_from(["post", ""]),
                st.floats(0, 6),
            ),
            min_size=1,
            max_size=25,
        )
    )
    parcels = []
    for number, (ready_h, transit_h, postcode, region, status, name, weight) in enumerate(rows):
        handed_over = None if ready_h is None else start + timedelta(hours=ready_h)
        delivered = None if handed_over is None or transit_h is None else handed_over + timedelta(hours=transit_h)
        parcels.append(
            past(handed_over, delivered, f"p{number}", status, destination_postcode=postcode, sample_weight=weight)
        )
        parcels[-1] = replace(parcels[-1], destination_region=region, service=name)
    return parcels


def forget(parcel: PastParcel, as_of: datetime, changed: int) -> PastParcel:
    """Alter what lies after an instant, in one of three ways."""
    moved = None if changed == 0 else as_of + timedelta(days=17 * changed)
    if parcel.handed_over_at is not None and parcel.handed_over_at >= as_of:
        return replace(parcel, handed_over_at=moved, delivered_at=moved, destination_region="XX")
    if parcel.delivered_at is not None and parcel.delivered_at >= as_of:
        return replace(parcel, delivered_at=moved, promised_by=date(2030, 1, 1), review_score=1)
    return parcel


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(0, 2_400), st.integers(0, 2))
def test_nothing_after_the_instant_changes_the_model(history: list[PastParcel], hours: int, changed: int) -> None:
    as_of = datetime(2018, 1, 1, tzinfo=BRAZIL) + timedelta(hours=hours)
    altered = [forget(parcel, as_of, changed) for parcel in history]
    assert fit_transit(altered, as_of, ONE, services=POST) == fit_transit(history, as_of, ONE, services=POST)


@settings(max_examples=40, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_model_does_not_depend_on_the_order_of_the_history(history: list[PastParcel], random: object) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fit_transit(shuffled, AS_OF, services=POST, params=ONE) == fit_transit(history, AS_OF, ONE, services=POST)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_curves_rise_and_stay_within_a_million(history: list[PastParcel]) -> None:
    for lane in fit_transit(history, AS_OF, ONE, services=POST).lanes:
        shares = lane.arrived_ppm
        assert shares[0] >= 0
        assert shares[-1] <= 1_000_000
        assert list(shares) == sorted(shares)


@settings(deadline=None)
@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 1_000_000))
def test_stated_transit_reaches_its_share_on_the_last_stated_day(least: int, more: int, share_ppm: int) -> None:
    curve = stated_curve(least, least + more, share_ppm)
    assert curve[least + more] == share_ppm
    assert curve[-1] == 1_000_000
    assert list(curve) == sorted(curve)
    assert not any(curve[:least])


def test_a_short_curve_continues_like_the_coarser_one() -> None:
    coarser = np.array([0, 200_000, 600_000, 800_000, 1_000_000, 1_000_000])
    assert complete((0, 500_000), coarser).tolist() == [0, 500_000, 750_000, 875_000, 1_000_000, 1_000_000]
    assert complete((0, 0, 0, 0, 900_000), coarser).tolist() == [0, 0, 0, 0, 900_000, 900_000]
