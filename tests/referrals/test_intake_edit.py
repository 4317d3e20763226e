"""Changing a question: nothing moves unconfirmed, a stale page keeps what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import GRANTS
from hubs.core.clock import utcnow
from hubs.extensions import db
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import act_on_request
from tests.conftest import csrf_of
from tests.referrals.test_intake import FILLED, send
from tests.world import World

KEPT_FIELDS = (
    "text",
    "private_notes",
    "market",
    "city",
    "sector",
    "services",
    "company_size",
    "target_groups",
    "facts_contract_value_eur",
    "facts_privately_insurable",
    "language",
    "urgency",
    "company_region",
    "contact_person_name",
    "contact_person_email",
    "contact_person_phone",
)


@pytest.fixture
def reference(client_for: Callable[..., FlaskClient]) -> str:
    return send(client_for("officer")).headers["Location"].rsplit("/", 1)[1]


def edit(client: FlaskClient, reference: str, **changes: Any) -> Any:
    path = f"/questions/{reference}/edit"
    page = client.get(path).get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    data = {name: FILLED[name] for name in KEPT_FIELDS}
    data |= {"version": version.group(1), "action": "save", "csrf_token": csrf_of(client, path), **changes}
    return client.post(path, data={name: value for name, value in data.items() if value is not None})


def question(app: Any, reference: str, *names: str) -> tuple[Any, ...]:
    with app.app_context():
        found = db.session.execute(select(SupportRequest).where(SupportRequest.reference == reference)).scalar_one()
        values = tuple(getattr(found, name) for name in names)
        db.session.remove()
    return values


def officer(world: World) -> Actor:
    card = world.people["officer"]
    granted = GRANTS[("post", "officer")]  # type: ignore[index]
    return Actor("person", card.id, card.organisation_id, "post", permissions=granted)


def refer(app: Any, world: World, reference: str, place: str) -> None:
    with app.app_context():
        found = db.session.execute(select(SupportRequest).where(SupportRequest.reference == reference)).scalar_one()
        data = {
            "destinations": [{"organisation": world.organisations[place], "services": []}],
            "reason": "special_expertise",
        }
        act_on_request(found, "refer", actor=officer(world), now=utcnow(), data=data)
        db.session.commit()
        db.session.remove()


def test_the_page_shows_what_is_stored(client_for: Callable[..., FlaskClient], reference: str) -> None:
    shown = client_for("officer").get(f"/questions/{reference}/edit").get_data(as_text=True)
    for value in (FILLED["text"], FILLED["private_notes"], "sam@voorbeeld.nl", "650000", "Bogotá"):
        assert value in shown
    assert re.search(r'value="commercial_referral"[^>]* checked', shown)


def test_a_change_is_stored_and_shown(app: Any, client_for: Callable[..., FlaskClient], reference: str) -> None:
    client = client_for("officer")
    services = ["commercial_referral", "regulation_info"]
    answer = edit(client, reference, text="Een nieuwe tekst.", services=services, contact_person_phone="0201234567")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert question(app, reference, "text", "services") == ("Een nieuwe tekst.", services)
    assert edit(client, reference, services=["regulation_info"], text="Een nieuwe tekst.").status_code == 303
    assert question(app, reference, "services") == (["regulation_info"],)
    assert edit(client, reference, services=None, market="", city="").status_code == 303
    assert question(app, reference, "services", "market") == ([], None)


def test_only_the_own_desk_may_change_it(client_for: Callable[..., FlaskClient], reference: str) -> None:
    for persona, status in (("far_officer", 404), ("manager", 404), ("assessor", 403), ("officer_2", 200)):
        assert client_for(persona).get(f"/questions/{reference}/edit").status_code == status, persona


def test_a_stale_page_keeps_what_was_typed_and_can_be_sent_again(
    app: Any, client_for: Callable[..., FlaskClient], reference: str
) -> None:
    client, colleague = client_for("officer"), client_for("officer_2")
    (version,) = question(app, reference, "version_id")
    assert edit(colleague, reference, text="Van de collega.").status_code == 303
    stale = edit(client, reference, text="Van mij.", version=str(version))
    body = stale.get_data(as_text=True)
    assert stale.status_code == 409 and "Van mij." in body and "Van de collega." in body
    assert question(app, reference, "text") == ("Van de collega.",)
    now = re.search(r'name="version" value="(\d+)"', body)
    assert now and edit(client, reference, text="Van mij.", version=now.group(1)).status_code == 303
    assert question(app, reference, "text") == ("Van mij.",)


def test_an_edit_that_leads_elsewhere_is_said_and_nothing_moves(
    app: Any, demo: World, client_for: Callable[..., FlaskClient], reference: str
) -> None:
    refer(app, demo, reference, "hub_a")
    client = client_for("officer")
    asked = edit(client, reference, market="VN", city="Hanoi")
    body = asked.get_data(as_text=True)
    assert asked.status_code == 409 and "belongs somewhere else" in body and "Casa Voorbeeld" in body
    assert question(app, reference, "market") == ("CO",)
    confirmed = re.search(r'name="confirmed" value="([^"]+)"', body)
    assert confirmed
    done = edit(client, reference, market="VN", city="Hanoi", confirmed=confirmed.group(1))
    assert done.status_code == 303
    assert question(app, reference, "market", "state") == ("VN", "referred")
    with app.app_context():
        referral = db.session.execute(select(Referral)).scalar_one()
        assert referral.is_live and referral.to_id == demo.organisations["hub_a"]
        db.session.remove()


def test_an_edit_that_keeps_the_places_asks_nothing(
    app: Any, demo: World, client_for: Callable[..., FlaskClient], reference: str
) -> None:
    refer(app, demo, reference, "hub_a")
    assert edit(client_for("officer"), reference, text="Alleen de tekst.").status_code == 303
    assert question(app, reference, "text") == ("Alleen de tekst.",)


def test_a_part_that_lies_elsewhere_cannot_be_taken_off(
    app: Any, demo: World, client_for: Callable[..., FlaskClient], reference: str
) -> None:
    refer(app, demo, reference, "hub_a")
    refused = edit(client_for("officer"), reference, services=["regulation_info"])
    assert refused.status_code == 422 and 'id="services-error"' in refused.get_data(as_text=True)
    assert question(app, reference, "services") == (["commercial_referral"],)


def test_a_closed_question_is_not_changed(
    app: Any, demo: World, client_for: Callable[..., FlaskClient], reference: str
) -> None:
    with app.app_context():
        found = db.session.execute(select(SupportRequest)).scalar_one()
        act_on_request(found, "close_unserved", actor=officer(demo), now=utcnow())
        db.session.commit()
        db.session.remove()
    refused = edit(client_for("officer"), reference, text="Te laat.")
    assert refused.status_code == 409 and "Te laat." in refused.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"text": ""}, "text"), ({"contact_person_email": "x"}, "contact_person_email"), ({"market": "ZZ"}, "market")],
)
def test_wrong_input_is_said_at_its_field(
    client_for: Callable[..., FlaskClient], reference: str, changes: dict[str, Any], field: str
) -> None:
    refused = edit(client_for("officer"), reference, **changes)
    assert refused.status_code == 422 and f'id="{field}-error"' in refused.get_data(as_text=True)


def test_what_tells_who_asks_can_be_moved_to_the_private_notes(
    app: Any, client_for: Callable[..., FlaskClient], reference: str
) -> None:
    client = client_for("officer")
    text = "Textiel Verzonnen zoekt een advocaat."
    shown = edit(client, reference, text=text, action="check").get_data(as_text=True)
    assert "the company: Textiel Verzonnen" in shown
    moved = edit(client, reference, text=text, action="move").get_data(as_text=True)
    assert "… zoekt een advocaat." in moved and "Belt liever na vijven.\nTextiel Verzonnen" in moved
    assert question(app, reference, "text") == (FILLED["text"],)
