"""The term of a proposal: started, held, extended with a letter, warned of; leaving an incomplete file out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accreditation.models import Decision, Letter, Proposal
from hubs.accreditation.operations import terms
from hubs.accreditation.statutory import amsterdam_day, decision_due
from hubs.core.clock import utcnow
from hubs.core.errors import RuleViolation, WrongState
from hubs.core.events import Event
from hubs.extensions import db
from tests.accreditation.builders import assessed_proposal, draft_proposal, submitted_proposal
from tests.conftest import post
from tests.referrals.builders import actor_for


def _days(number: int) -> timedelta:
    return timedelta(days=number)


def test_a_term_is_held_and_runs_on(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        now = utcnow()
        proposal = draft_proposal(session, demo)
        assert terms.term_of(proposal) is None
        terms.start_term(proposal, now=now)
        due = decision_due(amsterdam_day(now)).ends_on
        assert (proposal.received_on, proposal.due_on) == (amsterdam_day(now), due)
        row = terms.suspend_term(proposal, now=now + _days(5), note="De statuten ontbreken.")
        assert proposal.due_on > due and terms.open_suspension(proposal) is row
        until = row.until_on
        terms.suspend_term(proposal, now=now + _days(8), until_on=until + _days(7))
        assert len(proposal.suspensions) == 1 and row.until_on == until + _days(7)
        terms.resume_term(proposal, now=now + _days(10))
        assert row.is_completed and row.ended_on == amsterdam_day(now + _days(10))
        assert proposal.due_on == decision_due(amsterdam_day(now), suspensions=terms.suspensions_of(proposal)).ends_on
        terms.start_term(proposal, now=now + _days(10))
        assert proposal.received_on == amsterdam_day(now), "the first submission is the day of receipt"
        with pytest.raises(RuleViolation):
            terms.suspend_term(proposal, now=now + _days(20), until_on=amsterdam_day(now + _days(20)))


def test_the_clock_warns_once_and_says_when_it_is_over(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        now = utcnow()
        proposal = submitted_proposal(session, demo, now=now)
        terms.start_term(proposal, now=now)
        assert not terms.warn_term(proposal.id, now=now)
        soon = now + _days((proposal.due_on - amsterdam_day(now)).days - 10)
        assert terms.warn_term(proposal.id, now=soon) and not terms.warn_term(proposal.id, now=soon)
        late = soon + _days(11)
        assert terms.mark_overdue(proposal.id, now=late) and not terms.mark_overdue(proposal.id, now=late)
        kinds = set(session.execute(select(Event.kind).where(Event.subject_id == proposal.id)).scalars())
        assert {"proposal.term_warning", "proposal.term_overdue"} <= kinds
        before = proposal.due_on
        terms.suspend_term(proposal, now=soon)
        assert proposal.due_on > before and proposal.warned_at is None, "a later day is warned of again"


def test_an_extension_sends_a_letter(app: Any, demo: Any, client_for: Any, in_app: Any) -> None:
    with in_app() as session:
        proposal = assessed_proposal(session, demo)
        terms.start_term(proposal, now=utcnow())
        reference, identifier, due = proposal.reference, proposal.id, proposal.due_on
        session.commit()
    client, path = client_for("assessor"), f"/proposals/{reference}/term"
    page = client.get(path)
    assert page.status_code == 200 and "Awb 4:13" in page.text and 'data-kind="term"' in page.text
    assert post(client, path, {"days": "100", "reason": "Meer tijd"}).status_code == 422
    assert post(client, path, {"days": "42"}).status_code == 422
    done = post(client, path, {"days": "42", "reason": "Het advies van de post is later."})
    assert done.status_code == 303, done.text
    with app.app_context():
        stored = db.session.get(Proposal, identifier)
        assert stored.due_on >= due + _days(42)
        letters = db.session.execute(select(Letter.kind).where(Letter.proposal_id == identifier)).scalars().all()
        assert letters == ["extension", "extension"]
    again = post(client, path, {"days": "7", "reason": "Nog meer"})
    assert again.status_code == 422 and "extended already" in again.text
    for persona, status in (("decision_maker", 403), ("new_manager", 403), ("officer", 403), ("administrator", 200)):
        assert client_for(persona).get(path).status_code == status, persona


def test_a_term_by_api(demo: Any, api_for: Any, in_app: Any) -> None:
    with in_app() as session:
        proposal = assessed_proposal(session, demo)
        terms.start_term(proposal, now=utcnow())
        identifier = proposal.id
        session.commit()
    path = f"/proposals/{identifier}/term"
    shown = api_for("new_manager")("GET", path).json
    assert shown["isRunning"] and shown["steps"][0]["code"] == "started" and shown["steps"][0]["article"] == "Awb 4:13"
    assert api_for("other_manager")("GET", path).status_code == 404
    body = {"action": "extend", "days": 14, "reason": "Advies"}
    assert api_for("new_manager")("POST", f"{path}/transitions", body).status_code == 403
    extended = api_for("assessor")("POST", f"{path}/transitions", body)
    assert extended.status_code == 200 and extended.json["dueOn"] > shown["dueOn"]
    assert api_for("assessor")("POST", f"{path}/transitions", body).status_code == 422


def _returned(session: Any, demo: Any, *, asked: Any, until: date | None = None) -> Proposal:
    """A file that was sent back on `asked`; the rows as `send_back` leaves them."""
    proposal = submitted_proposal(session, demo, now=asked - _days(5))
    terms.start_term(proposal, now=asked - _days(5))
    terms.suspend_term(proposal, now=asked, until_on=until, note="De jaarrekening ontbreekt.")
    proposal.state_before_return, proposal.state = "submitted", "returned"
    session.flush()
    return proposal


@pytest.mark.parametrize(("ago", "status"), [(5, 422), (20, 303), (60, 422)])
def test_not_considering_an_incomplete_file(
    app: Any, demo: Any, client_for: Any, in_app: Any, ago: int, status: int
) -> None:
    """Only after the period passed unused, and within four weeks of it."""
    with in_app() as session:
        reference = _returned(session, demo, asked=utcnow() - _days(ago)).reference
        session.commit()
    client = client_for("decision_maker")
    stored = post(client, f"/proposals/{reference}/decision", {"kind": "not_consider", "reasons": "Niet aangevuld."})
    assert stored.status_code == 303, stored.text
    signed = post(client, stored.location, {"action": "sign"})
    assert signed.status_code == status, signed.text
    with app.app_context():
        proposal = db.session.execute(select(Proposal).where(Proposal.reference == reference)).scalar_one()
        assert proposal.state == ("not_considered" if status == 303 else "returned")
        if status == 303:
            letter = db.session.execute(select(Letter.kind).limit(1)).scalar_one()
            assert letter == "not_considered"


def test_a_passed_period_is_recorded_once(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        now = utcnow()
        proposal = _returned(session, demo, asked=now - _days(30))
        due = proposal.due_on
        assert terms.completions_passed(now) == [proposal.id]
        assert terms.mark_completion_passed(proposal.id, now=now)
        assert not terms.mark_completion_passed(proposal.id, now=now)
        assert proposal.due_on == due, "the last day does not depend on the scheduler"


def test_no_other_decision_on_a_returned_file(in_app: Any, demo: Any) -> None:
    from hubs.accreditation.operations.deciding import draft_decision

    with in_app() as session:
        proposal = _returned(session, demo, asked=utcnow() - _days(20))
        actor = actor_for(demo, "decision_maker")
        with pytest.raises(WrongState):
            draft_decision(proposal, values={"kind": "refuse"}, actor=actor, now=utcnow())
        assert session.execute(select(Decision)).first() is None
