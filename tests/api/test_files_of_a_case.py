"""Files by API: sent with a message, read by who may, taken out of view; and a message sent twice stands once."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import update

from hubs.accounts.models import ApiClient
from tests.files import pdf


def _send(call: Any, path: str, to: str, key: dict[str, str] | None = None, **more: Any) -> Any:
    data = {"file": (BytesIO(pdf()), "offerte.pdf"), "to": to, **more}
    return call("POST", f"{path}/files", data=data, headers=key or {})


def test_a_desk_sends_a_file_to_the_entrepreneur(client: Any, conforms: Any, new_question: Any) -> None:
    post, path = client("post"), f"/support-requests/{new_question()['id']}"
    sent = _send(post, path, "entrepreneur", text="Hier is de offerte.")
    shown = conforms("POST", sent)
    assert sent.status_code == 201 and shown["text"] == "Hier is de offerte." and shown["via"] == "api"
    (file,) = shown["files"]
    assert (file["name"], file["visibility"], file["message"]) == ("offerte.pdf", "entrepreneur", shown["id"])
    whole = conforms("GET", post("GET", f"{path}/files/{file['id']}"))
    assert base64.b64decode(whole["content"]) == pdf()
    without_words = conforms("POST", _send(post, path, "own"))
    assert without_words["files"][0]["visibility"] == "desk"
    assert len(post("GET", f"{path}/files").json["items"]) == 2
    gone = conforms("DELETE", post("DELETE", f"{path}/files/{file['id']}"))
    assert gone["name"] == "offerte.pdf"
    assert post("GET", f"{path}/files/{file['id']}").status_code == 404
    assert post("DELETE", f"{path}/files/{file['id']}").status_code == 404


def test_a_file_from_desk_to_desk_stays_hidden_until_the_hub_accepts(
    client: Any, conforms: Any, new_referral: Any
) -> None:
    _asked, referral = new_referral()
    post, hub, path = client("post"), client("hub_a"), f"/referrals/{referral}"
    file = conforms("POST", _send(post, path, "desks"))["files"][0]["id"]
    hidden = hub("GET", f"{path}/files").json
    assert hidden["items"] == [] and hidden["hiddenFiles"] == 1
    assert hub("GET", f"{path}/files/{file}").status_code == 404 == hub("DELETE", f"{path}/files/{file}").status_code
    early = _send(hub, path, "entrepreneur")
    assert early.status_code == 409
    assert hub("POST", f"{path}/transitions", {"action": "accept"}).status_code == 200
    assert hub("GET", f"{path}/files/{file}").status_code == 200
    not_theirs = hub("DELETE", f"{path}/files/{file}")
    assert not_theirs.status_code == 403
    own = conforms("POST", _send(hub, path, "desks"))["files"][0]["id"]
    assert conforms("DELETE", post("DELETE", f"{path}/files/{own}"))["id"] == own  # the desk that owns the question
    kept = _send(hub, path, "own").json["files"][0]["id"]
    assert post("DELETE", f"{path}/files/{kept}").status_code == 404


@pytest.mark.parametrize("who", ["hub_b", "far_post", "partner"])
def test_a_stranger_finds_no_case_to_send_a_file_to(client: Any, new_referral: Any, who: str) -> None:
    asked, referral = new_referral()
    for path in (f"/support-requests/{asked['id']}", f"/referrals/{referral}"):
        assert _send(client(who), path, "own").status_code == 404


def test_what_is_no_file_is_told(client: Any, new_question: Any) -> None:
    post, path = client("post"), f"/support-requests/{new_question()['id']}"
    program = post("POST", f"{path}/files", data={"file": (BytesIO(b"MZ\x90"), "a.exe"), "to": "own"})
    assert program.status_code == 422 and program.json["errors"][0]["field"] == "file"
    nothing = post("POST", f"{path}/files", data={"to": "nobody"}, content_type="multipart/form-data")
    assert nothing.status_code == 400 and {row["field"] for row in nothing.json["errors"]} == {"file", "to"}
    assert post("POST", f"{path}/files", {"to": "own"}).status_code == 415
    assert _send(client("readers"), path, "own").status_code == 403
    assert post("GET", f"{path}/messages").json["items"] == []


def test_a_message_sent_twice_stands_once(client: Any, conforms: Any, new_referral: Any) -> None:
    asked, referral = new_referral()
    places = ((client("post"), f"/support-requests/{asked['id']}"), (client("hub_a"), f"/referrals/{referral}"))
    for call, path in places:
        body, key = {"to": "own", "text": "Belt morgen."}, {"Idempotency-Key": "crm-4712"}
        first, second = (call("POST", f"{path}/messages", body, headers=key) for _ in range(2))
        assert conforms("POST", first) == second.json and first.headers["Location"] == second.headers["Location"]
        assert [row["text"] for row in call("GET", f"{path}/messages").json["items"]].count("Belt morgen.") == 1
        other = call("POST", f"{path}/messages", {**body, "text": "Iets anders."}, headers=key)
        assert other.status_code == 422 and other.json["code"] == "idempotency_key_reused"


def test_a_file_sent_twice_stands_once(client: Any, conforms: Any, new_question: Any) -> None:
    post, path = client("post"), f"/support-requests/{new_question()['id']}"
    key = {"Idempotency-Key": "crm-4713"}
    first, second = (_send(post, path, "own", key=key) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert conforms("POST", first) == second.json and first.headers["Location"] == second.headers["Location"]
    assert len(post("GET", f"{path}/files").json["items"]) == 1
    other = post(
        "POST", f"{path}/files", data={"file": (BytesIO(pdf(text=b"x")), "offerte.pdf"), "to": "own"}, headers=key
    )
    assert other.status_code == 422 and other.json["code"] == "idempotency_key_reused"
    refused = {"Idempotency-Key": "crm-4714"}
    nothing = {"file": (BytesIO(b"MZ"), "offerte.exe"), "to": "own"}
    assert post("POST", f"{path}/files", data=nothing, headers=refused).status_code == 422
    assert _send(post, path, "own", key=refused).status_code == 201, "a refusal does not use up the key"


def test_an_earlier_answer_is_for_who_may_still_ask_for_it(client: Any, new_referral: Any, in_app: Any) -> None:
    _asked, referral = new_referral()
    hub, path = client("hub_a"), f"/referrals/{referral}"
    body, keys = {"to": "own", "text": "Belt morgen."}, [{"Idempotency-Key": f"crm-{number}"} for number in (1, 2)]
    for status in (201, 201, 403):
        if status == 403:
            with in_app() as session:
                session.execute(update(ApiClient).values(scopes=[]))
                session.commit()
        assert hub("POST", f"{path}/messages", body, headers=keys[0]).status_code == status
        assert _send(hub, path, "own", key=keys[1]).status_code == status


def test_what_a_key_may_not_be_waits_for_its_turn(client: Any, new_question: Any) -> None:
    path = f"/support-requests/{new_question()['id']}/messages"
    bad = {"Idempotency-Key": "x" * 300}
    assert client("hub_b")("POST", path, {}, headers=bad).status_code == 404
    assert client("readers")("POST", path, {}, headers=bad).status_code == 403
    refused = client("post")("POST", path, {"to": "own", "text": "x"}, headers=bad)
    assert refused.status_code == 400 and refused.json["errors"][0]["field"] == "Idempotency-Key"
