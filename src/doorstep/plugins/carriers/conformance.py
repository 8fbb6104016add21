"""What every carrier plug-in must do. Whoever writes one derives a class of tests from this, and pytest runs it:

class TestMine(CarrierConformance):
    @pytest.fixture
    def carrier(self) -> Carrier: ...
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from doorstep.domain.travel import Party
from doorstep.plugins.carriers.base import Carrier, CarrierRefused, Handover, HookRefused, LabelWanted

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
PARTY = Party("Ann", "", "Ring 1", "", "80331", "Munich", "BY", "DE")
WANTED = LabelWanted(
    key="conformance-1",
    reference="C-1-1",
    service="standard",
    sender=PARTY,
    receiver=replace(PARTY, name="Zoë Ødegård-Łukasiewicz 王小明", postcode="10115", city="Berlin"),
    weight_g=800,
    size_mm=(200, 150, 80),
    sscc="340123450000000017",
)


class CarrierConformance:
    """Needs a fixture `carrier`, freshly opened: nothing of the keys used here has been sold."""

    def test_it_says_what_it_can_do(self, carrier: Carrier) -> None:
        assert carrier.capabilities.name

    def test_a_key_asked_twice_is_one_label(self, carrier: Carrier) -> None:
        sold = carrier.buy(WANTED)
        assert sold.label
        assert sold.tracking
        assert carrier.buy(WANTED) == sold

    def test_other_keys_are_other_labels(self, carrier: Carrier) -> None:
        numbers = {
            carrier.buy(replace(WANTED, key=f"conformance-{n}", sscc=sscc)).tracking
            for n, sscc in ((1, WANTED.sscc), (2, "340123450000000024"))
        }
        assert len(numbers) == 2

    def test_a_label_for_a_return_is_sold_once_too_or_refused(self, carrier: Carrier) -> None:
        back = replace(WANTED, key="conformance-back", sender=WANTED.receiver, receiver=WANTED.sender, back=True)
        if not carrier.capabilities.return_labels:
            try:
                carrier.buy(back)
            except CarrierRefused:
                return
            raise AssertionError("a return was sold a label by a carrier that says it makes none")
        sold = carrier.buy(back)
        assert sold.tracking
        assert carrier.buy(back) == sold
        assert carrier.find(back.key) == (sold if carrier.capabilities.online else None)

    def test_what_became_of_a_key_is_told(self, carrier: Carrier) -> None:
        assert carrier.find("never asked for") is None
        sold = carrier.buy(WANTED)
        assert carrier.find(WANTED.key) == (sold if carrier.capabilities.online else None)

    def test_a_label_is_given_back_and_stays_so(self, carrier: Carrier) -> None:
        sold = carrier.buy(WANTED)
        carrier.void(sold.label)
        carrier.void(sold.label)

    def test_a_handover_told_twice_is_one(self, carrier: Carrier) -> None:
        sold = carrier.buy(WANTED)
        handover = Handover("conformance-m", "M-1", NOW, (sold.label,))
        number = carrier.close(handover)
        assert number
        assert carrier.close(handover) == number

    def test_scans_are_those_of_the_numbers_asked_for(self, carrier: Carrier) -> None:
        sold = carrier.buy(WANTED)
        assert {scan.tracking for scan in carrier.scans([sold.tracking, "unknown"])} <= {sold.tracking}

    def test_a_message_of_nobody_is_refused(self, carrier: Carrier) -> None:
        assert refused(carrier, {})
        signed = {"webhook-id": "1", "webhook-timestamp": str(int(NOW.timestamp())), "webhook-signature": "v1,AAAA"}
        assert refused(carrier, signed)

    def test_a_parcel_that_cannot_travel_is_refused(self, carrier: Carrier) -> None:
        if carrier.capabilities.online:
            try:
                carrier.buy(replace(WANTED, key="conformance-heavy", weight_g=5_000_000))
            except CarrierRefused:
                return
            raise AssertionError("a parcel of five tonnes was sold a label")


def refused(carrier: Carrier, headers: Mapping[str, str]) -> bool:
    try:
        carrier.read_hook(headers, b'{"scans": []}', NOW)
    except HookRefused:
        return True
    return False
