"""Somebody on a line that drops each third request, in a browser: loads again, or opens the page anew and presses.

Both are what people do; they take turns. What was typed must be back in the form that is opened anew, or be stored.
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
        if self.lost == (environ["REQUEST_METHOD"], environ["PATH_INFO"]):
            self.lost = None
            raise super()._broken(environ)
        return super().__call__(environ, start_response)

    def _broken(self, environ: dict[str, Any]) -> Dropped:
        self.lost = (environ["REQUEST_METHOD"], environ["PATH_INFO"])  # noted before the browser sees the break
        return super()._broken(environ)


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
        try:
            return self._press_until_done(action, within)
        finally:
            self.typed = {}

    def _press_until_done(self, action: str, within: str) -> Any:
        form_page = self.page.url
        for _try in range(MOST_TRIES):
            try:
                return super().press(action, within)
            except Error:
                self.page.wait_for_load_state("load")
            if self.page.locator(STORED).count():  # the browser's own second try came through
                return self.check()
            self.turn += 1
            if self.turn % 2 and not self.typed and self._loads_again():
                return self.check()
            self._open(form_page)
            if self.page.locator(STORED).count():  # the page says that it was stored
                return self._look_for_it(form_page)
            if action and not self.page.locator(f'{within} button[name="action"][value="{action}"]').count():
                return self.check()
            if not self._is_back(within):  # then it is stored, and the word that it was came while nobody looked
                shown = self._look_for_it(form_page)
                assert all(text in self.text() for text in self.typed.values()), f"{self.typed} lost on {form_page}"
                return shown
        raise AssertionError("the line never worked")

    def click(self, link: Any) -> Any:
        address = link.evaluate("e => e.href")
        try:
            return super().click(link)
        except Error:
            return self.go(address)

    def _look_for_it(self, form_page: str) -> Any:
        if not form_page.endswith("/new"):
            return self.check()
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

    def _is_back(self, within: str) -> bool:
        """Whether what was typed stands in the boxes of the page that was opened anew."""
        boxes = [(self.page.locator(f'{within} textarea[name="{name}"]'), text) for name, text in self.typed.items()]
        shown = [(box.first.input_value(), text) for box, text in boxes if box.count()]
        self.reopened += len(shown)
        return all(value == text for value, text in shown)
