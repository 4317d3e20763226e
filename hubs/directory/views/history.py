"""What was published of one's own organisation, when and by whom, field by field; and the way back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound
from hubs.core.pagination import keyset
from hubs.directory import operations
from hubs.directory.change_words import changed_fields, revision_words
from hubs.directory.models import HubProfile, Revision
from hubs.directory.queries import get_own_organisation, get_own_profile
from hubs.directory.queries.changes import (
    HISTORY_ORDER,
    get_own_revision,
    later_revisions,
    revisions_visible_to,
)
from hubs.extensions import db, write_transaction

from . import bp
from .drafting import whole_organisation

PAGE_SIZE = 20


@bp.get("/organisation/history")
@permitted(P.PROFILE_EDIT)
def profile_history() -> str:
    actor, cursor = current_actor(), request.args.get("cursor")
    page = keyset(db.session, revisions_visible_to(actor), HISTORY_ORDER, cursor=cursor, size=PAGE_SIZE)
    return render_template(
        "directory/profile_history.html",
        organisation=get_own_organisation(actor),
        rows=[(row, revision_words(row), changed_fields(row.changes), _way_back(row)) for row in page.items],
        next_url=url_for("directory.profile_history", cursor=page.next_cursor) if page.next_cursor else None,
        first_url=url_for("directory.profile_history") if cursor else None,
    )


def _way_back(revision: Revision) -> str | None:
    """Where what was can be put back by hand: the form with the old values in it; a hub's profile gets a draft."""
    if revision.action != "edit":
        return None
    ways: dict[str, tuple[str, dict[str, Any]]] = {
        "offer": ("directory.offer_edit", {"offer_id": revision.subject_id}),
        "office": ("directory.office_edit", {"office_id": revision.subject_id}),
    }
    if revision.subject_kind in ways:
        endpoint, values = ways[revision.subject_kind]
        return url_for(endpoint, revision=revision.id, **values)
    if revision.subject_kind == "profile" and "district_cities" in revision.changes:
        return url_for("directory.profile_edit", revision=revision.id)
    if revision.subject_kind == "profile" and current_actor().organisation_kind == "partner":
        return url_for("directory.profile_edit", revision=revision.id)
    return None


@bp.post("/organisation/history/<id:revision_id>")
@permitted(P.PROFILE_EDIT)
def profile_restore(revision_id: str) -> Any:
    actor, now = whole_organisation(), utcnow()
    write_transaction()
    revision = get_own_revision(actor, revision_id)
    profile = get_own_profile(actor, lock=True)
    if revision.subject_kind != "profile":
        raise NotFound()
    if not isinstance(profile, HubProfile):  # published at once: the form with what was
        return redirect(url_for("directory.profile_edit", revision=revision_id), code=303)
    made = operations.draft_from(profile, revision, later_revisions(revision), actor=actor, now=now)
    db.session.commit()
    if made is None:
        flash(_("Everything is as it was then already."), "info")
        return redirect(url_for("directory.profile_history"), code=303)
    flash(_("This is a draft with the details as they were. Look at it and publish."), "success")
    return redirect(url_for("directory.profile_edit"), code=303)
