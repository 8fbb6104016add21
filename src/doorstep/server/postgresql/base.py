"""A connection that lives longer than a request. Django looks here for it: the name of this module is Django's.

Django asks `SELECT 1` before the first statement of every request. A server that was stopped says so on the line, and a
look at that costs no journey; only who has heard nothing for a while has to ask, for a line may be cut in silence.
"""

from __future__ import annotations

import select
import time

from django.db.backends.postgresql import base

SILENCE_S = 5.0  # after it the server is asked


class DatabaseWrapper(base.DatabaseWrapper):
    heard_at = float("-inf")  # by the clock that never goes back

    def close_if_health_check_failed(self) -> None:
        """Close the connection if it is of no use any more; looked at once in a request, as Django does."""
        if self.connection is None or not self.health_check_enabled or self.health_check_done:  # type: ignore[attr-defined, has-type]
            return
        now = time.monotonic()
        if now - self.heard_at < SILENCE_S and self._quiet():
            self.health_check_done = True
        else:
            super().close_if_health_check_failed()
        self.heard_at = now

    def _quiet(self) -> bool:
        """Nothing waits to be read: a server that ends, or a line that was closed, would have left something there."""
        line = select.poll()
        line.register(self.connection.fileno(), select.POLLIN)
        return not line.poll(0)
