"""Changes of what an accreditation rests on: the ministry's list, and one change with what was and what would be."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.accreditation.operations.confirming import act_on_profile_change
from hubs.accreditation.queries.conflicts import has_interest
from hubs.core.clock import utcnow
from hubs.core.forms import clean_text
from hubs.core.pagination import keyset
from hubs.core.perform import check_version, open_actions
from hubs.core.views import STORED, attempt_for
from hubs.directory import operations
from hubs.directory.change_words import CHANGE_TONES, CHANGE_WORDS, field_name, pending_fields
from hubs.directory.forms.desk import DecisionForm
from hubs.directory.models import ProfileChange
from hubs.directory.profile_fields import facts_of
from hubs.directory.queries.changes import (
    CHANGE_ORDER,
    changes_that_wait,
    get_visible_change,
    makers_of,
    names_of_makers,
    values_for,
)
from hubs.extensions import db, write_transaction

from . import bp

PAGE_SIZE = 25
LONGEST_REASON = 600


@bp.get("/profile-changes")
@permitted(P.PROFILE_CONFIRM)
def profile_change_list() -> str:
    actor, cursor = current_actor(), request.args.get("cursor")
    page = keyset(db.session, changes_that_wait(actor), CHANGE_ORDER, cursor=cursor, size=PAGE_SIZE)
    return render_template(
        "directory/profile_change_list.html",
        changes=page.items,
        named={row.id: ", ".join(str(field_name(name)) for name in row.values) for row in page.items},
        next_url=url_for("directory.profile_change_list", cursor=page.next_cursor) if page.next_cursor else None,
        first_url=url_for("directory.profile_change_list") if cursor else None,
    )


@bp.get("/profile-changes/<id:change_id>")
@permitted(P.DIRECTORY_READ)
def profile_change_show(change_id: str) -> Any:
    return _page(get_visible_change(current_actor(), change_id), DecisionForm(), 200)


@bp.post("/profile-changes/<id:change_id>")
@permitted(P.DIRECTORY_READ)
def profile_change_act(change_id: str) -> Any:
    actor, now, action = current_actor(), utcnow(), request.form.get("action", "")
    write_transaction()
    change = get_visible_change(actor, change_id, lock=True)
    form, reasons = DecisionForm(), _reasons()
    seen = request.form.get("version", type=int)

    def work() -> str:
        check_version(change, seen)
        if action == "discard":
            operations.discard_change(change, actor=actor, now=now)
            return action
        said = {**reasons, "reason": form.reason.data or ""}
        return str(act_on_profile_change(change, action, actor=actor, now=now, reasons=said).state)

    status, done = attempt_for(form, work)
    if status == STORED:
        return _after(action, done)
    return _page(change, form, status, reasons)


def _reasons() -> dict[str, str]:
    """What was typed beside the fields."""
    prefix = "reason_"
    return {
        name[len(prefix) :]: clean_text(text)[:LONGEST_REASON]
        for name, text in request.form.items()
        if name.startswith(prefix)
    }


def _after(action: str, state: str) -> Any:
    said = {
        "publish": _("Confirmed. The register shows it now, and the hub gets a mail."),
        "send_back": _("Sent back. The hub gets a mail and reads why beside the field."),
        "take_back": _("Taken back into your draft."),
        "discard": _("The draft is thrown away."),
        "submit": _("Handed in. What the ministry confirms first waits there; the rest is published.")
        if state == "submitted"
        else _("Your details are published."),
    }
    flash(said[action], "success")
    to = "directory.profile_change_list" if action in ("publish", "send_back") else "directory.organisation_show"
    return redirect(url_for(to), code=303)


def _page(change: ProfileChange, form: DecisionForm, status: int, reasons: dict[str, str] | None = None) -> Any:
    actor = current_actor()
    makers, is_own = makers_of(change), actor.organisation_id == change.hub_id
    conflicted = actor.can(P.PROFILE_CONFIRM) and (
        actor.person_id in makers or bool(actor.person_id and has_interest(actor.person_id, change.hub_id))
    )
    page = render_template(
        "directory/profile_change_show.html",
        change=change,
        form=form,
        fields=pending_fields(values_for(actor, change), facts_of(change.hub)),
        reasons=reasons or {},
        actions=[] if conflicted else [row.name for row in open_actions(change, actor)],
        conflicted=conflicted,
        reason_rows=[
            (_("In general") if name == "reason" else field_name(name), text) for name, text in change.reasons.items()
        ],
        change_words=CHANGE_WORDS,
        change_tones=CHANGE_TONES,
        is_own=is_own,
        is_with_hub=not is_own and not change.is_as_handed_in,
        made_by=", ".join(names_of_makers(makers)),
    )
    return page, status
