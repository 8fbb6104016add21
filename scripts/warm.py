"""Compile what the suite runs, once for all of its workers: `python scripts/warm.py`

The kernels of plans, quotes and promises in one process, those of rounds in another, the tests in a third. What is
compiled already is left alone. Without this, workers that begin together would each compile all of it.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOORSTEP = (sys.executable, "-m", "doorstep.cli.main")
SOME_LEFT = 3  # how a command ends that could not serve all
STOPS = """stop,latitude,longitude,service_seconds,window_from,window_to,weight_g
a,41.15,-8.61,120,08:00,12:00,4000
b,41.16,-8.62,120,,,6000
c,41.17,-8.60,60,,10:00,3000
d,41.14,-8.63,60,,,2000
"""
VEHICLES = """vehicle,depot_latitude,depot_longitude,capacity_g,shift_from,shift_to,cost_per_km,cost_per_hour,count
van,41.18,-8.66,10000,08:00,16:00,0.3,18,2
"""


def plans(folder: Path) -> list[str]:
    return [sys.executable, "-m", "doorstep.cli.warm_up", str(folder)]


def rounds(folder: Path) -> list[str]:
    stops, vehicles = folder / "stops.csv", folder / "vehicles.csv"
    stops.write_text(STOPS, encoding="utf-8")
    vehicles.write_text(VEHICLES, encoding="utf-8")
    asked = ["route", stops, "--vehicles", vehicles, "--seconds", 1, "--out", folder / "rounds"]
    return [*DOORSTEP, *map(str, asked)]


def tests(_folder: Path) -> list[str]:
    return [sys.executable, "-m", "pytest", "--collect-only", "-qq"]


def cold() -> list[Callable[[Path], list[str]]]:
    """What there is to compile."""
    import doorstep.flows.warm_up  # noqa: F401, of whose kernels is asked whether they are compiled
    from doorstep.cli.first_run import must_compile

    kernels = [plans, rounds] if must_compile() else []
    return kernels if any(ROOT.glob("tests/__pycache__/*-pytest-*.pyc")) else [*kernels, tests]


def main() -> int:
    with tempfile.TemporaryDirectory() as made:
        begun = [
            subprocess.Popen(words(Path(made)), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            for words in cold()
        ]
        codes = [one.wait() for one in begun]
    return int(any(code not in (0, SOME_LEFT) for code in codes))


if __name__ == "__main__":
    sys.exit(main())
