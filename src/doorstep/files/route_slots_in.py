"""Shoppers and windows in: who asks, and when they might be served."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from doorstep.files.faults import Faults
from doorstep.files.route_csv import seconds_of
from doorstep.files.route_day_in import DayFiles, DayTold, read_day
from doorstep.files.route_in import text_of
from doorstep.files.rules import Tables, sound_rows
from doorstep.files.schema_route_day import ASKED, WINDOWS
from doorstep.files.table import read_table


@dataclass(frozen=True, slots=True)
class Asked:
    """A day with the stops of those who ask on no round, and the windows: from and to, in seconds of the day.

    `aside` has why no van can go to some of them, by id; they have no stop.
    """

    told: DayTold
    stops: tuple[int, ...]
    windows: tuple[tuple[int, int], ...]
    aside: dict[str, str]


def read_asked(files: DayFiles, asked: Path, windows: Path, now: str = "") -> Asked:
    """Read who asks for which windows. Raises InputRefused with the faults of all files."""
    read: Tables = {}

    def more(tables: Tables, faults: Faults) -> list[str]:
        texts = []
        for path, table, rank in ((asked, ASKED, 7), (windows, WINDOWS, 8)):
            text = text_of(path, rank, faults)
            if text is not None:
                read[table.name] = tables[table.name] = read_table(text, table, str(path), rank, faults)
                texts.append(text)
        _check_new(tables)
        _check_windows(tables)
        return texts

    told = read_day(files, now, more=more)
    number = {stop: at for at, stop in enumerate(told.instance.stops)}
    origin, of = told.instance.origin, read["windows"].values
    ends = zip(of["window_from"], of["window_to"], strict=True)
    asking = read["asked"].values["stop"]
    return Asked(
        told,
        tuple(number[stop] for stop in asking if stop in number),
        tuple((seconds_of(begin, origin, 0), seconds_of(end, origin, 0)) for begin, end in ends),
        {one.stop: one.why for one in told.instance.aside if one.stop in set(asking)},
    )


def _check_new(tables: Tables) -> None:
    """Who asks is no stop of the day yet."""
    read, stops = tables.get("asked"), tables.get("stops")
    if read is None or stops is None or not (read.has("stop") and stops.has("stop")):
        return
    finding, known = read.rule("stop"), set(stops.texts["stop"])
    for row, stop in sound_rows(read, "stop"):
        if stop in known:
            finding.add(row, stop, f"is a stop of {stops.file} already; who asks has an id of their own")


def _check_windows(tables: Tables) -> None:
    """A window ends after it begins."""
    read = tables.get("windows")
    if read is None or not (read.has("window_from") and read.has("window_to")):
        return
    finding, texts = read.rule("window_to"), dict(zip(read.rows, read.texts["window_to"], strict=True))
    for row, begin, end in sound_rows(read, "window_from", "window_to"):
        if type(begin) is type(end) and end < begin:
            finding.add(row, texts[row], "is before window_from")
