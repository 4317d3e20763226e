"""The ministry sets a hub's standing with a reason; who may, what is recorded, and what the hub reads."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from hubs.core.events import Event
from hubs.directory.models import HubProfile
from hubs.extensions import db

from .conftest import hidden

PATH = "/hubs/casa-voorbeeld"


def standing(app: Any, demo: Any, hub: str = "hub_a") -> str:
    with app.app_context():
        return db.session.get(HubProfile, demo.organisations[hub]).state


def test_an_administrator_suspends_and_accredits(app: Any, demo: Any, client_for: Any, post: Any, text: Any) -> None:
    client = client_for("administrator")
    version = hidden(text(client.get(PATH)), "version")
    assert (
        post(client, PATH, action="suspend", reason="Complaints are looked into.", version=version).status_code == 303
    )
    assert standing(app, demo) == "suspended"
    page = text(client.get(PATH))
    assert "Complaints are looked into." in page and "Eva Beheer" in page and 'data-state="suspended"' in page
    assert "Complaints are looked into." in text(client_for("manager").get("/organisation"))
    assert "Complaints" not in text(client_for("anonymous").get("/register/casa-voorbeeld"))
    stale = post(client, PATH, action="accredit", reason="Fine again.", version=version)
    assert stale.status_code == 409 and "Fine again." in text(stale)
    assert post(client, PATH, action="accredit", reason="Fine again.").status_code == 303
    assert standing(app, demo) == "accredited"
    with app.app_context():
        kinds = (
            db.session.execute(select(Event).where(Event.kind.startswith("hub_status.")).order_by(Event.id))
            .scalars()
            .all()
        )
        assert [event.kind for event in kinds] == ["hub_status.suspend", "hub_status.accredit"]
        assert all("Complaints" not in str(event.data) for event in kinds)


@pytest.mark.parametrize(
    ("action", "reason", "status"),
    [
        ("suspend", "", 422),
        ("suspend", "   ", 422),
        ("accredit", "Again.", 409),
        ("nonsense", "Why.", 422),
        ("", "Why.", 422),
    ],
)
def test_what_cannot_be(app: Any, demo: Any, client_for: Any, post: Any, action: str, reason: str, status: int) -> None:
    assert post(client_for("administrator"), PATH, action=action, reason=reason).status_code == status
    assert standing(app, demo) == "accredited"


@pytest.mark.parametrize(
    "persona", ["manager", "head", "officer", "assessor", "decision_maker", "auditor", "central_officer"]
)
def test_nobody_else_may(app: Any, demo: Any, client_for: Any, post: Any, persona: str) -> None:
    client = client_for(persona)
    assert client.get("/hubs").status_code == 403 and client.get(PATH).status_code == 403
    assert post(client, PATH, page="/account", action="suspend", reason="No.").status_code == 403
    assert standing(app, demo) == "accredited"


def test_the_list_has_every_hub_within_six_statements(client_for: Any, statements: Any, text: Any) -> None:
    client = client_for("administrator")
    page = text(client.get("/hubs?market=CO"))
    assert all(code in page for code in ("casa-voorbeeld", "hub-andes", "kamer-fictief-cali", "hh-colombia"))
    assert "casa-voorbeeld" not in text(client.get("/hubs?status=registered&market=CO"))
    with statements() as listed:
        assert client.get("/hubs").status_code == 200
    assert len(listed) <= 6, listed
    assert client.get("/hubs/no-such-hub").status_code == 404
