"""A contact person's mail address changes once somebody shows that the new box is theirs, or an officer made sure.

Until then mails go to the address that is known. When it changes, the links in mails to the old address are void.
Whoever asks through a tracking link changes it for that question (and what was asked with it), for no other.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.permissions import P
from hubs.companies.identifying import NotUsable, checked_email
from hubs.companies.links import signed, value_of
from hubs.companies.models import ContactPerson, EmailChange
from hubs.companies.words import SURE_BECAUSE
from hubs.core.errors import NotFound, NotPermitted, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.links import external
from hubs.core.perform import Actor
from hubs.core.types import folded
from hubs.extensions import db
from hubs.referrals.intake.one_question import (
    ENTREPRENEUR,
    asked_together,
    by_the_page_of,
    offers_of,
    person_of_one,
    question_of,
    questions_of,
    take_up,
)
from hubs.referrals.intake.relinking import hold_questions_of, replace_links
from hubs.referrals.models import SupportRequest

OPEN_FOR = timedelta(days=7)
CONFIRM, STOP = "confirm", "stop"
OF_ONE = "of_one_question"  # the reason of a change for all: it was confirmed for one


def ask_email_change(
    person: ContactPerson, email: str | None, *, actor: Actor, now: datetime, asked: SupportRequest | None = None
) -> EmailChange | None:
    """Ask for another address: a link goes there, word of it to the old one. An earlier one asked for ends.

    A first address needs no proof and holds at once (None). `asked` is the question on whose page its own
    entrepreneur asks. Raises NotPermitted, RuleViolation.
    """
    _check(person, actor, asked)
    address = _usable(person, email)
    if person.email is None:
        person = person if asked is None else person_of_one(asked, person, now)
        person.email = address
        record(
            db.session(), "contact_person.edited", person, actor=actor, now=now, related=person.company, outbox=False
        )
        return None
    _end_earlier(person, now, asked)
    change = _change(person, address, actor, now)
    record(db.session(), "email_change.asked", change, actor=actor, now=now)
    return change


def settle_email_change(
    person: ContactPerson, email: str | None, reason: str | None, *, actor: Actor, now: datetime
) -> EmailChange:
    """An officer made sure of the address in another way, and says how; it holds at once.

    Raises NotPermitted, RuleViolation.
    """
    _check(person, actor, None)
    if reason not in SURE_BECAUSE:
        raise RuleViolation("reason_required", _l("Say how you made sure."), "reason")
    address = _usable(person, email)
    _end_earlier(person, now)
    change = _change(person, address, actor, now, reason)
    _hold(change, person, actor=actor, now=now)
    return change


def use_for_all(change: EmailChange, *, actor: Actor, now: datetime) -> None:
    """A desk's yes: the address that was confirmed for one question holds for all of this person.

    Raises NotPermitted, WrongState when there is nothing to move any more.
    """
    person = db.session.get_one(ContactPerson, change.contact_person_id, with_for_update={"key_share": True})
    if not actor.can(P.COMPANY_WRITE, person):
        raise NotPermitted()
    if change.id not in {each.change.id for each in offers_of(person)}:
        raise WrongState(_l("This was done already, or the address was changed in another way."))
    questions = questions_of(person)
    _end_earlier(person, now)
    taken_up = take_up(person, change)
    whole = _change(person, change.new_email, actor, now, OF_ONE)
    _settle(whole, person, actor, now, only=sorted(set(questions) - set(taken_up)))


def _change(person: ContactPerson, address: str, actor: Actor, now: datetime, reason: str | None = None) -> EmailChange:
    change = EmailChange(
        organisation_id=person.organisation_id,
        contact_person_id=person.id,
        old_email=person.email,
        new_email=address,
        asked_at=now,
        asked_by_kind=actor.kind,
        asked_by=actor.id,
        expires_at=now + OPEN_FOR,
        reason=reason,
    )
    db.session.add(change)
    db.session.flush()
    return change


def confirm_email_change(change: EmailChange, *, actor: Actor, now: datetime) -> None:
    """Whoever reads the new box says yes. Raises WrongState when it is too late, or was stopped."""
    if change.confirmed_at is not None:
        return
    if not change.is_open(now):
        raise WrongState(_l("This link no longer works. Ask for the change again."))
    person = db.session.get_one(ContactPerson, change.contact_person_id, with_for_update={"key_share": True})
    if folded(person.email) != folded(change.old_email):
        raise WrongState(_l("The address was changed in another way meanwhile."))
    _hold(change, person, actor=actor, now=now)


def _hold(change: EmailChange, person: ContactPerson, *, actor: Actor, now: datetime) -> None:
    """The address holds: for one question when its own entrepreneur asked, else for all of this person."""
    asked = question_of(change)
    if change.asked_by_kind == ENTREPRENEUR:
        if asked is None or asked.contact_person_id != person.id:
            raise WrongState(_l("The address was changed in another way meanwhile."))
        together = asked_together(asked)
        _settle(change, person_of_one(asked, person, now), actor, now, only=[each.id for each in together])
    else:
        _settle(change, person, actor, now)


def _settle(
    change: EmailChange, person: ContactPerson, actor: Actor, now: datetime, only: Collection[str] | None = None
) -> None:
    person.email = change.new_email
    change.confirmed_at, change.confirmed_by_kind, change.confirmed_by = now, actor.kind, actor.id
    db.session.flush()
    details = {"reason": change.reason, "contact_person": person.id}
    record(db.session(), "email_change.confirmed", change, actor=actor, now=now, data=details)
    replace_links(person, actor=actor, now=now, only=only)


def stop_email_change(change: EmailChange, *, actor: Actor, now: datetime) -> None:
    """The desk, or whoever reads the old box, says no. Raises WrongState when it holds already."""
    if change.confirmed_at is not None:
        raise WrongState(_l("The address was changed already. Call the desk if that is wrong."))
    if change.ended_at is None:
        change.ended_at = now
        record(db.session(), "email_change.stopped", change, actor=actor, now=now, outbox=False)


def open_change(person_id: str, now: datetime, asked: SupportRequest | None = None) -> EmailChange | None:
    """The change that waits for its confirmation, if there is one; with `asked` what was asked on its page."""
    statement = select(EmailChange).where(
        EmailChange.contact_person_id == person_id,
        EmailChange.confirmed_at.is_(None),
        EmailChange.ended_at.is_(None),
        EmailChange.expires_at > now,
    )
    if asked is not None:
        statement = statement.where(by_the_page_of([asked.id]))
    return db.session.execute(statement.order_by(EmailChange.asked_at.desc()).limit(1)).scalar_one_or_none()


def change_token(change: EmailChange, purpose: str) -> str:
    """What stands behind /address/: the change, and whether it goes to the new box (confirm) or the old (stop)."""
    return signed("address", f"{change.id}.{purpose}")


def change_url(change: EmailChange, purpose: str) -> str:
    return external(f"/address/{change_token(change, purpose)}")


def change_of(token: str, *, lock: bool = False) -> tuple[EmailChange, str]:
    """The change behind a mailed link, and which of the two links it is. Raises NotFound."""
    identifier, _dot, purpose = (value_of("address", token) or "").partition(".")
    statement = select(EmailChange).where(EmailChange.id == identifier)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is not None and lock:
        hold_questions_of(found.contact_person_id)
        db.session.refresh(found, with_for_update=True)
    if found is None or purpose not in (CONFIRM, STOP):
        raise NotFound()
    return found, purpose


def _check(person: ContactPerson, actor: Actor, asked: SupportRequest | None) -> None:
    own = asked is not None and asked.contact_person_id == person.id
    may = own and actor.can(P.SUPPORT_REQUEST_SPEAK, asked) if asked else actor.can(P.COMPANY_WRITE, person)
    if not may:
        raise NotPermitted()


def _usable(person: ContactPerson, email: str | None) -> str:
    try:
        address = checked_email(email or "")
    except NotUsable as error:
        message = _l("Fill in an e-mail address with an @, such as name@example.nl.")
        raise RuleViolation("email", message, "email") from error
    if folded(address) == folded(person.email):
        raise RuleViolation("same_email", _l("This is the address that is known already."), "email")
    return address


def _end_earlier(person: ContactPerson, now: datetime, asked: SupportRequest | None = None) -> None:
    """One change at a time; on the page of a question only what was asked there before ends."""
    statement = select(EmailChange).where(
        EmailChange.contact_person_id == person.id, EmailChange.confirmed_at.is_(None), EmailChange.ended_at.is_(None)
    )
    if asked is not None:
        statement = statement.where(by_the_page_of([each.id for each in asked_together(asked)]))
    for change in db.session.execute(statement.with_for_update()).scalars():
        change.ended_at = now
