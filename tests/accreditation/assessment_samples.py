"""Path values for the addresses of an assessment: two in assessment, one never handed in, a hearing, an interest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hubs.accreditation.models import Hearing, Interest, Proposal
from hubs.core.clock import utcnow
from hubs.core.types import new_id
from hubs.extensions import db
from tests.accreditation.builders import assigned_proposal, draft_proposal
from tests.route_samples import ABSENT_ID, Sample, Subject
from tests.world import World

ABSENT = "V-222-222"


@dataclass(frozen=True)
class Personal(Sample):
    """What belongs to people, not to organisations: `of` names personas."""

    def theirs(self, persona: str, organisation: str) -> Subject | None:
        return super().theirs(persona, persona)

    def foreign(self, persona: str, organisation: str) -> Subject | None:
        return super().foreign(persona, persona)


def assessments(demo: World) -> dict[str, Sample]:
    """Everything about assessing, by who sees it."""
    running = assigned_proposal(db.session, demo, posts=("post",))
    far = assigned_proposal(
        db.session, demo, hub="far_hub", persona="far_manager", markets=("VN",), posts=("far_post",)
    )  # fmt: skip
    draft = draft_proposal(db.session, demo, hub="hub_b", persona="other_manager", kind="renewal")
    listed = {("hub_new", "ministry", "post"): running, ("far_hub", "ministry", "far_post"): far, ("hub_b",): draft}
    by_page, by_id = _by(listed, "reference"), _by(listed, "id")
    hearings = {of: _hearing(proposal) for of, proposal in listed.items()}
    return {
        "accreditation.assess_show accreditation.assess_act accreditation.coordination_show "
        "accreditation.coordination_act accreditation.hearing_show accreditation.hearing_act "
        "accreditation.moderation_show accreditation.moderation_save accreditation.advice_show "
        "accreditation.advice_give": by_page,
        "accreditation.assess_criterion": _with(by_page, {"criterion_code": "A1"}),
        "api.assessor_list api.assessor_assign api.assessment_act api.score_list api.score_save api.fact_check_list "
        "api.fact_check_save api.moderation_list api.moderation_save api.internal_note_list api.internal_note_write "
        "api.advice_list api.advice_ask api.advice_show api.advice_give api.hearing_list api.hearing_create": by_id,
        "api.hearing_record": Sample(
            tuple(Subject({"hearing_id": key}, frozenset(of)) for of, key in hearings.items()),
            {"hearing_id": ABSENT_ID},
        ),
        "accreditation.interest_act api.interest_show api.interest_act": _interests(demo),
    }


def _by(listed: dict[tuple[str, ...], Proposal], name: str) -> Sample:
    key = "reference" if name == "reference" else "proposal_id"
    subjects = tuple(Subject({key: getattr(row, name)}, frozenset(of)) for of, row in listed.items())
    ids = {getattr(row, name): row.id for row in listed.values()}

    def find(values: dict[str, Any]) -> Any:
        return db.session.get(Proposal, ids[values[key]])

    return Sample(subjects, {key: ABSENT if name == "reference" else ABSENT_ID}, find=find)


def _with(sample: Sample, more: dict[str, Any]) -> Sample:
    subjects = tuple(Subject({**one.values, **more}, one.of) for one in sample.subjects)
    return Sample(subjects, {**sample.absent, **more}, find=sample.find)


def _hearing(proposal: Proposal) -> str:
    hearing = Hearing(id=new_id(), article="4:7", proposal_id=proposal.id, subject="A3", invited_at=utcnow())
    db.session.add(hearing)
    db.session.flush()
    return hearing.id


def _interests(demo: World) -> Personal:
    """In a hub without a proposal, so that nobody else in the walk is kept from anything."""
    subjects = []
    for persona in ("assessor", "decision_maker"):
        interest = Interest(
            id=new_id(), person_id=demo.people[persona].id, hub_id=demo.organisations["hub_dev"], declared_at=utcnow()
        )
        db.session.add(interest)
        subjects.append(Subject({"interest_id": interest.id}, frozenset({persona})))
    db.session.flush()
    return Personal(tuple(subjects), {"interest_id": ABSENT_ID}, beyond=frozenset({"administrator"}))
