"""Files on a case: added with a message or by themselves, taken out of view; contents stay for the audit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from hubs.accounts.permissions import P
from hubs.core.errors import NotPermitted, RuleViolation
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.core.types import new_id
from hubs.core.uploads import Received, stored_file
from hubs.extensions import db
from hubs.referrals.conversation import Visibility, visibility_with
from hubs.referrals.models import Message, QuestionFile, Referral, SupportRequest

MOST_AT_ONCE = 5
MOST_ON_A_CASE = 60


def add_file(
    support_request: SupportRequest,
    received: Received,
    *,
    actor: Actor,
    now: datetime,
    referral: Referral | None = None,
    message: Message | None = None,
    visibility: str | None = None,
    by_mail: bool = False,
) -> QuestionFile:
    """Put a received file on a case. Who may do so was checked with the message or the question it comes with.

    `visibility` follows from the message when there is one, else `case`. Raises RuleViolation when the case is full.
    """
    if visibility is None:
        visibility = visibility_with(message.kind, message.audience) if message is not None else Visibility.CASE
    _refuse_too_many(support_request)
    stored = stored_file(received, by=actor.id if actor.kind == "person" else None, now=now)
    db.session.add(stored)
    db.session.flush()
    kind = actor.kind if actor.kind in ("person", "client", "entrepreneur") else "system"
    added = QuestionFile(
        id=new_id(),
        support_request=support_request,
        referral_id=referral.id if referral is not None else None,
        message_id=message.id if message is not None else None,
        stored=stored,
        added_by_kind="mail" if by_mail and kind != "entrepreneur" else kind,
        added_by=actor.id,
        organisation_id=actor.organisation_id,
        visibility=str(visibility),
        at=now,
    )
    db.session.add(added)
    db.session.flush()
    details = {"file_id": added.id, "stored_file_id": stored.id, "size": stored.size, "visibility": added.visibility}
    record(db.session, "file.added", added, actor=actor, now=now, data=details, personal={"name": stored.name})
    return added


def add_files(
    support_request: SupportRequest,
    received: Iterable[Received],
    *,
    actor: Actor,
    now: datetime,
    referral: Referral | None = None,
    message: Message | None = None,
    visibility: str | None = None,
    by_mail: bool = False,
) -> list[QuestionFile]:
    """`add_file` for several. Raises RuleViolation for more than may come at once."""
    listed = list(received)
    if len(listed) > MOST_AT_ONCE:
        raise RuleViolation("too_many_files", _l("Send at most %(number)s files at once.", number=MOST_AT_ONCE), "file")
    return [
        add_file(
            support_request,
            each,
            actor=actor,
            now=now,
            referral=referral,
            message=message,
            visibility=visibility,
            by_mail=by_mail,
        )
        for each in listed
    ]


def _refuse_too_many(support_request: SupportRequest) -> None:
    statement = select(func.count()).where(
        QuestionFile.support_request_id == support_request.id, QuestionFile.removed_at.is_(None)
    )
    if db.session.execute(statement).scalar_one() >= MOST_ON_A_CASE:
        raise RuleViolation(
            "case_full", _l("There are %(number)s files here. Remove one first.", number=MOST_ON_A_CASE), "file"
        )


def may_remove(file: QuestionFile, actor: Actor) -> bool:
    """Who added it may take it out of view, and so may the desk that owns the question, for what is shared with it."""
    if actor.kind == "entrepreneur":
        own = file.added_by_kind == "entrepreneur" and file.support_request_id == actor.id
        return own and actor.can(P.SUPPORT_REQUEST_SPEAK, file.support_request)
    if file.organisation_id is not None and file.organisation_id == actor.organisation_id:
        return actor.can(P.SUPPORT_REQUEST_HANDLE) or actor.can(P.REFERRAL_RECEIVE)
    return actor.can(P.SUPPORT_REQUEST_HANDLE, file.support_request)


def remove_file(file: QuestionFile, *, actor: Actor, now: datetime) -> None:
    """Out of everybody's view from now on; the content stays for the audit. Raises NotPermitted."""
    if not may_remove(file, actor):
        raise NotPermitted(message=_l("Only who added a file, or the desk, may remove it."))
    file.removed_at, file.removed_by = now, actor.id
    db.session.flush()
    record(db.session, "file.removed", file, actor=actor, now=now, data={"file_id": file.id})
