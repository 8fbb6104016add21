"""Learn the durations of a brand out of the record, judge them, and publish them or leave those in force."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from doorstep.core.accounts import snapshot as accounts
from doorstep.core.learned import decisions, snapshot
from doorstep.core.network import snapshot as network
from doorstep.core.tariffs import snapshot as tariffs
from doorstep.domain.errors import NotFound
from doorstep.domain.learned import PastParcel
from doorstep.domain.rights import Scope
from doorstep.files.durations_out import decision, durations_bytes
from doorstep.flows.durations import read_model
from doorstep.flows.promise_fit import instant_of, with_ahead
from doorstep.flows.standing import forget_brand
from doorstep.kernels.promise.judged import Ground
from doorstep.kernels.promise.publish import Verdict, as_published, judge
from doorstep.kernels.run import Run


def learn(scope: Scope, brand_id: int, *, now: datetime, run: Run, as_of: datetime | None = None) -> Verdict:
    """Keep the decision, whichever it is; plans and quotes promise by what is published from then on.

    What says the same as what is in force is not kept a second time: that stays in force, as of its own instant.

    `as_of`: None for the end of the history. Raises NotFound for a foreign brand, InvalidProblem for an instant in the
    future or long after the history, Conflict if somebody else published meanwhile.
    """
    if brand_id not in scope.brands:
        raise NotFound("no such brand")
    history, ground = snapshot.history(brand_id), _ground(brand_id)
    upon = decisions.in_force(brand_id)
    model = as_published(history, instant_of(history, as_of, now), ground)
    ahead = upon.as_of if upon and upon.as_of > now else None
    verdict = judge(model, read_model(upon) if upon and not ahead else None, history, ground, run=run)
    verdict = with_ahead(verdict, ahead)
    told = decision(model, verdict, history_sha256(history), now, scope.actor)
    decided = decisions.Decided(
        as_of=model.as_of,
        decided_at=now,
        decided_by=scope.actor,
        published=verdict.published,
        reason=verdict.reason,
        history_sha256=told["history_sha256"],
        model_sha256=told["model_sha256"],
        verdict=told["verdict"],
        content=durations_bytes(model, told).decode() if verdict.published and verdict.cause != "same" else "",
    )
    decisions.add_decision(brand_id, decided, upon.pk if upon else None)
    forget_brand(brand_id)
    return verdict


def history_sha256(history: Sequence[PastParcel]) -> str:
    """Tell one history of the record from another: the sha256 of its parcels, one after the other."""
    digest = hashlib.sha256()
    for one in history:
        digest.update(repr(one).encode())
    return digest.hexdigest()


def _ground(brand_id: int) -> Ground:
    operator_id, brand = accounts.brand(brand_id)
    services = tariffs.tariff(brand_id).services
    calls = network.collections(operator_id, {one.service for one in services})
    return Ground(network.sites(operator_id), calls, services, brand.on_time_target_ppm)
