"""A connection that lives longer than a request. Django looks here for it: the name of this module is Django's.

Django asks `SELECT 1` before the first statement of every request. A server that was stopped says so on the line, and a
look at that costs no journey; only who has heard nothing for a while has to ask, for a line may be cut in silence.
"""

from __future__ import annotations

import select
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.backends.postgresql import base

from doorstep.server.clock import now

SILENCE = timedelta(seconds=5)  # after it the server is asked


class DatabaseWrapper(base.DatabaseWrapper):
    heard_at = datetime.min.replace(tzinfo=UTC)

    def close_if_health_check_failed(self) -> None:
        """Close the connection if it is of no use any more; looked at once in a request, as Django does."""
        if self.connection is None or not self.health_check_enabled or self.health_check_done:  # type: ignore[attr-defined, has-type]
            return
        at = now()
        if abs(at - self.heard_at) < SILENCE and self._quiet():
            self.health_check_done = True
        else:
            super().close_if_health_check_failed()
        self.heard_at = at

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except Exception as error:
            from doorstep.server.metrics import unconnected

            unconnected(error)
            raise

    def _quiet(self) -> bool:
        """Nothing waits to be read: a server that ends, or a line that was closed, would have left something there."""
        if self.connection.closed:
            return False
        line = select.poll()
        line.register(self.connection.fileno(), select.POLLIN)
        return not line.poll(0)
