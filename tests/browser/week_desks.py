"""The weeks of a chamber's manager, on a telephone alone, and of somebody at a partner."""

from __future__ import annotations

from datetime import date, timedelta

from tests.browser.week_steps import Walker, form_with, open_newest, write_down

SUMMARY = "Wij helpen kleine bedrijven < 10 fte & hun „partners” op weg in de koffieregio."


def keep_the_profile(manager: Walker) -> None:
    """A draft one looks at first, and then publishes; a service with its price and VAT."""
    manager.go("/organisation")
    manager.follow("/organisation/profile")
    manager.fill(summary_nl=SUMMARY, summary_en=SUMMARY, website="https://casa.example", languages="en")
    manager.press("save")
    manager.go("/organisation")
    manager.follow("/organisation/profile")
    assert manager.page.input_value("[name=summary_nl]") == SUMMARY
    manager.press("preview")
    assert SUMMARY in manager.text()
    manager.go("/organisation/profile")
    manager.press("submit")
    manager.go("/organisation")
    assert SUMMARY in manager.text() and "Verzonnen hub" not in manager.text(), "published, nothing waits"
    manager.follow("/organisation/offers/new")
    service = manager.page.locator("[name=service] option:not([value=''])").first.get_attribute("value")
    manager.fill(service=service, price_kind="hour", price="95,50", price_includes_vat="yes", is_published=True)
    manager.press()
    offer = manager.page.locator(f'[data-kind="service_offer"][data-ref="{service}"]')
    assert "95,50" in offer.inner_text() or "95.50" in offer.inner_text()


def take_a_question(manager: Walker) -> str:
    """Confirm receipt, accept, speak, and tell what came of it."""
    reference = open_newest(manager)
    assert manager.state("referral") == "sent" and "Tessa" not in manager.page.content()
    manager.press("acknowledge")
    assert manager.state("referral") == "acknowledged"
    manager.press("accept")
    assert manager.state("referral") == "accepted" and "Tessa Demo" in manager.text()
    manager.press("record_contact")
    assert manager.state("referral") == "contact_made"
    manager.fill(form_with("close"), outcome="introduction", note="Kennis gemaakt met een advocaat.")
    manager.press("close")
    assert manager.state("referral") == "closed"
    return reference


def be_full(manager: Walker) -> None:
    """No room until a day that one names; the pause shows, and is lifted when there is room after all."""
    open_newest(manager)
    until = date.today() + timedelta(days=20)
    manager.press("decline")  # without a reason: said beside the field
    assert manager.page.locator('[role="alert"]').count() == 1
    manager.fill(form_with("decline"), reason="no_capacity", pause_until=until.isoformat())
    manager.press("decline")
    assert manager.state("referral") == "declined"
    manager.go("/organisation")
    manager.follow("/organisation/capacity")
    assert manager.page.locator('[data-kind="capacity_pause"]').count() == 1
    manager.press("lift")
    assert manager.page.locator('[data-kind="capacity_pause"]').count() == 0


def signpost(officer: Walker, partner: str) -> str:
    """The entrepreneur said yes by telephone, so the partner gets the data; the question's reference."""
    reference = write_down(
        officer, "Voorbeeld Coaching", "Wie begeleidt ons bij de eerste export?", services="export_coaching"
    )
    place = f'[data-kind="destination"][data-ref="{partner}"]'
    officer.press("name_in_consent", place)
    officer.press("signpost", place)
    assert officer.state("referral") == "sent"
    return reference


def warm_in(partner: Walker) -> str:
    """A signpost with the data of the entrepreneur is taken under the partner's own reference and closed."""
    reference = open_newest(partner)
    partner.fill(form_with("accept"), partner_reference="RVO-2030-17")
    partner.press("accept")
    assert partner.state("referral") == "accepted" and "Tessa Demo" in partner.text()
    return reference


def hand_on(partner: Walker, reference: str) -> None:
    """What the partner cannot do goes back to the desk, with the reason; the desk hands it on."""
    partner.go(f"/referrals/{reference}")
    partner.fill(form_with("return"), reason="cannot_help", note="Dit is werk voor een hub.")
    partner.press("return")
    assert partner.state("referral") == "returned"
