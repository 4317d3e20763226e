"""Drafting an agreement: choose the other side, fill in the terms, change them until they are offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import or_, select

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.agreements import operations
from hubs.agreements.forms import AgreementForm, data_of
from hubs.agreements.lifecycle import AgreementState
from hubs.agreements.queries import get_visible_agreement, hubs_to_agree_with, markets_of_post, posts_to_agree_with
from hubs.agreements.standing import local_day
from hubs.agreements.terms import model_terms, terms_of
from hubs.companies.models import ConsentText
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound, NotPermitted, WrongState
from hubs.core.perform import check_version
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt, attempt_for
from hubs.directory.lifecycle import HubStatus
from hubs.directory.models import HubProfile
from hubs.directory.queries import services_and_offers
from hubs.directory.words import STATUS_WORDS
from hubs.extensions import db, write_transaction
from hubs.reference.labels import label_choices, market_name, sector_name
from hubs.reference.models import Provider
from hubs.reference.queries import code_list, open_services, routable_sectors

from . import bp


@bp.route("/agreements/new", methods=["GET", "POST"])
@permitted(P.AGREEMENT_DRAFT)
def agreement_new() -> Any:
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    hub = _chosen_hub(actor)
    if hub is None:
        return _choose_hub(actor)
    start = {**model_terms(local_day(now)), **_fitting_terms(hub)}
    own = [actor.organisation_id] if actor.organisation_kind == OrganisationKind.POST else []
    form = _form(hub, data_of(start, filter(None, own)), own)

    def work() -> str:
        return operations.draft_agreement(
            hub_id=hub.id, post_ids=form.posts.data or [], terms=form.terms(), actor=actor, now=now
        ).id

    status, made = attempt_for(form, work) if posted else (200, None)
    if status == STORED:
        flash(_("The draft is stored. Only your side sees it until you offer it."), "success")
        return redirect(url_for("agreements.agreement_show", agreement_id=made), code=303)
    page = render_template(
        "agreements/agreement_new.html", form=form, hub=hub, today=local_day(now), status_words=STATUS_WORDS
    )
    return page, status


@bp.route("/agreements/<id:agreement_id>/edit", methods=["GET", "POST"])
@permitted(P.AGREEMENT_OFFER)
def agreement_edit(agreement_id: str) -> Any:
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    agreement = get_visible_agreement(actor, agreement_id, lock=posted)
    if not actor.can(P.AGREEMENT_OFFER, agreement):
        raise NotPermitted(message=_("Only the side that drafted this may change it."))
    if agreement.state != AgreementState.DRAFT:
        raise WrongState(_("This agreement is offered or signed. Take the offer back, or propose a change."))
    hub, chosen = _with_profile(agreement.hub_id), [row.post_id for row in agreement.posts]
    form = _form(hub, data_of(terms_of(agreement), chosen), chosen)
    seen = request.form.get("version", type=int)

    def work() -> None:
        check_version(agreement, seen)
        operations.edit_agreement(agreement, post_ids=form.posts.data or [], terms=form.terms(), actor=actor, now=now)

    status = attempt(form, work) if posted else 200
    if status == STORED:
        flash(_("The draft is stored. Only your side sees it until you offer it."), "success")
        return redirect(url_for("agreements.agreement_show", agreement_id=agreement_id), code=303)
    return render_template("agreements/agreement_edit.html", form=form, agreement=agreement), status


def _chosen_hub(actor: Actor) -> HubProfile | None:
    """The hub of the agreement: one's own, or the one in the address; None when it is still to be chosen."""
    if actor.organisation_kind == OrganisationKind.HUB:
        return _with_profile(actor.organisation_id or "")
    code = request.args.get("hub")
    if not code:
        return None
    statement = hubs_to_agree_with([], local_day(utcnow())).where(Organisation.code == code[:64].replace("\x00", ""))
    hub = db.session.execute(statement).scalar_one_or_none()
    if hub is None:
        raise NotFound()
    return _with_profile(hub.id)


def _with_profile(hub_id: str) -> HubProfile:
    profile = db.session.get(HubProfile, hub_id)
    if profile is None:
        raise NotFound()
    return profile


def _choose_hub(actor: Actor) -> Any:
    """The first step for a post: which hub, those of its own countries unless it asks for all."""
    everywhere = request.args.get("all") == "1"
    markets = [] if everywhere else markets_of_post(actor.organisation_id)
    hubs = list(db.session.execute(hubs_to_agree_with(markets, local_day(utcnow()))).scalars())
    return render_template(
        "agreements/agreement_choose.html", hubs=hubs, everywhere=everywhere, locale_code=locale_code()
    )


def _fitting_terms(hub: HubProfile) -> Mapping[str, Any]:
    """What follows from the hub and the day: its countries and services, its standing, the newest consent text."""
    _services, offers = services_and_offers([hub.id], locale_code())
    texts = _consent_texts()
    return {
        "markets": sorted(hub.markets),
        "services": sorted(offer.service for offer in offers.get(hub.id, ())),
        "conditional_on_accreditation": hub.status_on(local_day(utcnow())) == HubStatus.REGISTERED,
        "consent_text_version": texts[0] if texts else None,
    }


def _consent_texts() -> list[str]:
    """The versions that may be read out today, newest first."""
    today = local_day(utcnow())
    statement = (
        select(ConsentText.version)
        .where(ConsentText.starts_on <= today, or_(ConsentText.ends_on.is_(None), ConsentText.ends_on >= today))
        .order_by(ConsentText.starts_on.desc(), ConsentText.version.desc())
    )
    return list(db.session.execute(statement).scalars())


def _form(hub: HubProfile, data: Mapping[str, Any], posts: Sequence[str | None]) -> AgreementForm:
    form, locale = AgreementForm(data=data), locale_code()
    session = db.session()
    listed = session.execute(posts_to_agree_with(hub.markets, [post for post in posts if post])).scalars()
    services = session.execute(open_services(locale)).scalars()
    form.offer_choices(
        posts=[(post.id, post.name(locale)) for post in listed],
        services=[(row.code, row.name(locale)) for row in services if row.default_provider != Provider.OUT_OF_SCOPE],
        sectors=[(row.code, sector_name(row.code)) for row in session.execute(routable_sectors()).scalars()],
        markets=_markets(hub, data.get("markets") or ()),
        target_groups=_entries("target_group"),
        decline_reasons=_entries("decline_reason"),
        consent_texts=dict.fromkeys([*_consent_texts(), *filter(None, [data.get("consent_text_version")])]),
    )
    return form


def _entries(list_code: str) -> list[tuple[str, str]]:
    rows = db.session.execute(code_list(list_code)).scalars()
    return [(row.code, row.name(locale_code())) for row in rows]


def _markets(hub: HubProfile, chosen: Any) -> list[tuple[str, str]]:
    codes = sorted({*hub.markets, *chosen})
    return sorted(((code, market_name(code)) for code in codes), key=lambda pair: pair[1]) or label_choices("market")
