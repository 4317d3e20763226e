"""A mail address asked for on the page of one question goes no further than that question and what was asked with it.

Whoever gets hold of one tracking link gets no other question by it: the person of several questions is parted in two,
and the desk may make one of them again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, insert, select
from sqlalchemy.orm import aliased

from hubs.companies.linked import is_pointed_at, point_at
from hubs.companies.models import CompanyMergeRow, Consent, ContactPerson, EmailChange
from hubs.core.types import folded
from hubs.extensions import db
from hubs.referrals.models import SupportRequest

ENTREPRENEUR = "entrepreneur"  # who asks by a tracking link is named by the question
_OWN = tuple(model.__tablename__ for model in (SupportRequest, Consent, EmailChange))


@dataclass(frozen=True, slots=True)
class Offer:
    """An address that was confirmed for one question, while this person's other mails go where they went."""

    change: EmailChange
    support_request: SupportRequest


def by_the_page_of(request_ids: Sequence[str]) -> Any:
    """The condition that a change was asked for on the page of one of these questions."""
    return and_(EmailChange.asked_by_kind == ENTREPRENEUR, EmailChange.asked_by.in_(request_ids))


def question_of(change: EmailChange) -> SupportRequest | None:
    """The question on whose page it was asked for; None when a desk asked."""
    if change.asked_by_kind != ENTREPRENEUR or change.asked_by is None:
        return None
    return db.session.get(SupportRequest, change.asked_by)


def asked_together(support_request: SupportRequest) -> list[SupportRequest]:
    """This question, and those that were asked in one go: their pages lead to each other."""
    if support_request.group_id is None:
        return [support_request]
    statement = select(SupportRequest).where(
        SupportRequest.group_id == support_request.group_id,
        SupportRequest.contact_person_id == support_request.contact_person_id,
    )
    return list(db.session.execute(statement.order_by(SupportRequest.id)).scalars())


def questions_of(person: ContactPerson) -> Sequence[str]:
    """The questions that name this person, by id."""
    statement = select(SupportRequest.id).where(SupportRequest.contact_person_id == person.id)
    return db.session.execute(statement).scalars().all()


def person_of_one(asked: SupportRequest, person: ContactPerson, now: datetime) -> ContactPerson:
    """The contact person of this question alone: this one when nothing else hangs on it, else one made from it.

    Raises nothing; the caller holds the questions of this person.
    """
    together = asked_together(asked)
    others = set(questions_of(person)) - {each.id for each in together}
    if not others and not is_pointed_at(person, besides=_OWN):
        return person
    own = _copy(person, now)
    for each in together:
        each.contact_person_id = own.id
        if each.consent is not None and not _is_shared(each.consent, together):
            each.consent.contact_person_id = own.id
    db.session.flush()
    for each in together:
        db.session.expire(each, ["contact_person"])
    return own


def _copy(person: ContactPerson, now: datetime) -> ContactPerson:
    own = ContactPerson(
        organisation_id=person.organisation_id,
        company_id=person.company_id,
        name=person.name,
        email=person.email,
        phone=person.phone,
        language=person.language,
        created_at=now,
        retired_at=person.retired_at,
        no_follow_up_at=person.no_follow_up_at,
    )
    db.session.add(own)
    db.session.flush()
    _follow_merges(person, own)
    return own


def _follow_merges(person: ContactPerson, own: ContactPerson) -> None:
    """Undoing a merge of companies takes along who was made since from a person that it takes along."""
    R = CompanyMergeRow
    moved = (R.table_name == ContactPerson.__tablename__, R.row_key == json.dumps([person.id]))
    rows = db.session.execute(select(R.merge_id, R.table_name, R.column_name).where(*moved)).mappings().all()
    if rows:
        db.session.execute(insert(R), [{**row, "row_key": json.dumps([own.id])} for row in rows])


def _is_shared(consent: Consent, together: Sequence[SupportRequest]) -> bool:
    ids = [each.id for each in together]
    statement = select(SupportRequest.id).where(SupportRequest.consent_id == consent.id, SupportRequest.id.not_in(ids))
    return db.session.execute(statement.limit(1)).first() is not None


def offers_of(*people: ContactPerson) -> list[Offer]:
    """The addresses confirmed for one question that the other mails of these people could go to, newest first."""
    by_id = {person.id: person for person in people}
    own = aliased(ContactPerson)
    statement = (
        select(EmailChange, SupportRequest)
        .join(SupportRequest, SupportRequest.id == EmailChange.asked_by)
        .join(own, own.id == SupportRequest.contact_person_id)
        .where(
            EmailChange.contact_person_id.in_(by_id),
            EmailChange.asked_by_kind == ENTREPRENEUR,
            EmailChange.confirmed_at.is_not(None),
            own.id != EmailChange.contact_person_id,
            own.organisation_id == EmailChange.organisation_id,
            own.email == EmailChange.new_email,
        )
        .order_by(EmailChange.confirmed_at.desc(), EmailChange.id.desc())
    )
    found = db.session.execute(statement).all() if by_id else ()
    return [
        Offer(change, asked)
        for change, asked in found
        if folded(change.old_email) == folded(by_id[change.contact_person_id].email)
    ]


def take_up(person: ContactPerson, change: EmailChange) -> Sequence[str]:
    """Make one again of this person and the one that was made for a question; gives that one's questions, by id."""
    asked = question_of(change)
    own = asked.contact_person if asked is not None else None
    if own is None or own.id == person.id:
        return ()
    moved = questions_of(own)
    point_at(person, own)
    db.session.delete(own)
    db.session.flush()
    return moved
