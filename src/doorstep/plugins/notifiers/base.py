"""What every notifier does, and how a letter becomes an e-mail."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Protocol

from doorstep.domain.letter import Carried, Letter

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class Notifier(Protocol):
    """Carries letters."""

    def send(self, letter: Letter) -> Carried:
        """Send once; never raise for what the other side does."""
        ...


def is_address(text: str) -> bool:
    """Whether it is one plain address: no name, no list, nothing that could end a header."""
    return _ADDRESS.fullmatch(text) is not None


def email_of(letter: Letter, sender: str) -> EmailMessage:
    """Write the letter as an e-mail. Names cannot add headers: what is no printable text becomes a space."""
    user, _, domain = sender.partition("@")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(_one_line(letter.sender_name), user, domain)
    mail["To"] = letter.to
    if is_address(letter.reply_to):
        mail["Reply-To"] = letter.reply_to
    mail["Subject"] = _one_line(letter.subject)
    mail["Message-ID"] = letter.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    return mail


def _one_line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:200]
