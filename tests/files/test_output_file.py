from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from doorstep.domain.errors import OutputRefused
from doorstep.files.output_file import output_file

HEADER = "a,b"


def put(path: Path, text: str, force: bool = False, reading: tuple[Path, ...] = ()) -> None:
    with output_file(path, HEADER, force, reading) as out:
        out.write(text)


def test_a_file_is_there_whole_with_the_rights_of_any_other(tmp_path: Path) -> None:
    put(tmp_path / "new" / "out.csv", "a,b\r\n1,2\r\n")
    assert (tmp_path / "new" / "out.csv").read_bytes() == b"a,b\r\n1,2\r\n"
    other = tmp_path / "other"
    other.write_text("")
    assert (tmp_path / "new" / "out.csv").stat().st_mode == other.stat().st_mode


def test_a_packed_file_is_the_same_for_the_same_text(tmp_path: Path) -> None:
    put(tmp_path / "one.csv.gz", "a,b\r\n")
    put(tmp_path / "two.csv.gz", "a,b\r\n")
    assert (tmp_path / "one.csv.gz").read_bytes() == (tmp_path / "two.csv.gz").read_bytes()
    assert gzip.decompress((tmp_path / "one.csv.gz").read_bytes()) == b"a,b\r\n"
    put(tmp_path / "one.csv.gz", "a,b\r\n1,2\r\n")  # our own former output


def test_what_fails_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    put(tmp_path / "out.csv", "a,b\r\n")
    with pytest.raises(ZeroDivisionError), output_file(tmp_path / "out.csv", HEADER) as out:
        out.write("a,b\r\n" + str(1 // 0))
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("out.csv", b"a,b\r\n")]


def test_somebody_elses_file_is_replaced_only_when_told(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("c,d\n")
    with pytest.raises(OutputRefused, match="holds something else"):
        put(tmp_path / "mine.csv", "a,b\r\n")
    assert (tmp_path / "mine.csv").read_text() == "c,d\n"
    put(tmp_path / "mine.csv", "a,b\r\n", force=True)
    (tmp_path / "broken.gz").write_text("no gzip")
    with pytest.raises(OutputRefused, match="holds something else"):
        put(tmp_path / "broken.gz", "a,b\r\n")


def test_the_input_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a,b\n")
    for reading in (tmp_path / "in.csv", tmp_path):
        with pytest.raises(OutputRefused, match="the input"):
            put(tmp_path / "in.csv", "", force=True, reading=(reading,))
    with pytest.raises(OutputRefused, match="is a folder"):
        put(tmp_path, "")
