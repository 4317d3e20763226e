"""Suspending and withdrawing: the hub is heard first (Awb 4:8), then somebody decides, and the standing follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accreditation.models import Accreditation, Decision, Hearing, Interest, InternalNote, Letter
from hubs.accreditation.operations import deciding, signing
from hubs.accreditation.operations.standing import activate
from hubs.accreditation.statutory import amsterdam_day
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.core.types import new_id
from hubs.directory.models import HubProfile
from hubs.extensions import db
from tests.accreditation.builders import assessed_proposal
from tests.conftest import csrf_of, post
from tests.referrals.builders import actor_for
from tests.world import agreement

WHY = "De hub reageert al maanden niet op vragen. <i>#eval</i>"


@pytest.fixture
def active(app: Any, demo: Any) -> str:
    """The id of an accreditation in effect."""
    with app.test_request_context("/?lang=en"):
        now = utcnow()
        proposal = assessed_proposal(db.session, demo)
        actor = actor_for(demo, "decision_maker")
        decision = deciding.draft_decision(
            proposal, values={"kind": "accredit", "reasons": "Redenen."}, actor=actor, now=now
        )
        agreement(demo, "hub_new", "post")
        signing.sign_decision(decision, actor=actor, now=now)
        made = db.session.execute(select(Accreditation)).scalar_one()
        made.checked = {"G1": {"at": now.isoformat(), "person_id": demo.people["administrator"].id}}
        if made.state == "granted":
            activate(made, actor=actor_for(demo, "administrator"), now=now)
        identifier = made.id
        db.session.commit()
        db.session.remove()
    return identifier


def _state(app: Any, identifier: str) -> tuple[str, str]:
    with app.app_context():
        row = db.session.get(Accreditation, identifier)
        return row.state, db.session.get(HubProfile, row.hub_id).state


def _drafted(client: Any, active: str, kind: str) -> str:
    path = f"/accreditations/{active}/decision"
    made = post(client, path, {"kind": kind, "reasons": "Redenen voor de brief."})
    assert made.status_code == 303, made.text
    return made.location


def test_suspended_after_hearing_and_lifted_again(app: Any, demo: Any, client_for: Any, active: str) -> None:
    assert _state(app, active) == ("active", "accredited")
    client, path = client_for("decision_maker"), f"/accreditations/{active}/intention"
    draft = _drafted(client, active, "suspend")
    refused = post(client, draft, {"action": "sign"})
    assert refused.status_code == 422 and "Awb 4:8" in refused.text

    until = (amsterdam_day(utcnow()) + timedelta(days=14)).isoformat()
    announce = {"action": "announce", "intended_kind": "suspend", "answer_by": until}
    assert post(client, path, announce).status_code == 422
    told = post(client, path, {**announce, "subject": WHY})
    assert told.status_code == 303, told.text
    with app.app_context():
        letters = db.session.execute(select(Letter.kind).where(Letter.accreditation_id == active)).scalars().all()
        assert letters.count("intention") == 2
        hearing = db.session.execute(select(Hearing)).scalar_one().id
    page = client.get(path)
    assert "&lt;i&gt;#eval" in page.text
    record = {"action": "record", "hearing": hearing, "form": "written", "report": "De hub zegt sorry."}
    assert post(client, path, record).status_code == 422
    record["held_on"] = amsterdam_day(utcnow()).isoformat()
    assert post(client, path, record).status_code == 303
    assert post(client, path, record).status_code == 409
    assert post(client, draft, {"action": "sign"}).status_code == 303
    assert _state(app, active) == ("suspended", "suspended")
    assert post(client, f"/accreditations/{active}/decision", {"kind": "suspend"}).status_code == 422

    assert post(client, _drafted(client, active, "lift_suspension"), {"action": "sign"}).status_code == 303
    assert _state(app, active) == ("active", "accredited")


def test_withdrawn_in_an_urgent_case_by_api(app: Any, demo: Any, api_for: Any, active: str) -> None:
    call, other = api_for("decision_maker"), api_for("decision_maker_2")
    path = f"/accreditations/{active}/intentions"
    waived = call("POST", path, {"intendedKind": "withdraw", "waiverReason": "urgent", "subject": "Faillissement"})
    assert waived.status_code == 201 and waived.json["form"] == "waived", waived.json
    assert call("POST", path, {"intendedKind": "withdraw"}).status_code == 422
    told = call(
        "POST", path,
        {"intendedKind": "suspend", "subject": "x", "answerBy": (utcnow() + timedelta(days=9)).date().isoformat()},
    )  # fmt: skip
    assert told.status_code == 201, told.json
    seen = call(
        "POST", f"{path}/{told.json['id']}/transitions",
        {"action": "record_hearing", "form": "oral", "heldOn": amsterdam_day(utcnow()).isoformat(), "report": "y"},
    )  # fmt: skip
    assert seen.status_code == 200 and seen.json["recordedAt"], seen.json
    assert len(call("GET", path).json["items"]) == 2
    assert api_for("new_manager")("GET", path).status_code == 403
    assert api_for("other_manager")("GET", path).status_code == 404
    made = call("POST", "/decisions", {"accreditation": active, "kind": "withdraw", "reasons": "Redenen."})
    assert made.status_code == 201, made.json
    signed = other("POST", f"/decisions/{made.json['id']}/transitions", {"action": "sign"})
    assert signed.status_code == 200, signed.json
    assert _state(app, active) == ("withdrawn", "withdrawn")


def test_an_interest_or_advice_keeps_one_off(app: Any, demo: Any, client_for: Any, active: str) -> None:
    draft = _drafted(client_for("decision_maker"), active, "withdraw")
    person = demo.people["decision_maker_2"].id
    with app.app_context():
        hub = db.session.get(Accreditation, active).hub_id
        db.session.add(Interest(id=new_id(), person_id=person, hub_id=hub, declared_at=utcnow()))
        db.session.add(
            InternalNote(id=new_id(), accreditation_id=active, person_id=person, text="x", written_at=utcnow())
        )
        db.session.commit()
    client = client_for("decision_maker_2")
    token = csrf_of(client, "/account")
    assert client.post(draft, data={"action": "sign", "csrf_token": token}).status_code == 403
    path = f"/accreditations/{active}/intention"
    announced = {"action": "announce", "intended_kind": "suspend", "subject": "x", "answer_by": "2099-01-01"}
    assert client.post(path, data={**announced, "csrf_token": token}).status_code == 403
    with app.app_context():
        rows = db.session.execute(select(Event).where(Event.kind.like("%attempt_refused")).order_by(Event.id)).scalars()
        found = [(row.kind, row.data["grounds"]) for row in rows]
    assert found == [
        ("decision.attempt_refused", ["advised", "interest"]),
        ("accreditation.attempt_refused", ["interest"]),
    ]
    with app.app_context():
        assert db.session.execute(select(Decision).where(Decision.kind == "withdraw")).scalar_one().state == "draft"


def test_who_may_intend(demo: Any, client_for: Any, active: str) -> None:
    path = f"/accreditations/{active}/intention"
    expected = {"decision_maker": 200, "assessor": 200, "auditor": 403, "administrator": 403, "new_manager": 403}
    for persona, status in expected.items():
        assert client_for(persona).get(path).status_code == status, persona
