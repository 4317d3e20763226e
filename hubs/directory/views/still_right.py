"""Where the mail "are these details still right?" leads: the published facts and one button, without signing in."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from hubs.accounts.access import public
from hubs.core.clock import utcnow
from hubs.core.templating import locale_code
from hubs.directory import operations, words
from hubs.directory.change_words import field_name, value_words
from hubs.directory.freshness import is_stale
from hubs.directory.models import HubProfile, PostProfile
from hubs.directory.profile_fields import FIELDS
from hubs.directory.queries import coverage_of, offices_with_closures, services_and_offers
from hubs.directory.still_right import Asked, asked_by
from hubs.extensions import db, write_transaction

from . import bp


@bp.get("/still-right/<token>")
@public
def still_right_show(token: str) -> Any:
    now = utcnow()
    asked = asked_by(token, locale=locale_code())
    return _page(asked, token, is_stale(asked.profile.confirmed_at, now))


@bp.post("/still-right/<token>")
@public
def still_right_confirm(token: str) -> Any:
    now = utcnow()
    write_transaction()
    asked = asked_by(token, locale=locale_code(), lock=True)
    operations.confirm_profile(asked.profile, actor=asked.actor, now=now)
    db.session.commit()
    flash(_("Thank you. The register now says that your details were confirmed today."), "success")
    return redirect(url_for("directory.still_right_show", token=token), code=303)


def _page(asked: Asked, token: str, stale: bool) -> str:
    organisation, profile = asked.organisation, asked.profile
    today = utcnow().date()
    _services, offers = services_and_offers([organisation.id], locale_code())
    return render_template(
        "directory/still_right_show.html",
        organisation=organisation,
        profile=profile,
        token=token,
        stale=stale,
        facts=_facts(profile),
        offers=offers.get(organisation.id, []),
        offices=offices_with_closures([organisation.id], today).get(organisation.id, []),
        coverage=coverage_of([organisation.id]).get(organisation.id, []) if isinstance(profile, PostProfile) else [],
        words=words,
    )


def _facts(profile: Any) -> list[tuple[str, Any, str]]:
    """Field, label and value of what is published: what somebody can find wrong and go and change."""
    if isinstance(profile, HubProfile):
        return [(row.name, row.label, value_words(row.name, getattr(profile, row.name))) for row in FIELDS]
    names = operations.POST_FIELDS if isinstance(profile, PostProfile) else operations.PARTNER_FIELDS
    return [(name, field_name(name), value_words(name, getattr(profile, name))) for name in names]
