"""Decline, lapse, return, recall, suspension, an agreement ended: back at its desk, everybody told, nothing lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.agreements.models import Agreement, AgreementPost
from hubs.core.clock import utcnow
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.room import CapacityPause
from tests.scenarios.conftest import Play

LEFT_OFF = {"declined": "excluded", "returned": "excluded", "lapsed": "excluded"}


def steps_to(play: Play, referral: str, ending: str) -> None:
    if ending == "lapsed":
        play.clock(play.row(referral)["decide_due_at"])
    elif ending == "declined":
        play.answer(referral, "decline", reason="service_not_offered", note="Dit doen wij niet.")
    elif ending == "returned":
        play.answer(referral, "return", reason="need_changed", note="De vraag is een andere geworden.")
    else:
        play.answer(referral, "recall", by="post")


@pytest.mark.parametrize(
    ("ending", "told", "line"),
    [
        ("declined", {"client", "officer"}, "Declined"),
        ("returned", {"client", "officer"}, "Given back"),
        ("lapsed", {"client", "officer", "hub_a"}, "Lapsed"),
        ("recalled", {"client", "hub_a"}, "Taken back from"),
    ],
)
def test_back_at_the_desk_with_the_next_places(play: Play, demo: Any, ending: str, told: set[str], line: str) -> None:
    asked, referral = play.sent_to("hub_a")
    assign(play, asked)
    if ending == "returned":
        play.answer(referral, "accept")
    play.mails()
    steps_to(play, referral, ending)
    play.at_desk(asked)
    assert play.row(referral)["state"] == ending
    assert play.told() == told
    assert play.mails() == set()
    assert play.places(asked)[0] == ("hub_a" if ending == "recalled" else "hub_b")
    if ending in LEFT_OFF:
        assert LEFT_OFF[ending] in play.left_off(asked)["hub_a"]
    shown = play.case_page(asked)
    assert line in shown and "Hub Andes" in shown
    assert "is back at" in play.track(asked)
    hidden = play.referral(referral)
    assert hidden["hiddenBecause"] == "ended" and not {"text", "company"} & set(hidden)
    assert play.clock(utcnow())["lapses"] == 0


def assign(play: Play, asked: dict[str, Any]) -> None:
    """The officer handles it, so that mails have a person to go to."""

    def put(session: Any) -> None:
        session.get(SupportRequest, asked["id"]).handler_id = play.world.people["officer"].id

    play.change(put)


def test_an_answer_after_the_time_is_refused_before_any_clock_ran(play: Play) -> None:
    """Access is derived when read: the schedule never ran, and yet the hub may no longer say yes or read it."""
    asked, referral = play.sent_to("hub_a")

    def expire(session: Any) -> None:
        row = session.get(Referral, referral)
        row.decide_due_at = row.due_at = utcnow() - timedelta(minutes=1)

    play.change(expire)
    refused = play.answer(referral, "accept", status=409)
    assert refused["code"] == "lapsed"
    seen = play.referral(referral)
    assert seen["state"] == "lapsed" and seen["actions"] == [] and "text" not in seen
    assert "still has to say yes or no" not in play.track(asked)
    assert play.clock(utcnow())["lapses"] == 1
    play.at_desk(asked)


def test_no_capacity_holds_for_such_questions_till_monday(play: Play, demo: Any) -> None:
    """What a hub says of one question counts for the next of that kind, until its day; said before and after."""
    asked, referral = play.sent_to("hub_a")
    assert "no questions like this one until Monday" in play.page(
        "manager", f"/referrals/{play.referral(referral)['reference']}"
    )

    def sent_last_week(session: Any) -> None:
        row = session.get(Referral, referral)
        row.capacity_week, row.sent_at = "2020-W01", row.sent_at - timedelta(days=6)

    play.change(sent_last_week)
    play.answer(referral, "decline", reason="no_capacity")
    assert "hub_a" not in play.places(asked) and play.left_off(asked)["hub_a"] == {"capacity"}
    refused = play.refer(asked, "hub_a", status=409, reason="client_choice")
    assert refused["code"] == "no_capacity"
    assert play.left_off(play.ask())["hub_a"] == {"capacity"}

    def said_last_week(session: Any) -> None:
        pause = session.execute(select(CapacityPause).where(CapacityPause.referral_id == referral)).scalar_one()
        pause.until_at -= timedelta(days=8)

    play.change(said_last_week)
    assert "hub_a" in play.places(asked) and play.places(play.ask())[0] == "hub_a"


def test_a_decline_frees_the_last_place(play: Play) -> None:
    play.fill("hub_a", places=1)
    _first, referral = play.sent_to("hub_a")
    second = play.ask()
    assert play.left_off(second)["hub_a"] == {"capacity"}
    play.answer(referral, "decline", reason="service_not_offered")
    assert play.places(second)[0] == "hub_a"
    play.answer(play.refer(second, "hub_a")["referrals"][0]["id"], "accept")


def test_a_returned_question_frees_its_place(play: Play) -> None:
    play.fill("hub_a", places=1)
    _asked, referral = play.sent_to("hub_a")
    play.answer(referral, "accept")
    second = play.ask()
    assert "hub_a" in play.left_off(second)
    play.answer(referral, "return", reason="need_changed")
    assert "hub_a" in play.places(second)


def test_a_hub_suspended_midway(play: Play, demo: Any) -> None:
    waiting, first = play.sent_to("hub_a")
    running, second = play.sent_to("hub_a")
    asking, third = play.sent_to("hub_a")
    play.answer(second, "accept")
    play.answer(third, "ask", note="Voor wanneer?")
    assign(play, waiting)
    play.mails()
    set_status(play, demo, "suspend")
    assert [play.row(r)["state"] for r in (first, second, third)] == ["withdrawn", "accepted", "withdrawn"]
    play.at_desk(waiting)
    play.at_desk(asking)
    assert play.places(waiting)[0] == "hub_b" and "status" in play.left_off(waiting)["hub_a"]
    assert {"client", "officer", "hub_a"} <= play.told()
    play.answer(first, "accept", status=409)
    seen = play.referral(second)
    assert seen["company"]["name"] and "record_contact" in seen["actions"]
    play.answer(second, "record_contact")
    assert "has stopped for now" in play.track(running)
    play.answer(second, "recall", by="post", note="De erkenning is geschorst.")
    play.at_desk(running)
    assert "standing changed" in play.case_page(waiting)
    assert play.refer(waiting, "hub_a", status=422, reason="recent_experience")


def set_status(play: Play, demo: Any, action: str) -> None:
    path = f"/hubs/{demo.organisations['hub_a']}/transitions"
    play.call("administrator", "POST", path, {"action": action, "reason": "Onderzoek loopt."})


def test_what_a_suspended_hub_sent_to_a_post_may_still_be_helped(play: Play, demo: Any) -> None:
    asked = play.ask("hub_a", services=["trade_barrier"], consent=None)
    referral = play.refer(asked, "post", by="hub_a")["referrals"][0]["id"]
    set_status(play, demo, "suspend")
    play.answer(referral, "accept", by="post")
    assert play.row(referral)["state"] == "accepted"


def end_agreement(play: Play, agreement_id: str, by: str) -> Any:
    shown = play.call(by, "GET", f"/agreements/{agreement_id}")
    assert "terminate" in shown["actions"], shown["actions"]
    body = {"action": "terminate", "note": "Wij stoppen ermee."}
    return play.call(by, "POST", f"/agreements/{agreement_id}/transitions", body)


def test_an_agreement_ended_by_the_hub(play: Play, demo: Any) -> None:
    waiting, first = play.sent_to("hub_a")
    _running, second = play.sent_to("hub_a")
    play.answer(second, "accept")
    play.mails()
    end_agreement(play, demo.agreements["hub_a"], "hub_a")
    assert (play.row(first)["state"], play.row(first)["reason"]) == ("withdrawn", "agreement_ended")
    assert play.row(second)["state"] == "accepted"
    play.at_desk(waiting)
    assert play.places(waiting) == ["hub_b", "hub_dev"] and "agreement" in play.left_off(waiting)["hub_a"]
    assert {"client", "post", "hub_a", "head"} <= play.told()
    play.answer(second, "record_contact")
    play.answer(second, "close", outcome="introduction")


def test_an_agreement_ended_by_one_of_two_posts(play: Play, demo: Any) -> None:
    """The other post's questions stay where they are; a question of the central desk goes by the responsible post."""

    def two_posts(session: Any) -> None:
        row = session.get(Agreement, demo.agreements["hub_a"])
        signed = row.hub_signed_at
        row.posts.append(AgreementPost(post_id=demo.organisations["far_post"], signed_at=signed, signed_by="test"))

    play.change(two_posts)
    mine, first = play.sent_to("hub_a")
    central = play.ask("central")
    of_central = play.refer(central, "hub_a", by="central")["referrals"][0]["id"]

    _theirs, other = play.sent_to("hub_b")

    def theirs(session: Any) -> None:
        row = session.get(Referral, other)
        row.to_id, row.to_office_id = demo.organisations["hub_a"], demo.offices["hub_a"]
        row.agreement_id, row.from_id = demo.agreements["hub_a"], demo.organisations["far_post"]

    play.change(theirs)
    end_agreement(play, demo.agreements["hub_a"], "head")
    assert play.row(first)["state"] == "withdrawn" and play.row(of_central)["state"] == "withdrawn"
    assert play.row(other)["state"] == "sent"
    play.at_desk(mine)
    assert play.show(central, "central")["state"] == "in_hand"
    assert "hub_a" not in play.places(mine)


def test_an_agreement_past_its_last_day_before_any_clock_ran(play: Play, demo: Any) -> None:
    waiting, referral = play.sent_to("hub_a")

    def past(session: Any) -> None:
        row = session.get(Agreement, demo.agreements["hub_a"])
        row.ends_on = (utcnow() - timedelta(days=2)).date()

    play.change(past)
    refused = play.answer(referral, "accept", status=422)
    assert [problem["code"] for problem in refused["errors"]] == ["agreement"]
    assert play.places(play.ask()) == ["hub_b", "hub_dev"]
    play.clock(utcnow())
    assert play.row(referral)["reason"] == "agreement_ended"
    play.at_desk(waiting)


def test_standing_given_again_after_the_last_day_loses_nothing(play: Play, demo: Any) -> None:
    """The standing changes before the schedule ran: the agreement expires there and then, and gives back."""
    waiting, referral = play.sent_to("hub_a")

    def past(session: Any) -> None:
        session.get(Agreement, demo.agreements["hub_a"]).ends_on = (utcnow() - timedelta(days=2)).date()

    play.change(past)
    set_status(play, demo, "accredit_conditionally")
    assert play.row(referral)["reason"] == "agreement_ended"
    play.at_desk(waiting)


def test_a_share_of_the_weeks_places(play: Play, demo: Any) -> None:
    def share(session: Any) -> None:
        session.get(Agreement, demo.agreements["hub_a"]).capacity_share = 12  # of 8 places: 1

    play.change(share)
    _asked, referral = play.sent_to("hub_a")
    second = play.ask()
    assert play.left_off(second)["hub_a"] == {"capacity"}
    assert play.advice(second)["gap"] is False
    play.answer(referral, "decline", reason="service_not_offered")
    assert "hub_a" in play.places(second)


def test_back_while_the_entrepreneur_is_asked_something(play: Play) -> None:
    """The desk asked, then the hub says no: listed as waiting, and the clock starts with the answer."""
    asked, referral = play.sent_to("hub_a")
    play.act(asked, "ask", note="Hoeveel contracten zijn het?")
    play.answer(referral, "decline", reason="service_not_offered")
    shown = play.show(asked)
    assert shown["state"] == "awaiting_entrepreneur" and shown["term"] == "re_route"
    assert asked["reference"] in play.work()
    play.press(asked, "answer", text="Drie contracten.")
    play.at_desk(asked)


def test_reopened_it_starts_again(play: Play) -> None:
    asked = play.ask(language="en")
    play.mails()
    play.act(asked, "close_no_reply")
    assert ("client", "Your question # is done") in play.mails()
    play.act(asked, "reopen")
    play.at_desk(asked)
    assert play.mails() == {("client", "Your question # is open again")}
    assert play.refer(asked, "hub_a", reason="recent_experience")["state"] == "referred"


def test_a_hub_of_a_partner_sends_back_to_the_partner(play: Play, demo: Any) -> None:
    asked = play.ask("partner")
    referral = play.refer(asked, "hub_a", by="partner")["referrals"][0]["id"]
    play.mails()
    play.answer(referral, "decline", reason="service_not_offered")
    assert play.show(asked, "partner")["state"] == "in_hand" and play.show(asked, "partner")["dueAt"]
    assert "partner" in play.told()
