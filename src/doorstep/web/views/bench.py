"""The pack bench: a tote is scanned, then every unit of it, then the carton, then the weight; then it has its label.

One input, which has the focus whenever the page opens; each scan is a form that is sent and answered by the page as it
then stands, so that a scanner is all one needs, and a reload shows what the rows say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.accounts.actors import actors_of
from doorstep.core.floor import bench
from doorstep.core.floor.bench import BenchRow, CheckRow
from doorstep.documents.box import Mark, Wrap, box_drawing, in_loading_order, marks, top_mm
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.gs1 import bare
from doorstep.domain.parcel import OWN_BOX, Placement
from doorstep.domain.rights import Scope
from doorstep.flows import pack, pick
from doorstep.flows.label_packed import label_packed
from doorstep.web.room import came_at, furnished, room
from doorstep.web.views.picking import LONGEST, scan_of
from doorstep.web.views.shipments import WITH_LABEL
from doorstep.web.words.facts import who

_NEXT = "\0next"  # no sku: the unit that goes in now, marked apart from its like


@dataclass(frozen=True, slots=True)
class Step:
    """The unit that the plan puts in next."""

    sku: str
    name: str
    mark: Mark
    where: str


@room("move_stock")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    return furnished(request, scope, "bench.html", {}, current="floor")


@login_required
@require_POST
@room("move_stock")
def find_tote(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Go to what was scanned: the code of a tote, a parcel or an order."""
    code = bare(scan_of(request))
    found = bench.find_totes(scope, code) if code else ()
    if len(found) != 1:
        told = f"{code or 'Nothing'} is no tote, parcel or order that waits to be packed." if not found else ""
        context = {"refused": told, "choices": found, "said": code}
        return furnished(request, scope, "bench.html", context, current="floor", status=422)
    return _tried(request, scope, found[0].pk, lambda: pack.open_tote(scope, found[0].pk))


@room("move_stock")
def show_tote(request: HttpRequest, scope: Scope, tote: int) -> HttpResponse:
    return _page(request, scope, tote)


@login_required
@require_POST
@room("move_stock")
def open_tote(request: HttpRequest, scope: Scope, tote: int) -> HttpResponse:
    take_over = request.POST.get("take_over") == "yes"
    return _tried(request, scope, tote, lambda: pack.open_tote(scope, tote, take_over=take_over))


@login_required
@require_POST
@room("move_stock")
def scan_tote(request: HttpRequest, scope: Scope, tote: int) -> HttpResponse:
    reason = request.POST.get("reason", "").replace("\0", "")[:LONGEST]
    packed = False

    def act() -> None:
        nonlocal packed
        packed = pack.scan(scope, tote, scan_of(request), reason=reason, now=came_at(request)).packed

    answer = _tried(request, scope, tote, act)
    if packed:
        label_packed(scope, tote, now=came_at(request))
    return answer


@login_required
@require_POST
@room("move_stock")
def label_tote(request: HttpRequest, scope: Scope, tote: int) -> HttpResponse:
    """Buy the label that could not be bought when the parcel was packed."""
    return _tried(request, scope, tote, lambda: label_packed(scope, tote, now=came_at(request)))


@login_required
@require_POST
@room("move_stock")
def repack_tote(request: HttpRequest, scope: Scope, tote: int) -> HttpResponse:
    return _tried(request, scope, tote, lambda: pack.begin_again(scope, tote))


@login_required
@require_POST
@room("move_stock")
def leave_tote(request: HttpRequest, scope: Scope, tote: int) -> HttpResponse:
    _tried(request, scope, tote, lambda: pack.leave_tote(scope, tote))
    return redirect("bench")


@login_required
@require_POST
@room("move_stock")
def refill_tote(request: HttpRequest, scope: Scope, tote: int) -> HttpResponse:
    """Have the units that a tote lacks fetched from wherever the site has them."""
    row = _row(scope, tote)

    def act() -> None:
        if not pick.refill(scope, row.brand_id, row.order_id, tote, row.site_pk, now=came_at(request)):
            raise Conflict("The site has no others. It waits until goods are received.")

    return _tried(request, scope, tote, act)


def _tried(request: HttpRequest, scope: Scope, tote: int, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except NotFound:
        raise Http404("There is no such tote.") from None
    except Conflict as refusal:
        return _page(request, scope, tote, str(refusal), 422)
    return redirect("tote", tote)


def _row(scope: Scope, tote: int) -> BenchRow:
    found = bench.get_tote(scope, tote)
    if found is None:
        raise Http404("There is no such tote.")
    return found


def _page(request: HttpRequest, scope: Scope, tote: int, refused: str = "", status: int = 200) -> HttpResponse:
    row = _row(scope, tote)
    cartons = bench.cartons(row.brand_id, row.site)
    carton = cartons.get(row.carton or row.planned_carton)
    wrap = Wrap(carton.padding_mm, carton.mailer, top_mm(row.placements)) if carton else Wrap()
    marked = marks([*(lying.sku for lying in row.placements), *(one.sku for one in row.checks)])
    placed, step = _steps(row, marked, wrap.padding_mm)
    if step:
        marked = {**marked, _NEXT: replace(step.mark, style=f"{step.mark.style} unit-now")}
    context = {
        "tote": row,
        "inside": [(one, marked[one.sku]) for one in row.checks],
        "drawing": box_drawing(placed, carton.inner_mm if carton else None, marked, wrap),
        "step": step,
        "inner_mm": carton.inner_mm if carton else None,
        "cartons": [one for one in cartons.values() if one.code != row.planned_carton],
        "packer": who(row.packer, actors_of(scope, [row.packer])) if row.packer else "",
        "mine": row.packer == scope.actor,
        "may_take_over": scope.may("plan"),
        "expected_g": pack.planned_weight_g(row),
        "has_label": row.parcel_state in WITH_LABEL and bool(row.tracking),
        "own_box": row.planned_carton == OWN_BOX,
        "refused": refused or row.told,
        "units_in": sum(one.scanned for one in row.checks),
        "units": sum(one.wanted for one in row.checks),
    }
    return furnished(request, scope, "tote.html", context, current="floor", status=status)


def _steps(row: BenchRow, marked: dict[str, Mark], floor_mm: int) -> tuple[list[Placement], Step | None]:
    """The units that are in, and the next one, as the plan lays them: from the bottom up, from the far corner."""
    scanned = {one.sku: one.scanned for one in row.checks}
    named: dict[str, CheckRow] = {one.sku: one for one in row.checks}
    inside, step = list[Placement](), None
    for lying in in_loading_order(_lying(row)):
        if scanned.get(lying.sku, 0) > 0:
            scanned[lying.sku] -= 1
            inside.append(lying)
        elif step is None and row.stage == "units":
            name = named[lying.sku].name if lying.sku in named else ""
            step = Step(lying.sku, name, marked[lying.sku], _where(lying, floor_mm))
            inside.append(replace(lying, sku=_NEXT))
    return inside, step


def _lying(row: BenchRow) -> tuple[Placement, ...]:
    """A product that ships in its own box is not placed anywhere: it is the box."""
    if row.placements or row.planned_carton != OWN_BOX or not row.checks:
        return row.placements
    one = row.checks[0]
    return (Placement(row.order, one.sku, 1, 0, 0, 0, *one.size_mm),)


def _where(lying: Placement, floor_mm: int) -> str:
    up = "on the floor of the box" if lying.z_mm <= floor_mm else f"{lying.z_mm} mm up"
    return f"{lying.length_mm} × {lying.width_mm} × {lying.height_mm} mm as it lies, {up}"
