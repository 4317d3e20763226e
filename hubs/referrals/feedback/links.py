"""The links in the closing mail and in the mails later: signed for one closing of one question, or one follow-up.

A corrected mail address makes them void, like tracking links; a question that was opened again has other links when it
is closed again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hubs.companies.links import signed, value_of
from hubs.core.errors import NotFound
from hubs.core.links import external
from hubs.extensions import db
from hubs.referrals.feedback.models import FollowUp
from hubs.referrals.models import SupportRequest

_STAMP = "%Y%m%d%H%M%S%f"


def feedback_token(support_request: SupportRequest) -> str:
    """What stands behind /feedback/ for the closing that holds now."""
    closing = support_request.closed_at.strftime(_STAMP) if support_request.closed_at else ""
    return signed("feedback", f"{support_request.id}.{closing}.{support_request.link_version}")


def feedback_url(support_request: SupportRequest, answer: str = "") -> str:
    query = f"?answer={answer}" if answer else ""
    return external(f"/feedback/{feedback_token(support_request)}{query}")


def answered_request(token: str, *, lock: bool = False) -> tuple[SupportRequest, datetime]:
    """The question and the closing a link is for. Raises NotFound for a forged or void one."""
    identifier, _dot, rest = (value_of("feedback", token) or "").partition(".")
    stamp, _dot, version = rest.partition(".")
    statement = select(SupportRequest).where(SupportRequest.id == identifier)
    statement = statement.with_for_update(of=SupportRequest) if lock else statement.options(
        joinedload(SupportRequest.owner)
    )  # fmt: skip
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None or str(found.link_version) != version or not stamp:
        raise NotFound()
    return found, datetime.strptime(f"{stamp}+0000", f"{_STAMP}%z")


def follow_up_token(follow_up: FollowUp) -> str:
    """What stands behind /follow-up/."""
    return signed("follow-up", f"{follow_up.id}.{follow_up.support_request.link_version}")


def follow_up_url(follow_up: FollowUp) -> str:
    return external(f"/follow-up/{follow_up_token(follow_up)}")


def followed_up(token: str, *, lock: bool = False) -> FollowUp:
    """The follow-up a link is for. Raises NotFound."""
    identifier, _dot, version = (value_of("follow-up", token) or "").partition(".")
    statement = select(FollowUp).where(FollowUp.id == identifier)
    found = db.session.execute(statement.with_for_update(of=FollowUp) if lock else statement).scalar_one_or_none()
    if found is None or str(found.support_request.link_version) != version:
        raise NotFound()
    return found
