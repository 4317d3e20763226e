"""An organisation's people: who may keep them, and what never happens across organisations."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.accounts.models import Membership, Organisation, Person
from hubs.core.events import Event, OutboxItem
from hubs.extensions import db
from tests.accounts.conftest import is_signed_in, send

INVITED = {"name": "Wim Nieuw", "email": "new.person@example.nl", "office_id": "", "language": "nl"}


def state_of(app: Flask, membership_id: str) -> tuple[str, bool]:
    with app.app_context():
        row = db.session.get(Membership, membership_id)
        return row.role, row.ended_at is None


# ── who may


@pytest.mark.parametrize("persona", ["head", "manager", "partner_manager", "administrator"])
def test_leaders_see_their_own_people(client_for: Any, demo: Any, persona: str) -> None:
    page = client_for(persona).get("/people").get_data(as_text=True)
    own = demo.people[persona].organisation_id
    for card in demo.people.values():
        assert (f">{card.email}<" in page) is (card.organisation_id == own)


@pytest.mark.parametrize("persona", ["officer", "staff", "partner_staff", "assessor", "auditor", "central_officer"])
def test_others_may_not(client_for: Any, membership_id: Any, persona: str) -> None:
    client = client_for(persona)
    for address in ("/people", "/people/invite", "/people/organisations", f"/people/{membership_id(persona)}"):
        assert client.get(address).status_code == 403, address
    assert send(client, f"/people/{membership_id(persona)}", page="/account", action="end").status_code == 403


@pytest.mark.parametrize("persona", ["head", "manager", "other_manager", "far_head"])
def test_another_organisations_people_do_not_exist(
    app: Flask, demo: Any, client_for: Any, membership_id: Any, persona: str
) -> None:
    client = client_for(persona)
    for other in ("staff", "officer", "far_officer", "administrator"):
        card = demo.people[other]
        if card.organisation_id == demo.people[persona].organisation_id:
            continue
        address = f"/people/{membership_id(other)}"
        assert client.get(address).status_code == 404
        for action in ("end", "resend", "change", "block", "nonsense"):
            assert send(client, address, page="/account", action=action, role=card.role).status_code == 404
        assert state_of(app, membership_id(other)) == (card.role, True)
        organisation = {"organisation": card.organisation_id}
        assert client.get("/people", query_string=organisation).status_code == 404
        assert client.get("/people/invite", query_string=organisation).status_code == 404
        invite = f"/people/invite?organisation={card.organisation_id}"
        assert send(client, invite, page="/account", role=card.role, **INVITED).status_code == 404
    assert client.get("/people/organisations").status_code == 403
    assert client.get("/people/01234567890123456789012345").status_code == 404


# ── inviting


def test_invite_form_offers_the_roles_of_the_kind(client_for: Any) -> None:
    head = client_for("head").get("/people/invite").get_data(as_text=True)
    manager = client_for("manager").get("/people/invite").get_data(as_text=True)
    assert 'value="head"' in head and 'value="manager"' not in head
    assert 'value="manager"' in manager and 'value="head"' not in manager
    assert head.count("<h1") == 1


@pytest.mark.parametrize(
    "data",
    [
        {"email": "no address"},
        {"email": ""},
        {"name": ""},
        {"name": "x" * 121},
        {"role": "administrator"},
        {"role": "manager"},
        {"role": ""},
        {"office_id": "01234567890123456789012345"},
        {"language": "fr"},
        {"email": f"{'a' * 250}@example.nl"},
    ],
)
def test_bad_invitations_are_told(app: Flask, client_for: Any, data: dict[str, str]) -> None:
    client = client_for("head")
    answer = send(client, "/people/invite", **{**INVITED, "role": "officer", **data})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    with app.app_context():
        assert db.session.execute(select(Membership).where(Membership.invited_as.is_not(None))).first() is None


def test_office_of_another_organisation_is_refused(demo: Any, client_for: Any) -> None:
    data = {**INVITED, "role": "officer", "office_id": demo.offices["hub_a"]}
    assert send(client_for("head"), "/people/invite", **data).status_code == 422


def test_invitation_for_one_office(app: Flask, demo: Any, client_for: Any) -> None:
    data = {**INVITED, "role": "staff", "office_id": demo.offices["hub_a"]}
    assert send(client_for("manager"), "/people/invite", **data).status_code == 303
    with app.app_context():
        row = db.session.execute(select(Membership).where(Membership.invited_as.is_not(None))).scalar_one()
        assert row.office_id == demo.offices["hub_a"]


def test_second_invitation_for_the_same_role_is_told(client_for: Any) -> None:
    client = client_for("head")
    assert send(client, "/people/invite", role="officer", **INVITED).status_code == 303
    answer = send(client, "/people/invite", role="officer", **{**INVITED, "email": "New.Person@example.nl"})
    assert answer.status_code == 422
    assert "has this role here already" in answer.get_data(as_text=True)


def test_colleague_gets_a_second_role_at_once(app: Flask, demo: Any, client_for: Any, events_of: Any) -> None:
    officer = client_for("officer")
    assert officer.get("/people").status_code == 403
    data = {**INVITED, "email": "officer@example.nl", "role": "head"}
    assert send(client_for("head"), "/people/invite", **data).status_code == 303
    assert officer.get("/people").status_code == 200
    assert len(events_of("account.membership_added")) == 1
    assert events_of("account.invited") == []


def test_personal_data_stay_out_of_events(app: Flask, client_for: Any) -> None:
    send(client_for("head"), "/people/invite", role="officer", **INVITED)
    with app.app_context():
        for entry in db.session.execute(select(Event)).scalars():
            assert "Wim" not in str(entry.data) and "example.nl" not in str(entry.data)
        assert db.session.execute(select(OutboxItem)).scalars().all()


# ── role, office and leaving


def test_changes_a_role(app: Flask, client_for: Any, membership_id: Any, events_of: Any) -> None:
    officer = client_for("officer")
    row = membership_id("officer")
    answer = send(client_for("head"), f"/people/{row}", action="change", role="head", office_id="")
    assert answer.location == "/people"
    assert state_of(app, row) == ("head", True)
    assert officer.get("/people").status_code == 200
    (event,) = events_of("account.membership_changed")
    assert (event["from"], event["to"]) == ("officer", "head")


def test_changes_a_role_back_and_forth(app: Flask, demo: Any, client_for: Any, membership_id: Any) -> None:
    """A role somebody had before, ended by giving it up beside another, can be given again."""
    head = client_for("head")
    send(head, "/people/invite", **{**INVITED, "email": "officer@example.nl", "role": "head"})
    with app.app_context():
        second = db.session.execute(
            select(Membership.id).where(Membership.person_id == demo.people["officer"].id, Membership.role == "head")
        ).scalar_one()
    assert send(head, f"/people/{membership_id_of(app, demo, 'officer', 'officer')}", action="end").status_code == 303
    assert send(head, f"/people/{second}", action="change", role="officer", office_id="").status_code == 303
    first = membership_id_of(app, demo, "officer", "officer")
    assert state_of(app, first) == ("officer", True)
    assert state_of(app, second) == ("head", False)


def membership_id_of(app: Flask, demo: Any, persona: str, role: str) -> str:
    with app.app_context():
        return db.session.execute(
            select(Membership.id).where(Membership.person_id == demo.people[persona].id, Membership.role == role)
        ).scalar_one()


@pytest.mark.parametrize("data", [{"role": "administrator"}, {"role": ""}, {"role": "officer", "office_id": "x"}])
def test_bad_changes_are_told(app: Flask, client_for: Any, membership_id: Any, data: dict[str, str]) -> None:
    row = membership_id("officer")
    answer = send(client_for("head"), f"/people/{row}", action="change", **{"office_id": "", **data})
    assert answer.status_code == 422
    assert state_of(app, row) == ("officer", True)


def test_ending_a_membership_signs_out(app: Flask, client_for: Any, membership_id: Any) -> None:
    officer = client_for("officer")
    row = membership_id("officer")
    assert send(client_for("head"), f"/people/{row}", action="end").location == "/people"
    assert not is_signed_in(officer)
    assert state_of(app, row) == ("officer", False)
    assert client_for("head").get(f"/people/{row}").status_code == 404


def test_ending_one_membership_leaves_the_other(
    app: Flask, demo: Any, client_for: Any, membership_id: Any, also_acts_for: Any
) -> None:
    also_acts_for("officer", "far_post", "officer")
    officer = client_for("officer")
    send(officer, "/account/switch", page="/account", organisation_id=demo.organisations["far_post"])
    row = membership_id("officer")
    assert send(client_for("head"), f"/people/{row}", action="end").status_code == 303
    assert is_signed_in(officer)


def test_gone_and_invited_again(app: Flask, client_for: Any, membership_id: Any, link_to: Any) -> None:
    head = client_for("head")
    row = membership_id("officer")
    send(head, f"/people/{row}", action="end")
    data = {**INVITED, "email": "officer@example.nl", "role": "officer"}
    assert send(head, "/people/invite", **data).status_code == 303
    assert send(app.test_client(), link_to("officer@example.nl")).status_code == 303
    assert state_of(app, row) == ("officer", True)
    assert is_signed_in(client_for("officer"))


@pytest.mark.parametrize("data", [{"action": "end"}, {"action": "change", "role": "officer", "office_id": ""}])
def test_the_last_leader_stays(app: Flask, client_for: Any, membership_id: Any, data: dict[str, str]) -> None:
    row = membership_id("head")
    answer = send(client_for("head"), f"/people/{row}", **data)
    assert answer.status_code == 422
    assert "Nobody else here can invite people" in answer.get_data(as_text=True)
    assert state_of(app, row) == ("head", True)


def test_a_leader_leaves_when_another_is_there(app: Flask, client_for: Any, membership_id: Any) -> None:
    head = client_for("head")
    send(head, f"/people/{membership_id('officer')}", action="change", role="head", office_id="")
    answer = send(head, f"/people/{membership_id('head')}", action="end")
    assert answer.status_code == 303
    assert not is_signed_in(head)


def test_an_invited_leader_is_no_leader_yet(app: Flask, client_for: Any, membership_id: Any) -> None:
    head = client_for("head")
    send(head, "/people/invite", role="head", **INVITED)
    assert send(head, f"/people/{membership_id('head')}", action="end").status_code == 422


@pytest.mark.parametrize("action", ["", "nonsense", "accept"])
def test_unknown_action_is_refused(client_for: Any, membership_id: Any, action: str) -> None:
    answer = send(client_for("head"), f"/people/{membership_id('officer')}", action=action)
    assert answer.status_code == 422


# ── administrators


def test_administrator_keeps_every_organisation(app: Flask, demo: Any, client_for: Any, membership_id: Any) -> None:
    client = client_for("administrator")
    found = client.get("/people/organisations?q=casa voor").get_data(as_text=True)
    hub = demo.organisations["hub_a"]
    assert f"/people?organisation={hub}" in found and "Hub Andes" not in found
    assert "pilar" in client.get(f"/people?organisation={hub}").get_data(as_text=True).lower()
    answer = send(client, f"/people/invite?organisation={hub}", role="manager", **INVITED)
    assert answer.location == f"/people?organisation={hub}"
    assert send(client, f"/people/{membership_id('manager')}", action="end").location == f"/people?organisation={hub}"
    assert state_of(app, membership_id("manager")) == ("manager", False)


def test_organisations_in_pages(client_for: Any, app: Flask, statements: Any) -> None:
    client = client_for("administrator")
    with app.app_context():
        expected = set(db.session.execute(select(Organisation.id)).scalars())
    seen: list[str] = []
    address = "/people/organisations"
    while address:
        with statements() as listed:
            page = client.get(address).get_data(as_text=True)
        assert len(listed) <= 6
        seen += [part[:26] for part in page.split("/people?organisation=")[1:]]
        following = page.split('rel="next" href="')
        address = following[1].split('"')[0].replace("&amp;", "&") if len(following) > 1 else ""
    assert sorted(seen) == sorted(expected)


@pytest.mark.parametrize("query", ["q=%25", "q=_", "q=%5C", "q=zzzzqq", "q=%00", "q=" + "a" * 500])
def test_odd_searches_are_harmless(client_for: Any, query: str) -> None:
    answer = client_for("administrator").get(f"/people/organisations?{query}")
    assert answer.status_code == 200


@pytest.mark.parametrize("address", ["/people?cursor=nonsense", "/people/organisations?cursor=WyJhIl0"])
def test_foreign_cursors_are_refused(client_for: Any, address: str) -> None:
    assert client_for("administrator").get(address).status_code == 422


def test_administrator_blocks_and_unblocks(app: Flask, demo: Any, client_for: Any, membership_id: Any) -> None:
    officer, administrator = client_for("officer"), client_for("administrator")
    address = f"/people/{membership_id('officer')}"
    assert send(administrator, address, action="block").status_code == 303
    assert not is_signed_in(officer)
    with app.app_context():
        assert db.session.get(Person, demo.people["officer"].id).is_active is False
    assert send(administrator, address, action="unblock").status_code == 303
    assert is_signed_in(client_for("officer"))


def test_only_administrators_block(app: Flask, demo: Any, client_for: Any, membership_id: Any) -> None:
    assert send(client_for("head"), f"/people/{membership_id('officer')}", action="block").status_code == 403
    administrator = client_for("administrator")
    assert send(administrator, f"/people/{membership_id('administrator')}", action="block").status_code == 422


def test_long_list_comes_in_pages(client_for: Any) -> None:
    client = client_for("head")
    for n in range(30):
        send(client, "/people/invite", **{**INVITED, "role": "officer", "email": f"p{n:02}@example.nl"})
    client.get("/people")
    first = client.get("/people").get_data(as_text=True)
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(following).get_data(as_text=True)
    assert first.count('data-kind="membership"') == 25
    assert second.count('data-kind="membership"') == 8
    assert "p29@example.nl" in second and "p29@example.nl" not in first


def test_list_within_six_statements(client_for: Any, statements: Any) -> None:
    client = client_for("head")
    for n in range(12):
        send(client, "/people/invite", **{**INVITED, "role": "officer", "email": f"p{n}@example.nl"})
    with statements() as listed:
        page = client.get("/people").get_data(as_text=True)
    assert page.count('data-kind="membership"') == 15
    assert len(listed) <= 6, "\n".join(listed)
