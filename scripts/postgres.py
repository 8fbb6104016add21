"""Run a command with a real PostgreSQL: `python scripts/postgres.py COMMAND...`

The command finds the database in DOORSTEP_DATABASE. It is that of PG_DSN if set; else a cluster made for this command
alone, on 127.0.0.1, and removed when it ends. PostgreSQL is installed from the system's packages if it is not there.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
TOOLS = ("initdb", "pg_ctl", "postgres")
ATTEMPTS = 5  # another program may take the port between our asking and our using it
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
USER, NAME = "doorstep", "postgres"
MISSING = "PostgreSQL is needed here: install it (initdb and pg_ctl), or name a running one in PG_DSN."


def find() -> Path | None:
    """The folder of initdb and pg_ctl: on the PATH, else the newest of where systems put it."""
    found = [Path(path).resolve().parent for path in [shutil.which("pg_ctl")] if path]
    for pattern in PLACES:
        found += sorted(Path("/").glob(pattern.lstrip("/")), key=version, reverse=True)
    return next((folder for folder in found if all((folder / tool).exists() for tool in TOOLS)), None)


def version(folder: Path) -> tuple[int, ...]:
    digits = "".join(letter if letter.isdigit() else " " for letter in folder.parent.name)
    return tuple(int(part) for part in digits.split())


def install() -> None:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        sys.exit(MISSING)
    # What is told goes to stderr: stdout is the command's.
    subprocess.run(["apt-get", "update", "-qq"], check=True, stdout=sys.stderr)
    quiet = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "postgresql"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(quiet, check=True, stdout=sys.stderr, env=environment)


def as_owner() -> list[str]:
    """How to become somebody other than root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return []
    if shutil.which("runuser"):
        return ["runuser", "-u", "postgres", "--"]
    if shutil.which("setpriv"):
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    sys.exit("PostgreSQL does not run as root, and there is neither runuser nor setpriv to become another user.")


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    # A session of its own: Ctrl-C at the terminal is for us to pass on, and must not reach the server first.
    # Output into a file: the server inherits it, and a pipe would stay open as long as the server runs.
    with (folder.parent / "said").open("a+") as said:
        said.truncate(0)
        done = subprocess.run(
            [*as_owner(), *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd=folder,
            start_new_session=True,
            text=True,
            check=False,
        )
        said.seek(0)
        done.stdout = said.read()
    return done


@contextmanager
def cluster(tools: Path) -> Iterator[str]:
    """Make a cluster, start it and give its address; stop and remove it in any case."""
    home = Path(tempfile.mkdtemp(prefix="doorstep-postgres-"))
    folder = home / "cluster"
    try:
        home.chmod(0o755)
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={USER}"]
        made = run(tools / "initdb", "-D", data, *options, folder=folder)
        if made.returncode:
            sys.exit(f"No cluster could be made:\n{made.stdout}")
        yield start(tools, data, folder)
    finally:
        for name in STOPPING:
            signal.signal(name, signal.SIG_IGN)  # impatience must not leave a server behind
        if (folder / "data" / "postmaster.pid").exists():
            run(tools / "pg_ctl", "stop", "-D", folder / "data", "-m", "immediate", "-w", folder=folder)
        shutil.rmtree(home, ignore_errors=True)


def start(tools: Path, data: Path, folder: Path) -> str:
    log = folder / "log"
    for _ in range(ATTEMPTS):
        port = free_port()
        # Durable as in real life (fsync stays on): what a commit promises is what the tests rely upon.
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c max_connections=200"
        started = run(tools / "pg_ctl", "start", "-D", data, "-l", log, "-w", "-t", "60", "-o", options, folder=folder)
        if not started.returncode:
            return f"postgresql://{USER}@127.0.0.1:{port}/{NAME}"
    sys.exit(f"PostgreSQL does not start:\n{started.stdout}{log.read_text() if log.exists() else ''}")


def call(command: list[str], address: str) -> int:
    """Run the command; Ctrl-C and SIGTERM are passed on to it, and it is waited for."""
    child = subprocess.Popen(command, env=os.environ | {"DOORSTEP_DATABASE": address})
    while True:
        try:
            code = child.wait()
            return 128 - code if code < 0 else code
        except KeyboardInterrupt:
            if stopped_by is signal.SIGINT and sys.stdin.isatty():
                continue  # the terminal has sent Ctrl-C to the child as well
            with suppress(ProcessLookupError):
                child.send_signal(stopped_by or signal.SIGINT)


stopped_by: signal.Signals | None = None


def stop(number: int, _frame: FrameType | None) -> None:
    global stopped_by
    stopped_by = signal.Signals(number)
    raise KeyboardInterrupt


def main(command: list[str]) -> int:
    if not command:
        sys.exit(__doc__)
    if shutil.which(command[0]) is None:
        sys.exit(f"There is no command {command[0]}.")
    given = os.environ.get("PG_DSN")
    if given:
        return call(command, given)
    if find() is None:
        install()
    tools = find()
    if tools is None:
        sys.exit(MISSING)
    with cluster(tools) as address:
        return call(command, address)


if __name__ == "__main__":
    for name in STOPPING:
        signal.signal(name, stop)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
