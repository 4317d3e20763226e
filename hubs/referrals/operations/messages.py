"""What is asked, answered, written and noted; the words themselves stand in messages, never in events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask_babel import lazy_gettext as _l

from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.core.errors import NotPermitted, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.core.types import new_id
from hubs.core.uploads import Received
from hubs.extensions import db
from hubs.referrals.conversation import Audience, audience_of
from hubs.referrals.lifecycle import LIVE, ReferralState, RequestState
from hubs.referrals.models import Message, Referral, SupportRequest
from hubs.referrals.operations.accepting import is_covered
from hubs.referrals.operations.files import add_files
from hubs.referrals.operations.planning import text_problems

TEXT_LENGTH = 4000
ONLY_FILES = "…"  # the words of a message that is only a file


def message_id_for(text: str | None) -> str | None:
    """The id under which a text will be written down, for the event that comes before it."""
    return new_id() if (text or "").strip() else None


def add_message(
    support_request: SupportRequest,
    kind: str,
    text: str | None,
    *,
    actor: Actor,
    now: datetime,
    referral: Referral | None = None,
    message_id: str | None = None,
    audience: str | None = None,
    via: str | None = None,
) -> Message | None:
    """Write down a text; None when there is none (whether that is allowed is for the lifecycle's guard)."""
    words = (text or "").strip()
    if not words:
        return None
    message = Message(
        id=message_id or new_id(),
        support_request=support_request,
        referral_id=referral.id if referral is not None else None,
        kind=kind,
        audience=str(audience or audience_of(kind, with_referral=referral is not None)),
        via=via or ("api" if actor.kind == "client" else "page"),
        author_kind=actor.kind if actor.kind in ("person", "client", "entrepreneur") else "person",
        author_id=actor.id if actor.kind != "system" else None,
        organisation_id=actor.organisation_id,
        text=words,
        at=now,
    )
    db.session.add(message)
    _note_last(support_request, message, referral, now)
    db.session.flush()
    return message


def _note_last(support_request: SupportRequest, message: Message, referral: Referral | None, now: datetime) -> None:
    """When something was last said that a side may read: lists show by it what is new."""
    if message.kind == "note":
        return
    if message.audience != Audience.ENTREPRENEUR or referral is None:
        support_request.last_message_at = now
    if referral is not None:
        referral.last_message_at = now
    elif message.kind in ("information", "answer"):
        for each in support_request.referrals:
            if each.is_live and each.accepted_at is not None:
                each.last_message_at = now


# --- a message that changes no state ---------------------------------------------------------------------------


def write_message(
    support_request: SupportRequest,
    text: str | None,
    *,
    to: str,
    actor: Actor,
    now: datetime,
    referral: Referral | None = None,
    files: Iterable[Received] = (),
    via: str | None = None,
    most: int = TEXT_LENGTH,
) -> Message:
    """Write to the entrepreneur, to the other desk of `referral`, or a note for the own organisation; with files.

    Stops no clock and changes no state. Raises NotPermitted, WrongState when that side cannot be written to now,
    RuleViolation for an empty or too long text, and for what tells a hub who asks before it accepted (rule 1).
    """
    audience = Audience(to)
    received = list(files)
    _check_writer(support_request, referral, audience, actor)
    _check_open(support_request, referral, audience, actor)
    words = _checked_words(text, most, has_files=bool(received))
    if audience is Audience.DESKS and referral is not None:
        _refuse_identity(support_request, referral, words, received, actor)
    kind = "note" if audience is Audience.OWN else "message"
    message = add_message(
        support_request, kind, words, actor=actor, now=now, referral=referral, audience=audience, via=via
    )
    if message is None:
        raise RuleViolation("text_required", _l("Write what you want to say."), "text")
    by_mail = message.via == "mail"
    add_files(support_request, received, actor=actor, now=now, referral=referral, message=message, by_mail=by_mail)
    _record(support_request, referral, message, actor=actor, now=now, files=len(received))
    return message


def check_may_speak(support_request: SupportRequest, referral: Referral | None, actor: Actor) -> None:
    """Whether this actor may write to any side of it at all, whatever is written. Raises NotPermitted."""
    refusals = []
    for audience in Audience:
        try:
            _check_writer(support_request, referral, audience, actor)
        except NotPermitted as refusal:
            refusals.append(refusal)
    if len(refusals) == len(Audience):
        raise refusals[0]


def may_write(support_request: SupportRequest, referral: Referral | None, to: str, actor: Actor) -> bool:
    """Whether `write_message` would let this actor write to that side now."""
    try:
        _check_writer(support_request, referral, Audience(to), actor)
        _check_open(support_request, referral, Audience(to), actor)
    except (NotPermitted, WrongState):
        return False
    return True


def _check_writer(support_request: SupportRequest, referral: Referral | None, to: Audience, actor: Actor) -> None:
    """Who may speak for a side: the desk, the two sides of a referral, the entrepreneur."""
    if actor.kind == "entrepreneur":
        allowed = to is Audience.ENTREPRENEUR and actor.can(P.SUPPORT_REQUEST_SPEAK, support_request)
    elif referral is None:
        allowed = to is not Audience.DESKS and actor.can(P.SUPPORT_REQUEST_HANDLE, support_request)
    elif actor.organisation_id == referral.to_id and referral.mode != "cold":
        allowed = actor.can(P.REFERRAL_RECEIVE, referral)
    else:
        allowed = to is not Audience.ENTREPRENEUR and actor.can(P.REFERRAL_SEND, referral)
    if not allowed:
        raise NotPermitted(message=_l("Your role may not do this here."))


def _check_open(support_request: SupportRequest, referral: Referral | None, to: Audience, actor: Actor) -> None:
    if support_request.state == RequestState.DRAFT and to is not Audience.OWN:
        raise WrongState(_l("This question has not been sent yet."))
    if support_request.state == RequestState.WITHDRAWN and to is not Audience.OWN:
        raise WrongState(_l("The entrepreneur withdrew this question. You can still write a note for yourselves."))
    if referral is not None and referral.state not in LIVE | {ReferralState.CLOSED} and to is not Audience.OWN:
        raise WrongState(_l("This referral has ended. They do not see the question any more."))
    if referral is not None and referral.mode == "cold" and to is Audience.DESKS:
        raise WrongState(_l("They do not know of this question: only the entrepreneur has their address."))
    if referral is not None and to is not Audience.OWN and not is_covered(referral, standing="accredited"):
        raise WrongState(_l("The entrepreneur's consent no longer covers this place. You can still write a note."))
    if referral is not None and to is Audience.ENTREPRENEUR and is_masked(referral):
        raise WrongState(_l("You can write to the entrepreneur once you have accepted the question."))


def is_masked(referral: Referral) -> bool:
    """Whether its receiver does not see yet who asks."""
    return referral.receiver.kind == OrganisationKind.HUB and referral.accepted_at is None


def _checked_words(text: str | None, most: int, *, has_files: bool) -> str:
    words = (text or "").strip()
    if not words and has_files:
        return ONLY_FILES
    if not words:
        raise RuleViolation("text_required", _l("Write what you want to say."), "text")
    if len(words) > most:
        raise RuleViolation("too_long", _l("Use at most %(number)s characters.", number=most), "text")
    return words


def _refuse_identity(
    support_request: SupportRequest, referral: Referral, words: str, received: list[Received], actor: Actor
) -> None:
    """What a hub reads before it accepts may not tell who asks; of its own words nothing is held back."""
    if not is_masked(referral) or actor.organisation_id == referral.to_id:
        return
    problems = text_problems(support_request, words, "text")
    if problems:
        raise RuleViolation(problems=problems)


def _record(
    support_request: SupportRequest,
    referral: Referral | None,
    message: Message,
    *,
    actor: Actor,
    now: datetime,
    files: int,
) -> None:
    """A note is an event of its own, which no history of the question shows to anybody else."""
    details = {"message_id": message.id, "to": message.audience, "files": files, "via": message.via}
    if message.audience == Audience.OWN:
        record(db.session, "note.written", message, actor=actor, now=now, data=details, outbox=False)
    elif referral is not None:
        record(
            db.session,
            "referral.message",
            referral,
            actor=actor,
            now=now,
            data={**details, "organisation_id": actor.organisation_id},
            related=support_request,
        )
    else:
        record(db.session, "support_request.message", support_request, actor=actor, now=now, data=details)
