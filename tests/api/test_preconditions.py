"""Versions, keys, limits and forms of a call: what handles.md lays down beside the order of refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from hubs.api import authentication
from tests.api.conftest import question
from tests.world import World


def test_an_item_has_an_etag_and_is_not_sent_twice(client: Any, conforms: Any, new_question: Any) -> None:
    post = client("post")
    path = f"/support-requests/{new_question()['id']}"
    first = post("GET", path)
    etag = first.headers["ETag"]
    assert etag.startswith('"') and etag.endswith('"')
    again = post("GET", path, headers={"If-None-Match": etag})
    assert again.status_code == 304 and not again.get_data() and again.headers["API-Version"]
    assert post("GET", path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert post("POST", f"{path}/transitions", {"action": "take"}).headers["ETag"] != etag
    assert post("GET", path, headers={"If-None-Match": etag}).status_code == 200


def test_a_change_says_which_version_it_was_made_on(client: Any, conforms: Any, new_question: Any) -> None:
    post = client("post")
    path = f"/support-requests/{new_question()['id']}"
    etag = post("GET", path).headers["ETag"]
    missing = post("PATCH", path, {"urgency": "high"})
    assert missing.status_code == 428
    conforms("PATCH", missing)
    changed = post("PATCH", path, {"urgency": "high"}, headers={"If-Match": etag})
    assert changed.status_code == 200 and changed.json["urgency"] == "high" and changed.headers["ETag"] != etag
    stale = post("PATCH", path, {"urgency": "normal"}, headers={"If-Match": etag})
    assert stale.status_code == 412
    conforms("PATCH", stale)
    for tag in ('"nonsense"', "nonsense", '""', 'W/"1.x"', "\u20ac"):
        assert post("PATCH", path, {"urgency": "normal"}, headers={"If-Match": tag}).status_code in (412, 200)
    assert post("GET", path).json["urgency"] in ("high", "normal")


def test_a_company_without_a_counter_is_versioned_by_its_words(client: Any, new_question: Any) -> None:
    post = client("post")
    path = f"/companies/{new_question()['company']['id']}"
    etag = post("GET", path).headers["ETag"]
    first = post("PATCH", path, {"note": "Belt graag."}, headers={"If-Match": etag})
    assert first.status_code == 200 and first.json["note"] == "Belt graag."
    assert post("PATCH", path, {"note": "Anders."}, headers={"If-Match": etag}).status_code == 412
    assert post("PATCH", path, {}, headers={"If-Match": first.headers["ETag"]}).json["note"] == "Belt graag."
    assert post("PATCH", path, {"note": None}, headers={"If-Match": first.headers["ETag"]}).json["note"] is None


def test_sent_twice_with_one_key_is_done_once(client: Any, demo: World) -> None:
    post = client("post")
    key = {"Idempotency-Key": "crm-4711"}
    first = post("POST", "/support-requests", question(), headers=key)
    again = post("POST", "/support-requests", question(), headers=key)
    assert first.status_code == again.status_code == 201
    assert again.get_data() == first.get_data()
    assert again.headers["Location"] == first.headers["Location"] and again.headers["ETag"] == first.headers["ETag"]
    assert post("GET", "/support-requests").json["total"] == 1
    other = post("POST", "/support-requests", question(urgency="high"), headers=key)
    assert other.status_code == 422 and other.json["code"] == "idempotency_key_reused"
    elsewhere = post("POST", "/companies", {"name": "Verzonnen BV"}, headers=key)
    assert elsewhere.status_code == 422
    somebody_else = client("far_post")("POST", "/support-requests", question(market="VN"), headers=key)
    assert somebody_else.status_code == 201 and somebody_else.json["id"] != first.json["id"]
    bad = post("POST", "/support-requests", question(), headers={"Idempotency-Key": "x" * 200})
    assert bad.status_code == 400 and bad.json["errors"][0]["field"] == "Idempotency-Key"


def test_two_at_once_with_one_key_are_done_once(client: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def send(_number: int) -> Any:
        return client("post")("POST", "/support-requests", question(), headers={"Idempotency-Key": "at-once"})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json["id"] for answer in answers}) == 1
    assert client("post")("GET", "/support-requests").json["total"] == 1


def test_a_refused_creation_does_not_use_up_its_key(client: Any) -> None:
    post = client("post")
    key = {"Idempotency-Key": "once"}
    broken = {**question(), "contactPerson": {"name": "Jan"}}
    assert post("POST", "/support-requests", broken, headers=key).status_code == 422
    assert post("POST", "/support-requests", question(), headers=key).status_code == 201


def test_a_key_is_forgotten_after_a_day(app: Flask, client: Any, in_app: Any) -> None:
    from datetime import timedelta

    from sqlalchemy import func, select

    from hubs.api.idempotency import forget_answers
    from hubs.api.models import IdempotencyKey
    from hubs.core.clock import utcnow

    assert client("post")("POST", "/companies", {"name": "Een BV"}, headers={"Idempotency-Key": "k"}).status_code == 201
    with in_app() as session:
        assert forget_answers(utcnow()) == 0
        assert forget_answers(utcnow() + timedelta(hours=25)) == 1
        session.commit()
        assert session.execute(select(func.count()).select_from(IdempotencyKey)).scalar_one() == 0


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b'"text"', "application/json", 400),
        (b'{"name": NaN}', "application/json", 400),
        (b'{"name": 1e999}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"name": ' + b"9" * 6000 + b"}", "application/json", 400),
        (b'{"name": "\\ud800"}', "application/json", 400),
        (b"", "application/json", 400),
        (b"", "", 400),
        (b"name=x", "application/x-www-form-urlencoded", 415),
        (b'{"name": "x"}', "text/plain", 415),
        (b'{"name": "' + b"x" * 2_100_000 + b'"}', "application/json", 413),
        (b'{"name": "Goed BV"}', "application/json; charset=utf-8", 201),
    ],
)
def test_bodies(client: Any, conforms: Any, body: bytes, kind: str, status: int) -> None:
    answer = client("post")("POST", "/companies", data=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.get_data(as_text=True)[:300]
    conforms("POST", answer)
    assert client("")("POST", "/companies", data=body, headers={"Content-Type": kind}).status_code == 401
    assert client("readers")("POST", "/companies", data=body, headers={"Content-Type": kind}).status_code == 403


def test_a_read_only_post_takes_no_fields(client: Any, new_question: Any) -> None:
    path = f"/support-requests/{new_question()['id']}/routing"
    assert client("post")("POST", path, {}).status_code == 200
    assert client("post")("POST", path, {"x": 1}).status_code == 400


def test_too_many_calls_come_last(app: Flask, client: Any, conforms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from limits import parse

    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    monkeypatch.setattr(authentication, "CALLS", parse("2 per hour"))
    authentication.init_app(app)
    post = client("post")
    assert [post("GET", "/markets/CO").status_code for _ in range(2)] == [200, 200]
    over = post("GET", "/markets/CO")
    assert over.status_code == 429 and 0 < int(over.headers["Retry-After"]) <= 3600
    conforms("GET", over)
    assert post("GET", "/markets/QQ").status_code == 404
    assert post("GET", "/markets?x=1").status_code == 400
    assert post("POST", "/companies", {"name": "Te veel BV"}).status_code == 429
    assert client("")("GET", "/markets/CO").status_code == 401
    assert client("hub_a")("GET", "/markets/CO").status_code == 200
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", False)
    assert post("GET", "/companies").json["total"] == 0  # what came too often was not stored


def test_messages_follow_the_reader(client: Any) -> None:
    post = client("post")
    english = post("GET", "/markets?x=1").json
    assert english["errors"][0]["message"] == "This list has no such filter."
    assert post("GET", "/markets?x=1", headers={"Accept-Language": "nl"}).json["code"] == english["code"]
    names = [post("GET", "/code-lists/referral_state", headers={"Accept-Language": code}).json for code in ("nl", "en")]
    assert names[0] == names[1]  # both names whoever reads


def test_no_cookie_signs_anybody_in(app: Flask, client_for: Any) -> None:
    signed_in = client_for("officer")
    assert signed_in.get("/api/v1/markets").status_code == 401
    answer = client_for("anonymous").get("/api/v1/openapi.json")
    assert "Set-Cookie" not in answer.headers and json.loads(answer.get_data())["openapi"]


def test_every_answer_says_which_version_it_is_of(client: Any) -> None:
    for name, method, path in (
        ("post", "GET", "/markets"),
        ("", "GET", "/markets"),
        ("post", "GET", "/nothing"),
        ("post", "DELETE", "/markets"),
    ):
        assert client(name)(method, path).headers["API-Version"] == "1.0.0"
