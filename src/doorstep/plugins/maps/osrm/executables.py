"""Where OSRM's own programs are on this machine, and what they say when they fail."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from doorstep.plugins.maps.base import MapRefused

ENDING = ".exe" if os.name == "nt" else ""
INSIDE = ("", "bin", "osrm/bin")  # of a folder that somebody names: the programs, a build of OSRM, an unpacked wheel
PROFILES = ("share/profiles", "profiles", "share/osrm/profiles", "osrm/share/profiles")
MISSING = (
    "OSRM is not on this machine: `doorstep roads install` fetches it, or DOORSTEP_OSRM names the folder that holds"
    " osrm-routed"
)


@dataclass(frozen=True, slots=True)
class Executables:
    """The folder of OSRM's programs."""

    folder: Path

    def program(self, name: str) -> Path:
        """Raise MapRefused if there is no such program; one that was unpacked without its right to run is given it."""
        path = self.folder / f"osrm-{name}{ENDING}"
        if not path.is_file():
            raise MapRefused(f"there is no {path.name} in {self.folder}")
        if not os.access(path, os.X_OK):
            path.chmod(path.stat().st_mode | 0o111)
        return path

    def profile(self, name: str) -> Path:
        """Give the file of a profile: a path as it is, else one that came with the programs."""
        if name.endswith(".lua"):
            path = Path(name)
            if not path.is_file():
                raise MapRefused(f"there is no profile {name}")
            return path
        above = (self.folder.parent, self.folder, self.folder.parent.parent)
        folders = [one / inside for one in above for inside in PROFILES]
        for folder in folders:
            if (folder / f"{name}.lua").is_file() and name.isalnum():
                return folder / f"{name}.lua"
        known = sorted({one.stem for folder in folders for one in folder.glob("*.lua") if "bot" not in one.stem})
        raise MapRefused(f"OSRM has no profile {name}; it has {', '.join(known) or 'none: name a .lua file'}")

    def release(self) -> str:
        """What osrm-routed calls itself, as v26.10.0."""
        return self.run("routed", "--version").strip()

    def run(self, name: str, *words: str, folder: Path | None = None) -> str:
        """Run a program to its end and give what it printed. Raises MapRefused with its last words."""
        try:
            done = subprocess.run(
                [str(self.program(name)), *words],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError as error:
            raise MapRefused(f"osrm-{name} does not run here: {error.strerror}") from error
        if done.returncode:
            raise MapRefused(f"osrm-{name} failed: {last_words(done.stdout) or f'exit code {done.returncode}'}")
        return done.stdout


def found(named: str, installed: Path) -> Executables:
    """Look in the folder that was named; else where `doorstep roads install` puts them; else on PATH."""
    for folder in [Path(named)] if named else [installed]:
        for inside in INSIDE:
            if (folder / inside / f"osrm-routed{ENDING}").is_file():
                return Executables((folder / inside).resolve())
    if named:
        raise MapRefused(f"DOORSTEP_OSRM names {named}, where no osrm-routed is")
    on_path = shutil.which("osrm-routed")
    if on_path is None:
        raise MapRefused(MISSING)
    return Executables(Path(on_path).resolve().parent)


def last_words(log: str) -> str:
    """What a program complained of: its last errors, else its last line, without the time before each."""
    lines = [line.split("] ", 1)[-1].strip() for line in log.splitlines() if line.strip()]
    complaints = [line for line in lines if line.startswith(("[error]", "what():", "terminate"))]
    chosen = [line for line in complaints if line.startswith(("[error]", "what():"))] or complaints or lines
    return "; ".join(line.removeprefix("[error]").removeprefix("what():").strip() for line in chosen[-2:])[:300]
