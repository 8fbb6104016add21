"""What a contract about volumes says, in words."""

from __future__ import annotations

from doorstep.domain.commitment import REBATE_KINDS, Commitment, Tier
from doorstep.domain.units import MICROS
from doorstep.web.templatetags.words import in_digits, percentage, rate


def terms_of(one: Commitment, currency: str) -> tuple[str, ...]:
    """Say the tiers, one a line, and what is paid once."""
    found = [f"{_volume(one, tier, currency)}: {_amount(one, tier, currency)}" for tier in one.tiers]
    if one.last_volume_micros is not None:
        found.append(f"the period before: {_counted(one, one.last_volume_micros, currency)}")
    if one.fixed_micros:
        found.append(f"once: {rate(one.fixed_micros, currency)} {currency}")
    return tuple(found)


def _volume(one: Commitment, tier: Tier, currency: str) -> str:
    word = "from" if one.kind in REBATE_KINDS else "short of" if one.kind == "minimum" else "over"
    if one.of_last_period:
        return f"{word} {percentage(tier.from_volume_micros)} of the period before"
    return f"{word} {_counted(one, tier.from_volume_micros, currency)}"


def _counted(one: Commitment, micros: int, currency: str) -> str:
    if one.measure == "spend":
        return f"{rate(micros, currency)} {currency}"
    return f"{in_digits(micros)} parcel{'' if micros == MICROS else 's'}"


def _amount(one: Commitment, tier: Tier, currency: str) -> str:
    if one.refuses:
        return "takes no more"
    back = " back" if one.kind in REBATE_KINDS else ""
    if one.per == "spend":
        return f"{percentage(tier.amount_micros)} of spend{back}"
    return f"{rate(tier.amount_micros, currency)} {currency} a parcel{back}"
