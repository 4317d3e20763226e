"""People, merges and answers of several organisations for the walk over routes (tests/route_samples.py)."""

from __future__ import annotations

from typing import Any

from hubs.companies.models import CompanyMerge, ContactPerson
from hubs.companies.operations import CompanyData, know_company
from hubs.core.clock import utcnow
from hubs.extensions import db
from hubs.referrals.feedback.links import feedback_token, follow_up_token
from hubs.referrals.feedback.models import Feedback, FollowUp
from hubs.referrals.intake.addresses import CONFIRM, ask_email_change, change_token
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import act_on_request
from hubs.referrals.operations.merging import merge_two
from tests.referrals.builders import _someone_of, actor_for, question
from tests.world import World

BY_COMPANY = (
    "referrals.company_show referrals.company_note referrals.company_timeline referrals.company_merge "
    "referrals.company_merge_act companies.company_edit companies.company_check companies.person_new "
    "api.company_show api.company_edit"
)
BY_PERSON = "companies.person_edit referrals.email_change"
BY_MERGE = "referrals.merge_undo referrals.merge_undo_act"
BY_FEEDBACK = "referrals.feedback_handle"


def people(owned: dict[tuple[str, ...], SupportRequest]) -> dict[tuple[str, ...], dict[str, str]]:
    """The contact person of each desk's question."""
    return {
        of: {"company_id": str(asked.company_id), "person_id": str(asked.contact_person_id)}
        for of, asked in owned.items()
    }


def merges(demo: World) -> dict[tuple[str, ...], str]:
    """Two companies of each desk that were made one."""
    found: dict[tuple[str, ...], str] = {}
    for name in ("post", "hub_a", "far_post", "partner", "ministry"):
        actor, now = _someone_of(demo, name), utcnow()
        if name == "ministry":
            actor = actor_for(demo, "central_officer")
        pair = []
        for each in ("Een", "Twee"):
            data = CompanyData(name=f"{each} van {name}")
            pair.append(know_company(demo.organisations[name], data, actor=actor, now=now).company_id)
        found[(name,)] = merge_two(actor, pair[0], pair[1], now=now, chosen={}, reason=None).id
    return found


def answers(owned: dict[tuple[str, ...], SupportRequest]) -> dict[tuple[str, ...], str]:
    """What was said of each desk's question."""
    found: dict[tuple[str, ...], str] = {}
    for of, asked in owned.items():
        now = utcnow()
        what = {"closing_at": now, "answered_at": now, "answer": "not_helped"}
        row = Feedback(support_request_id=asked.id, organisation_id=asked.owner_id, **what)
        db.session.add(row)
        db.session.flush()
        found[of] = row.id
    return found


def tokens(demo: World) -> dict[str, str]:
    """The links in mails after a question, and about another address, by endpoint."""
    asked, now = question(demo, kvk="90000109"), utcnow()
    officer = actor_for(demo, "officer")
    act_on_request(asked, "serve", actor=officer, now=now, data={"reason": "client_choice"})
    later = FollowUp(support_request_id=asked.id, organisation_id=asked.owner_id, months=6, sent_at=now)
    db.session.add(later)
    db.session.flush()
    person = db.session.get_one(ContactPerson, asked.contact_person_id)
    change = ask_email_change(person, "nieuw@voorbeeld.nl", actor=officer, now=now)
    assert change is not None
    return {
        "referrals.feedback referrals.feedback_act": feedback_token(asked),
        "referrals.follow_up referrals.follow_up_act": follow_up_token(later),
        "referrals.address referrals.address_act": change_token(change, CONFIRM),
    }


def person_of(values: dict[str, Any]) -> Any:
    return db.session.get(ContactPerson, values["person_id"])


def merge_of(values: dict[str, Any]) -> Any:
    return db.session.get(CompanyMerge, values["merge_id"])


def feedback_of(values: dict[str, Any]) -> Any:
    return db.session.get(Feedback, values["feedback_id"])
