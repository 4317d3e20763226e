"""One's own organisation as the register and routing know it: seen by everybody in it, edited by who leads it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import NotFound
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt
from hubs.directory import operations, words
from hubs.directory.cards import closed_office
from hubs.directory.forms import ContactForm, HubProfileForm
from hubs.directory.freshness import is_stale
from hubs.directory.models import HubProfile, PartnerProfile, PostProfile
from hubs.directory.queries import (
    coverage_of,
    get_own_organisation,
    get_own_profile,
    offices_with_closures,
    services_and_offers,
)
from hubs.directory.versions import check_seen, version_of
from hubs.extensions import db, write_transaction
from hubs.reference.labels import label_choices

from . import bp
from .shown import data_of

CLOSURES_SHOWN_DAYS = 366


@bp.get("/organisation")
@permitted(P.DIRECTORY_READ)
def organisation_show() -> str:
    actor, now = current_actor(), utcnow()
    organisation, profile = get_own_organisation(actor), get_own_profile(actor)
    offices = offices_with_closures([organisation.id], (now - timedelta(days=1)).date()).get(organisation.id, [])
    _services, offers = services_and_offers([organisation.id], locale_code(), drafts=True)
    return render_template(
        "directory/organisation_show.html",
        organisation=organisation,
        profile=profile,
        is_hub=isinstance(profile, HubProfile),
        today=local_day(now),
        is_partner=isinstance(profile, PartnerProfile),
        may_edit=actor.can(P.PROFILE_EDIT, organisation),
        stale=isinstance(profile, HubProfile) and is_stale(profile.confirmed_at, now),
        offices=offices,
        closures={days.office.id: closed_office(days, now, CLOSURES_SHOWN_DAYS) for days in offices},
        offers=offers.get(organisation.id, []),
        coverage=coverage_of([organisation.id]).get(organisation.id, []) if isinstance(profile, PostProfile) else [],
        words=words,
    )


@bp.post("/organisation")
@permitted(P.PROFILE_EDIT)
def organisation_confirm() -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    profile = get_own_profile(actor, lock=True)
    if not isinstance(profile, HubProfile) or request.form.get("action") != "confirm":
        raise NotFound()
    operations.confirm_profile(profile, actor=actor, now=now)
    db.session.commit()
    flash(_("Thank you. The register now says that your details were confirmed today."), "success")
    return redirect(url_for("directory.organisation_show"), code=303)


@bp.route("/organisation/profile", methods=["GET", "POST"])
@permitted(P.PROFILE_EDIT)
def profile_edit() -> Any:
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    profile = get_own_profile(actor, lock=posted)
    if not isinstance(profile, HubProfile | PartnerProfile):
        raise NotFound()
    form = _profile_form(profile)
    seen = request.form.get("version", type=int)

    def work() -> None:
        check_seen(profile, seen)
        if isinstance(profile, HubProfile):
            operations.edit_hub_profile(profile, values=form.values(), actor=actor, now=now)
        else:
            operations.edit_partner_profile(profile, values=form.values(), actor=actor, now=now)

    status = attempt(form, work) if posted else 200
    if status == STORED:
        flash(_("Your details are stored."), "success")
        return redirect(url_for("directory.organisation_show"), code=303)
    page = render_template(
        "directory/profile_edit.html", form=form, version=version_of(profile), is_hub=isinstance(profile, HubProfile)
    )
    return page, status


def _profile_form(profile: HubProfile | PartnerProfile) -> HubProfileForm | ContactForm:
    if isinstance(profile, PartnerProfile):
        return ContactForm(data=data_of(ContactForm, profile))
    form = HubProfileForm(data=data_of(HubProfileForm, profile))
    form.offer_choices(label_choices("market"), {*profile.markets, *(form.markets.data or [])})
    return form
