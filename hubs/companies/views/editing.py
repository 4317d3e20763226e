"""What one's own organisation wrote down of a company, and changing it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.api.versions import content_version
from hubs.companies.forms import RecordForm
from hubs.companies.keeping import edit_company
from hubs.companies.models import CompanyRecord
from hubs.companies.queries import get_visible_company
from hubs.core.clock import utcnow
from hubs.core.errors import Stale
from hubs.core.views import STORED, attempt
from hubs.extensions import write_transaction

from . import bp

STALE = _l("Somebody changed this while you had it open. What you typed is kept; check it and send again.")


@bp.route("/companies/<id:company_id>/edit", methods=["GET", "POST"])
@permitted(P.COMPANY_WRITE)
def company_edit(company_id: str) -> Any:
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    kept = get_visible_company(actor, company_id, lock=posted)
    page = {"company_id": kept.company_id, "name": kept.name, "country": kept.company.country}
    form = RecordForm(data=RecordForm.data_of(kept))
    seen, version = request.form.get("version"), _version(kept)

    def work() -> None:
        if seen and seen != version:
            raise Stale(STALE)
        edit_company(kept, form.values(), actor=actor, now=now)

    status = attempt(form, work) if posted else 200
    if status == STORED:
        flash(_("Stored."), "success")
        return redirect(url_for("referrals.company_show", company_id=page["company_id"]), code=303)
    return render_template("companies/company_edit.html", form=form, version=version, **page), status


def _version(kept: CompanyRecord) -> str:
    return content_version(*RecordForm.data_of(kept).values())
