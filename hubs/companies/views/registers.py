"""Asking a register about a company. The question goes out with no transaction open; what comes back is kept."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.companies.keeping import take_over_name, write_down_check
from hubs.companies.models import RegisterCheck
from hubs.companies.queries import get_visible_company
from hubs.companies.register import asked_of, registers
from hubs.companies.words import CHECK_FLASHES
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, NotFound, Problem
from hubs.extensions import db, limiter, write_transaction

from . import bp


@bp.post("/companies/<id:company_id>/checks")
@permitted(P.COMPANY_WRITE)
@limiter.limit("60 per hour")
def company_check(company_id: str) -> Any:
    actor = current_actor()
    if request.form.get("action") == "take_name":
        return _take_name(actor, company_id)
    outcomes = _look_up(actor, company_id)
    if not outcomes:
        flash(_("There is no number of this company that a register can be asked about."), "warning")
    for outcome in outcomes:
        words, tone = CHECK_FLASHES[outcome]
        flash(str(words), tone)
    return redirect(url_for("referrals.company_show", company_id=company_id), code=303)


def _look_up(actor: Actor, company_id: str) -> list[str]:
    """Ask every register that knows such numbers; what each answered is kept at once. The outcomes."""
    kept = get_visible_company(actor, company_id)
    asked = asked_of(kept.company.country, kept.company.registration_number, kept.vat_number)
    db.session.rollback()
    found = []
    for source, register in registers(current_app.config).items():
        if source not in asked:
            continue
        answer = register.look_up(asked[source])
        write_transaction(once=False)  # asking again does no harm, and each answer is kept by itself
        kept = get_visible_company(actor, company_id, lock=True)
        check = write_down_check(kept, source, asked[source].number, answer, actor=actor, now=utcnow())
        found.append(check.outcome)
        db.session.commit()
    return found


def _take_name(actor: Actor, company_id: str) -> Any:
    check_id = request.form.get("check", "")
    now = utcnow()
    write_transaction()
    kept = get_visible_company(actor, company_id, lock=True)
    check = db.session.get(RegisterCheck, check_id) if len(check_id) <= 26 else None
    if check is None or check.organisation_id != kept.organisation_id or check.company_id != kept.company_id:
        if not check_id:
            raise BadInput([Problem("missing", _("This action does not exist here."), "action")])
        raise NotFound()
    take_over_name(kept, check, actor=actor, now=now)
    db.session.commit()
    flash(_("Stored."), "success")
    return redirect(url_for("referrals.company_show", company_id=company_id), code=303)
