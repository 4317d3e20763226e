"""Who is asking, and whether a view lets them in: `current_actor`, `permitted`, `public`.

Every view carries one of the two decorators; both leave `__access__` on it, which a test and `rules dump` read.
Flask-Login only asks `_load_signed_in` who a request belongs to; sessions are rows that can be ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, redirect, request, session, url_for
from flask_babel import get_locale
from flask_login import UserMixin, current_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from hubs.accounts import menu, passwords
from hubs.accounts.actor import ANONYMOUS, Actor, actor_of_membership
from hubs.accounts.models import Membership, SignIn
from hubs.accounts.names import short_name
from hubs.accounts.permissions import P
from hubs.accounts.queries import memberships_of_secret
from hubs.core import sent_forms
from hubs.core.clock import utcnow
from hubs.core.errors import NotPermitted
from hubs.core.resending import SIGNED_OUT, can_resend, has_typed, resend_page
from hubs.extensions import db, login_manager

PUBLIC = "public"
SESSION_KEY = "sign_in"  # the place of the sign-in's secret in the signed session cookie
_KEPT_IN_SESSION = ("lang",)
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

login_manager.session_protection = None


@dataclass(frozen=True, slots=True)
class Choice:
    """An organisation the signed-in person may act for."""

    organisation_id: str
    name: str
    is_current: bool


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """What one request knows of its sign-in: plain values only, so that a rollback leaves them readable."""

    sign_in_id: str
    person_id: str
    actor: Actor
    choices: tuple[Choice, ...]

    def get_id(self) -> str:
        return self.sign_in_id


@login_manager.request_loader
def _load_signed_in(_request: Request) -> SignedIn | None:
    """The sign-in behind the session cookie, in one statement; None when it ended, expired or lost its ground."""
    secret = session.get(SESSION_KEY)
    if not isinstance(secret, str) or not secret:
        return None
    rows = db.session.execute(memberships_of_secret(secret, utcnow())).all()
    if not rows:
        return None
    sign_in, acting_for = rows[0][0], rows[0][2]
    return _signed_in(sign_in, acting_for, [row[1] for row in rows])


def _signed_in(sign_in: SignIn, organisation_id: str, memberships: list[Membership]) -> SignedIn | None:
    acting = [membership for membership in memberships if membership.organisation_id == organisation_id]
    if not acting:
        return None
    locale = str(get_locale() or "nl")
    names = {membership.organisation_id: membership.organisation.name(locale) for membership in memberships}
    choices = tuple(
        Choice(id_, name, id_ == organisation_id) for id_, name in sorted(names.items(), key=lambda item: item[1])
    )
    return SignedIn(sign_in.id, sign_in.person_id, actor_of_membership(acting, locale), choices)


def current_actor() -> Actor:
    """Who asks: a person acting for one organisation, or `ANONYMOUS`."""
    return current_user.actor if current_user.is_authenticated else ANONYMOUS


def acting_choices() -> tuple[Choice, ...]:
    """The organisations the reader may act for, by name; empty when nobody is signed in."""
    return current_user.choices if current_user.is_authenticated else ()


def keep_secret(secret: str) -> None:
    """Tie the browser to a sign-in just started; nothing of the session before it survives but the language."""
    forget_session()
    session[SESSION_KEY] = secret


def forget_session() -> None:
    """Empty the session cookie, so that a token planted before sign-in is worth nothing after it."""
    kept = {key: session[key] for key in _KEPT_IN_SESSION if key in session}
    session.clear()
    session.update(kept)


def safe_next(target: str | None) -> str | None:
    """`target` when it is a path on this site and nothing else; None otherwise."""
    if not target or len(target) > 2000 or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(character) < 33 or ord(character) == 127 for character in target):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or parts.path in (url_for("accounts.sign_in"), url_for("accounts.sign_out")):
        return None
    return target


def _has_page(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


def _page_of_request() -> str | None:
    """The page to come back to: the one asked for, or the one from which an unsafe request was sent."""
    path = request.full_path.rstrip("?")
    if request.method in _SAFE_METHODS or _has_page(request.path):
        return safe_next(path)
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return None
    return safe_next(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def to_sign_in() -> Response:
    """To the sign-in page, and back to where one was."""
    return redirect(url_for("accounts.sign_in", next=_page_of_request()), code=303)


def _signed_out() -> Response:
    """The session ended while somebody was typing: what they typed stays with them."""
    return resend_page(SIGNED_OUT, 403, sign_in=url_for("accounts.sign_in", next=_page_of_request()))


def _sender() -> str:
    """Whose form it is: of a person for one organisation, also after signing in again; else of this session."""
    actor = current_actor()
    if actor.kind != ANONYMOUS.kind:
        return f"{actor.kind}:{actor.id}:{actor.organisation_id}"
    return f"session:{session.get('csrf_token', '')}"


def permitted(permission: P) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let in whoever holds `permission` at all; which objects they see is the queries' matter.

    Anonymous readers are sent to sign in; without the permission: `NotPermitted`.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            actor = current_actor()
            if actor.kind == ANONYMOUS.kind:
                return _signed_out() if can_resend() and has_typed() else to_sign_in()
            if not actor.can(permission):
                raise NotPermitted()
            return view(*args, **kwargs)

        marked: Any = checked
        marked.__access__ = str(permission)
        return checked

    return decorate


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Everybody may see this, signed in or not."""
    marked: Any = view
    marked.__access__ = PUBLIC
    return view


def _reader() -> dict[str, Any]:
    """What every template knows of its reader; `current_actor` is None for somebody who is not signed in."""
    actor = current_actor()
    known = None if actor.kind == ANONYMOUS.kind else actor
    return {
        "current_actor": known,
        "acting_choices": acting_choices(),
        "menu": menu.items_for(known, request.path),
    }


def init_app(app: Flask) -> None:
    app.context_processor(_reader)
    app.jinja_env.filters["short_name"] = short_name
    sent_forms.init_app(app, _sender)
    passwords.configure(quick=bool(app.config["TESTING"]))
