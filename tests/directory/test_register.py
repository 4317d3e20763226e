"""The public register: honest about standing, price, speed and age; and the list of posts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accounts.models import Office, Organisation
from hubs.core.clock import utcnow
from hubs.directory.models import Closure, HubProfile, PostProfile, ServiceOffer
from hubs.directory.operations import put_answer_record
from hubs.extensions import db


@pytest.fixture
def change(app: Any, demo: Any) -> Any:
    """`change('hub_a', state='suspended')`: a hub's profile as a test wants it."""

    def put(hub: str, **values: Any) -> None:
        with app.app_context():
            profile = db.session.get(HubProfile, demo.organisations[hub])
            for name, value in values.items():
                setattr(profile, name, value)
            db.session.commit()
            db.session.remove()

    return put


def refs(page: str) -> list[str]:
    import re

    return re.findall(r'data-kind="hub" data-ref="([^"]+)"', page)


@pytest.fixture
def reader(client_for: Any) -> Any:
    return client_for("anonymous")


def test_the_register_shows_hubs_with_a_standing_by_name(reader: Any, text: Any) -> None:
    page = text(reader.get("/register?market=CO"))
    assert refs(page) == ["casa-voorbeeld", "hub-andes", "kamer-fictief-cali"]
    assert "3 hubs in Colombia" in page
    assert "€\xa095 per hour, excluding VAT" in page or "€ 95 per hour, excluding VAT" in page


def test_a_card_tells_what_is_not_known(reader: Any, text: Any) -> None:
    page = text(reader.get("/register?q=casa"))
    assert page.count("Not known yet") == 2  # the first talk and the answer time
    assert "/ask?hub=casa-voorbeeld" in page


def test_answer_time_and_first_talk_are_told_when_known(
    app: Any, demo: Any, reader: Any, text: Any, change: Any
) -> None:
    change("hub_a", first_talk_free=True)
    with app.app_context():
        put_answer_record(demo.organisations["hub_a"], answers=12, usual_minutes=700, now=utcnow())
        put_answer_record(demo.organisations["hub_b"], answers=9, usual_minutes=700, now=utcnow())
        db.session.commit()
    page = text(reader.get("/register?q=casa"))
    assert "2 working days" in page and "Free" in page
    assert "2 working days" in text(reader.get("/register/casa-voorbeeld"))
    assert "2 working days" not in text(reader.get("/register?q=andes"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=bogota", ["casa-voorbeeld"]),
        ("q=BOGOTÁ", ["casa-voorbeeld"]),
        ("q=kamer+cali", ["kamer-fictief-cali"]),
        ("q=kantoorruimte&market=VN", ["huis-verzonnen"]),
        ("q=office+medellin", ["hub-andes"]),
        ("q=100%25", []),
        ("q=nothing+like+this", []),
        ("language=vi", ["huis-verzonnen"]),
        ("language=nl&market=CO", ["casa-voorbeeld", "kamer-fictief-cali"]),
        ("service=office_space&market=CO", ["casa-voorbeeld", "hub-andes", "kamer-fictief-cali"]),
        ("service=consular", []),
        ("status=in_development", ["kamer-fictief-cali"]),
        ("market=ZZ", []),
        ("market=co", ["casa-voorbeeld", "hub-andes", "kamer-fictief-cali"]),
    ],
)
def test_filters(reader: Any, text: Any, query: str, expected: list[str]) -> None:
    answer = reader.get(f"/register?{query}")
    assert answer.status_code == 200
    assert refs(text(answer)) == expected


@pytest.mark.parametrize(
    "query", ["q=%00", "market=%00", "status=nonsense", "service=';--", "language=%00", "q=" + "x" * 5000]
)
def test_nonsense_is_no_error(reader: Any, query: str) -> None:
    assert reader.get(f"/register?{query}").status_code == 200


def test_a_foreign_cursor_is_refused(reader: Any) -> None:
    assert reader.get("/register?cursor=nonsense").status_code == 422


def test_an_empty_answer_shows_the_way_on(reader: Any, text: Any) -> None:
    page = text(reader.get("/register?market=TD"))
    assert "No hub found" in page and "/ask?market=TD" in page and "status=registered" in page


def test_chambers_without_accreditation_are_shown_as_such(reader: Any, text: Any) -> None:
    page = text(reader.get("/register?status=registered"))
    assert "Not accredited" in page and "has not accredited it" in page
    assert "Ask Casa" not in page and "/ask?hub=" not in page
    assert "details from public sources" in page
    assert 'rel="next"' in page
    following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    again = text(reader.get(following))
    assert refs(again) and not set(refs(again)) & set(refs(page))


def test_a_withdrawn_hub_is_a_stone_only(reader: Any, text: Any, change: Any) -> None:
    change("hub_a", state="withdrawn", status_since=utcnow())
    assert "casa-voorbeeld" not in refs(text(reader.get("/register?market=CO")))
    page = text(reader.get("/register?status=withdrawn"))
    assert refs(page) == ["casa-voorbeeld"] and "Accreditation withdrawn" in page and "per hour" not in page
    own = text(reader.get("/register/casa-voorbeeld"))
    assert "has withdrawn the accreditation" in own and "per hour" not in own and "Fictional hub" not in own


def test_a_suspended_hub_is_shown_and_takes_no_questions(reader: Any, text: Any, change: Any) -> None:
    change("hub_a", state="suspended")
    page = text(reader.get("/register?q=casa"))
    assert "May not take new questions now." in page and "/ask?hub=casa" not in page
    assert "/ask?hub=" not in text(reader.get("/register/casa-voorbeeld"))


def test_old_details_are_said_to_be_old(reader: Any, text: Any, change: Any) -> None:
    change("hub_a", confirmed_at=utcnow() - timedelta(days=300))
    assert "The details may be old." in text(reader.get("/register?q=casa"))
    assert "The details may be old." in text(reader.get("/register/casa-voorbeeld"))
    assert "details confirmed on" in text(reader.get("/register?q=andes"))


def test_closures_are_told_with_their_end(app: Any, demo: Any, reader: Any, text: Any) -> None:
    today = date.today()
    with app.app_context():
        for days, hub in ((-1, "hub_a"), (7, "hub_b")):  # in every time zone
            starts = today + timedelta(days=days)
            db.session.add(
                Closure(
                    office_id=demo.offices[hub], starts_on=starts, ends_on=starts + timedelta(days=2), reason="secret"
                )
            )
        db.session.commit()
    page = text(reader.get("/register?market=CO"))
    assert page.count("Closed up to and including") == 1
    assert "Closed up to and including" in text(reader.get("/register/casa-voorbeeld"))
    coming = text(reader.get("/register/hub-andes"))
    assert "Closed from" in coming and "secret" not in coming


def test_drafts_of_offers_are_not_shown(app: Any, demo: Any, reader: Any, text: Any) -> None:
    with app.app_context():
        own = ServiceOffer.organisation_id == demo.organisations["hub_a"]
        for offer in db.session.execute(select(ServiceOffer).where(own)).scalars():
            offer.is_published, offer.price_cents = offer.service == "networking", 12345
        db.session.commit()
    page = text(reader.get("/register/casa-voorbeeld"))
    assert "123.45" in page and "Networking" in page and "Office space" not in page
    assert refs(text(reader.get("/register?service=office_space&q=casa"))) == []


def test_the_page_of_a_hub(reader: Any, text: Any) -> None:
    page = text(reader.get("/register/casa-voorbeeld"))
    assert "Fictional hub for tests." in page and "Bogotá" in page and "Accredited since" in page
    assert "Monday to Sunday" in page and "00:00-23:59" in page
    assert reader.get("/register/no-such-hub").status_code == 404
    assert reader.get("/register/%00").status_code == 404


def test_the_register_in_dutch(client_for: Any, text: Any) -> None:
    reader = client_for("anonymous", "nl")
    page = text(reader.get("/register?market=CO&lang=nl"))
    assert 'lang="nl"' in page and "Verzonnen hub voor tests." in page


def test_posts(app: Any, reader: Any, text: Any) -> None:
    page = text(reader.get("/posts?market=CO"))
    assert "ambassade-bogota" in page
    own = text(reader.get("/posts/ambassade-bogota"))
    assert "Embassy" in own and "Colombia" in own and "casa-voorbeeld" in own
    assert reader.get("/posts/casa-voorbeeld").status_code == 404
    assert "ambassade-hanoi" in text(reader.get("/posts?q=hanoi"))
    with app.app_context():
        shut = select(Organisation.code).join(PostProfile, PostProfile.id == Organisation.id)
        closed = db.session.execute(shut.where(PostProfile.is_open.is_(False)).limit(1)).scalar_one()
    assert "Takes no questions" in text(reader.get(f"/posts/{closed}"))


@pytest.mark.parametrize("path", ["/register", "/register?q=office&market=CO", "/register?status=registered", "/posts"])
def test_lists_take_at_most_six_statements(client_for: Any, statements: Any, path: str) -> None:
    client = client_for("manager")
    client.get(path)
    with statements() as listed:
        assert client.get(path).status_code == 200
    assert len(listed) <= 6, listed


def test_office_cities_are_searchable_however_they_are_written(in_app: Any) -> None:
    with in_app() as session:
        office = Office(organisation_id="x", city="São Paulo")
        assert office.city_folded == "sao paulo"
        office.city = None
        assert office.city_folded is None
        session.expunge_all()
