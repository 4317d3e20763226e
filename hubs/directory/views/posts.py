"""The public list of posts: what kind each is, which countries it covers and when it is open."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from hubs.accounts.access import public
from hubs.core.clock import local_day, utcnow
from hubs.core.pagination import keyset
from hubs.directory import words
from hubs.directory.cards import CLOSURE_AHEAD_DAYS, closed_office
from hubs.directory.queries import (
    REGISTER_ORDER,
    coverage_of,
    get_post_by_code,
    hubs_for_market,
    markets_covered,
    offices_with_closures,
    posts_in_directory,
)
from hubs.extensions import db
from hubs.reference.labels import label_choices

from . import bp
from .register import filters_from_query

PAGE_SIZE = 50


@bp.get("/posts")
@public
def post_list() -> str:
    filters, cursor = filters_from_query(), request.args.get("cursor")
    statement = posts_in_directory(filters.q, filters.market)
    page = keyset(db.session, statement, REGISTER_ORDER, cursor=cursor, size=PAGE_SIZE, scalars=False)
    kept: dict[str, Any] = {"q": filters.q or None, "market": filters.market}
    covered = set(markets_covered())
    return render_template(
        "directory/post_list.html",
        posts=[row.PostProfile for row in page.items],
        coverage=coverage_of([row.id for row in page.items]),
        total=page.items[0].total if page.items else 0,
        filters=filters,
        markets=[(code, name) for code, name in label_choices("market") if code in covered or code == filters.market],
        next_url=url_for("directory.post_list", cursor=page.next_cursor, **kept) if page.next_cursor else None,
        first_url=url_for("directory.post_list", **kept) if cursor else None,
        words=words,
    )


@bp.get("/posts/<code:code>")
@public
def post_show(code: str) -> str:
    now = utcnow()
    post = get_post_by_code(code)
    offices = offices_with_closures([post.id], now.date()).get(post.id, [])
    market = post.organisation.market
    return render_template(
        "directory/post_show.html",
        post=post,
        offices=offices,
        closures={days.office.id: closed_office(days, now, CLOSURE_AHEAD_DAYS) for days in offices},
        coverage=coverage_of([post.id]).get(post.id, []),
        today=local_day(now),
        hubs=[row.HubProfile for row in db.session.execute(hubs_for_market(market, local_day(now)))] if market else [],
        words=words,
    )
