"""What stands on a label, and on a manifest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorstep.domain.travel import Party

MOST_TRACKING = 40  # characters of which a code can still be scanned on a label of this width


@dataclass(frozen=True, slots=True)
class LabelSheet:
    reference: str  # the parcel's code
    number: int
    of: int
    carrier: str
    service: str
    routing: str
    tracking: str
    sscc: str  # empty: the operator has no company prefix of GS1
    weight_g: int
    sender: Party
    returns: Party
    receiver: Party
    pickup_point: str = ""
    logo: bytes | None = None  # PNG

    @property
    def weight(self) -> str:
        return f"{self.weight_g / 1000:.2f} kg"

    @property
    def piece(self) -> str:
        return f"Parcel {self.number} of {self.of}"

    @property
    def words(self) -> Iterator[str]:
        """What is written by people, who may use any letters."""
        for party in (self.receiver, self.sender, self.returns):
            yield from lines_of(party)
        yield from (self.carrier, self.service, self.pickup_point)

    @property
    def has_code(self) -> bool:
        """Whether the tracking number can stand as Code 128, which knows ASCII only."""
        plain = self.tracking.isascii() and self.tracking.isprintable()
        return plain and 0 < len(self.tracking) <= MOST_TRACKING


def lines_of(party: Party) -> Iterator[str]:
    """Write an address, empty parts left out."""
    country = party.country
    town = " ".join(part for part in (party.postcode, party.city) if part)
    for line in (party.name, party.company, party.address_1, party.address_2, town, party.region, country):
        text = " ".join(line.split())
        if text:
            yield text


def spaced_sscc(sscc: str) -> str:
    """Write an SSCC for people, its application identifier in brackets."""
    return f"(00) {sscc[:1]} {sscc[1:8]} {sscc[8:17]} {sscc[17:]}"
