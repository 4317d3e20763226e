"""Writing a question down by keyboard alone, with help while typing, and nothing lost when the session ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accounts.models import SignIn
from hubs.core.clock import utcnow
from hubs.extensions import db
from tests import world
from tests.files import pdf

pytestmark = pytest.mark.browser


def typed(page: Any, text: str) -> None:
    page.keyboard.press("Tab")
    page.keyboard.type(text)


@pytest.mark.parametrize(("language", "width"), [("nl", 1280), ("en", 360)])
def test_a_question_is_written_down_with_the_keyboard_alone(
    visitor: Callable[..., Any], language: str, width: int
) -> None:
    officer = visitor("officer", language, width=width)
    page = officer.go("/questions/new")
    page.focus("#text")
    page.keyboard.type("Zoekt een advocaat voor drie arbeidscontracten.")
    typed(page, "Belt liever na vijven.")
    typed(page, "Colombia")
    assert page.input_value("#market") == "CO"
    page.focus("[name=services][value=commercial_referral]")
    page.keyboard.press("Space")
    page.focus("#company_name")
    page.keyboard.type("Textiel Verzonnen")
    page.focus("#contact_person_name")
    page.keyboard.type("Sam Verzonnen")
    typed(page, "sam@voorbeeld.nl")
    page.focus("#consent_recipients")
    page.keyboard.press("ArrowDown")
    assert page.input_value("#consent_recipients") == "market"
    page.keyboard.press("Tab")
    page.focus("#contact_person_email")
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions/H-*")
    officer.check()


def test_what_looks_alike_shows_while_typing(visitor: Callable[..., Any]) -> None:
    officer = visitor("officer")
    for _time in range(2):
        page = officer.go("/questions/new")
        page.fill("#text", "Zoekt een accountant.")
        page.locator("#company_name").press_sequentially("Bakkerij Verzonnen")
        page.wait_for_timeout(800)
        shown = page.locator("#company_name-similar").inner_text()
        page.fill("#contact_person_name", "Sam Proef")
        page.fill("#contact_person_email", "sam@voorbeeld.nl")
        page.select_option("#consent_recipients", "none")
        officer.check()
        officer.act("submit")
    assert "Bakkerij Verzonnen" in shown and "Zoekt een accountant." in shown


def test_an_ended_session_brings_back_what_was_typed(visitor: Callable[..., Any], app: Any, demo: world.World) -> None:
    officer = visitor("officer")
    page = officer.go("/questions/new")
    page.fill("#text", "Deze tekst mag niet weg.")
    page.fill("#company_name", "Textiel Verzonnen")
    with app.app_context():
        for sign_in in db.session.execute(select(SignIn)).scalars():
            sign_in.ended_at = utcnow()
        db.session.commit()
        db.session.remove()
    officer.act("save")
    page.wait_for_url(re.compile("/sign-in"))
    page.fill("[name=email]", demo.people["officer"].email)
    page.fill("[name=password]", world.PASSWORD)
    page.locator("form button[type=submit]:not([name])").first.click()
    page.wait_for_url("**/questions/new*")
    officer.check()
    assert page.input_value("#text") == "Deze tekst mag niet weg."
    assert page.input_value("#company_name") == "Textiel Verzonnen"


def test_what_tells_who_asks_moves_to_the_notes(visitor: Callable[..., Any]) -> None:
    officer = visitor("officer")
    page = officer.go("/questions/new")
    page.fill("#text", "Bel 06-12345678 over een advocaat.")
    officer.act("check")
    officer.act("move")
    assert page.input_value("#text") == "Bel … over een advocaat."
    assert page.input_value("#private_notes") == "06-12345678"


@pytest.mark.parametrize(("language", "width", "scripts"), [("nl", 360, True), ("en", 1280, False)])
def test_an_entrepreneur_asks_step_by_step(
    visitor: Callable[..., Any], language: str, width: int, scripts: bool
) -> None:
    """Asks, goes back, adds a file, keeps it for later, goes on with the link and sends; with and without scripts."""
    someone = visitor("anonymous", language, width=width)
    browser = someone.page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=scripts, viewport={"width": width, "height": 740}, locale=language)
    plain.set_default_timeout(15_000)
    if not scripts:  # then nothing on the page can be examined, only used
        someone.page = plain.new_page()
        someone.check = lambda: someone.page
    page = someone.go("/ask")

    def onward(field: str = "") -> None:
        page.locator('button[name="action"][value="next"]:visible').first.click()
        if field:
            page.wait_for_selector(field)
        someone.check()

    onward("#text-error")
    page.fill("#text", "Wij zoeken een advocaat in Colombia, en een exportkredietverzekering.")
    onward("#market")
    assert page.is_checked("[name=services][value=commercial_referral]") and page.input_value("#market") == "CO"
    assert page.is_checked("[name=services][value=export_credit_insurance]")
    onward("#company_name")
    page.fill("#company_name", "Koninklijke Maatschappij tot Verzonnen Werktuigbouwkundige Exportbevordering Oost")
    onward("#facts_contract_value_eur")
    page.fill("#facts_contract_value_eur", "650.000")
    page.check("#facts_unknown-credit_days")
    onward("#contact_person_name")
    page.go_back()
    page.wait_for_selector("#facts_contract_value_eur")
    assert page.input_value("#facts_contract_value_eur") == "650.000" and page.is_checked("#facts_unknown-credit_days")
    page.go_forward()
    page.fill("#contact_person_name", "Sam Verzonnen")
    page.fill("#contact_person_email", "sam@voorbeeld.nl")
    onward("#consent_recipients")
    page.check("#consent_recipients")
    onward("#files")
    offer = {"name": "offerte.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    page.set_input_files("#files", [{**offer, "name": "geen.pdf", "buffer": b"nee"}])
    someone.act("add_file")
    assert page.locator("#files-error").count() == 1
    page.set_input_files("#files", [offer])
    someone.act("add_file")
    assert "offerte.pdf" in page.locator("main").inner_text()
    someone.act("save")
    page.wait_for_url("**/ask/saved?*")
    link = page.locator(".prewrap").inner_text().strip()
    page.fill("#email", "sam@voorbeeld.nl")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/ask/saved?*mailed=1*")
    someone.check()
    page = plain.new_page()  # another device
    page.goto(link)
    assert "offerte.pdf" in page.locator("main").inner_text() and "650" in page.locator("main").inner_text()
    page.locator('button[name="action"][value="submit"]').first.click()
    page.wait_for_url("**/ask/sent")
    page.go_back()  # harmless: what was sent is said again
    page.wait_for_url("**/ask/sent")
    plain.close()
