"""`doorstep tariffs import ...`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.options import AsJson, Force
from doorstep.cli.terminal import bars, out

if TYPE_CHECKING:
    from doorstep.files.importers.tariff_folder import TariffImport

layouts = typer.Typer(no_args_is_help=True, help="Turn a carrier's published prices into a tariff.")


def zip_area(text: str) -> str:
    if not re.fullmatch(r"[0-9]{3}(?:[0-9]{2}(?:-?[0-9]{4})?)?", text):
        raise typer.BadParameter(f"{text!r} is not a ZIP code, nor its first three digits")
    return text


def country_code(text: str) -> str:
    from doorstep.files.codes import COUNTRIES

    if text not in COUNTRIES:
        raise typer.BadParameter(f"{text!r} is not a country code of ISO 3166-1 such as DE")
    return text


def exchange_rate(text: str) -> str:
    from doorstep.files.codes import CURRENCIES

    currency, _, rate = text.partition("=")
    if currency not in CURRENCIES or not re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{1,6})?", rate):
        raise typer.BadParameter(f"{text!r} is not a currency and its worth, such as GBP=1.17")
    return text


Out = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="The tariff to write.")]
Zips = Annotated[
    list[str] | None,
    typer.Option("--origin", metavar="ZIP", parser=zip_area, help="Only parcels that leave there; may be repeated."),
]


@layouts.command()
def ups(
    charts: Annotated[Path, typer.Argument(metavar="CHARTS", help="Zone charts by origin: a zip file or a folder.")],
    rates: Annotated[Path, typer.Argument(metavar="RATES", help="Daily rates: a folder of sheets, or one sheet.")],
    out_folder: Out,
    origin: Zips = None,
    letters: Annotated[
        bool, typer.Option("--letters", help="Make the prices of envelopes services of their own.")
    ] = False,
    any_day: Annotated[
        bool, typer.Option("--any-day", help="Let the prices hold on all days, not only in the year of the sheets.")
    ] = False,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Turn UPS zone charts and daily rates into a tariff: 48 states, Alaska, Hawaii and Puerto Rico, pound by pound.

    What cannot be said is listed in import.json of the folder, what is assumed in assumptions.toml.

    \b
    Examples:
      doorstep tariffs import ups uszones.zip daily_rates --out ups-2010
      doorstep tariffs import ups uszones.zip daily_rates --out ups-2010 --origin 10001 --origin 606 --any-day

    Exit codes: 0 written, 2 the source is refused, 1 it cannot be written there.
    """
    from doorstep.files.importers.ups import import_ups

    with bars(not as_json) as progress:
        done = import_ups(charts, rates, out_folder, tuple(origin or ()), letters, any_day, progress, force)
    _say(out_folder, done, as_json)


@layouts.command("usps-zones")
def usps_zones(
    pairs: Annotated[Path, typer.Argument(metavar="PAIRS.csv", help="Zones by origin_zip and dest_zip.")],
    prices: Annotated[Path, typer.Option("--prices", metavar="FOLDER", help="A tariff without zones.csv.")],
    out_folder: Out,
    origin: Zips = None,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Lay the zones of USPS beside prices of your own: a zones.csv for each service of a folder that has none.

    USPS publishes zones and prices apart. The rates.csv of the folder names the zones 1 to 9.

    \b
    Examples:
      doorstep tariffs import usps-zones zones.csv.gz --prices my-prices --out usps
      doorstep tariffs import usps-zones zones.csv.gz --prices my-prices --out usps --origin 100

    Exit codes: 0 written, 2 the source or the prices are refused, 1 it cannot be written there.
    """
    from doorstep.files.importers.usps import import_usps_zones

    with bars(not as_json) as progress:
        done = import_usps_zones(pairs, prices, out_folder, tuple(origin or ()), progress, force)
    _say(out_folder, done, as_json)


@layouts.command()
def karrio(
    sources: Annotated[list[Path], typer.Argument(metavar="SOURCE...", help="Services files, or folders of them.")],
    origin: Annotated[
        str, typer.Option("--origin", metavar="COUNTRY", parser=country_code, help="Where parcels leave.")
    ],
    out_folder: Out,
    exchange: Annotated[
        list[str] | None,
        typer.Option(
            "--exchange", metavar="CODE=RATE", parser=exchange_rate, help="What a unit of another currency is worth."
        ),
    ] = None,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Turn karrio's services files into a tariff for parcels that leave one country.

    \b
    Examples:
      doorstep tariffs import karrio dhl_parcel_de_services.csv gls_services.csv --origin DE --out germany
      doorstep tariffs import karrio karrio --origin US --out us --exchange EUR=1.08 --exchange GBP=1.27

    Exit codes: 0 written, 2 the source is refused, 1 it cannot be written there.
    """
    from doorstep.files.importers.karrio import import_karrio

    worth = dict(one.split("=") for one in exchange or ())
    with bars(not as_json) as progress:
        done = import_karrio(tuple(sources), out_folder, origin, worth, progress, force)
    _say(out_folder, done, as_json)


def _say(folder: Path, done: TariffImport, as_json: bool) -> None:
    if as_json:
        print(done.to_json(), end="")
        return
    out.print(f"{folder}: {done.services:,} services, {done.zones:,} zones, {done.rates:,} rates")
    for fate, why, count in done.counted():
        out.print(f"{fate} {count:,}: {why}")
    if done.without_zones:
        out.print(f"nothing can go yet by {', '.join(done.without_zones)}")
    if done.untold:
        out.print(f"each with its file and row: {folder / 'import.json'}")
