"""Makes letters and keeps them as they went out: a PDF in Dutch and one in English, their hashes, every sending.

A letter is made in the transaction of what it tells (Awb 3:41); the outbox sends it, with the PDF, afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.letters.content import LetterContent, LetterKind
from hubs.accreditation.letters.typeset import typeset_letter
from hubs.accreditation.letters.words import compose_letter
from hubs.accreditation.models import (
    Accreditation,
    Decision,
    Letter,
    LetterDelivery,
    LetterSettings,
    Objection,
    Proposal,
)
from hubs.accreditation.operations.letter_facts import About, letter_facts
from hubs.accreditation.queries.letters import default_settings, letter_pair, letter_settings, stored_settings
from hubs.core.errors import NotPermitted, Problem, RuleViolation, Stale
from hubs.core.events import record
from hubs.core.perform import check_version
from hubs.core.stored_files import Scan, StoredFile
from hubs.core.types import new_id
from hubs.core.uploads import lay_down
from hubs.extensions import db

LANGUAGES = ("nl", "en")
MADE, SENT_AGAIN = "letter.make", "letter.send_again"
PDF = "application/pdf"
MEANWHILE = _l("Somebody changed this while you had it open. What you typed is kept; check it and send again.")
SETTINGS_FIELDS = (
    "sender_nl",
    "sender_en",
    "address",
    "signatory_function_nl",
    "signatory_function_en",
    "has_objection_clause",
    "objection_clause_nl",
    "objection_clause_en",
)


def make_letter(
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    proposal: Proposal | None = None,
    decision: Decision | None = None,
    accreditation: Accreditation | None = None,
    objection: Objection | None = None,
    extra: Mapping[str, Any] | None = None,
) -> list[Letter]:
    """Make and keep the letter `kind` in both languages; the outbox sends it when the transaction is through.

    `extra`: body or reason (and body_en), before, due_on, answer_by, missing (lines), hearing, held_on, place,
    intended, starts_on, ends_on, markets, post (Organisation, to whom a request for advice goes).
    """
    about = About(kind, proposal, decision, accreditation, objection, extra or {})
    settings = letter_settings()
    made = [_made(about, language, settings, actor=actor, now=now) for language in LANGUAGES]
    db.session.flush()
    data = {"kind": kind, "letters": [letter.id for letter in made], "reference": made[0].reference}
    record(db.session, MADE, made[0], actor=actor, now=now, data=data, related=proposal or about.subject)
    return made


def preview_letter(
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    language: str = "nl",
    proposal: Proposal | None = None,
    decision: Decision | None = None,
    accreditation: Accreditation | None = None,
    objection: Objection | None = None,
    extra: Mapping[str, Any] | None = None,
) -> bytes:
    """The letter as PDF as it would go out now, marked as a draft. Stores nothing."""
    about = About(kind, proposal, decision, accreditation, objection, extra or {})
    return typeset_letter(preview_content(about, language, actor=actor, now=now))


def preview_content(about: About, language: str, *, actor: Actor, now: datetime) -> LetterContent:
    """What the letter would say now, marked as a draft."""
    facts = letter_facts(about, language, letter_settings(), actor=actor, now=now, draft=True)
    return compose_letter(LetterKind(about.kind), language, facts)


def _made(about: About, language: str, settings: LetterSettings, *, actor: Actor, now: datetime) -> Letter:
    facts = letter_facts(about, language, settings, actor=actor, now=now)
    content = compose_letter(LetterKind(about.kind), language, facts)
    proposal = about.proposal or (about.decision.proposal if about.decision else None)
    accreditation = about.accreditation or (about.decision.accreditation if about.decision else None)
    letter = Letter(
        id=new_id(),
        kind=about.kind,
        language=language,
        reference=facts.reference,
        hub_id=about.receiver.id,
        proposal_id=proposal.id if proposal else None,
        decision_id=about.decision.id if about.decision else None,
        accreditation_id=accreditation.id if accreditation else None,
        objection_id=about.objection.id if about.objection else None,
        dated_on=facts.dated,
        content=kept_content(content),
        file=_kept_pdf(content, actor=actor, now=now),
        made_at=now,
        made_by_id=actor.person_id,
    )
    db.session.add(letter)
    return letter


def _kept_pdf(content: LetterContent, *, actor: Actor, now: datetime) -> StoredFile:
    pdf = typeset_letter(content)
    sha256 = hashlib.sha256(pdf).hexdigest()
    lay_down(pdf, sha256)
    kept = StoredFile(
        id=new_id(),
        sha256=sha256,
        size=len(pdf),
        media_type=PDF,
        name=file_name(content.reference, content.kind, content.language),
        scan=Scan.NOT_SCANNED,
        stored_at=now,
        stored_by=actor.person_id,
    )
    db.session.add(kept)
    return kept


def file_name(reference: str, kind: str, language: str) -> str:
    return f"{reference}-{kind.replace('_', '-')}-{language}.pdf"


def kept_content(content: LetterContent) -> dict[str, Any]:
    """What the template was given, as JSON can hold it."""
    plain = _plain(content)
    assert isinstance(plain, dict)  # noqa: S101 - a dataclass gives one
    return plain


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


# --- sending -----------------------------------------------------------------------------------------------


def send_again(letter: Letter, *, actor: Actor, now: datetime) -> None:
    """Send a letter once more, in both languages, to those who lead the organisation now. Raises NotPermitted."""
    if not actor.can(P.PROPOSAL_COORDINATE):
        raise NotPermitted(message=_l("Your role may not do this here."))
    data = {"kind": letter.kind, "letters": [row.id for row in letter_pair(letter)], "reference": letter.reference}
    record(db.session, SENT_AGAIN, letter, actor=actor, now=now, data=data)


def record_delivery(
    letter_ids: list[str], *, recipient: str, status: str, now: datetime, message_id: str = "", detail: str = ""
) -> None:
    """Write down what came of one sending: sent, or failed with the reason."""
    for letter_id in letter_ids:
        db.session.add(
            LetterDelivery(
                id=new_id(),
                letter_id=letter_id,
                recipient=recipient,
                at=now,
                status=status,
                message_id=message_id or None,
                detail=detail[:200] or None,
            )
        )
    db.session.flush()


# --- what every letter says --------------------------------------------------------------------------------


def save_letter_settings(
    values: Mapping[str, Any], *, version: int | None, actor: Actor, now: datetime
) -> LetterSettings:
    """Change the sender, the function of the signatory and the objection clause of letters to come.

    Raises NotPermitted, Stale, RuleViolation.
    """
    if not actor.can(P.LETTER_SETTINGS_EDIT):
        raise NotPermitted(message=_l("Your role may not do this here."))
    settings = stored_settings(lock=True)
    if settings is None:
        settings = _first_settings()
    elif version is not None:  # 0: read before there was a row
        check_version(settings, version)
    problems = [
        Problem("sender_required", _l("Fill in who sends the letters."), name)
        for name in ("sender_nl", "sender_en")
        if not str(values.get(name, getattr(settings, name))).strip()
    ]
    if problems:
        raise RuleViolation(problems=problems)
    changed = [name for name in SETTINGS_FIELDS if name in values and getattr(settings, name) != values[name]]
    for name in changed:
        setattr(settings, name, values[name])
    settings.updated_at, settings.updated_by_id = now, actor.person_id
    db.session.flush()
    subject = SettingsSubject()
    data = {"fields": changed, "has_objection_clause": settings.has_objection_clause}
    record(db.session, "letter_settings.edit", subject, actor=actor, now=now, data=data, outbox=False)
    return settings


def _first_settings() -> LetterSettings:
    """The one row, made by the first change. Raises Stale when somebody made it at the same moment."""
    settings = default_settings()
    try:
        with db.session.begin_nested():
            db.session.add(settings)
    except IntegrityError as error:
        raise Stale(MEANWHILE) from error
    return settings


class SettingsSubject:
    """The one row of settings as the subject of an event: its number is no id of 26 characters."""

    __tablename__ = "letter_settings"
    id = "0" * 25 + "1"
