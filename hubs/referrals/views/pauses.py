"""What a hub's own no led to, and how its manager takes that back: pauses for want of room, conflicts of interest."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound
from hubs.extensions import db, write_transaction
from hubs.referrals.operations.consequences import lift_exclusion, lift_pause
from hubs.referrals.pages.declining import until_words
from hubs.referrals.room import CapacityPause, ExcludedPair
from hubs.referrals.views import bp

Kept = TypeVar("Kept", CapacityPause, ExcludedPair)


def _own(model: type[Kept], actor: Actor) -> Select[Any]:
    """Of the actor's organisation, or its one office; conflicts are the whole organisation's."""
    statement = select(model).where(model.organisation_id == actor.organisation_id, model.lifted_at.is_(None))
    if actor.office_id and model is CapacityPause:
        return statement.where(CapacityPause.office_id == actor.office_id)
    return statement


@bp.get("/organisation/capacity")
@permitted(P.PROFILE_EDIT)
def capacity_show() -> str:
    actor, now = current_actor(), utcnow()
    pauses = _own(CapacityPause, actor).where(CapacityPause.until_at > now)
    pauses = pauses.options(joinedload(CapacityPause.office), joinedload(CapacityPause.referral))
    pairs = _own(ExcludedPair, actor).options(joinedload(ExcludedPair.referral))
    return render_template(
        "referrals/capacity_show.html",
        pauses=db.session.execute(pauses.order_by(CapacityPause.until_at, CapacityPause.id).limit(200)).scalars().all(),
        pairs=db.session.execute(pairs.order_by(ExcludedPair.id.desc()).limit(200)).scalars().all(),
        until_words=lambda day: until_words(day, now),
    )


def _get_own(model: type[Kept], identifier: str, actor: Actor) -> Kept:
    statement = select(model).where(model.id == identifier, model.organisation_id == actor.organisation_id)
    if actor.office_id and model is CapacityPause:
        statement = statement.where(CapacityPause.office_id == actor.office_id)
    found: Kept | None = db.session.execute(statement.with_for_update(of=model)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


@bp.post("/organisation/capacity/pauses/<id:pause_id>")
@permitted(P.PROFILE_EDIT)
def capacity_pause_lift(pause_id: str) -> Response:
    actor, now = current_actor(), utcnow()
    write_transaction()
    lift_pause(_get_own(CapacityPause, pause_id, actor), actor=actor, now=now)
    db.session.commit()
    flash(_("You take these questions again."), "success")
    return redirect(url_for("referrals.capacity_show"), code=303)


@bp.post("/organisation/capacity/conflicts/<id:pair_id>")
@permitted(P.PROFILE_EDIT)
def capacity_conflict_lift(pair_id: str) -> Response:
    actor, now = current_actor(), utcnow()
    write_transaction()
    lift_exclusion(_get_own(ExcludedPair, pair_id, actor), actor=actor, now=now)
    db.session.commit()
    flash(_("You can get questions of that company again."), "success")
    return redirect(url_for("referrals.capacity_show"), code=303)
