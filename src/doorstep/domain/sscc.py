"""The serial shipping container code of GS1: 18 digits that name one parcel in the whole world.

Extension digit, company prefix, serial reference, check digit (GS1 General Specifications, 3.3.1 and 7.9.1).
"""

from __future__ import annotations

LENGTH = 18
LEAST_PREFIX, MOST_PREFIX = 4, 12


def check_digit(digits: str) -> int:
    """From the right every other digit counts three times; what is missing to a full ten is the check digit."""
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return -weighted % 10


def sscc(company_prefix: str, serial: int, extension: int = 0) -> str:
    """Build the code. Raises ValueError for a prefix that is none, and when the serial numbers are used up."""
    if not (
        company_prefix.isascii() and company_prefix.isdecimal() and LEAST_PREFIX <= len(company_prefix) <= MOST_PREFIX
    ):
        raise ValueError(f"a company prefix of GS1 has {LEAST_PREFIX} to {MOST_PREFIX} digits")
    width = LENGTH - 2 - len(company_prefix)
    if not 0 <= serial < 10**width:
        raise ValueError("the serial numbers of this company prefix are used up")
    digits = f"{extension}{company_prefix}{serial:0{width}d}"
    return f"{digits}{check_digit(digits)}"


def is_sscc(text: str) -> bool:
    plain = len(text) == LENGTH and text.isascii() and text.isdecimal()
    return plain and check_digit(text[:-1]) == int(text[-1])


def read_scanned(text: str) -> str:
    """Take off what a scanner sends before an SSCC: the symbology, the application identifier `00`, brackets."""
    bare = text.strip().removeprefix("]C1").removeprefix("(00)")
    if len(bare) == LENGTH + 2 and bare.startswith("00") and is_sscc(bare[2:]):
        return bare[2:]
    return bare
