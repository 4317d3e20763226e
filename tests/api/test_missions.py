"""Missions by API: the desk's own work with them, and what a hub that was asked sees and answers."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from tests.api.conftest import mission
from tests.world import World

ANY = {"If-Match": "*"}


@pytest.fixture
def ids(client: Any, demo: World) -> dict[str, str]:
    return mission(client, demo)


def test_a_desk_writes_down_changes_and_ends_a_mission(client: Any, conforms: Any) -> None:
    post = client("post")
    body = {"nameNl": "Zaden", "nameEn": "Seeds", "sectors": ["01"]}
    made = conforms("POST", post("POST", "/missions", body))
    path = f"/missions/{made['id']}"
    assert made["state"] == made["phase"] == "draft" and made["actions"] == ["announce", "cancel"]
    refused = post("POST", f"{path}/transitions", {"action": "announce"})
    assert refused.status_code == 422 and {row["field"] for row in refused.json["errors"]} == {"startsOn", "markets"}
    etag = post("GET", path).headers["ETag"]
    dated = {"markets": ["CO"], "startsOn": "2099-01-10", "endsOn": "2099-01-12"}
    changed = conforms("PATCH", post("PATCH", path, dated, headers={"If-Match": etag}))
    assert (changed["nameEn"], changed["sectors"], changed["markets"]) == ("Seeds", ["01"], ["CO"])
    assert post("PATCH", path, dated, headers={"If-Match": etag}).status_code == 412
    assert post("POST", f"{path}/transitions", {"action": "announce"}).json["state"] == "announced"
    assert post("GET", "/missions?state=announced&market=CO").json["total"] == 1
    assert post("GET", "/missions?market=VN").json["total"] == 0
    over = post("POST", f"{path}/transitions", {"action": "finish"})
    assert over.status_code == 422 and over.json["errors"][0]["code"] == "not_over"
    assert conforms("POST", post("POST", f"{path}/transitions", {"action": "cancel"}))["state"] == "cancelled"
    assert post("PATCH", path, {"nameNl": "x"}, headers=ANY).status_code == 409


def test_a_hub_sees_the_mission_and_its_own_answer_and_nobody_who_takes_part(
    client: Any, demo: World, conforms: Any, ids: dict[str, str]
) -> None:
    hub, path = client("hub_a"), f"/missions/{ids['mission']}"
    also = client("post")("POST", f"{path}/hubs", {"office": demo.offices["hub_b"], "weeklyCapacity": 2})
    assert conforms("POST", also)["state"] == "asked"
    for answer in (hub("GET", path), hub("GET", "/missions")):
        assert "Bedrijf" not in answer.get_data(as_text=True)
    shown = conforms("GET", hub("GET", path))
    assert shown["participants"] is None and shown["supportRequests"] is None and shown["actions"] == []
    assert [row["id"] for row in shown["hubs"]] == [ids["ask"]] and shown["hubs"][0]["actions"] == ["agree", "decline"]
    for below in ("participants", f"participants/{ids['participant']}", "follow-ups", f"follow-ups/{ids['step']}"):
        assert hub("GET", f"{path}/{below}").status_code == 404, below
    assert hub("POST", f"{path}/hubs/{also.json['id']}/transitions", {"action": "agree"}).status_code == 404
    act = f"{path}/hubs/{ids['ask']}/transitions"
    assert hub("POST", act, {"action": "withdraw"}).status_code == 403
    assert client("hub_staff")("POST", act, {"action": "agree"}).status_code == 403
    agreed = conforms("POST", hub("POST", act, {"action": "agree", "weeklyCapacity": 4, "note": "Graag."}))
    assert (agreed["state"], agreed["weeklyAgreed"], agreed["note"]) == ("agreed", 4, "Graag.")
    assert hub("GET", "/capacity-changes").json["items"][0]["mission"] == ids["mission"]
    whole = client("post")("GET", path).json
    assert whole["participants"] == 1 and {row["state"] for row in whole["hubs"]} == {"agreed", "asked"}


def test_a_draft_is_its_own_desks(client: Any) -> None:
    made = client("post")("POST", "/missions", {"nameNl": "Zaden", "nameEn": "Seeds"}).json["id"]
    for stranger in ("hub_a", "far_post", "administrator", "partner"):
        answer = client(stranger)("GET", f"/missions/{made}")
        assert answer.status_code == 404, stranger


def test_who_takes_part_and_their_question(client: Any, conforms: Any, ids: dict[str, str]) -> None:
    post, path = client("post"), f"/missions/{ids['mission']}/participants"
    contact = {"name": "Nora Een", "phone": "+31 20 123 4567"}
    body = {"company": {"name": "Nog Een BV", "kvkNumber": "12345678"}, "contactPerson": contact, "consent": "given"}
    once = {"Idempotency-Key": "participant-1"}
    made = conforms("POST", post("POST", path, body, headers=once))
    assert made["company"]["kvkNumber"] == "12345678" and made["contactPerson"]["phone"] == contact["phone"]
    assert post("POST", path, body, headers=once).json == made == post("POST", path, body).json
    unreachable = post("POST", path, {**body, "contactPerson": {"name": "Nora Een"}})
    assert unreachable.status_code == 422 and unreachable.json["errors"][0]["field"] == "contactPerson.email"

    own = f"{path}/{made['id']}"
    refused = post("POST", f"{own}/support-request", {})
    assert refused.status_code == 422 and refused.json["errors"][0]["code"] == "no_question"
    etag = post("GET", own).headers["ETag"]
    changed = post("PATCH", own, {"question": "Wie koopt zaden?"}, headers={"If-Match": etag})
    assert conforms("PATCH", changed)["consent"] == "given"
    assert post("PATCH", own, {"consent": "ask"}, headers={"If-Match": etag}).status_code == 412
    assert post("POST", f"{own}/support-request", {"market": "VN"}).json["errors"][0]["field"] == "market"
    asked = conforms("POST", post("POST", f"{own}/support-request", {}))["supportRequest"]
    assert post("GET", f"/support-requests/{asked}").json["text"] == "Wie koopt zaden?"
    assert post("POST", f"{own}/support-request", {}).json["supportRequest"] == asked
    assert post("GET", f"{path}?hasSupportRequest=true").json["total"] == 1
    listed = conforms("GET", post("GET", path))
    assert [row["company"]["name"] for row in listed["items"]] == ["Bedrijf BV", "Nog Een BV"]
    assert post("DELETE", own).status_code == 409


def test_whoever_may_not_record_questions_makes_none_of_a_participant(
    app: Any, client: Any, in_app: Any, demo: World, ids: dict[str, str]
) -> None:
    from hubs.accounts.models import ApiClient
    from hubs.core.tokens import hash_token
    from tests.world import NOW

    with in_app() as session:
        narrow = {"role": "officer", "scopes": ["missions:read", "missions:write"], "created_at": NOW}
        token = hash_token("token-for-missions")
        session.add(ApiClient(organisation_id=demo.organisations["post"], name="x", token_hash=token, **narrow))
        session.commit()
    path = f"/missions/{ids['mission']}/participants/{ids['participant']}"
    assert client("token-for-missions")("GET", path).status_code == 200
    assert client("token-for-missions")("POST", f"{path}/support-request", {}).status_code == 403


def test_a_sheet_is_taken_over_whole_or_not_at_all(app: Any, client: Any, conforms: Any, ids: dict[str, str]) -> None:
    path = f"/missions/{ids['mission']}"

    def send(text: str, **more: str) -> Any:
        data = {"file": (BytesIO(text.encode()), "deelnemers.csv"), **more}
        return client("post")("POST", f"{path}/imports", data=data)

    rows = "Bedrijfsnaam;Contactpersoon;E-mailadres\nEen BV;Nora Een;nora@example.nl\nTwee BV;Bo Twee;{}\n"
    wrong = send(rows.format("geen-adres"))
    assert wrong.status_code == 422 and wrong.json["errors"][0]["field"] == "rows.3.email"
    assert client("post")("GET", path).json["participants"] == 1
    taken = send(rows.format("bo@example.nl"), consent="given")
    assert taken.status_code == 201 and conforms("POST", taken) == {"rows": 2, "new": 2}
    assert send(rows.format("bo@example.nl")).json == {"rows": 2, "new": 0}
    people = client("post")("GET", f"{path}/participants").json["items"]
    assert [row["consent"] for row in people] == ["ask", "given", "given"]
    assert send("x").json["errors"][0]["code"] == "sheet_headings"
    assert client("post")("POST", f"{path}/imports", {}).status_code == 415
    assert client("readers")("POST", f"{path}/imports", data={}).status_code == 403


def test_the_follow_up_is_ticked_off(client: Any, demo: World, conforms: Any, ids: dict[str, str]) -> None:
    post, path = client("post"), f"/missions/{ids['mission']}/follow-ups"
    officer = demo.people["officer"].id
    body = {"participant": ids["participant"], "text": "Offerte sturen.", "person": officer, "dueOn": "2099-02-01"}
    made = conforms("POST", post("POST", path, body))
    assert made["person"] == officer and made["doneAt"] is None
    for changes, field in (
        ({"person": demo.people["manager"].id}, "person"),
        ({"participant": "0" * 26}, "participant"),
    ):
        refused = post("POST", path, {**body, **changes})
        assert refused.status_code == 422 and refused.json["errors"][0]["field"] == field
    own = f"{path}/{made['id']}"
    etag = post("GET", own).headers["ETag"]
    done = conforms("PATCH", post("PATCH", own, {"isDone": True}, headers={"If-Match": etag}))
    assert done["doneAt"] is not None
    assert post("PATCH", own, {"isDone": False}, headers={"If-Match": etag}).status_code == 412
    assert [row["id"] for row in post("GET", f"{path}?isDone=false").json["items"]] == [ids["step"]]
    assert conforms("GET", post("GET", f"{path}?participant={ids['participant']}"))["total"] == 2
    assert post("PATCH", own, {"isDone": False}, headers=ANY).json["doneAt"] is None


def test_lists_below_a_mission_take_six_statements(client: Any, statements: Any, ids: dict[str, str]) -> None:
    post, path = client("post"), f"/missions/{ids['mission']}"
    contact = {"name": "Nora", "email": "nora@example.nl"}
    for below in ("participants", "follow-ups"):
        post("GET", f"{path}/{below}")
        with statements() as few:
            post("GET", f"{path}/{below}")
        for number in range(4):
            body = {"company": {"name": f"{below} {number} BV"}, "contactPerson": contact}
            made = post("POST", f"{path}/participants", body).json["id"]
            post("POST", f"{path}/follow-ups", {"participant": made, "text": "Bellen."})
        with statements() as many:
            assert len(post("GET", f"{path}/{below}").json["items"]) > 4
        assert len(many) == len(few) <= 6, many
