"""OSRM's programs, fetched by pip because somebody asked for it by `doorstep roads install`.

They come in a wheel of the project's Python bindings, which are built for a newer Python than ours may be; the programs
in it need none. So the wheel is fetched and unpacked, not installed. Which index it comes from is pip's own setting.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from doorstep.plugins.maps.base import MapRefused
from doorstep.plugins.maps.osrm.executables import Executables, found

PACKAGE = "osrm-bindings"
WANTED = f"{PACKAGE}>=26.10,<27"
BUILT_FOR = "3.12"  # the oldest Python that the wheels are made for
KEPT = ("osrm/bin/", "osrm/share/", "osrm_bindings.libs/")
LICENCE = "licenses/"


def fetch(into: Path) -> Executables:
    """Fetch the wheel, unpack what is needed of it, and put it in place of what was there. Raises MapRefused."""
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{into.name}.", dir=into.parent) as made:
        aside = Path(made)
        wheel = _downloaded(aside)
        _unpack(wheel, aside / "unpacked")
        release = found(str(aside / "unpacked"), into).release()
        if not release.startswith("v"):
            raise MapRefused(f"what was fetched does not run here: {release[:100]}")
        _put_in_place(aside / "unpacked", into, aside / "former")
    return found(str(into), into)


def replaceable(folder: Path) -> bool:
    """Whether there is nothing, or programs of OSRM as they were fetched before."""
    if not folder.is_dir():
        return not folder.exists()
    return not any(folder.iterdir()) or (folder / KEPT[0]).is_dir()


def _downloaded(aside: Path) -> Path:
    words = ["download", "--no-deps", "--only-binary", ":all:", "--python-version", BUILT_FOR, "--dest", str(aside)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *words, WANTED],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    wheels = sorted(aside.glob("*.whl"))
    if done.returncode or not wheels:
        said = [line for line in done.stdout.splitlines() if "ERROR" in line or "No module" in line]
        raise MapRefused(f"pip does not get {PACKAGE}: {'; '.join(said[-2:])[:300] or 'it says nothing of why'}")
    return wheels[0]


def _unpack(wheel: Path, into: Path) -> None:
    with zipfile.ZipFile(wheel) as content:
        for name in content.namelist():
            if name.startswith(KEPT) or LICENCE in name:
                content.extract(name, into)  # extract keeps every name inside the folder
    for program in into.glob("osrm/bin/osrm-*"):
        program.chmod(0o755)


def _put_in_place(unpacked: Path, into: Path, former: Path) -> None:
    if into.exists():
        if not replaceable(into):
            raise MapRefused(f"{into} holds other files; move them away first")
        os.replace(into, former)
    try:
        os.replace(unpacked, into)
    except OSError:
        if former.exists():
            os.replace(former, into)
        raise
    shutil.rmtree(former, ignore_errors=True)
