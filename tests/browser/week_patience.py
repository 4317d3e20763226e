"""Somebody on a line that drops each third request, in a browser: loads again, or opens the page anew and presses.

Both are what people do; they take turns. What was typed must be back in the form that is opened anew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from playwright.sync_api import Error
from werkzeug.serving import make_server

from tests.browser.conftest import Quiet, Visitor
from tests.browser.week_steps import Walker
from tests.dropping import MOST_TRIES, Dropping


@contextmanager
def bad_line(app: Flask) -> Iterator[tuple[str, Dropping]]:
    """The address of a server of which each third answer is lost on the way, in turn before and after the work."""
    line = Dropping(app.wsgi_app, spared=("/static/",))
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
        self.turn = self.reopened = 0  # odd turns: load again; even ones: open the page anew
        self.typed: dict[str, str] = {}

    def check(self) -> Any:
        self.visitor.complaints.clear()  # the browser says that the line broke
        return super().check()

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
                return super().press(action, within)
            except Error:
                self.turn += 1
                if self.turn % 2:
                    self._until_it_loads()
                    return self.check()
                self._open(form_page)
                if not self.page.locator(f'{within} button[name="action"][value="{action}"]').count():
                    return self.check()
                self._find_what_was_typed(within)
        raise AssertionError("the line never worked")

    def follow(self, path: str, within: str = "main") -> Any:
        try:
            return super().follow(path, within)
        except Error:
            self._until_it_loads()
            return self.check()

    def _open(self, address: str) -> None:
        try:
            self.page.goto(address)
        except Error:
            self._until_it_loads()

    def _until_it_loads(self) -> None:
        """The reload button; for a form it sends the form again."""
        for _try in range(MOST_TRIES):
            try:
                self.page.reload()
                return
            except Error:
                continue
        raise AssertionError("the line never worked")

    def _find_what_was_typed(self, within: str) -> None:
        for name, value in self.typed.items():
            box = self.page.locator(f'{within} textarea[name="{name}"]')
            if box.count():
                self.reopened += 1
                assert box.first.input_value() == value, f"{name} is lost on {self.page.url}"
