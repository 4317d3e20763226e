"""Path values for decisions, objections, intentions and terms: one signed decision in each of two markets."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from hubs.accreditation.models import Accreditation, Decision, Hearing, Objection, Proposal
from hubs.accreditation.operations import deciding, intending, objecting, signing
from hubs.accreditation.statutory import amsterdam_day
from hubs.core.clock import utcnow
from hubs.extensions import db
from tests.accreditation.builders import assessed_proposal
from tests.referrals.builders import actor_for
from tests.route_samples import ABSENT_ID, Sample, Subject
from tests.world import World

ABSENT = "B-222-222"


def decisions(demo: World) -> dict[str, Sample]:
    """Everything under /decisions, /objections, an accreditation's intentions and a proposal's term."""
    first = _signed(demo, "hub_b", "other_manager", "CO")
    second = _signed(demo, "far_hub", "far_manager", "VN")
    seen = {("hub_b", "ministry"): first, ("far_hub", "ministry"): second}
    objections = {of: _objection(demo, row) for of, row in seen.items()}
    accreditation = db.session.execute(select(Accreditation).where(Accreditation.decision_id == first.id)).scalar_one()
    hearing = _hearing(demo, accreditation)
    pages = _subjects("reference", {of: row.reference for of, row in seen.items()})
    by_page = Sample(pages, {"reference": ABSENT}, find=_decision)
    by_id = Sample(
        _subjects("decision_id", {of: row.id for of, row in seen.items()}), {"decision_id": ABSENT_ID}, find=_decision
    )
    objects = Sample(
        _subjects("objection_id", {of: row.id for of, row in objections.items()}),
        {"objection_id": ABSENT_ID},
        find=_objection_found,
    )
    ours = _own(pages, {"reference": ABSENT})
    accreditations = (Subject({"accreditation_id": accreditation.id}, frozenset({"hub_b", "ministry"})),)
    intentions = _own(accreditations, {"accreditation_id": ABSENT_ID})
    proposals = (Subject({"reference": first.proposal.reference}, frozenset({"hub_b", "ministry"})),)
    on_proposals = _own(proposals, {"reference": "V-222-222"})
    proposal_ids = _subjects("proposal_id", {of: row.proposal_id for of, row in seen.items()})
    return {
        "accreditation.decision_show accreditation.decision_act": by_page,
        "accreditation.decision_edit accreditation.decision_preview accreditation.objection_record": ours,
        "accreditation.objection_new": Sample(_of(pages, "hub_b", "far_hub"), {"reference": ABSENT}, find=_decision),
        "accreditation.objection_show accreditation.objection_act": objects,
        "accreditation.intention_show accreditation.intention_act accreditation.decision_on_accreditation": intentions,
        "accreditation.decision_new accreditation.proposal_term_edit": on_proposals,
        "api.decision_show api.decision_act": by_id,
        "api.decision_edit": _own(by_id.subjects, by_id.absent),
        "api.objection_show api.objection_act": objects,
        "api.intention_list api.intention_create": intentions,
        "api.intention_act": _own(
            (Subject({**accreditations[0].values, "hearing_id": hearing.id}, accreditations[0].of),),
            {"accreditation_id": ABSENT_ID, "hearing_id": ABSENT_ID},
        ),
        "api.term_show": Sample(proposal_ids, {"proposal_id": ABSENT_ID}, find=_proposal),
        "api.term_act": _own(proposal_ids, {"proposal_id": ABSENT_ID}),
    }


def _signed(demo: World, hub: str, persona: str, market: str) -> Decision:
    now = utcnow()
    proposal = assessed_proposal(db.session, demo, hub=hub, persona=persona, markets=(market,), advices={})
    actor = actor_for(demo, "decision_maker_2")
    decision = deciding.draft_decision(proposal, values={"kind": "accredit", "reasons": "x"}, actor=actor, now=now)
    signing.sign_decision(decision, actor=actor, now=now)
    return decision


def _objection(demo: World, decision: Decision) -> Objection:
    values = {"grounds": "Wij zijn het er niet mee eens."}
    return objecting.lodge_objection(decision, values=values, actor=actor_for(demo, "administrator"), now=utcnow())


def _hearing(demo: World, accreditation: Accreditation) -> Hearing:
    until = amsterdam_day(utcnow()).replace(year=2099)
    return intending.announce_intention(
        accreditation, intended_kind="withdraw", subject="x", answer_by=until,
        actor=actor_for(demo, "assessor_3"), now=utcnow(),
    )  # fmt: skip


def _subjects(name: str, listed: dict[tuple[str, ...], Any]) -> tuple[Subject, ...]:
    return tuple(Subject({name: value}, frozenset(of)) for of, value in listed.items())


def _of(subjects: tuple[Subject, ...], *hubs: str) -> tuple[Subject, ...]:
    """The same, without the ministry, which has an address of its own."""
    return tuple(Subject(one.values, one.of & frozenset(hubs)) for one in subjects)


def _own(subjects: tuple[Subject, ...], absent: dict[str, Any]) -> Sample:
    """What only the ministry does: it reaches all."""
    return Sample(subjects, absent, no_strangers=True)


def _decision(values: dict[str, Any]) -> Any:
    key = Decision.id == values["decision_id"] if "decision_id" in values else Decision.reference == values["reference"]
    return db.session.execute(select(Decision).where(key)).scalar_one_or_none()


def _objection_found(values: dict[str, Any]) -> Any:
    return db.session.get(Objection, values["objection_id"])


def _proposal(values: dict[str, Any]) -> Any:
    return db.session.get(Proposal, values["proposal_id"])
