"""The guideline walked through pages: read by everybody, drafted, mended, put in force, and never changed after."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hubs.core.clock import local_day, utcnow
from hubs.core.events import Event
from hubs.core.types import new_id
from hubs.extensions import db
from hubs.guideline.models import GuidelineVersion
from hubs.guideline.queries import version_in_force
from hubs.reference.cli import load_everything
from tests.conftest import post

Clients = Callable[..., FlaskClient]


def text_of(answer: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", answer.get_data(as_text=True)))


def first_version(in_app: Any) -> str:
    with in_app() as session:
        return session.execute(select(GuidelineVersion.id)).scalar_one()


def new_draft(client: FlaskClient, name: str = "2027-1") -> str:
    page = "/guideline/versions/new"
    assert post(client, page, {"name": name, "based_on": "0" * 26}).status_code == 422
    answer = post(client, page, {"name": name, "note": "Meer gewicht"})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def fields_of(client: FlaskClient, path: str) -> dict[str, Any]:
    """The values a form shows, as a browser would send them back."""
    page = client.get(path).get_data(as_text=True)
    form = next(part for part in page.split("<form ")[1:] if 'name="version"' in part)
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if not name or ("checkbox" in tag or "radio" in tag) and " checked" not in tag:
            continue
        found.setdefault(name[1], []).append(html.unescape(value[1] if value else ""))
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = html.unescape(body.lstrip("\r\n"))
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    return found


def criterion_path(client: FlaskClient, show: str, code: str) -> str:
    page = client.get(show).get_data(as_text=True)
    found = re.search(rf'href="([^"]+/criteria/[^"]+)">[^<]*<span class="sr"> {code}</span>', page)
    assert found, code
    return html.unescape(found[1])


def test_everybody_reads_the_version_in_force_in_both_languages(client_for: Clients, in_app: Any) -> None:
    anonymous = client_for("anonymous")
    english = text_of(anonymous.get("/guideline?lang=en"))
    assert "A1 Clear market need" in english and "not the official text" in english and "2026-1" in english
    assert "Nobody else gives these services" in english, "what each level means"
    dutch = text_of(anonymous.get("/guideline?lang=nl"))
    assert "A1 Duidelijke marktbehoefte" in dutch and "Niemand anders levert deze diensten" in dutch
    renewal = text_of(anonymous.get("/guideline?kind=renewal"))
    assert "C7" not in renewal and "E3" in renewal
    assert text_of(anonymous.get("/guideline?kind=odd")).count('data-kind="criterion"') == 30
    show = f"/guideline/versions/{first_version(in_app)}"
    page = text_of(anonymous.get(show))
    assert "put_in_force" not in page and "/criteria/" not in page and "What happened" not in page
    for path in ("/guideline/versions", "/guideline/compare", show):
        assert anonymous.get(path).status_code == 200
    assert anonymous.get("/guideline/compare?before=x&after=y").status_code == 404


def test_a_draft_is_made_edited_and_put_in_force(client_for: Clients, in_app: Any) -> None:
    administrator, anonymous = client_for("administrator"), client_for("anonymous")
    show = new_draft(administrator)
    assert "Nothing is missing" in text_of(administrator.get(show))
    assert anonymous.get(show).status_code == 404 and client_for("manager").get(show).status_code == 404
    assert show not in text_of(anonymous.get("/guideline/versions"))
    assert client_for("assessor").get(show).status_code == 200
    assert client_for("assessor").get(f"{show}/edit").status_code == 403

    edit = f"{show}/edit"
    values = {**fields_of(administrator, edit), "pass_mark": "60,5", "term_years": "4"}
    answer = post(administrator, edit, {**values, "pass_mark": "abc", "term_years": ""}, page=edit)
    assert answer.status_code == 422 and 'value="abc"' in text_of(answer) and text_of(answer).count('-error"') >= 2
    assert post(administrator, edit, {**values, "mid_term_months": "48"}, page=edit).status_code == 422
    assert post(administrator, edit, {**values, "name": "2026-1"}, page=edit).status_code == 422
    assert post(administrator, edit, values, page=edit).status_code == 303

    path = criterion_path(administrator, show, "A1")
    typed = fields_of(administrator, path)
    answer = post(administrator, path, {**typed, "threshold": "7", "name_en": "Typed by me"}, page=path)
    page = text_of(answer)
    assert answer.status_code == 422 and "at most 4" in page and "Typed by me" in page and 'value="7"' in page
    assert 'id="threshold-error"' in page
    typed |= {"threshold": "3", "level_2_text_en": ""}
    assert post(administrator, path, typed, page=path).status_code == 303
    page = text_of(administrator.get(show))
    assert "Some things are missing" in page and "Say in both languages what a 2 means." in page
    assert "what a 2 means" in text_of(administrator.get(path))

    tomorrow = local_day(utcnow()) + timedelta(days=1)
    answer = post(administrator, show, {"action": "put_in_force", "in_force_on": "2020-01-01"}, page=show)
    page = text_of(answer)
    assert answer.status_code == 422 and "This day is over" in page and "what a 2 means" in page
    version = fields_of(administrator, show)["version"]
    stale = {"action": "put_in_force", "in_force_on": tomorrow.isoformat(), "version": "1"}
    assert post(administrator, show, stale, page=show).status_code == 409
    typed |= {"level_2_text_en": "Now it says", "version": version, "form_key": new_id()}
    assert post(administrator, path, typed, page=path).status_code == 303
    typed |= {"form_key": new_id()}
    assert post(administrator, path, typed, page=path).status_code == 409, "the version it was typed on is gone"

    go = {"action": "put_in_force", "in_force_on": tomorrow.isoformat()}
    assert post(client_for("assessor"), show, go, page="/account").status_code == 403
    assert post(client_for("decision_maker"), show, go, page=show).status_code == 303
    assert "Starts later" in text_of(anonymous.get(show))
    with in_app() as session:
        today = version_in_force(tomorrow - timedelta(days=1))
        assert today and today.name == "2026-1" and today.retired_on == tomorrow and today.state == "retired"
        later = version_in_force(tomorrow)
        assert later and later.name == "2027-1" and str(later.pass_mark) == "60.50" and later.term_years == 4
        assert later.edited_at and later.put_in_force_at and version_in_force(date(2020, 1, 1)) is None
        kinds = list(
            session.execute(select(Event.kind).where(Event.subject_id == later.id).order_by(Event.id)).scalars()
        )
        assert kinds[0] == "guideline_version.draft" and kinds[-1] == "guideline_version.put_in_force"
    assert "In force since 1 January 2026" in text_of(anonymous.get("/guideline?lang=en"))
    for page in (edit, path, f"{show}/groups", f"{show}/criteria/new"):
        assert administrator.get(page).status_code == 409, "a version in force never changes"
    changes = text_of(
        anonymous.get(f"/guideline/compare?before={first_version_named(in_app, '2026-1')}&after={show[-26:]}")
    )
    assert "Pass mark" in changes and "60.5" in changes and "Threshold" in changes and "Now it says" in changes


def first_version_named(in_app: Any, name: str) -> str:
    with in_app() as session:
        return session.execute(select(GuidelineVersion.id).where(GuidelineVersion.name == name)).scalar_one()


def test_criteria_and_groups_come_and_go(client_for: Clients, in_app: Any) -> None:
    administrator = client_for("administrator")
    show = new_draft(administrator)
    new = f"{show}/criteria/new"
    answer = post(administrator, new, {"code": "x"}, page=new)
    assert answer.status_code == 422 and text_of(answer).count("-error") > 4
    typed = {
        **fields_of(administrator, new), "code": "A10", "group": "market_need", "name_nl": "Nieuw", "name_en": "New",
        "answer": "number", "unit": "companies", "threshold": "12,5", "weight": "1,25", "rule": "mandatory",
        "better": "higher", "moment": "application", "kinds": ["new", "renewal"],
        "market_lists": ["growth_market_2025"],
    }  # fmt: skip
    assert "Another criterion has this code." in text_of(post(administrator, new, {**typed, "code": "A1"}, page=new))
    assert post(administrator, new, {**typed, "weight": "NaN"}, page=new).status_code == 422
    assert post(administrator, new, {**typed, "kinds": ["merger"]}, page=new).status_code == 422
    assert post(administrator, new, typed, page=new).status_code == 303
    page = text_of(administrator.get(show))
    assert "Met with at least 12.5 companies." in page and "Growth market" in page and "Weighs 1.25" in page
    assert page.index("A5 ") < page.index("A10 New") < page.index("B1 ")

    groups = f"{show}/groups"
    values = fields_of(administrator, groups)
    assert values["groups-0-known"] == ["market_need"]
    line = {"groups-7-code": "extra", "groups-7-name_nl": "", "groups-7-name_en": "Extra"}
    answer = post(administrator, groups, {**values, **line}, page=groups)
    assert answer.status_code == 422 and 'id="groups-7-name_nl-error"' in text_of(answer)
    answer = post(administrator, groups, {**values, "groups-0-remove": "y"}, page=groups)
    assert answer.status_code == 422 and "market_need" in text_of(answer)
    values |= {**line, "groups-7-name_nl": "Extra", "groups-7-position": "0", "groups-0-name_en": "Need first"}
    assert post(administrator, groups, values, page=groups).status_code == 303

    path = criterion_path(administrator, show, "A10")
    assert post(administrator, path, {**fields_of(administrator, path), "group": "extra"}, page=path).status_code == 303
    page = text_of(administrator.get(show))
    assert page.index("A10 New") < page.index("A1 Clear")
    removed = {"action": "remove", "version": fields_of(administrator, path)["version"]}
    assert post(administrator, path, removed, page=path).status_code == 303
    assert administrator.get(path).status_code == 404 and "A10 New" not in text_of(administrator.get(show))

    drop = {"action": "drop", "version": fields_of(administrator, show)["version"]}
    assert post(administrator, show, {"action": "burn"}, page=show).status_code == 422
    assert post(client_for("decision_maker"), show, {"action": "drop"}, page=show).status_code == 403
    assert post(administrator, show, drop, page=show).status_code == 303
    assert administrator.get(show).status_code == 404
    with in_app() as session:
        kinds = set(session.execute(select(Event.kind).where(Event.subject_id == show[-26:])).scalars())
        assert {"guideline_version.draft", "guideline_version.remove_criterion", "guideline_version.drop"} <= kinds


def test_a_version_can_be_retired_without_another(client_for: Clients, in_app: Any) -> None:
    administrator, show = client_for("administrator"), f"/guideline/versions/{first_version(in_app)}"
    assert post(administrator, show, {"action": "retire"}, page=show).status_code == 422
    assert post(administrator, show, {"action": "retire", "retired_on": "2020-01-01"}, page=show).status_code == 422
    assert post(administrator, show, {"action": "drop"}, page=show).status_code == 409
    today = local_day(utcnow()).isoformat()
    assert post(administrator, show, {"action": "retire", "retired_on": today}, page=show).status_code == 303
    assert "No guideline is in force today" in text_of(client_for("anonymous").get("/guideline?lang=en"))
    assert client_for("anonymous").get(show).status_code == 200, "what began under it is still read by it"


@pytest.mark.usefixtures("demo")
def test_loading_again_touches_nothing(client_for: Clients, in_app: Any) -> None:
    show = new_draft(client_for("administrator"))
    with in_app() as session:
        before = session.execute(select(GuidelineVersion.id, GuidelineVersion.version_id)).all()
        report = load_everything(now=utcnow())
        db.session.commit()
        assert report.tables["guideline_versions"].as_json()["unchanged"] == 1
        assert session.execute(select(GuidelineVersion.id, GuidelineVersion.version_id)).all() == before
    assert client_for("administrator").get(show).status_code == 200
