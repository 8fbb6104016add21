"""`doorstep migrate`, `load`, `plan-day` and `add-user`: the commands of the record."""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.options import BrandFolder, Seed
from doorstep.cli.promise_fit import EXIT_NOT_PUBLISHED, AsOf, say_verdict
from doorstep.cli.terminal import bars, err, out
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import ROLES, Scope

if TYPE_CHECKING:
    from doorstep.flows.load_brand import Loaded
    from doorstep.flows.plan_day import DayPlanned

OperatorCode = Annotated[
    str, typer.Option("--operator", metavar="CODE", help="The operator: a 3PL, or the shop itself.")
]
BrandCode = Annotated[str, typer.Argument(metavar="BRAND", help="The brand's code.")]
Port = Annotated[int, typer.Option(metavar="P", min=1, max=65_535, help="Where to listen.")]
Once = Annotated[bool, typer.Option("--once", help="End after the first page has answered.")]


def migrate() -> None:
    """Make the tables of the record, or bring them up to this version.

    The record is SQLite in the folder DOORSTEP_HOME (default: demo), or what DOORSTEP_DATABASE names, as in
    postgresql://user:password@host/name.

    \b
    Example:
      doorstep migrate
    """
    set_up()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def load(folder: BrandFolder, operator: OperatorCode = "operator") -> None:
    """Load a brand folder into the record, whole or not at all; the operator is made if it is not there.

    \b
    Example:
      doorstep load my-shop --operator north
    """
    set_up()
    has_tables()
    loaded = load_folder(folder, operator)
    out.print(f"{folder}: {loaded.orders:,} orders, {loaded.products:,} products and {loaded.units:,} units loaded")


def plan_day(brand: BrandCode, operator: OperatorCode = "operator", seed: Seed = 0) -> None:
    """Plan all open orders of a brand from now on, reserve their stock, and keep the decisions.

    Then learn what one more of what is short is worth, for the orders that are decided one at a time until the next
    planning, unless the brand heeds no such prices.

    \b
    Example:
      doorstep plan-day nordlicht --operator north
    """
    set_up()
    has_tables()
    scope, brand_id = scope_of(operator, brand)
    say_day(plan(scope, brand_id, seed, leaving_from=now()))
    learn_prices(scope, brand_id, seed)


def learn(brand: BrandCode, operator: OperatorCode = "operator", as_of: AsOf = None, seed: Seed = 0) -> None:
    """Learn a brand's durations from its past parcels, and publish them unless they are worse than those in force.

    \b
    Example:
      doorstep learn nordlicht --operator north

    Exit codes: 0 published, 3 refused and what was in force still is, 2 the input is refused, 1 anything else.
    """
    set_up()
    has_tables()
    scope, brand_id = scope_of(operator, brand)
    from doorstep.flows.learn import learn as flow
    from doorstep.kernels.run import Run

    with bars() as progress:
        verdict = flow(scope, brand_id, now=now(), run=Run(seed=seed, progress=progress), as_of=as_of)
    say_verdict(verdict, f"published for {brand}")
    if not verdict.published:
        raise typer.Exit(EXIT_NOT_PUBLISHED)


def add_user(
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    role: Annotated[str, typer.Option(metavar="ROLE", help=f"One of {', '.join(ROLES)}.")] = "operator_admin",
    operator: OperatorCode = "operator",
    brands: Annotated[list[str] | None, typer.Option("--brand", help="For roles of a brand; may be repeated.")] = None,
) -> None:
    """Add somebody who may log in; the password is asked for, or read from DOORSTEP_PASSWORD.

    \b
    Example:
      doorstep add-user ann@example.com --role supervisor --operator north
    """
    set_up()
    has_tables()
    known = [one for one in ROLES if one == role]
    if not known:
        raise typer.BadParameter(f"{role} is not one of {', '.join(ROLES)}", param_hint="'--role'")
    password = os.environ.get("DOORSTEP_PASSWORD") or typer.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    from doorstep.core.accounts import actions

    ids = [scope_of(operator, brand)[1] for brand in brands or []]
    actions.add_user(email, "", password, known[0], operator_id(operator), ids)
    out.print(f"{email} may log in as {role}")


def set_up() -> None:
    """Set Django up; only the commands of the record need it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.server.settings")
    os.environ.setdefault("DOORSTEP_SECRET_KEY", _secret_key(home()))
    import django

    django.setup()


def now() -> datetime:
    """The time that the record goes by, as its server and its workers do."""
    from doorstep.server.clock import instant

    return instant()


def has_tables() -> None:
    """End with a plain word where the record was never migrated, before a query says so in a traceback."""
    from django.db import connection

    if "accounts_operator" not in connection.introspection.table_names():
        err.print("the record has no tables yet: say doorstep migrate")
        raise typer.Exit(2)


def home() -> Path:
    place = Path(os.environ.get("DOORSTEP_HOME", "demo"))
    place.mkdir(parents=True, exist_ok=True)
    return place


def _secret_key(place: Path) -> str:
    """Kept beside the record, so that sessions outlive a restart; readable by its owner alone."""
    file = place / "secret_key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return file.read_text(encoding="ascii")


def operator_id(code: str) -> int:
    from doorstep.core.accounts import actions, queries

    found = queries.operator_id(code)
    return actions.add_operator(code, code) if found is None else found


def scope_of(operator: str, brand: str) -> tuple[Scope, int]:
    from doorstep.core.accounts import queries

    found = queries.operator_id(operator)
    ids = queries.brand_ids(found) if found is not None else {}
    if found is None or brand not in ids:
        known = f"; there are {', '.join(sorted(ids))}" if ids else ""
        raise NotFound(f"the operator {operator} has no brand {brand}{known}")
    return Scope(found, frozenset(ids.values()), "operator_admin", "system"), ids[brand]


def load_folder(folder: Path, operator: str) -> Loaded:
    from doorstep.flows.load_brand import load_brand

    with bars() as progress:
        return load_brand(operator_id(operator), folder, now=now(), progress=progress)


def plan(scope: Scope, brand_id: int, seed: int, leaving_from: datetime | None) -> DayPlanned:
    from doorstep.cli.at_work import at_work
    from doorstep.flows.plan_day import plan_day as flow

    with at_work(None, shown=True, seed=seed) as run:
        return flow(scope, brand_id, now=now(), run=run, leaving_from=leaving_from)


def learn_prices(scope: Scope, brand_id: int, seed: int) -> None:
    """Learn bid prices; the day is planned whatever becomes of it."""
    from doorstep.core.learned import bids
    from doorstep.flows.learn_bids import learn_bids
    from doorstep.kernels.run import Run

    if not bids.heeded(scope, brand_id):
        return
    try:
        with bars() as progress:
            learned = learn_bids(scope, brand_id, now=now(), run=Run(seed=seed, progress=progress))
    except Exception as error:  # whatever it is: the day is planned
        err.print(f"no bid prices were learned, the day is planned all the same: {error or type(error).__name__}")
        return
    if learned.orders:
        price = "bid price" if len(learned.rows) == 1 else "bid prices"
        out.print(f"{len(learned.rows):,} {price} of what is short learned from {learned.orders:,} orders")


def say_day(day: DayPlanned) -> None:
    out.print(f"{day.planned:,} orders planned and their stock reserved; {day.unplanned:,} wait, each with its reason")
