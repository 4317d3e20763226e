"""Headers that every answer carries, static files included; and the language of the reader."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, has_request_context, request, session
from secure import ContentSecurityPolicy, PermissionsPolicy, ReferrerPolicy, Secure, StrictTransportSecurity
from secure.headers import CrossOriginOpenerPolicy, XContentTypeOptions, XFrameOptions
from secure.middleware import SecureWSGIMiddleware

LANGUAGES = ("nl", "en")


def secure_headers(*, https: bool) -> Secure:
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
        .frame_ancestors("'none'")
    )
    permissions = PermissionsPolicy().camera().microphone().geolocation()
    return Secure(
        csp=policy,
        coop=CrossOriginOpenerPolicy().same_origin(),
        referrer=ReferrerPolicy().same_origin(),
        permissions=permissions,
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
        hsts=StrictTransportSecurity().max_age(31536000).include_subdomains() if https else None,
    )


def reader_locale() -> str:
    """`?lang=` (kept in the session), else what the session holds, else Accept-Language, else Dutch."""
    if not has_request_context():
        return "en"
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        if session.get("lang") != asked:
            session["lang"] = asked
        return asked
    if session.get("lang") in LANGUAGES and not request.path.startswith("/api/"):
        return session["lang"]
    return request.accept_languages.best_match(LANGUAGES) or "nl"


def init_app(app: Flask) -> None:
    app.wsgi_app = SecureWSGIMiddleware(app.wsgi_app, secure=secure_headers(https=app.config["IS_SECURE"]))  # type: ignore[method-assign]

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
