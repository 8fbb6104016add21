"""The inner loop of duty and tax: one pass over consignments x services, writing into arrays that the caller owns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from doorstep.kernels.compiled import compiled

if TYPE_CHECKING:
    from numpy import bool_, int32, int64
    from numpy.typing import NDArray

NOBODY = -1  # no rule holds
PERCENT_MICROS = 100_000_000  # an amount of this many millionths of a percent is the whole base
GRAMS_PER_KG = 1000
_SMALL = 2**60  # twice a product up to here and a denominator still fit
_BITS = 61  # of a sum that is safe


class DutyRows(NamedTuple):
    """Rules r, in the brand's currency; a rule whose rate of exchange changes stands once for each rate."""

    first_day: NDArray[int64]
    last_day: NDArray[int64]
    percent: NDArray[int64]  # millionths of a percent
    per_kg_micros: NDArray[int64]
    per_item_minor: NDArray[int64]
    with_freight: NDArray[bool_]
    with_duty: NDArray[bool_]
    up_to_minor: NDArray[int64]  # the largest integer: any value
    de_minimis_minor: NDArray[int64]  # -1: none
    de_minimis_with_freight: NDArray[bool_]
    ioss_minor: NDArray[int64]  # -1: not paid at the sale


class DutyLists(NamedTuple):
    """Rules that may hold for a levy, a country and a kind of goods, the strongest first.

    List (levy x countries + country) x kinds + kind begins at `start` of that number. A group holds the rules for one
    thing that the goods may turn out to be, and the first of them that holds stands for all of it. Of the groups the
    dearest is taken; the last, for what is known of the goods, is `sure` and ends the search.
    """

    start: NDArray[int64]
    rule: NDArray[int32]
    group: NDArray[int32]
    sure: NDArray[bool_]


class Items(NamedTuple):
    """What consignments consist of: those of one content share its items."""

    start: NDArray[int64]  # [contents + 1]
    kind: NDArray[int64]  # [items]
    value_minor: NDArray[int64]  # [items]
    weight_g: NDArray[int64]  # [items] net


class ConsignmentRows(NamedTuple):
    """Consignments n on services s."""

    crosses: NDArray[bool_]  # [n] leaves its customs territory
    destination: NDArray[int64]  # [n]
    content: NDArray[int64]  # [n]
    goods_minor: NDArray[int64]  # [n] what thresholds look at
    day: NDArray[int64]  # [n, 1] or [n, s]
    freight_minor: NDArray[int64]  # [n, s]


@compiled
def scaled(amount: int, part: int, whole: int) -> int:
    """Return amount x part / whole, rounded half up, as long as that and four wholes fit: the product need not."""
    left, right = amount % whole, part % whole
    quotient = amount // whole * part + left * (part // whole)
    if right == 0 or left <= _SMALL // right:
        return quotient + (2 * left * right + whole) // (2 * whole)
    digits, rest = 0, 0
    for bit in range(_BITS, -1, -1):  # long multiplication, divided as it goes
        rest = 2 * rest + left * ((right >> bit) & 1)
        digits = 2 * digits + rest // whole
        rest %= whole
    return quotient + digits + (1 if 2 * rest >= whole else 0)


@compiled
def asked(
    rows: DutyRows, r: int, value: int, share: int, duty: int, weight_g: int, goods: int, freight: int, per_minor: int
) -> int:
    """What a rule asks of one item, in minor units; each of its parts is rounded once, half up."""
    measured = goods + freight * rows.de_minimis_with_freight[r]
    if measured <= rows.de_minimis_minor[r] or goods <= rows.ioss_minor[r]:
        return 0
    base = value + share * rows.with_freight[r] + duty * rows.with_duty[r]
    amount: int = scaled(base, rows.percent[r], PERCENT_MICROS) + rows.per_item_minor[r]
    return amount + scaled(weight_g, rows.per_kg_micros[r], GRAMS_PER_KG * per_minor)


@compiled
def find_rule(
    rows: DutyRows,
    lists: DutyLists,
    at: int,
    day: int,
    value: int,
    share: int,
    duty: int,
    weight_g: int,
    goods: int,
    freight: int,
    per_minor: int,
) -> tuple[int, int]:
    """Amount and rule of one item; 0 and `NOBODY` where no rule holds."""
    best, winner, last = -1, NOBODY, -1
    for k in range(lists.start[at], lists.start[at + 1]):
        r = lists.rule[k]
        if lists.group[k] == last or not rows.first_day[r] <= day <= rows.last_day[r] or goods > rows.up_to_minor[r]:
            continue
        last = lists.group[k]
        amount = asked(rows, r, value, share, duty, weight_g, goods, freight, per_minor)
        if amount > best:
            best, winner = amount, r
        if lists.sure[k]:
            break
    return max(best, 0), winner


@compiled
def share_of(freight: int, seen: int, total: int) -> int:
    """Freight of the items so far, worth `seen` of `total`; if all are worth nothing the first bears it."""
    return scaled(freight, seen, total) if total > 0 else freight


@compiled
def levy_consignments(
    rows: DutyRows,
    lists: DutyLists,
    kinds: int,
    countries: int,
    items: Items,
    consignments: ConsignmentRows,
    per_minor: int,
    duty_out: NDArray[int64],
    tax_out: NDArray[int64],
) -> None:
    """Write the duty and the tax of every consignment on every service; both hold zeros beforehand."""
    for p in range(len(consignments.content)):
        if not consignments.crosses[p]:
            continue
        first, end = items.start[consignments.content[p]], items.start[consignments.content[p] + 1]
        total = 0
        for i in range(first, end):
            total += items.value_minor[i]
        goods, country = consignments.goods_minor[p], consignments.destination[p]
        for s in range(duty_out.shape[1]):
            day = consignments.day[p, s if consignments.day.shape[1] > 1 else 0]
            freight, seen, given = consignments.freight_minor[p, s], 0, 0
            for i in range(first, end):
                value, weight_g, kind = items.value_minor[i], items.weight_g[i], items.kind[i]
                seen += value
                share = share_of(freight, seen, total) - given
                given += share
                at = country * kinds + kind
                duty, _ = find_rule(rows, lists, at, day, value, share, 0, weight_g, goods, freight, per_minor)
                at += countries * kinds
                tax, _ = find_rule(rows, lists, at, day, value, share, duty, weight_g, goods, freight, per_minor)
                duty_out[p, s] += duty
                tax_out[p, s] += tax
