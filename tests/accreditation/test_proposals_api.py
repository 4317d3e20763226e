"""A proposal through the API: the same file, the same refusals, in the order of the contract."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

from tests import files
from tests.accreditation.builders import draft_proposal, submitted_proposal


def test_a_file_from_beginning_to_submission(api_for: Callable[..., Any], in_app: Any, demo: Any) -> None:
    call, stranger, assessor = api_for("new_manager"), api_for("other_manager"), api_for("assessor")
    bad = call("POST", "/proposals", {"kind": "none", "markets": ["QQ"], "more": 1})
    assert bad.status_code == 400
    assert {row["field"] for row in bad.json["errors"]} == {"kind", "markets", "more"}
    assert call("POST", "/proposals", {"kind": "renewal", "markets": ["CO"]}).status_code == 422
    made = call("POST", "/proposals", {"kind": "new", "markets": ["CO"]})
    assert made.status_code == 201, made.json
    proposal = made.json
    assert (proposal["state"], proposal["market"], proposal["submittedAt"]) == ("draft", "CO", None)
    assert set(proposal["actions"]) == {"submit", "withdraw"}
    assert ("hub", "board", "required") in {(row["section"], row["field"], row["code"]) for row in proposal["missing"]}
    path = f"/proposals/{proposal['id']}"
    section = f"{path}/sections/finance"
    year = {
        "year": 2025, "membersCents": 8_000_000, "servicesCents": 4_000_000, "sponsorsCents": 0, "subsidiesCents": 0,
        "otherCents": 0, "costsCents": 11_000_000,
    }  # fmt: skip
    body = {"content": {"accounts": [year], "revenueModel": "Leden en diensten."}}
    assert call("PATCH", section, body).status_code == 428
    etag = call("GET", section).headers["ETag"]
    kept = call("PATCH", section, body, headers={"If-Match": etag})
    assert kept.status_code == 200, kept.json
    assert kept.json["content"]["accounts"] == [year]
    assert call("PATCH", section, body, headers={"If-Match": etag}).status_code == 412
    wrong = {"content": {"accounts": [{**year, "costsCents": "veel"}], "revenueModel": 3, "noSuch": 1}}
    refused = call("PATCH", section, wrong, headers={"If-Match": "*"})
    assert refused.status_code == 400
    fields = {row["field"] for row in refused.json["errors"]}
    assert fields == {"content.accounts.0.costsCents", "content.revenueModel", "content.noSuch"}
    assert call("PATCH", section, {"content": {"revenueModel": None}}, headers={"If-Match": "*"}).json["content"] == {
        "accounts": [year]
    }
    for reader in (stranger, assessor, api_for("head")):
        assert reader("GET", path).status_code == 404
        assert reader("GET", "/proposals").json["items"] == []
    assert call("GET", f"{path}/sections/no-such").status_code == 404
    missing = call("POST", f"{path}/transitions", {"action": "submit"})
    assert missing.status_code == 422
    assert len(missing.json["errors"]) > 20
    assert api_for("new_staff")("POST", f"{path}/transitions", {"action": "submit"}).status_code in (401, 403)
    assert call("POST", f"{path}/transitions", {"action": "start_assessment"}).status_code == 403
    withdrawn = call("POST", f"{path}/transitions", {"action": "withdraw", "note": "Klaar."})
    assert (withdrawn.status_code, withdrawn.json["state"], withdrawn.json["actions"]) == (200, "withdrawn", [])


def test_documents_and_submission(api_for: Callable[..., Any], in_app: Any, demo: Any, app: Any) -> None:
    with in_app() as session:
        path = f"/proposals/{draft_proposal(session, demo).id}"
        session.commit()
    call, assessor = api_for("new_manager"), api_for("assessor")

    def send(who: str, content: bytes, name: str, **more: str) -> Any:
        headers = {"Authorization": f"Bearer {demo.tokens[who]}"}
        data = {"file": (io.BytesIO(content), name), **more}
        return app.test_client().post(f"/api/v1{path}/evidence", data=data, headers=headers)

    content = files.xlsx()
    added = send("new_manager", content, "accounts.xlsx", criterion="C5", documentOn="2024-12-31", title="Accounts")
    assert added.status_code == 201, added.json
    assert (added.json["mediaType"].endswith("sheet"), added.json["isLate"]) == (True, False)
    place = added.headers["Location"].removeprefix("/api/v1")
    assert base64.b64decode(call("GET", place).json["content"]) == content
    assert call("POST", f"{path}/evidence", {"title": "x"}).status_code == 415
    refused = send("new_manager", b"MZ" * 40, "accounts.xlsx", noSuch="1", documentOn="soon")
    assert refused.status_code == 400
    assert {row["field"] for row in refused.json["errors"]} == {"noSuch", "documentOn"}
    assert send("new_manager", b"MZ" * 40, "accounts.xlsx").json["errors"][0]["code"] == "file_type"
    assert send("other_manager", content, "a.xlsx").status_code == 404
    done = call("POST", f"{path}/transitions", {"action": "submit"})
    assert done.status_code == 200, done.json
    assert (done.json["state"], done.json["missing"], len(done.json["submissions"])) == ("submitted", [], 1)
    assert done.json["dueOn"]
    assert {"accounts_old"} <= {row["code"] for row in assessor("GET", path).json["hints"]}
    assert send("assessor", content, "a.xlsx").status_code == 403
    late = send("new_manager", files.png(), "letter.png").json
    assert late["isLate"] is True
    assert late["id"] in {row["id"] for row in assessor("GET", path).json["evidence"]}
    assert call("POST", f"{path}/transitions", {"action": "submit"}).status_code == 409
    assert call("PATCH", f"{path}/sections/hub", {"content": {}}, headers={"If-Match": "*"}).status_code == 409


def test_a_chamber_does_not_see_how_far_the_ministry_is(api_for: Callable[..., Any], in_app: Any, demo: Any) -> None:
    with in_app() as session:
        proposal = submitted_proposal(session, demo)
        path = f"/proposals/{proposal.id}"
        proposal.state = "assessed"
        session.commit()
    assert api_for("assessor")("GET", path).json["state"] == "assessed"
    call = api_for("new_manager")
    assert call("GET", path).json["state"] == "in_assessment"
    assert call("GET", "/proposals?state=assessed").json["items"] == []
    assert len(call("GET", "/proposals?state=in_assessment").json["items"]) == 1


def test_each_submission_says_what_changed(api_for: Callable[..., Any], in_app: Any, demo: Any) -> None:
    with in_app() as session:
        proposal = submitted_proposal(session, demo)
        path = f"/proposals/{proposal.id}"
        proposal.state, proposal.state_before_return = "returned", "submitted"
        session.commit()
    call = api_for("new_manager")
    changed = call("PATCH", f"{path}/sections/hub", {"content": {"members": 4321}}, headers={"If-Match": "*"})
    assert changed.status_code == 200, changed.json
    again = call("POST", f"{path}/transitions", {"action": "submit"})
    assert again.status_code == 200, again.json
    for reader in (call, api_for("assessor")):
        first, second = reader("GET", path).json["submissions"]
        assert first["changes"] == []
        (change,) = [row for row in second["changes"] if row["field"] == "members"]
        assert (change["section"], change["after"]) == ("hub", "4.321") and change["name"]
