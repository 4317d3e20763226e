"""A real browser against a real server: Chromium, and axe-core on every page that is visited."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests import world
from tests.databases import is_postgresql

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-auto-reload",
]  # fmt: skip
# each database walks the long stories in one language; together a run of the suite walks both
ONE_LANGUAGE = ("en",) if is_postgresql() else ("nl",)
WORDS = {"nl": {"sign_in": "Inloggen"}, "en": {"sign_in": "Sign in"}}


class Quiet(WSGIRequestHandler):
    def log(self, *_args: Any) -> None:
        """Tests need no access log."""


@pytest.fixture
def live(app: Flask, demo: world.World) -> Iterator[str]:
    """The address of a running server on this test's database."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    before, app.config["BASE_URL"] = app.config["BASE_URL"], address
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    app.config["BASE_URL"] = before


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield started
        started.close()


class Visitor:
    """Somebody with a browser of their own: every page they see is checked."""

    def __init__(self, context: BrowserContext, address: str, language: str, scripts: bool = True) -> None:
        self.page: Page = context.new_page()
        self.scripts = scripts  # without them a page is used and read, not examined by axe
        self.address, self.language = address, language
        self.session = context.new_cdp_session(self.page)
        self.complaints: list[str] = []
        self.seen: set[str] | None = None  # a long walk shares one: axe then looks once at each kind of page and state
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))

    def _console(self, message: Any) -> None:
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.address + path)
        return self.check()

    def press(self, name: str | re.Pattern[str], scope: Any = None, role: str = "button") -> Page:
        """Press the button (or link) with this name and check the page that follows."""
        target = (scope or self.page).get_by_role(role, name=name, exact=isinstance(name, str)).first
        target.click()
        self.page.wait_for_load_state("load")
        return self.check()

    def act(self, action: str, scope: str = "") -> Page:
        """Press the lifecycle button of `action`."""
        self.page.locator(f'{scope} button[name="action"][value="{action}"]:visible').first.click()
        self.page.wait_for_load_state("load")
        return self.check()

    def check(self) -> Page:
        """No accessibility violation, one h1, the right language, no console error, no sideways scroll."""
        if self.scripts and self._is_new():
            found = self._axe()
            assert not found, f"{self.page.url}: {found}"
        assert self.page.locator("h1").count() == 1, f"{self.page.url} has no single h1"
        assert self.page.locator("html").get_attribute("lang") == self.language, self.page.url
        assert not self.complaints, f"{self.page.url}: {self.complaints}"
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} scrolls sideways by {wide} px"
        return self.page

    def _is_new(self) -> bool:
        if self.seen is None:
            return True
        address = re.sub(
            r"/[VBHD]-[^/?]+|(?<=/track/)[^/?]+|/[0-9a-z]{26}|/[A-Z]\d+(?=/|$)", "/x", self.page.url.split("?")[0]
        )
        look = "[...document.querySelectorAll('[data-state], [role=alert]')].map(e => e.dataset.state || e.role)"
        states = sorted(set(self.page.evaluate(look)))
        shape = f"{address} {states} {self.page.viewport_size}"
        known = shape in self.seen
        self.seen.add(shape)
        return not known

    def _axe(self) -> list[str]:
        """Through the debugger: the page's own policy would rightly refuse a foreign script."""
        self.session.send("Runtime.evaluate", {"expression": AXE})
        answer = self.session.send(
            "Runtime.evaluate",
            {
                "expression": "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map("
                "v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))",
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"]["value"]


@pytest.fixture
def visitor(browser: Browser, live: str, demo: world.World) -> Iterator[Callable[..., Visitor]]:
    """`visitor('officer', 'nl', width=360)`: signed in as that persona (anonymous: nobody)."""
    contexts: list[BrowserContext] = []

    def make(persona: str = "anonymous", language: str = "en", width: int = 1280, **options: Any) -> Visitor:
        height = 800 if width > 600 else 740
        context = browser.new_context(viewport={"width": width, "height": height}, locale=language, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        someone = Visitor(context, live, language, scripts=options.get("java_script_enabled", True))
        if persona != "anonymous":
            someone.go(f"/sign-in?lang={language}")
            someone.page.fill("[name=email]", demo.people[persona].email)
            someone.page.fill("[name=password]", world.PASSWORD)
            someone.page.locator("form button[type=submit]:not([name])").first.click()
            someone.page.wait_for_url("**/work*")
            someone.check()
        else:
            someone.go(f"/?lang={language}")
        return someone

    yield make
    for context in contexts:
        context.close()
