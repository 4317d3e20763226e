"""The list of companies an organisation wrote down, and the pairs among them that are probably one."""

from __future__ import annotations

from flask import render_template, request, url_for

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.companies.alike import pairs_alike
from hubs.companies.models import CompanyRecord
from hubs.companies.queries import companies_found
from hubs.core.forms import clean_text
from hubs.core.pagination import keyset
from hubs.extensions import db

from . import bp


@bp.get("/companies")
@permitted(P.COMPANY_READ)
def company_list() -> str:
    actor = current_actor()
    words = clean_text(request.args.get("q", ""))[:200]
    order = [(CompanyRecord.name_folded, "asc"), (CompanyRecord.company_id, "asc")]
    page = keyset(db.session(), companies_found(actor, words), order, cursor=request.args.get("cursor"))
    following = (
        url_for("companies.company_list", q=words or None, cursor=page.next_cursor) if page.next_cursor else None
    )
    first = url_for("companies.company_list", q=words or None) if request.args.get("cursor") else None
    return render_template("companies/company_list.html", page=page, words=words, next_url=following, first_url=first)


@bp.get("/companies/duplicates")
@permitted(P.COMPANY_WRITE)
def duplicates() -> str:
    pairs, page = pairs_alike(current_actor(), request.args.get("cursor"))
    following = url_for("companies.duplicates", cursor=page.next_cursor) if page.next_cursor else None
    return render_template("companies/duplicates.html", pairs=pairs, next_url=following)
