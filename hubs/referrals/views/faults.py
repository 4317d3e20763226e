"""Questions that routing sent to a hub though they are a public task, for the ministry; nothing that says who asks."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.access import permitted
from hubs.accounts.permissions import P
from hubs.core.events import Event
from hubs.core.pagination import keyset
from hubs.core.templating import locale_code
from hubs.extensions import db
from hubs.referrals.models import Referral, ReferralPart, SupportRequest
from hubs.referrals.moment import NOT_PUBLIC, PUBLIC_TASK
from hubs.referrals.views import bp

PAGE_SIZE = 50


@bp.get("/routing-faults")
@permitted(P.ROUTING_FAULT_READ)
def routing_fault_list() -> str:
    statement = (
        select(Referral)
        .where(Referral.reason.in_(PUBLIC_TASK), Referral.ended_at.is_not(None))
        .options(
            joinedload(Referral.support_request),
            joinedload(Referral.sender),
            joinedload(Referral.receiver),
            selectinload(Referral.covers).joinedload(ReferralPart.part),
        )
    )
    cursor = request.args.get("cursor")
    page = keyset(db.session(), statement, [(Referral.id, "desc")], cursor=cursor, size=PAGE_SIZE)
    return render_template(
        "referrals/routing_fault_list.html",
        rows=page.items,
        denied=_denied(page.items),
        language=locale_code(),
        next_url=url_for("referrals.routing_fault_list", cursor=page.next_cursor) if page.next_cursor else None,
        first_url=url_for("referrals.routing_fault_list") if cursor else None,
    )


def _denied(referrals: Sequence[Referral]) -> set[str]:
    """The referrals whose desk said since that it is no public task, by id."""
    asked = {referral.support_request_id for referral in referrals}
    statement = select(Event.subject_id, Event.at).where(
        Event.subject_type == SupportRequest.__tablename__, Event.subject_id.in_(asked), Event.kind == NOT_PUBLIC
    )
    said = db.session.execute(statement).all() if asked else ()
    last = {row.subject_id: row.at for row in sorted(said, key=lambda row: row.at)}
    return {
        each.id
        for each in referrals
        if each.ended_at and last.get(each.support_request_id, each.ended_at) > each.ended_at
    }
