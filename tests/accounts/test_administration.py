"""Administrators keep every organisation and office: found, rename, retire with what it means said first, close."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hubs.accounts.models import Office, Organisation
from hubs.core.clock import local_day, utcnow
from hubs.core.events import Event
from hubs.directory.models import Closure, HubMarket, HubProfile, PostCoverage
from hubs.extensions import db
from hubs.outbox.reminders import run_once
from hubs.reference.cli import load_everything
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import act_on_request, receipt_for
from tests.conftest import csrf_of
from tests.referrals.builders import actor_for, destinations, question
from tests.referrals.test_operations import refer

ALL_DAY = {f"hours_{day}": "09:00-17:00" for day in range(5)}


def version_of(page: str) -> str:
    return re.search(r'name="version" value="([^"]+)"', page)[1]


def send(client: FlaskClient, address: str, action: str, **data: Any) -> Any:
    page = client.get(address).get_data(as_text=True)
    version = data.pop("version", None) or version_of(page)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    return client.post(address, data={"csrf_token": token, "version": version, "action": action, **data})


def address_of(demo: Any, name: str) -> str:
    return f"/administration/organisations/{demo.organisations[name]}"


def test_a_hub_that_no_register_knows(app: Flask, client_for: Any, demo: Any) -> None:
    client, address = client_for("administrator"), "/administration/organisations/new"
    values = {
        "kind": "hub", "name_nl": "Verzonnen Kamer", "name_en": "Invented Chamber", "code": "verzonnen-kamer",
        "subtype": "", "market": "CO", "markets": "co, ec\nPE", "timezone": "America/Bogota", "city": "Cali", **ALL_DAY,
    }  # fmt: skip
    for wrong in (
        {"code": "Met Spatie"}, {"code": "casa-voorbeeld"}, {"kind": "ministry"}, {"markets": "XX"}, {"name_nl": ""},
        {"timezone": "Mars/Base"}, {"hours_0": "99"}, {"market": ""},
    ):  # fmt: skip
        answer = client.post(address, data={**values, **wrong, "csrf_token": csrf_of(client, address)})
        assert answer.status_code == 422, wrong
    answer = client.post(address, data={**values, "csrf_token": csrf_of(client, address)})
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "Invented Chamber" in page and "Cali" in page
    with app.app_context():
        load_everything(now=utcnow())
        made = db.session.execute(select(Organisation).where(Organisation.code == "verzonnen-kamer")).scalar_one()
        assert made.retired_on is None, "no register retires what it never knew"
        served = db.session.execute(select(HubMarket.market).where(HubMarket.hub_id == made.id)).scalars()
        assert set(served) == {"CO", "EC", "PE"}
        assert db.session.get(HubProfile, made.id).state == "registered", "founding accredits nobody"
    assert client.get("/register/verzonnen-kamer").status_code == 200
    invited = f"/people/invite?organisation={answer.location.rsplit('/', 1)[1]}"
    assert client.get(invited).status_code == 200


def test_names_and_markets_outlive_a_reload(app: Flask, client_for: Any, demo: Any) -> None:
    client, address = client_for("administrator"), address_of(demo, "post")
    page = client.get(address).get_data(as_text=True)
    stale = version_of(page)
    values = {"name_nl": "Ambassade met andere naam", "name_en": "Embassy by another name", "markets": "CO\nEC"}
    assert send(client, address, "save", **values).status_code == 303
    late = send(client, address, "save", version=stale, **{**values, "name_en": "Too late"})
    assert late.status_code == 409 and 'value="Too late"' in late.get_data(as_text=True)
    assert send(client, address, "save", **{**values, "markets": "ZZ"}).status_code == 422
    with app.app_context():
        load_everything(now=utcnow())
        db.session.commit()
        row = db.session.get(Organisation, demo.organisations["post"])
        assert row.name_en == "Embassy by another name"
        covers = select(PostCoverage.market).where(PostCoverage.post_id == row.id, PostCoverage.retired_on.is_(None))
        assert set(db.session.execute(covers).scalars()) == {"CO", "EC"}
    assert send(client, address, "follow").status_code == 303
    with app.app_context():
        load_everything(now=utcnow())
        db.session.commit()
        assert db.session.get(Organisation, demo.organisations["post"]).name_en != "Embassy by another name"


def test_retiring_says_first_what_it_means(app: Flask, client_for: Any, in_app: Any, demo: Any) -> None:
    with in_app() as session:
        sent = question(demo, kvk="90000400")
        data = {"destinations": destinations(demo, "hub_a")}
        act_on_request(sent, "refer", actor=actor_for(demo, "officer"), now=utcnow(), data=data)
        waiting = question(demo, kvk="90000401")
        identifier = waiting.id
        session.commit()
    client = client_for("administrator")
    post = client.get(address_of(demo, "post")).get_data(as_text=True)
    assert "2 open questions" in post and "1 question that it referred" in post
    assert "3 people keep access" in post and "No other post covers: Colombia" in post
    hub = client.get(address_of(demo, "hub_a")).get_data(as_text=True)
    assert "1 referral is with it now" in hub and "1 agreement in force" in hub
    assert send(client, address_of(demo, "hub_a"), "retire", reason="").status_code == 422
    assert send(client, address_of(demo, "hub_a"), "retire", reason="Stopped").status_code == 303
    with in_app():
        receipt = receipt_for(db.session.get(SupportRequest, identifier), now=utcnow())
        places = [place.code for place in receipt.destinations]
        assert "casa-voorbeeld" not in places and places, "routing knew at once"
        event = db.session.execute(select(Event).where(Event.kind == "organisation.retired")).scalar_one()
        assert event.data == {} and set(event.commitments) == {"reason"}
    manager = client_for("manager")
    assert manager.get("/referrals").status_code == 200, "what runs can be finished"
    assert send(client, address_of(demo, "hub_a"), "retire", reason="Again").status_code == 409
    assert send(client, address_of(demo, "hub_a"), "reinstate").status_code == 303
    assert "Retire" not in client.get(address_of(demo, "ministry")).get_data(as_text=True).split("<main")[1]
    assert send(client, address_of(demo, "ministry"), "retire", reason="No").status_code == 422


def test_offices_open_change_and_close_with_a_date(app: Flask, client_for: Any, in_app: Any, demo: Any) -> None:
    with in_app() as session:
        moved = question(demo, kvk="90000410")
        before, identifier = moved.due_at, moved.id
        session.commit()
    client, today = client_for("administrator"), local_day(utcnow())
    office = f"/administration/offices/{demo.offices['post']}"
    values = {"market": "CO", "timezone": "America/Bogota", "city": "Bogotá", **ALL_DAY}
    assert send(client, office, "save", **{**values, "hours_1": "late"}).status_code == 422
    assert send(client, office, "save", **values).status_code == 303
    with app.app_context():
        assert db.session.get(SupportRequest, identifier).due_at != before, "other hours move running clocks"
    only = send(client, office, "close", closes_on=(today + timedelta(days=30)).isoformat())
    assert only.status_code == 422 and "only office" in only.get_data(as_text=True)
    add = f"{address_of(demo, 'post')}/offices/new"
    assert client.post(add, data={**values, "city": "Cali", "csrf_token": csrf_of(client, add)}).status_code == 303
    for wrong in ("", "soon", (today - timedelta(days=1)).isoformat()):
        assert send(client, office, "close", closes_on=wrong).status_code == 422, wrong
    last = today + timedelta(days=30)
    assert send(client, office, "close", closes_on=last.isoformat()).status_code == 303
    with app.app_context():
        row = db.session.get(Office, demo.offices["post"])
        assert row.closes_on == last and row.closed_on is None
        planned = db.session.execute(select(Closure).where(Closure.office_id == row.id)).scalar_one()
        assert planned.starts_on == last, "routing reads the closing by itself, on the day"
        done = run_once(utcnow() + timedelta(days=31))
        assert done["closings"] == 1
        assert db.session.get(Office, demo.offices["post"]).closed_on == last
    assert send(client, office, "reopen").status_code == 303
    with app.app_context():
        row = db.session.get(Office, demo.offices["post"])
        assert row.closed_on is None and row.closes_on is None
        assert db.session.execute(select(Closure).where(Closure.office_id == row.id)).first() is None


def test_an_administrator_holds_the_clocks_before_the_office(
    app: Flask, client_for: Any, in_app: Any, demo: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a manager's page does: whoever accepts holds the question and the referral before the office."""
    from hubs.accounts.views import administration

    with in_app() as session:
        asked = question(demo, kvk="90000411")
        at_hub = refer(demo, question(demo, kvk="90000412"), "hub_a", now=utcnow())
        before, identifiers = (asked.due_at, at_hub.due_at), (asked.id, at_hub.id)
        session.commit()
    held: list[str] = []
    locked, hold = administration._get_office, administration.hold_clocks
    monkeypatch.setattr(administration, "hold_clocks", lambda each: held.append("clocks") or hold(each))
    monkeypatch.setattr(
        administration,
        "_get_office",
        lambda each, *, lock=False: (held.append("office") if lock else None) or locked(each, lock=lock),
    )
    client = client_for("administrator")
    for name in ("post", "hub_a"):
        values = {"market": "CO", "timezone": "America/Bogota", "city": "Bogotá", **ALL_DAY}
        assert send(client, f"/administration/offices/{demo.offices[name]}", "save", **values).status_code == 303
    assert held == ["clocks", "office"] * 2
    with app.app_context():
        found = db.session.get(SupportRequest, identifiers[0]), db.session.get(Referral, identifiers[1])
        assert all(row.due_at != due for row, due in zip(found, before, strict=True)), "running terms move"
        moved = select(Event.subject_id).where(Event.kind.in_(("support_request.clock_moved", "referral.clock_moved")))
        assert set(identifiers) <= set(db.session.execute(moved).scalars())


@pytest.mark.parametrize("persona", ["head", "manager", "auditor", "officer"])
def test_nobody_but_administrators(client_for: Any, demo: Any, persona: str) -> None:
    client = client_for(persona)
    for address in (
        "/administration", "/administration/organisations", "/administration/organisations/new",
        address_of(demo, "post"), f"{address_of(demo, 'post')}/offices/new",
        f"/administration/offices/{demo.offices['post']}",
    ):  # fmt: skip
        assert client.get(address).status_code == 403, address
        answer = client.post(address, data={"csrf_token": csrf_of(client, "/account"), "action": "retire"})
        assert answer.status_code in (403, 405), address


def test_lists_narrow_and_absent_is_absent(client_for: Any, demo: Any) -> None:
    client = client_for("administrator", "nl")
    assert "casa-voorbeeld" in client.get("/administration/organisations?q=casa&kind=hub").get_data(as_text=True)
    assert "casa-voorbeeld" not in client.get("/administration/organisations?q=casa&kind=post").get_data(as_text=True)
    for query in ("show=retired", "show=edited", "kind=nonsense", "q=%25"):
        assert client.get(f"/administration/organisations?{query}").status_code == 200
    absent = "0" * 25 + "9"
    for address in (f"/administration/organisations/{absent}", f"/administration/offices/{absent}"):
        assert client.get(address).status_code == 404
