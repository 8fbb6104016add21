"""Columns that have passed every rule, made into the nouns of the domain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import starmap
from typing import Any

from doorstep.domain.carriage import (
    AreaRule,
    DivisorRule,
    DutyRule,
    ExchangeRate,
    Markup,
    RateBreak,
    Service,
    Surcharge,
    Tariff,
    TerritoryRule,
    ZoneRule,
)
from doorstep.domain.catalog import Carton, Product, ProductCode
from doorstep.domain.demand import Brand, Contact, Order, OrderLine
from doorstep.domain.disruption import DeclaredDisruption, Disruption
from doorstep.domain.emission import EmissionFactor
from doorstep.domain.exploration import ServiceTrial
from doorstep.domain.learned import PastParcel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Inbound, Linehaul, Site, StockLevel
from doorstep.domain.worth import LearnedValue
from doorstep.files.schema_supply import MAILER
from doorstep.files.table import Columns

_NO_LINES: tuple[OrderLine, ...] = ()


def _rows(read: Columns, names: str) -> Iterable[tuple[Any, ...]]:
    return zip(*(read.values[name] for name in names.split()), strict=True)


def brand(read: Columns) -> Brand:
    names = (
        "brand name currency country on_time_target late_cost unplanned_cost void_fill operator company address_1"
        " address_2 city postcode phone email eori ioss"
    )
    return Brand(*next(iter(_rows(read, names))))


def products(read: Columns) -> tuple[Product, ...]:
    names = (
        "sku name category length_mm width_mm height_mm weight_g value hs_code origin_country this_side_up fragile"
        " max_load_g hazmat_class ships_in_own_box soft padding_mm"
    )
    return tuple(starmap(Product, _rows(read, names)))


def barcodes(read: Columns) -> tuple[ProductCode, ...]:
    return tuple(ProductCode(sku, code) for sku, codes in _rows(read, "sku barcodes") for code in codes)


def sites(read: Columns) -> tuple[Site, ...]:
    heads = _rows(read, "site kind name")
    places = starmap(Place, _rows(read, "country region city postcode latitude longitude"))
    tails = _rows(
        read,
        "time_zone working_days holiday_calendar order_cutoff pick_cost_per_order pick_cost_per_unit"
        " daily_order_capacity cart_parcels",
    )
    return tuple(starmap(Site, ((*head, place, *tail) for head, place, tail in zip(heads, places, tails, strict=True))))


def collections(read: Columns) -> tuple[Collection, ...]:
    names = "site service collection_time working_days daily_parcel_capacity"
    return tuple(starmap(Collection, _rows(read, names)))


def linehauls(read: Columns | None) -> tuple[Linehaul, ...]:
    names = (
        "linehaul site depot departure_time working_days transit_days arrival_time cost_per_parcel cost_per_kg"
        " daily_parcel_capacity"
    )
    return tuple(starmap(Linehaul, _rows(read, names))) if read else ()


def stock(read: Columns) -> tuple[StockLevel, ...]:
    return tuple(starmap(StockLevel, _rows(read, "site sku on_hand")))


def inbound(read: Columns | None) -> tuple[Inbound, ...]:
    return tuple(starmap(Inbound, _rows(read, "site sku quantity expected_at"))) if read else ()


def cartons(read: Columns) -> tuple[Carton, ...]:
    sides = ("length", "width", "height")
    inner = _rows(read, " ".join(f"inner_{side}_mm" for side in sides))
    outer = _rows(read, " ".join(f"outer_{side}_mm" for side in sides))
    tails = _rows(read, "tare_g max_weight_g cost site kind padding_mm")
    rows = zip(read.values["carton"], inner, outer, tails, strict=True)
    return tuple(
        Carton(one, inside, outside, tare, bears, cost, site, kind == MAILER, padding)
        for one, inside, outside, (tare, bears, cost, site, kind, padding) in rows
    )


def tariff(tables: Mapping[str, Columns]) -> Tariff:
    """The files of a tariff; those that may be left out may not be there."""
    offered = (
        "service carrier name speed delivers_to max_weight_g max_length_mm max_girth_mm dim_divisor_cm3_per_kg"
        " working_days min_days max_days tracked signature account incoterm mode"
    )
    zone_rules = (
        "service origin_country origin_prefix destination_country destination_prefix zone remote origin_to"
        " destination_to"
    )
    breaks = _rows(tables["rates"], "service zone up_to_g price per_extra_kg valid_from valid_to")
    codes = _currency_codes(tables["rates"])
    return Tariff(
        tuple(starmap(Service, _rows(tables["services"], offered))),
        tuple(starmap(ZoneRule, _rows(tables["zones"], zone_rules))),
        tuple(RateBreak(*(*line, currency)) for line, currency in zip(breaks, codes, strict=True)),
        tuple(_surcharges(tables["surcharges"])),
        tuple(
            starmap(
                DivisorRule, _optional(tables, "divisors", "service when threshold dim_divisor_cm3_per_kg sequence")
            )
        ),
        tuple(starmap(AreaRule, _optional(tables, "areas", "area country prefix prefix_to"))),
        tuple(
            ExchangeRate(currency.code, *rest)
            for currency, *rest in _optional(tables, "exchange_rates", "currency rate valid_from valid_to")
        ),
        tuple(_duties(tables)),
        tuple(starmap(TerritoryRule, _optional(tables, "territories", "territory country"))),
    )


def emission_factors(tables: Mapping[str, Columns]) -> tuple[EmissionFactor, ...]:
    """The rows of a folder, none where it has no such file; what they leave open is `with_defaults`."""
    names = "leg mode vehicle up_to_km distance_add_pct distance_add_km low_g mid_g high_g source year note"
    return tuple(starmap(EmissionFactor, _optional(tables, "emission_factors", names)))


def markups(tables: Mapping[str, Columns]) -> tuple[Markup, ...]:
    names = "client service kind amount sequence valid_from valid_to"
    return tuple(starmap(Markup, _optional(tables, "markups", names)))


def disruptions(tables: Mapping[str, Columns]) -> tuple[DeclaredDisruption, ...]:
    """The rows of a folder, none where it has no such file."""
    what = "country region postcode_prefix site carrier service starts_on ends_on delay_days"
    said = _optional(tables, "disruptions", "kind reason excuses declared_on")
    return tuple(
        DeclaredDisruption(Disruption(country, region, prefix.replace(" ", "").upper(), *rest), *told)
        for (country, region, prefix, *rest), told in zip(_optional(tables, "disruptions", what), said, strict=True)
    )


def _duties(tables: Mapping[str, Columns]) -> Iterator[DutyRule]:
    names = (
        "levy destination origin hs_prefix percent per_kg per_item with_freight with_duty value_up_to de_minimis"
        " de_minimis_with_freight ioss_up_to valid_from valid_to currency"
    )
    for levy, destination, origin, prefix, *line, currency in _optional(tables, "duties", names):
        yield DutyRule(*(levy, destination, origin, prefix or "", *line, "" if currency is None else currency.code))


def _optional(tables: Mapping[str, Columns], table: str, names: str) -> Iterable[tuple[Any, ...]]:
    return _rows(tables[table], names) if table in tables else ()


def _currency_codes(read: Columns) -> list[str]:
    return ["" if one is None else one.code for one in read.values["currency"]]


def _surcharges(read: Columns) -> Iterator[Surcharge]:
    heads = _rows(read, "service surcharge when threshold")
    tails = _rows(read, "amount sequence valid_from valid_to")
    further = _rows(read, "least zone area group")
    steps = _rows(read, "value_step value_free")
    codes = _currency_codes(read)
    kinds = read.values["kind"]
    for head, kind, tail, more, currency, (step, free) in zip(heads, kinds, tails, further, codes, steps, strict=True):
        percent = kind in ("percent", "value_percent")
        yield Surcharge(
            *(*head, percent, *tail, kind == "value_percent", kind == "floor", *more, currency, step, free or 0)
        )


def orders(read: Columns, lines: Columns) -> tuple[Order, ...]:
    of_order: dict[str, list[OrderLine]] = {}
    made = starmap(OrderLine, _rows(lines, "line sku quantity unit_price"))
    for order, line in zip(lines.values["order"], made, strict=True):
        of_order.setdefault(order, []).append(line)
    heads = _rows(read, "order channel placed_at customer")
    places = starmap(Place, _rows(read, "country region city postcode latitude longitude"))
    tails = _rows(read, "speed residential signed_for saturday pickup_point safe_place not_before promised_by")
    whole = (
        (*head, place, tuple(of_order.get(head[0], _NO_LINES)), *tail, contact, *marks)
        for head, place, tail, contact, marks in zip(
            heads, places, tails, _contacts(read), _rows(read, "priority gift_note"), strict=True
        )
    )
    found = tuple(starmap(Order, whole))
    segments = read.values["segment"]
    if not any(segments):
        return found
    return tuple(replace(order, segment=one) if one else order for order, one in zip(found, segments, strict=True))


def _contacts(read: Columns) -> Iterator[Contact]:
    nobody = Contact()
    for parts in _rows(read, "name company address_1 address_2 phone email"):
        yield Contact(*parts) if any(parts) else nobody


def history(read: Columns | None) -> tuple[PastParcel, ...]:
    if read is None:
        return ()
    names = (
        "parcel order service site seller origin_country origin_postcode destination_country destination_region"
        " destination_postcode weight_g placed_at status distance_m category approved_at handed_over_at delivered_at"
        " promised_by freight_paid review_score sample_weight origin_latitude origin_longitude destination_latitude"
        " destination_longitude ready_by attempts damaged"
    )
    return tuple(starmap(PastParcel, _rows(read, names)))


def values(tables: Mapping[str, Columns]) -> tuple[LearnedValue, ...]:
    """The rows of values.csv, none where the folder has no such file."""
    read = tables.get("values")
    return () if read is None else tuple(starmap(LearnedValue, _rows(read, "worth value segment country")))


def trials(tables: Mapping[str, Columns]) -> tuple[ServiceTrial, ...]:
    """The rows of explore.csv, none where the folder has no such file."""
    read = tables.get("explore")
    return () if read is None else tuple(starmap(ServiceTrial, _rows(read, "service share most_extra")))
