"""A process between us and a server: it ends the server when we end, however that comes about.

Run as a script, with the words of the server's command. It holds the other end of a pipe from us; where we are killed
the pipe closes, and nothing is left behind. It loads nothing but the standard library, so that it starts at once.
"""

from __future__ import annotations

import subprocess
import sys
from threading import Thread

PATIENCE_S = 3.0


def main(words: list[str]) -> int:
    server = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=sys.stderr)  # our own output is the pid alone
    print(server.pid, flush=True)
    Thread(target=_end_with_us, args=(server,), daemon=True).start()
    return abs(server.wait())


def _end_with_us(server: subprocess.Popen[bytes]) -> None:
    sys.stdin.buffer.read()
    server.terminate()
    try:
        server.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        server.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
