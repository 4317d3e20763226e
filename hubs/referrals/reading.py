"""The messages and files of a case that an actor may read now; the one way pages, API and mail come by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from hubs.accounts.actor import Actor
from hubs.core.errors import NotFound
from hubs.extensions import db
from hubs.referrals.conversation import Reader, Side, may_open, readable, waits_for_acceptance
from hubs.referrals.models import CaseVisit, Message, QuestionFile, Referral, SupportRequest
from hubs.referrals.presentation import RECEIVER, ReferralView, referral_view


def reader_of(subject: SupportRequest | Referral, actor: Actor, now: datetime) -> Reader:
    """Where the actor stands to a question, or to a referral, at this moment. Raises NotFound for nowhere."""
    if isinstance(subject, Referral):
        return reader_of_view(referral_view(subject, actor, now), actor)
    if actor.kind == "entrepreneur":
        if actor.id != subject.id:
            raise NotFound()
        return Reader(side=Side.ENTREPRENEUR)
    if not actor.is_system and actor.organisation_id != subject.owner_id:
        raise NotFound()
    return Reader(side=Side.DESK, organisation_id=actor.organisation_id or subject.owner_id)


def reader_of_view(view: ReferralView, actor: Actor) -> Reader:
    """The same for a referral that was read already."""
    return Reader(
        side=Side.RECEIVER if view.side == RECEIVER else Side.SENDER,
        organisation_id=actor.organisation_id,
        referral_id=view.referral.id,
        sees_question=view.sees_question,
        sees_identity=view.sees_identity,
    )


def messages_visible_to(actor: Actor, subject: SupportRequest | Referral, now: datetime) -> list[Message]:
    """What this actor may read of what was said, oldest first."""
    return readable(_question_of(subject).messages, reader_of(subject, actor, now))


def files_visible_to(actor: Actor, subject: SupportRequest | Referral, now: datetime) -> list[QuestionFile]:
    """The files this actor may open now, oldest first; of a referral, with what its side may see."""
    reader = reader_of(subject, actor, now)
    return [file for file in _files_of(subject) if may_open(file, reader)]


def files_after_acceptance(actor: Actor, referral: Referral, now: datetime) -> int:
    """How many files a receiver sees once it accepts; their names it does not know before."""
    reader = reader_of(referral, actor, now)
    return sum(waits_for_acceptance(file, reader) for file in _files_of(referral))


def get_visible_file(
    actor: Actor, subject: SupportRequest | Referral, file_id: str, now: datetime, *, lock: bool = False
) -> QuestionFile:
    """One file of exactly this question or referral. Raises NotFound, also for a file of another one."""
    statement = select(QuestionFile).where(
        QuestionFile.id == file_id, QuestionFile.support_request_id == _question_of(subject).id
    )
    if lock:
        statement = statement.with_for_update(of=QuestionFile)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None or not may_open(found, reader_of(subject, actor, now)):
        raise NotFound()
    return found


def _question_of(subject: SupportRequest | Referral) -> SupportRequest:
    return subject.support_request if isinstance(subject, Referral) else subject


def _files_of(subject: SupportRequest | Referral) -> Sequence[QuestionFile]:
    return _question_of(subject).files


# --- what is new for somebody ----------------------------------------------------------------------------------


def seen_column(model: Any, actor: Actor) -> Any:
    """When this person last looked at each question or referral of a list, as one more column: no statement more."""
    visit = aliased(CaseVisit)
    seen = select(visit.seen_at).where(and_(visit.person_id == (actor.person_id or ""), visit.subject_id == model.id))
    return seen.correlate(model).scalar_subquery().label("seen_at")


def is_unread(subject: Any, seen_at: datetime | None) -> bool:
    """Whether something was said after this person last looked (`last_message_at` is kept on the row itself)."""
    said = subject.last_message_at
    return said is not None and (seen_at is None or said > seen_at)


def seen_at(subject: Any, actor: Actor) -> datetime | None:
    """When this person last looked; None for never, and for who is no person."""
    if actor.kind != "person" or actor.person_id is None:
        return None
    visit = select(CaseVisit.seen_at).where(CaseVisit.person_id == actor.person_id, CaseVisit.subject_id == subject.id)
    return db.session.execute(visit).scalar_one_or_none()


def put_visit(subject_id: str, actor: Actor, now: datetime) -> None:
    """Everything said till now is known to this person."""
    if actor.kind != "person" or actor.person_id is None:
        return
    is_postgresql = db.session.connection().dialect.name == "postgresql"
    insert: Any = postgresql.insert if is_postgresql else sqlite.insert
    statement = insert(CaseVisit).values(person_id=actor.person_id, subject_id=subject_id, seen_at=now)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["person_id", "subject_id"], set_={"seen_at": now})
    )
