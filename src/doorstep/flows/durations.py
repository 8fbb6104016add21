"""The durations in force of a brand in the record, as they are written in a folder and as promises read them."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock

from doorstep.core.learned import decisions
from doorstep.domain.learned import TransitModel
from doorstep.files.durations_in import PublishedDurations, durations_of
from doorstep.files.durations_out import published_bytes
from doorstep.files.faults import Faults

MOST_HELD = 64

# By their sha256: what is read once is the same object ever after.
_held: OrderedDict[str, TransitModel] = OrderedDict()
_holding = Lock()


def durations_in_force(brand_id: int, known: datetime) -> TransitModel | None:
    """Give the durations published last, unless they know more than was known then; None: they have to be learned."""
    found = decisions.in_force(brand_id)
    return None if found is None or found.as_of > known else read_model(found)


def read_model(one: decisions.InForce) -> TransitModel:
    """Read a model from its row, or from memory. Raises InputRefused where somebody has spoiled the row."""
    with _holding:
        if one.model_sha256 not in _held:
            faults = Faults()
            read = durations_of(decisions.content(one.pk).encode(), faults)
            faults.refuse_if_any()
            assert read is not None
            _held[one.model_sha256] = read.model
            while len(_held) > MOST_HELD:
                _held.popitem(last=False)
        return _held[one.model_sha256]


def keep_published(brand_id: int, one: PublishedDurations) -> None:
    """Put what a folder has in force in force in the record, with the decision that published it."""
    raw = published_bytes(one)
    verdict = dict(one.verdict)
    decided = decisions.Decided(
        as_of=one.model.as_of,
        decided_at=one.decided_at,
        decided_by=one.decided_by[:100],
        published=True,
        reason=str(verdict.get("reason", "")),
        history_sha256=one.history_sha256[:64],
        model_sha256=one.model_sha256,
        verdict=verdict,
        content=raw.decode(),
    )
    decisions.add_decision(brand_id, decided, upon=None)
