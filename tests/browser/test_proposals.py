"""A section saves itself while one types, says so, and keeps what could not be saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_section_saves_itself(visitor: Callable[..., Any]) -> None:
    manager = visitor("new_manager", "nl", width=360)
    page = manager.go("/proposals/new")
    page.check("[name=kind][value=new]")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/proposals/V-*")
    address = manager.check().url
    page = manager.go(f"{address}/sections/plan")
    note = page.locator("[data-autosave-note]")
    page.fill("[name=goals]", "Een halve zin")
    expect(page.locator("[name=version]")).to_have_value("1")
    page.context.set_offline(True)
    page.fill("[name=goals]", "Een hele zin.")
    expect(note).to_have_text(str(page.locator("form[data-autosave]").get_attribute("data-unsaved")))
    page.context.set_offline(False)
    manager.complaints.clear()  # the browser says that it was offline
    page.fill("[name=risks]", "Geen.")
    page.locator("form[data-autosave] button[type=submit]").first.click()  # before it saved itself
    page.wait_for_url(address)
    page = manager.go(f"{address}/sections/plan")
    assert page.input_value("[name=goals]") == "Een hele zin."
    assert page.input_value("[name=risks]") == "Geen."
