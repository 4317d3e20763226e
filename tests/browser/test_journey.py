"""The main job as people do it, in both languages, with axe-core on every page: a question reaches the right desk and
comes back answered, and the entrepreneur sees each step."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select

from hubs.outbox import dispatch
from hubs.referrals.models import Referral, SupportRequest
from tests.browser.conftest import ONE_LANGUAGE, Visitor

pytestmark = pytest.mark.browser

QUESTION = {
    "nl": "Wij nemen in januari drie monteurs aan en zoeken een advocaat voor de contracten.",
    "en": "In January we hire three mechanics and look for a lawyer for the contracts.",
}
ENTREPRENEUR = "tessa.demo@example.nl"


class Mailbox:
    """Lets the worker run and keeps what it sends."""

    def __init__(self, in_app: Callable[[], Any]) -> None:
        self.in_app, self.mails = in_app, []

    def collect(self) -> None:
        kept: list[EmailMessage] = self.mails
        with self.in_app():
            while dispatch.work_once(kept.append, sender="Hubs <noreply@hubs.example>"):
                pass

    def link(self, address: str, path: str) -> str:
        """The newest link that begins with `path` in a mail to `address`."""
        self.collect()
        bodies = [str(mail.get_content()) for mail in self.mails if mail["To"] == address]
        found = [hit for body in bodies for hit in re.findall(r"http\S+", body) if path in hit]
        assert found, f"no link {path} mailed to {address}: {bodies}"
        return found[-1]


@pytest.fixture
def mailbox(in_app: Callable[[], Any]) -> Mailbox:
    return Mailbox(in_app)


def write_down(officer: Visitor, language: str) -> str:
    """The officer types the question while telephoning; the reference of the stored question."""
    page = officer.go("/questions/new")
    page.fill("[name=text]", QUESTION[language])
    page.fill("[name=private_notes]", "Tessa belt het liefst voor elven.")
    page.select_option("select[name=market]", "CO")
    page.fill("[name=city]", "Bogotá")
    page.check("[name=services][value=commercial_referral]")
    page.fill("[name=company_name]", "Demo Koeltechniek")
    page.fill("[name=company_kvk_number]", "00000042")
    page.fill("[name=contact_person_name]", "Tessa Demo")
    page.fill("[name=contact_person_email]", ENTREPRENEUR)
    page.select_option("select[name=consent_recipients]", "market")
    officer.act("submit")
    reference = re.search(r"/questions/(H-[0-9A-Z-]+)", page.url)
    assert reference, page.url
    return reference.group(1)


def state(visitor: Visitor, kind: str) -> str:
    return str(visitor.page.locator(f'[data-kind="{kind}"][data-state]').first.get_attribute("data-state"))


@pytest.mark.parametrize("language", ONE_LANGUAGE)
def test_a_question_comes_back_answered(
    language: str, visitor: Callable[..., Visitor], mailbox: Mailbox, in_app: Callable[[], Any], demo: Any
) -> None:
    officer = visitor("officer", language)
    reference = write_down(officer, language)
    assert state(officer, "support_request") == "received"
    places = officer.page.locator('[data-kind="destination"]')
    assert places.first.get_attribute("data-ref") == demo.codes["hub_a"]

    entrepreneur = visitor("anonymous", language)
    tracking = mailbox.link(ENTREPRENEUR, "/track/")
    entrepreneur.go(tracking)
    assert state(entrepreneur, "support_request") == "received"
    assert "belt het liefst" not in entrepreneur.page.content()

    officer.act("refer", '[data-kind="destination"]:first-child')
    assert state(officer, "support_request") == "referred"
    entrepreneur.go(tracking)
    sent_heading = entrepreneur.page.locator("h1").inner_text()

    manager = visitor("manager", language, width=360)
    manager.go("/work")
    manager.page.locator('[data-kind="referral"] a').first.click()
    manager.check()
    assert state(manager, "referral") == "sent"
    for hidden in ("Tessa", "Koeltechniek", "00000042", ENTREPRENEUR):
        assert hidden not in manager.page.content()

    manager.act("accept")
    assert state(manager, "referral") == "accepted"
    assert "Tessa Demo" in manager.page.content() and "Demo Koeltechniek" in manager.page.content()
    entrepreneur.go(tracking)
    assert entrepreneur.page.locator("h1").inner_text() != sent_heading, "sent and accepted look alike"

    manager.act("record_contact")
    assert state(manager, "referral") == "contact_made"
    manager.page.select_option("select[name=outcome]", "introduction")
    manager.act("close")
    assert state(manager, "referral") == "closed"

    entrepreneur.go(tracking)
    assert state(entrepreneur, "support_request") == "closed"
    officer.go(f"/questions/{reference}")
    assert state(officer, "support_request") == "closed"
    mailbox.collect()
    for mail in mailbox.mails:
        assert "Tessa" not in str(mail.get_content()) and "Koeltechniek" not in str(mail.get_content())
    with in_app() as session:
        stored = session.execute(select(SupportRequest).where(SupportRequest.reference == reference)).scalar_one()
        assert stored.outcome == "served"


@pytest.mark.parametrize("language", ONE_LANGUAGE)
def test_an_entrepreneur_asks_follows_and_stops(
    language: str, visitor: Callable[..., Visitor], mailbox: Mailbox, in_app: Callable[[], Any]
) -> None:
    someone = visitor("anonymous", language, width=360)
    page = someone.go("/ask")
    page.fill("[name=text]", QUESTION[language])
    onward = 'button[name="action"]:is([value="next"], [value="submit"]):visible'
    page.locator(onward).first.click()
    page.wait_for_url("**/ask?*")
    someone.check()
    page.select_option("select[name=market]", "CO")
    page.check("[name=services][value=commercial_referral]")
    answers = {
        "company_name": "Demo Koeltechniek",
        "contact_person_name": "Tessa Demo",
        "contact_person_email": ENTREPRENEUR,
    }
    for _step in range(5):
        for name, value in answers.items():
            if page.locator(f"input[name={name}]:visible").count():
                page.fill(f"input[name={name}]", value)
        if page.locator("input[type=radio][name=consent_recipients]").count():
            page.check("input[type=radio][name=consent_recipients][value=market]")
        page.locator(onward).first.click()
        page.wait_for_load_state("load")
        someone.check()
        if "/ask/sent" in page.url:
            break
    assert "/ask/sent" in page.url
    someone.go(mailbox.link(ENTREPRENEUR, "/ask/confirm/"))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state("load")
    someone.check()
    tracking = mailbox.link(ENTREPRENEUR, "/track/")
    someone.go(tracking)
    assert state(someone, "support_request") == "received"
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    someone.check()
    someone.act("withdraw")
    assert state(someone, "support_request") == "withdrawn"


def test_no_answer_is_also_an_answer(
    visitor: Callable[..., Visitor], mailbox: Mailbox, in_app: Callable[[], Any]
) -> None:
    """The hub says no with a reason; the question is back with its desk, the next place first."""
    officer, manager = visitor("officer"), visitor("manager")
    reference = write_down(officer, "en")
    officer.act("refer", '[data-kind="destination"]:first-child')
    manager.go("/work")
    manager.page.locator('[data-kind="referral"] a').first.click()
    manager.check()
    manager.act("decline")  # without a reason: said beside the field, nothing lost
    assert manager.page.locator('[role="alert"]').count() == 1
    manager.page.check("[name=reason][value=no_capacity]")
    manager.act("decline")
    officer.go(f"/questions/{reference}")
    assert state(officer, "support_request") == "in_hand"
    first = officer.page.locator('[data-kind="destination"]').first.get_attribute("data-ref")
    assert first == "hub-andes"
    with in_app() as session:
        states = session.execute(select(Referral.state)).scalars().all()
        assert states == ["declined"]


PAGES = {
    "officer": [
        "/work", "/questions", "/questions/new", "/referrals", "/companies", "/agreements", "/register", "/account",
    ],
    "head": ["/people", "/organisation", "/agreements/new", "/people/invite"],
    "manager": [
        "/work", "/referrals", "/organisation", "/organisation/profile", "/organisation/offers/new",
        "/organisation/offices/new", "/organisation/capacity", "/agreements", "/agreements/new", "/people",
        "/people/invite",
    ],
    "partner_staff": ["/work", "/questions", "/referrals", "/organisation"],
    "administrator": ["/work", "/hubs", "/people", "/people/organisations", "/questions"],
    "auditor": ["/work", "/organisation"],
    "member": ["/work"],
    "anonymous": [
        "/", "/ask", "/register", "/posts", "/track", "/privacy", "/toegankelijkheid", "/sign-in", "/forgot-password",
    ],
}  # fmt: skip


@pytest.mark.parametrize("language", ONE_LANGUAGE)
@pytest.mark.parametrize("persona", PAGES)
def test_every_page_holds_at_both_widths(persona: str, language: str, visitor: Callable[..., Visitor]) -> None:
    for width in (1280, 360):
        someone = visitor(persona, language, width=width)
        for path in PAGES[persona]:
            someone.go(path)


def test_everything_works_without_scripts(visitor: Callable[..., Visitor], demo: Any) -> None:
    officer = visitor("officer", java_script_enabled=True)
    cookies = officer.page.context.cookies()
    plain = officer.page.context.browser.new_context(java_script_enabled=False, locale="en")
    plain.add_cookies(cookies)
    page = plain.new_page()
    page.goto(officer.address + "/questions/new")
    page.fill("[name=text]", QUESTION["en"])
    page.locator('button[name="action"][value="submit"]:visible').click()
    page.wait_for_load_state("load")
    assert "/questions/" in page.url
    plain.close()
