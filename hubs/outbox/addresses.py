"""Mails about a new address of a contact person: the link to the new box, word of it to the old one."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.accounts.models import Organisation
from hubs.accounts.names import with_article
from hubs.companies.models import EmailChange
from hubs.core.events import Event
from hubs.extensions import db
from hubs.outbox.letters import Letter
from hubs.referrals.intake.addresses import CONFIRM, OPEN_FOR, STOP, change_url
from hubs.referrals.intake.one_question import question_of

GROUP = "address"
_LINK = Letter(
    _l("Confirm your new e-mail address"),
    (
        _l("%(place)s was asked to send its mails about your question to this address from now on."),
        _l("Open the link and press Confirm within %(days)s days. Until then our mails go to your old address."),
        _l("Did you not ask for this? Then you need not do anything."),
    ),
    "subject",
    _l("Confirm this address"),
)
_NOTICE = Letter(
    _l("Somebody wants to change your e-mail address"),
    (
        _l("%(place)s was asked to send its mails about your question to another address from now on."),
        _l("Is that right? Then confirm it with the link in the mail to your new address."),
        _l("Was it not you? Stop it here, within %(days)s days."),
    ),
    "subject",
    _l("Stop the change"),
)
_DONE = Letter(
    _l("Your e-mail address was changed"),
    (
        _l("%(place)s sends its mails about your question to another address from now on."),
        _l("Links in earlier mails no longer work. Is this wrong? Then call %(place)s."),
    ),
)
_DONE_FOR_ONE = Letter(
    _l("Your e-mail address was changed for one question"),
    (
        _l("%(place)s sends its mails about question %(reference)s to another address from now on."),
        _l("Links in earlier mails about that question no longer work. Is this wrong? Then call %(place)s."),
        _l("Do you have other questions with us? Mails about those still come to this address."),
    ),
)
LETTERS = {CONFIRM: _LINK, STOP: _NOTICE, "done": _DONE, "done_for_one": _DONE_FOR_ONE}


def is_about(entry: Event) -> bool:
    return entry.subject_type == EmailChange.__tablename__


def readers(entry: Event) -> Iterator[tuple[str, str, str]]:
    """(template, address, language) for everybody an event is for."""
    change = db.session.get(EmailChange, entry.subject_id)
    if change is None:
        return
    language = change.contact_person.language
    if entry.kind == "email_change.asked":
        yield f"{GROUP}:{CONFIRM}", change.new_email, language
        if change.old_email:
            yield f"{GROUP}:{STOP}", change.old_email, language
    elif entry.kind == "email_change.confirmed" and change.old_email:
        yield f"{GROUP}:{'done' if question_of(change) is None else 'done_for_one'}", change.old_email, language


def letter_for(template: str, entry: Event, language: str) -> tuple[Letter, dict[str, str], str] | None:
    """The mail behind a delivery's template; None when the change was settled or stopped before it went out."""
    change = db.session.get(EmailChange, entry.subject_id)
    which = template.partition(":")[2]
    if change is None or which not in LETTERS:
        return None
    if which in (CONFIRM, STOP) and (change.confirmed_at or change.ended_at):
        return None
    desk = db.session.get(Organisation, change.organisation_id)
    place = with_article(desk.name(language), language, first=False) if desk else _("The service")
    href = change_url(change, which) if which in (CONFIRM, STOP) else ""
    asked = question_of(change)
    values = {"place": place, "days": str(OPEN_FOR.days), "reference": asked.reference if asked else ""}
    return LETTERS[which], values, href
