"""How a hub or post puts the public form on its own site: the lines to copy, and whether that site may."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import current_app, render_template
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import aliased

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.models import Office, Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.core.errors import NotFound
from hubs.core.links import external
from hubs.core.templating import locale_code
from hubs.directory.models import HubProfile, PostProfile
from hubs.extensions import db
from hubs.referrals.queries import markets_of_desk
from hubs.referrals.views import bp

HEIGHT = 1200  # pixels: the longest step on a telephone scrolls inside the frame
_PROFILES: dict[str, Any] = {OrganisationKind.HUB: HubProfile, OrganisationKind.POST: PostProfile}


@bp.get("/organisation/embedding")
@permitted(P.PROFILE_EDIT)
def embedding_show() -> str:
    wanted = select(Organisation, _ministry_address()).where(Organisation.id == current_actor().organisation_id)
    found = db.session.execute(wanted).first()
    if found is None:
        raise NotFound()
    organisation, ministry = found
    origins = current_app.config["EMBED_ORIGINS"]
    site = _site_of(organisation)
    languages = {"nl": _("Dutch"), "en": _("English")}
    return render_template(
        "referrals/embedding_show.html",
        snippets=[(name, _snippet(organisation, code)) for code, name in languages.items()],
        site=site,
        may=site in origins,
        origins=origins,
        ministry=ministry,
        try_url=external(f"/ask?{_query(organisation, locale_code())}").replace("embed=1&", ""),
    )


def _ministry_address() -> Any:
    """Where an administrator of the ministry can be asked for another site, as a part of another statement."""
    keeper = aliased(Organisation)
    return (
        select(Office.email)
        .join(keeper, keeper.id == Office.organisation_id)
        .where(keeper.kind == OrganisationKind.MINISTRY, Office.closed_on.is_(None), Office.email.is_not(None))
        .order_by(Office.position, Office.id)
        .limit(1)
        .scalar_subquery()
    )


def _site_of(organisation: Organisation) -> str:
    profile = db.session.get(_PROFILES[organisation.kind], organisation.id) if organisation.kind in _PROFILES else None
    found = urlsplit(getattr(profile, "website", None) or "")
    return f"{found.scheme}://{found.netloc}".lower() if found.netloc else ""


def _query(organisation: Organisation, language: str) -> str:
    """A hub is named; a post that covers one country begins with it."""
    values = {"embed": "1", "lang": language}
    if organisation.kind == OrganisationKind.HUB and organisation.code:
        values["hub"] = organisation.code
    elif len(markets := markets_of_desk(organisation.id)) == 1:
        values["market"] = markets[0]
    return urlencode(values)


def _snippet(organisation: Organisation, language: str) -> str:
    address = external(f"/ask?{_query(organisation, language)}").replace("&", "&amp;")
    title = {"nl": "Stel je vraag aan Hubs", "en": "Ask your question at Hubs"}[language]
    return f'<iframe src="{address}" title="{title}" width="100%" height="{HEIGHT}" loading="lazy"></iframe>'
