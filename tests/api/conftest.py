"""Clients of the API for every role and scope, and answers checked against the document that describes them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from hubs.accounts.models import ApiClient
from hubs.accounts.permissions import SCOPES
from hubs.core.tokens import hash_token
from tests.world import NOW, World

PREFIX = "/api/v1"
# name: (organisation, role, scopes or None for all, expires, revoked)
MORE_CLIENTS: dict[str, tuple[str, str, list[str] | None, Any, Any]] = {
    "head": ("post", "head", None, None, None),
    "far_head": ("far_post", "head", None, None, None),
    "hub_staff": ("hub_a", "staff", None, None, None),
    "administrator": ("ministry", "administrator", None, None, None),
    "auditor": ("ministry", "auditor", None, None, None),
    "assessor": ("ministry", "assessor", None, None, None),
    "directory_only": ("post", "officer", ["directory:read"], None, None),
    "readers": ("post", "officer", [name for name in SCOPES if name.endswith(":read")], None, None),
    "expired": ("post", "officer", None, NOW - timedelta(minutes=1), None),
    "revoked": ("post", "officer", None, None, NOW - timedelta(minutes=1)),
}
Call = Callable[..., Any]


def question(**changes: Any) -> dict[str, Any]:
    """A body for POST /support-requests that is taken."""
    body: dict[str, Any] = {
        "market": "CO",
        "city": None,
        "sector": "01",
        "services": ["commercial_referral"],
        "companySize": "small",
        "targetGroups": ["sme"],
        "facts": {"contractValueEur": 15000},
        "language": "nl",
        "urgency": "normal",
        "channel": "telephone",
        "text": "Wij zoeken een advocaat voor drie arbeidscontracten.",
        "privateNotes": "Graag na tien uur bellen.",
        "company": {"name": "Fictief Groen BV", "kvkNumber": "12345678", "country": "NL", "region": "Overijssel"},
        "contactPerson": {"name": "Jan Verzonnen", "email": "jan@example.nl", "phone": "+31 20 123 4567"},
        "consent": {
            "textVersion": None,
            "recipients": "market",
            "givenAt": "2026-01-22T09:30:00Z",
            "channel": "telephone",
        },
    }
    return {**body, **changes}


def mission(client: Any, demo: World) -> dict[str, str]:
    """Ids of an announced mission of the post, with a participant, a step and a hub that was asked."""
    post = client("post")
    days = {"startsOn": "2099-01-10", "endsOn": "2099-01-12"}
    made = post("POST", "/missions", {"nameNl": "Missie", "nameEn": "Mission", "markets": ["CO"], **days})
    path = f"/missions/{made.json['id']}"
    assert post("POST", f"{path}/transitions", {"action": "announce"}).status_code == 200
    contact = {"name": "Bo Bedrijf", "email": "bo@bedrijf.example.nl"}
    person = {"company": {"name": "Bedrijf BV"}, "contactPerson": contact, "question": "Wie koopt zaden?"}
    taking_part = post("POST", f"{path}/participants", person).json["id"]
    step = post("POST", f"{path}/follow-ups", {"participant": taking_part, "text": "Bellen."})
    asked = post("POST", f"{path}/hubs", {"office": demo.offices["hub_a"], "weeklyCapacity": 5})
    ids = {"participant": taking_part, "step": step.json["id"], "ask": asked.json["id"]}
    return {"mission": made.json["id"], **ids}


@pytest.fixture
def more_clients(in_app: Any, demo: World) -> dict[str, str]:
    """Tokens by the client's name, those of the world and those of `MORE_CLIENTS`."""
    tokens = dict(demo.tokens)
    with in_app() as session:
        for name, (organisation, role, scopes, expires, revoked) in MORE_CLIENTS.items():
            tokens[name] = f"test-token-more-{name}"
            session.add(
                ApiClient(
                    organisation_id=demo.organisations[organisation],
                    name=name,
                    token_hash=hash_token(tokens[name]),
                    role=role,
                    scopes=sorted(SCOPES) if scopes is None else scopes,
                    created_at=NOW,
                    expires_at=expires,
                    revoked_at=revoked,
                )
            )
        session.commit()
    return tokens


@pytest.fixture
def client(app: Flask, more_clients: dict[str, str]) -> Callable[[str], Call]:
    """`client('post')('GET', '/markets')`; no token for ''. Messages in English unless asked otherwise."""

    def make(name: str) -> Call:
        headers = {"Accept-Language": "en"}
        if name:
            headers["Authorization"] = f"Bearer {more_clients.get(name, name)}"

        def call(method: str, path: str, json: Any = None, **more: Any) -> Any:
            given = {**headers, **more.pop("headers", {})}
            return app.test_client().open(f"{PREFIX}{path}", method=method, json=json, headers=given, **more)

        return call

    return make


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    return json.loads(app.test_client().get(f"{PREFIX}/openapi.json").get_data(as_text=True))


@pytest.fixture
def conforms(document: dict[str, Any]) -> Callable[..., Any]:
    """`conforms('GET', answer)`: the answer is described, and is as described; gives its JSON."""

    def check(method: str, answer: Any) -> Any:
        path = answer.request.path.removeprefix(PREFIX)
        operation = _operation(document, method, path)
        status = str(answer.status_code)
        assert status in operation["responses"], (method, path, status)
        described = operation["responses"][status]
        if "$ref" in described:
            described = document["components"]["responses"][described["$ref"].rsplit("/", 1)[1]]
        if status == "304":
            return None
        (media,) = described["content"]
        assert answer.mimetype == media
        schema = {**described["content"][media]["schema"], "components": document["components"]}
        problems = [
            f"{list(error.path)}: {error.message}" for error in Draft202012Validator(schema).iter_errors(answer.json)
        ]
        assert not problems, problems[:5]
        return answer.json

    return check


def _operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    for template, operations in document["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in operations:
            return operations[method.lower()]
    raise AssertionError(f"{method} {path} is not in the document")


@pytest.fixture
def new_question(client: Any) -> Callable[..., dict[str, Any]]:
    """A question recorded by a client, `post` unless told."""

    def make(by: str = "post", **changes: Any) -> dict[str, Any]:
        answer = client(by)("POST", "/support-requests", question(**changes))
        assert answer.status_code == 201, answer.json
        return answer.json

    return make


@pytest.fixture
def new_referral(client: Any, new_question: Any, demo: World) -> Callable[..., tuple[dict[str, Any], str]]:
    """(question, referral id) of a question referred to a hub of the world."""

    def make(to: str = "hub_a", **changes: Any) -> tuple[dict[str, Any], str]:
        post = client("post")
        asked = new_question(**changes)
        receipt = post("POST", f"/support-requests/{asked['id']}/routing").json
        body = {
            "action": "refer",
            "destinations": [{"organisation": demo.organisations[to], "services": []}],
            "receiptHash": receipt["receiptHash"],
            "reason": None if to == "hub_a" else "other",
            "note": None if to == "hub_a" else "Kent deze sector goed.",
        }
        answer = post("POST", f"/support-requests/{asked['id']}/transitions", body)
        assert answer.status_code == 200, answer.json
        return answer.json, answer.json["referrals"][0]["id"]

    return make
