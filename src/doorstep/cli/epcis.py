"""`doorstep epcis`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from doorstep.cli.record import BrandCode, OperatorCode, has_tables, scope_of, set_up
from doorstep.cli.terminal import out


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not an instant such as 2026-11-16T09:00+01:00") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


Since = Annotated[datetime, typer.Option("--from", metavar="D", parser=_instant, help="Inclusive; UTC unless said.")]
Until = Annotated[datetime, typer.Option("--to", metavar="D", parser=_instant, help="Exclusive.")]
File = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")]


def epcis(brand: BrandCode, since: Since, until: Until, to: File, operator: OperatorCode = "operator") -> None:
    """Write what happened to a brand's goods between two instants as a document of GS1 EPCIS 2.0.

    \b
    Example:
      doorstep epcis nordlicht --from 2026-11-16 --to 2026-11-17 --out events.jsonld
    """
    set_up()
    has_tables()
    scope, brand_id = scope_of(operator, brand)
    from doorstep.flows.export_epcis import epcis_document, epcis_events

    counted = 0

    def told() -> Iterator[dict[str, Any]]:
        nonlocal counted
        for event in epcis_events(scope, brand_id, since=since, until=until):
            counted += 1
            yield event

    half = to.with_name(f".{to.name}.part")  # written aside, so that a file with this name is a whole one
    try:
        with half.open("wb") as file:
            file.writelines(epcis_document(told(), datetime.now(UTC)))
        half.replace(to)
    finally:
        half.unlink(missing_ok=True)
    out.print(f"{to}: {counted:,} events")
