"""Writing questions down: once for each market, once however often they are sent, owned by exactly one desk."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hubs.accounts.models import Office, Organisation
from hubs.accounts.permissions import P
from hubs.companies.models import CompanyRecord, Consent, ContactPerson
from hubs.companies.operations import know_company, know_contact_person, record_consent
from hubs.core.errors import NotPermitted
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.core.types import new_id, new_reference_body
from hubs.extensions import db
from hubs.reference.regions import province
from hubs.referrals.intake.data import IntakeData, check_intake, tidy_facts
from hubs.referrals.models import RequestPart, SupportRequest
from hubs.referrals.operations import act_on_request

ATTEMPTS = 4


def create_requests(
    *, actor: Actor, now: datetime, office: Office, data: IntakeData, submission_key: str | None = None
) -> list[SupportRequest]:
    """Store a question at a desk, one for each market, and submit it unless `data.submit` is off.

    Sent again with the same `submission_key` it returns what was stored the first time, also when the two arrive
    at once. Raises NotPermitted, BadInput, RuleViolation, NotFound.
    """
    if not actor.can(P.SUPPORT_REQUEST_CREATE, office):
        raise NotPermitted()
    data = dataclasses.replace(data, facts=tidy_facts(data.facts))
    stored = stored_requests(office.organisation_id, submission_key)
    if stored:
        return stored
    check_intake(data)
    return store_once([office] * max(len(data.markets), 1), data, submission_key, actor=actor, now=now)


def stored_requests(owner_id: str, submission_key: str | None) -> list[SupportRequest]:
    """What this desk stored under a key: the question, or all that were asked together."""
    if not submission_key:
        return []
    statement = select(SupportRequest).where(
        SupportRequest.owner_id == owner_id, SupportRequest.submission_key == submission_key
    )
    first = db.session.execute(statement).scalar_one_or_none()
    if first is None or first.group_id is None:
        return [first] if first else []
    group = select(SupportRequest).where(SupportRequest.group_id == first.group_id).order_by(SupportRequest.id)
    return list(db.session.execute(group).scalars())


def store_once(
    offices: Sequence[Office], data: IntakeData, submission_key: str | None, *, actor: Actor, now: datetime
) -> list[SupportRequest]:
    """Store inside a savepoint; when somebody stored the same at the same moment, theirs is the answer."""
    for attempt in range(ATTEMPTS):
        try:
            with db.session.begin_nested():
                return _store(offices, data, submission_key, actor=actor, now=now)
        except IntegrityError:
            stored = stored_requests(offices[0].organisation_id, submission_key)
            if stored:
                return stored
            if attempt == ATTEMPTS - 1:  # not the key, and not a reference taken just now
                raise
    return []


def _store(
    offices: Sequence[Office], data: IntakeData, submission_key: str | None, *, actor: Actor, now: datetime
) -> list[SupportRequest]:
    markets = data.markets or (None,)
    group_id = new_id() if len(markets) > 1 else None
    created = []
    for position, (market, office) in enumerate(zip(markets, offices, strict=True)):
        support_request = _new_request(office, data, market, actor=actor, now=now)
        support_request.group_id = group_id
        support_request.submission_key = submission_key if position == 0 else None
        db.session.add(support_request)
        db.session.flush()
        add_parties(support_request, data, actor=actor, now=now, is_first=position == 0)
        details = {"channel": data.channel, "market": market, "group": group_id}
        record(
            db.session(), "support_request.recorded", support_request, actor=actor, now=now, data=details, outbox=False
        )
        created.append(support_request)
    if data.submit:
        for support_request in created:
            act_on_request(support_request, "submit", actor=actor, now=now)
    return created


def _new_request(
    office: Office, data: IntakeData, market: str | None, *, actor: Actor, now: datetime
) -> SupportRequest:
    support_request = SupportRequest(
        id=new_id(),
        reference=_free_reference(),
        owner_id=office.organisation_id,
        office_id=office.id,
        market=market,
        city=data.city or None,
        sector=data.sector or None,
        company_size=data.company_size or None,
        target_groups=list(dict.fromkeys(data.target_groups)),
        facts=dict(data.facts),
        language=data.language,
        urgency=data.urgency,
        channel=data.channel,
        source=data.source,
        text=data.text.strip(),
        private_notes=(data.private_notes or "").strip() or None,
        do_not_tell=sorted(set(data.do_not_tell)),
        created_at=now,
        created_by=actor.id if actor.kind in ("person", "client", "system") else None,
        is_demo=data.is_demo,
    )
    services: list[str | None] = [*dict.fromkeys(data.services)] or [None]
    support_request.parts = [RequestPart(position=place, service=code) for place, code in enumerate(services)]
    return support_request


def _free_reference() -> str:
    """H-7K4-29Q, not in use; the unique constraint decides when two are drawn at once."""
    for _attempt in range(50):
        reference = f"H-{new_reference_body()}"
        taken = select(SupportRequest.id).where(SupportRequest.reference == reference)
        if db.session.execute(taken).first() is None:
            return reference
    raise RuntimeError("no free reference left")


def add_parties(
    support_request: SupportRequest, data: IntakeData, *, actor: Actor, now: datetime, is_first: bool
) -> None:
    """Company, contact person and consent, in the owning desk's scope."""
    if data.company is None:
        return
    kept = know_company(support_request.owner_id, data.company, actor=actor, now=now)
    support_request.company = kept.company
    support_request.region = province(data.company.region) or kept.region
    if data.contact:
        support_request.contact_person = know_contact_person(
            support_request.owner_id, kept.company, data.contact, now=now, is_stranger=actor.kind == "anonymous"
        )
    if data.consent:
        support_request.consent = _consent(support_request, kept, data, actor=actor, now=now, is_first=is_first)
    db.session.flush()
    db.session.expire(support_request, ["company_record"])


def _consent(
    support_request: SupportRequest,
    kept: CompanyRecord,
    data: IntakeData,
    *,
    actor: Actor,
    now: datetime,
    is_first: bool,
) -> Consent:
    assert data.consent is not None  # noqa: S101  the caller looked
    named = select(Organisation.market).where(Organisation.id.in_(data.consent.recipient_ids))
    person: ContactPerson | None = support_request.contact_person
    return record_consent(
        support_request.owner_id,
        kept.company,
        person,
        dataclasses.replace(
            data.consent,
            channel=data.consent.channel or data.channel,
            given_at=data.consent.given_at or now,
        ),
        actor=actor,
        now=now,
        market=support_request.market,
        countries=db.session.execute(named).scalars().all() if data.consent.recipient_ids else (),
        asks_confirmation=is_first,
    )
