"""The public register of hubs: who is in it, with what standing, at what price, and how fast they answer."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from flask import render_template, request, url_for

from hubs.accounts.access import public
from hubs.core.clock import local_day, utcnow
from hubs.core.forms import clean_text
from hubs.core.pagination import keyset
from hubs.core.templating import locale_code
from hubs.directory import words
from hubs.directory.cards import CLOSURE_AHEAD_DAYS, closed_office, hub_card
from hubs.directory.languages import languages_of_market
from hubs.directory.lifecycle import HubStatus
from hubs.directory.queries import (
    REGISTER_ORDER,
    SPEED_ORDER,
    OfficeDays,
    RegisterFilters,
    answer_speed,
    get_hub_by_code,
    hubs_in_register,
    markets_served,
    offices_with_closures,
    services_and_offers,
)
from hubs.extensions import db
from hubs.reference.labels import label_choices
from hubs.referrals.fullness import full_until

from . import bp

PAGE_SIZE = 20
LONGEST_Q = 100
_CODE = re.compile(r"[a-z0-9_]{1,64}")
_MARKET = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def filters_from_query() -> RegisterFilters:
    """The filters of the address; what cannot be one is left out."""
    args = request.args
    market, service = args.get("market", "").upper(), args.get("service", "")
    asked = tuple(code for code in args.getlist("status") if code in set(HubStatus))
    filters: dict[str, Any] = {"statuses": asked} if asked else {}
    return RegisterFilters(
        q=clean_text(args.get("q", ""))[:LONGEST_Q],
        market=market if _MARKET.fullmatch(market) else None,
        service=service if _CODE.fullmatch(service) else None,
        languages=tuple(code for code in args.getlist("language")[:10] if _LANGUAGE.fullmatch(code)),
        **filters,
    )


@bp.get("/register")
@public
def register() -> str:
    filters, now = filters_from_query(), utcnow()
    cursor = request.args.get("cursor")
    found, sort = hubs_in_register(filters, local_day(now)), "speed" if request.args.get("sort") == "speed" else ""
    order = SPEED_ORDER if sort else REGISTER_ORDER
    page = keyset(db.session, found, order, cursor=cursor, size=PAGE_SIZE, scalars=False)
    ids = [row.id for row in page.items]
    offices = offices_with_closures(ids, now.date())
    services, offers = services_and_offers(ids, locale_code())
    cards = [
        hub_card(
            row.HubProfile, row.HubAnswerRecord, offices.get(row.id, ()), offers.get(row.id, ()), now, filters.service
        )
        for row in page.items
    ]
    return render_template(
        "directory/register.html",
        cards=cards,
        filters=filters,
        sort=sort,
        full_until=full_until_of(offices, now),
        total=page.items[0].total if page.items else 0,
        services=services,
        markets=_markets(page.items, filters.market),
        languages=list(dict.fromkeys((*languages_of_market(filters.market), *filters.languages))),
        next_url=_register_url(page.next_cursor) if page.next_cursor else None,
        first_url=_register_url(None) if cursor else None,
        words=words,
    )


def full_until_of(offices: dict[str, list[OfficeDays]], now: datetime) -> dict[str, date]:
    """Until which day each hub is full; absent: it takes questions now."""
    listed = {hub_id: [each.office for each in days] for hub_id, days in offices.items()}
    return full_until(db.session(), listed, now)


def _markets(rows: list[Any], chosen: str | None) -> list[tuple[str, str]]:
    """Countries that have a hub, and the one somebody looks for; all of them when nothing was found to tell by."""
    served = set(rows[0].markets_served.split(",")) if rows and rows[0].markets_served else set(markets_served())
    return [(code, name) for code, name in label_choices("market") if code in served or code == chosen]


def _register_url(cursor: str | None) -> str:
    """The same filters at another place of the list."""
    kept: dict[str, Any] = {name: request.args.getlist(name) for name in request.args if name not in ("cursor", "lang")}
    if cursor:
        kept["cursor"] = [cursor]
    return url_for("directory.register", **kept)


@bp.get("/register/<code:code>")
@public
def register_hub(code: str) -> str:
    now = utcnow()
    profile = get_hub_by_code(code)
    offices = offices_with_closures([profile.id], now.date()).get(profile.id, [])
    _services, offers = services_and_offers([profile.id], locale_code())
    card = hub_card(profile, answer_speed([profile.id]).get(profile.id), offices, offers.get(profile.id, ()), now)
    return render_template(
        "directory/register_hub.html",
        card=card,
        full_until=full_until_of({profile.id: offices}, now).get(profile.id),
        today=local_day(now),
        offices=offices,
        closures={days.office.id: closed_office(days, now, CLOSURE_AHEAD_DAYS) for days in offices},
        words=words,
    )
