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
from hubs.directory import operations, words
from hubs.directory.cards import closed_office
from hubs.directory.change_words import pending_fields
from hubs.directory.freshness import is_stale
from hubs.directory.models import HubProfile, PartnerProfile, PostProfile
from hubs.directory.profile_fields import facts_of
from hubs.directory.queries import (
    coverage_of,
    get_own_organisation,
    get_own_profile,
    offices_with_closures,
    services_and_offers,
)
from hubs.extensions import db, write_transaction
from hubs.mailbox.addresses import desk_address

from . import bp
from .drafting import whole_organisation

CLOSURES_SHOWN_DAYS = 366


@bp.get("/organisation")
@permitted(P.DIRECTORY_READ)
def organisation_show() -> str:
    actor, now = current_actor(), utcnow()
    organisation, profile = get_own_organisation(actor), get_own_profile(actor)
    offices = offices_with_closures([organisation.id], (now - timedelta(days=1)).date()).get(organisation.id, [])
    _services, offers = services_and_offers([organisation.id], locale_code(), drafts=True)
    leads = actor.can(P.PROFILE_EDIT, organisation)
    is_open = any(days.office.closed_on is None for days in offices)
    return render_template(
        "directory/organisation_show.html",
        organisation=organisation,
        profile=profile,
        is_hub=isinstance(profile, HubProfile),
        today=local_day(now),
        is_partner=isinstance(profile, PartnerProfile),
        may_edit=leads and operations.may_edit_whole(actor),
        editable={days.office.id for days in offices if leads and actor.office_id in (None, days.office.id)},
        own_office=actor.office_id,
        stale=profile is not None and is_stale(profile.confirmed_at, now),
        offices=offices,
        closures={days.office.id: closed_office(days, now, CLOSURES_SHOWN_DAYS) for days in offices},
        offers=offers.get(organisation.id, []),
        coverage=coverage_of([organisation.id]).get(organisation.id, []) if isinstance(profile, PostProfile) else [],
        words=words,
        mail_in=desk_address(organisation.code) if is_open and actor.can(P.MAIL_HANDLE) else None,
        **(_changes(profile) if leads and isinstance(profile, HubProfile) else {}),
    )


def _changes(profile: HubProfile) -> dict[str, Any]:
    """What a leader of a hub still has to do with its own draft, and what waits for the ministry."""
    unfinished, waiting = operations.unfinished_of(profile.id), operations.waiting_of(profile.id)
    published = facts_of(profile)
    return {
        "unfinished": unfinished,
        "waiting": waiting,
        "unfinished_fields": pending_fields(unfinished.values, published) if unfinished else [],
        "waiting_fields": pending_fields(waiting.values, published) if waiting else [],
    }


@bp.post("/organisation")
@permitted(P.PROFILE_EDIT)
def organisation_confirm() -> Any:
    actor, now = whole_organisation(), utcnow()
    write_transaction()
    profile = get_own_profile(actor, lock=True)
    if profile is None or request.form.get("action") != "confirm":
        raise NotFound()
    operations.confirm_profile(profile, actor=actor, now=now)
    db.session.commit()
    flash(_("Thank you. The register now says that your details were confirmed today."), "success")
    return redirect(url_for("directory.organisation_show"), code=303)
