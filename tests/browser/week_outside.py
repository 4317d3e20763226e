"""What an entrepreneur does with a telephone: asks in steps, follows, adds, chooses, complains, and looks back."""

from __future__ import annotations

from typing import Any

from tests.browser.week_steps import ENTREPRENEUR, QUESTION, Walker, form_with
from tests.files import pdf

PDF = {"name": "offerte.pdf", "mimeType": "application/pdf", "buffer": pdf()}
ANSWERS: dict[str, str | bool] = {
    "market": "CO",
    "services": "commercial_referral",
    "company_name": "Demo Koeltechniek",
    "contact_person_name": "Tessa Demo",
    "contact_person_email": ENTREPRENEUR,
    "consent_recipients": "market",
}


def onward(someone: Walker) -> None:
    """Fill in what this step asks, and go on."""
    for name, value in ANSWERS.items():
        if someone.page.locator(f'main [name="{name}"]:not([type="hidden"])').count():
            someone.fill(**{name: value})
    last = someone.page.locator('button[name="action"][value="submit"]:visible').count()
    someone.press("submit" if last else "next")


def begin_to_ask(someone: Walker) -> str:
    """The first steps, then kept for later; the link one is shown."""
    someone.go("/ask")
    someone.fill(text=QUESTION)
    onward(someone)
    onward(someone)
    someone.press("save")
    return str(someone.page.locator(".prewrap").inner_text()).strip()


def go_on_with(someone: Walker, link: str) -> None:
    """On another device, to the end."""
    someone.go(link)
    looked = False
    for _step in range(8):
        looked = QUESTION in someone.text() and "Demo Koeltechniek" in someone.text()  # at last one looks at everything
        onward(someone)
        if "/ask/sent" in someone.page.url:
            assert looked
            return
    raise AssertionError(someone.page.url)


def confirm(someone: Walker, link: str) -> None:
    """Opening the mailed link does nothing; pressing the button does."""
    someone.go(link)
    someone.press()


def add_a_file(someone: Walker, tracking: str) -> None:
    someone.go(tracking)
    box = someone.page.locator(f'{form_with("add_file")} [type="file"]')
    someone.unfold(box).set_input_files([PDF])
    someone.press("add_file")
    assert "offerte.pdf" in someone.text()


def choose_another_place(someone: Walker, tracking: str) -> str:
    """The first other place that is possible; its organisation."""
    someone.go(tracking)
    form = someone.page.locator(form_with("choose_place")).first
    chosen = str(form.locator("[name=organisation]").get_attribute("value"))
    someone.press("choose_place")
    return chosen


def complain(someone: Walker, tracking: str) -> None:
    someone.go(tracking)
    someone.fill(form_with("complain"), text="Er is nog niemand die mij belt.")
    someone.press("complain")
    assert "Er is nog niemand die mij belt." in someone.text()


def say_how_it_went(someone: Walker, link: str) -> None:
    """One click in the closing mail leads to the page; the answer counts when the button is pressed."""
    someone.go(link)
    someone.fill(answer="helped", words="Snel een goede advocaat gevonden.")
    someone.press("answer")
    assert someone.state("feedback") == "helped"


def look_back(someone: Walker, link: str) -> None:
    """Half a year later."""
    someone.go(link)
    someone.fill(business="yes", words="Drie monteurs zijn in dienst.")
    someone.press("answer")
    assert someone.state("follow_up") == "answered"


def answer_the_complaint(officer: Walker, reference: str) -> Any:
    officer.go("/work")
    officer.follow("/complaints")
    officer.follow(reference)
    officer.fill(text="Excuus. Wij bellen u vandaag.")
    return officer.press("answer")
