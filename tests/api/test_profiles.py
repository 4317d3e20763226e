"""Profiles by API keep to the rules of the pages: what is published, what waits, and who confirms."""

from __future__ import annotations

from typing import Any

from tests.world import World

ANY = {"If-Match": "*"}


def test_a_change_says_what_is_published_and_what_waits(client: Any, demo: World, conforms: Any) -> None:
    hub, path = client("hub_a"), f"/hubs/{demo.organisations['hub_a']}"
    before = hub("GET", path)
    assert before.json["pending"] is None
    body = {"summaryEn": "At once.", "legalForm": "Stichting", "markets": ["CO", "PE"]}
    changed = hub("PATCH", path, body, headers={"If-Match": before.headers["ETag"]})
    conforms("PATCH", changed)
    assert changed.status_code == 200 and changed.json["summaryEn"] == "At once."
    assert (changed.json["legalForm"], changed.json["markets"]) == (None, ["CO"])
    pending = changed.json["pending"]
    assert pending["proposed"] == {"legalForm": "Stichting", "markets": ["CO", "PE"]}
    assert pending["published"] == {"legalForm": None, "markets": ["CO"]}
    assert hub("PATCH", path, body, headers={"If-Match": before.headers["ETag"]}).status_code == 412
    for reader in ("post", "hub_b", "auditor"):
        assert client(reader)("GET", path).json["pending"] is None, reader
        assert client(reader)("GET", f"/profile-changes/{pending['id']}").status_code == 404, reader
        assert client(reader)("GET", "/profile-changes").json["items"] == [], reader
    more = hub("PATCH", path, {"memberCount": 3, "markets": ["CO"]}, headers=ANY).json["pending"]
    assert more["id"] == pending["id"] and more["proposed"] == {"legalForm": "Stichting", "memberCount": 3}

    ministry, act = client("assessor"), f"/profile-changes/{pending['id']}/transitions"
    shown = ministry("GET", f"/profile-changes/{pending['id']}")
    conforms("GET", shown)
    assert shown.json["actions"] == ["publish", "send_back"]
    assert ministry("GET", "/profile-changes?state=submitted").json["items"][0]["id"] == pending["id"]
    assert hub("POST", act, {"action": "publish"}).status_code == 403
    assert ministry("POST", act, {"action": "publish"}).status_code == 403  # a token nobody stands behind
    ministry = client("assessor_2")
    assert ministry("POST", act, {"action": "send_back"}).status_code == 422
    stale = ministry("POST", act, {"action": "publish"}, headers={"If-Match": '"1.x"'})
    assert stale.status_code == 412
    back = ministry(
        "POST", act, {"action": "send_back", "reasons": [{"field": "legalForm", "reason": "The statutes differ."}]}
    )
    conforms("POST", back)
    assert back.json["state"] == "sent_back"
    own = hub("GET", f"/profile-changes/{pending['id']}").json
    assert own["reasons"] == {"legalForm": "The statutes differ."} and own["actions"] == ["submit"]
    assert hub("POST", act, {"action": "submit"}).json["state"] == "submitted"
    assert ministry("POST", act, {"action": "publish"}).json["state"] == "published"
    assert ministry("POST", act, {"action": "publish"}).status_code == 409
    assert hub("GET", path).json["legalForm"] == "Stichting"


def test_an_offer_outside_the_scope_waits(client: Any, demo: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("hubs.directory.api.register.is_outside_scope", lambda hub, service, on: True)
    hub = client("hub_a")
    made = hub("POST", "/service-offers", {"service": "advocacy", "isPublished": True})
    assert made.status_code == 201 and made.json["isPublished"] is False
    path = f"/hubs/{demo.organisations['hub_a']}"
    assert hub("GET", path).json["pending"]["proposed"] == {"addedServices": ["advocacy"]}
    hub("PATCH", f"/service-offers/{made.json['id']}", {"isPublished": False}, headers=ANY)
    assert hub("GET", path).json["pending"] is None


def test_a_head_keeps_the_post(client: Any, demo: World, conforms: Any) -> None:
    path = f"/posts/{demo.organisations['post']}"
    head = client("head")
    etag = head("GET", path).headers["ETag"]
    body = {"automaticServices": ["networking"], "districtCities": ["Bogotá"]}
    assert head("PATCH", path, body).status_code == 428
    assert client("post")("PATCH", path, body, headers=ANY).status_code == 403
    assert client("far_head")("PATCH", path, body, headers=ANY).status_code == 403
    changed = head("PATCH", path, body, headers={"If-Match": etag})
    conforms("PATCH", changed)
    assert changed.json["automaticServices"] == ["networking"] and changed.json["districtCities"] == ["Bogotá"]
    assert head("PATCH", path, body, headers={"If-Match": etag}).status_code == 412
    assert head("PATCH", path, {"automaticServices": ["authority_contact"]}, headers=ANY).status_code == 422
    assert head("PATCH", path, {"automaticServices": ["nonsense"]}, headers=ANY).status_code == 400
