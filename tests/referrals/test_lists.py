"""Lists of questions and referrals: filters, orders, columns, saved views, what lies still, who stands in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select, update

from hubs.accounts.absences import may_stand_in
from hubs.accounts.models import Absence, Membership, Office
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.core.types import new_id
from hubs.referrals.lists.asked import COLUMNS, SORTS, asked_of
from hubs.referrals.lists.models import IdleLimit, SavedView
from hubs.referrals.lists.turns import covered_people
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import act_on_referral, act_on_request
from hubs.referrals.views import lists
from tests.conftest import post
from tests.referrals.builders import actor_for, destinations, question
from tests.world import World


def refs(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.get_data(as_text=True)[:3000]
    return re.findall(r'<li data-kind="(?:support_request|referral)" data-ref="([^"]+)"', answer.get_data(as_text=True))


def next_page(answer: Any) -> str | None:
    found = re.search(r'rel="next" href="([^"]+)"', answer.get_data(as_text=True))
    return found.group(1).replace("&amp;", "&") if found else None


# --- what an address asks -----------------------------------------------------------------------------------


def test_an_address_is_read_with_care() -> None:
    asked = asked_of("questions", {"market": "CO", "state": "x'; --", "from": "2026-02-31", "until": "2026-02-28",
                                   "turn": "ours", "idle": "yes", "sort": "evil", "columns": "service,evil,market",
                                   "q": " a\x00b " * 200})  # fmt: skip
    assert asked.get("market") == "CO" and asked.get("state") == "-"
    assert asked.first_day is None and str(asked.last_day) == "2026-02-28"
    assert asked.get("turn") == "" and asked.get("idle") == "yes"
    assert asked.sort == "newest" and asked.columns == ("service", "market")
    assert len(asked.get("q")) <= 200 and "\x00" not in asked.get("q")
    assert asked_of("questions", asked.query()) == asked  # what it says of itself is read back as the same


# --- orders: each whole, without gaps or doubles ------------------------------------------------------------


@pytest.fixture
def many(in_app: Any, demo: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Thirty open questions with equal and absent markets, companies, handlers and terms; a page holds 25."""
    monkeypatch.setattr(lists, "PAGE_SIZE", 25)
    with in_app() as session:
        made, day = [], utcnow()
        for number in range(30):
            asked = question(
                demo,
                market=("CO", "VN", None)[number % 3],
                services=("commercial_referral",) if number % 2 else ("office_space",),
                consent=None,
                kvk=str(97_000_000 + number // 4),
                submit=number % 5 != 0,
                sector=("33", "01")[number % 2],
            )
            asked.handler_id = (demo.people["officer"].id, demo.people["officer_2"].id, None)[number % 3]
            if number % 7 == 0:
                asked.company_id = asked.contact_person_id = None
            asked.waiting_since = (
                None if number % 10 == 0 else day - timedelta(days=number // 6)
            )  # equal and absent ones
            made.append(asked.reference)
        session.commit()
    return made


@pytest.mark.parametrize("sort", SORTS["questions"])
def test_each_order_pages_through_everything_once(client_for: Any, many: list[str], sort: str, in_app: Any) -> None:
    client = client_for("officer")
    seen: list[str] = []
    address: str | None = f"/questions?sort={sort}&columns={','.join(COLUMNS['questions'])}"
    while address:
        answer = client.get(address)
        seen += refs(answer)
        address = next_page(answer)
    assert sorted(seen) == sorted(many)
    with in_app() as session:
        rows = {row.reference: row for row in session.execute(select(SupportRequest)).scalars()}
        keys = {
            "newest": lambda row: [-int(row.id, 36)],
            "oldest": lambda row: [int(row.id, 36)],
            "due": lambda row: [row.due_at is None, row.due_at or utcnow()],
            "waiting": lambda row: [row.waiting_since is None, row.waiting_since or utcnow()],
            "market": lambda row: [row.market is None, row.market or ""],
            "company": lambda row: [row.company_name is None],
            "handler": lambda row: [row.handler is None, row.handler.name if row.handler else ""],
        }
        ordered = [keys[sort](rows[reference]) for reference in seen]
    assert all(one <= other for one, other in pairwise(ordered)), ordered


def test_a_foreign_cursor_is_refused(client_for: Any, many: list[str]) -> None:
    assert client_for("officer").get("/questions?sort=due&cursor=W10").status_code in (400, 422)


# --- filters ------------------------------------------------------------------------------------------------


def test_filters_narrow_the_list(client_for: Any, many: list[str], demo: World) -> None:
    client = client_for("officer")

    def number(query: str) -> int:
        answer = client.get(f"/questions?{query}")
        following = next_page(answer)
        return len(refs(answer)) + (len(refs(client.get(following))) if following else 0)

    assert number("") == 30
    assert number("market=CO") == 10 and number("market=ZZ") == 0
    assert number("service=office_space") == 15 and number("sector=01") == 15
    assert number("handler=none") == 10 and number("handler=mine") == 10
    assert number(f"handler={demo.people['officer_2'].id}&market=VN") == 10
    assert number("state=draft") == 6 and number("state=closed") == 0 and number("state=all") == 30
    assert number("turn=us") == 30 and number("turn=them") == 0  # drafts wait for us too
    today = utcnow().date()
    assert number(f"from={today - timedelta(days=1)}&until={today + timedelta(days=1)}") == 24
    assert number(f"until={today - timedelta(days=2)}") == 0
    assert number("channel=telephone") == 30 and number("channel=email") == 0
    assert number(f"office={demo.offices['post']}") == 30 and number(f"office={demo.offices['hub_a']}") == 0
    assert number("q=advocaat+monteurs") == 30 and number("q=advokaat") == 30 and number("q=zeppelin") == 0


def test_chosen_columns_stand_in_each_line_and_in_the_address(client_for: Any, many: list[str]) -> None:
    page = client_for("officer").get("/questions?columns=service&columns=sector&market=CO").get_data(as_text=True)
    assert page.count("<dt>Service</dt>") == 10 and page.count("<dt>Sector</dt>") == 10
    assert 'value="service" checked' in page and 'value="channel" checked' not in page


# --- saved views --------------------------------------------------------------------------------------------


VIEW = "Proeflijst Verzonnen"


def _keep(client: Any, **values: str) -> Any:
    return post(
        client, "/views", {"list_name": "questions", "query": "market=CO", "name": VIEW, **values}, page="/questions"
    )


def test_a_view_is_kept_counted_opened_and_put_first(client_for: Any, many: list[str]) -> None:
    client = client_for("officer")
    answer = _keep(client, query="market=CO&sort=due&columns=service&evil=1", is_default="y")
    assert answer.status_code == 303
    page = client.get("/questions").get_data(as_text=True)
    assert VIEW in page and re.search(r"\(10\)", page), "its count stands beside it"
    assert len(refs(client.get("/questions"))) == 10, "the list opens with it"
    assert page.count("<dt>Service</dt>") == 10 and f"<title>{VIEW}" in page
    assert len(refs(client.get("/questions?view=all"))) == 25
    assert len(refs(client.get("/questions?market=VN"))) == 10, "an address of its own is followed as it is"
    narrowed = refs(client.get(f"{answer.headers['Location']}&service=office_space"))
    assert 0 < len(narrowed) < 10, "a view is narrowed further by what else the address says"
    other = client_for("officer_2").get("/questions").get_data(as_text=True)
    assert VIEW not in other, "somebody's own view is theirs"


def test_a_view_needs_a_name_of_its_own(client_for: Any, demo: World) -> None:
    client = client_for("officer")
    assert _keep(client, name="  ").status_code == 422
    assert _keep(client).status_code == 303
    answer = _keep(client, name=VIEW.lower())
    assert answer.status_code == 422 and "already" in answer.get_data(as_text=True)
    assert VIEW.lower() in answer.get_data(as_text=True), "what was typed is kept"
    assert _keep(client, list_name="people", name="x").status_code == 422
    assert _keep(client, name="x" * 81).status_code == 422


def test_a_shared_view_stays_when_its_maker_leaves(client_for: Any, in_app: Any, demo: World) -> None:
    maker, colleague, head = client_for("officer"), client_for("officer_2"), client_for("head")
    view = re.search(r"view=(\w+)", _keep(maker, is_shared="y").headers["Location"]).group(1)  # type: ignore[union-attr]
    assert VIEW in colleague.get("/questions").get_data(as_text=True)
    assert client_for("manager").get(f"/views/{view}").status_code == 404, "another organisation's view is none"
    change = {"action": "save", "name": "Anders", "is_shared": "y"}
    assert post(colleague, f"/views/{view}", change).status_code == 403
    assert post(colleague, f"/views/{view}", {"action": "put_first", "is_default": "y"}).status_code == 303
    assert post(head, f"/views/{view}", change).status_code == 303
    with in_app() as session:
        session.execute(
            update(Membership).where(Membership.person_id == demo.people["officer"].id).values(ended_at=utcnow())
        )
        session.commit()
    assert "Anders" in colleague.get("/questions").get_data(as_text=True)
    assert post(colleague, f"/views/{view}", {"action": "drop"}).status_code == 303, "anybody keeps what is nobody's"
    assert colleague.get("/questions").status_code == 200, "and who opened with it opens with everything"
    with in_app() as session:
        assert session.execute(select(SavedView)).scalars().all() == []
        kinds = set(session.execute(select(Event.kind).where(Event.kind.like("saved_view.%"))).scalars())
    assert kinds == {"saved_view.saved", "saved_view.changed", "saved_view.put_first", "saved_view.dropped"}


def test_a_view_that_is_shared_no_more_opens_nobody_elses_list(client_for: Any, demo: World) -> None:
    maker, colleague = client_for("officer"), client_for("officer_2")
    view = re.search(r"view=(\w+)", _keep(maker, is_shared="y").headers["Location"]).group(1)  # type: ignore[union-attr]
    post(colleague, f"/views/{view}", {"action": "put_first", "is_default": "y"})
    assert post(maker, f"/views/{view}", {"action": "save", "name": VIEW}).status_code == 303
    assert VIEW not in colleague.get("/questions").get_data(as_text=True)
    assert colleague.get(f"/views/{view}").status_code == 404


# --- what lies still ----------------------------------------------------------------------------------------


def test_what_lies_still_is_marked_by_the_limit_of_who_is_to_act(client_for: Any, in_app: Any, demo: World) -> None:
    long_ago = utcnow() - timedelta(days=9)
    with in_app() as session:
        old = question(demo, now=long_ago)  # the desk's own turn: officers get 7 days
        sent = question(demo, kvk="97100001", now=long_ago)
        data = {"destinations": destinations(demo, "hub_a")}
        act_on_request(sent, "refer", actor=actor_for(demo, "officer"), now=long_ago, data=data)
        act_on_referral(sent.referrals[0], "accept", actor=actor_for(demo, "manager"), now=long_ago)
        fresh = question(demo, kvk="97100002")
        session.commit()
        names = {"old": old.reference, "sent": sent.reference, "fresh": fresh.reference}
        referral = sent.referrals[0].reference
    officer, manager = client_for("officer"), client_for("manager")
    assert refs(officer.get("/questions?idle=yes")) == [names["old"]]
    assert "Nothing happened for 9 days" in officer.get("/questions").get_data(as_text=True)
    assert refs(officer.get("/work?idle=yes")) == [names["old"]], "a hub gets 10 days"
    assert refs(manager.get("/referrals?idle=yes")) == []
    with in_app() as session:
        from hubs.core.stamps import ROUTING, bump

        session.execute(update(IdleLimit).where(IdleLimit.role == "staff").values(days=5))
        bump(session, ROUTING)
        session.commit()
    assert refs(manager.get("/referrals?idle=yes")) == [referral]
    assert set(refs(officer.get("/work?idle=yes"))) == {names["old"], referral}
    assert "2 lie still too long" in officer.get("/work").get_data(as_text=True)


def test_the_limits_are_loaded_and_kept_when_edited(in_app: Any, demo: World) -> None:
    from hubs.referrals.loading import load_terms

    with in_app() as session:
        assert {row.role: row.days for row in session.execute(select(IdleLimit)).scalars()} == {
            "officer": 7, "staff": 10, "partner": 14, "entrepreneur": 21,
        }  # fmt: skip
        session.execute(update(IdleLimit).where(IdleLimit.role == "staff").values(days=3, edited_at=utcnow()))
        report = load_terms(session, utcnow())
        assert report.tables["idle_limits"].kept == ["staff"]
        assert session.get(IdleLimit, "staff").days == 3


# --- who stands in ------------------------------------------------------------------------------------------


def test_what_a_deputy_stands_in_for_is_mine(client_for: Any, in_app: Any, demo: World) -> None:
    now = utcnow()
    with in_app() as session:
        asked = question(demo)
        asked.handler_id = demo.people["officer_2"].id
        session.commit()
        reference = asked.reference
    officer = client_for("officer")
    for address in ("/work?handler=mine", "/questions?handler=mine"):
        assert refs(officer.get(address)) == []
    with in_app() as session:
        members = {
            row.person_id: row.id
            for row in session.execute(
                select(Membership).where(Membership.organisation_id == demo.organisations["post"])
            ).scalars()
        }
        session.add(
            Absence(
                id=new_id(), membership_id=members[demo.people["officer_2"].id],
                deputy_membership_id=members[demo.people["officer"].id], recorded_at=now,
                starts_on=(now - timedelta(days=1)).date(), ends_on=(now + timedelta(days=2)).date(),
            )
        )  # fmt: skip
        session.commit()
    name = demo.people["officer_2"].name
    for address in ("/work?handler=mine", "/questions?handler=mine"):
        answer = officer.get(address)
        assert refs(answer) == [reference]
        assert f"{name}, away: you stand in" in answer.get_data(as_text=True)
    assert refs(client_for("head").get("/questions?handler=mine")) == []


def test_a_deputy_covers_only_as_far_as_right_and_office_reach(client_for: Any, in_app: Any, demo: World) -> None:
    """A deputy who lost the role, or was moved to another office, no longer has the other's work as theirs."""
    now = utcnow()
    with in_app() as session:
        own = select(Membership).where(Membership.organisation_id == demo.organisations["post"])
        members = {row.person_id: row for row in session.execute(own).scalars()}
        away, deputy = members[demo.people["officer_2"].id], members[demo.people["officer"].id]
        here = demo.offices["post"]
        there = Office(id=new_id(), organisation_id=away.organisation_id, position=1, city="Cali", market="CO",
                       timezone="America/Bogota", hours={"0": [["09:00", "17:00"]]})  # fmt: skip
        session.add(there)
        session.flush()
        session.add(
            Absence(
                id=new_id(), membership_id=away.id, deputy_membership_id=deputy.id, recorded_at=now,
                starts_on=(now - timedelta(days=1)).date(), ends_on=(now + timedelta(days=2)).date(),
            )
        )  # fmt: skip
        for of_away, of_deputy, covered in (
            (None, None, True), (here, None, True), (here, here, True), (None, here, False), (here, there.id, False)
        ):  # fmt: skip
            away.office_id, deputy.office_id = of_away, of_deputy
            session.flush()
            found = session.execute(covered_people(actor_for(demo, "officer"), now)).scalars().all()
            assert (found == [away.person_id]) is covered, (of_away, of_deputy)
            assert may_stand_in([away], [deputy], kind="post") is covered
        away.office_id = deputy.office_id = None
        narrowed = replace(actor_for(demo, "officer"), permissions=frozenset({P.SUPPORT_REQUEST_READ}))
        assert session.execute(covered_people(narrowed, now)).scalars().all() == []
        session.rollback()


# --- what a receiver may not find ---------------------------------------------------------------------------


def test_filters_tell_a_receiver_nothing_of_what_is_gone(client_for: Any, in_app: Any, demo: World) -> None:
    with in_app() as session:
        asked = question(demo)
        data = {"destinations": destinations(demo, "hub_a")}
        act_on_request(asked, "refer", actor=actor_for(demo, "officer"), now=utcnow(), data=data)
        session.commit()
    manager = client_for("manager")
    assert len(refs(manager.get("/referrals?market=CO"))) == 1
    assert refs(manager.get("/referrals?market=VN")) == []
    with in_app() as session:
        referral = session.execute(select(Referral)).scalars().one()
        data = {"reason": "integrity"}
        act_on_referral(referral, "decline", actor=actor_for(demo, "manager"), now=utcnow(), data=data)
        session.commit()
    assert len(refs(manager.get("/referrals?state=all"))) == 1
    page = manager.get("/referrals?state=all&columns=market,service,sector").get_data(as_text=True)
    assert "<dt>Country</dt>" not in page and "<dt>Service</dt>" not in page
    for query in ("market=CO", "service=commercial_referral", "sector=33"):
        assert refs(manager.get(f"/referrals?state=all&{query}")) == [], query


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    "path", ["/work", "/questions", "/referrals", "/referrals?box=out", "/views", "/actions", "/search"]
)
def test_every_list_opens_empty_in_both_languages(client_for: Any, path: str, language: str) -> None:
    for who in ("officer", "manager", "partner_staff"):
        assert client_for(who, language).get(path).status_code == 200


def test_other_work_stands_below_in_the_same_statement(
    client_for: Any, in_app: Any, demo: World, statements: Any
) -> None:
    """Complaints and set apart mail are rows of the work list, and cost no statement of their own."""
    from hubs.referrals.complaints.operations import complain
    from tests.referrals.builders import entrepreneur

    officer = client_for("officer")
    officer.get("/work")
    with statements() as before:
        officer.get("/work")
    with in_app() as session:
        asked = question(demo)
        complain(asked, "Niemand belt terug.", actor=entrepreneur(asked), now=utcnow())
        session.commit()
        reference = asked.reference
    with statements() as after:
        page = officer.get("/work").get_data(as_text=True)
    assert f'href="/questions/{reference}"' in page and "Answer the complaint" in page
    assert len(after) <= len(before) + 1 <= 7
