"""The week of an officer at a post: three ways in, a no and another place, the list, search, and leaving."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hubs.core.clock import utcnow
from hubs.mailbox.folder import fetch
from tests.browser.week_steps import Walker, refer, write_down
from tests.files import pdf
from tests.mailbox.mails import mail

SHEET = (
    "Bedrijfsnaam;KvK-nummer;Contactpersoon;E-mailadres;Telefoon;Diensten;Vraag\r\n"
    "Verzonnen Kassenbouw;00000051;Kees Kas;kees.kas@example.nl;;partner_search;Wie bouwt met ons kassen?\r\n"
    "Fictieve Pompen;00000052;Pim Pomp;pim.pomp@example.nl;;commercial_referral;Zoekt een advocaat voor de huur.\r\n"
)


def mail_arrives(in_app: Callable[[], Any], folder: Path, address: str) -> None:
    """A mail server puts a mail into the folder, and the service takes it."""
    (folder / "new").mkdir(parents=True)
    raw = mail(
        "Wij zoeken een distributeur voor onze pompen in Colombia.\n\nMet vriendelijke groet,\nVera Voorbeeld",
        to=address,
        subject="Distributeur in Colombia",
    )
    (folder / "new" / "one.eml").write_bytes(raw)
    with in_app():
        taken = fetch(folder, now=utcnow())
    assert (taken.taken, taken.apart, taken.left) == (1, 0, 0)


def complete_the_mail(officer: Walker) -> str:
    """From the work list to the draft, and from the draft to a question."""
    officer.go("/work")
    with officer.page.expect_navigation():
        officer.page.locator('[data-kind="support_request"][data-state="draft"] a').first.click()
    officer.check()
    officer.follow("/complete")
    assert "Vera Voorbeeld" in officer.text() and "distributeur" in officer.page.input_value("[name=text]")
    officer.fill(market="CO", services="partner_search", company_name="Voorbeeldkassen", consent_recipients="market")
    officer.press("submit")
    if "/complete" in officer.page.url:
        officer.fill(contact_person_name="Vera Voorbeeld", contact_person_email="vera@voorbeeld.example.nl")
        officer.press("submit")
    assert officer.state("support_request") == "received"
    return officer.reference()


def run_a_mission(officer: Walker) -> None:
    """Announce it, take the participants over from a sheet, and make the questions of all at once."""
    officer.go("/missions")
    officer.follow("/missions/new")
    officer.fill(name_nl="Handelsmissie kassen", name_en="Trade mission greenhouses", markets="CO")
    officer.fill(starts_on="2030-03-04", ends_on="2030-03-08")
    officer.press()
    officer.press("announce")
    assert officer.state("mission") == "announced"
    officer.follow("/participants")
    officer.follow("/import")
    sheet = {"name": "deelnemers.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    officer.page.set_input_files("[name=file]", [sheet])
    officer.fill(consent="given")
    officer.press()
    assert "Verzonnen Kassenbouw" in officer.text()
    officer.press()
    officer.follow("/intake")
    officer.press()
    assert officer.page.locator('main a[href*="/questions/H-"]').count() == 2


def write_to_both(officer: Walker, reference: str) -> None:
    """A message with a file to the entrepreneur; it stands in the history."""
    officer.go(f"/questions/{reference}")
    officer.fill("#write", text="Dank voor het gesprek. In de bijlage staat wat u nodig hebt.", to="entrepreneur")
    officer.page.set_input_files(
        "#write [name=file]", [{"name": "lijst.pdf", "mimeType": "application/pdf", "buffer": pdf()}]
    )
    officer.press(within="#write")
    assert "In de bijlage staat" in officer.text() and "lijst.pdf" in officer.text()


def keep_the_list(officer: Walker, colleague: str, reference: str) -> None:
    """Claim one, put it aside and bring it back; give all lines to a colleague and undo that."""
    officer.go(f"/questions/{reference}")
    officer.follow("/handling")
    officer.press("release")  # whoever referred it had it
    officer.go(f"/questions/{reference}/handling")
    officer.press("claim")
    officer.go(f"/questions/{reference}/handling")
    officer.fill(until=(date.today() + timedelta(days=3)).isoformat(), reason="Wacht op de brochure.")
    officer.press("snooze")
    officer.go(f"/questions/{reference}/handling")
    assert "Wacht op de brochure." in officer.text()
    officer.press("unsnooze")
    officer.go("/questions")
    for box in officer.page.locator('[name="item"]').all():
        box.check()
    officer.press("assign", ".many")
    officer.fill(handler_id=colleague)
    officer.press("assign")
    assert officer.page.locator(".undo").count() == 1
    officer.press("undo")
    officer.go("/questions?handler=none&view=all")
    assert officer.page.locator('[data-kind="support_request"]').count() > 1


def find_with_an_error(officer: Walker, reference: str) -> None:
    """Search in the box on every page; a typing error does no harm."""
    officer.go("/work")
    officer.follow("/search", "header")
    officer.fill(q="Koeltechnik")
    with officer.page.expect_navigation():
        officer.page.locator("main [name=q]").press("Enter")
    officer.check()
    assert reference in officer.page.content()


def leave(head: Walker, name: str, colleague: str) -> None:
    """The head closes the account of somebody who leaves: first every open piece of work gets an owner."""
    head.go("/people")
    with head.page.expect_navigation():
        head.page.get_by_role("link", name=name).first.click()
    head.check()
    head.press("end")
    assert head.state("membership") == "choose"
    head.fill(everything=colleague)
    head.press("preview")
    head.press("confirm")


def the_week(officer: Walker, decline: Callable[[], None], in_app: Any, folder: Path, demo: Any) -> str:
    """Everything from Monday to Friday; the reference of the question that came by telephone."""
    reference = write_down(officer)
    refer(officer)
    decline()
    officer.go(f"/questions/{reference}")
    assert officer.state("support_request") == "in_hand"
    first = officer.page.locator('[data-kind="destination"]').first.get_attribute("data-ref")
    assert first == demo.codes["hub_b"]
    refer(officer)
    assert officer.state("support_request") == "referred"
    mail_arrives(in_app, folder, f"{demo.codes['post']}@hubs.example")
    complete_the_mail(officer)
    run_a_mission(officer)
    write_to_both(officer, reference)
    keep_the_list(officer, demo.people["officer_2"].id, reference)
    find_with_an_error(officer, reference)
    return reference
