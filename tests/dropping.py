"""A line that drops each third request: in turn before it reaches the server and after the server has answered.

`Dropping` stands between a client (or a browser, when a threaded server serves it) and the application. `Stubborn` is a
person on such a line: whatever fails is simply tried again, as with the reload button.
"""

from __future__ import annotations

import html
import re
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from werkzeug.test import Client, TestResponse

EVERY = 3
MOST_TRIES = 12
_FORM = re.compile(r"<form\b.*?</form>", re.S)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Dropped(ConnectionError):
    """The connection broke: nobody knows whether the server heard it."""


class Dropping:
    """The application behind a bad line; `quiet` switches the trouble off, addresses in `spared` are answered."""

    def __init__(
        self, app: Callable[..., Iterable[bytes]], every: int = EVERY, first: int = 0, spared: tuple[str, ...] = ()
    ) -> None:
        self.app, self.every, self.spared = app, every, spared
        self.number = first  # where in its round the trouble begins
        self.lost_before = self.lost_after = self.unheard = 0  # unheard: forms that were stored without an answer
        self.quiet = False
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.quiet or environ["PATH_INFO"].startswith(self.spared):
            return self.app(environ, start_response)
        with self._lock:
            self.number += 1
            drops = self.number % self.every == 0
            before = (self.number // self.every) % 2 == 1
            self.lost_before += drops and before
            self.lost_after += drops and not before
        if not drops:
            return self.app(environ, start_response)
        if not before:
            self.unheard += environ["REQUEST_METHOD"] == "POST"
            self._answer_unheard(environ)
        raise self._broken(environ)

    def _answer_unheard(self, environ: dict[str, Any]) -> None:
        """The server does everything it was asked; its answer is lost on the way back."""
        body = self.app(environ, lambda *_answer: lambda _data: None)
        for _chunk in body:
            pass
        if hasattr(body, "close"):
            body.close()

    def _broken(self, environ: dict[str, Any]) -> Dropped:
        """Behind a real server the connection itself breaks, so that a browser sees what it would see."""
        connection = environ.get("werkzeug.socket")
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        return Dropped(environ["PATH_INFO"])


class Stubborn:
    """Somebody who tries again until it works, and sends exactly the form that was on the page."""

    def __init__(self, line: Callable[..., Iterable[bytes]]) -> None:
        self.client = Client(line, TestResponse)

    def _until_answered(self, ask: Callable[[], Any]) -> Any:
        for _try in range(MOST_TRIES):
            try:
                return ask()
            except Dropped:
                continue
        raise AssertionError("the line never worked")

    def see(self, path: str) -> str:
        answer = self._until_answered(lambda: self.client.get(path))
        while answer.status_code in (302, 303):
            address = answer.headers["Location"]
            answer = self._until_answered(lambda address=address: self.client.get(address))
        assert answer.status_code == 200, (path, answer.status_code, answer.get_data(as_text=True)[:2000])
        return answer.get_data(as_text=True)

    def send(self, page: str, data: dict[str, Any], *, holding: str = "", path: str | None = None) -> str:
        """Fill in the form on `page` that holds this text and press its button; where the answer leads to."""
        shown = self.see(page)
        forms = [form for form in _FORM.findall(shown) if 'method="post"' in form and holding in form]
        assert forms, f"no form with {holding!r} on {page}"
        hidden = {name: html.unescape(value) for name, value in _HIDDEN.findall(forms[0])}
        values = {**hidden, **data}
        target = re.search(r'<form[^>]*\saction="([^"]+)"', forms[0])
        address = path or (html.unescape(target.group(1)) if target else page)
        answer = self._until_answered(lambda: self.client.post(address, data=values))
        assert answer.status_code == 303, (address, answer.status_code, answer.get_data(as_text=True)[-6000:])
        return str(answer.headers["Location"])
