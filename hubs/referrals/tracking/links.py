"""The entrepreneur's links: signed when they are sent, so a mail sent twice holds the same one.

Raising a question's `link_version` makes its older tracking links void.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hubs.companies.links import signed, value_of
from hubs.core.errors import NotFound
from hubs.core.links import external
from hubs.extensions import db
from hubs.referrals.models import SupportRequest


def tracking_token(support_request: SupportRequest) -> str:
    """What stands behind /track/: the question and the version of its link, signed."""
    return signed("track", f"{support_request.id}.{support_request.link_version}")


def request_id_of(token: str) -> str | None:
    """The question a tracking token is for; None when it is not ours. Says nothing of the link's version."""
    value = value_of("track", token)
    return value.partition(".")[0] if value else None


def tracking_url(support_request: SupportRequest) -> str:
    return external(f"/track/{tracking_token(support_request)}")


def confirmation_token(support_request: SupportRequest) -> str:
    """What stands behind /ask/confirm/: the draft that the link sends."""
    return signed("ask", support_request.id)


def confirmation_url(support_request: SupportRequest) -> str:
    return external(f"/ask/confirm/{confirmation_token(support_request)}")


def tracked_request(token: str, *, lock: bool = False) -> SupportRequest:
    """The question behind a tracking link. Raises NotFound for a forged, unknown or void one."""
    identifier, _dot, version = (value_of("track", token) or "").partition(".")
    found = _by_id(identifier, lock=lock)
    if found is None or str(found.link_version) != version:
        raise NotFound()
    return found


def asked_request(token: str, *, lock: bool = False) -> SupportRequest:
    """The draft behind a confirmation link. Raises NotFound."""
    found = _by_id(value_of("ask", token) or "", lock=lock)
    if found is None:
        raise NotFound()
    return found


def _by_id(identifier: str, *, lock: bool) -> SupportRequest | None:
    statement = select(SupportRequest).where(SupportRequest.id == identifier)
    if lock:
        statement = statement.with_for_update(of=SupportRequest)
    else:
        statement = statement.options(joinedload(SupportRequest.owner), joinedload(SupportRequest.company_record))
    return db.session.execute(statement).scalar_one_or_none()
