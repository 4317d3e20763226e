"""Domain error -> page or JSON problem: the one place that knows status codes."""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from hubs.core import errors as refusals
from hubs.core.clock import utcnow
from hubs.core.resending import OUTDATED, STORED, can_resend, has_typed, resend_page
from hubs.core.sent_forms import AlreadySent
from hubs.extensions import db, limiter

log = structlog.get_logger()
PROBLEM = "application/problem+json"
_CROSSED = ("40P01", "40001")  # PostgreSQL: two writes waited for each other, or could not be put in an order

# refusal -> (status on a page, status by API)
STATUS: dict[type[refusals.DomainError], tuple[int, int]] = {
    refusals.NotFound: (404, 404),
    refusals.NotPermitted: (403, 403),
    refusals.BadInput: (422, 400),
    refusals.Stale: (409, 412),
    refusals.WrongState: (409, 409),
    refusals.RuleViolation: (422, 422),
}


def is_api() -> bool:
    return request.path.startswith("/api/")


def status_of(error: refusals.DomainError, *, api: bool) -> int:
    """The status of a refusal; the most specific class decides."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind][1 if api else 0]
    return 400


def titles() -> dict[int, str]:
    return {
        400: _("The request is not right"),
        401: _("Sign in first"),
        403: _("You may not do this"),
        404: _("This does not exist, or it is not yours to see"),
        405: _("This cannot be done here"),
        409: _("This is no longer possible"),
        412: _("Somebody changed this in the meantime"),
        413: _("This is too large"),
        415: _("Send JSON"),
        422: _("This does not fit the rules"),
        428: _("Say which version you saw"),
        429: _("Too many attempts; wait a moment"),
        500: _("Something went wrong on our side"),
        503: _("The service is briefly out of reach"),
    }


def problem(
    status: int,
    *,
    code: str,
    detail: Any = None,
    problems: Any = (),
    extra: dict[str, Any] | None = None,
    headers: Any = (),
) -> Response:
    """An RFC 9457 problem."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": titles().get(status, ""),
        "status": status,
        "code": code,
        "errors": [
            {"field": item.field, "code": item.code, "message": str(item.message), **dict(item.values)}
            for item in problems
        ],
    }
    if detail:
        body["detail"] = str(detail)
    body.update(extra or {})
    response = jsonify(body)
    response.status_code = status
    response.mimetype = PROBLEM
    for name, value in headers:
        response.headers[name] = value
    return response


def page(status: int, **values: Any) -> Response:
    """The error page of a status, in the frame of whoever reads it; 500 and 503 ask nothing of the database."""
    known = status if status in (400, 403, 404, 409, 422, 429, 500, 503) else 400
    if known >= 500:
        template = current_app.jinja_env.get_template(f"errors/{known}.html")
        return make_response(template.render(locale=str(get_locale())[:2], status=status, **values), status)
    return make_response(render_template(f"errors/{known}.html", status=status, **values), status)


def _refusal(error: refusals.DomainError) -> Response:
    db.session.rollback()
    api = is_api()
    g.refusal = error  # what it leaves behind is kept when the answer is made: hubs.core.views
    status = status_of(error, api=api)
    if not api:
        return page(status, message=error.message, problems=error.problems)
    if status == 404:  # the same bytes for absent and for outside one's scope
        return problem(404, code="not_found")
    return problem(
        status,
        code=error.code,
        detail=error.message,
        problems=error.problems,
        extra=getattr(error, "extra", None),
    )


def _http(error: HTTPException) -> Any:
    db.session.rollback()
    if error.response is not None and error.code is not None and error.code < 400:
        return error
    status = error.code or 500
    kept = [
        (name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After", "WWW-Authenticate")
    ]
    if is_api():
        return problem(status, code=error.name.lower().replace(" ", "_"), headers=kept)
    response = page(status, retry_after=_wait_seconds()) if status == 429 else page(status)
    for name, value in kept:
        response.headers[name] = value
    return response


def _wait_seconds() -> int | None:
    """How long until a throttled visitor may try again."""
    limit = limiter.current_limit
    return max(1, int(limit.reset_at - utcnow().timestamp())) if limit else None


def _already_sent(error: AlreadySent) -> Any:
    """To where the first one's answer led; with other words in it: the words, and the choice to send them as new."""
    db.session.rollback()
    location = error.location or _page_of_form()
    if not error.is_same and can_resend():
        return resend_page(STORED, 409, stored_at=error.at, location=location)
    flash(_("This was stored already. It was not stored a second time."), "success")
    return redirect(location, 303)


def _page_of_form() -> str:
    """The address a form was sent to when that is a page too, else the start page."""
    try:
        current_app.url_map.bind("").match(request.path, method="GET")
    except HTTPException:
        return url_for("public.start")
    return "/" + request.path.lstrip("/")


def _csrf(error: CSRFError) -> Response:
    db.session.rollback()
    if can_resend() and has_typed():
        return resend_page(OUTDATED, 400)
    return page(400, message=_("The form was open for too long. Go back, load the page again and send it again."))


def _conflict(error: Exception) -> Response:
    """Two people were at it at once: the database kept one, the other is told."""
    db.session.rollback()
    log.info("conflict", error=type(error).__name__)
    message = _("Somebody was just ahead of you. Look at it again; nothing of theirs was overwritten.")
    return problem(409, code="conflict", detail=message) if is_api() else page(409, message=message)


def _unavailable(error: OperationalError) -> Response:
    if getattr(error.orig, "sqlstate", None) in _CROSSED:
        return _conflict(error)
    db.session.rollback()
    log.error("database_unavailable", error=str(error.orig))
    return problem(503, code="unavailable") if is_api() else page(503)


def _unstorable(error: DataError) -> Response:
    """Something no database takes, such as a NUL in an address typed by hand."""
    db.session.rollback()
    log.warning("bad_data", error=type(error.orig).__name__, endpoint=request.endpoint)
    return problem(400, code="bad_request") if is_api() else page(400)


def _unexpected(error: Exception) -> Response:
    db.session.rollback()
    reference = f"E-{secrets.token_hex(4).upper()}"
    log.exception("unexpected_error", reference=reference, endpoint=request.endpoint)
    if is_api():
        return problem(500, code="internal", extra={"reference": reference})
    return page(500, reference=reference)


def init_app(app: Flask) -> None:
    app.register_error_handler(refusals.DomainError, _refusal)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(AlreadySent, _already_sent)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, _conflict)
    app.register_error_handler(IntegrityError, _conflict)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(500, _unexpected)
