"""`doorstep accounts`: contracts with carriers and commitment prices, of all brands of an operator together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from doorstep.cli.options import AsJson, BrandFolder, Seed
from doorstep.cli.record import OperatorCode, has_tables, now, set_up
from doorstep.cli.terminal import notice, out, print_table
from doorstep.domain.commitment import AccountKey
from doorstep.domain.errors import InvalidProblem, NotFound
from doorstep.domain.rights import Scope

if TYPE_CHECKING:
    from doorstep.core.learned.insights import Kept

accounts = typer.Typer(no_args_is_help=True, help="Contracts and commitment prices of all brands together.")
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Kept with it, for whoever asks later.")]
Carrier = Annotated[str, typer.Argument(metavar="CARRIER", help="As services name it.")]
Account = Annotated[str, typer.Option("--account", metavar="NAME", help="Of the carrier; left out: of no name.")]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="Of the prices.")]
Off = Annotated[bool, typer.Option("--off", help="Put an end to those in force.")]


@accounts.command()
def contracts(folder: BrandFolder, why: Why, operator: OperatorCode = "operator") -> None:
    """Put the contracts of commitments.csv in force for an operator; others in the folder's currency end.

    \b
    Example:
      doorstep accounts contracts my-shop --operator north --why "signed in March"
    """
    scope = _scope(operator)
    from doorstep.files.folder import read_folder
    from doorstep.flows.account_contracts import put_contracts

    read = read_folder(folder)
    if not read.commitments:
        raise InvalidProblem("the folder holds no commitments.csv; nothing was changed")
    found = put_contracts(scope, read.commitments, read.brand.currency.code, why, now=now())
    out.print(f"{len(found):,} contract{'' if len(found) == 1 else 's'} in force")


@accounts.command()
def reckon(operator: OperatorCode = "operator", seed: Seed = 0, as_json: AsJson = False) -> None:
    """Reckon commitment prices from the parcels of all brands, as the chore of the week does; none weighs by itself.

    \b
    Example:
      doorstep accounts reckon --operator north
    """
    scope = _scope(operator)
    from doorstep.flows.reckon_commitments import reckon_commitments
    from doorstep.kernels.run import Run

    found = reckon_commitments(scope.operator, now=now(), run=Run(seed=seed), actor=scope.actor)
    if as_json:
        told = {currency: {"as_of": one.as_of, "prices": one.document["prices"]} for currency, one in found.items()}
        print(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
        return
    if not found:
        notice("no contract is in force, or no brand sends in its currency: there is nothing to reckon")
    for currency, one in found.items():
        _say(currency, one)


@accounts.command()
def weigh(
    carrier: Carrier,
    why: Why,
    account: Account = "",
    currency: Currency = "EUR",
    off: Off = False,
    operator: OperatorCode = "operator",
) -> None:
    """Have the prices of an account weigh that were reckoned last, for all brands at once; or, with --off, none.

    \b
    Examples:
      doorstep accounts weigh Postbird --account north --operator north --why "as reckoned on Monday"
      doorstep accounts weigh Postbird --account north --operator north --why "contract over" --off
    """
    scope = _scope(operator)
    from doorstep.core.learned import commitment_plans
    from doorstep.flows.account_prices import put_account_prices, weigh_reckoned

    key = AccountKey(carrier, account, currency)
    if off:
        put_account_prices(scope, key, (), why, now=now())
        out.print(f"no price of {carrier} {account}".rstrip() + " is in force any more")
        return
    kept = commitment_plans.kept(scope.operator).get(currency)
    if kept is None:
        raise NotFound(f"nothing was reckoned in {currency} yet")
    found = weigh_reckoned(scope, key, kept.learned_at, why, now=now())
    prices = next(one.prices for one in found if one.key == key)
    out.print(f"{len(prices):,} price{'' if len(prices) == 1 else 's'} of {carrier} {account}".rstrip() + " in force")


def _scope(operator: str) -> Scope:
    set_up()
    has_tables()
    from doorstep.core.accounts import queries

    found = queries.operator_id(operator)
    if found is None:
        raise NotFound(f"there is no operator {operator}")
    return Scope(found, frozenset(queries.brand_ids(found).values()), "operator_admin", "system")


def _say(currency: str, one: Kept) -> None:
    from rich.table import Table

    out.print(f"{currency}: {one.document['headline']}")
    if one.document["left_out"]:
        notice(f"{one.document['left_out']}.")
    table = Table(box=None, pad_edge=False)
    for head in ("carrier", "account", "service", "a parcel weighs", "from", "to"):
        table.add_column(head, justify="right" if head == "a parcel weighs" else "left")
    for carrier, account, service, micros, since, until in one.document["prices"]:
        table.add_row(carrier, account, service, f"{micros / 1_000_000:.4f}", since, until)
    if one.document["prices"]:
        print_table(table)
