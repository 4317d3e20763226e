"""One's own organisation: edited by who leads it, stale pages found out, every write recorded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accounts.models import Office
from hubs.core.events import Event
from hubs.core.stamps import ROUTING, current
from hubs.directory.models import (
    Closure,
    HubProfile,
    OfficeHoliday,
    PartnerProfile,
    PostProfile,
    ProfileChange,
    ServiceOffer,
)
from hubs.extensions import db
from hubs.reference.models import Holiday

from .conftest import hidden

LEADERS = ("manager", "head", "partner_manager")
PROFILE = {
    "summary_nl": "Wij helpen.",
    "summary_en": "We help.",
    "languages": ["es", "nl"],
    "markets": ["CO"],
    "add_market": "PE",
    "first_talk_free": "yes",
    "website": "https://hub.example.com",
    "contact_email": "a@example.nl",
    "contact_phone": "+57 1 555",
    "legal_form": "S.A.S.",
    "founded_year": "2013",
    "member_count": "40",
    "staff_count": "",
}
OFFER = {"service": "advocacy", "price_kind": "hour", "price": "95,50", "currency": "COP", "price_includes_vat": "yes"}
HOURS = {f"hours_{day}": "09:00-12:00, 13:00-17:00" for day in range(4)} | {
    "hours_4": "9-12",
    "hours_5": "",
    "hours_6": "",
}
OFFICE = {"city": "Bogotá", "timezone": "America/Bogota", "weekly_capacity": "5", "email": "in@example.nl", **HOURS}


@pytest.fixture
def read(app: Any) -> Any:
    """`read(lambda session: …)`: what a committed transaction left behind."""

    def look(question: Any) -> Any:
        with app.app_context():
            found = question(db.session())
            db.session.remove()
            return found

    return look


def kinds(read: Any) -> list[str]:
    found = read(lambda session: list(session.execute(select(Event.kind).order_by(Event.id)).scalars()))
    return [kind for kind in found if not kind.startswith(("account.", "guideline_version."))]


def stamp(read: Any) -> int:
    return read(lambda session: current(session, ROUTING))


# who may


@pytest.mark.parametrize("persona", [*LEADERS, "officer", "staff", "partner_staff", "administrator", "member"])
def test_everybody_sees_the_own_organisation(client_for: Any, demo: Any, text: Any, persona: str) -> None:
    page = client_for(persona).get("/organisation")
    assert page.status_code == 200
    assert ("/organisation/offices/" in text(page)) is (persona in LEADERS)


@pytest.mark.parametrize("persona", ["officer", "staff", "partner_staff", "administrator", "member", "auditor"])
def test_only_leaders_edit(client_for: Any, demo: Any, post: Any, persona: str) -> None:
    client, office = client_for(persona), demo.offices["hub_a"]
    for path in ("/organisation/profile", "/organisation/offers/new", f"/organisation/offices/{office}"):
        assert client.get(path).status_code == 403
        assert post(client, path, page="/account").status_code == 403
    for path in ("/organisation", f"/organisation/offices/{office}/closures", f"/organisation/offices/{office}/close"):
        assert post(client, path, page="/account", action="confirm").status_code == 403


@pytest.mark.parametrize("persona", ["other_manager", "far_manager", "head", "partner_manager"])
def test_another_organisations_things_do_not_exist(
    client_for: Any, demo: Any, post: Any, read: Any, persona: str
) -> None:
    office = demo.offices["hub_a"]
    offer = read(
        lambda s: s.execute(
            select(ServiceOffer.id).where(ServiceOffer.organisation_id == demo.organisations["hub_a"]).limit(1)
        ).scalar_one()
    )
    client = client_for(persona)
    assert client.get(f"/organisation/offices/{office}").status_code == 404
    assert client.get(f"/organisation/offers/{offer}").status_code == 404
    tomorrow = (date.today() + timedelta(days=1)).isoformat()
    sends = {
        f"/organisation/offices/{office}": OFFICE,
        f"/organisation/offices/{office}/closures": {"starts_on": tomorrow, "ends_on": tomorrow},
        f"/organisation/offices/{office}/holidays": {"day": tomorrow, "action": "work"},
        f"/organisation/offices/{office}/close": {},
        f"/organisation/offers/{offer}": {**OFFER, "action": "remove"},
    }
    for path, data in sends.items():
        assert post(client, path, page="/account", **data).status_code == 404, path
    assert not kinds(read)


def test_anonymous_readers_are_sent_to_sign_in(client_for: Any) -> None:
    answer = client_for("anonymous").get("/organisation")
    assert answer.status_code == 303 and "/sign-in" in answer.headers["Location"]


# profile


def test_a_manager_publishes_what_needs_no_confirmation(
    client_for: Any, demo: Any, post: Any, read: Any, text: Any
) -> None:
    client, before = client_for("manager"), stamp(read)
    version = hidden(text(client.get("/organisation/profile")), "version")
    answer = post(client, "/organisation/profile", version=version, **PROFILE)
    assert answer.status_code == 303, text(answer)[:3000]
    profile = read(lambda s: s.get(HubProfile, demo.organisations["hub_a"]))
    assert (profile.summary_en, profile.languages) == ("We help.", ["es", "nl"])
    assert profile.first_talk_free is True
    assert (profile.markets, profile.legal_form, profile.founded_year) == (["CO"], None, None)
    waiting = read(lambda s: s.execute(select(ProfileChange)).scalar_one())
    assert waiting.state == "submitted"
    assert waiting.values == {
        "markets": ["CO", "PE"], "legal_form": "S.A.S.", "founded_year": 2013, "member_count": 40
    }  # fmt: skip
    assert kinds(read) == ["profile_change.edit", "profile.edit", "profile_change.submit"] and stamp(read) > before
    event = read(lambda s: s.execute(select(Event).where(Event.kind == "profile.edit")).scalar_one())
    assert "contact_email" in event.data["fields"] and "a@example.nl" not in str(event.data)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("website", "javascript:alert(1)"),
        ("website", "ftp://example.com"),
        ("contact_email", "nobody"),
        ("founded_year", "long ago"),
        ("founded_year", "99999"),
        ("summary_en", "x" * 601),
        ("languages", ["xx"]),
        ("markets", ["ZZ"]),
        ("add_market", "ZZ"),
        ("contact_phone", "call me"),
        ("member_count", "99999999999999"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    client_for: Any, post: Any, read: Any, text: Any, field: str, value: Any
) -> None:
    client = client_for("manager")
    answer = post(client, "/organisation/profile", **{**PROFILE, field: value})
    assert answer.status_code == 422
    page = text(answer)
    assert 'role="alert"' in page and f'href="#{field}"' in page and "Wij helpen." in page
    assert not kinds(read)


def test_a_stale_page_keeps_the_typed_text(client_for: Any, post: Any, text: Any, read: Any, demo: Any) -> None:
    client = client_for("manager")
    version = hidden(text(client.get("/organisation/profile")), "version")
    assert post(client, "/organisation/profile", version=version, **PROFILE).status_code == 303
    answer = post(client, "/organisation/profile", version=version, **{**PROFILE, "summary_en": "Mine."})
    assert answer.status_code == 409 and "Mine." in text(answer) and "Somebody changed this" in text(answer)
    assert read(lambda s: s.get(HubProfile, demo.organisations["hub_a"]).summary_en) == "We help."


def test_still_right_by_one_click(client_for: Any, demo: Any, post: Any, read: Any, app: Any, text: Any) -> None:
    with app.app_context():
        db.session.get(HubProfile, demo.organisations["hub_a"]).confirmed_at = None
        db.session.commit()
    client = client_for("manager")
    assert "Are these details still right?" in text(client.get("/organisation"))
    assert post(client, "/organisation", action="confirm").status_code == 303
    assert read(lambda s: s.get(HubProfile, demo.organisations["hub_a"]).confirmed_at) is not None
    assert kinds(read) == ["profile.confirm"]
    assert "Your details are confirmed." in text(client.get("/organisation"))
    assert post(client_for("head"), "/organisation", page="/account", action="confirm").status_code == 303
    assert read(lambda s: s.get(PostProfile, demo.organisations["post"]).confirmed_at) is not None


def test_a_partner_edits_its_contact(client_for: Any, demo: Any, post: Any, read: Any, text: Any) -> None:
    client = client_for("partner_manager")
    version = hidden(text(client.get("/organisation/profile")), "version")
    data = {"website": "https://www.rvo.nl", "contact_email": "loket@example.nl", "contact_phone": ""}
    assert post(client, "/organisation/profile", version=version, **data).status_code == 303
    assert read(lambda s: s.get(PartnerProfile, demo.organisations["partner"]).contact_email) == "loket@example.nl"
    assert post(client, "/organisation/profile", version=version, **data).status_code == 409


def test_a_head_keeps_the_district(client_for: Any, demo: Any, post: Any, read: Any, text: Any) -> None:
    client, path = client_for("head"), "/organisation/profile"
    version = hidden(text(client.get(path)), "version")
    sent = post(client, path, version=version, district_cities="Bogotá\nCundinamarca\n\nBogotá ")
    assert sent.status_code == 303
    found = read(lambda s: s.get(PostProfile, demo.organisations["post"]))
    assert found.district_cities == ["Bogotá", "Cundinamarca"] and found.confirmed_at is not None
    assert post(client, path, version=version, district_cities="Cali").status_code == 409
    assert "Bogotá, Cundinamarca" in text(client.get("/posts/ambassade-bogota"))
    assert post(client, path, district_cities="x" * 101).status_code == 422


# offers


def own_offers(read: Any, demo: Any, hub: str = "hub_a") -> dict[str, ServiceOffer]:
    own = select(ServiceOffer).where(ServiceOffer.organisation_id == demo.organisations[hub])
    return read(lambda s: {offer.service: offer for offer in s.execute(own).scalars()})


def test_a_manager_adds_changes_and_removes_an_offer(
    client_for: Any, demo: Any, post: Any, read: Any, text: Any
) -> None:
    client = client_for("manager")
    assert post(client, "/organisation/offers/new", **OFFER).status_code == 303
    offer = own_offers(read, demo)["advocacy"]
    assert (offer.price_cents, offer.currency, offer.price_unit, offer.price_includes_vat) == (
        9550,
        "COP",
        "hour",
        True,
    )
    assert offer.is_published is False
    assert 'value="advocacy"' not in text(client.get("/organisation/offers/new")), "offered already"
    path = f"/organisation/offers/{offer.id}"
    page = text(client.get(path))
    assert 'value="95.50"' in page and 'value="advocacy"' in page
    assert "Not shown yet" in text(client.get("/organisation"))
    change = {**OFFER, "price_kind": "free", "is_published": "y", "sectors": ["01"], "languages": ["es"]}
    assert post(client, path, version=hidden(page, "version"), **change).status_code == 303
    changed = own_offers(read, demo)["advocacy"]
    assert (changed.price_cents, changed.price_unit, changed.sectors, changed.is_published) == (0, None, ["01"], True)
    assert post(client, path, version=hidden(page, "version"), **change).status_code == 409
    assert post(client, path, action="remove").status_code == 303
    assert "advocacy" not in own_offers(read, demo)
    assert kinds(read) == ["offer.add", "offer.edit", "offer.remove"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"service": "networking"}, "service"),
        ({"service": "consular"}, "service"),
        ({"service": ""}, "service"),
        ({"service": "authority_contact"}, "service"),
        ({"price": "a lot"}, "price"),
        ({"price": ""}, "price"),
        ({"price": "0"}, "price"),
        ({"currency": "XXX"}, "currency"),
        ({"lead_time_days": "-1"}, "lead_time_days"),
        ({"sectors": ["nonsense"]}, "sectors"),
        ({"languages": ["xx"]}, "languages"),
    ],
)
def test_an_offer_that_cannot_be(
    client_for: Any, post: Any, text: Any, read: Any, change: dict[str, Any], field: str
) -> None:
    answer = post(client_for("manager"), "/organisation/offers/new", **{**OFFER, **change})
    assert answer.status_code == 422 and f'href="#{field}"' in text(answer)
    assert not kinds(read)


def test_posts_offer_nothing(client_for: Any) -> None:
    assert client_for("head").get("/organisation/offers/new").status_code == 404


# offices


@pytest.mark.parametrize(
    ("persona", "organisation"), [("manager", "hub_a"), ("head", "post"), ("partner_manager", "partner")]
)
def test_leaders_set_hours_and_capacity(
    client_for: Any, demo: Any, post: Any, read: Any, text: Any, persona: str, organisation: str
) -> None:
    client, path = client_for(persona), f"/organisation/offices/{demo.offices[organisation]}"
    before, version = stamp(read), hidden(text(client.get(path)), "version")
    assert post(client, path, version=version, **OFFICE).status_code == 303
    office = read(lambda s: s.get(Office, demo.offices[organisation]))
    assert office.hours["0"] == [["09:00", "12:00"], ["13:00", "17:00"]] and office.hours["4"] == [["09:00", "12:00"]]
    assert "5" not in office.hours and office.weekly_capacity == 5
    assert kinds(read) == ["office.edit", "office.calendar_changed"] and stamp(read) > before
    event = read(lambda s: s.execute(select(Event).where(Event.kind == "office.calendar_changed")).scalar_one())
    assert event.data == {"office_id": office.id}
    answer = post(client, path, version=version, **{**OFFICE, "city": "Elsewhere"})
    assert answer.status_code == 409 and "Elsewhere" in text(answer)


def test_capacity_alone_moves_no_clock(client_for: Any, demo: Any, post: Any, read: Any) -> None:
    client, path = client_for("manager"), f"/organisation/offices/{demo.offices['hub_a']}"
    assert post(client, path, **OFFICE).status_code == 303
    assert post(client, path, **{**OFFICE, "weekly_capacity": ""}).status_code == 303
    assert kinds(read).count("office.calendar_changed") == 1
    assert read(lambda s: s.get(Office, demo.offices["hub_a"]).weekly_capacity) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hours_1": "tomorrow"}, "hours_1"),
        ({"hours_1": "17:00-09:00"}, "hours_1"),
        ({"hours_2": "9-13, 12-17"}, "hours_2"),
        ({"hours_2": "25:00-26:00"}, "hours_2"),
        ({f"hours_{day}": "" for day in range(7)}, "hours_0"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"weekly_capacity": "-3"}, "weekly_capacity"),
        ({"email": "no"}, "email"),
    ],
)
def test_an_office_that_cannot_be(
    client_for: Any, demo: Any, post: Any, text: Any, read: Any, change: dict[str, str], field: str
) -> None:
    path = f"/organisation/offices/{demo.offices['hub_a']}"
    answer = post(client_for("manager"), path, **{**OFFICE, **change})
    assert answer.status_code == 422 and f'href="#{field}"' in text(answer)
    assert not kinds(read)


def test_a_hub_opens_and_closes_offices(client_for: Any, demo: Any, post: Any, read: Any, text: Any) -> None:
    client, main = client_for("manager"), demo.offices["hub_a"]
    path = f"/organisation/offices/{main}"
    answer = post(client, f"{path}/close", page=path)
    assert answer.status_code == 422 and "your only office" in text(answer)
    assert post(client, "/organisation/offices/new", **{**OFFICE, "city": "Cali"}).status_code == 303
    assert "Bogotá, also Cali" in text(client_for("anonymous").get("/register?q=casa"))
    assert post(client, f"{path}/close", page=path).status_code == 303
    assert read(lambda s: s.get(Office, main).closed_on) is not None
    assert client.get(path).status_code == 404
    assert kinds(read) == ["office.add", "office.close"]
    assert client_for("head").get("/organisation/offices/new").status_code == 404


def test_closures_come_and_go(client_for: Any, demo: Any, post: Any, read: Any, text: Any) -> None:
    client, path = client_for("head"), f"/organisation/offices/{demo.offices['post']}"
    first, last = date.today() + timedelta(days=3), date.today() + timedelta(days=9)
    days = {"starts_on": first.isoformat(), "ends_on": last.isoformat(), "reason": "Renovation"}
    assert post(client, f"{path}/closures", page=path, **days).status_code == 303
    assert "Renovation" in text(client.get(path))
    closure = read(lambda s: s.execute(select(Closure)).scalar_one())
    assert (closure.starts_on, closure.ends_on) == (first, last)
    assert post(client, f"{path}/closures/{closure.id}", page=path).status_code == 303
    assert read(lambda s: s.execute(select(Closure)).first()) is None
    assert kinds(read) == ["office.calendar_changed"] * 2
    assert post(client, f"{path}/closures/{closure.id}", page=path).status_code == 404


@pytest.mark.parametrize(("first", "last"), [(5, 3), (-9, -3), (1, 500), (None, 3), ("soon", 3)])
def test_closures_that_cannot_be(
    client_for: Any, demo: Any, post: Any, read: Any, text: Any, first: Any, last: int
) -> None:
    def day(off: Any) -> str:
        return (date.today() + timedelta(days=off)).isoformat() if isinstance(off, int) else (off or "")

    path = f"/organisation/offices/{demo.offices['post']}"
    answer = post(client_for("head"), f"{path}/closures", page=path, starts_on=day(first), ends_on=day(last))
    assert answer.status_code == 422 and 'role="alert"' in text(answer)
    assert not kinds(read)


def test_a_public_holiday_can_be_worked(client_for: Any, demo: Any, post: Any, read: Any, app: Any, text: Any) -> None:
    client, office = client_for("head"), demo.offices["post"]
    path, day = f"/organisation/offices/{office}", date.today() + timedelta(days=20)
    with app.app_context():
        if db.session.get(Holiday, ("CO", day)) is None:
            db.session.add(Holiday(market="CO", on=day, name_nl="Feestdag", name_en="Holiday"))
        db.session.commit()
    assert post(client, f"{path}/holidays", page=path, day=day.isoformat(), action="work").status_code == 303
    assert read(lambda s: s.get(OfficeHoliday, (office, day)).is_worked) is True
    assert "you work" in text(client.get(path))
    assert post(client, f"{path}/holidays", page=path, day=day.isoformat(), action="keep").status_code == 303
    assert read(lambda s: s.get(OfficeHoliday, (office, day))) is None
    assert post(client, f"{path}/holidays", page=path, day="never", action="work").status_code == 422
