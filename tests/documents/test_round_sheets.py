"""Round sheets as they come out of the printer: rendered, and their bars read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from tests.documents.report.made_rounds import made_round, rounds

from doorstep.documents.labels.script import IN_LATIN
from doorstep.documents.round_sheets import ROWS, stop_code, write_sheets
from doorstep.domain.rounds import Rounds

DPI = 203  # what scanners of depots are made for


def pages(path: Path) -> list[tuple[Image.Image, str]]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [(page.render(scale=DPI / 72).to_pil(), page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def codes(image: Image.Image) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(image) if found.format == zxingcpp.BarcodeFormat.Code128}


def drawn(tmp_path: Path, made: Rounds, labels: dict[str, str] | None = None) -> list[tuple[Image.Image, str]]:
    write_sheets(tmp_path / "sheets.pdf", made, labels or {})
    return pages(tmp_path / "sheets.pdf")


def test_the_bars_of_the_round_and_of_every_stop_are_read(tmp_path: Path) -> None:
    made = rounds(20, 3, 2)
    read = [codes(image) for image, _ in drawn(tmp_path, made)]
    assert read == [{one.code, *(visit.stop for visit in one.stops)} for one in made.rounds]


def test_a_long_round_goes_on_on_the_next_page(tmp_path: Path) -> None:
    made = rounds(ROWS + 1, 1, 0)
    first, second = drawn(tmp_path, made)
    assert codes(first[0]) == {"R001", *(f"S-{number:05d}" for number in range(1, ROWS + 1))}
    assert codes(second[0]) == {"R001", f"S-{ROWS + 1:05d}"}
    assert "page 2 of 2" in second[1]
    assert "Signed" in second[1]
    assert "Signed" not in first[1]


def test_it_says_who_drives_when_and_what_is_carried(tmp_path: Path) -> None:
    ((_, said),) = drawn(tmp_path, rounds(3, 1, 0), {"S-00002": "Ring 1, 80331 Munich"})
    for words in (
        "Round 1: van-1", "Monday", "Leaves 08:00", "3 stops, 41.3 km", "Loaded: 7.5 kg, 27.0 l", "08:08",
        "08:00–12:00", "any time", "S-00002", "Ring 1, 80331 Munich", "2.5 kg, 9.0 l",
    ):  # fmt: skip
        assert words in said, words


def test_breaks_collections_and_reloads_stand_where_they_happen(tmp_path: Path) -> None:
    one = made_round(1, range(4), 4, False)
    early, late, taken, back = one.visits
    early = replace(early, pause_s=1_800)
    late = replace(late, pause_s=900, leaves_s=late.ends_s + 900)
    taken = replace(taken, collected=(1_500, 0))
    back = replace(back, stop="", number=0, trip=2, position=0)
    ((_, said),) = drawn(tmp_path, replace(rounds(4, 1, 0), rounds=(replace(one, visits=(early, late, taken, back)),)))
    for words in ("break 30 min before", "break 15 min after", "collect 1.5 kg", "Back at the depot at 08:16, reload"):
        assert words in said, words


@pytest.mark.parametrize("stop", ["straße-1", "王小明", "x" * 24, "a\tb"])
def test_an_id_that_bars_cannot_say_has_round_and_place_in_its_stead(tmp_path: Path, stop: str) -> None:
    one = made_round(7, range(1), 1, False)
    one = replace(one, visits=(replace(one.visits[0], stop=stop),))
    assert stop_code(one, one.visits[0]) == "R007-001"
    ((image, said),) = drawn(tmp_path, replace(rounds(1, 1, 0), rounds=(one,)))
    assert codes(image) == {"R007", "R007-001"}
    assert (IN_LATIN in said) == (stop == "王小明")


def test_the_longest_id_is_read_and_nothing_leaves_the_page(tmp_path: Path) -> None:
    stop, name = "Z9x" * 6, "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk " * 3
    one = made_round(1, range(1), 1, False)
    one = replace(one, visits=(replace(one.visits[0], stop=stop),), vehicle=name)
    ((image, _),) = drawn(tmp_path, replace(rounds(1, 1, 0, name=name), rounds=(one,)), {stop: name})
    assert codes(image) == {"R001", stop}
    left, top, right, bottom = image.convert("L").point(lambda value: 255 if value < 128 else 0).getbbox() or (0,) * 4
    edge = 8 * DPI / 25.4
    assert min(left, top, image.width - right, image.height - bottom) > edge


def test_equal_rounds_give_equal_files_and_none_give_a_page(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        write_sheets(tmp_path / name, rounds(9, 2, 1), {})
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    ((_, said),) = drawn(tmp_path, rounds(0, 0, 0))
    assert "No round is driven." in said
