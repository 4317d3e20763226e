"""How somebody goes through the pages: opens what is folded, fills in, presses, and sees the page that follows.

`HUBS_TEST_PICTURES=<folder>` keeps a picture of every page that is passed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from tests.browser.conftest import Visitor

PICTURES = os.environ.get("HUBS_TEST_PICTURES", "")
ENTREPRENEUR = "tessa.demo@example.nl"
QUESTION = "Wij nemen in januari drie monteurs aan en zoeken een advocaat voor de contracten."
_REFERENCE = re.compile(r"/(?:questions|referrals)/([HD]-[0-9A-Z-]+)")


class Walker:
    """A visitor who does a week's work."""

    def __init__(self, visitor: Visitor, name: str, seen: set[str]) -> None:
        self.visitor, self.page, self.name = visitor, visitor.page, name
        visitor.seen = seen
        self._number = 0

    def check(self) -> Any:
        self.visitor.check()
        if PICTURES:
            self._number += 1
            width = (self.page.viewport_size or {}).get("width")
            folder = Path(PICTURES)
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{self.name}-{width}-{self._number:02}.png", full_page=True)
        return self.page

    def go(self, path: str) -> Any:
        self.page.goto(path if path.startswith("http") else self.visitor.address + path)
        return self.check()

    def unfold(self, target: Any) -> Any:
        """Open what is folded around something, as one would by its summary."""
        for fold in reversed(target.locator("xpath=ancestor::details[not(@open)]").all()):
            fold.locator("> summary").click()
        return target

    def fill(self, within: str = "main", **values: str | bool | None) -> None:
        """Boxes, lists and ticks by the names of their fields; a tick is `name=True` or `name=<the value to tick>`."""
        for name, value in values.items():
            found = self.page.locator(f'{within} [name="{name}"]:not([type="hidden"])')
            kind = found.first.get_attribute("type") or found.first.evaluate("e => e.localName")
            if kind in ("radio", "checkbox"):
                chosen = (
                    found.first if value is True else self.page.locator(f'{within} [name="{name}"][value="{value}"]')
                )
                self.unfold(chosen.first).check()
            elif kind == "select":
                self.unfold(found.first).select_option(str(value))
            else:
                self.unfold(found.first).fill(str(value))

    def press(self, action: str = "", within: str = "main") -> Any:
        """Press the button of an action; without one, the button that sends the form."""
        named = f'button[name="action"][value="{action}"]' if action else "form[method=post] button[type=submit]"
        button = self.unfold(self.page.locator(f"{within} {named}:not([hidden])").first)
        with self.page.expect_navigation():
            button.click()
        return self.check()

    def follow(self, path: str, within: str = "main") -> Any:
        """Click the link to an address that holds this."""
        return self.click(self.page.locator(f'{within} a[href*="{path}"]').first)

    def click(self, link: Any) -> Any:
        self.unfold(link)
        with self.page.expect_navigation():
            link.click()
        return self.check()

    def state(self, kind: str) -> str:
        return str(self.page.locator(f'[data-kind="{kind}"][data-state]').first.get_attribute("data-state"))

    def text(self) -> str:
        return str(self.page.locator("main").inner_text())

    def reference(self) -> str:
        found = _REFERENCE.search(self.page.url)
        assert found, self.page.url
        return found.group(1)


def form_with(action: str) -> str:
    """The form that holds the button of this action."""
    return f'form:has(button[name="action"][value="{action}"])'


def write_down(officer: Walker, company: str = "Demo Koeltechniek", text: str = QUESTION, **more: str) -> str:
    """The officer types the question while telephoning; the reference of the stored question."""
    officer.go("/questions/new")
    officer.fill(
        **{
            "text": text,
            "private_notes": "Tessa belt het liefst voor elven.",
            "market": "CO",
            "services": "commercial_referral",
            "company_name": company,
            "contact_person_name": "Tessa Demo",
            "contact_person_email": ENTREPRENEUR,
            "consent_recipients": "market",
            "channel": "telephone",
            **more,
        }
    )
    officer.press("submit")
    assert officer.state("support_request") == "received"
    return officer.reference()


def refer(officer: Walker, place: int = 1) -> None:
    """Send the question to the place that stands first (or second, ...)."""
    officer.press("refer", f'[data-kind="destination"]:nth-child({place})')


def open_newest(desk: Walker, kind: str = "referral") -> str:
    """The first line of the work list that waits for the desk."""
    desk.go("/work")
    desk.click(desk.page.locator(f'[data-kind="{kind}"] a').first)
    return desk.reference()
