from __future__ import annotations

import json

import pytest
from tests.cli.run import TEA_SHOP, doorstep

from doorstep.cli.promise_quote import within

ASKED = ("promise", "quote", TEA_SHOP, "--to-country", "DE", "--to-region", "BE", "--to-postcode", "10117")
AT = ("--at", "2026-10-15T11:46:00+02:00")


def test_options_are_told_as_json() -> None:
    done = doorstep(*ASKED, *AT, "--sku", "teapot", "--value-per-day", "0.50", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["destination"] == {"country": "DE", "region": "BE", "postcode": "10117"}
    assert (told["target"], told["late_cost"], told["value_per_day"]) == (0.95, 6.0, 0.5)
    assert told["goods"] == [{"sku": "teapot", "quantity": 1}]
    assert [(one["site"], one["service"]) for one in told["options"]] == [
        ("berlin", "express"),
        ("berlin", "parcel"),
        ("munich", "parcel"),
    ]
    first = told["options"][0]
    assert (first["carrier"], first["speed"]) == ("Postbird", "express")
    assert (first["ship_at"], first["ship_date"]) == ("2026-10-15T18:30:00+02:00", "2026-10-15")
    assert (first["countdown_s"], first["order_before"]) == (2 * 3600 + 14 * 60, "2026-10-15T14:00:00+02:00")
    assert (first["promised_by"], first["on_time_probability"], first["target_reached"]) == ("2026-10-16", 0.95, True)
    assert first["arrived_by"][0] == {"date": "2026-10-16", "probability": 0.95}
    assert [one["probability"] for one in first["quantiles"]] == [0.5, 0.8, 0.9, 0.95, 0.99]
    assert (first["best_by"], first["best_probability"]) == ("2026-10-16", 0.95)
    assert told["options"][2]["countdown_s"] == 14 * 60
    assert told["not_offered"] == [
        {"site": "munich", "service": "express", "reason": "no_collection", "detail": "does not call there"}
    ]


def test_people_see_dates_and_how_long_they_hold() -> None:
    done = doorstep(*ASKED, *AT, "--on", "2026-10-20")
    assert done.returncode == 0, done.stderr
    assert "Tue 2026-10-20" in done.stdout
    assert "here by" in done.stdout
    done = doorstep(*ASKED, *AT)
    assert "2 h 14 min" in done.stdout
    assert "…" not in done.stdout  # nothing is cut off, however narrow the terminal


def test_without_an_instant_it_is_now() -> None:
    done = doorstep(*ASKED, "--json")
    assert done.returncode == 0, done.stderr
    assert all(one["countdown_s"] > 0 for one in json.loads(done.stdout)["options"])


def test_nothing_to_promise_is_told_by_the_exit_code() -> None:
    done = doorstep(*ASKED, *AT, "--sku", "teapot:2")
    assert done.returncode == 3
    assert "nothing can be promised" in done.stderr
    assert "not berlin: holds 1 of 2 teapot" in done.stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--sku", "tepot"), "--sku: 'tepot' names no sku of products.csv; is teapot meant?"),
        (("--to-region", "Brandenbrg"), "--to-region: 'Brandenbrg' is no region of DE"),
        (("--target", "1"), "is not a probability between 0 and 1"),
        (("--target", "0"), "is not a probability between 0 and 1"),
        (("--late-cost", "-1"), "is not an amount from 0 to"),
        (("--value-per-day", "10000.5"), "is not an amount from 0 to"),
        (("--at", "2026-10-15"), "is not an instant with an offset"),
        (("--on", "tomorrow"), "is not a date"),
    ],
)
def test_what_cannot_be_asked_is_refused(words: tuple[str, str], why: str) -> None:
    done = doorstep(*ASKED, *AT, *words)
    assert done.returncode == 2
    assert why in " ".join(done.stderr.replace("│", " ").split())
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 s"), (59, "59 s"), (60, "1 min"), (3_600, "1 h 0 min"), (8_099, "2 h 14 min")]
)
def test_a_span_is_told_as_people_say_it(seconds: int, words: str) -> None:
    assert within(seconds) == words
