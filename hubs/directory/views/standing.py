"""The ministry's list of hubs and the standing of each, set by an administrator with a reason."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.core.clock import local_day, utcnow
from hubs.core.pagination import keyset
from hubs.core.perform import check_version, open_actions
from hubs.core.views import STORED, attempt
from hubs.directory import words
from hubs.directory.forms import HubStatusForm
from hubs.directory.freshness import is_stale
from hubs.directory.lifecycle import HUB_STATUS, HubStatus
from hubs.directory.models import HubProfile
from hubs.directory.queries import (
    REGISTER_ORDER,
    RegisterFilters,
    get_hub_for_decision,
    hubs_in_register,
    markets_served,
    standing_history,
)
from hubs.extensions import db, write_transaction
from hubs.reference.labels import label_choices
from hubs.referrals.operations import set_hub_status

from . import bp
from .register import filters_from_query

PAGE_SIZE = 50


@bp.get("/hubs")
@permitted(P.HUB_STATUS_SET)
def hub_list() -> str:
    asked = filters_from_query()
    statuses = asked.statuses if request.args.getlist("status") else tuple(HubStatus)
    filters = RegisterFilters(q=asked.q, market=asked.market, statuses=statuses)
    cursor, now = request.args.get("cursor"), utcnow()
    statement = hubs_in_register(filters, local_day(now))
    page = keyset(db.session, statement, REGISTER_ORDER, cursor=cursor, size=PAGE_SIZE, scalars=False)
    kept: dict[str, Any] = {"q": filters.q or None, "market": filters.market, "status": request.args.getlist("status")}
    served = set(markets_served())
    return render_template(
        "directory/hub_list.html",
        hubs=[row.HubProfile for row in page.items],
        stale={row.id for row in page.items if is_stale(row.HubProfile.confirmed_at, now)},
        total=page.items[0].total if page.items else 0,
        today=local_day(now),
        filters=filters,
        chosen=request.args.getlist("status"),
        markets=[(code, name) for code, name in label_choices("market") if code in served or code == filters.market],
        next_url=url_for("directory.hub_list", cursor=page.next_cursor, **kept) if page.next_cursor else None,
        first_url=url_for("directory.hub_list", **kept) if cursor else None,
        words=words,
    )


@bp.get("/hubs/<code:code>")
@permitted(P.HUB_STATUS_SET)
def hub_show(code: str) -> Any:
    return _hub_page(get_hub_for_decision(code), HubStatusForm(), 200)


@bp.post("/hubs/<code:code>")
@permitted(P.HUB_STATUS_SET)
def hub_act(code: str) -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    hub = get_hub_for_decision(code, lock=True)
    form, action = HubStatusForm(), request.form.get("action", "")
    seen = request.form.get("version", type=int)

    def work() -> None:
        check_version(hub, seen)
        set_hub_status(hub, action, actor=actor, now=now, reason=form.reason.data or "")

    status = attempt(form, work)
    if status == STORED:
        flash(_("The standing is set, and recorded with its reason."), "success")
        return redirect(url_for("directory.hub_show", code=code), code=303)
    return _hub_page(hub, form, status)


def _hub_page(hub: HubProfile, form: HubStatusForm, status: int) -> Any:
    page = render_template(
        "directory/hub_show.html",
        hub=hub,
        form=form,
        today=local_day(utcnow()),
        actions=[] if hub.follows_decisions else open_actions(hub, current_actor()),
        history=standing_history(hub),
        action_labels={name: row.label for name, row in HUB_STATUS.transitions.items()},
        words=words,
    )
    return page, status
