"""Headers that every answer carries, static files included; and the language of the reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Flask, Response, has_request_context, request, session
from secure import ContentSecurityPolicy, PermissionsPolicy, ReferrerPolicy, Secure, StrictTransportSecurity
from secure.headers import CrossOriginOpenerPolicy, XContentTypeOptions, XFrameOptions
from secure.middleware import SecureWSGIMiddleware

from hubs.core.embedding import is_framed

LANGUAGES = ("nl", "en")


def secure_headers(*, https: bool, framed_by: Sequence[str] = ()) -> Secure:
    """The headers of every answer; `framed_by`: the sites that may show this one page in a frame."""
    policy = (
        ContentSecurityPolicy()
        .default_src("'none'")
        .script_src("'self'")
        .style_src("'self'")
        .img_src("'self'")
        .font_src("'self'")
        .connect_src("'self'")
        .form_action("'self'")
        .base_uri("'none'")
        .frame_ancestors(*(framed_by or ("'none'",)))
    )
    permissions = PermissionsPolicy().camera().microphone().geolocation()
    return Secure(
        csp=policy,
        coop=CrossOriginOpenerPolicy().same_origin(),
        referrer=ReferrerPolicy().same_origin(),
        permissions=permissions,
        xcto=XContentTypeOptions().nosniff(),
        xfo=None if framed_by else XFrameOptions().deny(),
        hsts=StrictTransportSecurity().max_age(31536000).include_subdomains() if https else None,
    )


def reader_locale() -> str:
    """`?lang=` (kept in the session), else what the session holds, else Accept-Language, else Dutch."""
    if not has_request_context():
        return "en"
    asked = request.args.get("lang")
    if asked in LANGUAGES and is_framed(request.path, request.query_string.decode("latin-1")):
        return asked  # a page in a frame has no session: its addresses carry the language
    if asked in LANGUAGES:
        if session.get("lang") != asked:
            session["lang"] = asked
        return asked
    if session.get("lang") in LANGUAGES and not request.path.startswith("/api/"):
        return session["lang"]
    return request.accept_languages.best_match(LANGUAGES) or "nl"


class _Headers:
    """Everything refuses to be framed, but for the pages that sites of EMBED_ORIGINS may show."""

    def __init__(self, app: Any, *, https: bool, framed_by: Sequence[str]) -> None:
        self.plain = SecureWSGIMiddleware(app, secure=secure_headers(https=https))
        framed = secure_headers(https=https, framed_by=framed_by)
        self.framed = SecureWSGIMiddleware(app, secure=framed) if framed_by else self.plain

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        framed = is_framed(environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""))
        return (self.framed if framed else self.plain)(environ, start_response)


def init_app(app: Flask) -> None:
    app.wsgi_app = _Headers(  # type: ignore[method-assign]
        app.wsgi_app, https=app.config["IS_SECURE"], framed_by=app.config["EMBED_ORIGINS"]
    )

    @app.after_request
    def _no_store(response: Response) -> Any:
        """What one person sees is nobody else's; static files set their own caching."""
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
            response.headers.setdefault("Content-Language", "")
            del response.headers["Content-Language"]
            response.vary.add("Cookie")
            response.vary.add("Accept-Language")
        return response
