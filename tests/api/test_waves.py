from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.api.shop import NOW, Place, Shop, order

from doorstep.domain.rights import Scope
from doorstep.flows import pick

pytestmark = pytest.mark.django_db
LATER = "2026-12-31T00:00:00Z"


def placed(place: Place, *codes: str) -> None:
    shop = place.with_key()
    for code in codes:
        assert shop.post("/v1/orders", order(code), idempotency_key=code).status_code == 201


def released(supervisor: Shop) -> str:
    answer = supervisor.post("/v1/waves", {"site": "munich", "leaves_until": LATER})
    assert answer.status_code == 201
    return str(answer.json()["data"][0]["wave"])


def test_parcels_are_released_read_and_taken_back(place: Place) -> None:
    placed(place, "N-1", "N-2")
    supervisor = place.with_key("supervisor")
    answer = supervisor.post("/v1/waves", {"site": "munich", "leaves_until": LATER}).json()
    assert (answer["parcels"], answer["left_out"], len(answer["data"])) == (2, 0, 1)
    wave = answer["data"][0]
    assert (wave["state"], wave["parcels"], wave["picks"], wave["picks_done"], wave["packed"]) == ("open", 2, 2, 0, 0)
    assert supervisor.get("/v1/waves").json()["data"] == [wave]
    assert supervisor.get("/v1/waves?state=closed").json()["data"] == []
    assert place.with_key("brand_viewer").get(f"/v1/waves/{wave['wave']}").json() == wave
    picks = supervisor.get(f"/v1/waves/{wave['wave']}/picks").json()["data"]
    assert [(one["sku"], one["quantity"], one["state"]) for one in picks] == [("mug", 1, "open"), ("mug", 1, "open")]
    assert place.with_key().get("/v1/orders/N-1").json()["state"] == "released"
    assert supervisor.ask("DELETE", f"/v1/waves/{wave['wave']}").json()["state"] == "withdrawn"
    assert place.with_key().get("/v1/orders/N-1").json()["state"] == "planned"


def test_a_release_with_a_key_is_done_once(place: Place) -> None:
    placed(place, "N-1")
    supervisor, body = place.with_key("supervisor"), {"site": "munich", "leaves_until": LATER}
    first = supervisor.post("/v1/waves", body, idempotency_key="w")
    placed(place, "N-2")
    again = supervisor.post("/v1/waves", body, idempotency_key="w")
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert place.with_key().get("/v1/orders/N-2").json()["state"] == "planned"
    other = supervisor.post("/v1/waves", {**body, "leaves_until": "2026-12-30T00:00:00Z"}, idempotency_key="w")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert supervisor.post("/v1/waves", body).json()["parcels"] == 1


def test_a_wave_that_is_being_picked_is_not_taken_back(place: Place) -> None:
    placed(place, "N-1")
    supervisor = place.with_key("supervisor")
    wave = released(supervisor)
    worker = Scope(place.operator, frozenset({place.brand}), "floor_worker", "user:5")
    assert pick.next_pick(worker, wave, now=NOW) is not None
    refused = supervisor.ask("DELETE", f"/v1/waves/{wave}")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert supervisor.get(f"/v1/waves/{wave}").json()["state"] == "open"


def test_nobody_of_a_brand_releases(place: Place) -> None:
    for role in ("brand_writer", "brand_admin", "brand_viewer"):
        answer = place.with_key(role).post("/v1/waves", {"site": "munich", "leaves_until": LATER})
        assert answer.status_code == 403
    supervisor = place.with_key("supervisor")
    assert supervisor.post("/v1/waves", {"site": "nowhere", "leaves_until": LATER}).status_code == 404
    assert supervisor.post("/v1/waves", {"site": "munich"}).status_code == 422
    assert supervisor.get("/v1/waves/none").status_code == 404


def test_a_page_of_waves_costs_the_same_however_many(place: Place) -> None:
    supervisor = place.with_key("supervisor")
    costs = []
    for codes in (("A-1",), ("B-1", "B-2", "B-3", "B-4")):
        for code in codes:
            placed(place, code)
            wave = released(supervisor)
        for path in ("/v1/waves?limit=200", f"/v1/waves/{wave}", f"/v1/waves/{wave}/picks"):
            with CaptureQueriesContext(connection) as asked:
                assert supervisor.get(path).status_code == 200
            costs.append(len(asked))
    assert costs[:3] == costs[3:]
    assert max(costs) <= 6
