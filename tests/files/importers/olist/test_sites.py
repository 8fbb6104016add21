from __future__ import annotations

import itertools

import numpy as np
import pytest

from doorstep.domain.errors import InputRefused
from doorstep.domain.place import distance_m
from doorstep.files.importers.olist.brazil import STATES, TIME_ZONE_OF, metropolis_of, state_of
from doorstep.files.importers.olist.market import Prefix
from doorstep.files.importers.olist.sites import great_circle_m, place_sites


def cities(count: int, seed: int) -> dict[str, Prefix]:
    random = np.random.default_rng(seed)
    return {
        f"{10000 + index}": Prefix(f"{10000 + index}", f"city {index}", "SP", *random.uniform((-30, -60), (-5, -35)))
        for index in range(count)
    }


def total_m(demand: dict[str, float], prefixes: dict[str, Prefix], chosen: tuple[str, ...]) -> float:
    return sum(
        weight
        * min(
            distance_m(prefixes[code].latitude, prefixes[code].longitude, prefixes[at].latitude, prefixes[at].longitude)
            for at in chosen
        )
        for code, weight in demand.items()
    )


@pytest.mark.parametrize("seed", range(6))
def test_sites_are_the_best_of_all_sets_of_cities_or_nearly(seed: int) -> None:
    prefixes = cities(12, seed)
    demand = {code: float(1 + index % 5) for index, code in enumerate(prefixes)}
    found = tuple(site.place.postcode for site in place_sites(3, demand, prefixes))
    best = min(total_m(demand, prefixes, chosen) for chosen in itertools.combinations(prefixes, 3))
    assert total_m(demand, prefixes, found) <= best * 1.05


def test_a_site_stands_in_its_city_under_the_citys_name() -> None:
    prefixes = {
        "01001": Prefix("01001", "sao paulo", "SP", -23.55, -46.63),
        "01002": Prefix("01002", "são paulo", "SP", -23.54, -46.63),
        "20010": Prefix("20010", "rio de janeiro", "RJ", -22.90, -43.17),
    }
    one, two = place_sites(2, {"01001": 5, "01002": 1, "20010": 2, "99999": 7}, prefixes)
    assert (one.site, one.place.city, one.place.postcode) == ("sao-paulo-sp", "São Paulo", "01001")
    assert (two.site, two.place.city) == ("rio-de-janeiro-rj", "Rio de Janeiro")
    assert one.share + two.share == pytest.approx(1)


@pytest.mark.parametrize("count", [0, 13])
def test_fewer_than_one_site_or_more_than_cities_are_refused(count: int) -> None:
    prefixes = cities(12, 0)
    with pytest.raises(InputRefused) as caught:
        place_sites(count, dict.fromkeys(prefixes, 1.0), prefixes)
    assert "between 1 and the 12 cities" in caught.value.faults[0].why


def test_distances_are_those_of_the_domain() -> None:
    metres = great_circle_m(np.array([-23.55]), np.array([-46.63]), np.array([-3.1]), np.array([-60.0]))
    assert round(float(metres[0, 0])) == distance_m(-23.55, -46.63, -3.1, -60.0)


@pytest.mark.parametrize(
    ("postcode", "state"),
    [
        ("01001", "SP"),
        ("29010", "ES"),
        ("49010", "SE"),
        ("68900", "AP"),
        ("69005", "AM"),
        ("69301", "RR"),
        ("69900", "AC"),
        ("72800", "GO"),
        ("72600", "DF"),
        ("73700", "GO"),
        ("76801", "RO"),
        ("78005", "MT"),
        ("80010", "PR"),
        ("88010", "SC"),
    ],
)
def test_a_postcode_tells_its_state(postcode: str, state: str) -> None:
    assert state_of(postcode) == state


def test_every_state_has_a_time_zone_and_goias_is_not_brasilia() -> None:
    assert sorted(TIME_ZONE_OF) == list(STATES)
    assert len(STATES) == 27
    assert (metropolis_of("72600"), metropolis_of("72900"), metropolis_of("13010")) == ("brasilia", "", "")
