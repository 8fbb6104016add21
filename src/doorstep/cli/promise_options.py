"""`doorstep promise options`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder
from doorstep.cli.promise_quote import At, Country, Postcode, Region, amount, share
from doorstep.cli.terminal import EXIT_SOME_UNPLANNED, bars, notice, out, print_table

if TYPE_CHECKING:
    from doorstep.flows.promise_options import OptionsToShow
    from doorstep.flows.shown_choice import ShownOption

MILLION = 1_000_000
Goods = Annotated[list[str], typer.Option("--sku", metavar="SKU[:QTY]", help="What is in the cart; repeat it.")]
Segment = Annotated[str, typer.Option("--segment", metavar="SEGMENT", help="Of the shopper, as the shop sees it.")]
Point = Annotated[str, typer.Option("--pickup-point", metavar="ID", help="Look at options to it, too.")]
Latitude = Annotated[
    float | None,
    typer.Option("--to-latitude", metavar="DEG", min=-90, max=90, help="Where it goes: without it no CO2e is known."),
]
Longitude = Annotated[float | None, typer.Option("--to-longitude", metavar="DEG", min=-180, max=180, help="With it.")]
Most = Annotated[int, typer.Option("--most", metavar="K", min=1, max=8, help="Options to show at most.")]
Borne = Annotated[str, typer.Option("--borne", metavar="AMOUNT", parser=amount, help="Of the cost, not asked for.")]
Margin = Annotated[str, typer.Option("--margin", metavar="AMOUNT", parser=amount, help="Earned of the goods.")]
Surplus = Annotated[
    str,
    typer.Option("--surplus-share", metavar="P", parser=share, help="Of the shopper's surplus that counts."),
]
Quote = Annotated[int, typer.Option("--quote", metavar="N", min=0, help="Id of the quote, by which the lot is drawn.")]
Test = Annotated[
    str, typer.Option("--test-share", metavar="P", parser=share, help="Of quotes whose order is drawn by lot.")
]


def options(
    folder: BrandFolder,
    to_country: Country,
    goods: Goods,
    to_region: Region = "",
    to_postcode: Postcode = "",
    at: At = None,
    segment: Segment = "",
    pickup_point: Point = "",
    to_latitude: Latitude = None,
    to_longitude: Longitude = None,
    most: Most = 8,
    borne: Borne = "0",
    margin: Margin = "0",
    surplus_share: Surplus = "1",
    quote: Quote = 0,
    test_share: Test = "0",
    as_json: AsJson = False,
) -> None:
    """Choose which options to show a cart, and in which order, by what values.csv says that they are worth.

    All of them are tried in every arrangement of at most K; the one is shown of which most is expected, what the shop
    earns and the shopper's surplus together. The cheapest is always shown. Without values.csv, or without a scatter in
    it, all are shown, the cheapest first.

    \b
    Examples:
      doorstep promise options my-shop --to-country DE --to-postcode 80331 --sku tea:2 --most 3
      doorstep promise options my-shop --to-country DE --sku tea --margin 8 --borne 3.90 --quote 17 --test-share 0.1

    Exit codes: 0 there are options, 3 there are none, 2 the input is refused, 1 anything else.
    """
    from doorstep.files.kinds import millionths
    from doorstep.flows.promise_options import ShowWish, options_to_show
    from doorstep.flows.promise_wish import Wish
    from doorstep.kernels.run import Run

    wish = Wish(to_country, to_region.strip(), to_postcode.strip(), tuple(goods), at or datetime.now(UTC))
    show = ShowWish(
        segment=segment,
        located=_located(to_latitude, to_longitude),
        pickup_point=pickup_point.strip(),
        most=most,
        borne_micros=millionths(borne),
        margin_micros=millionths(margin),
        surplus_ppm=millionths(surplus_share),
        quote=quote,
        test_ppm=millionths(test_share),
    )
    with bars(not as_json) as progress:
        found = options_to_show(folder, wish, show, Run(progress=progress))
    if as_json:
        print(json.dumps(_record(found)))
    else:
        _say(found)
    if not found.options:
        raise typer.Exit(EXIT_SOME_UNPLANNED)


def _located(latitude: float | None, longitude: float | None) -> tuple[float, float] | None:
    if (latitude is None) != (longitude is None):
        raise typer.BadParameter("--to-latitude and --to-longitude come together or not at all")
    return None if latitude is None or longitude is None else (latitude, longitude)


def _record(found: OptionsToShow) -> dict[str, Any]:
    expected, currency = found.expected, found.brand.currency
    share_of = dict(zip(expected.order, expected.share, strict=True)) if expected else {}
    return {
        "brand": found.brand.brand,
        "currency": currency.code,
        "at": found.order.placed_at.isoformat(),
        "segment": found.order.segment,
        "worth": {name: micros / MILLION for name, micros in found.worth.items()},
        "learned": expected is not None,
        "options": [
            {
                "option": number,
                "position": found.display.order.index(number) + 1 if number in found.display.order else None,
                "expected_share": round(share_of[number], 6) if number in share_of else None,
                "price": float(currency.text(one.asked_minor)),
                "cost": float(currency.text(one.option.cost_minor)),
                "worth": None if one.worth_micros is None else one.worth_micros / MILLION,
                "days": one.days,
                "next_day": one.days <= 1,
                "pickup": one.pickup,
                "co2e_g": one.option.co2e_g,
                "promised_by": one.option.promised_by.isoformat(),
                "on_time_probability": one.option.on_time_ppm / MILLION,
                "services": [parcel.service for parcel in one.option.parcels],
                "sites": [parcel.site for parcel in one.option.parcels],
            }
            for number, one in enumerate(found.options)
        ],
        "usual": list(expected.order) if expected else sorted(found.display.order),
        "propensity": float(f"{found.display.propensity:.9g}"),
        "expected": None
        if expected is None
        else {
            "left": round(expected.left, 6) if "buying" in found.worth else None,
            "earned": round(expected.earned, 6),
            "surplus": round(expected.surplus, 6),
        },
        "why_none": None if found.why is None else {"reason": found.why.reason, "detail": found.why.detail},
        "data_version": found.data_version,
    }


def _say(found: OptionsToShow) -> None:
    from doorstep.flows.shown_choice import weighs_carbon

    if not found.options:
        notice(f"there is no option: {found.why.detail if found.why else 'nothing serves this cart'}")
        return
    if found.expected is None:
        notice("values.csv tells no scatter for this shopper: the cheapest first")
    if weighs_carbon(found.worth) and any(one.option.co2e_g is None for one in found.options):
        hint = ": say --to-latitude and --to-longitude" if not found.order.place.located else ""
        notice(f"of some option no CO2e is known, so that it weighs on none{hint}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", "by", "promise", "days", "CO2e", "price", "worth", "taken by"):
        table.add_column(name, justify="left" if name in ("by", "promise") else "right", no_wrap=True)
    share_of = dict(zip(found.expected.order, found.expected.share, strict=True)) if found.expected else {}
    for place, number in enumerate(found.display.order, start=1):
        table.add_row(*_cells(found, found.options[number], str(place), share_of.get(number)))
    print_table(table)
    hidden = len(found.options) - len(found.display.order)
    if hidden:
        out.print(f"{hidden} more not shown")
    if found.display.propensity < 1:
        out.print(f"chance of this order: {found.display.propensity:.9g}")


def _cells(found: OptionsToShow, one: ShownOption, place: str, taken: float | None) -> tuple[str, ...]:
    return (
        place,
        " + ".join(dict.fromkeys(parcel.service for parcel in one.option.parcels)),
        f"{one.option.promised_by:%a %Y-%m-%d}",
        str(one.days),
        "" if one.option.co2e_g is None else f"{one.option.co2e_g:,} g",
        found.brand.currency.text(one.asked_minor),
        "" if one.worth_micros is None else f"{one.worth_micros / MILLION:.2f}",
        "" if taken is None else f"{100 * taken:.1f} %",
    )
