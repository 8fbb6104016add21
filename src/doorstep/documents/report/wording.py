"""Numbers and dates as people read them."""

from __future__ import annotations

from datetime import date

from doorstep.domain.catalog import Carton
from doorstep.domain.clock import DAY_NAMES
from doorstep.domain.money import Currency
from doorstep.domain.units import PPM

MINUS = "\N{MINUS SIGN}"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def count(number: int) -> str:
    return f"{number:,}".replace("-", MINUS)


def counted(number: int, noun: str) -> str:
    return f"{count(number)} {noun}" if number == 1 else f"{count(number)} {noun}s"


def amount(currency: Currency, minor: int) -> str:
    """An amount with its currency: `12,345.67 EUR`."""
    whole, point, part = currency.text(abs(minor)).partition(".")
    return f"{MINUS if minor < 0 else ''}{int(whole):,}{point}{part} {currency.code}"


def change(currency: Currency, minor: int) -> str:
    """An amount with its sign always shown."""
    return ("+" if minor > 0 else "") + amount(currency, minor)


def percent(share: float, digits: int = 1) -> str:
    return f"{decimal(share * 100, digits)} %"


def percent_ppm(ppm: int) -> str:
    return percent(ppm / PPM)


def decimal(number: float, digits: int = 2) -> str:
    return f"{number:z,.{digits}f}".replace("-", MINUS)


def day(when: date) -> str:
    return f"{DAY_NAMES[when.weekday()]} {when.day} {_MONTHS[when.month - 1]} {when.year}"


def day_of(text: str) -> str:
    """A date of the command line as people read it; anything else as it is."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def sizes(size_mm: tuple[int, int, int]) -> str:
    return " × ".join(map(count, size_mm)) + " mm"


def inside(carton: Carton) -> str:
    """How large a carton is inside; a mailer is flat until it is filled."""
    length, width, thick = carton.inner_mm
    if carton.mailer:
        return f"{count(length)} × {count(width)} mm flat, up to {count(thick)} mm thick"
    return sizes(carton.inner_mm)


def weight(weight_g: int) -> str:
    return f"{count(weight_g)} g" if weight_g < 1000 else f"{weight_g / 1000:,.2f} kg"
