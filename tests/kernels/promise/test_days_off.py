"""Midnights, chains of holidays, Saturdays and changes of the clock, each checked by walking as well."""

from __future__ import annotations

from dataclasses import replace

import pytest
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

from doorstep.domain.learned import TransitModel
from doorstep.domain.place import Place
from doorstep.kernels.promise.check import check
from doorstep.kernels.promise.problem import Legs
from doorstep.kernels.promise.promise import PromiseResult

LONDON, MUNICH, LA_PAZ = Place("GB", "ENG", "", "N1 1AA"), Place("DE", "BY", "", "80331"), Place("BO", "L", "", "")
ALWAYS_NEXT = service(days=(1, 1))  # 95% on the first working day


def told(network: Network, asked: Legs, around: str) -> PromiseResult:
    result = answers(network, asked, around)
    wrong = check(
        network.sites, network.collections, network.services, network.destinations, network.transit,
        network.target_ppm, asked, result,
    )  # fmt: skip
    assert wrong == ()
    return result


def shop(calendar: str, zone: str, to: Place, working: str = "Mon-Fri", calls: str = "Mon-Fri") -> Network:
    return Network(
        (site(zone=zone, working=working, calendar=calendar),), (call(working=calls),), (ALWAYS_NEXT,), (to,)
    )


def test_a_day_begins_at_midnight_of_the_sites_zone() -> None:
    network = shop("", "America/Sao_Paulo", SAO_PAULO)
    last, first = epoch("2018-03-07T23:59:59"), epoch("2018-03-08T00:00")
    assert last // 86_400 == day("2018-03-08")  # in Greenwich it is Thursday already
    result = told(network, legs([last, first, epoch("2018-03-04T23:59:59")]), "2018-03-07")
    assert result.ship_day.tolist() == [day("2018-03-08"), day("2018-03-08"), day("2018-03-05")]


@pytest.mark.parametrize(
    ("zone", "leaves"),
    [("Pacific/Kiritimati", "2018-03-09"), ("Pacific/Pago_Pago", "2018-03-07"), ("Asia/Kolkata", "2018-03-08")],
)
def test_one_instant_is_three_days_around_the_world(zone: str, leaves: str) -> None:
    # Thursday 8 March, 10:30 in Greenwich: 23:30 on Wednesday, 16:00 on Thursday, half past midnight on Friday.
    late = replace(shop("", zone, SAO_PAULO), sites=(site(zone=zone, calendar="", cutoff="23:45"),),
                   collections=(call("23:50"),))  # fmt: skip
    assert told(late, legs([epoch("2018-03-08T10:30", "UTC")]), "2018-03-07").ship_day.tolist() == [day(leaves)]


def test_carnival_closes_site_and_destination_alike() -> None:
    network = shop("BO", "America/La_Paz", LA_PAZ)
    result = told(network, legs([epoch("2018-02-09T14:00", "America/La_Paz")]), "2018-02-09")
    # Carnival Monday and Tuesday are holidays of Bolivia: it leaves on Ash Wednesday.
    assert result.ship_day.tolist() == [day("2018-02-14")]
    assert result.promised_day.tolist() == [day("2018-02-15")]


def test_christmas_to_new_year_by_the_holidays_of_both_ends() -> None:
    # 2021: Christmas Eve is a Friday; England rests on the 27th and 28th for the weekend, Berlin does not.
    network = shop("DE-BE", "Europe/Berlin", LONDON)
    ready = [epoch(f"2021-12-{text}", "Europe/Berlin") for text in ("23T14:00", "24T14:00", "27T14:00", "31T14:00")]
    result = told(network, legs(ready), "2021-12-24")
    assert result.ship_day.tolist() == [day(f"2021-12-{one}") for one in (24, 27, 28)] + [day("2022-01-03")]
    assert result.promised_day.tolist() == [*[day("2021-12-29")] * 3, day("2022-01-04")]


def test_epiphany_closes_a_bavarian_destination_and_not_the_site_in_berlin() -> None:
    network = shop("DE-BE", "Europe/Berlin", MUNICH)
    result = told(network, legs([epoch("2022-01-05T09:00", "Europe/Berlin")]), "2022-01-05")
    assert result.ship_day.tolist() == [day("2022-01-05")]
    assert result.promised_day.tolist() == [day("2022-01-07")]


def test_a_saturday_service_brings_on_saturday_what_leaves_on_friday() -> None:
    network = replace(
        shop("", "Europe/Berlin", MUNICH),
        services=(service(working="Mon-Sat", days=(1, 1)), service("weekdays", days=(1, 1))),
        collections=(call(), call(service="weekdays")),
    )
    asked = legs([epoch("2018-03-09T09:00", "Europe/Berlin")] * 2, service=[0, 1])
    result = told(network, asked, "2018-03-09")
    assert result.promised_day.tolist() == [day("2018-03-10"), day("2018-03-12")]


def test_a_saturday_collection_takes_what_came_on_friday_evening_if_the_site_works() -> None:
    ready = legs([epoch("2018-03-09T18:00", "Europe/Berlin")])
    open_on_saturday = shop("", "Europe/Berlin", MUNICH, working="Mon-Sat", calls="Mon-Sat")
    assert told(open_on_saturday, ready, "2018-03-09").ship_day.tolist() == [day("2018-03-10")]
    closed = shop("", "Europe/Berlin", MUNICH, working="Mon-Fri", calls="Mon-Sat")
    assert told(closed, ready, "2018-03-09").ship_day.tolist() == [day("2018-03-12")]


def test_a_departure_that_is_missed_before_a_chain_of_holidays_is_missed_until_after_them() -> None:
    # Half of what is ready on Thursday leaves only on the next departure, and that is on Tuesday after Easter.
    slow = TransitModel(AS_OF, (), (handling((500_000, 1_000_000), (1_000_000, 1_000_000)),))
    network = replace(shop("DE-BE", "Europe/Berlin", MUNICH), transit=slow)
    result = told(network, legs([epoch("2018-03-29T09:00", "Europe/Berlin")]), "2018-03-29")
    assert result.ship_day.tolist() == [day("2018-03-29")]
    assert result.promised_day.tolist() == [day("2018-04-04")]  # 95% of the half that left, and of the other


def test_in_the_night_of_the_clock_change_the_cut_off_is_kept_to_the_second() -> None:
    # Brazil put the clock forward at midnight of 4 November 2018: the day began at one.
    network = replace(
        shop("", "America/Sao_Paulo", SAO_PAULO, working="Mon-Sun", calls="Mon-Sun"),
        sites=(site(working="Mon-Sun", calendar="", cutoff="01:30"),),
    )
    cutoff = epoch("2018-11-04T01:30")
    assert cutoff - epoch("2018-11-03T23:30") == 3600
    result = told(network, legs([cutoff - 1, cutoff]), "2018-11-04")
    assert result.ship_day.tolist() == [day("2018-11-04"), day("2018-11-05")]
