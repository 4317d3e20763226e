"""Start page and what a Dutch government site owes its visitors."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, current_app, render_template

from hubs.accounts.access import public
from hubs.core.clock import utcnow
from hubs.extensions import db
from hubs.referrals.terms import default_limit

bp = Blueprint("public", __name__)


HOURS_A_DAY = 8  # a working day as people count it
MINUTES_TO_ASK = 4


@bp.get("/")
@public
def start() -> str:
    """What is promised here is the term the ministry set."""
    limit = default_limit(db.session(), "first_reply")
    days = max(1, round((limit.hours or limit.days * HOURS_A_DAY) / HOURS_A_DAY))
    return render_template("public/start.html", first_reply_days=days, ask_minutes=MINUTES_TO_ASK)


@bp.get("/privacy")
@public
def privacy() -> str:
    return render_template("public/privacy.html")


@bp.get("/toegankelijkheid")
@public
def accessibility() -> str:
    return render_template("public/accessibility.html")


@bp.get("/.well-known/security.txt")
@public
def security_txt() -> Response:
    """RFC 9116."""
    expires = (utcnow() + timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)
    base = current_app.config["BASE_URL"]
    lines = [
        f"Contact: {base}/toegankelijkheid",
        f"Expires: {expires.strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: nl, en",
        f"Canonical: {base}/.well-known/security.txt",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
