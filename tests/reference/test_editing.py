"""Administrators keep reference data: edited here wins, the file's value can be taken over, nothing is deleted."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hubs.core.clock import local_day, utcnow
from hubs.core.events import Event
from hubs.extensions import db
from hubs.reference.cli import load_everything
from hubs.reference.editing import TABLES, get_row
from hubs.reference.models import CodeListEntry, Market, MarketCombination, Service
from hubs.referrals.models import SupportRequest, Term
from hubs.referrals.operations import act_on_request
from tests.conftest import csrf_of
from tests.referrals.builders import actor_for, question

SERVICE = "/administration/reference-data/services/rows/networking"


def fields_of(page: str) -> dict[str, str]:
    """What the form of a row holds, as a browser would send it."""
    form = page.split('id="edit"', 1)[1].split("</form>", 1)[0]
    inputs = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form)
    inputs += [(n, v) for v, n in re.findall(r'<input[^>]*value="([^"]*)"[^>]*name="([^"]+)"', form)]
    checked = set(re.findall(r'<input[^>]*type="checkbox"[^>]*name="([^"]+)"[^>]*checked', form))
    boxes = set(re.findall(r'<input[^>]*type="checkbox"[^>]*name="([^"]+)"', form))
    found = {name: value for name, value in inputs if name not in boxes or name in checked}
    found |= {n: v.strip() for n, v in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', form)}
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected[^>]*value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    return found


def act(client: FlaskClient, address: str, action: str, **changes: Any) -> Any:
    """Press a button on the page of a row, with what the page holds and what is typed over it."""
    page = client.get(address).get_data(as_text=True)
    held = fields_of(page)
    return client.post(address, data={**held, **day_of(page), **changes, "action": action})


def day_of(page: str) -> dict[str, str]:
    """The day on which a row would retire, as its form holds it."""
    return dict(re.findall(r'<input[^>]*name="(retires_on)"[^>]*value="([^"]*)"', page))


def service(app: Flask) -> tuple[str, bool, Any]:
    with app.app_context():
        row = db.session.get(Service, "networking")
        return row.name_nl, row.edited_at is not None, row.retired_on


def reload(app: Flask) -> None:
    with app.app_context():
        load_everything(now=utcnow())
        db.session.commit()


def test_an_edit_shows_everywhere_and_outlives_a_reload(app: Flask, client_for: Any, demo: Any) -> None:
    client = client_for("administrator", "nl")
    before, edited, _retired = service(app)
    assert not edited
    officer = client_for("officer", "nl")
    assert before in officer.get("/questions/new").get_data(as_text=True)
    assert act(client, SERVICE, "save", name_nl="Kennismaken met mensen").status_code == 303
    assert service(app)[:2] == ("Kennismaken met mensen", True)
    assert "Kennismaken met mensen" in officer.get("/questions/new").get_data(as_text=True), "kept names follow"
    reload(app)
    assert service(app)[0] == "Kennismaken met mensen"
    page = client.get(SERVICE).get_data(as_text=True)
    assert 'data-kind="difference" data-ref="name_nl"' in page and before in page
    assert f"{before} werd Kennismaken met mensen" in page or f"{before} became Kennismaken met mensen" in page
    assert "/rows/networking" in client.get("/administration/reference-data/services?show=edited").get_data(
        as_text=True
    )
    # the file's value back: it follows the file again
    assert act(client, SERVICE, "take:name_nl").status_code == 303
    assert service(app)[:2] == (before, False)
    with app.app_context():
        report = load_everything(now=utcnow())
        assert report.tables["services"].changed == 0 and not report.tables["services"].kept


def test_one_field_of_two_and_the_whole_row(app: Flask, client_for: Any, demo: Any) -> None:
    client = client_for("administrator")
    act(client, SERVICE, "save", name_nl="Een", name_en="One")
    assert act(client, SERVICE, "take:name_en").status_code == 303
    assert service(app)[:2] == ("Een", True), "one field still differs"
    assert act(client, SERVICE, "take:name_en").status_code == 422
    assert act(client, SERVICE, "follow").status_code == 303
    assert service(app)[1] is False and service(app)[0] != "Een"


def test_somebody_else_was_first(app: Flask, client_for: Any, demo: Any) -> None:
    client = client_for("administrator")
    page = client.get(SERVICE).get_data(as_text=True)
    held = fields_of(page) | day_of(page)
    assert act(client, SERVICE, "save", name_nl="Eerst").status_code == 303
    late = client.post(SERVICE, data={**held, "name_nl": "Laat", "action": "save"})
    assert late.status_code == 409 and 'value="Laat"' in late.get_data(as_text=True)
    assert service(app)[0] == "Eerst"
    for action in ("retire", "follow", "take:name_nl"):
        assert client.post(SERVICE, data={**held, "action": action}).status_code == 409, action


def test_retired_is_not_deleted_and_a_reload_does_not_bring_it_back(app: Flask, client_for: Any, demo: Any) -> None:
    client, officer = client_for("administrator"), client_for("officer")
    assert 'value="networking"' in officer.get("/questions/new").get_data(as_text=True)
    assert act(client, SERVICE, "retire").status_code == 303
    reload(app)
    assert service(app)[2] == local_day(utcnow())
    assert 'value="networking"' not in officer.get("/questions/new").get_data(as_text=True)
    assert "/rows/networking" not in client.get("/administration/reference-data/services").get_data(as_text=True)
    assert "/rows/networking" in client.get("/administration/reference-data/services?show=retired").get_data(
        as_text=True
    )
    assert act(client, SERVICE, "retire", retires_on=local_day(utcnow())).status_code == 409
    assert act(client, SERVICE, "reinstate").status_code == 303 and service(app)[2] is None
    with app.app_context():
        kinds = db.session.execute(
            select(Event.kind).where(Event.kind.like("reference.%")).order_by(Event.id)
        ).scalars()
        assert list(kinds) == ["reference.retired", "reference.reinstated"]


def test_a_row_made_by_hand(app: Flask, client_for: Any, demo: Any) -> None:
    client, address = client_for("administrator"), "/administration/reference-data/code-lists/new"
    values = {"list_code": "theme", "code": "water", "name_nl": "Water", "name_en": "Water", "position": "9"}
    token = csrf_of(client, address)
    for wrong in ({"code": "Water!"}, {"list_code": "nonsense"}, {"name_nl": ""}, {"position": "x"}, {"code": ""}):
        assert client.post(address, data={**values, **wrong, "csrf_token": token}).status_code == 422, wrong
    answer = client.post(address, data={**values, "csrf_token": csrf_of(client, address)})
    assert answer.status_code == 303 and answer.location.endswith("/code-lists/rows/theme/water")
    assert client.post(address, data={**values, "csrf_token": csrf_of(client, address)}).status_code == 422
    reload(app)
    with app.app_context():
        row = db.session.get(CodeListEntry, ("theme", "water"))
        assert row.retired_on is None and row.loaded_hash is None
    combination = "/administration/reference-data/market-combinations/new"
    dated = {"market": "CO", "theme": "water", "starts_on": "2027-01-01", "ends_on": "2026-01-01"}
    refused = client.post(combination, data={**dated, "csrf_token": csrf_of(client, combination)})
    assert refused.status_code == 422 and "before the first day" in refused.get_data(as_text=True)
    dated["ends_on"] = "2028-12-31"
    made = client.post(combination, data={**dated, "csrf_token": csrf_of(client, combination)})
    assert made.status_code == 303
    assert "Colombia: Water" in client.get(made.location).get_data(as_text=True)
    with app.app_context():
        row = db.session.execute(select(MarketCombination)).scalar_one()
        assert row.holds_on(date(2028, 12, 31)) and not row.holds_on(date(2029, 1, 1))


def test_a_holiday_moves_the_clocks_that_run(app: Flask, client_for: Any, in_app: Any, demo: Any) -> None:
    with in_app() as session:
        asked = question(demo, kvk="90000300")
        act_on_request(asked, "take", actor=actor_for(demo, "officer"), now=utcnow(), data={})
        moved = question(demo, kvk="90000301")
        before, identifier = moved.due_at, moved.id
        session.commit()
    client, address = client_for("administrator"), "/administration/reference-data/holidays/new"
    day = before.astimezone(ZoneInfo("America/Bogota")).date()  # a day the office works: the term ends on it
    values = {"market": "CO", "on": day.isoformat(), "name_nl": "Dag", "name_en": "Day", "closes_offices": "y"}
    assert client.post(address, data={**values, "csrf_token": csrf_of(client, address)}).status_code == 303
    with app.app_context():
        after = db.session.get(SupportRequest, identifier).due_at
        assert after != before, "the clock that ran has moved"
    address = f"/administration/reference-data/holidays/rows/CO/{day.isoformat()}"
    assert act(client, address, "retire").status_code == 303
    with app.app_context():
        assert db.session.get(SupportRequest, identifier).due_at == before


def test_a_flag_no_file_speaks_of_leaves_the_row_with_its_file(app: Flask, client_for: Any, demo: Any) -> None:
    client, address = client_for("administrator"), "/administration/reference-data/markets/rows/CO"
    assert act(client, address, "save", sanctions_until="2030-01-01").status_code == 422
    assert act(client, address, "save", sanctions_from="2026-01-01").status_code == 303
    with app.app_context():
        market = db.session.get(Market, "CO")
        assert market.sanctions_from == date(2026, 1, 1) and market.edited_at is None
    assert act(client, address, "save", weekend_days="zondag").status_code == 422
    assert act(client, address, "save", timezone="Mars/Base").status_code == 422
    assert (
        act(client, "/administration/reference-data/terms/rows/first_reply", "save", working_hours="24").status_code
        == 303
    )
    assert (
        act(client, "/administration/reference-data/terms/rows/first_reply", "save", outer_days="0").status_code == 422
    )
    reload(app)
    with app.app_context():
        assert db.session.get(Term, "first_reply").working_hours == 24
    assert act(client, "/administration/reference-data/terms/rows/first_reply", "follow").status_code == 303
    with app.app_context():
        term = db.session.get(Term, "first_reply")
        assert (term.working_hours, term.edited_at) == (16, None)


def test_every_table_lists_and_opens(app: Flask, client_for: Any, demo: Any) -> None:
    client = client_for("administrator", "nl")
    index = client.get("/administration/reference-data")
    assert index.status_code == 200
    for table in TABLES.values():
        assert str(table.code) in index.get_data(as_text=True)
        page = client.get(f"/administration/reference-data/{table.code}").get_data(as_text=True)
        assert page.count("<h1") == 1, table.code
        first = re.search(r'href="(/administration/reference-data/[a-z-]+/rows/[^"]+)"', page)
        if first:
            assert client.get(first[1]).status_code == 200, first[1]
        new = client.get(f"/administration/reference-data/{table.code}/new")
        assert new.status_code == (200 if table.can_add else 303), table.code
        for query in ("q=a%25_", "group=nonsense", "show=retired", "show=edited", "q=%00"):
            assert client.get(f"/administration/reference-data/{table.code}?{query}").status_code == 200, (
                table.code,
                query,
            )
    for absent in (
        "/administration/reference-data/nonsense",
        "/administration/reference-data/services/rows/nonsense",
        "/administration/reference-data/holidays/rows/CO/x",
    ):
        assert client.get(absent).status_code == 404, absent
    with app.app_context():
        assert get_row(TABLES["services"], "networking").code == "networking"


@pytest.mark.parametrize("persona", ["head", "manager", "auditor", "decision_maker", "assessor"])
def test_nobody_but_administrators(app: Flask, client_for: Any, demo: Any, persona: str) -> None:
    client = client_for(persona)
    for address in (
        "/administration/reference-data",
        "/administration/reference-data/services",
        "/administration/reference-data/services/new",
        SERVICE,
    ):
        assert client.get(address).status_code == 403, address
    token = csrf_of(client, "/account")
    answer = client.post(SERVICE, data={"csrf_token": token, "action": "retire"})
    assert answer.status_code == 403 and service(app)[2] is None


def test_a_market_stands_on_a_list_for_some_time(app: Flask, client_for: Any, in_app: Any, demo: Any) -> None:
    from hubs.accreditation.queries.files import lists_of
    from hubs.accreditation.results import lists_by_market

    client, address = client_for("administrator"), "/administration/reference-data/market-lists/new"
    today = local_day(utcnow())
    values = {"market": "CO", "list_code": "growth_market_2025", "starts_on": today.isoformat()}
    ended = {**values, "list_code": "bhos_2022_broad", "starts_on": "2020-01-01", "ends_on": "2021-01-01"}
    with in_app():
        before = lists_of(["CO"])
        assert not before & {"growth_market_2025", "bhos_2022_broad"}
    for each in (values, ended):
        assert client.post(address, data={**each, "csrf_token": csrf_of(client, address)}).status_code == 303
    with in_app():
        assert lists_of(["CO"]) == before | {"growth_market_2025"} == lists_by_market({"CO", "VN"})["CO"]
