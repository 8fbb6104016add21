"""Settings of the suite: plain HTTP, no home folder, a key of its own, passwords that cost little."""

from __future__ import annotations

import os

os.environ.setdefault("DOORSTEP_PLAIN_HTTP", "1")
os.environ.setdefault("DOORSTEP_SECRET_KEY", "of the suite alone, and of nothing else in the whole world")

os.environ.setdefault("DOORSTEP_RATE", "0")  # a suite asks as often as it can

from doorstep.server.settings import *  # noqa: F403

ALLOWED_HOSTS = ["*"]
WHITENOISE_AUTOREFRESH = True
# Argon2 as in the server's settings, and as cheap as it can be had: a log-in is not to wait a quarter of a second here.
PASSWORD_HASHERS = ["tests.hashing.QuickArgon2"]
