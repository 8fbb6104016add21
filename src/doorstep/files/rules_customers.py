"""What must hold between the rows of choices.csv."""

from __future__ import annotations

from doorstep.files.rules import Tables, check_brand, check_keys, check_rows_present, have, sound_rows

OF_A_QUOTE = ("customer", "segment", "country", "shown_at", "propensity", "order")


def check_quotes(tables: Tables) -> None:
    """All rows of a quote say the same of it."""
    read = tables.get("choices")
    if read is None or not have(read, "quote", *OF_A_QUOTE):
        return
    for name in OF_A_QUOTE:
        if not read.has(name):
            continue
        finding = read.rule(name)
        first: dict[str, tuple[int, object]] = {}
        for row, quote, value in sound_rows(read, "quote", name):
            earlier, said = first.setdefault(quote, (row, value))
            if said != value:
                finding.add(row, str(value), f"is not what row {earlier} says of quote {quote}")


def check_taken(tables: Tables) -> None:
    """At most one option of a quote is taken; an order came only of one that was."""
    read = tables.get("choices")
    if read is None or not have(read, "quote", "taken", "order"):
        return
    finding = read.rule("taken")
    taken: dict[str, int] = {}
    for row, quote, this_one in sound_rows(read, "quote", "taken"):
        if this_one and (earlier := taken.setdefault(quote, row)) != row:
            finding.add(row, "1", f"is the second of quote {quote}, after row {earlier}")
    finding = read.rule("order")
    told: set[str] = set()
    for row, quote, order in sound_rows(read, "quote", "order"):
        if order and quote not in taken and quote not in told and not read.faulty("taken"):
            told.add(quote)
            finding.add(row, order, f"came of quote {quote}, of which no option was taken")


def check_orders_once(tables: Tables) -> None:
    """An order comes of one quote."""
    read = tables.get("choices")
    if read is None or not have(read, "quote", "order"):
        return
    finding = read.rule("order")
    first: dict[str, tuple[int, str]] = {}
    for row, quote, order in sound_rows(read, "quote", "order"):
        if order and (earlier := first.setdefault(order, (row, quote)))[1] != quote:
            finding.add(row, order, f"came of quote {earlier[1]} already, in row {earlier[0]}")


FILE_RULES = (check_rows_present, check_keys, check_quotes, check_taken, check_orders_once)
CUSTOMER_RULES = (check_brand, *FILE_RULES)
