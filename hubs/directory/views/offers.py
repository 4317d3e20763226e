"""What one's own organisation offers: a page for each service, published or not."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt
from hubs.directory import operations
from hubs.directory.forms import OfferForm
from hubs.directory.languages import currencies_of
from hubs.directory.models import ServiceOffer
from hubs.directory.queries import get_own_offer, get_own_organisation, get_own_profile, services_and_offers
from hubs.directory.versions import check_seen
from hubs.extensions import db, write_transaction
from hubs.reference.labels import sector_name
from hubs.reference.queries import routable_sectors

from . import bp
from .shown import data_of

OFFERING = (OrganisationKind.HUB, OrganisationKind.PARTNER)


@bp.route("/organisation/offers/new", methods=["GET", "POST"])
@permitted(P.PROFILE_EDIT)
def offer_new() -> Any:
    actor, now = _offering_actor(), utcnow()
    if request.method == "POST":
        write_transaction()
    organisation = get_own_organisation(actor)
    form = _offer_form(actor)

    def work() -> None:
        operations.add_offer(organisation, values=form.values(), actor=actor, now=now)

    status = attempt(form, work) if request.method == "POST" else 200
    if status == STORED:
        flash(_("The service is added."), "success")
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

    def work() -> None:
        check_seen(offer, seen)
        operations.edit_offer(offer, values=form.values(), actor=actor, now=now)

    status = attempt(form, work) if posted else 200
    if status == STORED:
        flash(_("The service is stored."), "success")
        return redirect(url_for("directory.organisation_show", _anchor="offers"), code=303)
    return render_template("directory/offer_edit.html", form=form, offer=offer), status


def _removed(offer: ServiceOffer, actor: Actor) -> Any:
    operations.remove_offer(offer, actor=actor, now=utcnow())
    db.session.commit()
    flash(_("The service is no longer offered."), "success")
    return redirect(url_for("directory.organisation_show", _anchor="offers"), code=303)


def _offering_actor() -> Actor:
    """Posts offer nothing for a price: the page does not exist for them."""
    actor = current_actor()
    if actor.organisation_kind not in OFFERING:
        raise NotFound()
    return actor


def _offer_form(actor: Actor, offer: ServiceOffer | None = None) -> OfferForm:
    form = OfferForm(data=data_of(OfferForm, offer)) if offer else OfferForm()
    services, _offers = services_and_offers([], locale_code())
    sectors = [(sector.code, sector_name(sector.code)) for sector in db.session.execute(routable_sectors()).scalars()]
    profile = get_own_profile(actor)
    form.offer_choices(services, sectors, currencies_of(getattr(profile, "markets", ())))
    return form
