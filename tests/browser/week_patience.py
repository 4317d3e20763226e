"""Somebody on a line that drops each third request, in a browser: loads again, or opens the page anew and presses.

Both are what people do; they take turns. What was typed must be back in the form that is opened anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from playwright.sync_api import Error
from werkzeug.serving import make_server

from tests.browser.conftest import Quiet, Visitor
from tests.browser.week_steps import Walker
from tests.dropping import MOST_TRIES, Dropped, Dropping

STORED = "[data-saved], html[data-stored]"  # a page that says that a form was stored


class Outage(Dropping):
    """A browser sends a lost request again by itself, at once, forms too: then the line is still down."""

    lost: tuple[str, str] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = (environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if asked == self.lost:
            self.lost = None
            raise self._broken(environ)
        try:
            return super().__call__(environ, start_response)
        except Dropped:
            self.lost = asked
            raise


@contextmanager
def bad_line(app: Flask) -> Iterator[tuple[str, Dropping]]:
    """The address of a server of which each third answer is lost on the way, in turn before and after the work."""
    line = Outage(app.wsgi_app, first=1, spared=("/static/", "/companies/similar"))
    server = make_server("127.0.0.1", 0, line, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", line
    server.shutdown()
    thread.join()


class Patient(Walker):
    """A walker who does not give up."""

    def __init__(self, visitor: Visitor, name: str, seen: set[str]) -> None:
        super().__init__(visitor, name, seen)
        self.turn = self.reopened = 0  # without words: load again and open anew in turn; with words: open anew
        self.typed: dict[str, str] = {}

    def check(self) -> Any:
        for _try in range(MOST_TRIES):
            self.visitor.complaints.clear()  # the browser says that the line broke
            try:
                return super().check()
            except Error:  # it was still loading
                self.page.wait_for_load_state("load")
        raise AssertionError("the page never stood still")

    def go(self, path: str) -> Any:
        self._open(path if path.startswith("http") else self.visitor.address + path)
        return self.check()

    def fill(self, within: str = "main", **values: str | bool | None) -> None:
        super().fill(within, **values)
        self.typed = {name: str(value) for name, value in values.items() if name in ("text", "note")}

    def press(self, action: str = "", within: str = "main") -> Any:
        """Until it is done: the button is not there any more, or its answer has come."""
        form_page = self.page.url
        for _try in range(MOST_TRIES):
            try:
                shown = super().press(action, within)
                self.typed = {}
                return shown
            except Error:
                self.page.wait_for_load_state("load")
                if self.page.locator(STORED).count():  # the browser's own second try came through
                    self.typed = {}
                    return self.check()
                self.turn += 1
                if self.turn % 2 and not self.typed and self._loads_again():
                    return self.check()
                self._open(form_page)
                if self.page.locator(STORED).count():  # the page says that it was stored
                    self.typed = {}
                    return self._look_for_it() if form_page.endswith("/new") else self.check()
                if action and not self.page.locator(f'{within} button[name="action"][value="{action}"]').count():
                    self.typed = {}
                    return self.check()
                self._find_what_was_typed(within)
        raise AssertionError("the line never worked")

    def click(self, link: Any) -> Any:
        address = link.evaluate("e => e.href")
        try:
            return super().click(link)
        except Error:
            return self.go(address)

    def _look_for_it(self) -> Any:
        self.go("/questions")
        return self.click(self.page.locator('[data-kind="support_request"] a').first)

    def _open(self, address: str) -> None:
        for _try in range(MOST_TRIES):
            try:
                self.page.goto(address)
                return
            except Error:
                self.page.wait_for_load_state("load")
        raise AssertionError("the line never worked")

    def _loads_again(self) -> bool:
        """The reload button; for a form it sends the form again."""
        try:
            self.page.reload()
        except Error:
            return False
        return True

    def _find_what_was_typed(self, within: str) -> None:
        for name, value in self.typed.items():
            box = self.page.locator(f'{within} textarea[name="{name}"]')
            if box.count():
                self.reopened += 1
                assert box.first.input_value() == value, f"{name} is lost on {self.page.url}"
