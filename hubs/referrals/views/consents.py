"""The mailed link on which somebody says yes or no to a consent they gave by telephone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hubs.accounts.access import public
from hubs.accounts.actor import Actor, actor_of_entrepreneur
from hubs.accounts.models import Organisation
from hubs.accounts.names import with_article
from hubs.companies.consenting import consent_standing
from hubs.companies.links import consent_id_of, is_mailed_to
from hubs.companies.models import Consent, ConsentText
from hubs.companies.operations import confirm_consents, withdraw_consents
from hubs.companies.queries import address_of, consents_given_together
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound, WrongState
from hubs.core.templating import locale_code
from hubs.extensions import db, limiter, write_transaction
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import withdraw_consent
from hubs.referrals.tracking import tracking_token
from hubs.referrals.views import bp

Answer = str | Response | tuple[str, int]


@bp.get("/consent/<token>")
@public
def consent(token: str) -> Answer:
    try:
        found = _consents(token)
    except NotFound:
        return make_response(render_template("referrals/track_unknown.html"), 404)
    return _show(found, token)


@bp.post("/consent/<token>")
@public
@limiter.limit("60 per hour")
def consent_act(token: str) -> Answer:
    now = utcnow()
    write_transaction()
    try:
        _requests_of(_consents(token), lock=True)  # a question comes before its consent
        found = _consents(token, lock=True)
    except NotFound:
        return make_response(render_template("referrals/track_unknown.html"), 404)
    action = request.form.get("action")
    try:
        if not any(each.is_valid for each in found) or action not in ("confirm", "refuse"):
            raise WrongState(_("This consent was withdrawn."))
        if action == "confirm":
            confirm_consents(found, actor=_holder(found), now=now)
        else:
            _refuse(found, now)
        db.session.commit()
    except WrongState:
        db.session.rollback()
        return _show(_consents(token), token), 409
    words = _("Thank you. Your consent is confirmed.") if action == "confirm" else _("Your no is noted.")
    flash(words, "success")
    return redirect(url_for("referrals.consent", token=token), code=303)


def _consents(token: str, *, lock: bool = False) -> Sequence[Consent]:
    """The consent behind the link and those given in the same conversation. Raises NotFound."""
    identifier, mark = consent_id_of(token) or ("", "")
    first = db.session.get(Consent, identifier)
    if first is None or not is_mailed_to(mark, address_of(first)):
        raise NotFound()
    statement = consents_given_together(first)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.execute(statement).scalars().all() or [first]


def _requests_of(consents: Sequence[Consent], *, lock: bool = False) -> Sequence[SupportRequest]:
    statement = (
        select(SupportRequest)
        .where(SupportRequest.consent_id.in_([each.id for each in consents]))
        .order_by(SupportRequest.id)
    )
    if lock:
        statement = statement.with_for_update(of=SupportRequest)
    return db.session.execute(statement).scalars().all()


def _holder(consents: Sequence[Consent]) -> Actor:
    """Whoever holds the mailed link is the entrepreneur of the question it is about."""
    asked = _requests_of(consents)
    return actor_of_entrepreneur(asked[0].id if asked else consents[0].id)


def _refuse(consents: Sequence[Consent], now: datetime) -> None:
    """A no counts as a withdrawal: what runs at hubs and partners under it ends."""
    for support_request in _requests_of(consents, lock=True):
        given = support_request.consent
        if given is not None and given.is_valid:
            withdraw_consent(support_request, actor=actor_of_entrepreneur(support_request.id), now=now)
    withdraw_consents(consents, actor=_holder(consents), now=now)


def _show(consents: Sequence[Consent], token: str) -> str:
    first = consents[0]
    text = db.session.get(ConsentText, first.text_version)
    named = sorted({identifier for each in consents for identifier in each.recipient_ids})
    rows = db.session.execute(select(Organisation).where(Organisation.id.in_(named))).scalars() if named else ()
    asked = _requests_of(consents)
    recorder = db.session.get_one(Organisation, first.organisation_id).name(locale_code())
    return render_template(
        "referrals/consent.html",
        token=token,
        consents=consents,
        standing=str(consent_standing(first)),
        given_at=first.given_at,
        text=text.text(locale_code()) if text else "",
        markets=[each.market for each in consents if each.market],
        recipients=[row.name(locale_code()) for row in rows],
        recorder=recorder,
        desk_first=with_article(recorder, locale_code()),
        desk=with_article(recorder, locale_code(), first=False),
        questions=[{"reference": each.reference, "token": tracking_token(each)} for each in asked],
    )
