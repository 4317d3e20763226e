"""Calls as a server makes them, in this process: a WSGI environment in, the whole answer out, and how long it took."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable
from typing import Any

from werkzeug.test import Client, EnvironBuilder

Call = Callable[[], float]  # does the request once; seconds


class Caller:
    """Requests of one reader against one application."""

    def __init__(self, app: Any, headers: dict[str, str] | None = None) -> None:
        self.app, self.headers = app, headers or {}

    def call(self, path: str, *, method: str = "GET", body: Any = None, status: int = 200) -> tuple[float, bytes]:
        """Seconds and content. Raises RuntimeError for another status than the one awaited."""
        data = json.dumps(body).encode() if body is not None else b""
        kind = "application/json" if body is not None else None
        environ = EnvironBuilder(path, method=method, headers=self.headers, data=data, content_type=kind).get_environ()
        answered: list[str] = []
        environ["wsgi.input"] = io.BytesIO(data)
        started = time.perf_counter()
        answer = self.app(environ, lambda line, _headers, _error=None: answered.append(line))
        try:
            content = b"".join(answer)
        finally:
            getattr(answer, "close", lambda: None)()
        seconds = time.perf_counter() - started
        if int(answered[0].split()[0]) != status:
            raise RuntimeError(f"{method} {path}: {answered[0]}: {content[:300]!r}")
        return seconds, content


def signed_in(app: Any, email: str, password: str) -> Caller:
    """A reader of the pages, signed in as anybody would be."""
    browser = Client(app)
    page = browser.get("/sign-in?lang=en").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    answer = browser.post("/sign-in", data={"csrf_token": token[1], "email": email, "password": password})
    if answer.status_code not in (302, 303):
        raise RuntimeError(f"sign-in: {answer.status}")
    cookies = "; ".join(f"{one.decoded_key}={one.value}" for one in browser._cookies.values())
    return Caller(app, {"Cookie": cookies})


def with_token(app: Any, token: str) -> Caller:
    return Caller(app, {"Authorization": f"Bearer {token}", "Accept-Language": "en"})
