"""Why duty and tax are what they are, in words: the rule of each item, or what is not known of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from doorstep.domain.carriage import LEVIES, DutyRule
from doorstep.kernels.rate.duty import Consignments, ItemCharge, itemise
from doorstep.kernels.rate.duty_loop import NOBODY
from doorstep.kernels.rate.duty_tables import DutyTables, hs_key, known_code


def explain_duty(tables: DutyTables, consignments: Consignments, at: int, service: int) -> str:
    """Say what a consignment owes on a service, item by item, and by which rule.

    Parameters
    ----------
    tables, consignments
        What was asked.
    at, service
        Indices of the consignment and the service.
    """
    lines = itemise(tables, consignments, at, service)
    if not lines:
        ends = consignments.dispatch[at], consignments.destination[at]
        return f"no customs border from {' to '.join(tables.countries[end] for end in ends)}"
    texts = [_charge(tables, consignments, at, service, line) for line in lines]
    if consignments.goods_minor[at] == 0:
        texts.insert(0, "no value is declared: unknown")
    return "; ".join(texts)


def _charge(tables: DutyTables, consignments: Consignments, at: int, service: int, line: ItemCharge) -> str:
    country = tables.countries[consignments.destination[at]]
    levy, goods = LEVIES[line.levy], tables.goods[int(consignments.item_kind[line.item])]
    if line.rule == NOBODY:
        why = _lacking(tables, consignments, at, service, line)
        return f"{levy} on {_goods(*goods)} unknown: no row of duties.csv for {country}{why}"
    said = _amount(tables, consignments, at, service, line, tables.book.rules[line.rule])
    unsure = _unsure(goods, [tables.book.rules[r] for r in _winners(tables, consignments, at, service, line)])
    return f"{unsure}, the dearest row taken: {said}" if unsure else said


def _winners(
    tables: DutyTables, consignments: Consignments, at: int, service: int, line: ItemCharge
) -> dict[int, None]:
    """The rules of which each holds for one thing that the goods may turn out to be."""
    rows, lists, day = tables.book.rows, tables.lists, consignments.day_of(at, service)
    first, end = _listed(tables, consignments, at, line)
    found: dict[int, int] = {}
    for r, group in zip(lists.rule[first:end].tolist(), lists.group[first:end].tolist(), strict=True):
        if rows.first_day[r] <= day <= rows.last_day[r] and consignments.goods_minor[at] <= rows.up_to_minor[r]:
            found.setdefault(group, r)
    return dict.fromkeys(found.values())


def _lacking(tables: DutyTables, consignments: Consignments, at: int, service: int, line: ItemCharge) -> str:
    """Say what keeps the rows that there are from holding; empty: there are none."""
    rows, day = tables.book.rows, consignments.day_of(at, service)
    first, end = _listed(tables, consignments, at, line)
    listed = tables.lists.rule[first:end]
    if not len(listed):
        return ""
    if not ((rows.first_day[listed] <= day) & (day <= rows.last_day[listed])).any():
        return " in force on this day"
    return f" for goods worth {tables.book.currency.text(int(consignments.goods_minor[at]))}"


def _unsure(goods: tuple[str, str], winners: Sequence[DutyRule]) -> str:
    """Say what would have to be known of goods to tell some rules apart; empty: there is one only, or all is known."""
    code, origin = known_code(goods[0]), goods[1]
    if len(winners) < 2:
        return ""
    missing = []
    if any(len(hs_key(one.hs_prefix)) > len(code) for one in winners):
        missing.append(f"HS code {goods[0]} too short" if code else "HS code not known")
    if not origin and any(one.origin for one in winners):
        missing.append("origin not known")
    return " and ".join(missing)


def _listed(tables: DutyTables, consignments: Consignments, at: int, line: ItemCharge) -> tuple[int, int]:
    """Where the rules begin and end that may hold for an item."""
    kind, country = int(consignments.item_kind[line.item]), int(consignments.destination[at])
    place = tables.list_of(line.levy, country, kind)
    return int(tables.lists.start[place]), int(tables.lists.start[place + 1])


def _amount(
    tables: DutyTables, consignments: Consignments, at: int, service: int, line: ItemCharge, rule: DutyRule
) -> str:
    rows, text, levy = tables.book.rows, tables.book.currency.text, LEVIES[line.levy]
    goods = int(consignments.goods_minor[at])
    measured = goods + int(consignments.freight_minor[at, service]) * rule.de_minimis_with_freight
    free, at_sale = int(rows.de_minimis_minor[line.rule]), int(rows.ioss_minor[line.rule])
    under = f"HS {rule.hs_prefix}" if rule.hs_prefix else "any HS code"
    if measured <= free:
        with_freight = " with freight" if rule.de_minimis_with_freight else ""
        return f"no {levy} under {under}: {text(measured)}{with_freight} is not above the de-minimis of {text(free)}"
    if goods <= at_sale:
        return f"no {levy} at the border: paid at the sale (IOSS), as {text(goods)} is not above {text(at_sale)}"
    return f"{levy} {' + '.join(_parts(tables, consignments, line, rule))} under {under}: {text(line.amount_minor)}"


def _parts(tables: DutyTables, consignments: Consignments, line: ItemCharge, rule: DutyRule) -> Iterator[str]:
    text, rows = tables.book.currency.text, tables.book.rows
    seen = [(line.value_minor, "goods")]
    seen += [(line.freight_minor, "freight")] if rule.with_freight else []
    seen += [(line.duty_minor, "duty")] if rule.with_duty else []
    of = "" if len(seen) == 1 else f" ({', '.join(f'{name} {text(minor)}' for minor, name in seen)})"
    by_item, by_weight = int(rows.per_item_minor[line.rule]), int(rows.per_kg_micros[line.rule])
    if rule.percent_micros or not (by_item or by_weight):
        yield f"{_decimal(rule.percent_micros)} % of {text(sum(minor for minor, _ in seen))}{of}"
    if by_weight:
        yield f"{_decimal(by_weight)} per kg on {int(consignments.item_weight_g[line.item])} g"
    if by_item:
        yield f"{text(by_item)} for the item"


def _goods(hs_code: str, origin: str) -> str:
    named = f"HS {hs_code}" if known_code(hs_code) else "goods without an HS code"
    return f"{named} made in {origin}" if origin else named


def _decimal(micros: int) -> str:
    """Write millionths with at least one decimal: 12000000 -> '12.0'."""
    whole, part = divmod(micros, 1_000_000)
    return f"{whole}.{f'{part:06}'.rstrip('0') or '0'}"
