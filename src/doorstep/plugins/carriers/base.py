"""What every carrier is to Doorstep: labels bought and voided, manifests closed, scans told.

A plug-in keeps three things apart: `messages.py` translates and does nothing else, `client.py` talks, `carrier.py` says
what the carrier can do and joins the two. It knows the domain, and neither the record nor another plug-in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from doorstep.domain.errors import Conflict
from doorstep.domain.travel import Party, Scan

LONGEST = {"label": 100, "tracking": 80, "routing": 60}  # characters, as they are kept


class CarrierRefused(Conflict):
    """The carrier has understood and says no; asking again would not help."""

    code = "carrier_refused"


class CarrierUnreachable(Conflict):
    """There was no answer, or none that can be believed: what was asked may have been done or not."""

    code = "carrier_unreachable"


class HookRefused(Conflict):
    """A message that is not the carrier's, or too old to be believed."""

    code = "hook_refused"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a plug-in is opened with. The secrets come from the environment of the process and are kept nowhere."""

    base_url: str = ""
    api_key: str = ""
    hook_secret: str = ""
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a carrier can do. What it cannot is not asked of it."""

    name: str
    online: bool  # has an API; without one, labels are made here and scans entered by hand
    pushes_scans: bool  # by webhook
    answers_scans: bool  # when asked for them
    takes_manifests: bool  # wants to be told what was handed over
    keeps_keys: bool = True  # the same key asked twice is one label; without, what was sold is found by it at least
    return_labels: bool = False  # sells labels for what goes back, and carries it without a manifest


@dataclass(frozen=True, slots=True)
class LabelWanted:
    """A label to be bought. The same `key` asked twice is the same label."""

    key: str
    reference: str  # the parcel's code
    service: str
    sender: Party
    receiver: Party
    weight_g: int
    size_mm: tuple[int, int, int] | None
    sscc: str = ""
    pickup_point: str = ""
    safe_place: str = ""
    signature: bool = False
    back: bool = False  # a return: from the shopper; asked only of carriers that make return labels


@dataclass(frozen=True, slots=True)
class LabelSold:
    """A label that the carrier has sold; `label` is how the carrier names it.

    Raises CarrierUnreachable for names that no carrier gives: such an answer cannot be believed.
    """

    label: str
    tracking: str
    routing: str = ""

    def __post_init__(self) -> None:
        for name, most in LONGEST.items():
            if len(getattr(self, name)) > most:
                raise CarrierUnreachable(f"the carrier answers with a {name} of more than {most} characters")


@dataclass(frozen=True, slots=True)
class Handover:
    """What is handed over at once: to a driver who collects, or at the carrier's counter."""

    key: str
    manifest: str
    at: datetime
    labels: tuple[str, ...]
    dropped_off: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """An event of a message that cannot be read: as the carrier wrote it, and why not."""

    raw: str
    why: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a carrier's message says; one event that cannot be read keeps none of the others back."""

    scans: tuple[Scan, ...]
    unread: tuple[Unread, ...] = ()


class Carrier(Protocol):
    """Every method may raise CarrierRefused or CarrierUnreachable, and is safe to be called again."""

    @property
    def capabilities(self) -> Capabilities: ...

    def buy(self, wanted: LabelWanted) -> LabelSold:
        """Buy a label; the same key again gives the same label and costs nothing, if the carrier keeps keys."""
        ...

    def find(self, key: str) -> LabelSold | None:
        """Say what became of a key; None: no label was ever sold for it."""
        ...

    def void(self, label: str) -> None:
        """Give a label back; one that is void already stays so."""
        ...

    def close(self, handover: Handover) -> str:
        """Tell what was handed over; gives the carrier's own number of it."""
        ...

    def scans(self, tracking: Sequence[str]) -> tuple[Scan, ...]:
        """All scans of these numbers, as far as the carrier answers such questions."""
        ...

    def read_hook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Message:
        """Check who sent a message, and read its events one by one.

        Raises HookRefused, and ValueError where no events can be told apart.
        """
        ...

    def read_event(self, raw: str) -> Scan:
        """Read an event of a message that was kept as it came; nobody is asked who sent it. Raises ValueError."""
        ...


class Make(Protocol):
    """What an entry point of the group `doorstep.carriers` names."""

    def __call__(self, settings: Settings) -> Carrier: ...
