"""Companies: one shared number, each organisation its own record, and no hint that others know the company."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import GRANTS
from hubs.companies.alike import duplicates_for
from hubs.companies.loading import load_consent_texts
from hubs.companies.models import Company, CompanyRecord, ConsentText, ContactPerson
from hubs.companies.operations import (
    CompanyData,
    ContactData,
    know_contact_person,
    record_company,
    text_in_force,
)
from hubs.companies.queries import get_visible_company
from hubs.core.errors import NotFound, NotPermitted, RuleViolation
from hubs.extensions import db
from tests.conftest import csrf_of, post
from tests.world import World

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def actor(world: World, persona: str) -> Actor:
    card = world.people[persona]
    kind = {"post": "post", "hub_a": "hub", "hub_b": "hub", "far_post": "post", "ministry": "ministry"}
    organisation = next(name for name, id_ in world.organisations.items() if id_ == card.organisation_id)
    granted = GRANTS[(kind[organisation], card.role)]  # type: ignore[index]
    return Actor("person", card.id, card.organisation_id, kind[organisation], permissions=granted)


def test_the_same_number_is_one_company_with_a_record_for_each_organisation(
    demo: World, in_app: Callable[[], Any]
) -> None:
    with in_app():
        data = CompanyData(name="Canary Textiel B.V.", registration_number="12345678", region="Overijssel")
        first = record_company(actor=actor(demo, "officer"), now=NOW, data=data)
        other = CompanyData(name="Iets anders", registration_number="1234 5678")
        second = record_company(actor=actor(demo, "manager"), now=NOW, data=other)
        assert first.company_id == second.company_id
        assert (second.name, second.region) == ("Iets anders", None)
        again = record_company(actor=actor(demo, "officer"), now=NOW, data=other)
        assert again is first and first.name == "Canary Textiel B.V."
        assert db.session.execute(select(func.count()).select_from(Company)).scalar_one() == 1


def test_without_a_number_the_same_name_is_the_same_company_within_one_organisation(
    demo: World, in_app: Callable[[], Any]
) -> None:
    with in_app():
        officer, manager = actor(demo, "officer"), actor(demo, "manager")
        first = record_company(actor=officer, now=NOW, data=CompanyData(name="Café Verzonnen"))
        again = record_company(actor=officer, now=NOW, data=CompanyData(name="cafe  verzonnen"))
        elsewhere = record_company(actor=manager, now=NOW, data=CompanyData(name="Café Verzonnen"))
        assert again is first
        assert elsewhere.company_id != first.company_id


def test_what_is_missing_or_malformed_is_said_for_each_field(demo: World, in_app: Callable[[], Any]) -> None:
    with in_app():
        with pytest.raises(RuleViolation) as refused:
            record_company(actor=actor(demo, "officer"), now=NOW, data=CompanyData(registration_number="123"))
        assert {problem.field for problem in refused.value.problems} == {"company_name", "company_kvk_number"}
        with pytest.raises(NotPermitted):
            record_company(actor=Actor("person", "x", "y"), now=NOW, data=CompanyData(name="A"))
        with pytest.raises(NotFound):
            wanted = CompanyData(company_id="0" * 26)
            record_company(actor=actor(demo, "officer"), now=NOW, data=wanted)


def test_nobody_sees_a_company_that_only_others_wrote_down(demo: World, in_app: Callable[[], Any]) -> None:
    with in_app():
        data = CompanyData(name="Canary Textiel", registration_number="12345678")
        kept = record_company(actor=actor(demo, "officer"), now=NOW, data=data)
        manager = actor(demo, "manager")
        assert duplicates_for(manager, "Canary Textiel", "12345678") == []
        with pytest.raises(NotFound):
            get_visible_company(manager, kept.company_id)


@pytest.mark.parametrize(
    ("typed", "number", "found"),
    [
        ("verzonnen texti", "", True),
        ("Textiel Verzonen", "", True),
        ("Verzonnen", "", True),
        ("", "12345678", True),
        ("Heel iets anders", "", False),
        ("te", "", False),
        ("", "1234", False),
    ],
)
def test_own_companies_that_look_alike_are_found_while_typing(
    demo: World, in_app: Callable[[], Any], typed: str, number: str, found: bool
) -> None:
    with in_app():
        officer = actor(demo, "officer")
        record_company(
            actor=officer, now=NOW, data=CompanyData(name="Textiel Verzonnen", registration_number="12345678")
        )
        assert bool(duplicates_for(officer, typed, number)) is found


def test_a_contact_person_is_known_again_and_keeps_the_newest_number(demo: World, in_app: Callable[[], Any]) -> None:
    with in_app():
        officer = actor(demo, "officer")
        kept = record_company(actor=officer, now=NOW, data=CompanyData(name="Textiel Verzonnen"))
        organisation_id = demo.organisations["post"]
        sam = ContactData(name="Sam Verzonnen", email="sam@voorbeeld.nl")
        first = know_contact_person(organisation_id, kept.company, sam, now=NOW)
        again = ContactData(name="sam verzonnen", email="SAM@voorbeeld.nl", phone="0612345678")
        assert know_contact_person(organisation_id, kept.company, again, now=NOW) is first
        assert (first.name, first.phone) == ("Sam Verzonnen", "+31 6 12345678")
        other = ContactData(name="Sam Verzonnen", email="anders@voorbeeld.nl")
        assert know_contact_person(organisation_id, kept.company, other, now=NOW) is not first
        with pytest.raises(RuleViolation) as refused:
            know_contact_person(organisation_id, kept.company, ContactData(email="x", phone="y"), now=NOW)
        assert len(refused.value.problems) == 3
        assert db.session.execute(select(func.count()).select_from(ContactPerson)).scalar_one() == 2


def test_consent_texts_are_loaded_once_and_never_reworded(app: Any, in_app: Callable[[], Any]) -> None:
    with in_app():
        text = text_in_force(NOW.date())
        assert text is not None and text.text("nl") != text.text("en")
        text.text_nl = "local"
        report = load_consent_texts(db.session())
        assert (report.added, report.changed) == (0, 0)
        assert db.session.get_one(ConsentText, text.version).text_nl == "local"


def record(app: Any, world: World, persona: str, **values: Any) -> str:
    with app.app_context():
        kept = record_company(actor=actor(world, persona), now=NOW, data=CompanyData(**values))
        identifier = kept.company_id
        db.session.commit()
        db.session.remove()
    return identifier


def test_the_list_shows_own_companies_and_searches_them(app: Any, demo: World, client_for: Callable[..., Any]) -> None:
    record(app, demo, "officer", name="Ångström Verzonnen", registration_number="12345678")
    record(app, demo, "officer", name="Bakkerij Proef")
    record(app, demo, "manager", name="Canary Alleen Hub", registration_number="87654321")
    client = client_for("officer")
    shown = client.get("/companies").get_data(as_text=True)
    assert "Ångström Verzonnen" in shown and "Bakkerij Proef" in shown and "Canary" not in shown
    found = client.get("/companies?q=angstrom").get_data(as_text=True)
    assert "Ångström" in found and "Bakkerij" not in found
    assert "Ångström" in client.get("/companies?q=12345678").get_data(as_text=True)
    for hidden in ("87654321", "Canary"):
        answer = client.get(f"/companies?q={hidden}")
        assert answer.status_code == 200 and "No company found" in answer.get_data(as_text=True)
    assert client.get("/companies?cursor=x").status_code == 422


def test_the_list_takes_few_statements_and_pages(
    app: Any, demo: World, client_for: Callable[..., Any], statements: Callable[[], Any]
) -> None:
    for number in range(30):
        record(app, demo, "officer", name=f"Bedrijf {number:02d}")
    client = client_for("officer")
    with statements() as listed:
        shown = client.get("/companies").get_data(as_text=True)
    assert len(listed) <= 6, listed
    assert "Bedrijf 00" in shown and "Bedrijf 29" not in shown and "cursor=" in shown


def test_a_company_page_belongs_to_who_wrote_it_down(app: Any, demo: World, client_for: Callable[..., Any]) -> None:
    company = record(app, demo, "officer", name="Textiel Verzonnen", registration_number="12345678")
    client = client_for("officer")
    assert "12345678" in client.get(f"/companies/{company}").get_data(as_text=True)
    assert client_for("manager").get(f"/companies/{company}").status_code == 404
    assert client.get(f"/companies/{'0' * 26}").status_code == 404
    assert client_for("assessor").get(f"/companies/{company}").status_code == 403


def test_a_note_is_ones_own(app: Any, demo: World, client_for: Callable[..., Any]) -> None:
    company = record(app, demo, "officer", name="Textiel Verzonnen", registration_number="12345678")
    record(app, demo, "manager", name="Textiel V.", registration_number="12345678")
    client, other = client_for("officer"), client_for("manager")
    assert post(client, f"/companies/{company}", {"note": "Belt graag vroeg"}).status_code == 303
    assert "Belt graag vroeg" in client.get(f"/companies/{company}").get_data(as_text=True)
    shown = other.get(f"/companies/{company}").get_data(as_text=True)
    assert "Belt graag vroeg" not in shown and "Textiel V." in shown
    assert post(client, f"/companies/{company}", {"note": "x" * 9000}).status_code == 422
    stranger = client_for("far_officer")
    token = csrf_of(stranger, "/questions/new")
    assert stranger.post(f"/companies/{company}", data={"note": "x", "csrf_token": token}).status_code == 404
    with app.app_context():
        notes = db.session.execute(select(CompanyRecord.note).order_by(CompanyRecord.note)).scalars().all()
        db.session.remove()
    assert sorted(note or "" for note in notes) == ["", "Belt graag vroeg"]
