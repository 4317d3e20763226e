"""Merging two companies of one desk while questions run, and putting them apart again (domain.md, Company).

What a receiver sees of a running referral, tracking links and consents hang on the question, which only changes
which company of its own desk it names; the receiver's own records are its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from hubs.companies.merging import MergePlan, check_undo, merge_companies, plan_merge, undo_merge
from hubs.companies.models import ClientContact, CompanyMerge, CompanyMergeRow, CompanyRecord, Consent, ContactPerson
from hubs.companies.queries import get_visible_company
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.referrals.lifecycle import LIVE
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations.accepting import is_covered
from hubs.referrals.operations.contacts import forget_company

SHOWN = 20


@dataclass(frozen=True, slots=True)
class MergePreview:
    """Two companies side by side: what each is, and what would move."""

    plan: MergePlan
    questions: Sequence[SupportRequest]  # of the one that goes, the newest
    people: Mapping[str, Sequence[ContactPerson]]
    running: int  # referrals of these questions that run now


@dataclass(frozen=True, slots=True)
class Added:
    """A question that came after a merge, and whether its contact person goes back to the company that returns."""

    support_request: SupportRequest
    goes_with_person: bool


def preview_merge(
    actor: Actor, first_id: str, second_id: str, *, keep: str | None = None, lock: bool = False
) -> MergePreview:
    """What merging these two would do. With `lock` both are held until the transaction ends. Raises NotFound."""
    if lock:
        _lock_questions(actor, (first_id, second_id))
    held = {each: get_visible_company(actor, each, lock=lock) for each in sorted((first_id, second_id))}
    plan = plan_merge(held[first_id], held[second_id], keep)
    organisation_id = plan.gone.organisation_id
    mine = (SupportRequest.company_id == plan.gone.company_id, SupportRequest.owner_id == organisation_id)
    statement = select(SupportRequest).where(*mine)
    questions = db.session.execute(statement.order_by(SupportRequest.id.desc()).limit(SHOWN)).scalars().all()
    people = {each.company_id: _people(organisation_id, each.company_id) for each in (plan.kept, plan.gone)}
    return MergePreview(plan, questions, people, _running(mine))


def _running(mine: Sequence[Any]) -> int:
    live = select(func.count(Referral.id)).join(SupportRequest, SupportRequest.id == Referral.support_request_id)
    return db.session.execute(live.where(*mine, Referral.state.in_(sorted(LIVE)))).scalar_one()


def _people(organisation_id: str, company_id: str) -> Sequence[ContactPerson]:
    own = (ContactPerson.organisation_id == organisation_id, ContactPerson.company_id == company_id)
    return db.session.execute(select(ContactPerson).where(*own).order_by(ContactPerson.id).limit(SHOWN)).scalars().all()


def _lock_questions(actor: Actor, company_ids: Collection[str]) -> None:
    """Questions are always held before the company they name: whoever acts on one holds it first, too."""
    mine = (SupportRequest.owner_id == actor.organisation_id, SupportRequest.company_id.in_(company_ids))
    statement = select(SupportRequest.id).where(*mine).order_by(SupportRequest.id)
    db.session.execute(statement.with_for_update(of=SupportRequest)).all()


def merge_two(
    actor: Actor,
    first_id: str,
    second_id: str,
    *,
    now: datetime,
    chosen: Mapping[str, str],
    reason: str | None,
    keep: str | None = None,
) -> CompanyMerge:
    """Make one company of two. Raises NotFound, NotPermitted, RuleViolation, WrongState."""
    preview = preview_merge(actor, first_id, second_id, keep=keep, lock=True)
    return merge_companies(preview.plan, actor=actor, now=now, chosen=chosen, reason=reason)


def added_since(merge: CompanyMerge) -> list[Added]:
    """The questions of the kept company that came after the merge: each stays there, or goes along."""
    moved = _moved(merge, SupportRequest.__tablename__)
    people = _moved(merge, ContactPerson.__tablename__)
    statement = (
        select(SupportRequest)
        .where(
            SupportRequest.owner_id == merge.organisation_id,
            SupportRequest.company_id == merge.kept_id,
            SupportRequest.created_at >= merge.merged_at,
        )
        .order_by(SupportRequest.id)
    )
    found = db.session.execute(statement).scalars().all()
    return [Added(each, each.contact_person_id in people) for each in found if each.id not in moved]


def _moved(merge: CompanyMerge, table: str) -> set[str]:
    statement = select(CompanyMergeRow.row_key).where(
        CompanyMergeRow.merge_id == merge.id, CompanyMergeRow.table_name == table
    )
    return {str(json.loads(key)[0]) for key in db.session.execute(statement).scalars()}


def undo_two(merge: CompanyMerge, *, actor: Actor, now: datetime, along: Iterable[str] = ()) -> CompanyRecord:
    """Make two of one again. `along` names the questions added since that go with the company that returns.

    Raises NotPermitted, WrongState.
    """
    check_undo(merge, actor)
    _lock_questions(actor, (merge.kept_id, merge.gone_id))
    wanted = set(along) & {each.support_request.id for each in added_since(merge)}
    gone_id, organisation_id = merge.gone_id, merge.organisation_id
    gone = undo_merge(merge, actor=actor, now=now, along=_rows_of(merge, wanted))
    _forget_withdrawn(organisation_id, gone_id)
    return gone


def _rows_of(merge: CompanyMerge, request_ids: Collection[str]) -> list[tuple[str, str, str]]:
    """What belongs to these questions: they themselves, their consents, their dealings."""
    if not request_ids:
        return []
    consents = select(SupportRequest.consent_id).where(SupportRequest.id.in_(request_ids))
    referrals = select(Referral.id).where(Referral.support_request_id.in_(request_ids))
    dealings = select(ClientContact.id).where(
        or_(ClientContact.subject_id.in_(request_ids), ClientContact.subject_id.in_(referrals))
    )
    found: dict[str, set[str]] = {
        SupportRequest.__tablename__: set(request_ids),
        Consent.__tablename__: {each for each in db.session.execute(consents).scalars() if each},
        ClientContact.__tablename__: set(db.session.execute(dealings).scalars()),
    }
    return [(table, "company_id", json.dumps([row])) for table, rows in found.items() for row in sorted(rows)]


def _forget_withdrawn(organisation_id: str, company_id: str) -> None:
    """Whose consent was withdrawn while the two were one: what the receiver would have lost then goes now."""
    own = (ClientContact.organisation_id == organisation_id, ClientContact.company_id == company_id)
    about = select(ClientContact.subject_id).where(*own, ClientContact.subject_type == Referral.__tablename__)
    statement = select(Referral).where(Referral.to_id == organisation_id, Referral.id.in_(about))
    for referral in db.session.execute(statement).scalars().all():
        if not is_covered(referral, standing="accredited"):
            forget_company(referral)
