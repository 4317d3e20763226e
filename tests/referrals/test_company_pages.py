"""The pages of companies, walked by those who may and those who may not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hubs.companies.models import CompanyRecord, ContactPerson, RegisterCheck
from hubs.companies.operations import CompanyData, know_company
from hubs.companies.register.asking import Reply
from hubs.core.clock import utcnow
from hubs.extensions import db
from hubs.referrals.operations import act_on_referral, act_on_request
from tests.conftest import csrf_of
from tests.referrals.builders import CANARY, actor_for, destinations, question
from tests.world import World

VAT = "NL123456782B90"


def stored(app: Flask, act: Callable[[], Any]) -> Any:
    with app.test_request_context("/?lang=en"):
        made = act()
        db.session.commit()
        db.session.remove()
        return made


def two(app: Flask, demo: World, **other: Any) -> tuple[str, str]:
    """A company with a question at hub A, and another of the same desk without a number."""

    def make() -> tuple[str, str]:
        officer, now = actor_for(demo, "officer"), utcnow()
        asked = question(demo)
        data = {"destinations": destinations(demo, "hub_a")}
        act_on_request(asked, "refer", actor=officer, now=now, data=data)
        act_on_referral(asked.referrals[0], "accept", actor=actor_for(demo, "manager"), now=now)
        values = {"name": "Kanarie Koeltechnik", "city": "Assen", **other}
        kept = know_company(str(officer.organisation_id), CompanyData(**values), actor=officer, now=now)
        return str(asked.company_id), kept.company_id

    return stored(app, make)


def post(client: FlaskClient, path: str, data: dict[str, Any]) -> Any:
    return client.post(path, data={**data, "csrf_token": csrf_of(client, "/account")})


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.get_data(as_text=True)


def test_what_is_written_down_is_shown_and_changed(app: Flask, demo: World, client_for: Any) -> None:
    first, _second = two(app, demo)
    officer, page = client_for("officer"), f"/companies/{first}"
    assert "Kanarie Koeltechnik" in text(officer, page)  # the other one, put forward
    edit = f"{page}/edit"
    wrong = {
        "name": "",
        "vat_number": "NL1",
        "establishment_number": "12",
        "rsin": "111111111",
        "region": "",
        "city": "Wijk",
    }
    answer = post(officer, edit, wrong)
    body = answer.get_data(as_text=True)
    assert answer.status_code == 422 and 'value="NL1"' in body and 'value="Wijk"' in body
    assert "looks like NL123456782B90" in body or "Fill this in" in body
    wrong["name"] = "Kanarie"
    body = post(officer, edit, wrong).get_data(as_text=True)
    assert "looks like NL123456782B90" in body and "has 12 digits" in body and "RSIN has 9 digits" in body
    right = {
        "name": "Kanarie Koel", "vat_number": "nl 1234.56.782.b90", "establishment_number": "0000 9000 1234",
        "rsin": "123456782", "region": "Drenthe", "city": "Assen",
    }  # fmt: skip
    assert post(officer, edit, right).status_code == 303
    body = text(officer, page)
    assert VAT in body and "000090001234" in body and "Kanarie Koel" in body
    assert post(officer, edit, {**right, "version": "of yesterday"}).status_code == 409
    assert VAT in text(officer, f"/companies?q={VAT}") or first in text(officer, f"/companies?q={VAT}")
    stranger = client_for("far_officer")
    for path in (page, edit, f"{page}/timeline", f"{page}/merge", f"{page}/people/new"):
        assert stranger.get(path).status_code == 404, path
    assert client_for("assessor").get(page).status_code == 403


def test_people_come_change_and_go(app: Flask, demo: World, client_for: Any) -> None:
    first, _second = two(app, demo)
    officer, page = client_for("officer"), f"/companies/{first}"
    assert post(officer, f"{page}/people/new", {"name": "", "language": "nl"}).status_code == 422
    wrong = post(officer, f"{page}/people/new", {"name": "Sam", "email": "sam@", "phone": "x", "language": "nl"})
    assert wrong.status_code == 422 and "sam@" in wrong.get_data(as_text=True)
    made = post(officer, f"{page}/people/new", {"name": "Sam Verzonnen", "email": "sam@voorbeeld.nl", "language": "en"})
    assert made.status_code == 303
    person_id = stored(app, lambda: db.session.execute(
        select(ContactPerson.id).where(ContactPerson.name == "Sam Verzonnen")
    ).scalar_one())  # fmt: skip
    one = f"{page}/people/{person_id}"
    assert (
        post(
            officer, one, {"action": "save", "name": "Sam de Proef", "phone": "0201234567", "language": "nl"}
        ).status_code
        == 303
    )
    assert "+31 20 123 4567" in text(officer, page)
    assert post(officer, one, {"action": "retire"}).status_code == 303
    assert "works there no more" in text(officer, page)
    assert post(officer, one, {"action": "return"}).status_code == 303
    assert text(officer, page).count("works there no more") == 0
    assert officer.get(f"/companies/{_second}/people/{person_id}").status_code == 404


def test_two_companies_become_one_and_two_again(app: Flask, demo: World, client_for: Any) -> None:
    first, second = two(app, demo)
    officer = client_for("officer")
    assert "Compare" in text(officer, "/companies/duplicates")
    found = text(officer, f"/companies/{second}/merge?q=kanarie")
    assert f"other={first}" in found and f"other={second}" not in found
    preview = f"/companies/{second}/merge?other={first}"
    body = text(officer, preview)
    assert "This one stays" in body and "Make them one" in body and CANARY["kvk"] in body
    answer = post(officer, f"/companies/{second}/merge", {"other": first, "action": "merge", "name": second})
    assert answer.status_code == 303 and answer.headers["Location"].endswith(first)
    shown = text(officer, f"/companies/{first}")
    assert "Kanarie Koeltechnik" in shown and "Assen" in shown and "Merged with another company" in shown
    moved = officer.get(f"/companies/{second}")
    assert moved.status_code == 302 and moved.headers["Location"].endswith(first)
    stranger = client_for("far_officer")
    assert stranger.get(f"/companies/{second}").status_code == 404
    linked = re.search(r"/companies/merges/(\w{26})", shown)
    assert linked is not None
    merge = linked.group(0)
    assert stranger.get(merge).status_code == 404 and post(stranger, merge, {}).status_code == 404
    assert "Make them two again" in text(officer, merge)
    assert post(officer, merge, {}).status_code == 303
    assert post(officer, merge, {}).status_code == 409
    assert "Kanarie Koeltechnik" in text(officer, f"/companies/{second}")
    assert CANARY["company"] in text(officer, f"/companies/{first}")
    apart = post(officer, f"/companies/{second}/merge", {"other": first, "action": "apart"})
    assert apart.status_code == 303
    assert "Compare" not in text(officer, f"/companies/{second}")


@pytest.mark.parametrize("other", ["", "x", "0" * 26, "\x00", "x" * 40])
def test_a_company_that_is_not_there_cannot_be_merged(app: Flask, demo: World, client_for: Any, other: str) -> None:
    first, _second = two(app, demo)
    answer = post(client_for("officer"), f"/companies/{first}/merge", {"other": other, "action": "merge"})
    assert answer.status_code == 404


def test_two_numbers_and_two_countries_are_refused_with_a_reason(app: Flask, demo: World, client_for: Any) -> None:
    first, second = two(app, demo, registration_number="90001299")
    officer, merge = client_for("officer"), f"/companies/{first}/merge"
    body = text(officer, f"{merge}?other={second}")
    assert "They have two numbers" in body
    refused = post(officer, merge, {"other": second, "action": "merge"})
    assert refused.status_code == 422 and "unless you say why they are one" in refused.get_data(as_text=True)
    assert (
        post(
            officer, merge, {"other": second, "action": "merge", "reason": "new_registration", "keep": second}
        ).status_code
        == 303
    )
    assert officer.get(f"/companies/{first}").headers["Location"].endswith(second)
    first, second = two(app, demo, country="BE", name="Canari")
    refused = post(officer, f"/companies/{first}/merge", {"other": second, "action": "merge"})
    assert refused.status_code == 422 and "two countries" in refused.get_data(as_text=True)


def test_a_register_is_asked_and_what_it_said_is_kept(
    app: Flask, demo: World, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = two(app, demo)
    officer, check = client_for("officer"), f"/companies/{first}/checks"
    assert "Look it up" not in text(officer, f"/companies/{first}")  # off by default
    assert post(officer, check, {"action": "look_up"}).status_code == 303
    monkeypatch.setitem(app.config, "KVK_API_URL", "recorded")
    monkeypatch.setitem(app.config, "VIES_URL", "recorded")
    asked_in_a_transaction = []
    from hubs.companies.register import choosing

    def replayed(*args: Any) -> Reply | None:
        asked_in_a_transaction.append(db.session().in_transaction())
        return replay(*args)

    replay = choosing.replay
    monkeypatch.setattr(choosing, "replay", replayed)
    assert post(officer, check, {"action": "look_up"}).status_code == 303
    body = text(officer, f"/companies/{first}")
    assert "Found, the name is right" in body and "Kanarie Koeltechniek B.V." in body and "Assen" in body
    assert asked_in_a_transaction == [False]
    edit = {"name": "Iets Heel Anders", "vat_number": VAT, "region": ""}
    assert post(officer, f"/companies/{first}/edit", edit).status_code == 303
    assert post(officer, check, {"action": "look_up"}).status_code == 303
    body = text(officer, f"/companies/{first}")
    assert "Found under another name" in body and "Iets Heel Anders" in body  # offered, never forced
    stored_checks = stored(app, lambda: [
        (row.id, row.source, row.outcome) for row in db.session.execute(select(RegisterCheck)).scalars()
    ])  # fmt: skip
    assert {row[1:] for row in stored_checks} >= {("kvk", "found"), ("kvk", "name_differs"), ("vies", "name_differs")}
    taken = next(row[0] for row in stored_checks if row[1:] == ("kvk", "name_differs"))
    assert post(officer, check, {"action": "take_name", "check": taken}).status_code == 303
    assert "<h1" in text(officer, f"/companies/{first}") and "Iets Heel Anders" not in text(
        officer, f"/companies/{first}"
    )
    stranger = client_for("far_officer")
    assert post(stranger, check, {"action": "look_up"}).status_code == 404
    assert post(stranger, check, {"action": "take_name", "check": taken}).status_code == 404


def test_the_timeline_says_what_happened_and_nothing_of_others(
    app: Flask, demo: World, client_for: Any, statements: Any
) -> None:
    first, second = two(app, demo)
    officer, hub = client_for("officer"), client_for("manager")
    post(officer, f"/companies/{first}/merge", {"other": second, "action": "merge"})
    page = f"/companies/{first}/timeline"
    body = text(officer, page)
    for words in (
        "Question asked",
        "Sent to",
        "Accepted by",
        "Consent by",
        "Merged with another company",
        "Written down",
    ):
        assert words in body, words
    answer = post(hub, "/referrals", {})
    assert answer.status_code in (404, 405)
    text(officer, page)
    with statements() as listed:
        text(officer, page)
    assert len(listed) <= 6, listed
    theirs = text(hub, "/companies")
    found = re.search(r'data-kind="company" data-ref="(\w{26})"', theirs)
    if found:
        body = text(hub, f"/companies/{found.group(1)}/timeline")
        assert "Merged" not in body and "Sent to" not in body


def test_the_timeline_goes_on_page_after_page(app: Flask, demo: World, client_for: Any) -> None:
    def many() -> str:
        for _number in range(12):
            asked = question(demo)
        return str(asked.company_id)

    company_id = stored(app, many)
    officer, path, seen = client_for("officer"), f"/companies/{company_id}/timeline", []
    while path:
        body = text(officer, path)
        seen += re.findall(r"H-\w{3}-\w{3}", body.split("<main", 1)[1])
        following = re.search(r'href="([^"]*timeline\?cursor=[^"]*)"', body)
        path = following.group(1) if following else ""
    assert len(set(seen)) == 12
    assert officer.get(f"/companies/{company_id}/timeline?cursor=nonsense").status_code in (400, 422)
    record = stored(app, lambda: db.session.execute(select(CompanyRecord.company_id)).scalars().first())
    assert record
