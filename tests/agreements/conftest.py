"""Sending an agreement's forms as a browser does, and reading what was stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import selectinload

from hubs.agreements.models import Agreement
from hubs.extensions import db

TODAY = date.today()
LIMITS = {
    "acknowledge_hours": "8", "acknowledge_outer_days": "4", "decide_hours": "16", "decide_outer_days": "7",
    "contact_hours": "16", "contact_outer_days": "7", "quote_days": "10", "report_days": "60", "notice_days": "60",
}  # fmt: skip


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    return found.group(1) if found else ""


@pytest.fixture
def terms(demo: Any) -> Callable[..., dict[str, Any]]:
    """`terms(ends_on=…)`: the fields of a complete form between hub A and the post."""

    def made(**changes: Any) -> dict[str, Any]:
        return {
            "posts": [demo.organisations["post"]],
            "directions": ["post_to_hub", "hub_to_post"],
            "services": ["networking", "office_space"],
            "markets": ["CO"],
            "cities": "Bogotá\n Cali \nBogotá",
            "target_groups": ["sme"],
            "either_to": "post",
            "starts_on": (TODAY - timedelta(days=1)).isoformat(),
            "ends_on": (TODAY + timedelta(days=700)).isoformat(),
            "review_month": "3",
            "first_talk_free": "y",
            "no_membership": "y",
            "data_fields": ["company", "email"],
            "liaison_hub": "Desk",
            **LIMITS,
            **changes,
        }

    return made


@pytest.fixture
def send() -> Callable[..., Any]:
    """`send(client, path, page='/account', action='sign')`: a POST with the token and version of `page`."""

    def post(client: FlaskClient, path: str, *, page: str | None = None, **data: Any) -> Any:
        shown = client.get(page or path).get_data(as_text=True)
        fields: dict[str, Any] = {"csrf_token": hidden(shown, "csrf_token"), **data}
        return client.post(path, data={name: value for name, value in fields.items() if value is not None})

    return post


@pytest.fixture
def stored(app: Any) -> Callable[[str], Agreement]:
    """An agreement as the database holds it now, with its sides."""

    def look(agreement_id: str) -> Agreement:
        with app.app_context():
            found = db.session.get(Agreement, agreement_id, options=[selectinload(Agreement.posts)])
            assert found is not None
            db.session.expunge_all()
            return found

    return look


@pytest.fixture
def drafted(client_for: Any, terms: Any, send: Any) -> Callable[..., str]:
    """`drafted('manager')`: the id of a draft by that persona, complete unless changed."""

    def draft(persona: str = "manager", **changes: Any) -> str:
        path = "/agreements/new" + ("" if persona.endswith("manager") else "?hub=casa-voorbeeld")
        answer = send(client_for(persona), path, **terms(**changes))
        assert answer.status_code == 303, answer.get_data(as_text=True)[2000:6000]
        return answer.headers["Location"].rsplit("/", 1)[1]

    return draft


@pytest.fixture
def signed(client_for: Any, drafted: Any, send: Any) -> Callable[..., str]:
    """`signed()`: the id of an agreement offered by hub A and signed by both."""

    def make(**changes: Any) -> str:
        identifier = drafted("manager", **changes)
        path, hub, post = f"/agreements/{identifier}", client_for("manager"), client_for("head")
        for client, action in ((hub, "offer"), (hub, "sign"), (post, "sign")):
            assert send(client, path, page="/account", action=action).status_code == 303
        return identifier

    return make
