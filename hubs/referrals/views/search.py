"""The search over everything in one's scope; a reference goes straight to its page."""

from __future__ import annotations

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.forms import clean_text
from hubs.core.searching.words import TYPED_AT_MOST
from hubs.extensions import db
from hubs.referrals.forms.acting import plain_code
from hubs.referrals.searching import found_for, page_of_reference
from hubs.referrals.views import bp


@bp.get("/search")
@permitted(P.ACCOUNT_USE)
def search() -> str | Response:
    actor, now = current_actor(), utcnow()
    typed = str(clean_text(request.args.get("q", "")))[:TYPED_AT_MOST]
    only = plain_code(request.args.get("only"))
    page = page_of_reference(db.session(), actor, typed) if typed and not only else None
    if page is not None:
        return redirect(page, code=303)
    found = found_for(db.session(), actor, typed, now, only) if typed else None
    return render_template("referrals/search.html", found=found, typed=typed, only=only)
