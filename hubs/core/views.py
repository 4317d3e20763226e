"""How a form that writes ends, on every page: stored, or shown again with what is wrong beside its fields; and what is
kept of it, so that it is never stored twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from flask import Flask, Response, g, request, session
from sqlalchemy.exc import SQLAlchemyError

from hubs.core import sent_forms
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, DomainError, RuleViolation, WrongState
from hubs.core.forms import put_problems
from hubs.extensions import db, write_transaction

log = structlog.get_logger()

STORED = 303
STORED_FORM = "stored_form"
Put = Callable[[Any, DomainError], Any]


def attempt_for(form: Any, work: Callable[[], Any], put: Put = put_problems) -> tuple[int, Any]:
    """Validate, do `work`, commit. The status to answer with and, when stored, what `work` gave.

    422 or 409 with the form holding why not (`put` places a refusal); whatever else `work` raises is no matter of
    the form. `work` gives plain values: after the commit its objects are read anew.
    """
    if not form.validate():
        return 422, None
    try:
        made = work()
    except (RuleViolation, WrongState, BadInput) as refusal:
        db.session.rollback()
        put(form, refusal)
        return (409 if isinstance(refusal, WrongState) else 422), None
    db.session.commit()
    return STORED, made


def attempt(form: Any, work: Callable[[], Any], put: Put = put_problems) -> int:
    """`attempt_for` where only the status matters."""
    return attempt_for(form, work, put)[0]


def keep_refusal(refusal: DomainError, now: datetime, channel: str) -> None:
    """What a refusal leaves behind, in a transaction of its own, once what it undid is rolled back.

    `channel` is page, folder, api or command.
    """
    db.session.rollback()
    if refusal.is_kept:
        write_transaction(once=False)
        refusal.keep(now, channel)
        db.session.commit()


def settle_refusal(response: Response) -> Response:
    """`hubs.errors` turned a refusal into this answer."""
    refusal: DomainError | None = g.pop("refusal", None)
    if refusal is not None:
        keep_refusal(refusal, utcnow(), "api" if request.path.startswith("/api/") else "page")
    return response


def stored_form() -> str | None:
    """The key of the form that led to this page, once: what was typed in it is stored."""
    key: str | None = session.pop(STORED_FORM, None)
    return key


def settle_form(response: Response) -> Response:
    """After the work: keep where its answer leads, or give the key back when the form was refused after all."""
    identifier: str | None = g.pop("sent_form", None)
    if identifier is None:
        return response
    location = response.headers.get("Location") if response.status_code < 400 else None
    if location:
        session[STORED_FORM] = request.form.get(sent_forms.FIELD)  # the next page lets go of what was typed
    if response.status_code < 400 and location in (None, request.path):
        return response
    try:
        db.session.rollback()
        if sent_forms.is_claimed(identifier):
            write_transaction(once=False)
            if location:
                sent_forms.store_location(identifier, location)
            else:
                sent_forms.give_back(identifier)
            db.session.commit()
    except SQLAlchemyError as error:  # the work itself is stored; without this its twin goes to the form's page
        db.session.rollback()
        log.warning("form_unsettled", error=type(error).__name__)
    return response


def init_app(app: Flask) -> None:
    app.jinja_env.globals["stored_form"] = stored_form
    app.after_request(settle_form)
    app.after_request(settle_refusal)  # runs first
