"""What the map of rounds says, and that its colours can be told apart."""

from __future__ import annotations

import gzip
import re
from base64 import b64decode
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from numpy.typing import NDArray
from tests.documents.report.made_rounds import made_round, rounds

from doorstep.documents.report import rounds_map
from doorstep.documents.report.rounds_map import COLOURS, RoundsMap, colours_of, headline, tiles, write_rounds_map
from doorstep.documents.round_words import clock, distance
from doorstep.domain.rounds import Rounds

Array = NDArray[np.float64]
HOSTILE = "</script><img src=x onerror=alert(1)>"
STYLE = Path(rounds_map.__file__).parent / "static"

# How colours look without one kind of cone, on linear RGB (Machado, Oliveira & Fernandes 2009,
# https://doi.org/10.1109/TVCG.2009.113, severity 1).
EYES = {
    "usual": "1 0 0 0 1 0 0 0 1",
    "protan": "0.152286 1.052583 -0.204868 0.114503 0.786281 0.099216 -0.003882 -0.048116 1.051998",
    "deutan": "0.367322 0.860646 -0.227968 0.280085 0.672501 0.047413 -0.011820 0.042940 0.968881",
    "tritan": "1.255528 -0.076749 -0.178779 -0.078411 0.930809 0.147602 0.004733 0.691367 0.303900",
}
# From linear RGB to OKLab, in which equal steps look equal (Ottosson 2020, https://bottosson.github.io/posts/oklab/).
CONES = (
    "0.4122214708 0.5363325363 0.0514459929 0.2119034982 0.6806995451 0.1073969566 0.0883024619 0.2817188376 0.62997870"
)
LAB = (
    "0.2104542553 0.793617785 -0.0040720468 1.9779984951 -2.428592205 0.4505937099 "
    "0.0259040371 0.7827717662 -0.80867577"
)


def page_of(tmp_path: Path, made: Rounds, gap: str = "") -> str:
    write_rounds_map(tmp_path / "map.html", RoundsMap(made, "1,234.50", "hours", gap, {"engine": "own", "seed": 0}))
    return (tmp_path / "map.html").read_text(encoding="utf-8")


def data_of(said: str) -> Any:
    found = re.search(r'id="rounds-data">([^<]+)<', said)
    assert found
    return orjson.loads(gzip.decompress(b64decode(found[1])))


def linear(colour: str) -> Array:
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def matrix(numbers: str) -> Array:
    return np.array(numbers.split(), np.float64).reshape(3, 3)


def seen(colour: str, eyes: str) -> Array:
    found: Array = matrix(LAB) @ np.cbrt(matrix(CONES) @ np.clip(matrix(eyes) @ linear(colour), 0, 1))
    return found


def luminance(colour: str) -> float:
    return float(linear(colour) @ np.array([0.2126, 0.7152, 0.0722]))


def colours(sheet: str, name: str) -> tuple[str, str]:
    """By day, by night."""
    day, night = re.findall(rf"--{name}: (#[0-9a-f]{{6}});", (STYLE / sheet).read_text(encoding="utf-8"))
    return day, night


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("eyes", EYES.values(), ids=EYES.keys())
def test_any_two_colours_differ_for_all_eyes(scheme: int, eyes: str) -> None:
    found = [colours("rounds.css", f"r{number}")[scheme] for number in range(COLOURS)]
    apart = [float(np.linalg.norm(seen(a, eyes) - seen(b, eyes))) for a, b in combinations(found, 2)]
    assert min(apart) > 0.12  # the palette of Okabe and Ito, without black and yellow: 0.076


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_colour_stands_out_from_the_ground(scheme: int) -> None:
    ground = luminance(colours("page.css", "sea")[scheme])
    for number in range(COLOURS):
        one = luminance(colours("rounds.css", f"r{number}")[scheme])
        assert (max(one, ground) + 0.05) / (min(one, ground) + 0.05) >= 3  # WCAG 2.2, 1.4.11


def test_rounds_of_one_colour_lie_apart() -> None:
    made = rounds(280, 14, 0).rounds
    chosen = colours_of(made)
    assert set(chosen) == set(range(COLOURS))
    middles = [np.mean([visit.at for visit in one.visits], axis=0) for one in made]
    alike = [np.hypot(*(middles[a] - middles[b])) for a, b in combinations(range(14), 2) if chosen[a] == chosen[b]]
    nearest = [min(np.hypot(*(middles[a] - middles[b])) for b in range(14) if a != b) for a in range(14)]
    assert min(alike) > max(nearest)
    assert colours_of([]) == []


def test_what_the_data_say_is_text(tmp_path: Path) -> None:
    one = made_round(1, range(2), 2, False)
    hostile = replace(one.visits[0], stop=HOSTILE, why=HOSTILE)
    made = replace(
        rounds(3, 1, 1, name=HOSTILE), rounds=(replace(one, vehicle=HOSTILE, visits=(hostile, one.visits[1])),)
    )
    lost = replace(made.not_served[0], stop=HOSTILE, detail=HOSTILE, remedy=HOSTILE)
    said = page_of(tmp_path, replace(made, not_served=(lost,)))
    assert HOSTILE not in said
    assert "&lt;img src=x" in said
    assert data_of(said)["visits"]["why"][0] == HOSTILE


def test_the_page_holds_what_a_click_tells(tmp_path: Path) -> None:
    data = data_of(page_of(tmp_path, rounds(20, 3, 2, roads=True)))
    visits = data["visits"]
    assert {len(column) for column in visits.values()} == {18}
    assert visits["stop"][0] == "S-00001"
    assert (visits["from"][1], visits["chance"][1], visits["load"][1]) == (28_800, 960_000, [10_000, 36_000])
    assert data["not_served"][0][3] == "more than any van holds"
    assert all(one["line"] for one in data["rounds"])
    assert data["facts"]["measures"] == [["weight", "g"], ["volume", "cm3"]]


def test_it_loads_nothing_and_names_whose_roads_they_are(tmp_path: Path) -> None:
    said = page_of(tmp_path, rounds(20, 3, 0, roads=True))
    assert "default-src &#39;none&#39;" in said or "default-src 'none'" in said
    assert re.findall(r'(?:src|href)="(https?:[^"]+)"', said) == ["https://www.openstreetmap.org/copyright"]
    assert "© OpenStreetMap contributors, ODbL" in said
    assert "OpenStreetMap" not in page_of(tmp_path, rounds(20, 3, 0))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (rounds(20, 3, 0), "All 20 stops are served in 3 rounds: 123.8 km, 2 h 11 min."),
        (rounds(20, 3, 2), "18 of 20 stops are served in 3 rounds: 123.8 km, 2 h 03 min."),
        (rounds(1, 1, 0), "All 1 stop is served in 1 round: 41.3 km, 0 h 21 min."),
        (rounds(2, 0, 2), "0 of 2 stops are served in 0 rounds."),
        (rounds(0, 0, 0), "The file names no stop, so there is nowhere to go."),
    ],
)
def test_the_headline_says_how_it_went(made: Rounds, said: str) -> None:
    assert headline(made) == said


def test_tiles_tell_the_gap_the_tight_windows_and_who_is_left() -> None:
    told = {tile.name: tile for tile in tiles(RoundsMap(rounds(20, 3, 2), "9.00", "hours", "1.20 %", {}))}
    assert told["Cost"].note == "hours; 1.20 % above the lower bound"
    assert (told["Not served"].value, told["Not served"].verdict) == ("2", "worse")
    assert told["On time"].note == "of the windows, expected; 1 less sure than 90.0 %"
    assert "On time" not in {tile.name for tile in tiles(RoundsMap(rounds(1, 1, 0), "9.00", "hours", "", {}))}


def test_an_empty_file_gives_a_page_that_says_so(tmp_path: Path) -> None:
    said = page_of(tmp_path, rounds(0, 0, 0))
    assert "Nothing to draw." in said
    assert "<canvas" not in said
    nobody = page_of(tmp_path, rounds(2, 0, 2))
    assert "No round is driven." in nobody
    assert "<canvas" in nobody


def test_times_and_ways_are_those_of_a_day_or_of_an_instance() -> None:
    day = rounds(1, 1, 0)
    instance = replace(day, on_earth=False, clocked=False)
    assert [clock(at, day) for at in (29_105, 90_000)] == ["08:05", "01:00 +1"]
    assert [distance(8_273, replace(instance, scale=scale)) for scale in (1, 10)] == ["8,273 units", "827.3 units"]
    assert [distance(metres, day) for metres in (8_273, 1_234_567)] == ["8.3 km", "1,235 km"]
