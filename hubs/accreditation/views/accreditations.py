"""Accreditations: the ministry's list, a hub's own, and the page of one with what can be done to it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation import words as names
from hubs.accreditation.lifecycle import AccreditationState
from hubs.accreditation.models import Accreditation
from hubs.accreditation.operations.duties import check_criterion
from hubs.accreditation.operations.standing import activate
from hubs.accreditation.pages.accreditations import accreditation_page
from hubs.accreditation.queries.accreditations import get_visible_accreditation
from hubs.accreditation.queries.duties import FILTERS, accreditation_rows, own_accreditation
from hubs.accreditation.words import accreditations as words
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import BadInput, NotFound, Problem, RuleViolation, WrongState
from hubs.core.forms import clean_text
from hubs.core.pagination import keyset
from hubs.core.perform import check_version
from hubs.core.types import folded
from hubs.directory.models import HubProfile
from hubs.directory.words import STATUS_TONES, STATUS_WORDS
from hubs.extensions import db, write_transaction

from . import bp

PAGE_SIZE = 50
LONGEST_Q = 100


@bp.get("/accreditations")
@permitted(P.ACCREDITATION_READ)
def accreditation_list() -> str:
    """For the ministry all, to be narrowed; for a hub its own, present and past."""
    actor, now, cursor = current_actor(), utcnow(), request.args.get("cursor")
    q = clean_text(request.args.get("q", ""))[:LONGEST_Q]
    wanted = request.args.get("show", "")
    wanted = wanted if wanted in FILTERS else ""
    is_hub = actor.organisation_kind == OrganisationKind.HUB
    statement = accreditation_rows(actor, q=folded(q), wanted="all" if is_hub else wanted, now=now)
    order = [(Accreditation.ends_on, "asc"), (Accreditation.id, "asc")]
    page = keyset(db.session, statement, order, cursor=cursor, size=PAGE_SIZE, scalars=False)
    kept: dict[str, Any] = {"q": q or None, "show": wanted or None}
    return render_template(
        "accreditation/accreditation_list.html",
        rows=page.items,
        total=page.items[0].total if page.items else 0,
        q=q,
        wanted=wanted,
        is_hub=is_hub,
        today=local_day(now),
        names=names,
        words=words,
        next_url=url_for("accreditation.accreditation_list", cursor=page.next_cursor, **kept)
        if page.next_cursor
        else None,
        first_url=url_for("accreditation.accreditation_list", **kept) if cursor else None,
    )


@bp.get("/accreditation")
@permitted(P.ACCREDITATION_READ)
def accreditation_own() -> Any:
    """A hub's own; one that has none is told how to get there. The ministry goes to its list."""
    actor = current_actor()
    if actor.organisation_kind != OrganisationKind.HUB:
        return redirect(url_for("accreditation.accreditation_list"), code=303)
    found = own_accreditation(actor.organisation_id or "")
    if found is not None:
        return redirect(url_for("accreditation.accreditation_show", accreditation_id=found.id), code=303)
    profile = db.session.get(HubProfile, actor.organisation_id)
    if profile is None:
        raise NotFound()
    return render_template(
        "accreditation/accreditation_own.html",
        profile=profile,
        status=profile.status_on(local_day(utcnow())),
        status_words=STATUS_WORDS,
        status_tones=STATUS_TONES,
        may_begin=actor.can(P.PROPOSAL_WRITE),
    )


@bp.get("/accreditations/<id:accreditation_id>")
@permitted(P.ACCREDITATION_READ)
def accreditation_show(accreditation_id: str) -> Any:
    return _page(get_visible_accreditation(current_actor(), accreditation_id), 200)


@bp.post("/accreditations/<id:accreditation_id>")
@permitted(P.ACCREDITATION_READ)
def accreditation_act(accreditation_id: str) -> Any:
    """`activate`, or `check` of a criterion that a person looks at."""
    actor, now, action = current_actor(), utcnow(), request.form.get("action", "")
    write_transaction()
    accreditation = get_visible_accreditation(actor, accreditation_id, lock=True)
    try:
        check_version(accreditation, request.form.get("version", type=int))
        if action == "check":
            check_criterion(accreditation, request.form.get("criterion", ""), actor=actor, now=now)
            said = words.CHECKED
        elif action == "activate":
            activate(accreditation, actor=actor, now=now)
            said = words.ACTIVATED if accreditation.state == AccreditationState.ACTIVE else words.PLANNED
        else:
            message = _("This action does not exist here.")
            raise BadInput([Problem("unknown_action", message, "action")], message)
    except (RuleViolation, WrongState) as refusal:
        db.session.rollback()
        status = 409 if isinstance(refusal, WrongState) else 422
        problems = list(refusal.problems) or [Problem(refusal.code, refusal.message)]
        return _page(get_visible_accreditation(actor, accreditation_id), status, problems)
    db.session.commit()
    flash(said, "success")
    return redirect(url_for("accreditation.accreditation_show", accreditation_id=accreditation_id), code=303)


def _page(accreditation: Accreditation, status: int, problems: Any = ()) -> Any:
    page = render_template(
        "accreditation/accreditation_show.html",
        accreditation=accreditation,
        page=accreditation_page(accreditation, current_actor(), utcnow()),
        problems=[{"field": None, "message": each.message} for each in problems],
        names=names,
        words=words,
    )
    return page, status
