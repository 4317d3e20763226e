"""A merge while questions run: what the receiver sees, links, masks and consents stay; nobody outside learns."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.companies.models import CompanyMerge, CompanyRecord, Consent
from hubs.companies.operations import CompanyData, know_company
from hubs.companies.queries import get_visible_company
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound, RuleViolation, WrongState
from hubs.core.events import Event
from hubs.extensions import db, write_transaction
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import act_on_referral, act_on_request, withdraw_consent
from hubs.referrals.operations.merging import merge_two, undo_two
from hubs.referrals.presentation import referral_view
from hubs.referrals.tracking import tracking_token
from tests.referrals.builders import CANARY, actor_for, destinations, entrepreneur, question
from tests.world import World

# how far the receiver got: action by action
WAYS: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "sent": (),
    "acknowledged": (("acknowledge", {}),),
    "accepted": (("accept", {}),),
    "contact_made": (("accept", {}), ("record_contact", {})),
    "paused": (("ask", {"note": "Hoeveel?"}),),
    "paused_after_accept": (("accept", {}), ("ask", {"note": "Hoeveel?"})),
    "closed": (("accept", {}), ("record_contact", {}), ("close", {"outcome": "introduction"})),
    "declined": (("decline", {"reason": "no_capacity"}),),
    "returned": (("accept", {}), ("return", {"reason": "conflict_of_interest"})),
}


def running(demo: World, way: str) -> tuple[SupportRequest, Referral, str]:
    """A question of the post at hub A, so far on its way, and another company of the post to merge it with."""
    officer, manager, now = actor_for(demo, "officer"), actor_for(demo, "manager"), utcnow()
    asked = question(demo, kvk=None)
    act_on_request(asked, "refer", actor=officer, now=now, data={"destinations": destinations(demo, "hub_a")})
    referral = asked.referrals[0]
    for action, data in WAYS[way]:
        act_on_referral(referral, action, actor=manager, now=now, data=data)
    group = CompanyData(name="Kanarie Groep", registration_number="90007777")
    other = know_company(str(officer.organisation_id), group, actor=officer, now=now)
    return asked, referral, other.company_id


def seen(referral: Referral, demo: World, now: datetime) -> tuple[Any, ...]:
    """All that the receiver sees of it, and whether its consent holds."""
    view = referral_view(referral, actor_for(demo, "manager"), now)
    person = view.contact_person.name if view.contact_person else None
    named = view.company_name is not None
    return view.sees_identity, view.hidden_because, view.text, named, person, view.private_notes, view.state


@pytest.mark.parametrize("way", WAYS)
def test_a_running_referral_goes_on_as_it_was(demo: World, in_app: Any, way: str) -> None:
    with in_app():
        officer, now = actor_for(demo, "officer"), utcnow()
        asked, referral, kept_id = running(demo, way)
        gone_id, token, before = str(asked.company_id), tracking_token(asked), seen(referral, demo, now)
        states = (asked.state, referral.state, asked.version_id, referral.version_id)
        hub = actor_for(demo, "manager")
        theirs = {row.company_id for row in db.session.execute(_records(hub.organisation_id)).scalars()}
        merge = merge_two(officer, gone_id, kept_id, now=now, chosen={"name": gone_id}, reason=None)
        assert asked.company_id == kept_id and asked.company_name == CANARY["company"]
        assert seen(referral, demo, now) == before
        assert tracking_token(asked) == token
        assert (asked.state, referral.state, asked.version_id, referral.version_id) == states  # nobody's page is stale
        consent = db.session.get_one(Consent, asked.consent_id)
        assert consent.is_valid and consent.company_id == kept_id
        assert {row.company_id for row in db.session.execute(_records(hub.organisation_id)).scalars()} == theirs
        with pytest.raises(NotFound):
            get_visible_company(hub, kept_id)
        outside = select(Event).where(Event.subject_type == CompanyMerge.__tablename__)
        for event in db.session.execute(outside).scalars():
            assert event.organisation_id == officer.organisation_id and not event.commitments
        undo_two(merge, actor=officer, now=now)
        assert asked.company_id == gone_id and seen(referral, demo, now) == before


def _records(organisation_id: str | None) -> Any:
    return select(CompanyRecord).where(CompanyRecord.organisation_id == organisation_id)


@pytest.mark.parametrize("undone", [False, True])
def test_what_follows_a_merge_works_on(demo: World, in_app: Any, undone: bool) -> None:
    with in_app():
        officer, manager, now = actor_for(demo, "officer"), actor_for(demo, "manager"), utcnow()
        asked, referral, kept_id = running(demo, "acknowledged")
        merge = merge_two(officer, str(asked.company_id), kept_id, now=now, chosen={}, reason=None)
        act_on_referral(referral, "accept", actor=manager, now=now)
        assert referral_view(referral, manager, now).company_name == "Kanarie Groep"
        if undone:
            undo_two(merge, actor=officer, now=now)
            assert referral_view(referral, manager, now).company_name == CANARY["company"]
        act_on_referral(referral, "record_contact", actor=manager, now=now)
        withdraw_consent(asked, actor=entrepreneur(asked), now=now)
        assert referral_view(referral, manager, now).company_name is None


def test_a_hub_that_merged_loses_what_its_consent_gave(demo: World, in_app: Any) -> None:
    """Consent is withdrawn while the hub had made one company of it: after undoing it knows no more than without."""
    with in_app():
        manager, now = actor_for(demo, "manager"), utcnow()
        asked, _referral, _other = running(demo, "contact_made")
        known = next(row for row in db.session.execute(_records(manager.organisation_id)).scalars())
        own = question(demo, owner="hub_a", kvk="90005555")
        known_id, own_id = known.company_id, str(own.company_id)
        merge = merge_two(manager, known_id, own_id, now=now, chosen={}, reason=None)
        withdraw_consent(asked, actor=entrepreneur(asked), now=now)
        assert get_visible_company(manager, known_id).company_id == own_id  # its own client: it keeps that
        undo_two(merge, actor=manager, now=now)
        left = {row.company_id for row in db.session.execute(_records(manager.organisation_id)).scalars()}
        assert left == {own_id}


def test_two_officers_at_once_make_one_merge(app: Flask, demo: World) -> None:
    with app.test_request_context("/?lang=en"):
        asked, _referral, kept_id = running(demo, "accepted")
        gone_id, request_id = str(asked.company_id), asked.id
        db.session.commit()
        db.session.remove()
    ended: list[str] = []
    start = threading.Barrier(3)

    def merge(persona: str) -> None:
        with app.test_request_context("/?lang=en"):
            start.wait()
            write_transaction()
            try:
                merge_two(actor_for(demo, persona), gone_id, kept_id, now=utcnow(), chosen={}, reason=None)
                db.session.commit()
                ended.append("merged")
            except (WrongState, RuleViolation) as refusal:
                db.session.rollback()
                ended.append(type(refusal).__name__)
            finally:
                db.session.remove()

    def ask_again() -> None:
        with app.test_request_context("/?lang=en"):
            start.wait()
            write_transaction()
            officer = actor_for(demo, "head")
            data = CompanyData(company_id=gone_id)
            kept = know_company(str(officer.organisation_id), data, actor=officer, now=utcnow())
            fresh = db.session.get_one(SupportRequest, request_id)
            assert kept.company_id in (gone_id, kept_id) and fresh.company_name
            db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=merge, args=(who,)) for who in ("officer", "officer_2")]
    threads.append(threading.Thread(target=ask_again))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(ended)[-1] == "merged" and ended.count("merged") == 1, ended
    with app.app_context():
        assert len(db.session.execute(select(CompanyMerge)).scalars().all()) == 1
        assert db.session.get_one(SupportRequest, request_id).company_id == kept_id
        db.session.remove()
