"""One's own account: name, language, password, and the links by mail that set it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts import links
from hubs.accounts.actor import ANONYMOUS, Actor
from hubs.accounts.models import AccountLink, Membership, Person
from hubs.accounts.operations import sign_ins
from hubs.accounts.queries import get_person, open_memberships_of, own_memberships
from hubs.core.errors import RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.tokens import hash_token
from hubs.core.types import new_id
from hubs.extensions import db


def edit_account(person: Person, *, name: str, language: str, actor: Actor, now: datetime) -> None:
    """Change one's own name, and the language of one's mails."""
    person.name, person.language = name, language
    record(
        db.session, "account.edited", person, actor=actor, now=now, personal={"name": name}, data={"language": language}
    )


def make_link(person: Person, purpose: str, *, now: datetime, organisation_id: str | None = None) -> AccountLink:
    """A new link; earlier ones of the same purpose and organisation no longer work."""
    close_links(person, purpose, now=now, organisation_id=organisation_id)
    link = AccountLink(
        id=new_id(),
        person_id=person.id,
        organisation_id=organisation_id,
        purpose=purpose,
        created_at=now,
        expires_at=now + links.LIFETIME[purpose],
    )
    link.token_hash = hash_token(links.token_for(link))
    db.session.add(link)
    db.session.flush()
    return link


def close_links(person: Person, purpose: str, *, now: datetime, organisation_id: str | None = None) -> None:
    """Make the unused links of a purpose (and organisation) worthless."""
    statement = select(AccountLink).where(
        AccountLink.person_id == person.id,
        AccountLink.purpose == purpose,
        AccountLink.organisation_id == organisation_id,
        AccountLink.used_at.is_(None),
    )
    for link in db.session.execute(statement).scalars():
        link.used_at = now


def request_reset(person: Person | None, *, now: datetime) -> None:
    """Send whoever can sign in a link to set a new password; nothing for anybody else."""
    if person is None or not person.is_active or not own_memberships(person.id):
        return
    link = make_link(person, links.RESET, now=now)
    record(db.session, "account.reset_requested", person, actor=ANONYMOUS, now=now, data={"link_id": link.id})


def _check_open(link: AccountLink, now: datetime) -> None:
    if not link.is_open(now):
        raise WrongState(_l("This link was used before or is too old. Ask for a new one."))


def _accept(link: AccountLink, *, actor: Actor, now: datetime) -> None:
    """Turn what the link invites to into memberships that count. Raises WrongState when it was withdrawn."""
    invited = [m for m in open_memberships_of(link.person_id, str(link.organisation_id)) if m.invited_as]
    if not invited:
        raise WrongState(_l("This invitation was withdrawn. Ask whoever invited you."))
    for membership in invited:
        membership.invited_as = None
        _record_accepted(membership, link.person, actor=actor, now=now)


def _record_accepted(membership: Membership, person: Person, *, actor: Actor, now: datetime) -> None:
    data = {"organisation_id": membership.organisation_id, "role": membership.role}
    record(db.session, "account.invitation_accepted", membership, actor=actor, now=now, data=data, related=person)


def set_password(
    link: AccountLink, *, password_hash: str, now: datetime, name: str | None = None, account_key: str | None = None
) -> None:
    """Set a password by a link, once; every sign-in of the person ends. An invitation is accepted with it.

    Raises WrongState for a link that is used, expired or withdrawn.
    """
    person = get_person(link.person_id, lock=True)  # a sign-in of this moment waits, and is ended too
    _check_open(link, now)
    actor = Actor("person", id=person.id)
    if link.purpose == links.INVITATION:
        if person.password_hash is not None:
            raise WrongState(_l("You have a password already. Accept the invitation and sign in with it."))
        _accept(link, actor=actor, now=now)
        person.name = name or person.name
    link.used_at = now
    person.password_hash = password_hash
    close_links(person, links.RESET, now=now)
    sign_ins.end_all_sign_ins(person, actor=actor, now=now)
    sign_ins.forgive_attempts(account_key)
    record(db.session, "account.password_set", person, actor=actor, now=now, data={"link_id": link.id})


def accept_invitation(link: AccountLink, *, now: datetime) -> None:
    """Accept an invitation with the account one has already. Raises WrongState."""
    _check_open(link, now)
    if link.purpose != links.INVITATION or link.person.password_hash is None:
        raise WrongState(_l("Choose a password first."))
    _accept(link, actor=Actor("person", id=link.person_id), now=now)
    link.used_at = now
    db.session.flush()


def change_password(
    person: Person, *, checked_hash: str, password_hash: str, keep_id: str, actor: Actor, now: datetime
) -> None:
    """Change one's own password, proved with the present one; every other sign-in ends, and open reset links.

    Raises RuleViolation when the password was changed elsewhere in the meantime.
    """
    if person.password_hash != checked_hash:
        raise RuleViolation("wrong_password", _l("This is not your present password."), "current_password")
    person.password_hash = password_hash
    close_links(person, links.RESET, now=now)
    sign_ins.end_all_sign_ins(person, actor=actor, now=now, keep_id=keep_id)
    record(db.session, "account.password_set", person, actor=actor, now=now)
