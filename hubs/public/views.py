"""Start page and what a Dutch government site owes its visitors."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, current_app, render_template

from hubs.accounts.access import public
from hubs.core.clock import utcnow
from hubs.referrals.queries import first_reply_days

bp = Blueprint("public", __name__)


@bp.get("/")
@public
def start() -> str:
    return render_template("public/start.html", first_reply_days=first_reply_days(), ask_minutes=4)


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
