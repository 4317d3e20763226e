"""Every list within six SQL statements, sign-in included, whatever it lists: as many for fifty rows as for five.

A list is every address without parameters that answers a page or a collection, with its filters and its second
page. The world is filled twice, so that a statement per row cannot hide.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hubs.accounts.cli import all_rules
from hubs.accounts.models import ApiClient, Membership, Office, Organisation, Person
from hubs.accounts.permissions import SCOPES
from hubs.agreements.models import AgreementPost
from hubs.core.clock import utcnow
from hubs.core.tokens import hash_token
from hubs.core.types import new_id
from hubs.directory.models import HubMarket, HubProfile, Liaison, ProfileChange, Revision, ServiceOffer
from hubs.extensions import db
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import act_on_referral, act_on_request, add_information
from tests.conftest import _fresh, csrf_of
from tests.referrals.builders import actor_for, destinations, entrepreneur, question
from tests.world import PASSWORD, World, agreement

MOST = 6
# pages that list nothing of one's own work: forms full of choices, and pages about oneself; bounded, but not by six
ONE_THING = {
    "/account": 8, "/ask": 8, "/organisation": 8, "/organisation/embedding": 7,
    "/organisation/preview": 9, "/questions/new": 9,
    "/agreements/new": 12, "/proposals/new": 9, "/calibration": 8,  # a report over three tables, and a form
}  # fmt: skip
FEW, MANY = 5, 60
# one of each kind of organisation and role that has lists of its own
READERS = (
    "officer", "head", "manager", "partner_manager", "central_officer", "administrator", "auditor", "assessor",
    "decision_maker", "anonymous",
)  # fmt: skip
CLIENTS = {
    "officer": "post", "manager": "hub_a", "partner_staff": "partner", "auditor": "ministry", "assessor": "ministry",
    "administrator": "ministry",
}  # fmt: skip
FILTERED = (
    "/questions?state=referred", "/questions?state=all", "/questions?market=CO", "/questions?handler=mine",
    "/referrals?box=out", "/referrals?state=accepted", "/referrals?state=all", "/work?others=all", "/work?due=week",
    "/work?handler=mine", "/companies?q=kanarie",
    "/feedback?show=open", "/register?market=CO", "/register?q=hub", "/posts?market=CO",
    "/register?sort=speed", "/hubs?q=hub", "/people/organisations?q=hub",
)  # fmt: skip
NOT_A_LIST = {"static", "health.live", "health.ready", "health.metrics", "api.openapi_show"}


# --- filling ----------------------------------------------------------------------------------------------


def fill(demo: World, start: int, stop: int) -> None:
    """Questions in many states with companies and people of their own, agreements, people, offers."""
    hubs = cycle(("hub_a", "hub_b", "hub_a"))
    for number in range(start, stop):
        _sent(demo, number, next(hubs))
        if number % 2 == 0:
            _received_by_partner(demo, number)
            question(demo, owner="hub_a", kvk=str(92_000_000 + number))
            question(demo, owner="ministry", market=None, services=(), consent=None, kvk=str(93_000_000 + number))
        _person(demo, number, "post", "officer")
        _person(demo, number, "hub_a", "staff")
        _person(demo, number, "partner", "staff")
        _agreement(demo, number)
        _offer(demo, number)
    db.session.flush()


def _sent(demo: World, number: int, hub: str) -> None:
    """A question of the post: some wait there, some lie at a hub, some came back, some are done."""
    asked = question(demo, kvk=str(90_000_000 + number), urgency="high" if number % 4 == 0 else "normal")
    add_information(asked, "Nog iets.", actor=entrepreneur(asked), now=utcnow())
    if number % 5 == 0:
        return
    officer, now = actor_for(demo, ("officer", "officer_2")[number % 2]), utcnow()
    reason = None if hub == "hub_a" else "client_choice"
    data = {"destinations": destinations(demo, hub), "reason": reason}
    act_on_request(asked, "refer", actor=officer, now=now, data=data)
    receiver = actor_for(demo, {"hub_a": ("manager", "staff")[number % 2], "hub_b": "other_manager"}[hub])
    _go_on(asked, receiver, number)


def _go_on(asked: SupportRequest, receiver: Any, number: int) -> None:
    referral, now = asked.referrals[-1], utcnow()
    if number % 5 == 1:
        act_on_referral(referral, "accept", actor=receiver, now=now)
    elif number % 5 == 2:
        act_on_referral(referral, "decline", actor=receiver, now=now, data={"reason": "integrity"})
    elif number % 5 == 3:
        act_on_referral(referral, "ask", actor=receiver, now=now, data={"note": "Hoeveel contracten?"})


def _received_by_partner(demo: World, number: int) -> None:
    asked = question(demo, kvk=str(91_000_000 + number), consent=["partner"], services=("export_coaching",))
    data = {"mode": "warm", "destinations": destinations(demo, "partner")}
    act_on_request(asked, "signpost", actor=actor_for(demo, "officer"), now=utcnow(), data=data)


def _person(demo: World, number: int, place: str, role: str) -> None:
    email = f"{place}.{number}@example.nl"
    person = Person(id=new_id(), name=f"Proef {number}", email=email, email_folded=email, created_at=utcnow())
    db.session.add(person)
    db.session.flush()
    db.session.add(Membership(person_id=person.id, organisation_id=demo.organisations[place], role=role))


def _agreement(demo: World, number: int) -> None:
    """Earlier agreements of hub A with the post and another post, for the list only."""
    ended = {"state": "ended", "starts_on": date.today() - timedelta(days=900 + number)}
    row = agreement(demo, "hub_a", "post", **ended, ends_on=date.today() - timedelta(days=800))
    row.posts.append(AgreementPost(post_id=demo.organisations["far_post"]))


def _offer(demo: World, number: int) -> None:
    code = f"proefhub-{number}"
    organisation = Organisation(
        id=new_id(), kind="hub", code=code, name_nl=code, name_en=code, name_folded=code, market="CO", is_demo=True
    )
    db.session.add(organisation)
    db.session.flush()
    db.session.add(HubProfile(id=organisation.id, state="accredited", status_since=utcnow(), markets=["CO"]))
    db.session.add(Office(id=new_id(), organisation_id=organisation.id, city=f"Stad {number}", market="CO"))
    db.session.flush()
    db.session.add(HubMarket(hub_id=organisation.id, market="CO"))
    db.session.add(ServiceOffer(organisation_id=organisation.id, service="networking", is_published=True))
    changed = {"state": "submitted", "values": {"legal_form": "x"}, "edited_at": utcnow(), "submitted_at": utcnow()}
    db.session.add(ProfileChange(hub_id=organisation.id, edited_by=demo.people["manager"].id, **changed))
    own = demo.organisations["hub_a"]
    db.session.add(Liaison(organisation_id=own, name=f"Proef {number}", counterpart_id=demo.organisations["post"]))
    db.session.add(
        Revision(
            organisation_id=own, subject_kind="profile", subject_id=own, action="edit", at=utcnow(),
            changes={"website": [None, f"https://{number}.example"]}, by_person_id=demo.people["manager"].id,
        )
    )  # fmt: skip


# --- counting ---------------------------------------------------------------------------------------------


@dataclass
class Counted:
    """How many statements each address took, by reader; and how many rows an address showed."""

    statements: dict[tuple[str, str], list[str]]
    rows: dict[tuple[str, str], int]


@pytest.fixture(scope="module")
def counts(_app: Flask, _databases: Any) -> Iterator[tuple[Counted, Counted]]:
    """The same addresses counted in a world of five rows and in one of sixty."""
    _fresh(_app, _databases, "demo")
    demo: World = _app.extensions["test_world"]
    _in_app(_app, lambda: _prepare(demo))
    clients = {reader: _signed_in(_app, demo, reader) for reader in READERS}
    counted = []
    for start, stop in ((0, FEW), (FEW, MANY)):
        _in_app(_app, lambda start=start, stop=stop: fill(demo, start, stop))
        counted.append(_count(_app, clients))
    yield counted[0], counted[1]


def _in_app(app: Flask, act: Callable[[], None]) -> None:
    with app.test_request_context("/?lang=en"):
        act()
        db.session.commit()
        db.session.remove()


def _prepare(demo: World) -> None:
    """Room for everything at the hubs, and a client for each role."""
    for name in ("hub_a", "hub_b"):
        db.session.get_one(Office, demo.offices[name]).weekly_capacity = None
    for persona, place in CLIENTS.items():
        role = demo.people[persona].role
        token = hash_token(f"count-{persona}")
        db.session.add(
            ApiClient(
                organisation_id=demo.organisations[place],
                person_id=demo.people[persona].id,
                name=persona,
                token_hash=token,
                role=role,
                scopes=sorted(SCOPES),
                created_at=utcnow(),
            )  # fmt: skip
        )


def _signed_in(app: Flask, demo: World, reader: str) -> FlaskClient:
    client = app.test_client()
    client.get("/sign-in?lang=en")
    if reader != "anonymous":
        values = {"email": demo.people[reader].email, "password": PASSWORD, "csrf_token": csrf_of(client)}
        assert client.post("/sign-in", data=values).status_code == 303
    return client


def _count(app: Flask, clients: dict[str, FlaskClient]) -> Counted:
    counted = Counted({}, {})
    pages = [
        rule["rule"]
        for rule in all_rules(app)
        if rule["kind"] == "html" and "GET" in rule["methods"] and "<" not in rule["rule"]
    ]
    for reader, client in clients.items():
        for address in (*pages, *FILTERED):
            _look(app, counted, reader, address, lambda path, client=client: client.get(path))
    for persona in CLIENTS:
        for rule in all_rules(app):
            path = rule["rule"]
            if rule["kind"] != "api" or "GET" not in rule["methods"] or "<" in path or rule["endpoint"] in NOT_A_LIST:
                continue
            _look(app, counted, f"api {persona}", f"{path}?pageSize=50", lambda p, who=persona: _call(app, who, p))
    return counted


def _call(app: Flask, persona: str, path: str) -> Any:
    return app.test_client().get(path, headers={"Authorization": f"Bearer count-{persona}"})


def _look(app: Flask, counted: Counted, reader: str, address: str, get: Callable[[str], Any]) -> None:
    """Once to warm what a process keeps (labels, calendars), once to count; and the next page."""
    first = get(address)
    if first.status_code == 400 and address.endswith("?pageSize=50"):  # no list, but counted all the same
        address = address.partition("?")[0]
        first = get(address)
    if first.status_code != 200:
        return
    listed, answer = _statements(app, lambda: get(address))
    text = answer.get_data(as_text=True)
    counted.statements[(reader, address)] = listed
    counted.rows[(reader, address)] = _rows(answer, text)
    following = _next(answer, text)
    if following:
        counted.statements[(reader, address + " (next page)")] = _statements(app, lambda: get(following))[0]


def _rows(answer: Any, text: str) -> int:
    if answer.is_json:
        return len(answer.json.get("items", []))
    return len(re.findall(r"\bdata-ref=", text))


def _next(answer: Any, text: str) -> str | None:
    if answer.is_json:
        address = answer.json.get("next")
    else:
        found = re.search(r'href="([^"]*[?&;]cursor=[^"]*)"', text)
        address = html.unescape(found.group(1)) if found else None
    return re.sub(r"^https?://[^/]+", "", address) if address else None


def _statements(app: Flask, get: Callable[[], Any]) -> tuple[list[str], Any]:
    from sqlalchemy import event

    listed: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA")):
            listed.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        return listed, get()
    finally:
        event.remove(engine, "before_cursor_execute", note)


# --- what must hold ---------------------------------------------------------------------------------------


def test_no_page_takes_more_than_six_statements(counts: tuple[Counted, Counted]) -> None:
    _few, many = counts
    wrong = [
        f"{reader} {address}: {len(listed)}"
        for (reader, address), listed in many.statements.items()
        if len(listed) > ONE_THING.get(address, MOST)
    ]
    assert not wrong, "\n".join(wrong)


def test_as_many_statements_for_many_rows_as_for_few(counts: tuple[Counted, Counted]) -> None:
    few, many = counts
    wrong = [
        f"{reader} {address}: {len(few.statements[(reader, address)])} and then {len(listed)}"
        for (reader, address), listed in many.statements.items()
        if (reader, address) in few.statements and len(few.statements[(reader, address)]) != len(listed)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_lists_were_long(counts: tuple[Counted, Counted]) -> None:
    """The counting is worth something: these lists grew between the two worlds, to a full page."""
    few, many = counts
    for key in (
        ("officer", "/questions"), ("officer", "/referrals?box=out"), ("manager", "/referrals"),
        ("manager", "/organisation/liaisons"), ("manager", "/organisation/history"), ("assessor", "/profile-changes"),
        ("manager", "/agreements"), ("head", "/people"), ("officer", "/companies"), ("officer", "/work"),
        ("partner_manager", "/referrals"), ("central_officer", "/questions"), ("anonymous", "/register?market=CO"),
        ("api officer", "/api/v1/support-requests?pageSize=50"), ("api officer", "/api/v1/referrals?pageSize=50"),
        ("api manager", "/api/v1/referrals?pageSize=50"), ("api manager", "/api/v1/agreements?pageSize=50"),
        ("api officer", "/api/v1/companies?pageSize=50"), ("api officer", "/api/v1/client-contacts?pageSize=50"),
        ("api manager", "/api/v1/liaisons?pageSize=50"), ("api auditor", "/api/v1/events?pageSize=50"),
        ("api officer", "/api/v1/hubs?pageSize=50"),
    ):  # fmt: skip
        assert key in many.rows, f"{key} was not counted"
        assert many.rows[key] >= 20, (key, few.rows.get(key), many.rows[key])


def test_every_collection_was_counted(app: Flask, counts: tuple[Counted, Counted]) -> None:
    """A new list is counted by itself; one nobody in the cast can open would escape."""
    _few, many = counts
    counted = {address.split("?")[0] for _reader, address in many.statements}
    for rule in all_rules(app):
        if "GET" not in rule["methods"] or "<" in rule["rule"] or rule["endpoint"] in NOT_A_LIST:
            continue
        if rule["kind"] == "ops":
            continue
        shows_nothing = rule["endpoint"] in {"referrals.ask_sent", "referrals.ask_saved", "referrals.selection"}
        assert rule["rule"] in counted or shows_nothing, rule["rule"]


def test_a_statement_per_row_would_be_seen(app: Flask, demo: World, in_app: Any, statements: Any) -> None:
    """The counter counts: reading each row's company by itself makes a statement each."""
    with in_app() as session:
        for number in range(3):
            question(demo, kvk=str(94_000_000 + number))
        session.commit()
    with in_app() as session, statements() as listed:
        for row in session.execute(select(SupportRequest)).scalars():
            assert row.company.registration_number
    assert len(listed) == 4
