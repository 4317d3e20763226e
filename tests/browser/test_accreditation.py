"""From self-test to renewal as people do it, in both languages, with axe-core on the pages: a chamber makes its case,
the ministry weighs it, the post advises, somebody else decides, and the hub opens, is suspended and goes on."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accreditation.models import FactCheck, Proposal
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.guideline.criteria import Answer
from tests.accreditation import builders
from tests.browser import accreditation_steps as steps
from tests.browser.conftest import ONE_LANGUAGE, Visitor

pytestmark = pytest.mark.browser


def lay_documents(session: Any, proposal: Proposal) -> None:
    """All documents but the first, without the clicks: the other language has clicked them."""
    for code in steps.DOCUMENTS:
        if code != "C1":
            proposal.evidence.append(builders.document(session, code, proposal.created_by_id, utcnow()))
    session.commit()


def lay_facts(session: Any, proposal: Proposal, person_id: str) -> None:
    """All facts and documents as checked but two, without the clicks."""
    for criterion in builders.criteria_of_proposal(proposal):
        if criterion.answer != Answer.SCALE and criterion.code not in ("A2", "A3"):
            row = FactCheck(
                proposal_id=proposal.id, criterion_code=criterion.code, person_id=person_id, saved_at=utcnow()
            )
            is_number = criterion.answer == Answer.NUMBER
            row.value, row.answer = (Decimal(steps.BOXES[criterion.code]), None) if is_number else (None, True)
            session.add(row)
    session.commit()


@pytest.mark.parametrize("language", ONE_LANGUAGE)
def test_a_chamber_becomes_a_hub(
    language: str, visitor: Callable[..., Visitor], in_app: Callable[[], Any], demo: Any
) -> None:
    hub, post = demo.organisations["hub_new"], demo.organisations["post"]
    seen: set[str] = set()

    def person(persona: str, width: int = 1280) -> Visitor:
        someone = visitor(persona, language, width=width)
        someone.seen = seen
        return someone

    anybody, manager = person("anonymous", 360), person("new_manager")
    steps.try_oneself(anybody)
    reference = steps.begin(manager)
    steps.fill_in(manager, reference)
    by_hand = language == "nl"  # every document and every fact, once; the other walk clicks each kind of page

    def proposal_of(session: Any) -> Proposal:
        return session.execute(select(Proposal).where(Proposal.reference == reference)).scalar_one()

    if not by_hand:
        with in_app() as session:
            lay_documents(session, proposal_of(session))
    steps.hand_in(manager, reference, steps.DOCUMENTS if by_hand else ())

    steps.declare_interest(person("assessor_3"), hub)
    people = (demo.people["assessor"].id, demo.people["assessor_2"].id)
    steps.share_out(person("administrator"), reference, people, demo.people["assessor_3"].name, post)
    head = person("head", 360)
    steps.advise(head, reference)
    if not by_hand:
        with in_app() as session:
            lay_facts(session, proposal_of(session), people[0])
    first, second = person("assessor"), person("assessor_2")
    steps.assess(first, reference, {"A5": "4", "B3": "1"})
    second.go(f"/proposals/{reference}/assess")
    assert steps.SECRET not in second.page.content(), "the second reads what the first gave"
    steps.assess(second, reference, {"A5": "1", "B3": "1"})
    steps.agree_and_conclude(second, reference, "A5")

    decision = steps.draft(first, reference)
    steps.try_to_sign(first)
    with in_app() as session:
        attempts = session.execute(select(Event).where(Event.kind == "decision.attempt_refused")).scalars().all()
        assert [(row.data["grounds"], row.data["channel"]) for row in attempts] == [(["assessed", "checked"], "page")]
    decision_maker = person("decision_maker")
    steps.sign(decision_maker, decision)

    agreement = steps.agree_on_condition(manager, head, post)
    accreditation = steps.activate(first, "Pereira")
    code = demo.codes["hub_new"]
    for standing, agreed, then in (
        ("conditional", "in_force", lambda: steps.suspend(first, decision_maker, accreditation)),
        ("suspended", "paused", lambda: steps.lift(first, decision_maker, accreditation)),
        ("conditional", "in_force", lambda: steps.renew(manager)),
    ):
        anybody.go(f"/register/{code}")
        assert steps.state(anybody, "hub") == standing
        manager.go(agreement)
        assert steps.state(manager, "agreement") == agreed
        then()
    steps.look_up(anybody, code)
