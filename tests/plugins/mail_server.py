"""A mail server on this machine that behaves as it is told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiosmtpd.controller import Controller

from doorstep.plugins.notifiers.smtp.notifier import Smtp

Mood = Literal["kind", "greylists", "refuses", "cuts", "busy_after_data"]


@dataclass
class Handler:
    mood: Mood = "kind"
    taken: list[bytes] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        del server, session, options
        if self.mood == "greylists":
            return "451 4.7.1 come back later"
        if self.mood == "refuses":
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        del session
        if self.mood == "busy_after_data":
            return "452 4.3.1 full"
        self.taken.append(envelope.content)
        if self.mood == "cuts":
            server.transport.abort()
            await asyncio.sleep(0)
        return "250 OK"


class AnyPort(Controller):
    """Listens where the system has room, and makes its trial connection there."""

    def chosen(self) -> int:
        server: Any = self.server
        return int(server.sockets[0].getsockname()[1])

    def _trigger_server(self) -> None:
        with socket.create_connection(("127.0.0.1", self.chosen()), 5) as trial:
            trial.recv(1_000)


@contextmanager
def mail_server(mood: Mood = "kind") -> Iterator[tuple[Handler, Smtp]]:
    handler = Handler(mood)
    controller = AnyPort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        port = controller.chosen()
        yield handler, Smtp("127.0.0.1", port, "post@shop.example", tls="none", timeout_s=5)
    finally:
        controller.stop(no_assert=True)
