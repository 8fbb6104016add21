"""The letter to a carrier whose service keeps fewer promises than it did: a draft that a person reads and sends."""

from __future__ import annotations

from doorstep.domain.days import day_of
from doorstep.kernels.learn.carrier_record import Investigation

NAMED = 20  # parcels in the letter


def letter(case: Investigation, sender: str, *, one_in: int = 1) -> str:
    """Draft the letter: what was seen, where, which parcels, what is asked.

    `one_in`: of how many parcels one was looked at; 1: all of them were.
    """
    since = day_of(case.since_day)
    lines = [
        f"Subject: {case.service}: {case.late} of {case.due} parcels late since {since.isoformat()}",
        "",
        "Dear Sir or Madam,",
        "",
        f"since {since.isoformat()}, {case.due} parcels that we handed over to {case.service} in good time fell due.",
        f"{case.late} of them were not delivered by the promised day. From what their lanes, weights and days of the",
        f"week showed before, we expected {case.expected:.1f}. Parcels that we handed over late are left out.",
        *([f"These are figures of a sample: one of every {one_in} parcels."] if one_in > 1 else []),
        "",
    ]
    if case.lanes:
        lines += ["Where most of them are:", ""]
        lines += [f"  {lane}: {late} of {due} late, {usual:.1f} expected" for lane, due, late, usual in case.lanes]
        lines.append("")
    if case.parcels:
        named = case.parcels[:NAMED]
        lines += [f"Parcels, the last {len(named)}:", "", *(f"  {one}" for one in named), ""]
    lines += [
        "Please tell us what happened to these parcels, what causes the change, and by when it is put right.",
        "",
        "Yours faithfully,",
        sender,
        "",
    ]
    return "\n".join(lines)
