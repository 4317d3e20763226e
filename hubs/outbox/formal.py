"""Letters of the ministry by mail: to whom, with which files, and what came of it (Awb 3:41)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accreditation.models import Letter
from hubs.accreditation.operations.letters import MADE, SENT_AGAIN, record_delivery
from hubs.core.events import Event
from hubs.core.links import external
from hubs.core.uploads import path_of
from hubs.extensions import db
from hubs.outbox import letters
from hubs.outbox.mail import Attachment
from hubs.outbox.models import Delivery

log = structlog.get_logger()
TEMPLATE = "formal"
KINDS = (MADE, SENT_AGAIN)
NOBODY = "no_recipient"


def is_formal(entry: Event) -> bool:
    """Whether an event asks to send a letter of the ministry; such a mail is never too old to go out."""
    return entry.subject_type == Letter.__tablename__ and entry.kind in KINDS


def letters_in(entry: Event) -> list[Letter]:
    """The letters of one event, Dutch first."""
    statement = select(Letter).where(Letter.id.in_(entry.data.get("letters", [])))
    statement = statement.options(joinedload(Letter.file)).order_by(Letter.language.desc())
    return list(db.session.execute(statement).scalars())


def attachments(entry: Event) -> list[Attachment]:
    """The PDFs as they are kept. Raises OSError when one cannot be read, so that the mail is tried again."""
    return [Attachment(letter.file.name, path_of(letter.file.sha256).read_bytes()) for letter in letters_in(entry)]


def formal_letter(entry: Event, language: str) -> tuple[letters.Letter, dict[str, str], str] | None:
    """The mail around a letter, in the reader's language; None when the letter is gone."""
    found = letters_in(entry)
    if not found:
        return None
    shown = next((letter for letter in found if letter.language == language), found[0])
    values = {
        "reference": shown.reference,
        "place": _ministry(language),
        "subject": str(shown.content.get("subject", "")),
    }
    is_to_hub = shown.hub.kind == OrganisationKind.HUB
    return letters.FORMAL, values, external(f"/letters/{shown.id}" if is_to_hub else "/work")


def _ministry(language: str) -> str:
    statement = select(Organisation).where(Organisation.kind == OrganisationKind.MINISTRY).order_by(Organisation.id)
    ministry = db.session.execute(statement.limit(1)).scalar_one_or_none()
    return ministry.name(language) if ministry else "Hubs"


def nobody_to_send_to(entry: Event, now: datetime) -> None:
    """Keep on record that a letter could not be sent: nobody of the organisation has an address here."""
    log.warning("letter_without_recipient", event_id=entry.id)
    record_delivery(_ids(entry), recipient="", status="failed", now=now, detail=NOBODY)


def note_sending(delivery: Delivery, status: str, now: datetime, *, message_id: str, detail: str = "") -> None:
    """What came of one mail, on the letters it carried; nothing for other mails."""
    if delivery.template != TEMPLATE:
        return
    entry = db.session.get_one(Event, delivery.event_id)
    record_delivery(
        _ids(entry), recipient=delivery.address, status=status, now=now, message_id=message_id, detail=detail
    )


def _ids(entry: Event) -> list[str]:
    listed: Sequence[str] = entry.data.get("letters", [])
    return list(listed)
