"""Sign-ins: started with a fresh secret, changed for another by switching, ended; and failed attempts."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, delete, select

from hubs.accounts.actor import ANONYMOUS, Actor, actor_of_membership
from hubs.accounts.models import AccountAttempt, Membership, Person, SignIn
from hubs.accounts.queries import get_person, last_acted_for, own_memberships
from hubs.accounts.throttle import KEPT
from hubs.core.errors import NotFound, RuleViolation
from hubs.core.events import record
from hubs.core.tokens import new_token
from hubs.core.types import new_id
from hubs.extensions import db

LIFETIME = timedelta(hours=12)


def _open(person_id: str, membership: Membership, *, now: datetime, expires_at: datetime) -> tuple[SignIn, str]:
    secret, secret_hash = new_token()
    sign_in = SignIn(
        id=new_id(),
        secret_hash=secret_hash,
        person_id=person_id,
        membership_id=membership.id,
        created_at=now,
        expires_at=expires_at,
    )
    db.session.add(sign_in)
    db.session.flush()
    return sign_in, secret


def _person_actor(memberships: list[Membership], organisation_id: str) -> Actor:
    return actor_of_membership([m for m in memberships if m.organisation_id == organisation_id])


def start_sign_in(
    person: Person,
    *,
    checked_hash: str,
    now: datetime,
    account_key: str | None = None,
    fresh_hash: str | None = None,
    replaces_id: str | None = None,
) -> str:
    """Sign a person in whose password was found right against `checked_hash`; the secret for the browser.

    Acts for the organisation last acted for, else the first. `fresh_hash` replaces a hash of an older cost;
    `replaces_id` is the sign-in this browser had. Raises RuleViolation when the account changed meanwhile
    (`wrong_password`) or belongs to no organisation (`no_membership`).
    """
    if person.password_hash != checked_hash or not person.is_active:
        raise wrong_password()
    memberships = own_memberships(person.id)
    if not memberships:
        raise RuleViolation(
            "no_membership", _l("You do not act for any organisation at the moment. Ask whoever invited you.")
        )
    last = last_acted_for(person.id)
    membership = next((m for m in memberships if m.organisation_id == last), memberships[0])
    if fresh_hash:
        person.password_hash = fresh_hash
    if replaces_id:
        _end_rows(select(SignIn).where(SignIn.id == replaces_id, SignIn.ended_at.is_(None)), now)
    forgive_attempts(account_key)
    sign_in, secret = _open(person.id, membership, now=now, expires_at=now + LIFETIME)
    actor = _person_actor(memberships, membership.organisation_id)
    record(db.session, "account.signed_in", person, actor=actor, now=now, data={"sign_in_id": sign_in.id}, outbox=False)
    return secret


def wrong_password() -> RuleViolation:
    """The same words for an unknown address, a wrong password and a blocked account."""
    return RuleViolation(
        "wrong_password", _l("This mail address and this password do not belong together. Check both and try again.")
    )


def note_attempt(account_key: str, purpose: str, *, person_id: str | None, now: datetime) -> None:
    """Remember a failed sign-in or a request for a link; forget those of more than a day ago."""
    db.session.execute(delete(AccountAttempt).where(AccountAttempt.at < now - KEPT))
    db.session.add(AccountAttempt(account_key=account_key, purpose=purpose, at=now))
    db.session.flush()
    if person_id is not None and purpose == "sign_in":
        person = get_person(person_id)
        record(db.session, "account.sign_in_failed", person, actor=ANONYMOUS, now=now, outbox=False)


def forgive_attempts(account_key: str | None) -> None:
    """Whoever knows the password, or proved to read the mail, starts with a clean slate."""
    if account_key is not None:
        db.session.execute(delete(AccountAttempt).where(AccountAttempt.account_key == account_key))


def switch_organisation(sign_in: SignIn, organisation_id: str, *, actor: Actor, now: datetime) -> str:
    """Act for another of one's organisations from now on; a new secret, the old one ends. Raises NotFound."""
    memberships = own_memberships(sign_in.person_id)
    chosen = next((m for m in memberships if m.organisation_id == organisation_id), None)
    if chosen is None:
        raise NotFound()
    sign_in.ended_at = now
    fresh, secret = _open(sign_in.person_id, chosen, now=now, expires_at=sign_in.expires_at)
    data = {"from_organisation_id": actor.organisation_id, "to_organisation_id": organisation_id}
    data["sign_in_id"] = fresh.id
    record(db.session, "account.switched", sign_in.person, actor=actor, now=now, data=data, outbox=False)
    return secret


def renew_sign_in(sign_in: SignIn, *, actor: Actor, now: datetime) -> str:
    """Go on under a new secret, for the same organisation."""
    return switch_organisation(sign_in, str(actor.organisation_id), actor=actor, now=now)


def end_sign_in(sign_in: SignIn, *, actor: Actor, now: datetime) -> None:
    """Sign out of one browser."""
    sign_in.ended_at = now
    data = {"sign_in_id": sign_in.id}
    record(db.session, "account.signed_out", sign_in.person, actor=actor, now=now, data=data, outbox=False)


def end_all_sign_ins(person: Person, *, actor: Actor, now: datetime, keep_id: str | None = None) -> int:
    """Sign a person out everywhere, but for `keep_id`; how many sign-ins ended."""
    statement = select(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None), SignIn.expires_at > now)
    ended = _end_rows(statement.where(SignIn.id != keep_id) if keep_id else statement, now)
    if ended:
        data = {"count": ended}
        record(db.session, "account.sign_ins_ended", person, actor=actor, now=now, data=data, outbox=False)
    return ended


def end_sign_ins_for(membership: Membership, *, now: datetime) -> None:
    """End the sign-ins of a person that act for the organisation of a membership that ended."""
    _end_rows(
        select(SignIn)
        .join(SignIn.membership)
        .where(
            SignIn.person_id == membership.person_id,
            SignIn.ended_at.is_(None),
            Membership.organisation_id == membership.organisation_id,
        ),
        now,
    )


def _end_rows(statement: Select[SignIn], now: datetime) -> int:
    rows = list(db.session.execute(statement).scalars())
    for row in rows:
        row.ended_at = now
    db.session.flush()
    return len(rows)
