"""Reference data retires on the day administrators choose: at midnight in Amsterdam, not before, once, however late."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hubs.core.clock import local_day, start_of, utcnow
from hubs.core.events import Event
from hubs.extensions import db
from hubs.outbox.reminders import run_once
from hubs.reference.editing import TABLES, get_row
from hubs.reference.models import CodeListEntry, PlannedRetirement, Service
from hubs.reference.retiring import latest_day
from tests.api.conftest import question
from tests.conftest import csrf_of
from tests.reference.test_editing import SERVICE, act, reload, service
from tests.referrals.builders import actor_for

LIST = "/administration/reference-data/services"
HOUR = timedelta(hours=1)


def winter(years: int = 1) -> date:
    """The first of January, when the day in Amsterdam begins at 23:00 UTC of the day before."""
    return date(local_day(utcnow()).year + years, 1, 1)


def plan(client: FlaskClient, day: date | str, address: str = SERVICE) -> Any:
    return act(client, address, "retire", retires_on=str(day))


def page_of(client: FlaskClient, address: str = SERVICE) -> str:
    return client.get(address).get_data(as_text=True)


def planned(app: Flask) -> dict[str, date]:
    with app.app_context():
        return {row.row_key: row.on for row in db.session.execute(select(PlannedRetirement)).scalars()}


def run(app: Flask, now: datetime) -> int:
    with app.app_context():
        return run_once(now)["retirements"]


def kinds(app: Flask) -> list[str]:
    with app.app_context():
        wanted = select(Event.kind).where(Event.kind.like("reference.%")).order_by(Event.id)
        return [kind.removeprefix("reference.") for kind in db.session.execute(wanted).scalars()]


def test_planned_replaced_and_taken_back(app: Flask, client_for: Any, demo: Any) -> None:
    client, first, other = client_for("administrator"), winter(), winter(2)
    assert 'name="retires_on"' in page_of(client) and f'value="{local_day(utcnow())}"' in page_of(client)
    assert plan(client, first).status_code == 303
    said = f"Retires on 1 January {first.year}"
    page = page_of(client)
    assert 'data-state="planned"' in page and page.count(said) == 3, "badge, section, history"
    assert f"<strong>{said}</strong>" in page, "the row's history"
    assert said in page_of(client, LIST), "the list"
    assert "/rows/networking" in page_of(client, f"{LIST}?show=planned")
    assert "/rows/trade_mission" not in page_of(client, f"{LIST}?show=planned")
    assert "1 retires later" in page_of(client, "/administration/reference-data")
    assert service(app) == (service(app)[0], False, None), "the row itself is as it was"
    # the same day again changes nothing, another day comes in its place
    assert plan(client, first).status_code == 303 and kinds(app) == ["retirement_planned"]
    assert plan(client, other).status_code == 303 and planned(app) == {"networking": other}
    assert f"Retires on 1 January {other.year}, no longer on 1 January {first.year}" in page_of(client)
    assert act(client, SERVICE, "keep").status_code == 303 and planned(app) == {}
    assert f"Does not retire on 1 January {other.year} any more" in page_of(client)
    assert said not in page_of(client, LIST) and act(client, SERVICE, "keep").status_code == 409
    assert kinds(app) == ["retirement_planned", "retirement_planned", "retirement_withdrawn"]
    assert run(app, start_of(other) + HOUR) == 0 and service(app)[2] is None


def test_days_that_cannot_be_chosen(app: Flask, client_for: Any, demo: Any) -> None:
    client, today = client_for("administrator"), local_day(utcnow())
    refusals = {
        str(today - timedelta(days=1)): "Choose today or a later day.",
        "0001-01-01": "Choose today or a later day.",
        str(latest_day(today) + timedelta(days=1)): "Choose a day within five years from now.",
        "9999-12-31": "Choose a day within five years from now.",
        "": "Fill this in.",
        "2027-02-30": "Not a valid date",
    }
    for typed, said in refusals.items():
        refused = plan(client, typed)
        page = refused.get_data(as_text=True)
        assert refused.status_code == 422, typed
        beside = page.split('id="retires_on-error"', 1)[1].split("</div>", 1)[0]
        assert said in beside and f'value="{typed}"' in page, typed
        assert "Error: " in page.split("</title>", 1)[0] and 'href="#retires_on"' in page
        assert f'value="{service(app)[0]}"' in page, "the fields of the row are still filled in"
    assert planned(app) == {} and service(app)[2] is None and kinds(app) == []
    assert plan(client, latest_day(today)).status_code == 303
    assert latest_day(date(2028, 2, 29)) == date(2033, 2, 28)


def test_refusing_a_day_leaves_what_the_row_says(app: Flask, client_for: Any, demo: Any) -> None:
    """The fields of the row were not sent along: a box that is ticked stays ticked, a list of codes stays."""
    client, address = client_for("administrator"), "/administration/reference-data/markets/rows/CO"
    page = client.post(
        address,
        data={"csrf_token": csrf_of(client, address), "action": "retire", "retires_on": "2001-01-01"},
    ).get_data(as_text=True)
    days = page.split('name="weekend_days"', 1)[1].split("</textarea>", 1)[0]
    assert "sat\nsun" in days.replace("\r", "")


def test_a_plan_counts_as_a_change(app: Flask, client_for: Any, demo: Any) -> None:
    """Two administrators at once: who saw no plan does not overwrite or end one unseen."""
    client = client_for("administrator")
    held = {"version": page_of(client).split('name="version" value="', 1)[1].split('"', 1)[0]}
    assert plan(client, winter()).status_code == 303
    token = csrf_of(client, SERVICE)
    for action in ("retire", "keep"):
        late = client.post(SERVICE, data={**held, "csrf_token": token, "action": action, "retires_on": str(winter(3))})
        assert late.status_code == 409, action
    assert planned(app) == {"networking": winter()}
    assert f'value="{winter(3)}"' in client.post(
        SERVICE, data={**held, "csrf_token": token, "action": "retire", "retires_on": str(winter(3))}
    ).get_data(as_text=True), "what was typed is kept"


def test_it_retires_when_the_day_begins_in_amsterdam_and_once(app: Flask, client_for: Any, demo: Any) -> None:
    client, officer, day = client_for("administrator"), client_for("officer"), winter()
    midnight = start_of(day)
    assert midnight.isoformat() == f"{day.year - 1}-12-31T23:00:00+00:00"
    assert plan(client, day).status_code == 303
    assert run(app, midnight - timedelta(seconds=1)) == 0 and service(app)[2] is None
    assert 'value="networking"' in page_of(officer, "/questions/new"), "offered until then, and known from then on"
    assert (run(app, midnight), run(app, midnight), run(app, midnight + HOUR)) == (1, 0, 0)
    assert service(app)[1:] == (True, day) and planned(app) == {}
    assert 'value="networking"' not in page_of(officer, "/questions/new"), "kept names follow"
    assert kinds(app) == ["retirement_planned", "retired"]
    with app.app_context():
        entry = db.session.execute(select(Event).where(Event.kind == "reference.retired")).scalar_one()
        assert entry.actor_kind == "system" and entry.data["planned_by"] == demo.people["administrator"].id
        assert entry.data["changes"] == {"retired_on": [None, day.isoformat()]}
    assert "The service, planned by Eva Beheer" in page_of(client)
    # brought back like any other, and a reload does not retire it again
    assert act(client, SERVICE, "reinstate").status_code == 303
    reload(app)
    assert service(app)[2] is None


def test_late_it_counts_from_the_planned_day(app: Flask, client_for: Any, demo: Any) -> None:
    assert plan(client_for("administrator"), winter()).status_code == 303
    assert run(app, start_of(winter()) + timedelta(days=9)) == 1
    assert service(app)[2] == winter()
    assert f"<strong>Retired since 1 January {winter().year}</strong>" in page_of(client_for("administrator"))


def test_chosen_until_then_and_refused_afterwards(app: Flask, client_for: Any, api_for: Any, demo: Any) -> None:
    client, address = client_for("administrator"), "/administration/reference-data/code-lists/rows/channel/telephone"
    assert plan(client, winter()).status_code == plan(client, winter(), address).status_code == 303
    call = api_for("post")
    body = question(services=["networking"], channel="telephone")

    def offered() -> bool:
        return "telephone" in [entry["code"] for entry in call("GET", "/code-lists/channel").json["entries"]]

    assert offered() and call("POST", "/support-requests", body).status_code == 201
    assert run(app, start_of(winter())) == 2
    assert not offered() and "networking" not in [row["code"] for row in call("GET", "/services").json["items"]]
    refused = call("POST", "/support-requests", body)
    assert refused.status_code == 400 and refused.json["code"] == "bad_input", refused.json
    assert {problem["field"] for problem in refused.json["errors"]} == {"services", "channel", "consent.channel"}


def test_a_reload_leaves_a_plan_alone(app: Flask, client_for: Any, demo: Any) -> None:
    client = client_for("administrator")
    assert plan(client, winter()).status_code == 303
    with app.app_context():
        db.session.get_one(Service, "networking").loaded_hash = "of an older file"
        db.session.commit()
    reload(app)
    assert planned(app) == {"networking": winter()} and service(app)[1:] == (False, None)
    assert run(app, start_of(winter())) == 1
    reload(app)
    assert service(app)[2] == winter()


@pytest.mark.parametrize("end", ["today", "follow", "file"])
def test_a_plan_ends_with_what_it_was_for(app: Flask, client_for: Any, demo: Any, end: str) -> None:
    client = client_for("administrator")
    assert act(client, SERVICE, "save", name_nl="Kennismaken").status_code == 303
    assert plan(client, winter()).status_code == 303
    if end == "today":
        assert plan(client, local_day(utcnow())).status_code == 303
        assert planned(app) == {} and service(app)[2] == local_day(utcnow())
    elif end == "follow":
        assert "also takes the planned retirement back" in page_of(client)
        assert act(client, SERVICE, "follow").status_code == 303
        assert planned(app) == {} and service(app)[1:] == (False, None)
        assert f"Retires on: 1 January {winter().year} became empty" in page_of(client)
    else:
        earlier = local_day(utcnow())
        with app.app_context():
            db.session.get_one(Service, "networking").retired_on = earlier
            db.session.commit()
        assert "Retires on" not in page_of(client).split('id="history"', 1)[0]
        assert "Retires on" not in page_of(client, f"{LIST}?show=retired")
        assert "/rows/networking" not in page_of(client, f"{LIST}?show=planned")
        assert run(app, start_of(winter())) == 1 and planned(app) == {} and service(app)[2] == earlier
    assert run(app, start_of(winter()) + HOUR) == 0
    assert kinds(app).count("retired") == (1 if end == "today" else 0)


def test_a_plan_for_a_row_that_is_gone_ends(app: Flask, demo: Any) -> None:
    with app.app_context():
        for name, key in (("services", "gone"), ("nonsense", "x"), ("holidays", "CO/x"), ("code_list_entries", "x")):
            made = PlannedRetirement(table_name=name, row_key=key, on=winter(), planned_by=None, planned_at=utcnow())
            db.session.add(made)
        db.session.commit()
    assert run(app, start_of(winter())) == 4 and planned(app) == {} and kinds(app) == []


def test_a_holiday_and_a_row_made_by_hand_retire_too(app: Flask, client_for: Any, demo: Any) -> None:
    """Keys with a date or of several parts, and what follows from a table's change."""
    client = client_for("administrator")
    day = f"{winter().year}-12-25"
    address = f"/administration/reference-data/holidays/rows/CO/{day}"
    with app.app_context():
        own = CodeListEntry(list_code="theme", code="water", position=9)
        own.set_names("Water", "Water")
        db.session.add(own)
        db.session.commit()
    theme = "/administration/reference-data/code-lists/rows/theme/water"
    assert plan(client, winter(), address).status_code == plan(client, winter(), theme).status_code == 303
    assert set(planned(app)) == {f"CO/{day}", "theme/water"}
    for table, key in (("holidays", f"CO/{day}"), ("code-lists", "theme/water")):
        shown = page_of(client, f"/administration/reference-data/{table}?show=planned")
        assert f'data-ref="{key}" data-state="planned"' in shown and shown.count('data-kind="reference"') == 1
    assert run(app, start_of(winter())) == 2
    with app.app_context():
        assert get_row(TABLES["holidays"], f"CO/{day}").retired_on == winter()
        assert get_row(TABLES["code-lists"], "theme/water").retired_on == winter()


def test_tables_that_never_retire_rows(app: Flask, client_for: Any, demo: Any) -> None:
    client, address = client_for("administrator"), "/administration/reference-data/terms/rows/first_reply"
    assert 'name="retires_on"' not in page_of(client, address)
    assert plan(client, winter(), address).status_code == 409
    assert act(client, address, "keep").status_code == 409 and planned(app) == {}


@pytest.mark.parametrize("persona", ["head", "manager", "auditor", "decision_maker", "assessor"])
def test_nobody_but_administrators_plans(app: Flask, client_for: Any, demo: Any, persona: str) -> None:
    client = client_for(persona)
    token = csrf_of(client, "/account")
    for action in ("retire", "keep"):
        data = {"csrf_token": token, "action": action, "retires_on": str(winter())}
        assert client.post(SERVICE, data=data).status_code == 403
    assert planned(app) == {} and not actor_may(app, demo, persona)


def actor_may(app: Flask, demo: Any, persona: str) -> bool:
    with app.app_context():
        return bool(actor_for(demo, persona).can("reference:edit"))


def test_lists_take_as_many_statements_with_plans(app: Flask, client_for: Any, statements: Any, demo: Any) -> None:
    client = client_for("administrator")
    with app.app_context():
        for code in db.session.execute(select(Service.code)).scalars():
            db.session.add(PlannedRetirement(table_name="services", row_key=code, on=winter(), planned_at=utcnow()))
        db.session.commit()
    for address in ("/administration/reference-data", LIST, f"{LIST}?show=planned", f"{LIST}?q=e&show=planned"):
        client.get(address)
        with statements() as made:
            assert client.get(address).status_code == 200
        assert len(made) <= 6, (address, made)
