"""Sends messages by SMTP, and knows when it does not know whether one was taken."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from doorstep.domain.letter import Carried, Letter
from doorstep.plugins.notifiers.base import email_of, is_address

Tls = Literal["starttls", "implicit", "none"]
TLS: tuple[Tls, ...] = ("starttls", "implicit", "none")


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server, and who we are to it."""

    host: str
    port: int
    sender: str
    tls: Tls = "starttls"
    user: str = ""
    password: str = ""
    timeout_s: float = 30.0

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Smtp:
        """Read DOORSTEP_SMTP_HOST, _PORT, _TLS, _USER, _PASSWORD and DOORSTEP_MAIL_FROM. Raises ValueError."""
        tls = environment.get("DOORSTEP_SMTP_TLS", "starttls")
        sender = environment.get("DOORSTEP_MAIL_FROM", "")
        if tls not in TLS:
            raise ValueError(f"DOORSTEP_SMTP_TLS is {' or '.join(TLS)}")
        if not is_address(sender):
            raise ValueError("DOORSTEP_MAIL_FROM is the address that messages come from")
        port = environment.get("DOORSTEP_SMTP_PORT") or {"starttls": "587", "implicit": "465", "none": "25"}[tls]
        return cls(
            environment["DOORSTEP_SMTP_HOST"],
            int(port),
            sender,
            tls,
            environment.get("DOORSTEP_SMTP_USER", ""),
            environment.get("DOORSTEP_SMTP_PASSWORD", ""),
        )

    def send(self, letter: Letter) -> Carried:
        """Say `unknown` only when the whole message was given and no answer to it came."""
        content = bytes(email_of(letter, self.sender))
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            return _refused(error)
        try:
            return self._given(server, letter.to, content)
        finally:
            server.close()  # not `quit`: what came after the answer would change nothing

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_s, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout_s)
        try:
            if self.tls == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
            server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server

    def _given(self, server: smtplib.SMTP, to: str, content: bytes) -> Carried:
        try:
            for code, said in (server.mail(self.sender), server.rcpt(to)):
                if code >= 400:
                    return _answer(code, said)
        except (OSError, smtplib.SMTPException) as error:
            return _refused(error)
        try:
            return _answer(*server.data(content))
        except smtplib.SMTPDataError as error:  # it would not have the message at all
            return _answer(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            return Carried("unknown", f"the connection ended after the message was given: {type(error).__name__}")


def _answer(code: int, said: bytes | str) -> Carried:
    why = f"{code} {said.decode('ascii', 'replace') if isinstance(said, bytes) else said}"[:300]
    if 200 <= code < 300:
        return Carried("sent")
    return Carried("refused" if code >= 500 else "later", why)


def _refused(error: Exception) -> Carried:
    """Before the message itself was given nothing can have been taken; our own log-in is no fault of the letter."""
    return Carried("later", f"{type(error).__name__}: {error}"[:300])
