"""`doorstep promise quote`."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder, day, instant
from doorstep.cli.terminal import EXIT_SOME_UNPLANNED, bars, notice, out, print_table

if TYPE_CHECKING:
    from doorstep.flows.promise_quote import PromiseQuote, QuotedOption

MOST_LATE_COST = 4_000_000  # of the brand's currency
MOST_VALUE_PER_DAY = 10_000
DATES = 7  # in a terminal; JSON has them all
SHOWN = 20  # reasons in a terminal
NEARLY_ALL_PPM = 999_000
TOLD_PACE_PPM = 50_000  # a pace that is off by less is not worth a line


def _share(text: str) -> str:
    return _millionths(text, 1, "a probability between 0 and 1, such as 0.95", open_ends=True)


def share(text: str) -> str:
    """Check a share, of nothing to all."""
    return _millionths(text, 1, "a share from 0 to 1, such as 0.1")


def amount(text: str) -> str:
    """Check an amount of the brand's currency."""
    return _millionths(text, MOST_LATE_COST, f"an amount from 0 to {MOST_LATE_COST}, such as 12.50")


def _late_cost(text: str) -> str:
    return _millionths(text, MOST_LATE_COST, f"an amount from 0 to {MOST_LATE_COST}, such as 12.50")


def _per_day(text: str) -> str:
    return _millionths(text, MOST_VALUE_PER_DAY, f"an amount from 0 to {MOST_VALUE_PER_DAY}, such as 0.80")


def _millionths(text: str, most: int, what: str, open_ends: bool = False) -> str:
    """Check a decimal, and keep it as it was written: parsers of options give back texts."""
    from doorstep.files.kinds import millionths

    try:
        found = millionths(text)
    except ValueError:
        found = -1
    if not open_ends <= found <= most * 10**6 - open_ends:
        raise typer.BadParameter(f"{text!r} is not {what}")
    return text


Country = Annotated[str, typer.Option("--to-country", metavar="CC", help="Country of the destination, ISO 3166-1.")]
Region = Annotated[str, typer.Option("--to-region", metavar="REGION", help="Its state, province or county.")]
Postcode = Annotated[str, typer.Option("--to-postcode", metavar="POSTCODE", help="Its postcode.")]
Goods = Annotated[
    list[str] | None,
    typer.Option("--sku", metavar="SKU[:QTY]", help="What is bought; repeat it. Only sites that hold all of it send."),
]
At = Annotated[
    datetime | None,
    typer.Option("--at", metavar="INSTANT", parser=instant, help="When the order is placed; now, unless said."),
]
Target = Annotated[
    str | None,
    typer.Option("--target", metavar="P", parser=_share, help="Probability a promise has to reach; as the brand's."),
]
LateCost = Annotated[
    str | None,
    typer.Option("--late-cost", metavar="AMOUNT", parser=_late_cost, help="Of a late parcel; as the brand's."),
]
PerDay = Annotated[
    str | None,
    typer.Option(
        "--value-per-day", metavar="AMOUNT", parser=_per_day, help="What a date is worth that is a day earlier."
    ),
]
NotBefore = Annotated[
    date | None, typer.Option("--not-before", metavar="DATE", parser=day, help="Not delivered before this date.")
]
On = Annotated[date | None, typer.Option("--on", metavar="DATE", parser=day, help="Wished for on this very date.")]


def quote(
    folder: BrandFolder,
    to_country: Country,
    to_region: Region = "",
    to_postcode: Postcode = "",
    goods: Goods = None,
    at: At = None,
    target: Target = None,
    late_cost: LateCost = None,
    value_per_day: PerDay = None,
    not_before: NotBefore = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Tell what can be promised for a destination: each site and service with its dates and their probabilities.

    The promise is the earliest date whose probability reaches the target. With --value-per-day the date is told, too,
    that is worth most: a day earlier against the cost of being late.

    \b
    Examples:
      doorstep promise quote my-shop --to-country DE --to-region BY --to-postcode 80331
      doorstep promise quote my-shop --to-country BR --to-region SP --sku tea:2 --at 2026-10-15T12:00:00-03:00 --json

    Exit codes: 0 quoted, 3 nothing can be promised, 2 the input is refused, 1 anything else.
    """
    from doorstep.files.kinds import millionths
    from doorstep.flows.promise_quote import quote_promises
    from doorstep.flows.promise_wish import Wish
    from doorstep.kernels.run import Run

    wish = Wish(
        country=to_country,
        region=to_region.strip(),
        postcode=to_postcode.strip(),
        goods=tuple(goods or ()),
        at=at or datetime.now(UTC),
        target_ppm=None if target is None else millionths(target),
        late_cost_micros=None if late_cost is None else millionths(late_cost),
        value_per_day_micros=0 if value_per_day is None else millionths(value_per_day),
        not_before=not_before,
        on=on,
    )
    with bars(not as_json) as progress:
        quoted = quote_promises(folder, wish, Run(progress=progress))
    if as_json:
        print(json.dumps(_record(quoted, wish.value_per_day_micros)))
    else:
        _say(quoted)
    if not quoted.options:
        raise typer.Exit(EXIT_SOME_UNPLANNED)


def _record(quoted: PromiseQuote, value_per_day_micros: int) -> dict[str, Any]:
    order, brand = quoted.order, quoted.brand
    nominated = order.promised_by
    return {
        "brand": brand.brand,
        "currency": brand.currency.code,
        "at": order.placed_at.isoformat(),
        "destination": {
            "country": order.place.country,
            "region": order.place.region,
            "postcode": order.place.postcode,
        },
        "goods": [{"sku": one.sku, "quantity": one.quantity} for one in order.lines],
        "target": _part(quoted.target_ppm),
        "late_cost": _part(quoted.late_cost_micros),
        "value_per_day": _part(value_per_day_micros),
        "not_before": None if nominated or order.not_before is None else order.not_before.isoformat(),
        "on": nominated.isoformat() if nominated else None,
        "learned": {
            "lanes": quoted.lanes,
            "handled_sites": quoted.handled_sites,
            "disruptions": quoted.disruptions,
            "paces": {one.service: _part(one.pace_ppm) for one in quoted.paces},
            "as_of": quoted.durations_as_of.isoformat(),
            "published": quoted.published,
        },
        "options": [_option_record(one, order.placed_at) for one in quoted.options],
        "not_offered": [
            {"site": one.site, "service": one.service, "reason": one.reason, "detail": one.detail}
            for one in quoted.not_offered
        ],
        "data_version": quoted.data_version,
    }


def _option_record(one: QuotedOption, placed_at: datetime) -> dict[str, Any]:
    before = None if one.countdown_s is None else placed_at.replace(microsecond=0) + timedelta(seconds=one.countdown_s)
    return {
        "site": one.site.site,
        "carrier": one.service.carrier,
        "service": one.service.service,
        "speed": one.service.speed,
        "ship_at": one.ship_at.isoformat(),
        "ship_date": one.ship_at.date().isoformat(),
        "countdown_s": one.countdown_s,
        "order_before": before.astimezone(one.ship_at.tzinfo).isoformat() if before else None,
        "promised_by": one.promised_by.isoformat(),
        "on_time_probability": _part(one.on_time_ppm),
        "as_wished_probability": None if one.as_wished_ppm is None else _part(one.as_wished_ppm),
        "target_reached": one.target_reached,
        "quantiles": [
            {"probability": _part(share), "date": by.isoformat() if by else None} for share, by in one.quantiles
        ],
        "arrived_by": [{"date": by.isoformat(), "probability": _part(share)} for by, share in _told(one)],
        "best_by": one.best[0].isoformat() if one.best else None,
        "best_probability": _part(one.best[1]) if one.best else None,
    }


def _told(one: QuotedOption) -> list[tuple[date, int]]:
    """Dates up to the first by which nearly all have come, or nothing more comes, or that is the promise."""
    end = max(share for _, share in one.arrived_by) if one.arrived_by else 0
    enough = next((n for n, (_, share) in enumerate(one.arrived_by) if share >= min(NEARLY_ALL_PPM, end)), 0)
    promised = next((n for n, (by, _) in enumerate(one.arrived_by) if by >= one.promised_by), 0)
    return list(one.arrived_by[: max(enough, promised) + 1])


def _part(millionths: int) -> float:
    return round(millionths / 1_000_000, 6)


def _percent(ppm: int) -> str:
    return f"{ppm / 10_000:.1f} %"


def within(seconds: int) -> str:
    """A span as people say it: `2 h 14 min`; seconds only where there is no minute."""
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def _say(quoted: PromiseQuote) -> None:
    if quoted.options:
        print_table(_table(quoted))
        out.print()
        print_table(_dates(quoted))
    else:
        notice("nothing can be promised")
    for pace in quoted.paces:
        if abs(pace.pace_ppm - 1_000_000) >= TOLD_PACE_PPM:
            share = f"{pace.pace_ppm / 1_000_000:.0%} of the parcels that usually arrive on a day"
            out.print(f"{pace.service or 'all services'}: in the last days {share}; the dates above reckon with it")
    told = [one for one in quoted.not_offered if one.reason != "no_collection"]
    for one in told[:SHOWN]:
        out.print(f"not {' by '.join(name for name in (one.site, one.service) if name)}: {one.detail}")
    if len(told) > SHOWN:
        out.print(f"... and {len(told) - SHOWN:,} more that are no option")
    if any(not one.target_reached for one in quoted.options):
        out.print(f"*: history does not show {_percent(quoted.target_ppm)} being reached")


def _table(quoted: PromiseQuote) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    valued = any(one.best for one in quoted.options)
    nominated = quoted.order.promised_by
    shares = [_percent(share).replace(".0 %", " %") for share, _ in quoted.options[0].quantiles]
    wish = [f"on {nominated}"] if nominated else []
    for name in ("site", "service", "order within", "leaves", "promise", "sure to", *wish, *shares):
        table.add_column(name, justify="right" if name == "sure to" or name in wish else "left", no_wrap=True)
    if valued:
        table.add_column("worth most", no_wrap=True)
    for one in quoted.options:
        cells = [
            one.site.site,
            one.service.service,
            "" if one.countdown_s is None else within(one.countdown_s),
            f"{one.ship_at:%a %Y-%m-%d %H:%M}",
            f"{one.promised_by:%a %Y-%m-%d}{'' if one.target_reached else ' *'}",
            _percent(one.on_time_ppm),
            *([_percent(one.as_wished_ppm or 0)] if nominated else []),
            *(f"{by:%m-%d}" if by else "" for _, by in one.quantiles),
        ]
        if valued:
            cells.append(f"{one.best[0]:%a %Y-%m-%d}, {_percent(one.best[1])}" if one.best else "")
        table.add_row(*cells)
    return table


def _dates(quoted: PromiseQuote) -> Table:
    """What has come by the first dates that any option has hope for."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    days = sorted({by for one in quoted.options for by, _ in one.arrived_by})[:DATES]
    for name in ("here by", "", *(f"{by:%a %m-%d}" for by in days)):
        table.add_column(name, justify="left" if name in ("here by", "") else "right", no_wrap=True)
    for one in quoted.options:
        known = dict(one.arrived_by)
        table.add_row(one.site.site, one.service.service, *(_percent(known.get(by, 0)) for by in days))
    return table
