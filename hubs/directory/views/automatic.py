"""For which services a post lets its questions go to the first place by themselves; its head decides."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import permitted
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt
from hubs.directory import operations
from hubs.directory.forms import AutomaticForm
from hubs.directory.models import PostProfile
from hubs.directory.queries import get_own_profile, services_for_hubs
from hubs.directory.versions import check_seen, version_of
from hubs.extensions import write_transaction

from . import bp
from .drafting import whole_organisation


@bp.route("/organisation/automatic", methods=["GET", "POST"])
@permitted(P.PROFILE_EDIT)
def automatic_edit() -> Any:
    actor, now, posted = whole_organisation(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    post = get_own_profile(actor, lock=posted)
    if not isinstance(post, PostProfile):
        raise NotFound()
    form = AutomaticForm(data=AutomaticForm.data_of(post))
    form.offer_choices(services_for_hubs(locale_code()))
    seen = request.form.get("version", type=int)

    def work() -> None:
        check_seen(post, seen)
        operations.choose_automatic(post, form.values(), actor=actor, now=now)

    status = attempt(form, work) if posted else 200
    if status == STORED:
        chosen = bool(form.values())
        flash(
            _("Stored. Such questions now go out by themselves.")
            if chosen
            else _("Stored. Nothing goes out by itself: an officer chooses every place."),
            "success",
        )
        return redirect(url_for("directory.organisation_show"), code=303)
    return render_template("directory/automatic_edit.html", form=form, version=version_of(post)), status
