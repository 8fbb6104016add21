"""rules.toml: the operator's rules, read with every fault named."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from doorstep.domain.rule_words import FORMS, GOODS, ORDERS, RuleForm
from doorstep.domain.rules import RULE_KINDS, Rule, RuleKind, RuleScope, matches
from doorstep.files import content
from doorstep.files.faults import Faults
from doorstep.files.rules_contradict import contradictions
from doorstep.files.rules_values import VALUES, Refused

FILE = "rules.toml"
MOST_RULES = 200
MAX_RULE_BYTES = 1_000_000
_FIELD = {  # where the noun's name is another than the file's
    "share": "share_ppm",
    "from": "since",
    "value_at_least": "value_at_least_micros",
    "value_below": "value_below_micros",
    "priority_at_least": "priority",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What rules may name; None: nobody can say, so that any name will do."""

    sites: frozenset[str] | None = None
    services: Mapping[str, tuple[str, str, str]] | None = None  # by id: carrier, speed, mode
    skus: frozenset[str] | None = None
    categories: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ReadRules:
    """The rules of a file, and the file as it is written; none and empty where there is no file."""

    rules: tuple[Rule, ...] = ()
    text: str = ""


def read_rules_file(path: Path, known: Known) -> ReadRules:
    """Read a file of rules by itself. Raises InputRefused."""
    faults = Faults()
    try:
        text = content.decode(content.read_bytes(path)) if path.exists() else None
    except content.Unreadable as error:
        faults.rule(path.name, 0).add(error.row, "", error.why)
        text = ""
    if text is None:
        faults.rule(path.name, 0).add(0, "", "is missing")
    found = parse_rules(text or "", path.name, known, faults)
    faults.refuse_if_any()
    return ReadRules(found, text or "")


def kept_rules(text: str) -> tuple[Rule, ...]:
    """Rules whose text was checked when it came in: what it names may be gone since, and then matches nothing."""
    faults = Faults()
    found = parse_rules(text, FILE, Known(), faults)
    faults.refuse_if_any()
    return found


def parse_rules(text: str, file: str, known: Known, faults: Faults, rank: int = 1_000) -> tuple[Rule, ...]:
    """Parse and check; what is wrong is told to `faults`, and rules that have faults are left out."""
    reader = _Reader(file, known, faults, rank)
    tables = reader.tables(text)
    rows = _rows(text, len(tables))
    found = [rule for row, table in zip(rows, tables, strict=True) if (rule := reader.rule(row, table)) is not None]
    at = {rule.rule: row for row, rule in reader.placed}
    for rule, why in contradictions(tuple(found), known.services):
        reader.add(at[rule.rule], rule.rule, "", why)
    return tuple(found)


def _rows(text: str, count: int) -> list[int]:
    """Lines on which the rules begin; 0 where they are not written as [[rule]]."""
    lines = [
        n for n, line in enumerate(text.splitlines(), 1) if line.split("#")[0].replace(" ", "").strip() == "[[rule]]"
    ]
    return lines if len(lines) == count else [0] * count


class _Reader:
    def __init__(self, file: str, known: Known, faults: Faults, rank: int) -> None:
        self.file, self.known, self.faults, self.rank = file, known, faults, rank
        self.placed: list[tuple[int, Rule]] = []
        self.ids: set[str] = set()

    def add(self, row: int, column: str, value: object, why: str) -> None:
        self.faults.rule(self.file, self.rank, column).add(row, str(value), why)

    def tables(self, text: str) -> list[Mapping[str, Any]]:
        """The rules as they are written; none where the file is no TOML, or is not one of rules."""
        if len(text) > MAX_RULE_BYTES:
            self.add(0, "", "", f"is larger than {MAX_RULE_BYTES} bytes")
            return []
        try:
            read = tomllib.loads(text, parse_float=Decimal)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError, ArithmeticError) as error:
            self.add(0, "", "", f"is not TOML: {error}")
            return []
        for name in read.keys() - {"rule"}:
            self.add(0, name, "", "is not known here; rules are written as [[rule]]")
        rules = read.get("rule", [])
        if not isinstance(rules, list) or not all(isinstance(one, dict) for one in rules):
            self.add(0, "rule", "", "is not a list of rules; write each as [[rule]]")
            return []
        if len(rules) > MOST_RULES:
            self.add(0, "rule", "", f"holds {len(rules)} rules; {MOST_RULES} are the most")
            return []
        return rules

    def rule(self, row: int, table: Mapping[str, Any]) -> Rule | None:
        """One rule, or None with its faults told."""
        told = self.faults.count
        name, kind = self._text(row, "", table, "id"), self._text(row, str(table.get("id", "")), table, "kind")
        if name in self.ids:
            self.add(row, "id", name, "is the id of another rule as well")
        self.ids.add(name)
        if kind and kind not in RULE_KINDS:
            near = get_close_matches(kind, RULE_KINDS, 1)
            hint = f"; is {near[0]} meant?" if near else f"; kinds are {', '.join(RULE_KINDS)}"
            self.add(row, f"{name}.kind", kind, f"is no kind of rule{hint}")
        if self.faults.count > told or not name or not kind:
            return None
        given = self._values(row, name, table, FORMS[kind])  # type: ignore[index]  # one of RULE_KINDS
        if self.faults.count > told:
            return None
        made = _made(name, kind, str(table.get("reason", "")).strip(), given)  # type: ignore[arg-type]
        self.placed.append((row, made))
        return made

    def _text(self, row: int, name: str, table: Mapping[str, Any], key: str) -> str:
        column = f"{name}.{key}" if name else key
        if key not in table:
            self.add(row, column, "", "is missing")
            return ""
        try:
            return str(VALUES[key](table[key]))
        except Refused as error:
            self.add(row, column, error.value, error.why)
            return ""

    def _values(self, row: int, name: str, table: Mapping[str, Any], form: RuleForm) -> dict[str, Any]:
        """Everything but id and kind, as values; faults are told."""
        allowed = (*form.needs, *form.may, *form.scope)
        given: dict[str, Any] = {}
        for key, value in table.items():
            if key in ("id", "kind"):
                continue
            column = f"{name}.{key}"
            if key not in (*allowed, "reason"):
                near = get_close_matches(key, (*allowed, "reason"), 1)
                hint = f"; is {near[0]} meant?" if near else f"; it may say {', '.join((*allowed, 'reason'))}"
                self.add(row, column, "", f"is not known of this kind of rule{hint}")
                continue
            try:
                given[key] = VALUES[key](value)
            except Refused as error:
                self.add(row, column, error.value, error.why)
                continue
            for unknown, why in self._strangers(key, given[key]):
                self.add(row, column, unknown, why)
        if form.needs and not any(key in table for key in form.needs):
            self.add(row, name, "", f"does not say {' or '.join(form.needs)}")
        if "from" in given and "until" in given and given["until"] < given["from"]:
            self.add(row, f"{name}.until", given["until"], f"is before from, which is {given['from']}")
        if "value_below" in given and given["value_below"] <= given.get("value_at_least", 0):
            self.add(row, f"{name}.value_below", table["value_below"], "is no more than value_at_least")
        return given

    def _strangers(self, key: str, value: Any) -> Iterable[tuple[str, str]]:
        """Names that the folder does not have."""
        known, services = self.known, self.known.services
        names: Mapping[str, tuple[str, Iterable[str] | None]] = {
            "sites": ("site of sites.csv", known.sites),
            "services": ("service of services.csv", services),
            "carriers": (
                "carrier of services.csv",
                None if services is None else {one[0] for one in services.values()},
            ),
            "categories": ("category of products.csv", known.categories),
        }
        if key == "skus" and known.skus is not None:
            for one in value:
                if one not in known.skus and not any(matches(one, sku) for sku in known.skus):
                    yield one, "names no sku of products.csv"
        if key not in names:
            return
        what, there = names[key]
        if there is None:
            return
        for one in value:
            if one not in there:
                near = get_close_matches(one, sorted(there), 1)
                yield one, f"names no {what}{f'; is {near[0]} meant?' if near else ''}"


def _made(name: str, kind: RuleKind, reason: str, given: Mapping[str, Any]) -> Rule:
    """Make the noun; what says whom it concerns is its scope."""
    scope = {_FIELD.get(key, key): value for key, value in given.items() if key in (*ORDERS, *GOODS)}
    if kind == "hazmat_ground":
        scope["dangerous"] = True
    rest = {_FIELD.get(key, key): value for key, value in given.items() if key not in (*ORDERS, *GOODS, "reason")}
    return Rule(name, kind, RuleScope(**scope), reason, **rest)
