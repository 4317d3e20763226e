"""Signed links about a consent: made when a mail is sent, so a mail sent twice holds the same link."""

from __future__ import annotations

import hashlib

from flask import current_app
from itsdangerous import BadSignature, Signer

from hubs.core.links import external
from hubs.core.types import folded


def signer(purpose: str) -> Signer:
    """Signs ids for links of one purpose; a signature for another purpose is worth nothing here."""
    key = current_app.config["SECRET_KEY"]
    return Signer(key, salt=f"hubs.{purpose}", sep="~", digest_method=hashlib.sha256)


def signed(purpose: str, value: str) -> str:
    """`value` with its signature, fit for a URL."""
    return signer(purpose).sign(value).decode()


def value_of(purpose: str, token: str) -> str | None:
    """What was signed; None when the token is not ours."""
    try:
        return signer(purpose).unsign(token.encode("utf-8", "replace")).decode()
    except (BadSignature, UnicodeDecodeError):
        return None


def consent_token(consent_id: str, address: str | None) -> str:
    """Good for as long as the contact person has the mail address it was sent to."""
    return signed("consent", f"{consent_id}.{_mark(address)}")


def consent_id_of(token: str) -> tuple[str, str] | None:
    """The consent a token is for and the mark of the address it was mailed to; None when it is not ours."""
    identifier, _dot, mark = (value_of("consent", token) or "").partition(".")
    return (identifier, mark) if mark else None


def is_mailed_to(mark: str, address: str | None) -> bool:
    """Whether a token with this mark was mailed to this address."""
    return mark == _mark(address)


def _mark(address: str | None) -> str:
    return hashlib.sha256(folded(address).encode("utf-8", "replace")).hexdigest()[:12]


def consent_url(consent_id: str, address: str | None) -> str:
    """The address in the mail that asks to confirm a consent given by telephone."""
    return external(f"/consent/{consent_token(consent_id, address)}")
