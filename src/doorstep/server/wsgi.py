from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.server.settings")
application = get_wsgi_application()

from doorstep.core.events import actions  # noqa: E402  # tables are known from here on
from doorstep.server import metrics, traces  # noqa: E402

actions.WATCHERS.append(metrics.recorded)
traces.begin()
