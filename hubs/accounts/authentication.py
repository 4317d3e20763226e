"""Edge of sign-in: whether an address may be tried now, and whether a password is right. No write transaction here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app

from hubs.accounts import passwords, throttle
from hubs.accounts.models import Person
from hubs.accounts.queries import attempts_since, person_by_email
from hubs.extensions import db


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of a password found; plain values, because the transaction it read in is over."""

    person_id: str | None
    password_hash: str | None
    fresh_hash: str | None
    is_right: bool


def key_of(email: str) -> str:
    return throttle.account_key(current_app.config["SECRET_KEY"], email)


def waiting_time(email: str, now: datetime) -> timedelta:
    """How long this address must wait before another attempt; nothing where throttling is off."""
    if not current_app.config["RATELIMIT_ENABLED"]:
        return timedelta()
    return throttle.wait_left(*attempts_since(key_of(email), throttle.SIGN_IN, now, throttle.PERIOD), now)


def may_ask_reset(email: str, now: datetime) -> bool:
    """Whether another mail with a link may go to this address."""
    if not current_app.config["RATELIMIT_ENABLED"]:
        return True
    count, _last = attempts_since(key_of(email), throttle.RESET, now, throttle.RESET_PERIOD)
    return count < throttle.RESETS_A_PERIOD


def check_password(person: Person | None, password: str) -> Checked:
    """Whether the password is this person's, in the same time for nobody; ends the reading transaction first."""
    known = person is not None and person.is_active
    person_id = person.id if person else None
    stored = person.password_hash if person and known else None
    db.session.rollback()
    right = passwords.is_right(stored, password)
    fresh = passwords.hash_password(password) if right and stored and passwords.needs_rehash(stored) else None
    return Checked(person_id, stored, fresh, right)


def check_sign_in(email: str, password: str) -> Checked:
    return check_password(person_by_email(email), password)
