"""A mission from draft to follow-up: rights, room at hubs, participants, questions, steps, the sheet that goes out."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hubs.companies.links import consent_token
from hubs.companies.models import Consent
from hubs.core.clock import utcnow
from hubs.directory.models import CapacityChange
from hubs.extensions import db
from hubs.missions.models import Mission, MissionHub, Participant
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import act_on_request
from tests.conftest import csrf_of
from tests.referrals.builders import actor_for, destinations
from tests.world import World

START, END = date.today() + timedelta(days=20), date.today() + timedelta(days=24)
HEAD = "Company name;KvK number;Contact person;E-mail;Phone;Services;Question\n"
ROWS = (
    "Kassen Voorbeeld;90000201;Vera Voorbeeld;vera@voorbeeld.example.nl;;commercial_referral;Who sells greenhouses?\n"
    "=HYPERLINK(1);;Otto Ander;otto@ander.example.nl;;partner_search;We look for a partner.\n"
    "Alleen Telefoon;;Tess Tel;;+31 20 123 4567;;Which permits are needed?\n"
)


def post(client: Any, path: str, data: dict[str, Any] | None = None, page: str = "/account") -> Any:
    """Post a form, with the CSRF token of a page that always has one."""
    return client.post(path, data={**(data or {}), "csrf_token": csrf_of(client, page)})


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def mission(client: Any, **values: Any) -> str:
    """A mission that is drafted through the page."""
    data = {
        "name_nl": "Tuinbouwmissie Bogotá", "name_en": "Horticulture mission Bogotá", "markets": ["CO", ""],
        "starts_on": START.isoformat(), "ends_on": END.isoformat(), "sectors": ["01"], **values,
    }  # fmt: skip
    answer = post(client, "/missions/new", data)
    assert answer.status_code == 303, text_of(answer)
    return str(answer.location)


def act(client: Any, page: str, action: str) -> Any:
    return post(client, page, {"action": action})


def upload(client: Any, page: str, content: bytes, **values: str) -> Any:
    data = {"file": (BytesIO(content), "rows.csv"), "csrf_token": csrf_of(client, "/account"), **values}
    return client.post(page, data=data, content_type="multipart/form-data")


@pytest.fixture
def officer(client_for: Any) -> Any:
    return client_for("officer")


def test_a_mission_is_its_own_desk_s_until_a_hub_is_asked(client_for: Any, officer: Any, demo: World) -> None:
    page = mission(officer)
    manager, stranger = client_for("manager"), client_for("far_officer")
    assert manager.get(page).status_code == 404
    assert stranger.get(page).status_code == 404
    assert act(officer, page, "announce").status_code == 303
    assert manager.get(page).status_code == 404  # not asked
    assert post(officer, f"{page}/hubs", {"office": demo.offices["far_hub"], "weekly_capacity": "9"}).status_code == 422
    assert post(officer, f"{page}/hubs", {"office": demo.offices["hub_a"], "weekly_capacity": ""}).status_code == 422
    assert post(officer, f"{page}/hubs", {"office": demo.offices["hub_a"], "weekly_capacity": "9"}).status_code == 303
    shown = text_of(manager.get(page))
    assert "Horticulture mission" in shown
    assert "Change the mission" not in shown
    assert 'data-state="asked"' in shown
    for path in ("/participants", "/intake", "/follow-up", "/edit", "/import"):
        assert manager.get(page + path).status_code == 403
    assert client_for("other_manager").get(page).status_code == 404
    assert "Horticulture" in text_of(manager.get("/missions"))
    assert "Horticulture" not in text_of(client_for("other_manager").get("/missions"))
    assert client_for("partner_staff").get("/missions").status_code == 403
    assert client_for("head").get(page).status_code == 200


def test_a_hub_makes_room_for_the_days_of_the_mission(client_for: Any, officer: Any, app: Flask, demo: World) -> None:
    page = mission(officer)
    act(officer, page, "announce")
    post(officer, f"{page}/hubs", {"office": demo.offices["hub_a"], "weekly_capacity": "9"})
    with app.app_context():
        ask_id = db.session.execute(select(MissionHub.id)).scalar_one()
        db.session.remove()
    here = f"{page}/hubs/{ask_id}"
    assert post(client_for("staff"), here, {"action": "agree"}).status_code == 403
    assert post(client_for("other_manager"), here, {"action": "agree"}).status_code == 404
    assert post(officer, here, {"action": "agree"}).status_code == 403
    manager = client_for("manager")
    assert post(manager, here, {"action": "agree", "weekly_capacity": "0"}).status_code == 422
    answer = post(manager, here, {"action": "agree", "weekly_capacity": "7", "note": "Until Thursday"})
    assert answer.status_code == 303, text_of(answer)
    assert post(manager, here, {"action": "decline"}).status_code == 409
    with app.app_context():
        change = db.session.execute(select(CapacityChange)).scalar_one()
        assert (change.weekly_capacity, change.starts_on, change.ends_on, change.reason) == (7, START, END, "mission")
        assert change.office_id == demo.offices["hub_a"]
        db.session.remove()
    assert "Until Thursday" in text_of(officer.get(page))
    later = {"starts_on": (START + timedelta(days=1)).isoformat(), "ends_on": END.isoformat()}
    values = {"name_nl": "T", "name_en": "Moved", "markets": "CO", **later}
    version = re.search(r'name="version" value="(\d+)"', text_of(officer.get(f"{page}/edit")))
    assert version
    assert post(officer, f"{page}/edit", {**values, "version": version[1]}).status_code == 303
    assert post(officer, f"{page}/edit", {**values, "version": version[1]}).status_code == 409
    with app.app_context():
        assert db.session.execute(select(MissionHub.state)).scalar_one() == "asked"  # other days: asked anew
        assert db.session.execute(select(CapacityChange.ended_at)).scalar_one() is not None
        db.session.remove()
    assert post(manager, here, {"action": "agree"}).status_code == 303
    assert act(officer, page, "finish").status_code == 422  # it is not over
    assert act(officer, page, "cancel").status_code == 303
    with app.app_context():
        assert db.session.execute(select(MissionHub.state)).scalar_one() == "withdrawn"
        assert not db.session.execute(select(CapacityChange).where(CapacityChange.ended_at.is_(None))).first()


def test_a_sheet_is_taken_over_whole_or_not_at_all(officer: Any, client_for: Any, app: Flask, demo: World) -> None:
    page = mission(officer)
    wrong = HEAD + ROWS + "Fout;123;;fout;;nonsense;\n" + "Kassen Voorbeeld;90000201;V;v@voorbeeld.example.nl;;;\n"
    answer = upload(officer, f"{page}/import", wrong.encode(), consent="ask", language="nl")
    assert answer.status_code == 422
    shown = text_of(answer)
    assert "A KvK number has 8 digits." in shown
    assert "nonsense" in shown
    assert "stands in row 2" in shown
    assert upload(officer, f"{page}/import", b"\x89PNG\0").status_code == 422
    assert post(officer, f"{page}/import").status_code == 422
    with app.app_context():
        assert db.session.execute(select(func.count()).select_from(Participant)).scalar_one() == 0
        db.session.remove()
    answer = upload(officer, f"{page}/import", (HEAD + ROWS).encode(), consent="ask", language="nl")
    assert answer.status_code == 303
    preview = answer.location
    assert "=HYPERLINK(1)" in text_of(officer.get(preview))
    assert client_for("far_officer").get(preview).status_code == 404
    assert post(officer, preview).status_code == 303
    assert officer.get(preview).status_code == 404  # taken over
    again = upload(officer, f"{page}/import", (HEAD + ROWS).encode(), consent="ask", language="nl").location
    assert post(officer, again).status_code == 303
    with app.app_context():
        assert db.session.execute(select(func.count()).select_from(Participant)).scalar_one() == 3
    listed = text_of(officer.get(f"{page}/participants"))
    assert "Kassen Voorbeeld" in listed
    assert officer.get("/missions/template").data.startswith(b"\xef\xbb\xbf")


def test_questions_for_all_participants_once_with_the_consent_they_gave_or_are_asked_for(
    officer: Any, client_for: Any, app: Flask, demo: World
) -> None:
    page = mission(officer)
    act(officer, page, "announce")
    rows = (HEAD + ROWS).encode()
    post(officer, upload(officer, f"{page}/import", rows, consent="ask", language="nl").location)
    added = {
        "company": "Met Toestemming", "contact": "Mo Ment", "email": "mo@voorbeeld.example.nl",
        "services": "commercial_referral", "question": "Where do we begin?", "consent": "given",
    }  # fmt: skip
    assert post(officer, f"{page}/participants/new", {**added, "email": ""}).status_code == 422
    assert post(officer, f"{page}/participants/new", added).status_code == 303
    shown = text_of(officer.get(f"{page}/intake"))
    assert "Consent is asked by mail, and there is no e-mail address." in shown
    with app.app_context():
        ids = {row.company_name: row.id for row in db.session.execute(select(Participant)).scalars()}
        db.session.remove()
    everybody = {"participants": list(ids.values()), "market": "CO"}
    answer = post(officer, f"{page}/intake", everybody)
    assert answer.status_code == 422  # one of them misses an address; the others are stored
    assert "3 of 4" in text_of(answer)
    assert post(officer, f"{page}/intake", everybody).status_code == 422
    assert post(officer, f"{page}/intake", {"participants": []}).status_code == 422
    with app.app_context():
        made = db.session.execute(select(SupportRequest)).scalars().all()
        assert len(made) == 3
        assert {each.channel for each in made} == {"mission"}
        assert {each.state for each in made} == {"received"}
        consents = {each.company_name: db.session.get_one(Consent, each.consent_id) for each in made}
        assert consents["Met Toestemming"].channel == "mission"
        asked = consents["Kassen Voorbeeld"]
        assert (asked.channel, asked.confirmed_at) == ("asked_by_mail", None)
        token = consent_token(asked.id, "vera@voorbeeld.example.nl")
        kassen, with_consent = (
            next(each.id for each in made if each.company_name == name)
            for name in ("Kassen Voorbeeld", "Met Toestemming")
        )
        db.session.remove()

    def refer(request_id: str) -> str:
        from hubs.core.errors import RuleViolation

        with app.test_request_context("/?lang=en"):
            found = db.session.get_one(SupportRequest, request_id)
            try:
                data = {"destinations": destinations(demo, "hub_a")}
                act_on_request(found, "refer", actor=actor_for(demo, "officer"), now=utcnow(), data=data)
                db.session.commit()
                return str(found.state)
            except RuleViolation as refusal:
                db.session.rollback()
                return refusal.problems[0].code

    assert refer(with_consent) == "referred"
    assert refer(kassen) != "referred"  # nobody said yes yet
    visitor = app.test_client()
    visitor.get("/consent/x?lang=en")
    shown = text_of(visitor.get(f"/consent/{token}"))
    assert "telephone" not in shown
    assert post(visitor, f"/consent/{token}", {"action": "confirm"}, f"/consent/{token}").status_code == 303
    assert refer(kassen) == "referred"
    participant = f"{page}/participants/{ids['Kassen Voorbeeld']}"
    assert "Change the question instead" in text_of(officer.get(participant))
    assert post(officer, participant, {"action": "remove"}).status_code == 409
    assert post(officer, f"{page}/participants/{ids['Alleen Telefoon']}", {"action": "remove"}).status_code == 303
    assert client_for("far_officer").get(participant).status_code == 404


def test_the_follow_up_is_ticked_off_and_goes_out_as_a_harmless_sheet(
    officer: Any, client_for: Any, app: Flask, demo: World
) -> None:
    page = mission(officer)
    assert "Nobody takes part yet" in text_of(officer.get(f"{page}/follow-up"))
    post(officer, upload(officer, f"{page}/import", (HEAD + ROWS).encode(), consent="ask", language="nl").location)
    with app.app_context():
        who = db.session.execute(select(Participant.id).where(Participant.company_name.like("=%"))).scalar_one()
        db.session.remove()
    here = f"{page}/follow-up"
    values = {"participant": who, "text": "@SUM(1) call", "person": demo.people["officer_2"].id, "due_on": "2020-01-02"}
    assert post(officer, here, {**values, "text": " "}).status_code == 422
    assert post(officer, here, {**values, "person": demo.people["manager"].id}).status_code == 422
    assert post(officer, here, {**values, "participant": "0" * 26}).status_code == 422
    assert post(officer, here, values).status_code == 303
    shown = text_of(officer.get(here))
    assert 'data-state="late"' in shown
    assert "1 step is open" in shown
    tick = re.search(rf'action="({here}/[^"]+)"', shown)
    assert tick
    assert post(officer, tick[1], {"done": "y"}).status_code == 303
    assert 'data-state="done"' in text_of(officer.get(here))
    sheet = officer.get(f"{here}.csv")
    assert "attachment" in sheet.headers["Content-Disposition"]
    text = sheet.data.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "'@SUM(1) call" in text
    assert "'+31" in text
    assert client_for("far_head").get(f"{here}.csv").status_code == 404 if "far_head" in demo.people else True


def test_what_is_wrong_with_a_mission_is_said(officer: Any) -> None:
    def refused(**values: Any) -> str:
        data = {"name_nl": "A", "name_en": "B", **values}
        answer = post(officer, "/missions/new", data)
        assert answer.status_code == 422
        return text_of(answer)

    assert "Fill in a name." in refused(name_nl="")
    assert "The last day may not come before the first." in refused(starts_on="2026-12-02", ends_on="2026-12-01")
    assert "at most 60 days" in refused(starts_on="2026-12-01", ends_on="2027-12-01")
    assert "Choose from the list." in refused(markets="QQ")
    assert "Choose from the list." in refused(sectors="no-such")
    page = mission(officer, starts_on="", ends_on="", markets="")
    early = act(officer, page, "announce")
    assert early.status_code == 422 and "Choose at least one country." in text_of(early)
    assert "Choose a country for the mission first." in text_of(officer.get(f"{page}/intake"))
    assert act(officer, page, "no_such").status_code in (400, 422)


def test_a_list_of_missions_takes_a_fixed_number_of_statements(officer: Any, statements: Any) -> None:
    for number in range(4):
        mission(officer, name_en=f"Mission {number}")
    with statements() as listed:
        assert "Mission 3" in text_of(officer.get("/missions"))
    assert len(listed) <= 6, listed


def test_the_phase_follows_from_the_dates(app: Flask, demo: World, officer: Any) -> None:
    first, last = (date.today() + timedelta(days=days) for days in (-1, 1))  # in every time zone it runs
    page = mission(officer, starts_on=first.isoformat(), ends_on=last.isoformat())
    act(officer, page, "announce")
    assert 'data-state="running"' in text_of(officer.get(page))
    with app.app_context():
        found = db.session.execute(select(Mission)).scalar_one()
        found.starts_on, found.ends_on = date.today() - timedelta(days=9), date.today() - timedelta(days=3)
        db.session.commit()
    assert 'data-state="follow_up"' in text_of(officer.get(page))
    assert act(officer, page, "finish").status_code == 303
    assert 'data-state="done"' in text_of(officer.get(page))
    assert (
        post(
            officer, f"{page}/participants/new", {"company": "X", "contact": "Y", "email": "y@x.example.nl"}
        ).status_code
        == 409
    )
    assert act(officer, page, "resume").status_code == 303
