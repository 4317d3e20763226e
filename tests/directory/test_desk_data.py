"""What leaders keep of their desk, liaisons, capacity, days off, and what the register makes of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from hubs.accounts.models import Office
from hubs.core.calendars import zone
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.core.types import new_id
from hubs.directory.capacity import limit_on
from hubs.directory.models import CapacityChange, HubAnswerRecord, HubMarket, Liaison, OfficeHoliday
from hubs.directory.operations import put_answer_record
from hubs.extensions import db
from hubs.referrals.clocks import next_monday
from tests.referrals.builders import question
from tests.referrals.test_operations import refer

from .conftest import hidden

LIAISON = {"name": "Lia Verzonnen", "function": "Export", "phone": "+57 1 555", "email": "", "market": "CO"}


def test_liaisons_come_change_and_go(client_for: Any, demo: Any, post: Any, text: Any, app: Any) -> None:
    manager, path = client_for("manager"), "/organisation/liaisons"
    assert "Nobody yet" in text(manager.get(path))
    nameless = post(manager, f"{path}/new", **{**LIAISON, "name": ""})
    assert nameless.status_code == 422 and 'href="#name"' in text(nameless)
    silent = post(manager, f"{path}/new", **{**LIAISON, "phone": ""})
    assert silent.status_code == 422 and 'href="#phone"' in text(silent)
    foreign = post(manager, f"{path}/new", **LIAISON, counterpart_id=demo.organisations["hub_b"])
    assert foreign.status_code == 422  # a hub names somebody for a post
    assert post(manager, f"{path}/new", **LIAISON, counterpart_id=demo.organisations["post"]).status_code == 303
    assert "Lia Verzonnen" in text(manager.get(path)) and "Lia Verzonnen" in text(client_for("staff").get(path))
    with app.app_context():
        own = db.session.execute(select(Liaison)).scalar_one()
        assert "Lia" not in str(db.session.execute(select(Event.data).where(Event.kind == "liaison.add")).scalar_one())
        identifier = own.id
    edit = f"{path}/{identifier}"
    for persona, status in (("staff", 403), ("other_manager", 404), ("head", 404)):
        assert client_for(persona).get(edit).status_code == status, persona
    assert "Lia" not in text(client_for("other_manager").get(path))
    version = hidden(text(manager.get(edit)), "version")
    assert post(manager, edit, version=version, **{**LIAISON, "name": "Lia Fictief"}).status_code == 303
    assert post(manager, edit, version=version, **LIAISON).status_code == 409
    # who has an agreement with the hub sees her beside it; the other party's neighbour does not
    agreement = f"/agreements/{demo.agreements['hub_a']}"
    assert "Lia Fictief" in text(client_for("officer").get(agreement))
    assert "Lia Fictief" in text(manager.get(agreement))
    assert client_for("other_manager").get(agreement).status_code == 404
    assert post(manager, edit, action="remove").status_code == 303
    with app.app_context():
        assert db.session.execute(select(Liaison)).first() is None


def test_capacity_for_some_weeks(client_for: Any, demo: Any, post: Any, text: Any, app: Any) -> None:
    manager, path = client_for("manager"), f"/organisation/offices/{demo.offices['hub_a']}"
    first, last = date.today() + timedelta(days=7), date.today() + timedelta(days=20)
    sent = {"starts_on": first.isoformat(), "ends_on": last.isoformat(), "weekly_capacity": "20"}
    assert post(manager, f"{path}/capacity", page=path, **sent).status_code == 303
    assert "20 questions a week" in text(manager.get(path))
    overlap = post(manager, f"{path}/capacity", page=path, **{**sent, "weekly_capacity": "1"})
    assert overlap.status_code == 422 and "Another change holds" in text(overlap)
    for wrong in ({"ends_on": date.today().isoformat()}, {"weekly_capacity": "-1"}, {"starts_on": "soon"}):
        assert post(manager, f"{path}/capacity", page=path, **{**sent, **wrong}).status_code == 422, wrong
    with app.app_context():
        change = db.session.execute(select(CapacityChange)).scalar_one()
        assert limit_on(8, [change], first) == limit_on(8, [change], last) == 20
        assert limit_on(8, [change], first - timedelta(days=1)) == limit_on(8, [change], last + timedelta(days=1)) == 8
        identifier = change.id
    assert post(client_for("other_manager"), f"{path}/capacity/{identifier}", page="/account").status_code == 404
    assert post(manager, f"{path}/capacity/{identifier}", page=path).status_code == 303
    assert post(manager, f"{path}/capacity/{identifier}", page=path).status_code == 404
    with app.app_context():
        assert limit_on(8, [db.session.get(CapacityChange, identifier)], first) == 8
    assert "Capacity changed for some weeks: Bogot" in text(manager.get("/organisation/history"))


def test_an_extra_day_off(client_for: Any, demo: Any, post: Any, text: Any, app: Any) -> None:
    head, path = client_for("head"), f"/organisation/offices/{demo.offices['post']}"
    day = date.today() + timedelta(days=12)
    sent = {"on": day.isoformat(), "name": "Koningsdag"}
    assert post(head, f"{path}/days-off", page=path, **sent).status_code == 303
    assert "Koningsdag" in text(head.get(path))
    again = post(head, f"{path}/days-off", page=path, **sent)
    assert again.status_code == 422 and 'href="#day-on"' in text(again)
    past = post(head, f"{path}/days-off", page=path, on=(date.today() - timedelta(days=3)).isoformat())
    assert past.status_code == 422
    with app.app_context():
        row = db.session.get(OfficeHoliday, (demo.offices["post"], day))
        assert row is not None and not row.is_worked
        kinds = list(db.session.execute(select(Event.kind).where(Event.kind == "office.calendar_changed")).scalars())
        assert len(kinds) == 1
    assert post(head, f"{path}/holidays", page=path, day=day.isoformat(), action="keep").status_code == 303
    assert "Koningsdag" not in text(head.get(path))


def test_usual_weeks_and_half_days(client_for: Any, demo: Any, post: Any, text: Any, app: Any) -> None:
    manager, path = client_for("manager"), f"/organisation/offices/{demo.offices['hub_a']}"
    base = {"city": "Bogotá", "timezone": "America/Bogota", "weekly_capacity": "8"}
    assert post(manager, path, **base, preset="short_friday").status_code == 303
    with app.app_context():
        hours = db.session.get(Office, demo.offices["hub_a"]).hours
    assert hours["0"] == [["08:00", "16:30"]] and hours["4"] == [["08:00", "12:00"]] and "5" not in hours
    three = post(manager, path, **base, hours_0="8-9, 10-11, 12-13")
    assert three.status_code == 422 and "at most two times" in text(three)
    assert post(manager, path, **base, preset="nonsense").status_code == 422


# --- the register ---------------------------------------------------------------------------------------------------


def _limit(app: Any, demo: Any, number: int | None, hub: str = "hub_a") -> None:
    with app.app_context():
        db.session.execute(update(Office).where(Office.id == demo.offices[hub]).values(weekly_capacity=number))
        db.session.commit()


def test_full_until(app: Any, demo: Any, client_for: Any, text: Any, in_app: Any) -> None:
    reader, path = client_for("anonymous"), f"/register/{demo.codes['hub_a']}"
    assert "Full until" not in text(reader.get(path))
    _limit(app, demo, 1)
    with app.app_context(), app.test_request_context("/"):
        refer(demo, question(demo), "hub_a", now=utcnow())
        db.session.commit()
    full = text(reader.get(path))
    assert "Full until" in full and "Full until" in text(reader.get("/register?q=casa"))
    assert "Full until" not in text(reader.get(f"/register/{demo.codes['hub_b']}"))
    _limit(app, demo, 2)
    assert "Full until" not in text(reader.get(path))
    with app.app_context():  # nothing for some weeks: full until the day after
        today = utcnow().astimezone(zone("America/Bogota")).date()
        last = next_monday(utcnow(), "America/Bogota") + timedelta(days=9)
        db.session.add(
            CapacityChange(
                id=new_id(), office_id=demo.offices["hub_a"], starts_on=today, ends_on=last, weekly_capacity=0,
                created_at=utcnow(),
            )
        )  # fmt: skip
        db.session.commit()
    day = last + timedelta(days=1)
    assert f"Full until {day.day} " in text(reader.get(path))
    _limit(app, demo, None)
    assert "Full until" in text(reader.get(path))  # the change holds where there was no limit


def test_fastest_answer_first_and_countries_with_something(app: Any, demo: Any, client_for: Any, text: Any) -> None:
    reader, now = client_for("anonymous"), utcnow()
    with app.app_context():
        for hub, answers, minutes in (("hub_a", 20, 900), ("hub_b", 12, 60), ("hub_dev", 3, 1)):
            put_answer_record(demo.organisations[hub], answers=answers, usual_minutes=minutes, now=now)
        db.session.commit()
        served = set(db.session.execute(select(HubMarket.market).distinct()).scalars())
        assert db.session.execute(select(HubAnswerRecord)).first()
    page = text(reader.get("/register?sort=speed&market=CO"))
    order = [page.index(f'data-ref="{demo.codes[hub]}"') for hub in ("hub_b", "hub_a", "hub_dev")]
    assert order == sorted(order) and "fastest answer first" in page
    by_name = text(reader.get("/register?market=CO&sort=nonsense"))
    assert by_name.index(f'data-ref="{demo.codes["hub_a"]}"') < by_name.index(f'data-ref="{demo.codes["hub_b"]}"')
    assert "CO" in served and "AQ" not in served
    for path in ("/register", "/register?q=nothing-there", "/posts"):
        page = text(reader.get(path))
        assert 'value="CO"' in page and 'value="AQ"' not in page, path
    assert 'value="AQ"' in text(reader.get("/register?market=AQ"))


def test_pages_of_the_register_in_order_of_speed(
    app: Any, demo: Any, client_for: Any, text: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("hubs.directory.views.register.PAGE_SIZE", 1)
    with app.app_context():
        for hub, minutes in (("hub_a", 900), ("hub_b", 60)):
            put_answer_record(demo.organisations[hub], answers=20, usual_minutes=minutes, now=utcnow())
        db.session.commit()
    reader, path, seen = client_for("anonymous"), "/register?sort=speed&market=CO", []
    while path and len(seen) < 9:
        page = text(reader.get(path))
        seen += [code for code in demo.codes.values() if f'data-ref="{code}"' in page]
        following = page.split('rel="next" href="')[1:]
        path = following[0].split('"')[0].replace("&amp;", "&") if following else ""
    assert seen[:2] == [demo.codes["hub_b"], demo.codes["hub_a"]] and demo.codes["hub_dev"] in seen
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_in_both_languages(client_for: Any, demo: Any, language: str) -> None:
    for persona, paths in (
        ("manager", ("/organisation", "/organisation/profile", "/organisation/preview", "/organisation/history",
                     "/organisation/liaisons", "/organisation/liaisons/new")),
        ("head", ("/organisation", "/organisation/profile", "/organisation/history", "/organisation/liaisons/new")),
        ("partner_manager", ("/organisation", "/organisation/profile")),
        ("assessor", ("/profile-changes",)),
    ):  # fmt: skip
        for path in paths:
            assert client_for(persona, language).get(f"{path}?lang={language}").status_code == 200, (persona, path)
