"""Zone charts and sheets of rates as UPS lays them out, with a handful of rows."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

ROWS = (
    "004-005,2,102",
    "006-007,45,125",
    "8,[1],[1]",
    "010-011,3,-",
    "012,3,103",
    "967-968,[2],[2]",
    "995-999,[3],[3]",
)
NOTES = """"[1] For Virgin Islands, Guam, Marshall Islands, etc., please refer to the Worldwide Rate.",
,,
"[2] For Hawaii, the following Postal Codes are Zone 44 for Ground and Zone 124 for Next Day Air:",
96701,96702,96706
"For Hawaii, the following Postal Codes are Zone 46 for Ground and Zone 126 for Next Day Air:",
96703,,
"[3] For Alaska, the following Postal Codes are Zone 44 for Ground and Zone 124 for Next Day Air.",
99501,99502,"""


def chart(first: str, last: str, rows: Iterable[str] = ROWS, notes: str = NOTES) -> str:
    head = f"""ZONE CHART,,

UPS Ground/UPS Next Day Air,,
,,
For shipments originating in ZIP Codes {first}-01 to {last}-99.  To determine zone,,
take the first three digits of the receiver's ZIP Code and refer to the chart below:,,

ZONES,,
Dest. ZIP,Ground,Next Day Air

"""
    return head + "\n".join(rows) + "\n\n\n" + notes + "\n"


def sheet(title: str, zones: str, rows: Iterable[str], kind: str = "Domestic", tail: str = "") -> str:
    lines = (
        ",,,,2010 Rates",
        f",{kind},,,",
        ",,,,",
        f",{title},,,",
        ",,,,",
        f",Zones,{zones}",
        *(f",{row}" for row in rows),
    )
    return "\n".join(lines) + "\n,,,,\n,DAILY RATES,,,\n" + tail


GROUND = sheet(
    "UPS Ground",
    "2.0,3.0,44,45.0,46.0",
    ("1 Lbs.,4.84,5.01,17.78,17.78,23.44", "2,4.97,5.28,19.87,19.87,25.54", "150,65.23,67.76,315.41,315.41,320.72",
     "Dimensional Weight of More Than 150 Lbs.,,,,,", "Price Per Pound,0.43,0.45,2.11,2.11,2.14"),
)  # fmt: skip
NEXT_DAY = sheet(
    "UPS Next Day Air",
    "102.0,103.0,124,125.0,126.0",
    ("Letter,15.8,18.75,27.45,27.45,29.5", "1 Lbs.,20.05,25.5,36.8,36.8,40", "2,22.05,28.3,40.3,40.3,44.05"),
)
EXPRESS = sheet(
    "UPS Worldwide Express",
    "81,601/631",
    ("Letter,32.8,34.35", "Pak 1 Lbs.,52.15,53.1", "1 Lbs.,55.2,60", "2,58,"),
    "Export",
    ",UPS Worldwide Express Shipments of More Than 150 Lbs.,,\n,Zones,81,601/631\n,Price Per Pound,3.52,3\n,,,3.88\n",
)
SHEETS = {"ground.csv": GROUND, "next.csv": NEXT_DAY, "express.csv": EXPRESS}


def charts_zip(path: Path, charts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in charts.items():
            packed.writestr(name, text)
    return path


def rates_folder(path: Path, sheets: dict[str, str]) -> Path:
    path.mkdir()
    for name, text in sheets.items():
        (path / name).write_text(text)
    return path
