"""Writes messages into a folder, for the demonstration and for looking at them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from doorstep.domain.letter import Carried, Letter
from doorstep.plugins.notifiers.base import email_of


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, and the address that its letters name as their sender."""

    path: Path
    sender: str = "no-reply@localhost"

    def send(self, letter: Letter) -> Carried:
        """A file named by the message's id: writing it again changes nothing."""
        name = re.sub(r"[^A-Za-z0-9.-]", "_", letter.message_id.strip("<>")) + ".eml"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            aside = self.path / f".{name}"
            aside.write_bytes(bytes(email_of(letter, self.sender)))
            os.replace(aside, self.path / name)
        except OSError as error:
            return Carried("later", str(error.strerror or error))
        return Carried("sent")
