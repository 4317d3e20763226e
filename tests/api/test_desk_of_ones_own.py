"""Liaisons, changes of capacity and closures by API: what the pages of one's own organisation can do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.world import World

ANY = {"If-Match": "*"}
COMING = {"startsOn": "2099-03-02", "endsOn": "2099-03-13"}


def test_a_liaison_from_the_first_to_the_last(client: Any, demo: World, conforms: Any) -> None:
    hub, post = client("hub_a"), demo.organisations["post"]
    body = {"name": "Lia Proef", "phone": "+57 1 555", "market": "CO", "counterpart": post, "note": "'s Ochtends."}
    made = hub("POST", "/liaisons", body, headers={"Idempotency-Key": "liaison-1"})
    shown = conforms("POST", made)
    assert made.status_code == 201 and made.headers["Location"] == f"/api/v1/liaisons/{shown['id']}"
    assert {name: shown[name] for name in body} == body and shown["email"] is None
    again = hub("POST", "/liaisons", body, headers={"Idempotency-Key": "liaison-1"})
    assert again.json["id"] == shown["id"] and hub("GET", "/liaisons").json["total"] == 1

    path = f"/liaisons/{shown['id']}"
    etag = hub("GET", path).headers["ETag"]
    changed = hub("PATCH", path, {"email": "lia@example.nl", "phone": None}, headers={"If-Match": etag})
    assert conforms("PATCH", changed)["email"] == "lia@example.nl" and changed.json["phone"] is None
    assert hub("PATCH", path, {"name": "x"}, headers={"If-Match": etag}).status_code == 412
    assert hub("GET", f"/liaisons?counterpart={post}&market=CO").json["total"] == 1
    assert hub("GET", "/liaisons?market=VN").json["total"] == 0
    gone = hub("DELETE", path)
    assert conforms("DELETE", gone)["name"] == "Lia Proef"
    assert hub("GET", path).status_code == 404 and hub("DELETE", path).status_code == 404


def test_somebody_to_call_can_be_reached_by_a_party(client: Any, demo: World) -> None:
    hub = client("hub_a")
    refused = hub("POST", "/liaisons", {"name": "Lia"})
    assert refused.status_code == 422 and refused.json["errors"][0]["field"] == "phone"
    of_its_own_kind = {"name": "Lia", "phone": "+57 1 555", "counterpart": demo.organisations["hub_b"]}
    refused = hub("POST", "/liaisons", of_its_own_kind)
    assert refused.status_code == 422 and refused.json["errors"][0]["field"] == "counterpart"
    made = hub("POST", "/liaisons", {"name": "Lia", "phone": "+57 1 555"}).json
    assert hub("PATCH", f"/liaisons/{made['id']}", {"phone": None}, headers=ANY).status_code == 422
    assert hub("PATCH", f"/liaisons/{made['id']}", {"note": "x"}, headers=ANY).status_code == 200
    for stranger in ("hub_b", "post", "far_post"):
        assert client(stranger)("GET", "/liaisons").json["total"] == 0
        assert client(stranger)("GET", f"/liaisons/{made['id']}").status_code == 404


def test_another_capacity_for_some_weeks(client: Any, demo: World, conforms: Any) -> None:
    hub, office = client("hub_a"), demo.offices["hub_a"]
    made = hub("POST", "/capacity-changes", {"office": office, **COMING, "weeklyCapacity": 0})
    shown = conforms("POST", made)
    assert made.status_code == 201 and shown["weeklyCapacity"] == 0 and shown["reason"] == "other"
    overlap = hub("POST", "/capacity-changes", {"office": office, **COMING, "weeklyCapacity": 4})
    assert overlap.status_code == 422 and overlap.json["errors"][0]["code"] == "capacity_overlap"
    listed = hub("GET", f"/capacity-changes?office={office}")
    assert [row["id"] for row in conforms("GET", listed)["items"]] == [shown["id"]]
    path = f"/capacity-changes/{shown['id']}"
    assert conforms("GET", hub("GET", path)) == shown
    assert conforms("DELETE", hub("DELETE", path))["id"] == shown["id"]
    assert hub("GET", path).status_code == 404 and hub("GET", "/capacity-changes").json["total"] == 0
    assert hub("POST", "/capacity-changes", {"office": office, **COMING, "weeklyCapacity": 4}).status_code == 201


@pytest.mark.parametrize("path", ["/capacity-changes", "/closures"])
def test_an_office_of_somebody_else_is_none(client: Any, demo: World, path: str) -> None:
    for office in (demo.offices["hub_b"], demo.offices["post"], "0" * 26):
        body = {"office": office, **COMING, **({"weeklyCapacity": 1} if "capacity" in path else {})}
        refused = client("hub_a")("POST", path, body)
        assert refused.status_code == 422 and refused.json["errors"][0]["field"] == "office", office
    assert client("hub_b")("GET", path).json["total"] == client("post")("GET", path).json["total"] == 0


def test_a_closure_moves_the_clocks_that_run_there(client: Any, demo: World, conforms: Any, new_referral: Any) -> None:
    _asked, referral = new_referral()
    hub = client("hub_a")
    before = hub("GET", f"/referrals/{referral}").json["dueAt"]
    today = date.fromisoformat(before[:10])
    days = {
        "startsOn": str(today - timedelta(days=6)),
        "endsOn": str(today + timedelta(days=6)),
        "reason": "Verhuizing",
    }
    made = hub("POST", "/closures", {"office": demo.offices["hub_a"], **days})
    shown = conforms("POST", made)
    assert made.status_code == 201 and shown["reason"] == "Verhuizing"
    assert hub("GET", f"/referrals/{referral}").json["dueAt"] > before
    assert conforms("GET", hub("GET", f"/closures?office={demo.offices['hub_a']}"))["total"] == 1
    assert conforms("DELETE", hub("DELETE", f"/closures/{shown['id']}"))["reason"] == "Verhuizing"
    assert hub("GET", f"/referrals/{referral}").json["dueAt"] == before
    order = {"office": demo.offices["hub_a"], "startsOn": "2099-03-02", "endsOn": "2099-03-01"}
    refused = hub("POST", "/closures", order)
    assert refused.status_code == 422 and refused.json["errors"][0]["field"] == "endsOn"
