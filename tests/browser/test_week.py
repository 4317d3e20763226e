"""A week in the life of everybody who works with a question, on their own screens, with axe-core on every page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hubs.companies.models import CompanyRecord, Consent, ContactPerson
from hubs.core.events import Event
from hubs.outbox import reminders
from hubs.referrals.feedback.moments import months_after
from hubs.referrals.models import Message, Referral, SupportRequest
from tests.browser import week_desks, week_officer, week_outside
from tests.browser.conftest import ONE_LANGUAGE, Visitor
from tests.browser.test_journey import Mailbox
from tests.browser.week_patience import Patient, bad_line
from tests.browser.week_steps import ENTREPRENEUR, Walker, form_with, open_newest, refer, write_down

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]
TELEPHONE: dict[str, Any] = {"width": 360, "has_touch": True, "is_mobile": True}


@pytest.fixture
def walker(visitor: Visitors) -> Callable[..., Walker]:
    """`walker('officer', 'nl')`: everybody of one test shares what axe has looked at."""
    seen: set[str] = set()
    walkers: list[Walker] = []

    def make(persona: str, language: str, **options: Any) -> Walker:
        walkers.append(Walker(visitor(persona, language, **options), f"{len(walkers)}-{persona}", seen))
        return walkers[-1]

    return make


@pytest.fixture
def mailbox(in_app: Callable[[], Any]) -> Mailbox:
    return Mailbox(in_app)


@pytest.mark.parametrize("language", ONE_LANGUAGE)
def test_an_officer(
    language: str, walker: Callable[..., Walker], in_app: Callable[[], Any], demo: Any, tmp_path: Path
) -> None:
    officer = walker("officer", language)
    manager = walker("manager", language, **TELEPHONE)
    head = walker("head", language)

    def decline() -> None:
        open_newest(manager)
        manager.fill(form_with("decline"), reason="outside_sector")
        manager.press("decline")
        assert manager.state("referral") == "declined"

    week_officer.the_week(officer, decline, in_app, tmp_path / "inbox", demo)
    week_officer.leave(head, demo.people["officer"].name, demo.people["officer_2"].id)
    officer.page.goto(f"{officer.visitor.address}/work")
    assert "/sign-in" in officer.page.url, "the account is closed from the next click on"


@pytest.mark.parametrize("language", ONE_LANGUAGE)
def test_a_manager_with_a_telephone_and_a_partner(language: str, walker: Callable[..., Walker], demo: Any) -> None:
    manager, officer = walker("manager", language, **TELEPHONE), walker("officer", language)
    week_desks.keep_the_profile(manager)
    write_down(officer)
    refer(officer)
    week_desks.take_a_question(manager)
    write_down(officer, "Fictieve Pompen")
    refer(officer)
    week_desks.be_full(manager)

    partner = walker("partner_staff", language)
    asked = week_desks.signpost(officer, demo.codes["partner"])
    taken = week_desks.warm_in(partner)
    officer.go(f"/questions/{asked}")
    week_desks.hand_on(partner, taken)
    officer.go(f"/questions/{asked}")
    assert officer.state("support_request") == "in_hand"


@pytest.mark.parametrize("language", ONE_LANGUAGE)
def test_an_entrepreneur(
    language: str, walker: Callable[..., Walker], mailbox: Mailbox, in_app: Callable[[], Any], demo: Any
) -> None:
    first, second = walker("anonymous", language, **TELEPHONE), walker("anonymous", language, **TELEPHONE)
    link = week_outside.begin_to_ask(first)
    week_outside.go_on_with(second, link)
    week_outside.confirm(second, mailbox.link(ENTREPRENEUR, "/ask/confirm/"))
    tracking = mailbox.link(ENTREPRENEUR, "/track/")
    week_outside.add_a_file(second, tracking)
    chosen = week_outside.choose_another_place(second, tracking)
    week_outside.complain(second, tracking)

    officer = walker("officer", language)
    reference = open_newest(officer, "support_request")
    assert "offerte.pdf" in officer.text()
    week_outside.answer_the_complaint(officer, reference)
    second.go(tracking)
    assert "Wij bellen u vandaag." in second.text()
    officer.go(f"/questions/{reference}")
    place = officer.page.locator('[data-kind="destination"]').first
    assert place.get_attribute("data-ref") == next(
        demo.codes[name] for name, key in demo.organisations.items() if key == chosen
    )
    refer(officer)
    persona = {demo.organisations["hub_a"]: "manager", demo.organisations["hub_b"]: "other_manager"}[chosen]
    week_desks.take_a_question(walker(persona, language, **TELEPHONE))

    week_outside.say_how_it_went(second, mailbox.link(ENTREPRENEUR, "/feedback/"))
    with in_app() as session:
        asked = session.execute(select(SupportRequest).where(SupportRequest.reference == reference)).scalar_one()
        half_a_year_on = months_after(asked.closed_at, 6) + timedelta(hours=1)
    with in_app():
        assert reminders.run_once(half_a_year_on)["follow_ups"] == 1
    week_outside.look_back(second, mailbox.link(ENTREPRENEUR, "/follow-up/"))


@pytest.mark.parametrize("language", ONE_LANGUAGE)
def test_the_week_without_scripts(language: str, walker: Callable[..., Walker], mailbox: Mailbox, demo: Any) -> None:
    """The same steps, by people whose browser runs no scripts."""
    plain = {"java_script_enabled": False}
    officer, manager = walker("officer", language, **plain), walker("manager", language, **TELEPHONE, **plain)
    reference = write_down(officer)
    refer(officer)
    week_desks.take_a_question(manager)
    week_desks.keep_the_profile(manager)
    write_down(officer, "Fictieve Pompen")
    refer(officer)
    week_desks.be_full(manager)
    week_officer.write_to_both(officer, reference)
    week_officer.find_with_an_error(officer, reference)

    partner = walker("partner_staff", language, **plain)
    week_desks.signpost(officer, demo.codes["partner"])
    week_desks.hand_on(partner, week_desks.warm_in(partner))

    someone = walker("anonymous", language, **TELEPHONE, **plain)
    week_outside.go_on_with(someone, week_outside.begin_to_ask(someone))
    week_outside.confirm(someone, mailbox.link(ENTREPRENEUR, "/ask/confirm/"))
    tracking = mailbox.link(ENTREPRENEUR, "/track/")
    week_outside.add_a_file(someone, tracking)
    week_outside.choose_another_place(someone, tracking)
    week_outside.complain(someone, tracking)


@pytest.mark.parametrize("language", ONE_LANGUAGE)
def test_a_line_that_drops_each_third_request(
    language: str, visitor: Visitors, app: Flask, in_app: Callable[[], Any]
) -> None:
    """Nothing typed is lost, and everything is stored once."""
    seen: set[str] = set()
    officer = Patient(visitor("officer", language), "patient-officer", seen)
    manager = Patient(visitor("manager", language, **TELEPHONE), "patient-manager", seen)
    with bad_line(app) as (address, line):
        officer.visitor.address = manager.visitor.address = address
        reference = write_down(officer)
        said: list[str] = []
        while not (said and line.unheard and officer.reopened) and len(said) < 12:  # until each kind of loss was met
            said.append(f"Dank voor het gesprek, {len(said)}.")
            for _each in range(1 + len(said) % 2):  # so that not the same kind of request is lost each time
                officer.go(f"/questions/{reference}")
            officer.fill("#write", text=said[-1], to="entrepreneur")
            officer.press(within="#write")
        refer(officer)
        week_desks.take_a_question(manager)
        manager.fill("#write", text="Wij gaan er morgen heen.")
        manager.press(within="#write")
        officer.go(f"/questions/{reference}")
        assert officer.state("support_request") == "closed"
        tried = (line.lost_before, line.lost_after, line.unheard, officer.reopened, manager.reopened)
        assert min(line.lost_before, line.lost_after) > 3 and line.unheard and officer.reopened, tried
    with in_app() as session:
        numbers = {
            model.__name__: session.execute(select(func.count()).select_from(model)).scalar_one()
            for model in (SupportRequest, Referral, ContactPerson, Consent)
        }
        assert set(numbers.values()) == {1}, numbers
        known = Counter(session.execute(select(CompanyRecord.organisation_id)).scalars())
        assert set(known.values()) == {1}, "each desk knows the company once"
        texts = Counter(session.execute(select(Message.text)).scalars())
        assert {texts[each] for each in (*said, "Wij gaan er morgen heen.")} == {1}, texts
        kinds = Counter(session.execute(select(Event.kind).where(Event.kind.like("referral.%"))).scalars())
        for once in ("acknowledge", "accept", "record_contact", "close"):
            assert kinds[f"referral.{once}"] == 1, kinds
