"""Two at once, a stale page, edits that would move a question, several markets, a handler who leaves, signs of life."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from hubs.accounts.models import Membership
from hubs.core.clock import utcnow
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations.handing_over import DESK
from tests.conftest import csrf_of, post
from tests.scenarios.conftest import Play


def form_of(play: Play, client: Any, asked: dict[str, Any]) -> dict[str, str]:
    """What the page of the question holds now: its version and the advice that is seen."""
    return {
        "version": str(version_of(play, asked)),
        "receipt_hash": play.advice(asked)["receiptHash"],
        "csrf_token": csrf_of(client, f"/questions/{asked['reference']}"),
    }


def version_of(play: Play, asked: dict[str, Any]) -> int:
    return play.change(lambda session: session.get(SupportRequest, asked["id"]).version_id)


def test_two_officers_at_once(play: Play, demo: Any) -> None:
    """Both have the page open; the second sends to another hub: told, nothing doubled, text kept."""
    asked = play.ask()
    first, second = play.client_for("officer"), play.client_for("officer_2")
    forms = [form_of(play, client, asked) for client in (first, second)]
    path = f"/questions/{asked['reference']}"
    one = {"action": "refer", "destinations": demo.organisations["hub_a"], **forms[0]}
    other = {
        "action": "refer",
        "destinations": demo.organisations["hub_b"],
        "reason": "other",
        "note": "Kent deze sector goed.",
        **forms[1],
    }
    assert first.post(path, data=one).status_code == 303
    play.mails()
    refused = second.post(path, data=other)
    assert refused.status_code == 409
    assert [row["state"] for row in play.show(asked)["referrals"]] == ["sent"]
    assert play.mails() == set()


def test_a_stale_page_of_a_receiver(play: Play) -> None:
    """The hub looks at a question that the desk took back meanwhile: a clear word, nothing moves."""
    asked, referral = play.sent_to("hub_a")
    reference = play.referral(referral)["reference"]
    hub = play.client_for("manager")
    data = {"action": "accept", "version": "1", "csrf_token": csrf_of(hub, f"/referrals/{reference}")}
    play.answer(referral, "recall", by="post")
    refused = hub.post(f"/referrals/{reference}", data=data)
    assert refused.status_code == 409
    assert play.row(referral)["state"] == "recalled"
    play.at_desk(asked)


def test_an_edit_that_would_move_it_is_said_and_nothing_moves(play: Play, demo: Any) -> None:
    asked, referral = play.sent_to("hub_a")
    path = f"/support-requests/{asked['id']}"
    body = {"services": ["commercial_referral", "trade_barrier"]}
    refused = play.call("post", "PATCH", path, body, 409)
    assert refused["code"] == "route_would_change" and refused["receipt"]["outcome"] == "both"
    assert play.show(asked)["services"] == ["commercial_referral"] and play.row(referral)["state"] == "sent"
    confirmed = {**body, "confirmedReceiptHash": refused["receipt"]["receiptHash"]}
    edited = play.call("post", "PATCH", path, confirmed)
    assert sorted(edited["services"]) == sorted(body["services"])
    assert play.row(referral)["state"] == "sent"
    lost = play.call("post", "PATCH", path, {"services": ["trade_barrier"]}, 422)
    assert [p["code"] for p in lost["errors"]] == ["part_is_referred"]


def test_several_markets_are_several_linked_questions(play: Play) -> None:
    client = play.client_for("officer")
    asked = play.ask()
    values = {
        "text": "Wij zoeken een agent voor koelkasten.",
        "market": "CO",
        "more_markets": ["EC"],
        "services": ["partner_search"],
        "company_name": "Kanarie Koeling BV",
        "contact_person_name": "Tessa Kanarie",
        "contact_person_email": "tessa@example.nl",
        "company_country": "NL",
        "language": "nl",
        "urgency": "normal",
        "channel": "telephone",
        "consent_recipients": "market",
        "action": "send",
    }
    answer = post(client, "/questions/new", values)
    assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]
    listed = play.call("post", "GET", "/support-requests")["items"]
    made = [row for row in listed if row["id"] != asked["id"]]
    assert {row["market"] for row in made} == {"CO", "EC"}
    assert len({row["group"] for row in made}) == 1 and made[0]["group"]
    first, second = made
    assert second["reference"] in play.case_page(first) and first["reference"] in play.case_page(second)


def test_who_leaves_lets_go_of_what_they_handled(play: Play, demo: Any) -> None:
    """Somebody's membership ends: their open work is nobody's again and seen, mails go to the desk."""
    asked, referral = play.sent_to("hub_a")
    staff = demo.people["staff"].id
    play.answer(referral, "accept", handler=staff)
    assert play.row(referral)["handler_id"] == staff
    play.mails()

    def membership(session: Any) -> str:
        return session.execute(select(Membership.id).where(Membership.person_id == staff)).scalar_one()

    path, manager = f"/people/{play.change(membership)}", play.client_for("manager")
    answer = post(manager, path, {"action": "end"})
    assert answer.status_code == 303 and "/hand-over" in answer.location, answer.get_data(as_text=True)[:2000]
    page = manager.get(answer.location).get_data(as_text=True)
    assert f"D{asked['reference'][1:]}" in page and play.row(referral)["handler_id"] == staff
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    answer = post(manager, answer.location, {"action": "confirm", "everything": DESK, "seen": seen.group(1)})
    assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
    assert play.row(referral)["handler_id"] is None
    assert play.row(referral)["state"] == "accepted"
    assert "Mateo" not in play.track(asked)
    play.clock(play.row(referral)["due_at"])
    assert "hub_a" in play.told(), "the office hears that its term is over"


def test_received_and_accepted_never_look_alike(play: Play) -> None:
    """Sent, received, accepted, spoken, done: each says its own thing to hub, desk and entrepreneur."""
    asked, referral = play.sent_to("hub_a")
    seen: dict[str, str] = {}
    reference = play.referral(referral)["reference"]
    steps = [
        ("sent", ""),
        ("acknowledged", "acknowledge"),
        ("accepted", "accept"),
        ("contact_made", "record_contact"),
        ("closed", "close"),
    ]
    for state, action in steps:
        if action:
            play.answer(referral, action, outcome="introduction" if action == "close" else None)
        assert play.row(referral)["state"] == state
        track = play.track(asked)
        title = track.split("<h1", 1)[1].split("</h1>", 1)[0].split(">", 1)[1].strip()
        page = play.page("manager", f"/referrals/{reference}")
        assert f'data-state="{state}"' in page
        seen[state] = title
    assert len(set(seen.values())) == len(steps), seen
    assert "not accepted it yet" in seen["acknowledged"]


def test_the_entrepreneurs_clock_never_pauses(play: Play) -> None:
    """It counts elapsed time; ours stands still while an answer is awaited."""
    asked = play.ask()

    def yesterday(session: Any) -> None:
        row = session.get(SupportRequest, asked["id"])
        row.waiting_since -= timedelta(days=3)

    play.change(yesterday)
    play.act(asked, "ask", note="Welke stad?")
    assert "3 days" in play.case_page(asked)
    assert play.clock(utcnow() + timedelta(days=30))["breaches"] == 0, "our term stands still while we wait"


def test_a_question_back_has_a_date_and_then_is_ours_again(play: Play) -> None:
    """Asked something, the entrepreneur sees by when; who does not answer is not forgotten at the desk."""
    asked = play.ask()
    play.act(asked, "ask", note="Welke stad?")
    assert "13 days left" in play.track(asked)
    assert "We asked for it by" in play.case_page(asked)
    assert "Call the entrepreneur, or close" not in play.work()

    def long_ago(session: Any) -> None:
        session.get(SupportRequest, asked["id"]).paused_at -= timedelta(days=15)

    play.change(long_ago)
    assert "Call the entrepreneur, or close" in play.work()
    assert "Call the entrepreneur, or close" in play.case_page(asked)
    assert play.act(asked, "close_no_reply")["outcome"] == "no_reply"
