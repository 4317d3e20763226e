"""What one's own organisation offers: a page for each service, published or not."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.accounts.access import permitted
from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation.queries.scope import is_outside_scope
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import NotFound
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt_for
from hubs.directory import operations
from hubs.directory.forms import OfferForm
from hubs.directory.languages import currencies_of
from hubs.directory.models import ServiceOffer
from hubs.directory.profile_fields import Draft
from hubs.directory.queries import get_own_offer, get_own_organisation, get_own_profile, services_and_offers
from hubs.directory.queries.changes import get_own_revision
from hubs.directory.versions import check_seen
from hubs.extensions import db, write_transaction
from hubs.reference.labels import sector_name
from hubs.reference.queries import routable_sectors

from . import bp
from .drafting import whole_organisation
from .shown import data_of

WAITS = _l("Stored. This service lies outside your accreditation: it is shown when the ministry has confirmed it.")
OFFERING = (OrganisationKind.HUB, OrganisationKind.PARTNER)


@bp.route("/organisation/offers/new", methods=["GET", "POST"])
@permitted(P.PROFILE_EDIT)
def offer_new() -> Any:
    actor, now = _offering_actor(), utcnow()
    if request.method == "POST":
        write_transaction()
    organisation = get_own_organisation(actor)
    form = _offer_form(actor)

    def work() -> bool:
        values, waits = form.values(), is_outside_scope(organisation.id, form.service.data, local_day(now))
        operations.add_offer(organisation, values=values, actor=actor, now=now, waits=waits)
        return waits and values["is_published"]

    status, waits = attempt_for(form, work) if request.method == "POST" else (200, False)
    if status == STORED:
        flash(WAITS if waits else _("The service is added."), "success")
        return redirect(url_for("directory.organisation_show", _anchor="offers"), code=303)
    return render_template("directory/offer_new.html", form=form), status


@bp.route("/organisation/offers/<id:offer_id>", methods=["GET", "POST"])
@permitted(P.PROFILE_EDIT)
def offer_edit(offer_id: str) -> Any:
    actor, now, posted = _offering_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    offer = get_own_offer(actor, offer_id, lock=posted)
    if posted and request.form.get("action") == "remove":
        return _removed(offer, actor)
    form = _offer_form(actor, offer)
    seen = request.form.get("version", type=int)

    def work() -> bool:
        check_seen(offer, seen)
        values, waits = form.values(), is_outside_scope(offer.organisation_id, form.service.data, local_day(now))
        operations.edit_offer(offer, values=values, actor=actor, now=now, waits=waits)
        return bool(values["is_published"] and not offer.is_published)

    status, waits = attempt_for(form, work) if posted else (200, False)
    if status == STORED:
        flash(WAITS if waits else _("The service is stored."), "success")
        return redirect(url_for("directory.organisation_show", _anchor="offers"), code=303)
    return render_template("directory/offer_edit.html", form=form, offer=offer), status


def _removed(offer: ServiceOffer, actor: Actor) -> Any:
    operations.remove_offer(offer, actor=actor, now=utcnow())
    db.session.commit()
    flash(_("The service is no longer offered."), "success")
    return redirect(url_for("directory.organisation_show", _anchor="offers"), code=303)


def _offering_actor() -> Actor:
    """Posts offer nothing for a price: the page does not exist for them."""
    actor = whole_organisation()
    if actor.organisation_kind not in OFFERING:
        raise NotFound()
    return actor


def _offer_form(actor: Actor, offer: ServiceOffer | None = None) -> OfferForm:
    form = OfferForm(data=data_of(OfferForm, _before(actor, offer))) if offer else OfferForm()
    own = actor.organisation_id or ""
    services, offers = services_and_offers([own], locale_code(), drafts=True)
    if request.method == "GET":  # one that was added meanwhile is said beside the field
        taken = {each.service for each in offers.get(own, []) if offer is None or each.id != offer.id}
        services = [service for service in services if service.code not in taken]
    sectors = [(sector.code, sector_name(sector.code)) for sector in db.session.execute(routable_sectors()).scalars()]
    profile = get_own_profile(actor)
    form.offer_choices(services, sectors, currencies_of(getattr(profile, "markets", ())))
    return form


def _before(actor: Actor, offer: ServiceOffer) -> Any:
    """The offer as it was before a change that somebody wants undone (?revision=…); as it is without one."""
    if request.method == "POST" or not request.args.get("revision"):
        return offer
    revision = get_own_revision(actor, request.args["revision"][:26])
    if revision.subject_id != offer.id:
        raise NotFound()
    return Draft(offer, {name: before for name, (before, _after) in revision.changes.items()})
