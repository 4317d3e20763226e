"""What was done to many: the list of it, undoing it, and the offer to do so right after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted, safe_next
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, Problem
from hubs.core.pagination import keyset
from hubs.core.templating import when
from hubs.extensions import db, write_transaction
from hubs.referrals.lists.bulk import bulk_actions_visible_to, can_be_undone, get_visible_bulk_action, may_undo, undo
from hubs.referrals.lists.models import BulkAction
from hubs.referrals.views import bp

OFFERED = timedelta(minutes=10)
_KEY = "done_to_many"


@dataclass(frozen=True, slots=True)
class Recent:
    id: str
    number: int


def remember_done(bulk_id: str, number: int, now: datetime) -> None:
    """Offer to undo it on the lists for ten minutes."""
    session[_KEY] = [bulk_id, number, now.isoformat()]


def recently_done() -> Recent | None:
    kept = session.get(_KEY)
    if not isinstance(kept, list) or len(kept) != 3:
        return None
    bulk_id, number, at = kept
    return Recent(bulk_id, number) if utcnow() - datetime.fromisoformat(at) <= OFFERED else None


@bp.get("/actions")
@permitted(P.SUPPORT_REQUEST_READ)
def bulk_action_list() -> str:
    actor, now = current_actor(), utcnow()
    statement = bulk_actions_visible_to(actor).options(joinedload(BulkAction.person), selectinload(BulkAction.items))
    cursor = request.args.get("cursor")
    page = keyset(db.session(), statement, [(BulkAction.id, "desc")], cursor=cursor, size=25)
    return render_template(
        "referrals/bulk_action_list.html",
        actions=[_shown(row, actor, now) for row in page.items],
        next_url=url_for("referrals.bulk_action_list", cursor=page.next_cursor) if page.next_cursor else None,
        first_url=url_for("referrals.bulk_action_list") if cursor else None,
    )


def _shown(row: BulkAction, actor: Actor, now: datetime) -> dict[str, Any]:
    number = len(row.items)
    words = {
        "assign": ngettext("%(num)s item got a handler", "%(num)s items got a handler", number),
        "claim": ngettext("%(num)s item claimed", "%(num)s items claimed", number),
        "release": ngettext("%(num)s item released", "%(num)s items released", number),
        "snooze": ngettext("%(num)s item put aside", "%(num)s items put aside", number),
        "unsnooze": ngettext("%(num)s item brought back", "%(num)s items brought back", number),
        "move": ngettext("%(num)s item moved to another office", "%(num)s items moved to another office", number),
    }
    return {
        "id": row.id,
        "words": words[row.action],
        "by": row.person.name,
        "at": row.at,
        "when": when(row.at),
        "references": [item.reference for item in row.items],
        "undone": row.undone_at is not None,
        "left": [item.reference for item in row.items if item.undoing not in (None, "restored")],
        "can_undo": can_be_undone(row, now) and may_undo(row, actor),
    }


@bp.post("/actions/<id:bulk_id>")
@permitted(P.SUPPORT_REQUEST_READ)
def bulk_action_act(bulk_id: str) -> Response:
    actor, now = current_actor(), utcnow()
    write_transaction()
    row = get_visible_bulk_action(actor, bulk_id, lock=True)
    if request.form.get("action") != "undo":
        raise BadInput([Problem("unknown_action", _("This action does not exist here."), "action")])
    done = undo(row, actor=actor, now=now)
    db.session.commit()
    session.pop(_KEY, None)
    flash(ngettext("%(num)s item is as it was.", "%(num)s items are as they were.", done.changed), "success")
    if done.left:
        told = " ".join(f"{reference}: {why}" for reference, why in done.left)
        flash(_("These stay as they are. %(items)s", items=told), "warning")
    return redirect(safe_next(request.form.get("next")) or url_for("referrals.bulk_action_list"), code=303)
