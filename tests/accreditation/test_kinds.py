"""A change of scope and a hub in development, from an assessed file to what stands and what the letter says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from hubs.accreditation.deciding_rules import with_months
from hubs.accreditation.lifecycle import AccreditationState as A
from hubs.accreditation.models import Accreditation, Decision, Letter, Proposal
from hubs.accreditation.operations import deciding, signing, standing
from hubs.accreditation.operations.duties import check_criterion
from hubs.accreditation.results import result_for
from hubs.core.clock import local_day, utcnow
from hubs.directory.models import HubProfile
from hubs.extensions import db
from tests.accreditation.builders import assessed_proposal
from tests.accreditation.standing_samples import granted
from tests.referrals.builders import actor_for
from tests.world import agreement


def decided(demo: Any, proposal: Proposal, kind: str) -> tuple[Decision, dict[str, Any]]:
    """Signed as the reckoning says; with the words of its English letter."""
    values = {"kind": kind, "reasons": "Zo is het.", "reasons_en": "So it is."}
    actor, now = actor_for(demo, "decision_maker"), utcnow()
    decision = deciding.draft_decision(proposal, values=values, actor=actor, now=now)
    before = signing.preview_words(decision, "en", actor=actor, now=now)
    signing.sign_decision(decision, actor=actor, now=now)
    statement = select(Letter.content).where(Letter.decision_id == decision.id, Letter.language == "en")
    sent = db.session.execute(statement).scalar_one()
    assert before["opening"] == sent["opening"], "a draft shows what goes out"
    return decision, sent


def test_a_change_of_scope_keeps_the_term_and_the_agreements(demo: Any, in_app: Any) -> None:
    with in_app() as session:
        today = local_day(utcnow())
        first = granted(demo, "hub_a", ends_on=today + timedelta(days=500))
        keeper = actor_for(demo, "assessor")
        check_criterion(first, "G1", actor=keeper, now=utcnow())
        standing.activate(first, actor=keeper, now=utcnow())
        proposal = assessed_proposal(session, demo, hub="hub_a", persona="manager", kind="scope_change")
        proposal.renews_id = first.id
        session.flush()
        decision, letter = decided(demo, proposal, "accredit")
        made = db.session.execute(select(Accreditation).where(Accreditation.decision_id == decision.id)).scalar_one()
        assert (made.ends_on, made.replaces_id) == (first.ends_on, first.id)
        assert (made.state, first.state) == (A.ACTIVE, A.REPLACED)
        hub = session.get_one(HubProfile, demo.organisations["hub_a"])
        assert (hub.state, hub.standing_ends_on) == ("accredited", first.ends_on)
        assert "Your referral agreements go on" in str(letter["sections"])
        session.rollback()


def test_a_hub_in_development_from_file_to_standing(demo: Any, in_app: Any) -> None:
    with in_app() as session:
        proposal = assessed_proposal(session, demo, kind="in_development")
        assert result_for(proposal).outcome == "in_development"
        decision, letter = decided(demo, proposal, "in_development")
        made = db.session.execute(select(Accreditation).where(Accreditation.decision_id == decision.id)).scalar_one()
        months = proposal.guideline_version.development_months
        assert made.in_development and made.ends_on == with_months(made.starts_on, months)
        assert "hub in development" in letter["subject"]
        hub = session.get_one(HubProfile, demo.organisations["hub_new"])
        keeper = actor_for(demo, "assessor")
        asked = {problem.values["criterion"] for problem in standing.activation_problems(made, utcnow())}
        assert (made.state, hub.state, asked) == (A.GRANTED, "registered", {"F2", "G1"})
        assert "as soon as two things are done" in str(letter["sections"])
        agreement(demo, "hub_new", "post", state="signed", conditional_on_accreditation=True)
        check_criterion(made, "G1", actor=keeper, now=utcnow())
        standing.activate(made, actor=keeper, now=utcnow())
        assert (made.state, hub.state) == (A.ACTIVE, "in_development")
        session.rollback()
