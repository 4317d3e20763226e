"""The world multiplied: as many as asked, consistent, once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from hubs.companies.models import Company, CompanyRecord, Consent
from hubs.core.clock import utcnow
from hubs.core.events import Event, EventSeal, seal_hash
from hubs.demo.scale import REQUESTS_EACH
from hubs.extensions import db
from hubs.outbox.reminders import run_once
from hubs.referrals.lifecycle import LIVE, RequestState, outcome_from_parts, state_from_parts
from hubs.referrals.models import Referral, ReferralPart, RequestPart, SupportRequest
from hubs.referrals.operations import due_lapses


def load(app: Flask, scale: int) -> Any:
    done = app.test_cli_runner().invoke(args=["demo", "load", "--scale", str(scale), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def count(model: Any, *where: Any) -> int:
    return db.session.execute(select(func.count()).select_from(model).where(*where)).scalar_one()


def test_multiplied_once(loaded: Flask) -> None:
    with loaded.app_context():
        before, events = count(SupportRequest), count(Event)
    first = load(loaded, 2)
    assert first["requests"] == before + REQUESTS_EACH
    with loaded.app_context():
        assert count(SupportRequest) == before + REQUESTS_EACH
        assert count(Event) > events + REQUESTS_EACH
        after = count(Event)
    load(loaded, 2)
    with loaded.app_context():
        assert count(SupportRequest) == before + REQUESTS_EACH
        assert count(Event) == after
    load(loaded, 3)
    with loaded.app_context():
        assert count(SupportRequest) == before + 2 * REQUESTS_EACH
        assert count(Company, Company.registration_number.between("00100001", "00999999")) > 2 * REQUESTS_EACH / 10
        assert_consistent()
    with loaded.app_context():
        assert due_lapses(utcnow() + timedelta(hours=1)) == []
        assert run_once()["lapses"] == 0


def assert_consistent() -> None:
    """States follow from parts, one live referral a part, everything belongs together, the chain holds."""
    wanted = (RequestState.IN_HAND, RequestState.REFERRED, RequestState.CLOSED)
    for support_request in db.session.execute(select(SupportRequest)).scalars():
        if support_request.state in wanted:
            assert support_request.state == state_from_parts(support_request)
        if support_request.state == RequestState.CLOSED:
            assert support_request.outcome == outcome_from_parts(support_request)
            assert support_request.due_at is None
        if support_request.company_id:
            assert support_request.company_record is not None
        if support_request.consent_id:
            assert support_request.consent is not None
            assert support_request.consent.company_id == support_request.company_id
    assert count(RequestPart) > count(SupportRequest)
    assert count(Consent) > 0 and count(CompanyRecord) > 0
    live = select(Referral.id).where(Referral.state.in_(sorted(LIVE)))
    assert count(ReferralPart, ReferralPart.is_live.is_(True)) == count(
        ReferralPart, ReferralPart.referral_id.in_(live)
    )
    moments = list(db.session.execute(select(SupportRequest.created_at).order_by(SupportRequest.id)).scalars())
    # by id is by time, but for the one step from the newest copy to the oldest of the story
    assert sum(earlier > later for earlier, later in zip(moments, moments[1:], strict=False)) <= 1
    assert_chain()


def assert_chain() -> None:
    previous = "0" * 64
    rows = db.session.execute(
        select(EventSeal, Event).join(Event, Event.id == EventSeal.event_id).order_by(EventSeal.number)
    )
    number = 0
    for seal, event in rows:
        number += 1
        previous = seal_hash(previous, number, event)
        assert (seal.number, seal.hash) == (number, previous)
    assert number == count(Event)
