"""Settings of the suite: plain HTTP, no home folder, a key of its own."""

from __future__ import annotations

import os

os.environ.setdefault("DOORSTEP_PLAIN_HTTP", "1")
os.environ.setdefault("DOORSTEP_SECRET_KEY", "of the suite alone, and of nothing else in the whole world")

from doorstep.server.settings import *  # noqa: F403

ALLOWED_HOSTS = ["*"]
WHITENOISE_AUTOREFRESH = True
