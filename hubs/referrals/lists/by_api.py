"""Filters of the API's collections: by what the reader may read of the question now, and by what happened since.

What a receiver may not read any more it cannot find by what was in it either; of a question that went back to the post
its first desk reads nothing (domain.md, rule 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from hubs.accounts.actor import Actor
from hubs.core.events import Event
from hubs.referrals.lists import turns
from hubs.referrals.models import Referral, RequestPart, SupportRequest

_ABOUT = ("market", "sector", "service")


def narrowed_referrals(statement: Select[Any], actor: Actor, query: Mapping[str, Any]) -> Select[Any]:
    """Referrals by what their question is about, by office, handler, and what happened since."""
    own = actor.organisation_id
    if any(query.get(name) for name in _ABOUT):
        received = and_(Referral.to_id == own, turns.LIVE_REFERRALS, *turns.covered(actor))
        statement = statement.where(or_(received, and_(Referral.from_id == own, _of_own_question(actor))))
        statement = statement.where(_question(*_about(query)))
    if query.get("office"):
        at = query["office"]
        received, sent = Referral.to_office_id == at, Referral.from_office_id == at
        statement = statement.where(or_(and_(Referral.to_id == own, received), and_(Referral.from_id == own, sent)))
    if query.get("handler"):
        received = and_(Referral.to_id == own, Referral.handler_id == query["handler"])
        asked = _question(SupportRequest.owner_id == own, SupportRequest.handler_id == query["handler"])
        statement = statement.where(or_(received, and_(Referral.from_id == own, asked)))
    if query.get("updated_since"):
        statement = statement.where(_happened(Referral, query["updated_since"]))
    return statement


def updated_requests(statement: Select[Any], since: datetime) -> Select[Any]:
    """Questions to which, or to whose referrals, something happened since."""
    related = exists().where(
        Event.related_type == SupportRequest.__tablename__, Event.related_id == SupportRequest.id, Event.at >= since
    )
    return statement.where(or_(_happened(SupportRequest, since), related))


def _about(query: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    conditions = [
        column == query[name]
        for name, column in (("market", SupportRequest.market), ("sector", SupportRequest.sector))
        if query.get(name)
    ]
    if query.get("service"):
        part = select(RequestPart.id).where(
            RequestPart.support_request_id == SupportRequest.id, RequestPart.service == query["service"]
        )
        conditions.append(part.correlate(SupportRequest).exists())
    return conditions


def _question(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    asked = select(SupportRequest.id).where(SupportRequest.id == Referral.support_request_id, *conditions)
    return asked.correlate(Referral).exists()


def _of_own_question(actor: Actor) -> ColumnElement[bool]:
    return _question(SupportRequest.owner_id == actor.organisation_id)


def _happened(model: Any, since: datetime) -> ColumnElement[bool]:
    return exists().where(Event.subject_type == model.__tablename__, Event.subject_id == model.id, Event.at >= since)
