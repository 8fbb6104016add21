"""Which late parcels are excused: those that met a declared disruption on the way to their promised date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.domain.disruption import DeclaredDisruption, Disruption
from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL, bare_region
from doorstep.kernels.promise.figures import BoolArray, IntArray, Outcomes
from doorstep.kernels.promise.recorded import ExcuseUse
from doorstep.kernels.promise.walked import Walked

Codes = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where parcels went and where they left, as far as a disruption may ask; empty: not known, so never excused by it.

    Attributes
    ----------
    country, postcode
        [n] of the destination.
    site
        [n] where it left.
    """

    country: tuple[str, ...]
    postcode: tuple[str, ...]
    site: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meeting:
    """Whom each of m disruptions concerns by place, site, carrier and service, whenever it was: [m] arrays [n]."""

    declared: tuple[DeclaredDisruption, ...]
    concerned: tuple[BoolArray, ...]


def meeting(walked: Walked, declared: Sequence[DeclaredDisruption], whereabouts: Whereabouts | None = None) -> Meeting:
    """Find the parcels that disruptions concern.

    Raises
    ------
    InvalidProblem
        For an excuse without a reason, a disruption that ends before it starts, or places of another number than n.
    """
    for one in declared:
        if one.excuses and not one.reason.strip():
            raise InvalidProblem(f"a disruption from {one.what.starts_on} excuses and has no reason")
        if one.what.ends_on < one.what.starts_on:
            raise InvalidProblem(f"a disruption ends on {one.what.ends_on}, before it starts")
    known = whereabouts or Whereabouts(*(("",) * len(walked),) * 3)
    columns = (known.country, known.postcode, known.site)
    if any(len(column) != len(walked) for column in columns):
        raise InvalidProblem("places and promises differ in number")
    country, site = np.array(known.country, dtype=np.str_), np.array(known.site, dtype=np.str_)
    postcode = np.array([code.replace(" ", "").upper() for code in known.postcode], dtype=np.str_)
    # A region is told bare or with its country in front, here and there.
    regions = (bare_region(*pair) for pair in zip(known.country, walked.destination_region, strict=True))
    region = np.array(tuple(regions), dtype=np.str_)
    carrier, service = np.array(walked.carrier, dtype=np.str_), np.array(walked.service, dtype=np.str_)

    def concerned(what: Disruption) -> BoolArray:
        asked: tuple[tuple[str, Codes], ...] = (
            (what.country, country),
            (bare_region(what.country, what.region), region),
            (what.site, site),
            (what.carrier, carrier),
            (what.service, service),
        )
        found = np.ones(len(walked), dtype=np.bool_)
        for wanted, codes in asked:
            if wanted:
                found &= codes == wanted
        if what.postcode_prefix:
            found &= np.char.startswith(postcode, what.postcode_prefix)
        return found

    return Meeting(tuple(declared), tuple(concerned(one.what) for one in declared))


def met(walked: Walked, meets: Meeting, at: int, promised: IntArray) -> BoolArray:
    """Tell who met disruption number `at` from placing to the promised day, `promised` [n] days from placing.

    What begins behind the promised day cannot have made a parcel late for it, however long it was on its way after.
    """
    what = meets.declared[at].what
    first, last = what.starts_on.toordinal() - EPOCH_ORDINAL, what.ends_on.toordinal() - EPOCH_ORDINAL
    during = (walked.placed_day <= last) & (first <= walked.placed_day + promised)
    return meets.concerned[at] & during


def excused(walked: Walked, meets: Meeting, promised: IntArray) -> BoolArray:
    """Tell who met any disruption that excuses: [n]. Whether it was late is another question."""
    found = np.zeros(len(walked), dtype=np.bool_)
    for at, one in enumerate(meets.declared):
        if one.excuses:
            found |= met(walked, meets, at, promised)
    return found


def uses(walked: Walked, meets: Meeting, result: Outcomes) -> tuple[ExcuseUse, ...]:
    """Count for each disruption whom it met and whom it excuses; who met two counts at both."""
    found = []
    for at, one in enumerate(meets.declared):
        who = met(walked, meets, at, result.promised)
        late = who & result.late
        spared = late if one.excuses else np.zeros_like(late)
        told = one.declared_on.toordinal() - EPOCH_ORDINAL
        found.append(
            ExcuseUse(
                declared=one,
                met=int(who.sum()),
                late=int(late.sum()),
                excused=int(spared.sum()),
                told_before=int((spared & (walked.placed_day >= told)).sum()),
                told_after=int((spared & (walked.placed_day + result.promised < told)).sum()),
            )
        )
    return tuple(found)
