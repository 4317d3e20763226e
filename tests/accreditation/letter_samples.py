"""Path values for letters and files: a refusal with its letter for two hubs, and an objection against each."""

from __future__ import annotations

from typing import Any

from hubs.accreditation.models import Decision, Letter, Objection, Proposal
from hubs.accreditation.operations.letters import make_letter
from hubs.core.clock import utcnow
from hubs.core.types import new_id, new_reference_body
from hubs.extensions import db
from tests.accreditation.builders import submitted_proposal
from tests.referrals.builders import actor_for
from tests.route_samples import ABSENT_ID, Sample, Subject
from tests.world import World


def letters(demo: World) -> dict[str, Sample]:
    """Everything under /letters/<id>, and the files that are made of a case."""
    cases = {
        ("hub_new", "ministry"): _refused(demo, "hub_new", "new_manager", "CO"),
        ("far_hub", "ministry"): _refused(demo, "far_hub", "far_manager", "VN"),
    }
    ours = tuple(Subject({"letter_id": letter.id}, frozenset(of)) for of, (_decision, letter, _row) in cases.items())
    decision, _letter, objection = cases[("hub_new", "ministry")]
    assert decision.proposal is not None
    return {
        "accreditation.letter_show accreditation.letter_pdf api.letter_show": Sample(
            ours, {"letter_id": ABSENT_ID}, find=_letter_of
        ),
        "api.letter_act": Sample(ours, {"letter_id": ABSENT_ID}, find=_letter_of, no_strangers=True),
        "accreditation.letter_act": Sample((ours[0],), {"letter_id": ABSENT_ID}, everybody=True),
        "accreditation.proposal_file accreditation.proposal_file_make": Sample(
            (Subject({"reference": decision.proposal.reference}),), {"reference": "V-222-222"}, everybody=True
        ),
        "accreditation.objection_file accreditation.objection_file_make": Sample(
            (Subject({"objection_id": objection.id}),), {"objection_id": ABSENT_ID}, everybody=True
        ),
        "api.proposal_file_list api.proposal_file_create": Sample(
            tuple(Subject({"proposal_id": row.proposal_id}, frozenset(of)) for of, (row, *_rest) in cases.items()),
            {"proposal_id": ABSENT_ID},
            find=lambda values: db.session.get(Proposal, values["proposal_id"]),
            no_strangers=True,
        ),
        "api.objection_file_list api.objection_file_create": Sample(
            tuple(Subject({"objection_id": row[2].id}, frozenset(of)) for of, row in cases.items()),
            {"objection_id": ABSENT_ID},
            find=lambda values: db.session.get(Objection, values["objection_id"]),
            no_strangers=True,
        ),
    }


def _letter_of(values: dict[str, Any]) -> Any:
    return db.session.get(Letter, values["letter_id"])


def _refused(demo: World, hub: str, persona: str, market: str) -> tuple[Decision, Letter, Objection]:
    now, proposal = utcnow(), submitted_proposal(db.session, demo, hub=hub, persona=persona, markets=(market,))
    decision = Decision(
        id=new_id(), reference=f"B-{new_reference_body()}", kind="refuse", state="signed", hub_id=proposal.hub_id,
        proposal_id=proposal.id, reasons="Te weinig vraag.", drafted_at=now, signed_at=now,
        signed_by_id=demo.people["decision_maker"].id,
    )  # fmt: skip
    objection = Objection(
        id=new_id(), decision_id=decision.id, hub_id=decision.hub_id, received_on=now.date(), received_at=now,
        grounds="Niet eens.",
    )  # fmt: skip
    db.session.add(decision)
    db.session.flush()
    db.session.add(objection)
    db.session.flush()
    actor = actor_for(demo, "decision_maker")
    return decision, make_letter("decision_refuse", decision=decision, actor=actor, now=now)[0], objection
