"""The desk says that a part is no public task, though a hub gave it back as one."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.extensions import db, write_transaction
from hubs.referrals.operations.public_tasks import call_private
from hubs.referrals.queries import get_visible_request
from hubs.referrals.views import bp


@bp.post("/questions/<ref:reference>/public-task")
@permitted(P.SUPPORT_REQUEST_HANDLE)
def question_not_public(reference: str) -> Response:
    actor, now = current_actor(), utcnow()
    write_transaction()
    call_private(get_visible_request(actor, reference, lock=True), actor=actor, now=now)
    db.session.commit()
    flash(_("Hubs are advised again. Choose a place."), "success")
    return redirect(url_for("referrals.question_show", reference=reference, _anchor="places"), code=303)
