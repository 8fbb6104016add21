from __future__ import annotations

from dataclasses import replace

import pytest
from tests.kernels.promise.networks import (
    AS_OF,
    MANAUS,
    SAO_PAULO,
    Network,
    call,
    day,
    lane,
    service,
    site,
)

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import Lane, TransitModel
from doorstep.domain.place import Place
from doorstep.kernels.promise.network import NetworkParams, compile_network, curve

PLAIN = Network((site(),), (call(),), (service(),), (SAO_PAULO, MANAUS, Place("PT", "", "Lisboa", "1000")))
FIRST, LAST = day("2018-03-01"), day("2018-04-01")
TO_BRAZIL = {"destination_country": "BR"}
TO_SAO_PAULO = {"destination_country": "BR", "destination_region": "SP"}


def shares(network: Network, destination: int, service: int = 0) -> list[int]:
    return [int(share) for share in curve(network.tables(FIRST, LAST), service, 0, destination)]


def with_lanes(*lanes: Lane) -> Network:
    return replace(PLAIN, transit=TransitModel(AS_OF, lanes))


def test_each_destination_takes_the_finest_lane_that_has_history() -> None:
    network = with_lanes(
        lane((0, 0, 1_000_000)), lane((0, 1_000_000), 3, **TO_BRAZIL), lane((0, 0, 0, 1_000_000), 2, **TO_SAO_PAULO)
    )
    reached = [shares(network, destination).index(1_000_000) for destination in range(3)]
    assert reached == [3, 1, 2]


def test_a_lane_from_another_origin_is_not_taken() -> None:
    elsewhere = {"origin_country": "BR", "origin_prefix": "9", **TO_SAO_PAULO}
    network = with_lanes(lane((0, 0, 1_000_000)), lane((0, 1_000_000), 1, **elsewhere))
    assert shares(network, 0).index(1_000_000) == 2


def test_without_history_the_stated_transit_holds() -> None:
    assert shares(PLAIN, 2)[:6] == [0, 0, 316_666, 633_333, 950_000, 975_000]


def test_unrecorded_services_serve_standard_ones_only() -> None:
    network = replace(
        with_lanes(lane((0, 1_000_000), service="")), services=(service(), service("fast", "express", days=(3, 3)))
    )
    assert shares(network, 0, 0).index(1_000_000) == 1
    assert shares(network, 0, 1)[3] == 950_000


def test_arrivals_on_the_ship_day_move_to_the_next_day_unless_the_service_is_same_day() -> None:
    network = replace(
        with_lanes(lane((400_000, 1_000_000)), lane((400_000, 1_000_000), service="now")),
        services=(service(), service("now", "same_day", days=(0, 0))),
    )
    assert shares(network, 0, 0)[:2] == [0, 1_000_000]
    assert shares(network, 0, 1)[:2] == [400_000, 1_000_000]


def test_the_share_that_arrives_as_stated_is_an_assumption_of_the_caller() -> None:
    tables = compile_network(
        PLAIN.sites, PLAIN.collections, PLAIN.services, PLAIN.destinations, PLAIN.transit, 900_000, FIRST, LAST,
        NetworkParams(stated_on_time_ppm=600_000),
    )  # fmt: skip
    assert curve(tables, 0, 0, 0)[2:6].tolist() == [200_000, 400_000, 600_000, 800_000]


@pytest.mark.parametrize(
    ("network", "why"),
    [
        (replace(PLAIN, sites=(site(calendar="XX"),)), "calendar"),
        (replace(PLAIN, sites=(site(zone="Mars/Olympus"),)), "zone"),
        (replace(PLAIN, sites=(site(), site())), "twice"),
        (replace(PLAIN, collections=(call(site="elsewhere"),)), "collection"),
        (replace(PLAIN, collections=(replace(call(), collection_time_s=90_000),)), "time of day"),
        (replace(PLAIN, services=(service(days=(4, 2)),)), "transit"),
        (replace(PLAIN, target_ppm=1_000_000), "target"),
        (with_lanes(lane(())), "curve"),
    ],
)
def test_a_network_that_contradicts_itself_is_refused(network: Network, why: str) -> None:
    with pytest.raises(InvalidProblem, match=why):
        network.tables(FIRST, LAST)


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="last_day"):
        PLAIN.tables(LAST, FIRST)
