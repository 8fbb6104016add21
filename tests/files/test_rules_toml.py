"""rules.toml: what is understood, and what is refused with file, rule and reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.files.tiny_brand import write_tiny

from doorstep.domain.errors import InputRefused
from doorstep.domain.rule_words import FORMS, told, words
from doorstep.domain.rules import RULE_KINDS, Rule, RuleScope, matches
from doorstep.files.faults import Faults
from doorstep.files.folder import read_folder
from doorstep.files.rules_toml import Known, kept_rules, parse_rules, read_rules_file

KNOWN = Known(
    frozenset({"ber", "muc"}),
    {"std": ("pony", "standard", ""), "exp": ("horse", "express", "air")},
    frozenset({"mug", "lamp"}),
    frozenset({"home"}),
)


def rule(kind: str, *lines: str, name: str = "r") -> str:
    return "\n".join(("[[rule]]", f'id = "{name}"', f'kind = "{kind}"', *lines, ""))


def parsed(text: str, known: Known = KNOWN) -> tuple[Rule, ...]:
    faults = Faults()
    found = parse_rules(text, "rules.toml", known, faults)
    faults.refuse_if_any()
    return found


def refused(text: str) -> list[str]:
    with pytest.raises(InputRefused) as caught:
        parsed(text)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "wanted", "says"),
    [
        (
            rule("only_from_sites", 'sites = ["ber"]', 'skus = ["m*"]'),
            Rule("r", "only_from_sites", RuleScope(skus=("m*",)), sites=("ber",)),
            "only from ber (sku m*)",
        ),
        (
            rule("never_from_sites", 'sites = ["ber", "muc"]', 'countries = ["FR"]'),
            Rule("r", "never_from_sites", RuleScope(countries=("FR",)), sites=("ber", "muc")),
            "never from ber or muc (to FR)",
        ),
        (
            rule("only_services", 'services = ["exp"]', 'speeds = ["express"]'),
            Rule("r", "only_services", RuleScope(speeds=("express",)), services=("exp",)),
            "only by exp (asked for express)",
        ),
        (
            rule("never_services", 'services = ["std"]', 'sites = ["muc"]'),
            Rule("r", "never_services", sites=("muc",), services=("std",)),
            "never by std from muc",
        ),
        (
            rule("only_carriers", 'carriers = ["horse"]', 'of_speeds = ["express"]'),
            Rule("r", "only_carriers", carriers=("horse",), of_speeds=("express",)),
            "only with horse of what goes by express service",
        ),
        (
            rule("hazmat_ground", 'modes = ["road", "rail"]'),
            Rule("r", "hazmat_ground", RuleScope(dangerous=True), modes=("road", "rail")),
            "dangerous goods only by road line haul or rail line haul",
        ),
        (
            rule("never_split", "gift = true", 'reason = "never split gifts"'),
            Rule("r", "never_split", RuleScope(gift=True), "never split gifts"),
            "never split (gifts)",
        ),
        (rule("max_parcels", "parcels = 2"), Rule("r", "max_parcels", parcels=2), "at most 2 parcels"),
        (
            rule("ship_together", 'categories = ["home"]'),
            Rule("r", "ship_together", RuleScope(categories=("home",))),
            "ship together (category home)",
        ),
        (
            rule("priority", "times = 10", "priority_at_least = 1", 'customers = ["c1"]'),
            Rule("r", "priority", RuleScope(priority=1, customers=("c1",)), times=10),
            "first when goods are short: leaving one counts 10 times (customer c1, priority 1 or higher)",
        ),
        (
            rule("safety_stock", "units = 2", "share = 0.125", 'sites = ["ber"]'),
            Rule("r", "safety_stock", sites=("ber",), units=2, share_ppm=125_000),
            "keep back 12.5 % and at least 2 units of each sku at ber",
        ),
        (
            rule("blackout_days", 'days = [2026-12-24, "2026-12-31..2027-01-01"]', 'carriers = ["pony"]'),
            Rule(
                "r",
                "blackout_days",
                carriers=("pony",),
                days=(date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 1)),
            ),
            "nothing leaves by pony on 2026-12-24, 2026-12-31 to 2027-01-01",
        ),
        (
            rule(
                "never_split", "value_at_least = 99.5", "value_below = 200", "from = 2026-11-01", "until = 2026-11-30"
            ),
            Rule(
                "r",
                "never_split",
                RuleScope(
                    value_at_least_micros=99_500_000,
                    value_below_micros=200_000_000,
                    since=date(2026, 11, 1),
                    until=date(2026, 11, 30),
                ),
            ),
            "never split (worth 99.5 or more and worth less than 200, ordered from 2026-11-01 on,"
            " ordered until 2026-11-30)",
        ),
    ],
)
def test_a_rule_of_each_kind_is_read_and_told(text: str, wanted: Rule, says: str) -> None:
    assert parsed(text) == (wanted,)
    assert words(wanted) == says
    assert told(wanted) == f"rule r: {wanted.reason or says}"
    assert kept_rules(text) == (wanted,)


def test_every_kind_has_its_form() -> None:
    assert set(FORMS) == set(RULE_KINDS)
    assert all(form.says for form in FORMS.values())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[rule]\n", "rules.toml: is not TOML: "),
        ("rules = 1\n", "rules.toml rules: is not known here; rules are written as [[rule]]"),
        ("rule = 1\n", "rules.toml rule: is not a list of rules"),
        ('[[rule]]\nkind = "never_split"\n', "rules.toml:1 id: is missing"),
        ('[[rule]]\nid = "r"\n', "rules.toml:1 r.kind: is missing"),
        ('[[rule]]\nid = "a b"\nkind = "never_split"\n', "rules.toml:1 id: 'a b' is no id"),
        (rule("never_splits"), "r.kind: 'never_splits' is no kind of rule; is never_split meant?"),
        (rule("never_split", 'site = ["ber"]'), "r.site: is not known of this kind of rule"),
        (rule("only_from_sites"), "rules.toml:1 r: does not say sites"),
        (rule("only_from_sites", 'sites = "ber"'), "r.sites: 'ber' is not a list of names"),
        (rule("only_from_sites", "sites = []"), "r.sites: is not a list of names"),
        (rule("only_from_sites", 'sites = ["ber", "ber"]'), "r.sites: 'ber' is named twice"),
        (rule("only_from_sites", 'sites = ["bet"]'), "r.sites: 'bet' names no site of sites.csv; is ber meant?"),
        (rule("only_services", 'services = ["fast"]'), "r.services: 'fast' names no service of services.csv"),
        (rule("only_carriers", 'carriers = ["cow"]'), "r.carriers: 'cow' names no carrier of services.csv"),
        (rule("never_split", 'skus = ["z*"]'), "r.skus: 'z*' names no sku of products.csv"),
        (rule("never_split", 'categories = ["car"]'), "r.categories: 'car' names no category of products.csv"),
        (rule("never_split", 'countries = ["XX"]'), "r.countries: 'XX' is no country code"),
        (rule("hazmat_ground", 'modes = ["boat"]'), "r.modes: 'boat' is no mode of line haul, which are"),
        (rule("max_parcels", "parcels = 0"), "r.parcels: '0' is not a whole number from 1 to 3"),
        (rule("max_parcels", "parcels = true"), "r.parcels: 'True' is not a whole number"),
        (rule("priority", "times = 1"), "r.times: '1' is not a whole number from 2 to 1000"),
        (rule("safety_stock", "share = 0"), "r.share: '0' is no share"),
        (rule("safety_stock", "share = nan"), "r.share: 'NaN' is not a decimal number"),
        (rule("safety_stock", "units = 1", "gift = true"), "r.gift: is not known of this kind of rule"),
        (rule("blackout_days", "days = [2026-12-24T10:00:00]"), "r.days: '2026-12-24 10:00:00' is not a date"),
        (rule("blackout_days", 'days = ["2026-12-24..2026-12-20"]'), "ends before it begins"),
        (rule("blackout_days", 'days = ["2026-01-01..2027-12-31"]'), "is longer than 366 days"),
        (rule("blackout_days", 'days = ["Christmas"]'), "'Christmas' is not a span of days"),
        (rule("never_split", "from = 2026-02-02", "until = 2026-02-01"), "r.until: '2026-02-01' is before from"),
        (rule("never_split", "value_at_least = 5", "value_below = 5"), "r.value_below: '5' is no more than"),
        (rule("never_split", "value_at_least = -1"), "r.value_at_least: '-1' is not between 0 and"),
        (rule("never_split", "gift = 1"), "r.gift: '1' is neither true nor false"),
        (rule("never_split", "dangerous = false"), "r.dangerous: 'False' is not true; leave it out instead"),
        (rule("never_split") + rule("never_split"), "rules.toml:4 id: 'r' is the id of another rule as well"),
        (
            rule("only_from_sites", 'sites = ["ber"]') + rule("never_from_sites", 'sites = ["ber", "muc"]', name="s"),
            "rules.toml:5 s: and rule r leave no site for the orders that both concern",
        ),
        (
            rule("only_from_sites", 'sites = ["ber"]')
            + rule("only_from_sites", 'sites = ["muc"]', 'countries = ["DE"]', name="s"),
            "rules.toml:5 s: and rule r leave no site",
        ),
        (
            rule("only_carriers", 'carriers = ["pony"]') + rule("only_services", 'services = ["exp"]', name="s"),
            "rules.toml:5 s: and rule r leave no service",
        ),
    ],
)
def test_what_is_refused_names_the_rule_and_the_reason(text: str, why: str) -> None:
    assert any(why in fault for fault in refused(text)), refused(text)


def test_rules_that_do_not_concern_the_same_orders_may_differ() -> None:
    one = rule("only_from_sites", 'sites = ["ber"]', 'countries = ["DE"]')
    other = rule("only_from_sites", 'sites = ["muc"]', 'countries = ["FR"]', name="s")
    swift = rule("only_carriers", 'carriers = ["pony"]', 'of_speeds = ["standard"]', name="t")
    air = rule("only_services", 'services = ["exp"]', 'of_speeds = ["express"]', name="u")
    assert len(parsed(one + other + swift + air)) == 4


def test_a_folder_reads_its_rules_and_says_what_is_wrong_with_them_beside_the_rest(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path)
    plain = read_folder(folder)
    assert (plain.rules, plain.rules_text) == ((), "")
    (folder / "rules.toml").write_text(rule("never_split", 'skus = ["mug"]'))
    ruled = read_folder(folder)
    assert [one.rule for one in ruled.rules] == ["r"]
    assert ruled.data_version != plain.data_version
    (folder / "rules.toml").write_text(rule("only_from_sites", 'sites = ["nowhere"]'))
    with pytest.raises(InputRefused) as caught:
        read_folder(folder)
    assert [fault.file for fault in caught.value.faults] == ["rules.toml"]
    (folder / "rules.toml").write_bytes(b"\xff")
    with pytest.raises(InputRefused, match="1 fault"):
        read_folder(folder)


def test_a_file_of_rules_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused):
        read_rules_file(tmp_path / "none.toml", KNOWN)


def test_thousands_of_levels_and_rules_are_refused_and_not_followed() -> None:
    assert "is not TOML" in refused("rule = " + "[" * 50_000)[0]
    assert "are the most" in refused("".join(rule("never_split", name=f"r{n}") for n in range(300)))[0]
    assert "is larger than" in refused("#" * 2_000_000)[0]


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("ab*"), max_size=8), st.text(st.sampled_from("ab"), max_size=8))
def test_a_star_stands_for_any_characters(pattern: str, sku: str) -> None:
    """Against the plain definition: the star takes nothing, or a character and stays."""

    def plain(p: str, s: str) -> bool:
        if not p:
            return not s
        if p[0] == "*":
            return plain(p[1:], s) or (bool(s) and plain(p, s[1:]))
        return bool(s) and p[0] == s[0] and plain(p[1:], s[1:])

    assert matches(pattern, sku) == plain(pattern, sku)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["id", "kind", "reason", "sites", "days", "units", "share", "times", "gift", "from", "x"]),
        st.one_of(
            st.sampled_from([*RULE_KINDS, "r", "ber"]).map(lambda text: f'"{text}"'),
            st.integers().map(str),
            st.booleans().map(lambda flag: str(flag).lower()),
            st.just('["ber"]'),
            st.just("[2026-12-24]"),
            st.just("2026-12-24"),
            st.just("[[1], {a = 1}]"),
            st.floats().map(str),
        ),
    )
)
def test_whatever_a_rule_says_it_is_understood_or_refused(table: dict[str, str]) -> None:
    text = "[[rule]]\n" + "\n".join(f"{key} = {value}" for key, value in table.items())
    found: tuple[Rule, ...] = ()
    refused: InputRefused | None = None
    try:
        found = parsed(text)
    except InputRefused as error:
        refused = error
    assert refused.count >= 1 if refused else len(found) == 1
    assert all(words(one) for one in found)
