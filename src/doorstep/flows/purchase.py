"""What labels have in common, whichever way their parcel goes: sold once for a key, however often it is asked."""

from __future__ import annotations

from datetime import timedelta

from doorstep.plugins.carriers.base import Carrier, CarrierRefused, LabelSold, LabelWanted

SWEPT_AFTER = timedelta(seconds=60)  # an intent younger than this is probably being worked on


def sold_once(carrier: Carrier, wanted: LabelWanted, *, first: bool = False) -> LabelSold:
    """Buy a label; a carrier that refuses because it has sold it already, on other scales, is asked what it was.

    `first`: nobody has asked with this key before. Else a carrier that keeps no keys, and sells another label whenever
    it is asked, is asked what it has sold; whoever calls sees to it that no other call is under way.
    Raises CarrierRefused, CarrierUnreachable.
    """
    if not first and not carrier.capabilities.keeps_keys:
        before = carrier.find(wanted.key)
        if before is not None:
            return before
    try:
        return carrier.buy(wanted)
    except CarrierRefused:
        already = carrier.find(wanted.key)
        if already is None:
            raise
        return already
