"""A post's head chooses for which services questions go out by themselves; everybody there sees it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from hubs.core.events import Event
from hubs.directory.models import PostProfile

from .conftest import hidden

PATH = "/organisation/automatic"


def profile(app: Any, demo: Any) -> list[str]:
    from hubs.extensions import db

    with app.app_context():
        return list(db.session.get(PostProfile, demo.organisations["post"]).automatic_services)


def recorded(app: Any) -> list[dict[str, Any]]:
    from hubs.extensions import db

    with app.app_context():
        statement = select(Event).where(Event.kind == "post.automatic_services").order_by(Event.id)
        return [event.data for event in db.session.execute(statement).scalars()]


@pytest.mark.parametrize(
    ("persona", "status"),
    [("head", 200), ("officer", 403), ("manager", 404), ("partner_manager", 404), ("administrator", 403)],
)
def test_only_a_head(client_for: Any, demo: Any, app: Any, post: Any, persona: str, status: int) -> None:
    client = client_for(persona)
    assert client.get(PATH).status_code == status
    expected = 303 if status == 200 else status
    assert post(client, PATH, page="/account", services="networking").status_code == expected
    assert profile(app, demo) == (["networking"] if persona == "head" else [])


def test_chosen_shown_and_stopped(client_for: Any, demo: Any, app: Any, post: Any, text: Any) -> None:
    client = client_for("head")
    version = hidden(text(client.get(PATH)), "version")
    answer = post(client, PATH, version=version, services=["networking", "commercial_referral"])
    assert answer.status_code == 303
    assert profile(app, demo) == ["commercial_referral", "networking"]
    assert "without an officer choosing:" in text(client.get("/organisation"))
    seen = text(client_for("officer").get("/organisation"))
    assert "without an officer choosing:" in seen and PATH not in seen and "The head of your post decides" in seen
    version = hidden(text(client.get(PATH)), "version")
    assert post(client, PATH, version=version).status_code == 303
    assert profile(app, demo) == []
    assert "An officer of your post chooses every place." in text(client.get("/organisation"))
    first, second = recorded(app)
    assert first["added"] == ["commercial_referral", "networking"] and second["removed"] == first["added"]


def test_the_same_again_is_no_event(client_for: Any, demo: Any, app: Any, post: Any) -> None:
    client = client_for("head")
    for _ in range(2):
        assert post(client, PATH, services="networking").status_code == 303
    assert len(recorded(app)) == 1


def test_a_stale_page_changes_nothing(client_for: Any, demo: Any, app: Any, post: Any, text: Any) -> None:
    client = client_for("head")
    version = hidden(text(client.get(PATH)), "version")
    post(client, PATH, version=version, services="networking")
    answer = post(client, PATH, version=version, services="advocacy")
    assert answer.status_code == 409 and re.search('value="advocacy"[^>]*checked', text(answer))
    assert profile(app, demo) == ["networking"]


@pytest.mark.parametrize("service", ["regulation_info", "consular", "nonsense", "x" * 5000, "\x00"])
def test_a_service_that_is_no_hubs_is_refused(
    client_for: Any, demo: Any, app: Any, post: Any, text: Any, service: str
) -> None:
    answer = post(client_for("head"), PATH, services=service)
    assert answer.status_code == 422 and 'role="alert"' in text(answer)
    assert profile(app, demo) == []


@pytest.mark.parametrize(("language", "words"), [("en", "How to stop it"), ("nl", "Doorverwijzingen die vanzelf gaan")])
def test_in_both_languages(client_for: Any, demo: Any, text: Any, language: str, words: str) -> None:
    client = client_for("head", language)
    assert words in text(client.get(f"{PATH}?lang={language}"))
    assert client.get(f"/organisation?lang={language}").status_code == 200
