"""How a brand shows itself, and where it sells. What cannot be read or is unsafe to show is refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

from django.db import transaction

from doorstep.core.accounts import looks, queries
from doorstep.core.accounts.queries import BrandDetails
from doorstep.core.events.actions import record
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.look import (
    CHANNEL_KINDS,
    LEAST_CONTRAST,
    MOST_LOGO_BYTES,
    TEXT_COLOURS,
    TextColour,
    contrast,
    is_colour,
    png_size,
    text_on,
)
from doorstep.domain.rights import Scope

MOST = {"postcode": 20, "returns_postcode": 20, "phone": 100, "support_phone": 100, "support_url": 500}  # characters
MOST_OTHERWISE = 200
LOOK = ("colour", "accent", "text_colour")
SENDER = ("company", "address_1", "address_2", "city", "postcode", "phone", "email")
RETURNS = (
    "returns_name", "returns_address_1", "returns_address_2", "returns_city", "returns_postcode", "returns_country",
)  # fmt: skip
SUPPORT = ("support_email", "support_phone", "support_url")
CHANGEABLE = ("name", *LOOK, *SENDER, *RETURNS, *SUPPORT)
_ADDRESS = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+")


def change_brand(scope: Scope, code: str, changes: Mapping[str, str], *, now: datetime) -> None:
    """Change some of the fields; an empty text colour chooses the one that is read better.

    Raises NotFound for a brand out of scope, Conflict for what cannot be.
    """
    brand = _brand(scope, code)
    said = {name: _clean(name, value) for name, value in changes.items()}
    if not said.keys() <= set(CHANGEABLE):
        raise Conflict(f"not a field to be changed: {', '.join(sorted(said.keys() - set(CHANGEABLE)))}")
    if said.keys() & set(LOOK):
        said |= _readable({name: said.get(name, getattr(brand, name)) for name in LOOK})
    with transaction.atomic():
        changed = looks.change_brand(brand.id, said)
        if changed:
            _tell(scope, brand, "BrandChanged", {"changed": list(changed)}, now)


def put_logo(scope: Scope, code: str, png: bytes, *, now: datetime) -> None:
    """Give the brand a picture: a PNG, and no SVG, for those may hold programs. Raises NotFound, Conflict."""
    brand = _brand(scope, code)
    if len(png) > MOST_LOGO_BYTES:
        raise Conflict(f"the logo is larger than {MOST_LOGO_BYTES // 1000} kB")
    try:
        width, height = png_size(png)
    except ValueError as why:
        raise Conflict(f"the logo {why}") from None
    with transaction.atomic():
        if looks.put_logo(brand.id, png, width, height):
            _tell(scope, brand, "BrandChanged", {"changed": ["logo"]}, now)


def remove_logo(scope: Scope, code: str, *, now: datetime) -> None:
    brand = _brand(scope, code)
    with transaction.atomic():
        if looks.remove_logo(brand.id):
            _tell(scope, brand, "BrandChanged", {"changed": ["logo"]}, now)


def add_channel(scope: Scope, brand_code: str, *, code: str, name: str, kind: str, now: datetime) -> None:
    """Add a place where the brand sells. Raises NotFound, Conflict."""
    brand = _brand(scope, brand_code)
    code, name = _clean("code", code), _clean("name", name)
    if not 0 < len(code) <= 100:
        raise Conflict("a channel has a code of 1 to 100 characters: orders name it")
    if kind not in CHANNEL_KINDS:
        raise Conflict(f"not a kind of channel: {kind or 'none'}")
    with transaction.atomic():
        looks.add_channel(brand.id, code, name or code, kind)
        _tell(scope, brand, "ChannelAdded", {"channel": code, "channel_kind": kind}, now)


def rename_channel(scope: Scope, brand_code: str, code: str, name: str, *, now: datetime) -> None:
    """Change what people read; the code stays, for orders name it. Raises NotFound, Conflict."""
    brand = _brand(scope, brand_code)
    name = _clean("name", name)
    if not name:
        raise Conflict("a channel needs a name")
    with transaction.atomic():
        renamed = looks.rename_channel(brand.id, code, name)
        if renamed is None:
            raise NotFound("no such channel")
        if renamed:
            _tell(scope, brand, "ChannelRenamed", {"channel": code}, now)


def _brand(scope: Scope, code: str) -> BrandDetails:
    if not scope.may("manage"):
        raise NotFound("nothing to manage")
    for brand in queries.brand_details(scope, code=code) if code else ():
        return brand
    raise NotFound("no such brand")


def _clean(name: str, value: str) -> str:
    """Give one line of text. Raises Conflict with the field's name in words."""
    value, words = value.strip(), name.replace("_", " ")
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in value):
        raise Conflict(f"{words}: is more than a line of text")
    most = MOST.get(name, MOST_OTHERWISE)
    if len(value) > most:
        raise Conflict(f"{words}: is longer than {most} characters")
    if value and not _fits(name, value):
        raise Conflict(f"{words}: {value} is not one")
    return value


def _fits(name: str, value: str) -> bool:
    match name:
        case "email" | "support_email":
            return _ADDRESS.fullmatch(value) is not None
        case "support_url":
            return _is_page(value)
        case "returns_country":
            return re.fullmatch("[A-Z]{2}", value) is not None
        case "colour" | "accent":
            return is_colour(value)
        case "text_colour":
            return value in TEXT_COLOURS
    return True


def _is_page(value: str) -> bool:
    """Whether it is an address that a page may link to: with another scheme a link could run a program."""
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", value)
    except ValueError:
        return False


def _readable(look: dict[str, str]) -> dict[str, str]:
    """Raise Conflict if the text cannot be read on one of the two colours, with the measure."""
    if not look["colour"] or not look["accent"]:
        raise Conflict("a colour is missing")
    text = cast(TextColour, look["text_colour"] or text_on(look["colour"]))
    for name in ("colour", "accent"):
        measured = contrast(look[name], text)
        if measured < LEAST_CONTRAST:
            raise Conflict(
                f"{text} text cannot be read on {look[name]}: its contrast is {measured:.1f}, and at least "
                f"{LEAST_CONTRAST} is needed; take {'black' if text == 'white' else 'white'} text or another colour"
            )
    return {**look, "text_colour": text}


def _tell(scope: Scope, brand: BrandDetails, kind: str, data: Mapping[str, Any], now: datetime) -> None:
    record(scope.operator, brand.id, kind=kind, subject=f"brand:{brand.id}", data=data, at=now, actor=scope.actor)
