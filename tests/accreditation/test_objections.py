"""Objections: in time or late, acknowledged, handled by others than who decided, heard, decided, and what follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accounts.models import Membership
from hubs.accreditation.models import Decision, Letter, Objection, Proposal
from hubs.accreditation.operations import deciding, objecting, signing
from hubs.accreditation.statutory import amsterdam_day
from hubs.core.clock import utcnow
from hubs.core.errors import RuleViolation
from hubs.core.events import Event
from hubs.extensions import db
from tests.accreditation.builders import assessed_proposal
from tests.conftest import csrf_of, post
from tests.referrals.builders import actor_for

GROUNDS = "Wij zijn het niet eens met de voorwaarde <b>jaarcijfers</b>."
DEPARTURE = {"departure_reason": "policy", "departure_note": "Beleid"}


@pytest.fixture
def signed(app: Any, demo: Any) -> Any:
    """A maker of signed decisions, some days ago: their references."""

    def make(days_ago: int = 1, kind: str = "refuse") -> str:
        now = utcnow() - timedelta(days=days_ago)
        with app.test_request_context("/?lang=en"):
            proposal = assessed_proposal(db.session, demo, now=now - timedelta(days=2))
            actor = actor_for(demo, "decision_maker")
            values = {"kind": kind, "reasons": "Redenen.", **(DEPARTURE if kind == "refuse" else {})}
            decision = deciding.draft_decision(proposal, values=values, actor=actor, now=now)
            signing.sign_decision(decision, actor=actor, now=now)
            reference = decision.reference
            db.session.commit()
            db.session.remove()
        return reference

    return make


def _objection(app: Any) -> dict[str, Any]:
    with app.app_context():
        row = db.session.execute(select(Objection)).scalar_one()
        return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def _letters(app: Any, kind: str) -> int:
    with app.app_context():
        return len(db.session.execute(select(Letter).where(Letter.kind == kind)).all())


def _token(client: Any) -> str:
    return csrf_of(client, "/account")


def test_an_objection_from_lodging_to_a_new_decision(app: Any, demo: Any, client_for: Any, signed: Any) -> None:
    bref = signed()
    manager = client_for("new_manager", "nl")
    assert manager.get(f"/decisions/{bref}").status_code == 200
    assert post(manager, f"/decisions/{bref}/objection", {"grounds": ""}).status_code == 422
    lodged = post(manager, f"/decisions/{bref}/objection", {"grounds": GROUNDS})
    assert lodged.status_code == 303, lodged.text
    assert post(manager, f"/decisions/{bref}/objection", {"grounds": "nog een"}).status_code == 409
    stored, path = _objection(app), lodged.location
    assert stored["is_in_time"] and stored["due_on"] > amsterdam_day(utcnow()) + timedelta(days=75)
    assert _letters(app, "objection_received") == 2
    assert "&lt;b&gt;jaarcijfers" in manager.get(path).text

    signer = client_for("decision_maker")
    assert "You cannot handle this objection" in signer.get(path).text
    coordinator = client_for("administrator")
    other = demo.people["decision_maker_2"].id
    for conflicted in ("decision_maker", "assessor", "assessor_2"):
        refused = post(coordinator, path, {"action": "take_up", "handler_id": demo.people[conflicted].id})
        assert refused.status_code == 422, conflicted
    taken = post(coordinator, path, {"action": "take_up", "handler_id": other, "has_committee": "y"})
    assert taken.status_code == 303, taken.text
    assert _objection(app)["due_on"] > stored["due_on"] + timedelta(days=35), "twelve weeks with a committee"

    handler = client_for("decision_maker_2")
    decide = {"action": "decide", "outcome": "rejected", "reasons": "Wij blijven erbij."}
    refused = post(handler, path, decide)
    assert refused.status_code == 422 and "Awb 7:2" in refused.text
    heard = {"action": "record_hearing", "form": "oral", "held_on": amsterdam_day(utcnow()).isoformat()}
    assert post(handler, path, heard).status_code == 422
    assert post(handler, path, {**heard, "report": "De kamer licht toe."}).status_code == 303
    assert post(handler, path, {"action": "adjourn"}).status_code == 303
    assert post(handler, path, {"action": "adjourn"}).status_code == 422
    before = {"action": "decide", "csrf_token": _token(signer), "outcome": "rejected", "reasons": "x"}
    assert signer.post(path, data=before).status_code == 403
    done = post(handler, path, {"action": "decide", "outcome": "upheld", "reasons": "De kamer heeft gelijk."})
    assert done.status_code == 303, done.text
    assert _letters(app, "objection_decision") == 2
    assert "gelijk" in manager.get(path).text

    page = handler.get(path)
    assert "Draft a new decision" in page.text
    with app.app_context():
        proposal = db.session.execute(select(Proposal)).scalar_one().reference
    link = f"/proposals/{proposal}/decision?objection={stored['id']}"
    made = handler.post(
        link,
        data={"kind": "accredit", "reasons": "Na bezwaar.", "markets": ["CO"], "csrf_token": _token(handler)},
    )
    assert made.status_code == 303, made.text
    new = made.location.rsplit("/", 1)[1]
    contested = signer.post(made.location, data={"action": "sign", "csrf_token": _token(signer)})
    assert contested.status_code == 403, "who signed the first does not sign the second"
    assert post(handler, made.location, {"action": "sign"}).status_code == 303
    assert new in manager.get(path).text
    with app.app_context():
        kinds = set(db.session.execute(select(Event.kind)).scalars())
    assert {"objection.attempt_refused", "decision.attempt_refused", "objection.lodge", "objection.decide"} <= kinds


def test_a_late_objection_needs_a_reason_and_can_be_inadmissible(
    app: Any, demo: Any, client_for: Any, signed: Any
) -> None:
    bref = signed(days_ago=60)
    manager = client_for("new_manager")
    page = manager.get(f"/decisions/{bref}/objection")
    assert "This period is over" in page.text
    assert post(manager, f"/decisions/{bref}/objection", {"grounds": GROUNDS}).status_code == 422
    late = post(manager, f"/decisions/{bref}/objection", {"grounds": GROUNDS, "lateness_reason": "Ziekte"})
    assert late.status_code == 303, late.text
    stored = _objection(app)
    assert not stored["is_in_time"] and stored["due_on"] > stored["received_on"]
    handler = client_for("decision_maker_2")
    other = demo.people["decision_maker_2"].id
    assert post(handler, late.location, {"action": "take_up", "handler_id": other}).status_code == 303
    done = post(handler, late.location, {"action": "decide", "outcome": "inadmissible", "reasons": "Te laat."})
    assert done.status_code == 303, done.text
    assert _objection(app)["outcome"] == "inadmissible"


@pytest.mark.parametrize(
    ("after", "posted_before", "in_time"), [(0, None, True), (3, 1, True), (3, None, False), (9, 1, False)]
)
def test_what_comes_by_post(
    in_app: Any, demo: Any, signed: Any, after: int, posted_before: int | None, in_time: bool
) -> None:
    """Posted in time and here within a week after the period is in time (Awb 6:9)."""
    bref = signed(days_ago=60)
    with in_app() as session:
        decision = session.execute(select(Decision).where(Decision.reference == bref)).scalar_one()
        until = objecting.objection_period(decision).ends_on
        posted = until - timedelta(days=posted_before) if posted_before is not None else None
        values = {"grounds": GROUNDS, "received_on": until + timedelta(days=after), "posted_on": posted}
        made = objecting.lodge_objection(decision, values=values, actor=actor_for(demo, "assessor_3"), now=utcnow())
        assert made.is_in_time is in_time and made.lodged_by_id is None
        with pytest.raises(RuleViolation):
            objecting.assign_handler(
                made, handler_id=demo.people["assessor"].id, has_committee=False,
                actor=actor_for(demo, "administrator"), now=utcnow(),
            )  # fmt: skip


def test_who_sees_and_who_may(app: Any, demo: Any, client_for: Any, api_for: Any, signed: Any) -> None:
    bref = signed()
    path = post(client_for("new_manager"), f"/decisions/{bref}/objection", {"grounds": GROUNDS}).location
    identifier = path.rsplit("/", 1)[1]
    expected = {
        "new_manager": 200, "other_manager": 404, "decision_maker": 200, "assessor": 200, "auditor": 200,
        "administrator": 200, "head": 403, "member": 403,
    }  # fmt: skip
    for persona, status in expected.items():
        client = client_for(persona)
        assert client.get(path).status_code == status, persona
        if status == 200:
            assert client.get("/objections").status_code == 200
    assert "Given to" not in client_for("new_manager").get(path).text
    api = api_for("new_manager")
    shown = api("GET", f"/objections/{identifier}").json
    assert shown["actions"] == ["withdraw"] and shown["handler"] is None and shown["grounds"] == GROUNDS
    assert api_for("other_manager")("GET", f"/objections/{identifier}").status_code == 404
    assert api("POST", f"/objections/{identifier}/transitions", {"action": "take_up"}).status_code == 403
    refused = api_for("decision_maker")("POST", f"/objections/{identifier}/transitions", {"action": "decide"})
    assert refused.status_code == 403 and refused.json["code"] == "conflict_of_interest"
    done = api("POST", f"/objections/{identifier}/transitions", {"action": "withdraw", "note": "Opgelost"})
    assert done.status_code == 200 and done.json["state"] == "withdrawn"


def test_an_objection_by_api(app: Any, demo: Any, api_for: Any, signed: Any) -> None:
    bref = signed()
    manager, handler = api_for("new_manager"), api_for("decision_maker_2")
    decision = manager("GET", "/decisions").json["items"][0]
    assert decision["reference"] == bref and decision["objectionUntil"]
    assert manager("POST", "/objections", {"decision": decision["id"]}).status_code == 400
    assert (
        api_for("other_manager")("POST", "/objections", {"decision": decision["id"], "grounds": GROUNDS}).status_code
        == 404
    )
    made = manager("POST", "/objections", {"decision": decision["id"], "grounds": GROUNDS})
    assert made.status_code == 201, made.json
    path = f"/objections/{made.json['id']}/transitions"
    mine = demo.people["decision_maker_2"].id
    assert handler("POST", path, {"action": "take_up", "handler": mine}).json["handler"]
    waived = {"action": "record_hearing", "form": "waived"}
    assert handler("POST", path, waived).status_code == 422
    assert handler("POST", path, {**waived, "waiverReason": "declined"}).status_code == 200
    done = handler("POST", path, {"action": "decide", "outcome": "rejected", "reasons": "Blijft."})
    assert done.status_code == 200 and done.json["outcome"] == "rejected"
    assert handler("POST", path, {"action": "adjourn"}).status_code == 409
    assert len(manager("GET", "/objections").json["items"]) == 1


def test_someone_with_both_roles_gives_nothing_to_themselves(app: Any, demo: Any, client_for: Any, signed: Any) -> None:
    bref = signed()
    path = post(client_for("new_manager"), f"/decisions/{bref}/objection", {"grounds": GROUNDS}).location
    card = demo.people["assessor"]
    with app.app_context():
        db.session.add(Membership(person_id=card.id, organisation_id=card.organisation_id, role="decision_maker"))
        db.session.commit()
    client = client_for("assessor")
    answer = client.post(path, data={"action": "take_up", "handler_id": card.id, "csrf_token": _token(client)})
    assert answer.status_code == 403
    with app.app_context():
        event = db.session.execute(select(Event).where(Event.kind == "objection.attempt_refused")).scalar_one()
        assert event.data["action"] == "take_up" and "assessed" in event.data["grounds"]


def test_the_clock_warns_of_objections_once(in_app: Any, demo: Any, signed: Any) -> None:
    bref = signed()
    with in_app() as session:
        decision = session.execute(select(Decision).where(Decision.reference == bref)).scalar_one()
        values = {"grounds": GROUNDS}
        made = objecting.lodge_objection(decision, values=values, actor=actor_for(demo, "new_manager"), now=utcnow())
        assert not objecting.objections_to_warn(utcnow())
        soon = utcnow() + timedelta(days=(made.due_on - amsterdam_day(utcnow())).days - 5)
        assert objecting.warn_objection(made.id, now=soon) and not objecting.warn_objection(made.id, now=soon)
