"""Claiming, releasing, putting aside, moving: one or many, with what cannot and why, and back again."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accounts.models import Office
from hubs.core.clock import utcnow
from hubs.core.events import Event, EventPersonal
from hubs.core.types import new_id
from hubs.referrals.lists.bulk import Wish, act_on_many, get_visible_bulk_action, undo
from hubs.referrals.lists.models import BulkAction, Snooze
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import act_on_request, add_information
from tests.conftest import post
from tests.referrals.builders import actor_for, destinations, entrepreneur, question
from tests.referrals.test_lists import refs
from tests.world import OFFICE_HOURS, World


@pytest.fixture
def world(in_app: Any, demo: World) -> dict[str, str]:
    """Of the post: one free, one of a colleague, one closed, one at hub A; and a stranger's."""
    with in_app() as session:
        free, theirs, done, sent = (question(demo, kvk=str(96_000_000 + number)) for number in range(4))
        theirs.handler_id = demo.people["officer_2"].id
        officer, now = actor_for(demo, "officer"), utcnow()
        act_on_request(done, "withdraw", actor=officer, now=now, data={})
        act_on_request(sent, "refer", actor=officer, now=now, data={"destinations": destinations(demo, "hub_a")})
        strange = question(demo, owner="far_post", market="VN", kvk="96000009")
        session.commit()
        made = {"free": free, "theirs": theirs, "done": done, "sent": sent, "strange": strange}
        return {**{name: row.reference for name, row in made.items()}, "referral": sent.referrals[0].reference}


def _one(session: Any, reference: str) -> Any:
    model = Referral if reference.startswith("D") else SupportRequest
    return session.execute(select(model).where(model.reference == reference)).scalar_one()


def _handler(in_app: Any, reference: str) -> str | None:
    with in_app() as session:
        return _one(session, reference).handler_id


def _selection(client: Any, action: str, items: list[str], **data: Any) -> Any:
    page = client.get("/selection", query_string={"action": action, "item": items, "next": "/questions"})
    assert page.status_code == 200, page.headers
    return post(client, "/selection", {"action": action, "item": items, "next": "/questions", **data}, page="/account")


# --- one ----------------------------------------------------------------------------------------------------


def test_who_comes_second_is_told_who_has_it(client_for: Any, in_app: Any, demo: World, world: dict[str, str]) -> None:
    first, second = client_for("officer"), client_for("officer_2")
    address = f"/questions/{world['free']}/handling"
    assert post(first, address, {"action": "claim"}).status_code == 303
    answer = post(second, address, {"action": "claim"})
    assert answer.status_code == 409
    assert f"{demo.people['officer'].name} has this already." in answer.get_data(as_text=True)
    assert _handler(in_app, world["free"]) == demo.people["officer"].id
    assert post(second, address, {"action": "release"}).status_code == 409, "not yours to let go of"
    assert post(first, address, {"action": "claim"}).status_code == 303, "claiming again changes nothing"
    assert post(first, address, {"action": "release"}).status_code == 303
    assert _handler(in_app, world["free"]) is None
    with in_app() as session:
        kinds = list(session.execute(select(Event.kind).where(Event.kind == "support_request.assign")).scalars())
    assert len(kinds) == 2, "claimed and released, and nothing for what changed nothing"


def test_what_is_over_or_not_ours_cannot_be_claimed(client_for: Any, world: dict[str, str]) -> None:
    officer, manager, stranger = client_for("officer"), client_for("manager"), client_for("other_manager")
    assert post(officer, f"/questions/{world['done']}/handling", {"action": "claim"}, page="/account").status_code in (
        400,
        409,
    )
    assert officer.get(f"/questions/{world['strange']}/handling").status_code == 404
    assert stranger.get(f"/referrals/{world['referral']}/handling").status_code == 404
    assert post(manager, f"/referrals/{world['referral']}/handling", {"action": "claim"}).status_code == 303
    assert post(manager, f"/referrals/{world['referral']}/handling", {"action": "evil"}).status_code == 422
    # the sender sees its referral, but the receiver's people handle it
    assert officer.get(f"/referrals/{world['referral']}/handling").status_code == 403


# --- put aside ----------------------------------------------------------------------------------------------


def _slow(session: Any, reference: str, days: int) -> None:
    """Its term ends in so many days."""
    row = _one(session, reference)
    row.due_at = utcnow() + timedelta(days=days)
    session.commit()


def test_put_aside_until_a_day_and_back(client_for: Any, in_app: Any, world: dict[str, str], demo: World) -> None:
    officer, colleague = client_for("officer"), client_for("officer_2")
    with in_app() as session:
        _slow(session, world["free"], 5)
    address = f"/questions/{world['free']}/handling"
    soon, late = ((utcnow() + timedelta(days=days)).date().isoformat() for days in (2, 9))
    why = {"reason": "x"}
    wrong: list[dict[str, str]] = [{"until": soon}, why, {"until": late, **why}, {"until": "2001-01-01", **why}]
    wrong += [{"until": "evil", **why}, {"until": "9999-12-31", **why}, {"until": soon, "reason": "x" * 500}]
    for data in wrong:
        answer = post(officer, address, {"action": "snooze", **data})
        assert answer.status_code == 422 and 'id="errors"' in answer.get_data(as_text=True), data
    assert post(officer, address, {"action": "snooze", "until": soon, "reason": "Wacht op beurs"}).status_code == 303
    for client in (officer, colleague):
        page = client.get("/work").get_data(as_text=True)
        ours, others = page.split('id="others"')
        assert world["free"] not in ours and world["free"] in others and "Wacht op beurs" in others
    assert refs(officer.get("/questions?snoozed=yes")) == [world["free"]]
    assert world["free"] not in refs(officer.get("/questions?turn=us"))
    with in_app() as session:
        row = _one(session, world["free"])
        assert row.due_at is not None and row.paused_at is None, "no clock stopped"
        personal = session.execute(select(EventPersonal.value)).scalars().all()
        assert "Wacht op beurs" in personal
        data = session.execute(select(Event.data).where(Event.kind == "support_request.snoozed")).scalar_one()
        assert "Wacht" not in str(data)
    assert post(officer, address, {"action": "unsnooze"}).status_code == 303
    assert refs(officer.get("/questions?snoozed=yes")) == []
    assert post(officer, address, {"action": "unsnooze"}).status_code == 409


@pytest.mark.parametrize("waker", ["an answer", "a step of a referral", "the day", "the term"])
def test_it_comes_back_by_itself(
    waker: str, client_for: Any, in_app: Any, world: dict[str, str], demo: World, monkeypatch: Any
) -> None:
    officer = client_for("officer")
    with in_app() as session:
        _slow(session, world["free"], 5)
        row = _one(session, world["free"])
        now = utcnow()
        snooze = Snooze(
            id=new_id(), subject_type="support_requests", subject_id=row.id, until_at=now + timedelta(days=2),
            organisation_id=row.owner_id, reason="x", set_at=now,
            event_id=session.execute(select(Event.id).order_by(Event.id.desc()).limit(1)).scalar_one(),
        )  # fmt: skip
        session.add(snooze)
        session.commit()
    assert refs(officer.get("/questions?snoozed=yes")) == [world["free"]]
    with in_app() as session:
        row = _one(session, world["free"])
        if waker == "an answer":
            add_information(row, "Nog iets.", actor=entrepreneur(row), now=utcnow())
        elif waker == "a step of a referral":
            data = {"destinations": destinations(demo, "hub_a")}
            act_on_request(row, "refer", actor=actor_for(demo, "officer"), now=utcnow(), data=data)
        elif waker == "the day":
            session.execute(select(Snooze)).scalar_one().until_at = utcnow() - timedelta(seconds=1)
        else:
            row.due_at = utcnow() - timedelta(seconds=1)
        session.commit()
    assert refs(officer.get("/questions?snoozed=yes&state=all")) == []


# --- many ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["assign", "claim", "release", "snooze", "move"])
def test_when_nothing_qualifies_the_preview_says_so_and_why(
    client_for: Any, world: dict[str, str], action: str
) -> None:
    officer = client_for("officer")
    page = officer.get("/selection", query_string={"action": action, "item": [world["done"]]}).get_data(as_text=True)
    heading = re.search(r"<h1[^>]*>([^<]+)</h1>", page)[1]
    assert heading.startswith("None of these can be ") and not re.search(r"\b0\b", heading)
    assert "Nothing is stored. Below you see for each line why not." in page and "This has ended." in page
    assert f'name="action" value="{action}"' not in page, "no button that does nothing"
    page = officer.get("/selection", query_string={"action": action, "item": ["H-000-000"]}).get_data(as_text=True)
    assert "None of these can be " in page and "is not in your lists any more" in page


def test_the_preview_says_what_changes_and_what_does_not(
    client_for: Any, in_app: Any, world: dict[str, str], demo: World
) -> None:
    officer = client_for("officer")
    items = [world["free"], world["theirs"], world["done"], world["strange"], world["referral"], "H-000-000", "'; --"]
    page = officer.get("/selection", query_string={"action": "claim", "item": items}).get_data(as_text=True)
    assert "Claim 1 item" in page
    assert f"{demo.people['officer_2'].name} has this already." in page and "This has ended." in page
    shown = set(re.findall(r'<li data-ref="([^"]+)"', page))
    assert shown == {world["free"], world["theirs"], world["done"]}, "what is out of reach does not exist"
    assert "4 of what you chose are not in your lists." in page
    assert _handler(in_app, world["free"]) is None, "a preview changes nothing"
    assert officer.get("/selection?action=claim").status_code == 303
    assert officer.get("/selection?action=evil&item=H-000-000").status_code in (400, 422)


def test_many_are_assigned_and_undone_except_what_changed_since(
    client_for: Any, in_app: Any, world: dict[str, str], demo: World
) -> None:
    officer, head = client_for("officer"), client_for("head")
    items = [world["free"], world["theirs"], world["sent"], world["done"], world["strange"]]
    target = demo.people["head"].id
    assert _selection(officer, "assign", items).status_code == 422, "a handler must be chosen"
    outsider = {"handler_id": demo.people["manager"].id}
    assert _selection(officer, "assign", items, **outsider).status_code == 422
    answer = _selection(officer, "assign", items, handler_id=target)
    assert answer.status_code == 303
    page = officer.get("/questions").get_data(as_text=True)
    assert "3 items have their handler." in page and "You changed 3 items at once." in page
    assert world["done"] in page and world["strange"] not in page
    assert [_handler(in_app, world[name]) for name in ("free", "theirs", "sent")] == [target] * 3
    with in_app() as session:
        bulk = session.execute(select(BulkAction.id)).scalar_one()
        _one(session, world["sent"]).handler_id = demo.people["officer"].id
        session.commit()
    assert post(client_for("officer_2"), f"/actions/{bulk}", {"action": "undo"}, page="/account").status_code == 403
    assert post(client_for("far_officer"), f"/actions/{bulk}", {"action": "undo"}, page="/account").status_code == 404
    answer = post(officer, f"/actions/{bulk}", {"action": "undo", "next": "/questions"}, page="/questions")
    assert answer.status_code == 303
    page = officer.get("/questions").get_data(as_text=True)
    assert "2 items are as they were." in page and "Changed since" in page and world["sent"] in page
    assert "You changed" not in page, "what is undone is offered no more"
    assert _handler(in_app, world["free"]) is None
    assert _handler(in_app, world["theirs"]) == demo.people["officer_2"].id
    assert _handler(in_app, world["sent"]) == demo.people["officer"].id
    again = post(officer, f"/actions/{bulk}", {"action": "undo"}, page="/questions")
    assert again.status_code == 409
    assert "Undone." in head.get("/actions").get_data(as_text=True), "who keeps the people sees everybody's"
    assert bulk not in client_for("far_officer").get("/actions").get_data(as_text=True)


def test_a_hub_handles_many_of_what_it_received(
    client_for: Any, in_app: Any, world: dict[str, str], demo: World
) -> None:
    manager = client_for("manager")
    assert _selection(manager, "claim", [world["referral"], world["sent"]]).status_code == 303
    assert _handler(in_app, world["referral"]) == demo.people["manager"].id
    assert _handler(in_app, world["sent"]) != demo.people["manager"].id, "the question is the post's"
    page = manager.get("/selection", query_string={"action": "release", "item": world["referral"]}).get_data(
        as_text=True
    )
    assert "Kanarie" not in page, "who asks is not told before the hub accepts"


@pytest.mark.parametrize("action", ["snooze", "unsnooze", "move", "release"])
def test_every_action_goes_and_comes_back(action: str, in_app: Any, world: dict[str, str], demo: World) -> None:
    """Through the operations, with the clock as it is: what undoing restores is what was there."""
    with in_app() as session:
        officer, now = actor_for(demo, "officer"), utcnow()
        other = Office(id=new_id(), organisation_id=demo.organisations["post"], position=1, city="Cali", market="CO",
                       timezone="America/Bogota", hours=OFFICE_HOURS)  # fmt: skip
        session.add(other)
        row = _one(session, world["free"])
        row.due_at, row.handler_id = now + timedelta(days=5), officer.id
        session.flush()
        until = now + timedelta(days=1)
        if action == "unsnooze":
            act_on_many([row.reference], Wish("snooze", until=until, reason="y"), actor=officer, now=now)
        before = _facts(session, row, officer, now)
        wish = Wish(action, office_id=other.id, until=until, reason="x")
        done = act_on_many([row.reference, world["done"]], wish, actor=officer, now=now)
        assert (done.changed, len(done.left)) == (1, 1)
        assert _facts(session, row, officer, now) != before
        undone = undo(get_visible_bulk_action(officer, done.bulk_id or ""), actor=officer, now=now)
        assert (undone.changed, undone.left) == (1, [])
        assert _facts(session, row, officer, now) == before


def _facts(session: Any, row: Any, actor: Any, now: datetime) -> tuple[Any, ...]:
    from hubs.referrals.lists.handling import running_snooze

    session.flush()
    snooze = running_snooze(row, actor, now)
    return row.handler_id, row.office_id, (snooze.until_at, snooze.reason) if snooze else None


def test_too_long_ago_is_not_undone(in_app: Any, world: dict[str, str], demo: World) -> None:
    from hubs.core.errors import WrongState

    with in_app():
        officer, now = actor_for(demo, "officer"), utcnow()
        done = act_on_many([world["free"]], Wish("claim"), actor=officer, now=now)
        row = get_visible_bulk_action(officer, done.bulk_id or "")
        with pytest.raises(WrongState):
            undo(row, actor=officer, now=now + timedelta(days=8))
